"""The accuracy of a current by the range in which it was measured.

An accuracy "of the range" limits the error of every reading by the same current, however small the reading is. How
it divides into an offset and a gain is not stated, so both are taken as unknown within the limit: two rectangles
(GUM, JCGM 100:2008, 4.3.7), the offset ± accuracy × full scale, the gain ± accuracy × reading, of every range by
itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
RANGE_ACCURACY = "accuracy of the current range"
"""Name of the component of an uncertainty that the range of the current adds."""
UNKNOWN = -1
MOST = 100
"""Distinct full scales of a file at most; instruments have a dozen, and so many are something else."""
_PREFIXES = ((1e3, "A"), (1.0, "mA"), (1e-3, "µA"), (1e-6, "nA"), (1e-9, "pA"))


@dataclass(frozen=True, eq=False)
class CurrentRanges:
    """Ranges (k,) of a current, in order of their size, and which of them each row (n,) was measured in.

    names: such as `10 mA`. limit: (k,), ± error of a reading in each, in the unit of the current. place: (n,), -1
    if the range of a row is not known. gain: ± error that grows with the reading, as a part of it.
    """

    names: tuple[str, ...]
    limit: Floats
    place: NDArray[np.int8]
    gain: float = 0.0

    @classmethod
    def of(cls, full_scale: ArrayLike, accuracy: float, per: float = 1.0) -> CurrentRanges:
        """Return the ranges of rows.

        full_scale: (n,), mA, NaN if unknown. accuracy: as a part of the range. per: what a current in mA is
        divided by for the unit of the analysis: an area, or 1e-6 for nA; NaN if that is not known, as no range
        then is.
        """
        sizes = np.asarray(full_scale, dtype=np.float64)
        found = _distinct(sizes) if np.isfinite(per) else np.zeros(0)
        place = np.full(len(sizes), UNKNOWN, dtype=np.int8)
        for number, size in enumerate(found.tolist()):
            place[sizes == size] = number
        return cls(tuple(map(range_name, found.tolist())), accuracy * found / per, place, accuracy)

    @property
    def any_known(self) -> bool:
        """Return whether the range of any row is known."""
        return len(self.names) > 0

    def at(self, rows: ArrayLike | slice) -> CurrentRanges:
        """Return the same for some of the rows, by mask, indices or slice."""
        chosen = rows if isinstance(rows, slice) else np.asarray(rows)
        return CurrentRanges(self.names, self.limit, self.place[chosen], self.gain)

    def used(self) -> tuple[str, ...]:
        """Return the names of the ranges in which any row was measured."""
        count = np.bincount(self.place.astype(np.intp) + 1, minlength=len(self.names) + 1)[1:]
        return tuple(name for name, rows in zip(self.names, count.tolist(), strict=True) if rows)

    def unknown(self) -> int:
        """Return the number of rows whose range is not known."""
        return int(np.count_nonzero(self.place == UNKNOWN))

    def error(self) -> Floats:
        """Return ± the error of each row (n,), in the unit of the current; NaN if its range is not known."""
        return np.asarray(np.append(self.limit, np.nan)[self.place])

    def error_of_mean(self) -> float | None:
        """Return ± the error of the mean of the rows, each in its own range; None if no range is known."""
        known = self.place[self.place != UNKNOWN]
        return float(np.mean(self.limit[known])) if len(known) else None

    def changes(self) -> NDArray[np.intp]:
        """Return the rows, but the first, from which the range is another one."""
        return np.flatnonzero(self.place[1:] != self.place[:-1]) + 1


def _distinct(sizes: Floats) -> Floats:
    """Return the full scales that occur, ascending; quick for those that change rarely."""
    turns = sizes[np.append(True, sizes[1:] != sizes[:-1])] if len(sizes) else sizes
    found = np.unique(turns[np.isfinite(turns) & (turns > 0)])
    return found if len(found) <= MOST else np.zeros(0)


def range_name(milliampere: float) -> str:
    """Return the name of a range by its full scale in mA: `10 mA`, `100 µA`, `1 A`."""
    names = [(f"{milliampere / factor:.4g}", printed) for factor, printed in _PREFIXES]
    number, printed = next((one for one in names if float(one[0]) >= 1), names[-1])
    return f"{number} {printed}"
