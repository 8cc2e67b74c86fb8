"""How far slow noise moves a mean: 1/f noise, a random walk and drift, which rows side by side do not show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.science.noise import robust_variance

Floats = NDArray[np.float64]
SURE = 3.0
"""Standard deviations by which differences of means exceed what quicker noise explains before slower noise counts:
noise from row to row alone does so in less than 1 of 100."""
ROBUST = 1.65
"""Standard error of a variance by the median of squares over that by their mean: √2.72 (P. J. Rousseeuw and
C. Croux, J. Am. Stat. Assoc. 88 (1993) 1273: efficiency 37 %)."""


@dataclass(frozen=True)
class Wander:
    """Variances, in the unit of the values squared, of the difference of two means: `reach` lengths apart.

    flicker: by 1/f noise, for means side by side. walk, drift: by a random walk and by a steady drift, for means
    that are `reach` lengths apart.
    """

    flicker: float = 0.0
    walk: float = 0.0
    drift: float = 0.0
    reach: int = 3

    def __bool__(self) -> bool:
        """Return whether there is any slow noise."""
        return self.flicker + self.walk + self.drift > 0

    def between(self, distance: ArrayLike) -> Floats:
        """Return the standard deviation of the difference of two means.

        distance: from the middle of one to that of the other, in their length, (n,); less than 1 counts as 1.
        """
        apart = np.maximum(np.asarray(distance, dtype=np.float64), 1.0)
        by_drift = self.drift * (apart / self.reach) ** 2
        by_walk = self.walk * apart / self.reach
        return np.asarray(np.sqrt(self.flicker * _flicker(apart) / _flicker(1.0) + by_walk + by_drift))


def wander(parts: ArrayLike, white: ArrayLike) -> Wander:
    """Return the slow noise of means of equal length, taken one after the other in stretches without a step.

    A variance of differences of neighbours beyond that of the rows is 1/f noise; what those further apart have
    beyond that is drift if it has one sign, else a random walk (Allan variance: D. W. Allan, Proc. IEEE 54 (1966)
    221). parts: (n, k), k means in each of n stretches, k of three or more; rows with a NaN are left out. white:
    (n,) variance of such a mean by the noise of its rows.
    """
    means, noise = np.asarray(parts, dtype=np.float64), np.asarray(white, dtype=np.float64)
    known = np.isfinite(means).all(axis=1) & np.isfinite(noise)
    means, noise = means[known], noise[known]
    if len(means) < 2:
        return Wander()
    near, far = np.diff(means, axis=1), means[:, -1] - means[:, 0]
    reach, rows = means.shape[1] - 1, 2 * float(np.median(noise))
    flicker = _excess(near.ravel(), rows)
    ratio = float(_flicker(float(reach)) / _flicker(1.0))
    drift = float(np.median(far))
    spread = float(np.sqrt(robust_variance(far - drift)))
    steady = abs(drift) > SURE * 1.2533 * max(spread, float(np.sqrt(rows))) / np.sqrt(len(far))  # of a median
    rest = far - drift if steady else far
    return Wander(flicker, _excess(rest, rows + flicker * ratio), drift**2 if steady else 0.0, reach)


def _excess(differences: Floats, expected: float) -> float:
    """Return the variance of differences beyond the expected one, 0 if it is not sure."""
    found = float(robust_variance(differences))  # a few levels that are odd do not make slow noise
    error = ROBUST * float(np.sqrt(2 / len(differences)))  # of the variance; half of it of its root, less skewed
    return found - expected if found > expected * (1 + SURE * error / 2) ** 2 else 0.0


def _flicker(apart: ArrayLike) -> Floats:
    """Return the variance of the difference of two means of 1/f noise, over its spectral density at 1 Hz.

    From the double integral of 1/f over both: (m+1)² ln(m+1) + (m-1)² ln(m-1) - 2 m² ln m, for m lengths apart.
    """
    m = np.asarray(apart, dtype=np.float64)
    inner = np.maximum(m - 1, 0.0)
    return np.asarray(
        (m + 1) ** 2 * np.log(m + 1) + inner**2 * np.log(np.maximum(inner, 1e-300)) - 2 * m**2 * np.log(m)
    )
