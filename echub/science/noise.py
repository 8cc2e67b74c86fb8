"""Noise estimates that a few outliers do not change: the median absolute deviation and its derivatives."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAD_TO_SIGMA = 1.4826
"""Standard deviation over median absolute deviation, for normal scatter: 1 / Φ⁻¹(3/4).

P. J. Rousseeuw and C. Croux, J. Am. Stat. Assoc. 88 (1993) 1273."""

MEDIAN_TO_MEAN = 1.2533
"""Standard error of a median over that of a mean, for many values of normal scatter: √(π/2)."""


def robust_sigma(values: ArrayLike) -> float:
    """Return the standard deviation of values, from their median absolute deviation.

    Up to half of the values may be outliers. For normal scatter; with few values it is too small
    (by a sixth at five). values: (n,), any unit, which is that of the result; non-finite values are
    left out. 0 if more than half of the values are equal, NaN without any.
    """
    return robust_centre(values)[1]


def robust_centre(values: ArrayLike) -> tuple[float, float]:
    """Return the median of values, and the standard deviation that `robust_sigma` gives around it.

    values: (n,), any unit, which is that of both results; non-finite values are left out. NaN without any.
    """
    known = _finite(values)
    if not len(known):
        return np.nan, np.nan
    centre = _median(known)
    return centre, MAD_TO_SIGMA * _median(np.abs(known - centre))


def difference_noise(values: ArrayLike) -> float:
    """Return the standard deviation of the noise from row to row, independent of slow drift.

    From the median |difference| of neighbours, which is √2 times as wide as the noise of one row. A drift
    that is steep compared with the noise counts as noise: use `Segments.noise`, which takes second differences.
    values: (n,), any unit, which is that of the result; non-finite values are left out. 0 for fewer
    than two values.
    """
    known = _finite(values)
    return MAD_TO_SIGMA * _median(np.abs(np.diff(known))) / float(np.sqrt(2)) if len(known) > 1 else 0.0


def median_error(values: ArrayLike) -> float:
    """Return the standard error of the median of independent values, from their robust scatter.

    values: (n,), any unit, which is that of the result; non-finite values are left out. NaN without any value.
    """
    known = _finite(values)
    return MEDIAN_TO_MEAN * robust_sigma(known) / float(np.sqrt(len(known))) if len(known) else np.nan


def robust_variance(values: ArrayLike, axis: int | None = None) -> NDArray[np.float64]:
    """Return the variance of normal deviations about zero, from the median of their squares.

    Up to half of the values may be outliers. values: finite, any unit, of which the result is the square; over
    `axis`, or over all.
    """
    return np.asarray(MAD_TO_SIGMA**2 * np.median(np.square(values), axis=axis))


def _finite(values: ArrayLike) -> NDArray[np.float64]:
    given: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    return given[np.isfinite(given)]


def _median(values: NDArray[np.float64]) -> float:
    """Return the median of finite values: `np.median` without its test for NaN, slower than a few rows.

    Sorted about one place, not two: for 10⁵ values that takes NumPy a seventh of the time.
    """
    half = len(values) // 2
    parted = np.partition(values, half)
    if len(values) % 2:
        return float(parted[half])
    return float((parted[:half].max() + parted[half]) / 2)
