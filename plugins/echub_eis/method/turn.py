"""Whether a spectrum turns back at its low frequencies: Re falls again, which no relaxation or diffusion does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from echub_eis.method.fit import Spectrum
from echub_eis.method.noise import Noise

POINTS = 3
"""Points whose mean is compared: the fewest that leave a single odd one in the minority."""
SURE, LEAST = 5.0, 0.01
"""Standard deviations, since the largest of many means is compared; and part of |Z|: instruments err by less."""


class TurningPoint(NamedTuple):
    """The frequency below which Re falls, Hz, and by how much it does, Ω."""

    frequency: float
    fall: float


def turns_back(spectrum: Spectrum, noise: Noise) -> TurningPoint | None:
    """Return where Re falls again; None if it does not beyond the noise.

    An inductive loop, as of adsorbed intermediates, or a cell whose resistance falls while it is measured. What Re
    does above its smallest value is of the leads.
    """
    if not noise.known or len(spectrum.z) < 3 * POINTS:
        return None
    order = np.argsort(spectrum.frequency)
    z, frequency = spectrum.z[order], spectrum.frequency[order]
    mean = sliding_window_view(z.real, POINTS).mean(axis=1)
    peak = int(np.argmax(mean[: int(np.argmin(mean)) + 1]))
    fall = float(mean[peak] - mean[0])
    sigma = float(noise.sigma(np.abs(z[peak : peak + 1]))[0]) * float(np.sqrt(2 / POINTS))
    if peak < POINTS or fall < max(SURE * sigma, LEAST * abs(z[peak])):
        return None
    return TurningPoint(float(frequency[peak + POINTS // 2]), fall)
