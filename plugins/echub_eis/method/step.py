"""A step of the modulus at one frequency: the instrument changed its range, and the two do not agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub_eis.method.elements import Complex, Floats
from echub_eis.method.fit import CircuitFit

CERTAIN = 25.0
"""Gain of χ² from which a step is real, five standard deviations: of 60 places tried, noise reaches it in one of
30,000 spectra. Noise with a memory of 0.7 from point to point reaches 14, a step of ten times the noise 35."""
ENDS = 3
"""Points on either side that a step needs: fewer are outliers."""
NEW = 1e-3
"""A step of which less than this part is not a change of the parameters counts by the less."""


@dataclass(frozen=True)
class GainStep:
    """A step: below `frequency`, Hz, |Z| is larger by the relative `size`."""

    frequency: float
    size: float


def gain_step(fitted: CircuitFit) -> GainStep | None:
    """Return the likeliest step of the modulus if it is certain, by a score test at every frequency.

    The fit is taken as linear in its parameters: what a change of them explains does not count as a step.
    """
    frequency = np.unique(fitted.spectrum.frequency)[ENDS : 1 - ENDS]
    if not len(frequency):
        return None
    sigma = fitted.noise.sigma(fitted.spectrum.modulus)
    slopes = _stacked(fitted.jacobian / sigma)
    q, _ = np.linalg.qr((slopes / (np.sqrt((slopes**2).sum(axis=1, keepdims=True)) + 1e-300)).T)
    y = _stacked(fitted.residual / sigma)
    y = y - q @ (q.T @ y)
    steps = _stacked(np.where(fitted.spectrum.frequency < frequency[:, None], fitted.z / sigma, 0)).T
    before = np.sqrt((steps**2).sum(axis=0))
    steps = steps - q @ (q.T @ steps)
    length = np.sqrt((steps**2).sum(axis=0))
    heights = steps.T @ y / np.maximum(length, NEW * before)
    # In units of what the fit leaves: a circuit that does not fit shows steps that are its own.
    scale = max(fitted.chi2 / fitted.freedom, 1.0)
    best = int(np.argmax(np.abs(heights)))
    if heights[best] ** 2 < CERTAIN * scale:
        return None
    return GainStep(float(frequency[best]), float(heights[best] / length[best]))


def _stacked(values: Complex) -> Floats:
    return np.concatenate([values.real, values.imag], axis=-1)
