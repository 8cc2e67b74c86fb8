"""Columns that grow block by block: one array of NumPy for all of a type, filled from the buffers of polars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

if TYPE_CHECKING:
    import polars as pl


class Growing:
    """Columns of one type in one array, so that no block has to be kept.

    One large array gets large pages from the system: filling it takes a fifth of the time of many small ones. All
    of it lives as long as one of its columns. dtype: float64 (a null becomes NaN), or int64 for whole numbers
    without a null.
    """

    def __init__(self, columns: int, dtype: DTypeLike = np.float64) -> None:
        self._values: NDArray[Any] = np.empty((columns, 0), dtype)
        self._rows = 0

    def add(self, block: Sequence[pl.Series], expected: int = 0) -> None:
        """Append a block, a series for each column; room for `expected` rows is made at once."""
        if not block:
            return
        rows = self._rows + len(block[0])
        self._make_room(rows, expected)
        for column, series in zip(self._values, block, strict=True):
            at = self._rows
            for part in (series.fill_null(np.nan) if series.null_count() else series).get_chunks():
                column[at : at + len(part)] = part.to_numpy()
                at += len(part)
        self._rows = rows

    def _make_room(self, rows: int, expected: int) -> None:
        if rows > self._values.shape[1]:
            larger = np.empty((len(self._values), max(rows, expected)), self._values.dtype)
            larger[:, : self._rows] = self._values[:, : self._rows]
            self._values = larger

    def joined(self) -> list[NDArray[Any]]:
        """Return the whole columns, each (rows,)."""
        return [column[: self._rows] for column in self._values]
