"""Whether one factor between two groups describes all temperatures: an F test of group × temperature."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

Floats = NDArray[np.float64]
EXACT = 1e-20
"""Squares below this part of all are rounding: values without scatter have a p of 0 or 1."""


def interaction_p(
    cells: Sequence[Hashable], strata: Sequence[int], log_y: Floats, high: Sequence[bool]
) -> float | None:
    """Return the p of equal ratios at all temperatures; None if nothing is left over to judge them by.

    cells, strata, log_y, high: (values,). Each cell has a level of its own if any cell was repeated, else each
    group has. Method: nested linear models (R. A. Fisher, 1925).
    """
    one_each = len(set(zip(cells, high, strict=True))) == len(cells)
    level = _indicators(list(high) if one_each else list(zip(cells, high, strict=True)))
    small = np.hstack([level, _indicators(strata)])
    large = np.hstack([level, _indicators(list(zip(strata, high, strict=True)))])
    (less, rank), (more, full) = _left_over(small, log_y), _left_over(large, log_y)
    spare = len(log_y) - full
    if full == rank or spare < 1:
        return None
    if more < EXACT * float(np.sum(log_y**2)):
        return 1.0 if less < EXACT * float(np.sum(log_y**2)) else 0.0
    return float(fdtrc(full - rank, spare, (less - more) / (full - rank) / (more / spare)))


def _indicators(of: Sequence[Hashable]) -> Floats:
    """Return a column of ones and zeros for each thing (values, things)."""
    return np.array([[value == one for one in dict.fromkeys(of)] for value in of], dtype=np.float64)


def _left_over(model: Floats, y: Floats) -> tuple[float, int]:
    """Return the sum of squares that a linear model (values, terms) leaves of y (values,), and its rank."""
    found, _, rank, _ = np.linalg.lstsq(model, y, rcond=None)
    return float(np.sum((y - model @ found) ** 2)), int(rank)
