"""Runs of rows and their statistics, vectorised: without a loop over segments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.science import MAD_TO_SIGMA

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
LONG = 100
"""From this many rows on average, segments are sorted one by one: one pass over all of them is slower."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Runs of rows in their order: `start` (inclusive), `stop` (exclusive), `sign`.

    `sign` is that of the current: +1 anodic, -1 cathodic, 0 rest. Together they need not cover
    all rows. Every method takes one value per row (n,) and returns one per segment (m,), float64, same unit.
    Rows without a number (NaN) are ignored; a segment of only such rows, or without rows, gives NaN.
    """

    start: Rows
    stop: Rows
    sign: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def rows(self) -> Rows:
        """Return the number of rows of each segment."""
        return self.stop - self.start

    def where(self, kept: ArrayLike) -> Segments:
        """Return some of the segments, by mask (m,) or indices."""
        chosen: NDArray[Any] = np.asarray(kept)
        return Segments(self.start[chosen], self.stop[chosen], self.sign[chosen])

    def widened(self, before: ArrayLike, after: ArrayLike, count: int) -> Segments:
        """Extend segments by `before` and `after` rows, one number or (m,), within `count` rows; may overlap."""
        start, stop = self.start - np.asarray(before), self.stop + np.asarray(after)
        return Segments(np.maximum(start, 0), np.minimum(stop, count), self.sign)

    def labels(self, count: int) -> Rows:
        """Return the number of the segment of every row (count,), -1 for a row in no segment."""
        label = np.full(count, -1, dtype=np.intp)
        if len(self):
            label[self._inside] = np.repeat(np.arange(len(self)), self.rows)
        return label

    # -- one value per segment -----------------------------------------------------------------

    def first(self, values: ArrayLike) -> Floats:
        """Return the first number of each segment."""
        return self._by_place(values, 0)

    def last(self, values: ArrayLike) -> Floats:
        """Return the last number of each segment."""
        return self._by_place(values, -1)

    def total(self, values: ArrayLike) -> Floats:
        """Return the sum of each segment."""
        known = _float(values)
        return self._lost_where_empty(self._reduce(np.add, np.where(np.isnan(known), 0.0, known)), known)

    def mean(self, values: ArrayLike) -> Floats:
        """Return the unweighted mean of each segment."""
        known = _float(values)
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.total(known) / self._count(known)

    def smallest(self, values: ArrayLike) -> Floats:
        """Return the smallest number of each segment."""
        known = _float(values)
        return self._lost_where_empty(self._reduce(np.minimum, np.where(np.isnan(known), np.inf, known)), known)

    def largest(self, values: ArrayLike) -> Floats:
        """Return the largest number of each segment."""
        known = _float(values)
        return self._lost_where_empty(self._reduce(np.maximum, np.where(np.isnan(known), -np.inf, known)), known)

    def quantile(self, values: ArrayLike, fraction: float) -> Floats:
        """Return the quantile of each segment at `fraction` (0 to 1), interpolated linearly, as NumPy does."""
        known = _float(values)
        if len(self) and self.rows.mean() >= LONG:
            pairs = zip(self.start.tolist(), self.stop.tolist(), strict=True)
            return np.array([_quantile(known[first:last], fraction) for first, last in pairs])
        given, label = known[self._inside], np.repeat(np.arange(len(self)), self.rows)
        order = np.lexsort((given, label))  # NaN sorts last
        ordered, count = np.append(given[order], np.nan), self._count(known)
        place = np.maximum(count - 1, 0) * fraction
        low = np.floor(place)
        below, above = self._begin + low.astype(np.intp), self._begin + np.ceil(place).astype(np.intp)
        found = ordered[below] + (place - low) * (ordered[above] - ordered[below])
        return np.asarray(np.where(count > 0, found, np.nan))

    def median(self, values: ArrayLike) -> Floats:
        """Return the median of each segment."""
        return self.quantile(values, 0.5)

    def noise(self, values: ArrayLike) -> Floats:
        """Estimate the standard deviation of noise from row to row, independent of slow drift.

        1.4826 × the median of |second difference| / sqrt(6): the variance of x₁ - 2x₂ + x₃ is 1 + 4 + 1 times
        that of a row. NaN if a segment has fewer than three rows.
        """
        known = _float(values)
        bend = np.full(len(known), np.nan)
        bend[1:-1] = np.abs(known[2:] - 2 * known[1:-1] + known[:-2]) / np.sqrt(6)
        inner = Segments(np.minimum(self.start + 1, self.stop), np.maximum(self.stop - 1, self.start), self.sign)
        wide = self.rows >= 3
        found = np.full(len(self), np.nan)
        found[wide] = MAD_TO_SIGMA * inner.where(wide).median(bend)
        return found

    # -- implementation ------------------------------------------------------------------------

    @cached_property
    def _begin(self) -> Rows:
        """Return the start of each segment when all are concatenated."""
        return np.concatenate([[0], np.cumsum(self.rows)[:-1]]).astype(np.intp)[: len(self)]

    @cached_property
    def _inside(self) -> Rows | slice:
        """Return the rows of all segments, one segment after the other; a slice if they are contiguous."""
        if not len(self):
            return np.zeros(0, np.intp)
        if np.array_equal(self.start[1:], self.stop[:-1]):
            return slice(int(self.start[0]), int(self.stop[-1]))
        return np.repeat(self.start - self._begin, self.rows) + np.arange(self.rows.sum())

    def _reduce(self, function: np.ufunc, values: Floats) -> Floats:
        if not len(self):
            return np.zeros(0)
        found, filled = np.zeros(len(self)), self.rows > 0
        if filled.any():
            found[filled] = function.reduceat(values[self._inside], self._begin[filled])
        return found

    def _count(self, values: Floats) -> Floats:
        missing = np.isnan(values)
        if not missing.any():
            return self.rows.astype(np.float64)
        return self._reduce(np.add, (~missing).astype(np.float64))

    def _lost_where_empty(self, found: Floats, values: Floats) -> Floats:
        return np.asarray(np.where(self._count(values) > 0, found, np.nan))

    def _by_place(self, values: ArrayLike, end: int) -> Floats:
        known = _float(values)
        number = np.where(np.isnan(known), np.nan, np.arange(len(known), dtype=np.float64))
        place = self.smallest(number) if end == 0 else self.largest(number)
        lost = np.isnan(place)
        found = known[np.where(lost, 0, place).astype(np.intp)] if len(known) else np.zeros(len(self))
        return np.asarray(np.where(lost, np.nan, found))


def runs(labels: ArrayLike, sign: ArrayLike | None = None) -> Segments:
    """Cut rows where a label (n,) (a counter, a state) changes; `sign` (n,) is taken from each first row."""
    values: NDArray[Any] = np.asarray(labels)
    if not len(values):
        return Segments(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.int8))
    start = np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1]).astype(np.intp)
    stop = np.append(start[1:], len(values)).astype(np.intp)
    signs = np.zeros(len(values), np.int8) if sign is None else np.asarray(sign, dtype=np.int8)
    return Segments(start, stop, signs[start])


def _quantile(values: Floats, fraction: float) -> float:
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan
    place = (len(known) - 1) * fraction
    low, high = int(np.floor(place)), int(np.ceil(place))
    ordered = np.partition(known, [low, high])
    return float(ordered[low] + (place - low) * (ordered[high] - ordered[low]))


def _float(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)
