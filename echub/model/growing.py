"""A column that grows block by block: one array of NumPy, filled from the buffers of polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

if TYPE_CHECKING:
    import polars as pl


class Growing:
    """One array for all rows of a column, so that no block of it has to be kept.

    dtype: float64 (a null becomes NaN), or int64 for whole numbers without a null.
    """

    def __init__(self, dtype: DTypeLike = np.float64) -> None:
        self._values: NDArray[Any] = np.empty(0, dtype)
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def add(self, series: pl.Series, expected: int = 0) -> None:
        """Append a block; room for `expected` rows is made at once."""
        self._make_room(self._rows + len(series), expected)
        filled = series.fill_null(np.nan) if series.null_count() else series
        for part in filled.get_chunks():
            self._values[self._rows : self._rows + len(part)] = part.to_numpy()
            self._rows += len(part)

    def _make_room(self, rows: int, expected: int) -> None:
        if rows > len(self._values):
            larger = np.empty(max(rows, expected), self._values.dtype)
            larger[: self._rows] = self._values[: self._rows]
            self._values = larger

    def joined(self) -> NDArray[Any]:
        """Return the whole column, (rows,)."""
        self._values.resize(self._rows, refcheck=False)
        return self._values
