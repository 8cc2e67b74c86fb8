"""Thinning: fewer points than rows, without losing extremes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

PIECES = 1200
"""About as many pieces as a figure 8 inches wide at 150 dpi has pixels across."""


def envelope(x: ArrayLike, y: ArrayLike, pieces: int = PIECES) -> tuple[Floats, Floats, Floats]:
    """Return the envelope of a trace: the first x, the smallest and the largest y of each piece.

    A short circuit that lasts one row is still in it. Pieces have equal numbers of rows, at most `pieces` of
    them. x, y: (n,), any unit; three arrays (m,), m ≤ `pieces`. NaN is left out of a piece that has a value.
    """
    t, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not len(t):
        return t, values, values
    start = np.arange(0, len(t), max(1, -(-len(t) // pieces)))
    return t[start], np.fmin.reduceat(values, start), np.fmax.reduceat(values, start)


def envelope_line(x: ArrayLike, low: ArrayLike, high: ArrayLike) -> tuple[Floats, Any]:
    """Return x and y of the line that zigzags through an envelope, for `plot`.

    x, low, high: (m,), as `envelope` returns them; two arrays (2 m,).
    """
    return np.repeat(np.asarray(x, dtype=np.float64), 2), np.column_stack([low, high]).ravel()


def thinned(rows: int, most: int) -> slice:
    """Return the slice of every k-th row that leaves at most `most` rows; for smooth curves only."""
    return slice(None, None, max(1, -(-rows // most)))
