"""Rows with one time stamp: a clock that prints full seconds, or rows that stand twice in a file.

If the clock is coarser than the rows, a stamp may hold the end of one half cycle and the start of the next.
Their mean is neither: such a stamp is cut there, and its parts lie in the step of the clock by their numbers of
rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.segments.rows import Segments, runs

GRID, MOST = 0.02, 0.99
"""Stamps of a coarse clock are whole steps apart, to 2 % of one, nearly all: hours are printed with rounded
digits."""


@dataclass(frozen=True, eq=False)
class Stamps:
    """The rows of each time stamp (m stamps of n rows), for merging them: every time then stands once.

    groups: consecutive rows of one time. distinct: (n,), rows that do not repeat the one before in every
    column. counted: (n,), those of them whose counters and codes are those of the last row of their group: the
    instrument had not changed its state in the others yet. time: (m,), of each group. step: that of a clock
    which is coarser than the rows, in the unit of the time; 0 if no stamp shows one.
    """

    groups: Segments
    counted: NDArray[np.bool_]
    distinct: NDArray[np.bool_]
    time: NDArray[np.float64]
    step: float = 0.0

    @property
    def first(self) -> NDArray[np.intp]:
        """Return the first row of each group (m,)."""
        return self.groups.start

    @property
    def merged(self) -> int:
        """Return the number of rows that disappear by merging."""
        return len(self.counted) - len(self.groups)

    @property
    def repeated(self) -> int:
        """Return the number of rows that repeat the one before in every column."""
        return int(len(self.counted) - self.distinct.sum())

    def mean(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return the mean of each group (m,), float64: for what is measured at a moment."""
        return self.groups.mean(np.where(self.counted, np.asarray(values, np.float64), np.nan))

    def total(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return the sum of each group (m,), float64: for increments since the row before."""
        return self.groups.total(np.where(self.distinct, np.asarray(values, np.float64), np.nan))

    def last(self, values: ArrayLike) -> NDArray[Any]:
        """Return the last value of each group (m,), of any type: for running sums, counters and codes."""
        return np.asarray(values)[self.groups.stop - 1]


def stamps(time: ArrayLike, columns: Iterable[ArrayLike] = (), sign: ArrayLike | None = None) -> Stamps | None:
    """Find consecutive rows of equal time; None if every time stands once.

    time: (n,), any unit, without NaN. columns: (n,) each, all that is known of the rows: those of float64 are
    measured, others (integers, booleans, texts) count or name a state. sign: (n,), that of the current, 0 at rest:
    where it changes, a stamp of a coarse clock is cut.
    """
    t = np.asarray(time)
    if len(t) < 2 or not (t[1:] == t[:-1]).any():
        return None
    given = [np.asarray(column) for column in columns]
    distinct = np.ones(len(t), bool)
    if given:
        distinct[1:] = t[1:] != t[:-1]
        for column in given:
            distinct[1:] |= ~_same(column[1:], column[:-1])
    turns = np.zeros(len(t), bool)
    codes = [column for column in given if column.dtype.kind != "f"]
    if sign is not None:
        turns[1:] = np.diff(np.asarray(sign)) != 0
        codes.append(np.asarray(sign))
    step = _clock_step(t, distinct & ~turns, codes)
    by_time = runs(t)
    stamp = by_time.labels(len(t))
    groups = runs(np.cumsum(turns) + stamp) if step else by_time
    counted = distinct.copy()
    final = groups.stop[groups.labels(len(t))] - 1
    for column in codes:
        counted &= column == column[final]
    times = np.asarray(t[groups.start], dtype=np.float64)
    of = stamp[groups.start]
    middle = ((groups.start + groups.stop) / 2 - by_time.start[of]) / by_time.rows[of]
    return Stamps(groups, counted, distinct, times + step * (middle - 0.5), step)


def _clock_step(t: NDArray[Any], differs: NDArray[np.bool_], codes: Iterable[NDArray[Any]]) -> float:
    """Return the step of a clock that gives one time to different rows of one state, 0 if there are no such rows.

    A row that is written at a change of state has the time of the one before with any clock. differs: (n,),
    rows that differ from the one before in what is measured, not in the sign of the current.
    """
    together = differs[1:] & (t[1:] == t[:-1])
    for column in codes:
        together &= column[1:] == column[:-1]
    gaps = np.diff(t[np.append(True, t[1:] != t[:-1])])
    if not together.any() or not len(gaps) or not gaps.min() > 0:
        return 0.0
    steps = gaps / gaps.min()
    return float(gaps.min()) if np.mean(np.abs(steps - np.round(steps)) < GRID) >= MOST else 0.0


def _same(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.bool_]:
    equal = first == second
    return np.asarray(equal | (np.isnan(first) & np.isnan(second)) if first.dtype.kind == "f" else equal)
