"""How long, and how much of its charge, each half cycle was measured in each range of the current."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.science import CurrentRanges
from echub.segments import Segments
from echub_cycling.data.charge import Floats, RowCharge
from echub_cycling.data.counter import HOUR_S
from echub_cycling.data.halves import CellTrace, Halves, summed


@dataclass(frozen=True, eq=False)
class RangeShares:
    """For half cycles, or sums of them, (m,): hours and charge in each range (m, k + 1), the last one unknown.

    limit: (k + 1,), ± error of the current by its offset, in the unit of the current, 0 for the unknown one, of
    whose accuracy only the gain, as a part of the charge, is counted.
    """

    names: tuple[str, ...]
    limit: Floats
    gain: float
    hours: Floats
    charge: Floats

    def summed(self, chosen: NDArray[np.bool_], of: NDArray[np.intp], count: int) -> RangeShares:
        """Return the sums of the chosen half cycles (m,) by the number of their cycle (m,)."""
        made = []
        for values in (self.hours, self.charge):
            total = np.zeros((count, values.shape[1]))
            np.add.at(total, of[chosen], values[chosen])
            made.append(total)
        return RangeShares(self.names, self.limit, self.gain, *made)

    @property
    def offset(self) -> Floats:
        """Return ± the part of its charge that the offset of each range makes (m, k + 1)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.limit * self.hours / self.charge.sum(axis=1, keepdims=True))

    @property
    def scale(self) -> Floats:
        """Return ± the part of its charge that the gain of each range makes (m, k + 1)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.gain * self.charge / self.charge.sum(axis=1, keepdims=True))

    def used(self, places: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Return which ranges (k + 1,) any of these was measured in."""
        return np.asarray((self.charge[places] > 0).any(axis=0))


def shares_of(trace: CellTrace, halves: Halves, ranges: CurrentRanges) -> RangeShares:
    """Return the shares of half cycles; rests inside them take no time, as they carry no charge."""
    pieces, of = _pieces(halves.rows, ranges)
    way, count = trace.counted[0], len(ranges.names)
    hours = np.abs(summed(pieces, _weights(trace, way))) / HOUR_S
    charge = np.abs(summed(pieces, way.charge))
    shape = (len(halves), count + 1)
    made = []
    for values in (hours, charge):
        total = np.zeros(shape)
        np.add.at(total, (of, ranges.place[pieces.start] % (count + 1)), values)
        made.append(total)
    return RangeShares(ranges.names, np.append(ranges.limit, 0.0), ranges.gain, *made)


def _pieces(rows: Segments, ranges: CurrentRanges) -> tuple[Segments, NDArray[np.intp]]:
    """Cut half cycles where the range changes; return the pieces (p,) and the half cycle of each."""
    if len(ranges.names) < 2 and (not ranges.unknown() or not ranges.any_known):
        return rows, np.arange(len(rows))
    turns = ranges.changes()
    of = np.searchsorted(rows.start, turns, side="right") - 1
    inside = (of >= 0) & (turns < rows.stop[np.maximum(of, 0)])
    start = np.unique(np.concatenate([rows.start, turns[inside]]))
    of = np.searchsorted(rows.start, start, side="right") - 1
    stop = np.minimum(np.append(start[1:], rows.stop[-1]), rows.stop[of])
    return Segments(start, stop, rows.sign[of]), of


def _weights(trace: CellTrace, way: RowCharge) -> Floats:
    """Return the seconds (n,) for which the current of each row counts; none at rest."""
    step = np.diff(trace.t)
    own = np.append(0.0, step)
    if not way.since:
        own[:-1] += step
        own /= 2
    own[trace.state == 0] = 0.0
    return own
