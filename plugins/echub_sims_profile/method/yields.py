"""A yield of ions that changes within the edge: it moves the edge, and only the shape of the edge shows it.

The signal behind some depth is multiplied by a factor. Every such depth near the edge is tried by the score of
the Poisson likelihood (C. R. Rao, 1948), and the best one is fitted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from echub_sims_profile.method.likelihood import LEAST, Array

NEAR = 2.5
"""Distance in σ of the depth at which the yield changes; one further off does not move the edge."""
TOLD, CLEAR = 5.0, 9.5
"""Gain of deviance from which the moved edge is part of the uncertainty, and from which it is flagged. Because the
depth is searched for, 4 and 1.5 of 100 edges of constant yield gain as much by chance (measured)."""
FAR, SMALL = 5.0, 0.12
"""A change matters if it moves the edge by five standard deviations or more: an answer misleads from six on (three
times the interval). Of those that gain less than `CLEAR`, changes of the yield by less than 12 % do not count:
at 2000 counts chance makes as many of these as of all others, and matrix effects are of tens of per cent."""
AS_GOOD = 2.0
"""Places whose gain is within this of the best are as likely: that which moves the edge most is fitted."""
_STEPS = 20
_DONE = 0.01
"""Gain of deviance at which a fit has arrived: the limits are of several."""
_FAR = 1400.0
"""Square of the distance in σ beyond which the slope is zero to every digit."""
_MOST = math.log(20.0)
"""Largest change that is fitted: a larger one is an edge of the yield, and that is then what is seen."""


@dataclass(frozen=True)
class YieldChange:
    """A change of yield: its place, factor, position and width of the edge, deviance, and what it gains of that.

    Places and widths are in the x of the fit.
    """

    place: float
    factor: float
    position: float
    width: float
    deviance: float
    gained: float


def yield_change(theta: Array, x: Array, n: Array, gain: Array, error: float) -> YieldChange | None:
    """Fit an edge whose yield changes within it; None if that would not move the edge by `FAR` times its error.

    theta: (4,), logarithms of background and height, position, logarithm of σ, of a rising error function that is
    fitted to x, n, gain (points,): ascending or descending, counts, counts per unit of the signal.
    """
    places = _places(theta, x)
    start = np.append(theta, 0.0)
    constant = deviance(n, _expected(start, x, gain, x > np.inf))
    gains, moves = _scores(start, x, n, gain, places)
    matters = np.abs(moves) > error  # to first order: the fit decides
    if not matters.any():
        return None
    likely = matters & (gains > gains[matters].max() - AS_GOOD)
    place = float(places[np.argmax(np.where(likely, np.abs(moves), -1.0))])
    at, reached = _fitted(start, x, n, gain, x > place)
    gained = max(constant - reached, 0.0)
    if abs(at[2] - start[2]) < FAR * error or (gained < CLEAR and abs(math.expm1(abs(at[4]))) < SMALL):
        return None
    return YieldChange(place, math.exp(at[4]), float(at[2]), 2 * math.exp(at[3]), reached, gained)


def deviance(n: Array, mu: Array) -> float:
    """Return twice the loss of log-likelihood of expected counts mu against counts n, both (points,)."""
    some = np.where(n > 0, n, 1.0)
    return 2 * float((mu - n + n * np.log(some / mu)).sum())


def _places(theta: Array, x: Array) -> Array:
    """Return the depths between points that are near enough to the edge."""
    at = np.sort(x)
    between = (at[1:] + at[:-1]) / 2
    return np.asarray(between[np.abs(between - theta[2]) < NEAR * math.exp(theta[3])])


def _expected(theta: Array, x: Array, gain: Array, behind: NDArray[np.bool_]) -> Array:
    """Return the expected counts (points,); theta: (5,), the last is the logarithm of the factor behind."""
    low, high, position, spread, factor = theta
    share = ndtr((x - position) / math.exp(spread)) * np.where(behind, math.exp(factor), 1.0)
    return np.asarray(np.maximum(gain * (math.exp(low) + math.exp(high) * share), LEAST))


def _slopes(theta: Array, x: Array, gain: Array, behind: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return the expected counts (points,) and their derivatives (5, points)."""
    low, high, position, spread, factor = theta
    sigma, u = math.exp(spread), (x - position) / math.exp(spread)
    height = gain * math.exp(high) * np.where(behind, math.exp(factor), 1.0)
    bell = height * np.exp(-0.5 * np.minimum(u * u, _FAR)) / math.sqrt(2 * math.pi)
    signal, flat = height * ndtr(u), gain * math.exp(low)
    by = np.stack([flat + 0 * signal, signal, -bell / sigma, -bell * u, np.where(behind, signal, 0.0)])
    return np.maximum(signal + flat, LEAST), by


def _scores(start: Array, x: Array, n: Array, gain: Array, places: Array) -> tuple[Array, Array]:
    """Return what a change of yield at each place gains, and how far it moves the edge, to first order."""
    mu, by = _slopes(start, x, gain, x > np.inf)
    others, signal = by[:4], by[1]
    tangents = np.where(x > places[:, None], signal, 0.0)
    cross = (tangents / mu) @ others.T
    inverse = np.linalg.pinv((others / mu) @ others.T, hermitian=True)
    known = ((tangents**2) / mu).sum(axis=1) - np.einsum("pi,ij,pj->p", cross, inverse, cross)
    residual = n / mu - 1
    slope = tangents @ residual - cross @ inverse @ (others @ residual)
    known = np.maximum(known, LEAST)
    return slope**2 / known, -(cross @ inverse)[:, 2] * slope / known


def _fitted(theta: Array, x: Array, n: Array, gain: Array, behind: NDArray[np.bool_]) -> tuple[Array, float]:
    """Maximise the likelihood by damped Fisher scoring; return the parameters (5,) and the deviance."""
    lowest, damping = deviance(n, _expected(theta, x, gain, behind)), 1e-3
    limits = np.array([2.0, 2.0, math.exp(theta[3]), 1.0, 1.0])
    for _ in range(_STEPS):
        mu, by = _slopes(theta, x, gain, behind)
        information, gradient = (by / mu) @ by.T, by @ (n / mu - 1)
        diagonal = np.diag(information)
        damped = information + np.diag(damping * diagonal + 1e-9 * (1 + diagonal))
        trial = theta + np.clip(np.linalg.solve(damped, gradient), -limits, limits)
        trial[4] = np.clip(trial[4], -_MOST, _MOST)
        reached = deviance(n, _expected(trial, x, gain, behind))
        if reached > lowest:
            damping *= 10
            continue
        gained, theta, lowest, damping = lowest - reached, trial, reached, damping / 10
        if gained < _DONE:
            break
    return theta, lowest
