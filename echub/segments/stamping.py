"""Rows with one time stamp: a clock that prints full seconds, or rows that stand twice in a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.segments.rows import Segments, runs


@dataclass(frozen=True, eq=False)
class Stamps:
    """The rows of each time stamp (m stamps of n rows), for merging them: every time then stands once.

    groups: consecutive rows of one time. distinct: (n,), rows that do not repeat the one before in every
    column. counted: (n,), those of them whose counters and codes are those of the last row of their group: the
    instrument had not changed its state in the others yet.
    """

    groups: Segments
    counted: NDArray[np.bool_]
    distinct: NDArray[np.bool_]

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


def stamps(time: ArrayLike, columns: Iterable[ArrayLike] = ()) -> Stamps | None:
    """Find consecutive rows of equal time; None if every time stands once.

    time: (n,), any unit, without NaN. columns: (n,) each, all that is known of the rows: those of float64 are
    measured, others (integers, booleans, texts) count or name a state.
    """
    t = np.asarray(time)
    if len(t) < 2 or not (t[1:] == t[:-1]).any():
        return None
    groups = runs(t)
    given = [np.asarray(column) for column in columns]
    distinct = np.ones(len(t), bool)
    if given:
        distinct[1:] = t[1:] != t[:-1]
        for column in given:
            distinct[1:] |= ~_same(column[1:], column[:-1])
    counted = distinct.copy()
    final = groups.stop[groups.labels(len(t))] - 1
    for column in given:
        if column.dtype.kind != "f":
            counted &= column == column[final]
    return Stamps(groups, counted, distinct)


def _same(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.bool_]:
    equal = first == second
    return np.asarray(equal | (np.isnan(first) & np.isnan(second)) if first.dtype.kind == "f" else equal)
