"""Counting statistics: what the counted number of ions says about the expected number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def poisson_interval(counts: ArrayLike, level: float = 0.95) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the exact interval (low, high) for the expected counts, given counted ones.

    For zero counts only the upper end has a tail: [0, 1.84] at 0.6827. Each end leaves out half of the rest,
    so that the interval covers at least as often as stated. counts: array of any shape, not
    negative, in counts as both results; estimates with fractions are taken as they are.
    The method is that of F. Garwood, Biometrika 28 (1936) 437.
    """
    from scipy.special import gammaincinv

    n = np.asarray(counts, dtype=np.float64)
    tail = (1 - level) / 2
    low = np.where(n > 0, gammaincinv(np.where(n > 0, n, 1.0), tail), 0.0)
    return low, np.asarray(gammaincinv(n + 1, 1 - tail))
