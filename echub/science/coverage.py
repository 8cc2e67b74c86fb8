"""Coverage of a sum of uncertainties: some normal, some uniform within known limits, such as an accuracy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_STEPS = 4000
"""Points of the integral over the characteristic function: the half width is then right to 1e-3."""


def coverage_half_width(normal: float = 0.0, uniform: Sequence[float] = (), level: float = 0.95) -> float:
    """Return the half width of the interval that covers a sum of independent errors with a probability.

    normal: standard deviation of all normal parts together; uniform: half widths of the uniform parts (a class
    of accuracy, a rounding), any unit, which is that of the result. 1.96 standard deviations for normal errors,
    0.95 of the half width for one uniform error, where 1.96 would cover always. The distribution of the sum
    (GUM, JCGM 101) is found by inverting its characteristic function.
    """
    limits = np.abs(np.asarray(list(uniform), dtype=np.float64))
    sigma = float(np.sqrt(normal**2 + float(np.sum(limits**2)) / 3))
    if not sigma > 0:
        return 0.0
    if len(limits) == 1 and not normal:
        return float(level * limits[0])
    reach = max(60.0, 40.0 * len(limits))  # of 1/σ: the characteristic function is below 1e-3 there
    place = (np.arange(_STEPS) + 0.5) * (reach / _STEPS)
    wave = np.exp(-0.5 * (normal / sigma * place) ** 2)
    for limit in limits:
        wave = wave * np.sinc(limit / sigma * place / np.pi)
    weight = wave / place * (2 / np.pi * reach / _STEPS)
    low, high = 0.0, 4.0
    for _ in range(40):  # bisection to 4/2^40
        middle = (low + high) / 2
        low, high = (middle, high) if float(weight @ np.sin(middle * place)) < level else (low, middle)
    return (low + high) / 2 * sigma
