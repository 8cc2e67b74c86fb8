"""Where nothing was measured: a line through a pause of a recording would show values that nobody has seen."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.segments import clock_segments

LONGER = 10.0
"""Times the sampling around it that a pause lasts; less may be a few values that were lost on the way."""
AROUND = 5
"""Intervals on either side that show the sampling: all shorter than the pause by `LONGER`."""
EQUAL, STEADY = 0.05, 4
"""Share by which, and number of those intervals that are equal to their median. Only a clock samples so: values
stored at each change of the potential leave long intervals too, in which it was watched, and are joined."""
_BLOCK = 256
"""Intervals that are looked at together; a pause is longer than its neighbours in any block."""


def pauses(time: ArrayLike) -> NDArray[np.intp]:
    """Return the rows before pauses: intervals that are long for a recording at steady intervals on both sides.

    time: (n,), any unit. At least `AROUND` intervals lie between two pauses, so that no point stands alone.
    """
    interval = np.diff(np.asarray(time, dtype=np.float64))
    rows = _uneven(interval)
    rows = rows[(rows >= AROUND) & (rows < len(interval) - AROUND)]
    rows = rows[(interval[rows] >= LONGER * interval[rows - 1]) & (interval[rows] >= LONGER * interval[rows + 1])]
    for offsets in (np.arange(-AROUND, 0), np.arange(1, AROUND + 1)):
        near = interval[rows[:, None] + offsets]
        median = np.median(near, axis=1, keepdims=True)
        steady = (np.abs(near - median) <= EQUAL * median).sum(axis=1) >= STEADY
        rows = rows[steady & (median[:, 0] > 0) & (interval[rows] >= LONGER * near.max(axis=1))]
    return rows


def _uneven(interval: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the rows of the blocks that may hold a pause: of a long recording, next to none."""
    whole = len(interval) - len(interval) % _BLOCK
    blocks = interval[:whole].reshape(-1, _BLOCK)
    even = blocks.max(axis=1) < LONGER * blocks.min(axis=1)
    rows = np.flatnonzero(~even)[:, None] * _BLOCK + np.arange(_BLOCK)
    return np.concatenate([rows.ravel(), np.arange(whole, len(interval))])


def stretches(time: ArrayLike) -> list[slice]:
    """Cut rows where their clock restarts, and at pauses: one line may be drawn through each part."""
    across = np.asarray(time, dtype=np.float64)
    found = []
    for rows in clock_segments(across):
        edges = [rows.start, *(pauses(across[rows]) + rows.start + 1).tolist(), rows.stop]
        found += [slice(first, last) for first, last in itertools.pairwise(edges)]
    return found
