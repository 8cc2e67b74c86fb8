"""The detectors: each is a small function over the half-cycle table that marks half cycles.

Each gives 1 where it fires, 0 where not, NaN where it cannot be evaluated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub_ccd import DEFAULT, CcdParams
from echub_ccd.data.fall import WIDE
from echub_ccd.data.table import SAME_LEVEL, HalfCycleTable
from echub_ccd.data.trace import AT_LIMIT_V
from echub_ccd.method.losses import bends, lost_within, stays_lower, uncertain

Floats = NDArray[np.float64]
FEW_ROWS = 10
"""With fewer rows in a half cycle a fall that happens at once cannot be told from a slow one: two rows, which are
'at once', are then more than a fifth of it."""
MAYBE = 3.0
"""Standard deviations by which slow noise of U may move R from one half cycle to another: 1 of 700 by chance."""
BEYOND = 1.5
"""A fall of U as large as its jumps up, and half as much again for their scatter, may be one of them."""
LONE, LEAST_CHANGES = 3.0, 2
"""A fall three times as deep as at two other changes of level or more is not that of R(j), which is smooth: the
steps of a staircase differ by a factor of two in current. By eye."""


@dataclass(frozen=True)
class Context:
    """What detectors know beside the table: parameters, R·A of the electrolyte (NaN: not known).

    arcs: R·A that the arcs of the spectrum in each half cycle span, (m,), NaN without one.
    """

    params: CcdParams
    bulk: float
    arcs: Floats


def before(table: HalfCycleTable, values: Floats) -> Floats:
    """Return the value (m,) of the half cycle before, in the same file; NaN for the first."""
    shifted = np.concatenate([[np.nan], values[:-1]])
    return np.where(np.concatenate([[-1], table.file[:-1]]) == table.file, shifted, np.nan)


def after(table: HalfCycleTable, values: Floats) -> Floats:
    """Return the value (m,) of the half cycle after, in the same file; NaN for the last."""
    shifted = np.concatenate([values[1:], [np.nan]])
    return np.where(np.concatenate([table.file[1:], [-1]]) == table.file, shifted, np.nan)


def lowest_so_far(table: HalfCycleTable) -> Floats:
    """Return the lowest R (m,), Ω·cm² or Ω, of all half cycles before, whatever the file; NaN for the first."""
    least = np.minimum(table.r_median, np.minimum(table.r_start, table.r_end))
    known = np.where(np.isnan(least), np.inf, least)
    earlier = np.concatenate([[np.inf], np.minimum.accumulate(known)[:-1]])
    return np.where(np.isinf(earlier), np.nan, earlier)


def _marked(fires: NDArray[np.bool_], *needed: Floats) -> Floats:
    """Return 1 and 0, and NaN where something needed is not known."""
    known = np.all([np.isfinite(values) for values in needed], axis=0)
    return np.where(known, fires.astype(np.float64), np.nan)


# -- r_drop ----------------------------------------------------------------------------------


def sharp_fall(table: HalfCycleTable, context: Context) -> NDArray[np.bool_]:
    """Mark falls inside a half cycle: deep, beyond the noise, at once, and still there at its end."""
    p = context.params
    if not p.r_drop_sharpness:
        deep = table.fall > np.maximum(p.r_drop / 100, p.r_drop_sigma * table.fall_sigma)
        slow = table.fall_wide > np.maximum(p.r_drop / 100, p.r_drop_sigma * table.fall_sigma)
        return np.asarray((deep | slow) & _stays(table, np.maximum(table.fall, table.fall_wide)))
    return np.asarray(deep_and_sharp(table, context, p.r_drop / 100) & _stays(table, table.fall))


def beyond_jumps(table: HalfCycleTable, fall: Floats, earlier: Floats) -> NDArray[np.bool_]:
    """Return whether |U| falls by more than it jumps up elsewhere in the file: bursts of U go both ways.

    fall, earlier: (m,), relative, and R before it. One jump up is a contact; the second largest counts.
    """
    found = np.zeros(len(table), bool)
    for file in np.unique(table.file):
        here = table.file == file
        jumps = np.sort(table.jump[here])
        usual = float(jumps[-2]) if len(jumps) > 1 else 0.0
        found[here] = (fall * earlier * table.level / 1000)[here] > BEYOND * usual
    return found


def deep_and_sharp(table: HalfCycleTable, context: Context, least: float) -> NDArray[np.bool_]:
    """Mark falls of at least a fraction, beyond the noise, that happen at once."""
    p = context.params
    deep = table.fall > np.maximum(least, p.r_drop_sigma * table.fall_sigma)
    own = beyond_jumps(table, table.fall, table.fall_before)
    return np.asarray(deep & own & (sharpness(table) >= p.r_drop_sharpness))


def sharpness(table: HalfCycleTable) -> Floats:
    """Return the part of a fall that happens at once; what goes on in the next half cycle counts to the fall."""
    with np.errstate(divide="ignore", invalid="ignore"):
        on = (after(table, table.r_first) - after(table, table.r_quarter)) / table.fall_before
        late = (table.end - table.fell) < WIDE * table.duration
        return np.asarray(table.fall_sharp * table.fall / (table.fall + np.where(late, np.fmax(on, 0), 0)))


def _stays(table: HalfCycleTable, fall: Floats) -> NDArray[np.bool_]:
    """Return whether R is still low when the next half cycle begins, at the same stage of it.

    The last half cycle of a file is judged by its own end.
    """
    following = after(table, table.r_start)
    previous = before(table, table.r_start)
    alike = np.fmax(table.r_start, np.where(np.isnan(previous), table.fall_before, previous))
    later = following <= np.minimum(alike, table.fall_before) * (1 - fall / 2)
    known = np.fmin(table.fall_before, table.fall_usual)  # the latter knows no burst of noise
    here = table.r_end <= known * (1 - fall / 2)
    with np.errstate(invalid="ignore"):
        usual = np.fmax(np.fmax(before(table, table.r_median), table.r_start), known)
        whole = after(table, table.r_median) <= usual * (1 - fall / 2)  # a burst is soon over
        whole &= _lower_than_cycle(table)
    return np.asarray(np.where(np.isnan(following), here, later & whole))


def _lower_than_cycle(table: HalfCycleTable) -> NDArray[np.bool_]:
    """Return whether the next half cycle lies below both before this one, or these are not known.

    What ends a burst of U, which one direction sees as a rise and the other as a fall, brings R back, not lower.
    """
    first, second = before(table, table.r_median), before(table, before(table, table.r_median))
    earlier = np.fmin(first, second)
    return np.asarray(np.isnan(earlier) | (after(table, table.r_median) < earlier))


def fell_between(table: HalfCycleTable, context: Context, changed: float = 2.0) -> NDArray[np.bool_]:
    """Mark half cycles that begin below both the start and the end of the one before, at once.

    What the reversal before took off (pores that it healed) is not a fall when this one takes it too. Where the
    level changed `changed` times the fall is needed, unless it is the only one of its size at a change of level:
    R of a cell that is not ohmic changes with j, but then at every change.
    """
    p = context.params
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = np.fmin(before(table, table.r_first / before(table, table.r_last)), 1.0)
        earlier = np.minimum(before(table, table.r_first), before(table, table.r_last) * usual)
        fall = 1 - table.r_first / np.where(earlier > 0, earlier, np.nan)  # from nothing nothing falls
        sharp = fall / np.fmax(1 - table.r_quarter / earlier, fall)
        sigma = np.hypot(np.hypot(table.calm, before(table, table.calm)), table.slow) / earlier
        moved = np.abs(before(table, table.level) / table.level - 1) > SAME_LEVEL
    wanted = np.maximum(p.r_drop / 100, p.r_drop_sigma * sigma)
    wanted *= np.where(moved & ~_lone(fall, moved), changed, 1)
    following = np.fmax(
        after(table, table.r_first), np.where(np.isnan(after(table, table.r_first)), table.r_end, 0)
    )
    by_level = bends(table)
    following = following * np.exp(-np.nan_to_num(after(table, by_level)))  # before the level took off its part
    stays = (following <= earlier * (1 - fall / 2)) & _whole_is_lower(table, fall)
    stays &= _lower_than_alike(table, fall) & (by_level == 0)
    stays &= beyond_jumps(table, fall, earlier)
    return np.asarray((fall > wanted) & (sharp >= p.r_drop_sharpness) & stays)


def _lower_than_alike(table: HalfCycleTable, fall: Floats) -> NDArray[np.bool_]:
    """Return whether R starts below that of the same direction a cycle before, by half of a fall.

    Both directions of a cell may differ, and the more so at higher levels.
    """
    two_before = before(table, before(table, table.r_start))
    alike = before(table, before(table, table.sign)) == table.sign
    return np.asarray(~alike | np.isnan(two_before) | (table.r_start <= two_before * (1 - fall / 2)))


def _lone(fall: Floats, moved: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether a fall is `LONE` times as deep as at any other change of level, of which there are enough."""
    falls = np.where(moved & np.isfinite(fall), np.maximum(fall, 0.0), 0.0)
    if moved.sum() <= LEAST_CHANGES:
        return np.zeros(len(fall), bool)
    second, largest = np.sort(falls)[-2:]
    return np.asarray(fall > LONE * np.where(falls == largest, second, largest))


def _whole_is_lower(table: HalfCycleTable, fall: Floats) -> NDArray[np.bool_]:
    """Return whether the whole half cycle lies below the one before, by half of a fall: a burst is soon over."""
    earlier = before(table, table.r_median)
    return np.asarray(np.isnan(earlier) | (table.r_median <= earlier * (1 - fall / 2)))


def coarse_fall(table: HalfCycleTable, context: Context) -> NDArray[np.bool_]:
    """Mark half cycles of a few rows that end below their begin and the one before, as does the next one."""
    p = context.params
    earlier = np.fmin(table.r_first, before(table, table.r_last))
    following = after(table, table.r_last)
    with np.errstate(divide="ignore", invalid="ignore"):
        fall = 1 - table.r_last / np.where(earlier > 0, earlier, np.nan)
        sigma = np.hypot(np.where(np.isnan(table.calm), 0.0, table.calm), table.slow) / earlier
    stays = np.isnan(following) | (following <= earlier * (1 - fall / 2))
    return np.asarray(
        (table.rows < FEW_ROWS) & (fall > np.maximum(p.r_drop / 100, p.r_drop_sigma * sigma)) & stays
    )


def r_drop(table: HalfCycleTable, context: Context) -> Floats:
    """R falls at once, by more than its noise, and stays low."""
    fires = sharp_fall(table, context) | fell_between(table, context) | coarse_fall(table, context)
    return _marked(fires, table.r_median)


def slow_fall(table: HalfCycleTable, context: Context) -> NDArray[np.bool_]:
    """Mark half cycles in which R falls as far, but gradually: no detector, a warning.

    Where R grows in every half cycle it is enough that it grows less by as much, and stays lower.
    """
    p = context.params
    with np.errstate(divide="ignore", invalid="ignore"):
        over_all = 1 - table.r_end / np.fmin(table.r_start, before(table, table.r_end))
    enough = over_all > np.maximum(p.r_drop / 100, p.r_drop_sigma * table.fall_sigma)
    lost = lost_within(table)
    enough |= (lost > np.maximum(p.r_drop / 100, uncertain(table))) & stays_lower(table, lost)
    return np.asarray(enough & (r_drop(table, context) != 1))


# -- the others ------------------------------------------------------------------------------


def below_bulk(table: HalfCycleTable, context: Context) -> Floats:
    """R·A at the end is below the electrolyte's own: electrons flow."""
    bound = context.bulk * (1 - context.params.below_bulk / 100)
    rows = table.noise / np.sqrt(np.maximum(table.rows * 0.05, 3))  # of the rows that make `r_end` (`TAIL`)
    noise = np.hypot(rows, table.slow)
    # Three standard deviations: noise alone passes the bound in about 1 of 1000.
    return _marked(table.r_end + 3 * noise < bound, np.full(len(table), context.bulk), table.r_end, noise)


def half_drop(table: HalfCycleTable, context: Context) -> Floats:
    """U settles at half or less of the half cycle before, scaled to this level, or of its own begin."""
    settled = np.fmin(table.r_median, table.r_end)
    earlier = np.fmax(before(table, table.r_end), np.fmax(table.r_start, table.fall_before))
    return _marked(settled + MAYBE * table.slow <= context.params.half_drop / 100 * earlier, settled, earlier)


def near_zero(table: HalfCycleTable, context: Context) -> Floats:
    """U is almost nothing: below 5 mV, or a tenth of what the lowest earlier R makes expected."""
    p = context.params
    own = np.where(np.isnan(lowest_so_far(table)), table.r_start, lowest_so_far(table))
    expected = own * table.level / 1000
    floor = np.maximum(p.near_zero_floor / 1000, p.near_zero / 100 * expected)
    fires = np.abs(table.u_end) < floor
    # Where hardly more than the floor, or than slow noise, is expected, a U below it says nothing.
    hidden = np.maximum(2 * p.near_zero_floor / 1000, p.r_drop_sigma * table.slow * table.level / 1000)
    return _marked(fires, np.where(expected > hidden, expected, np.nan))


def asymmetry(table: HalfCycleTable, context: Context) -> Floats:
    """R at the end differs from that of the half cycle before, of the other direction."""
    earlier = before(table, table.r_end)
    turned = before(table, table.sign) == -table.sign
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = 2 * np.abs(table.r_end - earlier) / (table.r_end + earlier)
        difference = np.maximum(difference - MAYBE * table.slow / earlier, 0.0)
    return _marked(difference > context.params.asymmetry / 100, np.where(turned, difference, np.nan))


def growth(table: HalfCycleTable, context: Context) -> Floats:
    """R rises within the half cycle: pores, not a short."""
    return _marked(table.rise > context.params.growth / 100, table.rise)


def limit(table: HalfCycleTable, context: Context) -> Floats:
    """U goes to the instrument's limit, or the current is lost at a large U: an open circuit, not a short."""
    if context.params.limit:
        # A thousandth below the stated limit is at it: the last digits of a reading.
        return _marked(table.u_largest >= 0.999 * context.params.limit, table.u_largest)
    # Twenty times the lowest R: growth in the cases measured is fivefold (docs/analyses/ccd.md).
    opened = (np.abs(table.u_end) >= AT_LIMIT_V) & (table.r_end > 20 * lowest_so_far(table)) & _flat(table)
    return _marked(opened, table.r_end)


def _flat(table: HalfCycleTable) -> NDArray[np.bool_]:
    """Return whether U rests at its largest value: what a limit does, and no cell."""
    return np.asarray(np.abs(table.u_end) >= 0.995 * table.u_largest)  # a limit is flat to its noise; by eye


def eis_vanish(table: HalfCycleTable, context: Context) -> Floats:
    """All arcs of the spectrum are gone that an earlier one had: less than a third of the electrolyte is left."""
    bound = context.bulk / context.params.eis_vanish
    had = np.logical_or.accumulate(context.arcs >= bound)
    return _marked((context.arcs < bound) & had, np.full(len(table), context.bulk), context.arcs)


@dataclass(frozen=True)
class Detector:
    """A detector by name: the function that marks half cycles."""

    name: str
    mark: Callable[[HalfCycleTable, Context], Floats]


ALL = (
    Detector("r_drop", r_drop),
    Detector("below_bulk", below_bulk),
    Detector("half_drop", half_drop),
    Detector("near_zero", near_zero),
    Detector("asymmetry", asymmetry),
    Detector("growth", growth),
    Detector("limit", limit),
    Detector("eis_vanish", eis_vanish),
)


def evaluate(table: HalfCycleTable, context: Context) -> dict[str, Floats]:
    """Evaluate every detector on every half cycle: by name (m,), 1 it fires, 0 it does not, NaN it cannot say."""
    return {detector.name: detector.mark(table, context) for detector in ALL}


def decides(criterion: str, found: dict[str, Floats]) -> NDArray[np.bool_]:
    """Mark the half cycles (m,) that fail by a criterion."""
    names = ("r_drop", "below_bulk") if criterion == DEFAULT else (criterion,)
    return np.asarray(np.any([found[name] == 1 for name in names], axis=0))
