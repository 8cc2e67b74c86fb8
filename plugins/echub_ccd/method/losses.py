"""What R loses in a half cycle against what its neighbours predict, and what the level alone takes off.

R may grow in every half cycle and heal at every reversal, and R of a cell that is not ohmic falls where the level
rises. Both repeat themselves from half cycle to half cycle; a short does not.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from echub_ccd.data.table import HalfCycleTable

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]
RECENT = 4
"""Half cycles before that predict how much R grows in one: two cycles, since growth may change with the level."""
SURE = 5.0
"""Standard deviations of noise, and of how the growth of R differs from cycle to cycle: as `r_drop_sigma`."""
QUARTER = 0.3186
"""Lower quartile of the size of a normal deviation, in standard deviations: a short makes more than half of the
changes of a file odd, hardly three quarters."""
STEEPEST = -1.05
"""d ln R/d ln j of a sound cell is at least -1, since U does not fall while the current rises; 5 % for drift."""
STEEPER, SLOPE, BEND = 1.5, 0.1, 0.3
"""R(j) is smooth: no change of level is half as steep again as the one before it or after it, and 0.1 in
d ln R/d ln j, and so much more for each e-fold of j between them, as asinh and Butler-Volmer laws bend (0.25 at
most). A fall by 15 % at a step by two is a slope of -0.23."""
FIRST = 1.1
"""The first change of level has none before it, and slopes grow with the level unless most of R is in series:
it may be steeper than the second by a tenth."""
SPAN = 0.2
"""Change of ln j that makes a slope beside: of steps of 2 % the slope is mostly noise. A step by 1.2, as usual."""
UNKNOWN = 1e6
"""Relative noise of R that is zero: of no size, but one that can be computed with."""
MOVED = 0.005
"""Levels that differ by less are one here: five times the usual accuracy of a current."""


def lost_within(table: HalfCycleTable, *, ever: bool = False) -> Floats:
    """Return the part of R (m,) that each half cycle loses, against the growth that others show.

    Growth is predicted from the half cycles shortly before: the second lowest, and never less than none. `ever`:
    the largest such prediction so far counts.
    """
    rise = _rises(table)
    sure = rise - _noise(table)
    here = _before(table.file, -1) == table.file[:, None]
    past = np.where(here, _before(np.where(np.isfinite(sure), sure, np.inf), np.inf), np.inf)
    second = np.partition(past, 1, axis=1)[:, 1]
    usual = np.where(np.isfinite(second), np.maximum(second, 0.0), 0.0)
    if ever:
        usual = np.maximum.accumulate(usual)
    return np.asarray(np.nan_to_num(-np.expm1(np.minimum(rise - usual, 0.0))))


def _before(values: NDArray[Any], none: float) -> NDArray[Any]:
    """Return the `RECENT` values before each of them (m, RECENT); `none` where there are none."""
    padded = np.concatenate([np.full(RECENT, none, values.dtype), values])
    return sliding_window_view(padded, RECENT)[:-1]


def uncertain(table: HalfCycleTable) -> Floats:
    """Return how large such a loss (m,) may be by noise, and by growth that differs from cycle to cycle."""
    rise, noise = _rises(table), _noise(table)
    change = np.abs(rise[4:] - 2 * rise[2:-2] + rise[:-4])  # of one direction; growth with the level has none
    change = change[np.isfinite(change)]
    scatter = float(np.quantile(change, 0.25)) / QUARTER if len(change) > RECENT else 0.0
    return np.asarray(noise + SURE * scatter / np.sqrt(6))


def stays_lower(table: HalfCycleTable, depth: Floats) -> Marks:
    """Mark half cycles (m,) after which R starts lower by half of a depth than a cycle before, in both directions.

    What no half cycle follows that tells is believed.
    """
    start, least = table.r_start, 1 - depth / 2
    found = np.ones(len(start), bool)
    for k in range(len(start)):
        for later in (k + 1, k + 2):
            if later < len(start) and later >= 2 and _alike(table, later - 2, later):
                found[k] &= bool(start[later] <= least[k] * start[later - 2])
    return found


def bends(table: HalfCycleTable) -> Floats:
    """Return ln of what the level alone takes off R (m,), ≤ 0, since the half cycle of the same direction before.

    0 where the level did not rise, or R fell otherwise than R(j) of a sound cell does: more steeply than at
    constant U, or than at the changes of level beside it.
    """
    found = np.zeros(len(table))
    noise = _noise(table)
    lost = lost_within(table, ever=True)
    lost = np.where(lost > noise, np.log1p(-np.minimum(lost, 0.99)), 0.0)
    for sign in (1.0, -1.0):
        places = np.flatnonzero((table.sign == sign) & np.isfinite(table.r_start) & (table.r_start > 0))
        pairs = [(p, k) for p, k in pairwise(places) if table.file[p] == table.file[k]]
        steps = [(p, k, float(np.log(table.level[k] / table.level[p]))) for p, k in pairs]
        steps = [step for step in steps if step[2] > MOVED]
        fell = np.array([np.log(table.r_start[k] / table.r_start[p]) - lost[p:k].sum() for p, k, _ in steps])
        smooth = _smooth(
            fell, np.array([by for *_, by in steps]), np.array([max(noise[p], noise[k]) for p, k, _ in steps])
        )
        for (_, k, _), value, alike in zip(steps, fell, smooth, strict=True):
            found[k] = min(value, 0.0) if alike else 0.0
    return found


def _smooth(fell: Floats, by: Floats, noise: Floats) -> Marks:
    """Mark changes of ln R (n,), ± noise, at changes of ln j (n,), that fit those beside them."""
    found = np.zeros(len(fell), bool)
    for k in range(len(fell)):
        beside = [_slope(fell[:k][::-1], by[:k][::-1]), _slope(fell[k + 1 :], by[k + 1 :])]
        more, bend = (STEEPER, BEND) if k else (FIRST, BEND / 2)
        bounds = [more * slope - SLOPE - bend * (by[k] + span) / 2 for slope, span in beside if np.isfinite(slope)]
        found[k] = bool(bounds) and bool(fell[k] + noise[k] >= max(*bounds, STEEPEST) * by[k])
    return found


def _slope(fell: Floats, by: Floats) -> tuple[float, float]:
    """Return d ln R/d ln j over the first of some changes, until ln j changes by `SPAN`, and its change."""
    if not len(by):
        return np.nan, np.nan
    total = np.cumsum(by)
    last = min(int(np.searchsorted(total, SPAN)), len(by) - 1)
    return float(fell[: last + 1].sum() / total[last]), float(total[last])


def _alike(table: HalfCycleTable, first: int, second: int) -> bool:
    return bool(table.sign[first] == table.sign[second] and table.file[first] == table.file[second])


def _rises(table: HalfCycleTable) -> Floats:
    """Return ln of R at the end over R at the start (m,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(table.r_end / table.r_start))


def _noise(table: HalfCycleTable) -> Floats:
    """Return `SURE` standard deviations of R at the end of a half cycle (m,), its last twentieth, relative."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = table.noise / np.sqrt(np.maximum(0.05 * table.rows, 3))
        noise = np.hypot(rows, table.slow) / np.abs(table.r_start)
    return np.asarray(SURE * np.nan_to_num(noise, posinf=UNKNOWN))
