"""Where a reading stands still: clipped at the end of its range, or dead, and not measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

LEAST = 8
"""Equal rows that stand still: of a reading that moves by two digits from row to row, one in a million."""
BESIDE = 8
"""Rows on each side that show how the reading moves there."""
MOVES, DIGITS = 0.75, 2.0
"""Of the changes beside, these many are not zero, and by as many digits in the median: a coarse reading holds its
values for several rows, one that settles moves by single digits before it rests."""


def standstills(values: ArrayLike) -> list[slice]:
    """Return the runs of rows in which a reading stands still, although it moves beside them.

    values: (n,), any unit, finite. The digit is the smallest change from row to row.
    """
    change = np.diff(np.asarray(values, dtype=np.float64))
    moved = np.abs(change[change != 0])
    if not len(moved):
        return []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (change == 0).astype(int), [0]])))
    return [
        slice(int(first), int(last) + 1)
        for first, last in edges.reshape(-1, 2)
        if last - first + 1 >= LEAST and _moves(change, int(first), int(last), DIGITS * float(moved.min()))
    ]


def _moves(change: np.ndarray, first: int, last: int, least: float) -> bool:
    """Return whether the changes beside those from first to last are not zero, and large enough."""
    # The change into the run and that out of it are a jump of what is dead.
    beside = np.abs(
        np.concatenate([change[max(first - 1 - BESIDE, 0) : max(first - 1, 0)], change[last + 1 :][:BESIDE]])
    )
    return bool(len(beside) >= BESIDE // 2 and np.mean(beside > 0) >= MOVES and np.median(beside) > least)
