"""A constant and one or two exponentials, by variable projection; and whether they describe a decay at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from echub_dc.data import Decay, Floats
from echub_dc.method.tail import lag_one

MOST_POINTS = 250
"""Averages, even in ln t, that stand for a longer decay: 70 per decade, and a fit of them costs milliseconds."""
WHITE = 0.15
"""Lag-1 correlation of the residuals of the averages above which exponentials are not the shape: where they
excluded the truth it was 0.3 to 0.8."""
FRACTION = 0.2
"""A time constant up to this part of the run is seen to its end: e⁻⁵ of the excess is left."""
GAIN = 10.0
"""F ratio that a second exponential must gain by its two parameters: 1 in 20,000 by chance."""


@dataclass(frozen=True)
class Exponentials:
    """The fit: constant in nA with its u, time constants in s, correlation of the residuals, the curve (n,)."""

    constant: float
    u: float
    taus: tuple[float, ...]
    correlation: float
    curve: Floats

    def white(self) -> bool:
        """Return whether the residuals are those of noise."""
        return abs(self.correlation) < WHITE

    def seen(self, span: float) -> bool:
        """Return whether the slowest exponential ends within the run."""
        return max(self.taus) < FRACTION * span


def exponentials(decay: Decay) -> Exponentials:
    """Fit a constant with one exponential, or two if these describe the decay better."""
    t, current, weight = _averaged(decay)
    one = _fitted(t, current, weight, decay.span, 1)
    two = _fitted(t, current, weight, decay.span, 2)
    freedom = max(len(t) - 5, 1)
    ratio = (one[2] - two[2]) / 2 / max(two[2] / freedom, 1e-300)
    taus, found, least = two if ratio > GAIN else one
    columns = _columns(t, taus)
    scale = least / max(len(t) - 2 * len(taus) - 1, 1)
    u = float(np.sqrt(scale * _variance(columns, found, taus, t, weight)))
    rest = (current - columns @ found) * weight
    curve = _columns(decay.time, taus) @ found
    return Exponentials(float(found[0]), u, tuple(sorted(taus)), lag_one(rest), np.asarray(curve))


def _averaged(decay: Decay) -> tuple[Floats, Floats, Floats]:
    """Average rows in bins even in ln t; return time, current, weight by the number of rows."""
    t, current = decay.time, decay.current
    if len(t) <= MOST_POINTS:
        return t, current, np.ones(len(t))
    positive = t > 0
    t, current = t[positive], current[positive]
    edges = np.unique(np.searchsorted(t, np.geomspace(t[0], t[-1], MOST_POINTS)))
    edges = np.unique(np.concatenate([[0], edges, [len(t)]]))
    count = np.diff(edges)
    starts = edges[:-1]
    return np.add.reduceat(t, starts) / count, np.add.reduceat(current, starts) / count, np.sqrt(count)


def _columns(t: Floats, taus: Floats) -> Floats:
    return np.column_stack([np.ones(len(t)), *(np.exp(-t / tau) for tau in taus)])


def _fitted(t: Floats, current: Floats, weight: Floats, span: float, count: int) -> tuple[Floats, Floats, float]:
    """Return time constants, linear parameters and χ²; the best of a few starts, even in ln τ."""
    low, high = np.log(max(float(t[0]), span * 1e-5)), np.log(10 * span)
    size = float(np.ptp(current * weight)) or 1.0  # the solver's tolerances are absolute

    def linear(logs: Floats) -> tuple[Floats, Floats]:
        columns = _columns(t, np.exp(logs)) * weight[:, None]
        found = np.linalg.lstsq(columns, current * weight, rcond=None)[0]
        return np.asarray(found, dtype=np.float64), current * weight - columns @ found

    def solved(start: float) -> tuple[Floats, Floats, float]:
        logs = np.array([start]) if count == 1 else np.array([start - 1.0, min(start + 1.5, high - 0.1)])
        logs = np.clip(logs, low + 1e-6, high - 1e-6)
        best = least_squares(lambda v: linear(v)[1] / size, logs, bounds=(low, high)).x
        found, rest = linear(best)
        return np.exp(best), found, float(rest @ rest)

    return min(map(solved, np.linspace(low, high, 4)[1:-1]), key=lambda one: one[2])


def _variance(columns: Floats, found: Floats, taus: Floats, t: Floats, weight: Floats) -> float:
    """Return the variance of the constant for unit weights, time constants free."""
    slopes = [found[1 + n] * np.exp(-t / tau) * t / tau for n, tau in enumerate(taus)]
    jacobian = np.column_stack([columns, *slopes]) * weight[:, None]
    return float(np.linalg.pinv(jacobian.T @ jacobian)[0, 0])
