"""Steps of a current between two rows, which last: those of another range or of a contact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SURE = 8.0
"""Standard deviations of a difference of two rows: fewer than one of 10¹⁴ by chance, also in long runs."""
STEEP = 5.0
"""A decay is steep just after the step, but in the rows beside as well: a jump is five times as large as those."""
BESIDE = 6
"""Rows on each side that a jump is compared with, and over which it lasts; as many after the step are left out."""
LASTS = 0.5
"""Part of a jump that is there still on average of those rows: a spike is not."""


def jumps(current: NDArray[np.float64], noise: float) -> NDArray[np.intp]:
    """Return the rows (k,) before which current (n,) is another for good than after; noise: of a row, its unit."""
    change = np.diff(current)
    large = np.flatnonzero(np.abs(change) > SURE * np.sqrt(2) * max(noise, 1e-300))
    inner = large[(large >= 2 * BESIDE) & (large < len(change) - BESIDE)]
    return np.array([k for k in inner if _lasts(current, change, int(k))], dtype=np.intp)


def _lasts(current: NDArray[np.float64], change: NDArray[np.float64], k: int) -> bool:
    beside = np.concatenate([change[k - BESIDE : k], change[k + 1 : k + 1 + BESIDE]])
    before, after = current[k + 1 - BESIDE : k + 1], current[k + 1 : k + 1 + BESIDE]
    moved = float(np.median(after) - np.median(before)) * np.sign(change[k])
    return bool(abs(change[k]) > STEEP * np.max(np.abs(beside)) and moved > LASTS * abs(change[k]))
