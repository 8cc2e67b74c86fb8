"""Times of diffusion: how long a particle needs for a distance, and a diffusivity that is thermally activated."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

BOLTZMANN_EV = 8.617333262e-5
"""eV/K; exact to the digits given since the SI of 2019 (k / e)."""
ZERO_CELSIUS = 273.15
"""0 °C in K, exact: the SI defines the degree Celsius by it."""
_CM_PER_MICROMETRE = 1e-4


def diffusivity(prefactor: float, energy: float, temperature: ArrayLike) -> NDArray[np.float64]:
    """Return a thermally activated diffusivity: D = D₀·exp(-E / kT).

    prefactor: D₀, cm²/s. energy: E, eV. temperature: K, any shape, which is that of the result, in cm²/s. Raises
    `ValueError` if the prefactor or a temperature is not positive.
    """
    kelvin = np.asarray(temperature, dtype=np.float64)
    if not prefactor > 0:
        raise ValueError(f"prefactor is positive, not {prefactor}")
    if not np.all(kelvin > 0):
        raise ValueError("a temperature in kelvin is positive")
    return np.asarray(prefactor * np.exp(-energy / (BOLTZMANN_EV * kelvin)))


def diffusion_time(length: ArrayLike, diffusivity: ArrayLike, factor: float = 1.0) -> NDArray[np.float64]:
    """Return the time to diffuse over a length: t = l² / (factor·D).

    length: µm. diffusivity: cm²/s. Result: s; both may be arrays that NumPy can combine. factor: 1 for l²/D, 2 for
    the mean square displacement along one direction, 4 and 6 in a plane and in space: state which. Raises
    `ValueError` if the diffusivity or the factor is not positive.
    """
    speed = np.asarray(diffusivity, dtype=np.float64)
    if not (factor > 0 and np.all(speed > 0)):
        raise ValueError("diffusivity and factor are positive")
    return np.asarray((np.asarray(length, dtype=np.float64) * _CM_PER_MICROMETRE) ** 2 / (factor * speed))
