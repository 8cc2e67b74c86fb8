"""Thinning: fewer points than rows, without losing extremes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

PIECES = 1200
"""About as many pieces as a figure 8 inches wide at 150 dpi has pixels across."""


_PER_PIECE = 6
"""Rows that `outline` keeps of a piece: its first and last, and the extremes of x and of y."""


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


def outline(x: ArrayLike, y: ArrayLike, pieces: int = PIECES) -> NDArray[np.intp]:
    """Return the rows that draw a curve of any shape as all rows would: extremes and ends of each piece.

    x, y: (n,), any unit; rows ascending, at most 6 per piece, all of a curve of at most 6 · `pieces` rows.
    Unlike `envelope` it takes a curve that turns back, such as a voltammogram. A piece without a number keeps its
    ends, so that a gap stays a gap.
    """
    curve = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    count = len(curve[0])
    if count <= _PER_PIECE * pieces:
        return np.arange(count)
    length = -(-count // pieces)
    # The last piece ends with the last row, so that it overlaps the one before.
    start = np.minimum(np.arange(-(-count // length)) * length, count - length)
    kept = [start, start + length - 1]
    for values in curve:
        cut = values[start[:, None] + np.arange(length)]
        for least, place in ((np.inf, np.argmin), (-np.inf, np.argmax)):
            kept.append(start + place(np.where(np.isnan(cut), least, cut), axis=1))
    return np.unique(np.concatenate(kept))
