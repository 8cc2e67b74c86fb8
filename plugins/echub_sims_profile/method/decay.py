"""Decay lengths: the distance in which a signal beside an interface falls by a decade."""

from __future__ import annotations

import math

import numpy as np

from echub_sims_profile.method.edge import Edge
from echub_sims_profile.method.likelihood import Array

_FROM, _TO = 0.3, 0.01
"""Between which shares of the plateau the decay is read: from below the bend of the edge on. By eye."""
_ABOVE = 3.0
"""And as long as the signal is this many times the background. By eye."""
_LEAST_POINTS = 3
"""Two parameters, and one degree of freedom for the dispersion."""
_TURNS = 50
"""Steps at most: each changes the logarithm of the signal by two at most, so that no start is out of reach."""


def decay_length(x: Array, n: Array, edge: Edge, gain: Array | None = None) -> tuple[float, float] | None:
    """Return the distance of a decade on the low side of an edge, and its standard error, in the unit of x.

    x, n, gain: (n,), ascending, counts, and counts per unit of the signal.
    An exponential on the known background is fitted by the Poisson likelihood, over-dispersion
    included. None where fewer than 3 points show it, or where nothing decays.
    """
    exposure = np.ones(len(x)) if gain is None else gain
    chosen = _decaying(x, n / exposure, edge)
    if len(chosen) < _LEAST_POINTS:
        return None
    low = _background(x, n / exposure, edge)
    fitted = _exponential(np.abs(x[chosen] - edge.position), n[chosen], exposure[chosen], low)
    if fitted is None or fitted[0] <= 0:
        return None
    rate, error = fitted
    return math.log(10) / rate, math.log(10) * error / rate**2


def _background(x: Array, level: Array, edge: Edge) -> float:
    """Return the background: a slow tail lifts that of the error function, so the far third counts as well."""
    outside = np.sign(x - edge.position) == -edge.sign
    far = (
        level[outside][-max(3, outside.sum() // 3) :]
        if edge.sign < 0
        else level[outside][: max(3, outside.sum() // 3)]
    )
    return min(edge.low, float(far.mean()))


def _decaying(x: Array, level: Array, edge: Edge) -> Array:
    """Return the points outwards from the interface, in their order, until the background is near.

    A mean of three decides, not the point itself: single low counts would be left out, single
    high ones kept, and the decay come out too slow.
    """
    outwards = np.argsort(-edge.sign * (x - edge.position), kind="stable")
    outwards = outwards[-edge.sign * (x[outwards] - edge.position) > 0]
    if len(outwards) < _LEAST_POINTS:
        return np.asarray(outwards[:0])
    mean = np.convolve(level[outwards], np.ones(3) / 3, "same")
    mean[[0, -1]] = level[outwards[[0, -1]]]
    begins = np.flatnonzero(mean < _FROM * edge.high)
    ends = np.flatnonzero(mean < max(_TO * edge.high, _ABOVE * edge.low))
    first, last = (int(b[0]) if len(b) else len(outwards) for b in (begins, ends))
    return outwards[first:last]  # type: ignore[return-value]


def _exponential(distance: Array, n: Array, gain: Array, low: float) -> tuple[float, float] | None:
    """Fit gain · (low + A exp(-k distance)); give k and its error."""
    at = distance - distance.mean()
    # A start; where the points lie on the background, a tenth of a count above it.
    theta = np.array([math.log(max(float((n / gain).mean()) - low, 0.1)), 0.0])
    for _ in range(_TURNS):
        signal = gain * np.exp(np.clip(theta[0] - theta[1] * at, -30, 30))  # no overflow on the way
        mu = signal + gain * low
        by = np.stack([signal, -signal * at], axis=1)
        information = (by / mu[:, None]).T @ by + 1e-12 * np.eye(2)
        move = np.linalg.solve(information, by.T @ (n / mu - 1))
        reach = np.array([2.0, 1.0 / max(float(np.abs(at).max()), 1e-12)])
        theta += np.clip(move, -reach, reach)
        if np.abs(move).max() < 1e-9 * (1 + np.abs(theta).max()):  # far below any standard error
            break
    chi2 = float(((n - mu) ** 2 / np.maximum(mu, 1.0)).sum()) / max(1, len(n) - 2)
    variance = float(np.linalg.inv(information)[1, 1]) * max(1.0, chi2)
    return (float(theta[1]), math.sqrt(variance)) if math.isfinite(variance) and variance >= 0 else None
