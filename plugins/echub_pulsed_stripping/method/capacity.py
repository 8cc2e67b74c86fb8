"""What one block stripped up to the first crossing of the cut-off, by every way of counting charge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs
from echub.segments import Edges, Segments, by_edges, by_increments, by_integration, by_running_charge, edges
from echub_pulsed_stripping.data.blocks import PulseBlock
from echub_pulsed_stripping.data.electrode import Floats
from echub_pulsed_stripping.data.train import LEAST_LIMIT_V, PulseTrain

ALMOST = 0.999
"""A file that ends this close to the cut-off ended on it: 3 mV of 3 V, the noise of the last row."""
STAYS = 0.5
"""Part of the rows of a pulse after a crossing that stay beyond the cut-off: most of them, or it was a spike."""
LIMITED = 0.98
"""Less than this of the commanded current while the voltage rests at its largest: the instrument's limit (decision
41). A current under control stays within its accuracy of 0.1 %."""
MARKED = 0.5
"""Rows around an edge that are closer than this part of the usual step were written because of the edge."""
DISAGREE = 0.01
"""Ways of counting that differ by a larger share, and by three standard uncertainties, disagree (decision 41)."""
CHARGES = {"charge_increment": "dq", "charge": "Q"}
CHARGE_UNITS = {"mA": "mA*h", "mA/cm^2": "mA*h/cm^2"}


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a block, from the one before its first pulse to its end, and its pulses among them.

    `charges` are the instrument's own, by quantity: increments and running charge. `offset`: where
    the rows begin in the file. `end`: cut_off, limit, plating, next (block) or file. `spread`: standard
    uncertainty of the charge from where the end lies between two rows.
    """

    t: Floats
    j: Floats
    u: Floats
    charges: Mapping[str, Floats]
    pulses: Segments
    offset: int
    end: str
    spread: float = 0.0


@dataclass(frozen=True)
class CountedCharge:
    """One way of counting: per pulse, at rest, and the standard uncertainty that the way itself has.

    own_each: that of each pulse (m,); empty if the way has none.
    """

    name: str
    each: Floats
    at_rest: float
    own: float
    deciding: bool = True
    own_each: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def total(self) -> float:
        """Return the charge of all pulses."""
        return float(self.each.sum())


def rows_of(train: PulseTrain, block: PulseBlock, cut_off: float) -> Rows:
    """Cut out the rows of a block, up to the crossing, which becomes its last row."""
    some = slice(block.first, block.last + 1)
    pulses = train.pulses.where(np.arange(block.first, block.last + 1))
    begin, stop = max(int(pulses.start[0]) - 1, 0), int(train.rests.stop[block.last])
    end = "file" if stop == len(train.t) else "plating" if np.isnan(train.rest[block.last]) else "next"
    cut = slice(begin, stop)
    charges = {name: (train.data[need] * train.sign)[cut] for name, need in charge_needs(train).items()}
    inside = Segments(pulses.start - begin, pulses.stop - begin, pulses.sign)
    rows = Rows(train.t[cut], train.j[cut], train.u[cut], charges, inside, begin, end)
    crossing = _crossing(rows, cut_off)
    if crossing is not None:
        return _until(rows, crossing, _place(rows, crossing, cut_off), "cut_off")
    limit = _limited(train, rows, some)
    return rows if limit is None else _until(rows, limit, (0.0, 0.0), "limit")


def charge_needs(train: PulseTrain) -> dict[str, str]:
    """Name the charge columns that can be compared with the current: both per area, or both not; without gaps."""
    data, unit = train.data, CHARGE_UNITS[train.unit]
    return {name: need for name, need in CHARGES.items() if is_counted(data, need, unit)}


def is_counted(data: Inputs, need: str, unit: str) -> bool:
    """Return whether a charge column is there, in a unit, and has a number in each row."""
    return need in data and data.unit_of(need) == unit and bool(np.isfinite(data[need]).all())


def _crossing(rows: Rows, cut_off: float) -> int | None:
    """Find the first row of a pulse at or above the cut-off, if U stays there; the last row may be on it."""
    label = rows.pulses.labels(len(rows.t))
    inside = label >= 0
    beyond = inside & (rows.u >= cut_off)
    for at in np.flatnonzero(beyond).tolist():
        if not _is_spike(rows, beyond, at, int(label[at])):
            return int(at)
    at_end = rows.end == "file" and inside[-1] and rows.u[-1] >= ALMOST * cut_off
    return len(rows.t) - 1 if at_end else None


def _is_spike(rows: Rows, beyond: NDArray[np.bool_], at: int, pulse: int) -> bool:
    """Return whether U is back below the cut-off in most later rows of its pulse, or of the next one.

    Metal that is lost is not found again within a pulse; a relay, or a lead that is touched, comes back at once.
    """
    later = beyond[at + 1 : int(rows.pulses.stop[pulse])]
    if not len(later) and pulse + 1 < len(rows.pulses):
        later = beyond[int(rows.pulses.start[pulse + 1]) : int(rows.pulses.stop[pulse + 1])][-1:]
    return bool(len(later) and later.mean() < STAYS)


def spikes(rows: Rows, cut_off: float) -> NDArray[np.intp]:
    """Return the rows of pulses at or above the cut-off before the crossing, or all without one."""
    inside = rows.pulses.labels(len(rows.t)) >= 0
    until = len(rows.t) - 1 if rows.end == "cut_off" else len(rows.t)
    return np.flatnonzero((inside & (rows.u >= cut_off))[:until])


def _limited(train: PulseTrain, rows: Rows, some: slice) -> int | None:
    """Find the first row in which the voltage rests at its largest and the current is not what it should be."""
    top = float(rows.u.max())
    if train.set_point is None:
        level = float(np.median(train.level[some]))
        commanded = np.where(rows.pulses.labels(len(rows.t)) >= 0, level, np.nan)
    else:
        commanded = train.set_point[rows.offset : rows.offset + len(rows.t)]
    with np.errstate(invalid="ignore"):
        due = commanded > train.height / 2
        # On the top within 1 %: a limit is flat. Three rows: one or two may be an edge.
        found = np.flatnonzero(due & (rows.u >= 0.99 * top) & (rows.j < LIMITED * commanded))
    return int(found[0]) if top >= LEAST_LIMIT_V and len(found) >= 3 else None


def _place(rows: Rows, at: int, cut_off: float) -> tuple[float, float]:
    """Bracket the crossing between row `at` and the one before, as shares of the way from one to the other.

    Where the voltage rises ever faster its course lies below the chord, and crosses after it; where it
    rises ever more slowly, before it. The jump at the start of a pulse may be anywhere.
    """
    before, here = float(rows.u[at - 1]), float(rows.u[at])
    if here <= cut_off:
        return 1.0, 1.0
    begin = int(rows.pulses.start[rows.pulses.labels(len(rows.t))[at]])
    if at - 2 < begin:
        return 0.0, 1.0
    chord = (cut_off - before) / (here - before)
    slope, earlier = np.diff(rows.u[at - 2 : at + 1])[::-1] / np.diff(rows.t[at - 2 : at + 1])[::-1]
    return (chord, 1.0) if slope >= earlier else (0.0, chord)


def _until(rows: Rows, at: int, bracket: tuple[float, float], end: str) -> Rows:
    """End the rows between row `at` and the one before: in the middle of the bracket, which is uniform."""
    share = sum(bracket) / 2
    step = float(rows.t[at] - rows.t[at - 1])
    t, u = rows.t[: at + 1].copy(), rows.u[: at + 1].copy()
    t[at] = t[at - 1] + share * step
    u[at] = u[at - 1] + share * (u[at] - u[at - 1])
    charges = {}
    for name, values in rows.charges.items():
        kept = values[: at + 1].copy()
        before = 0.0 if name == "charge_increment" else kept[at - 1]
        kept[at] = before + share * (kept[at] - before)
        charges[name] = kept
    pulses = rows.pulses.where(rows.pulses.start <= at)
    pulses = replace(pulses, stop=np.minimum(pulses.stop, at + 1))
    # Uniform within the bracket.
    spread = float(rows.j[at] * step / 3600) * (bracket[1] - bracket[0]) / np.sqrt(12)
    return Rows(t, rows.j[: at + 1], u, charges, pulses, rows.offset, end, spread)


# -- ways of counting ------------------------------------------------------------------------


def counted(train: PulseTrain, block: PulseBlock, rows: Rows) -> list[CountedCharge]:
    """Count the charge of the pulses by every way there is, the one that decides first.

    In mA·h, or mA·h/cm² with an area; the order is that of decision 41. Integration is there to show its error:
    trapezoids, left hold and on-samples of one generated series read 9.9, 10.4 and 9.0 for a true 10.0.
    """
    level = train.level[block.first : block.first + len(rows.pulses)]
    data = train.data
    found = edges(rows.t, rows.pulses, averaged=data.is_averaged("j"), clock=data.clock_step)
    # Sampled in step with the pulses all edges err alike: their brackets add up, as one rectangle.
    alike = level * (found.begin_within + found.end_within) / np.sqrt(3) / 3600
    slips = 0 if _are_marked(found, rows.t) else _phase_slips(found)
    own = alike / np.sqrt(1 + slips)
    at_rest = train.threshold.level * train.sign * float(rows.t[-1] - found.begin[0] - found.duration.sum()) / 3600
    by_level = CountedCharge(
        "commanded level and edges" if train.set_point is not None else "measured level and edges",
        by_edges(level, found),
        at_rest,
        float(own.sum()),
        own_each=own,
    )
    return [*_by_instrument(train, rows), by_level, *_integrated(rows)]


def _are_marked(found: Edges, t: Floats) -> bool:
    """Return whether the instrument writes rows at the edges: they then err alike, however long the rests are."""
    gaps = 2 * np.concatenate([found.begin_within, found.end_within])
    return bool(np.median(gaps) < MARKED * np.median(np.diff(t)))


def _phase_slips(found: Edges) -> int:
    """Count how often the rows slip by one against the pulses: so many times their errors are drawn anew."""
    if len(found.begin) < 3:  # one period has no median to slip against
        return 0
    period = np.diff(found.begin)
    return int((np.abs(period - np.median(period)) > (found.begin_within[1:] + found.begin_within[:-1]) / 2).sum())


def by_edges_of(ways: Sequence[CountedCharge]) -> CountedCharge:
    """Return the way by level and edges."""
    return next(way for way in ways if way.name.endswith("edges"))


def disagreement(ways: Sequence[CountedCharge]) -> float:
    """Return the difference between what decides and the edges, if neither's uncertainty explains it; else 0."""
    deciding, by_level = next(way for way in ways if way.deciding), by_edges_of(ways)
    apart = abs(deciding.total - by_level.total)
    return apart if apart > max(DISAGREE * by_level.total, 3 * by_level.own) else 0.0


def _by_instrument(train: PulseTrain, rows: Rows) -> list[CountedCharge]:
    """Take the instrument's own charge; increments are complete only where no row is missing.

    A counter that stands still, or counts the other way, counts something else: it does not decide.
    """
    count = len(rows.t)
    wide = rows.pulses.widened(0, _rest_follows(rows), count)
    source = train.data.row[rows.offset : rows.offset + count]
    whole = bool((np.diff(source) == 1).all())
    found = []
    ways: dict[str, Callable[..., Floats]] = {"charge_increment": by_increments, "charge": by_running_charge}
    all_rows = Segments(np.array([1]), np.array([count]), np.zeros(1, np.int8))
    for name, way in ways.items():
        if name in rows.charges:
            each = way(rows.charges[name], wide)
            rest = float(way(rows.charges[name], all_rows).sum() - each.sum())
            complete = whole or name != "charge_increment"
            found.append(CountedCharge(name, each, rest, 0.0, complete and bool(each.sum() > 0)))
    return sorted(found, key=lambda c: not c.deciding)


def _rest_follows(rows: Rows) -> NDArray[np.intp]:
    """Return 1 for a pulse whose next row is at rest: the charge between the two rows is the pulse's."""
    after = np.minimum(rows.pulses.stop, len(rows.t) - 1)
    # Not at rest where the current turns by more than `LEAST_HEIGHT`: then the charge is of the plating too.
    still = (rows.pulses.stop < len(rows.t)) & (rows.j[after] > -np.abs(rows.j).max() / 20)
    return np.asarray(still, dtype=np.intp)


def _integrated(rows: Rows) -> list[CountedCharge]:
    """Integrate the sampled current in three ways, to show what each loses."""
    wide = rows.pulses.widened(1, rows.pulses.stop < len(rows.t), len(rows.t))
    ways = {
        "trapezoid": by_integration(rows.t, rows.j, wide),
        "left hold": by_integration(rows.t, rows.j, rows.pulses, "hold"),
        "on-samples": by_integration(rows.t, rows.j, rows.pulses),
    }
    return [CountedCharge(name, each, 0.0, 0.0, deciding=False) for name, each in ways.items()]
