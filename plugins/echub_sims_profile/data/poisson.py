"""Intervals of expected counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from echub.science import poisson_interval

Array = NDArray[np.float64]
ONE_SIGMA = 0.682689492137086
"""The share of a normal distribution within one standard deviation."""
FEW = 10.0
"""Counts up to which intervals are exact; above, a 68 % interval is n ± √n."""
_MANY = 1000.0
"""Counts from which the normal interval does: its ends are off by 1 and 2 of 62 counts there."""


def half_widths(n: Array) -> tuple[Array, Array]:
    """Return how far the 68 % interval reaches below and above n (any shape), in counts.

    Exact up to 10 counts (0 has [0, 1.84]), √n above.
    """
    below = np.sqrt(np.maximum(n, 0.0))
    above = below.copy()
    few = np.isfinite(n) & (n <= FEW)
    low, high = poisson_interval(np.maximum(n[few], 0.0), ONE_SIGMA)
    below[few], above[few] = n[few] - low, high - n[few]
    return below, above


def interval(n: float) -> tuple[float, float]:
    """Return the 95 % interval of one expected count: exact up to 1000, then normal."""
    if n > _MANY:
        half = float(ndtri(0.975)) * n**0.5
        return n - half, n + half
    low, high = poisson_interval(n)
    return float(low), float(high)
