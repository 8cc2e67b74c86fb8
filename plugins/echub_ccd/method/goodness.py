"""Whether one Weibull distribution describes the cells: goodness of fit, and two populations, by simulation.

Both tests are calibrated by batches drawn from the fitted distribution and seen as the cells were, since no table
holds for intervals with fitted parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub_ccd.method.likelihood import SHAPES, CellIntervals, Fit
from echub_ccd.method.observation import simulated

Floats = NDArray[np.float64]
DRAWS = 199
"""Simulated batches: the level of 5 % is then known to 1.5 %."""
LEAST = 5
"""Cells from which on a misfit can show at all."""
_GRID = (np.arange(40) + 0.5) / 40
"""Where the distribution functions are compared, as probabilities."""
_STEPS = 9
_NUDGE = 1e-3
"""Step of the numerical derivatives, in logarithms."""


@dataclass(frozen=True)
class Goodness:
    """The chance of so bad a fit (Cramér, von Mises), and of so clear a division into two."""

    fit: float
    two: float


def goodness(cells: CellIntervals, found: Fit, rng: np.random.Generator) -> Goodness | None:
    """Return both chances; None with fewer than five cells, or where the fit ends at a limit of the shape."""
    if len(cells) < LEAST or not 1.02 * SHAPES[0] < found.shape < 0.98 * SHAPES[1]:
        return None
    low, high = simulated(cells, found, rng, DRAWS)
    lows, highs = np.vstack([cells.low, low]), np.vstack([cells.high, high])
    start = np.full((len(lows), 2), (np.log(found.median), np.log(found.shape)))
    theta = _maximised(lows, highs, start)
    first, second = _fails(lows, theta), _fails(highs, theta)
    distances, clefts = _distance(first, second), _cleft(first, second, theta)
    return Goodness(*((1 + int((s[1:] >= s[0] - 1e-12).sum())) / len(s) for s in (distances, clefts)))


def _fails(level: Floats, theta: Floats) -> Floats:
    """Return the share that fails below each level; theta: (batches, 2), logarithms of median and shape."""
    with np.errstate(over="ignore"):
        return np.asarray(-np.expm1(-np.log(2) * (level / np.exp(theta[:, :1])) ** np.exp(theta[:, 1:])))


def _log_likelihood(low: Floats, high: Floats, theta: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(_fails(high, theta) - _fails(low, theta), 1e-12)).sum(axis=1))


def _maximised(low: Floats, high: Floats, theta: Floats) -> Floats:
    """Maximise the likelihood of all batches at once by damped Newton steps; returns (batches, 2)."""
    best = _log_likelihood(low, high, theta)
    reach = np.ones(len(theta))
    moves = _NUDGE * np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1]], dtype=float)
    for _ in range(_STEPS):
        a, b, c, d, e, f = (_log_likelihood(low, high, theta + move) for move in moves)
        gradient = np.stack([a - b, c - d], axis=1) / (2 * _NUDGE)
        curve = np.stack([a + b - 2 * best, c + d - 2 * best], axis=1) / _NUDGE**2
        cross = (e + f - a - b - c - d + 2 * best) / (2 * _NUDGE**2)
        curve = np.minimum(curve, -1e-3)  # uphill even where the likelihood is not concave
        cross = np.clip(cross, *(s * 0.95 * np.sqrt(curve.prod(axis=1)) for s in (-1, 1)))
        determinant = curve.prod(axis=1) - cross**2
        solved = curve[:, ::-1] * gradient - cross[:, None] * gradient[:, ::-1]
        step = -solved / determinant[:, None]
        trial = theta + np.clip(step, -0.7, 0.7) * reach[:, None]
        trial[:, 1] = np.clip(trial[:, 1], *np.log(SHAPES))
        new = _log_likelihood(low, high, trial)
        better = new >= best
        theta, best = np.where(better[:, None], trial, theta), np.where(better, new, best)
        reach = np.where(better, np.minimum(1.0, 2 * reach), reach / 3)
    return theta


def _distance(low: Floats, high: Floats) -> Floats:
    """Return the Cramér-von Mises distance of the cells from the fit, weighted as Anderson and Darling do.

    low, high: (batches, cells), probabilities at the ends. Within its interval a cell is spread as the fit has it.
    """
    width = np.maximum(high - low, 1e-12)
    share = np.clip((_GRID - low[..., None]) / width[..., None], 0, 1).mean(axis=1)
    return np.asarray(((share - _GRID) ** 2 / (_GRID * (1 - _GRID))).mean(axis=1))


def _cleft(low: Floats, high: Floats, theta: Floats) -> Floats:
    """Return the largest part of the scatter of ln j that a division of the cells into two takes away."""
    middle = np.clip((low + high) / 2, 1e-9, 1 - 1e-9)
    log_j = np.sort(theta[:, :1] + np.log(-np.log1p(-middle) / np.log(2)) / np.exp(theta[:, 1:]), axis=1)
    log_j -= log_j.mean(axis=1, keepdims=True)
    total = (log_j**2).sum(axis=1) + 1e-12
    count = np.arange(2, log_j.shape[1] - 1)  # two cells at least are a population
    below = np.cumsum(log_j, axis=1)[:, 1:-2]
    return np.asarray((below**2 * (1 / count + 1 / (log_j.shape[1] - count))).max(axis=1, initial=0.0) / total)
