"""The Poisson likelihood of an error function, maximised for many starts or conditions at once.

Four parameters: logarithms of the plateau's height above the background and of the background,
position, logarithm of the standard deviation. All arrays begin with the number of fits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

Array = NDArray[np.float64]
HIGH, LOW, POSITION, SPREAD = range(4)
LEAST = 1e-9
"""Expected counts are at least this, so that their logarithm is finite."""
_STEPS = 30
"""Steps at most; fits that have not arrived by then are compared by the deviance that they have reached."""
_FLOOR = math.log(1e-4)
"""Least height and background, as logarithms of counts: of ten thousand points one would have a count."""
_ROOM = 5.0
"""How far above the largest count a plateau may lie that the points only begin to show, as a logarithm."""
_FAR = 40.0
"""Distance in σ beyond which the slope of the edge is zero to every digit."""
_STIFF = 1e3
"""Damping beyond which a fit moves too little to matter, and has arrived."""
_AXIS = np.arange(4)


@dataclass(frozen=True)
class Points:
    """What is fitted: x ascending, counts, counts per unit of the signal, and whether the signal rises."""

    x: Array
    n: Array
    gain: Array
    sign: int

    @cached_property
    def step(self) -> float:
        """Return the usual distance of the points."""
        return usual_step(self.x)

    @cached_property
    def best(self) -> float:
        """Return what the likelihood of a model that meets every point adds to the deviance."""
        some = np.where(self.n > 0, self.n, 1.0)
        return 2 * float((self.n * np.log(some) - self.n).sum())

    def chosen(self, kept: NDArray[np.bool_]) -> Points:
        """Return some of the points; kept: (points,)."""
        return Points(self.x[kept], self.n[kept], self.gain[kept], self.sign)


def usual_step(x: Array) -> float:
    """Return the median distance of points (n,), ascending; the mean one where most share a rounded place."""
    return float(np.median(np.diff(x))) or float(x[-1] - x[0]) / (len(x) - 1)


def spread_limits(points: Points) -> tuple[float, float]:
    """Return the least and largest logarithm of the width that points can show."""
    # At a twentieth of a step the edge lies between two points, and a narrower one looks the same.
    return math.log(0.05 * points.step), math.log(float(points.x[-1] - points.x[0]))


def shape(x: Array, position: Array | float, sigma: Array | float, sign: int) -> Array:
    """Return the share of the plateau at x (n,): from 0 to 1 where `sign` is 1, falling where it is -1."""
    return 0.5 * erfc(-sign * (x - position) / (math.sqrt(2) * sigma))  # type: ignore[no-any-return]


def _parts(theta: Array, points: Points) -> tuple[Array, Array, Array, Array]:
    """Return σ, the distance in σ, the plateau's share, and the background, in counts (fits, points)."""
    high, low, position, spread = theta.T[:, :, None]
    sigma = np.exp(spread)
    u = (points.x - position) / sigma
    share = (0.5 * points.gain) * np.exp(high) * erfc((-points.sign / math.sqrt(2)) * u)
    return sigma, u, share, points.gain * np.exp(low)


def expected(theta: Array, points: Points) -> Array:
    """Return the expected counts (fits, points)."""
    _, _, share, flat = _parts(theta, points)
    return np.maximum(share + flat, LEAST)


def deviance(theta: Array, points: Points) -> Array:
    """Return twice the loss (fits,) of log-likelihood against a model that meets every point; theta: (fits, 4)."""
    mu = expected(theta, points)
    return 2 * (mu.sum(axis=1) - np.log(mu) @ points.n) + points.best  # type: ignore[no-any-return]


def fisher(theta: Array, points: Points) -> tuple[Array, Array]:
    """Return the information (fits, 4, 4) and the gradient (fits, 4, 1)."""
    sigma, u, share, flat = _parts(theta, points)
    mu = np.maximum(share + flat, LEAST)
    u = np.minimum(np.maximum(u, -_FAR), _FAR)
    bell = (-points.sign / math.sqrt(2 * math.pi)) * points.gain * np.exp(theta[:, HIGH, None] - 0.5 * u * u)
    by = np.stack([share, flat, bell / sigma, bell * u], axis=1)
    weighted = by / mu[:, None, :]
    return weighted @ by.transpose(0, 2, 1), weighted @ (points.n - mu)[:, :, None]


def maximise(
    theta: Array, points: Points, free: NDArray[np.bool_] | None = None, done: float = 1e-5
) -> tuple[Array, Array]:
    """Maximise the likelihood by damped Fisher scoring from every start; give parameters and deviances.

    theta: (fits, 4); returns (fits, 4) and (fits,). The damping is that of D. W. Marquardt (J. SIAM 11 (1963)
    431): a tenth after a step that gains, ten times after one that does not.

    `free` (fits, 4): parameters that are not keep their values. `done`: gain of deviance below
    which a fit has arrived.
    """
    theta, kept = theta.copy(), np.zeros_like(theta, dtype=bool) if free is None else ~free
    step, widest = points.step, spread_limits(points)
    ceiling = math.log(1 + float((points.n / points.gain).max())) + _ROOM
    theta[:, :POSITION] = np.clip(theta[:, :POSITION], _FLOOR, ceiling)
    theta[:, SPREAD] = np.clip(theta[:, SPREAD], *widest)
    best = deviance(theta, points)
    damping, active = np.full(len(theta), 1e-3), np.arange(len(theta))
    for _ in range(_STEPS):
        now, held = theta[active], kept[active]
        trial = now + _moves(now, points, held, damping[active], step)
        trial[:, :POSITION] = np.minimum(np.maximum(trial[:, :POSITION], _FLOOR), ceiling)
        trial[:, SPREAD] = np.minimum(np.maximum(trial[:, SPREAD], widest[0]), widest[1])
        new = deviance(trial, points)
        gained = best[active] - new
        better = gained >= 0
        theta[active[better]], best[active[better]] = trial[better], new[better]
        damping[active] *= np.where(better, 0.1, 10.0)
        active = active[~(better & (gained < done)) & (damping[active] < _STIFF)]
        if not len(active):
            break
    return theta, best


def _moves(theta: Array, points: Points, held: NDArray[np.bool_], damping: Array, step: float) -> Array:
    information, gradient = fisher(theta, points)
    information *= ~(held[:, :, None] | held[:, None, :])
    diagonal = information[:, _AXIS, _AXIS]
    # 1e-9 keeps a parameter without influence from making the matrix singular.
    information[:, _AXIS, _AXIS] += damping[:, None] * diagonal + 1e-9 * (1 + diagonal) + held
    gradient[held] = 0.0
    moves = np.linalg.solve(information, gradient)[:, :, 0]
    # At most a factor of e in the width, e² in the heights, a few points in the position at once. By eye.
    limits = np.ones_like(theta)
    limits[:, :2] = 2.0
    limits[:, POSITION] = 5 * step + 2 * np.exp(theta[:, SPREAD])
    return np.minimum(np.maximum(moves, -limits), limits)  # type: ignore[no-any-return]
