"""Coverage of a sum of uncertainties: some normal, some uniform within known limits, such as an accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

_STEPS = 4000
"""Points of the integral over the characteristic function: the half width is then right to 1e-3."""
_WIDEST, _HALVINGS = 4.0, 40
"""Half widths that are searched, in standard deviations, and how often the search halves them: to 4e-12."""
_SECANTS = 8
"""Steps from an estimate to the next at most: four or five find the place to rounding."""


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
    return _reached(lambda half: float(weight @ np.sin(half * place)), level) * sigma


def _reached(covered: Callable[[float], float], level: float) -> float:
    """Return the half width, in standard deviations, at which a rising function reaches a level, as by bisection.

    Each value of the function is an integral. Secants find the cell of the bisection with a fifth of them, and
    both its ends show that it is the one.
    """
    width = _WIDEST / 2.0**_HALVINGS
    low = int(_by_secants(covered, level) / width) * width
    if not covered(low) < level <= covered(low + width):
        low, width = _by_halves(covered, level), 0.0
    return low + width / 2


def _by_secants(covered: Callable[[float], float], level: float) -> float:
    """Estimate where a function reaches a level; the first guesses suit a uniform and a normal error."""
    before, here = float(np.sqrt(3)) * level, 2.0
    missed, misses = covered(before) - level, covered(here) - level
    for _ in range(_SECANTS):
        if misses == missed or abs(here - before) < _WIDEST / 2.0**_HALVINGS:
            break
        step = misses * (here - before) / (misses - missed)
        before, here = here, min(max(here - step, 0.0), _WIDEST)
        missed, misses = misses, covered(here) - level
    return here


def _by_halves(covered: Callable[[float], float], level: float) -> float:
    low, high = 0.0, _WIDEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if covered(middle) < level else (low, middle)
    return (low + high) / 2
