"""Other shapes of the same edge: logistic, with an exponential tail, on a tilted plateau, and two steps.

Each is fitted to the points of the error function's fit by the same Poisson likelihood. Where one is as likely,
the answers differ by what nobody can know, and this is part of the uncertainty; where one is clearly more likely,
the error function is the wrong shape. The exponential tail is the mixing of the depth resolution function of M. G.
Dowsett et al., Surf. Interface Anal. 21 (1994) 310.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_ndtr, ndtr
from scipy.stats import norm

from echub_sims_profile.method.edge import SIGNIFICANT, Edge, find_step
from echub_sims_profile.method.likelihood import Array, usual_step
from echub_sims_profile.method.yields import CLEAR, TOLD, YieldChange, yield_change

Share = Callable[[Array, Array], Array]
"""Share of the plateau at u = (x - position)/σ (sets, n), from 0 to 1, with further parameters (sets, k)."""
LEAST = 1e-9
_STEPS = 30
_NUDGE = 1e-4
_DONE = 0.01
"""Gain of deviance at which a fit has arrived: the limits are of several."""
_STIFF = 1e4
"""Damping beyond which a step moves too little to matter."""
_FALL = 0.84134474606854293
"""Φ(1): the width is from 16 to 84 %."""
LOGISTIC = 1 / 1.7
"""Scale of the logistic distribution that lies closest to a normal one of σ = 1."""
OUTSIDE = 3.0
"""Distance in σ from which on a further step is another one."""
SECOND = 0.15
"""Part of the edge's height from which on a second step in the same direction is told. By eye."""
TWO_STEPS = "two steps"
RANDOM = 0.01
"""Level of the test of runs."""


@dataclass(frozen=True)
class EdgeShape:
    """One other shape: starts of its further parameters, and the gain of deviance that is significant.

    The gains are those of 1 % of a χ² with so many degrees of freedom; two steps search for their place, and 3.84
    is a likelihood seven times as large.
    """

    name: str
    share: Share
    starts: tuple[tuple[float, ...], ...]
    limit: float


@dataclass(frozen=True)
class ShapeFit:
    """A shape that was fitted: half height and width from 16 to 84 % in the unit of x, deviance, parameters.

    theta: the logarithms of background and height, the position, the logarithm of σ.
    """

    name: str
    position: float
    width: float
    deviance: float
    more: int
    theta: Array


@dataclass(frozen=True)
class Doubts:
    """What other shapes say: spreads of position and width between those as likely, and the ones that fit better.

    shapes: all that were fitted, the error function first. better: those that fit significantly better. steps:
    places of further steps. runs: the chance of so few changes of sign in the residuals. yields: a change of yield
    within the edge that is clearly more likely than none.
    """

    position: float = 0.0
    width: float = 0.0
    shapes: tuple[ShapeFit, ...] = ()
    better: tuple[ShapeFit, ...] = ()
    steps: tuple[float, ...] = ()
    runs: float = 1.0
    yields: YieldChange | None = None

    @property
    def best(self) -> ShapeFit:
        """Return the likeliest of the better shapes, by Akaike's criterion."""
        return min(self.better, key=lambda fitted: fitted.deviance + 2 * fitted.more)


def _erf(u: Array, more: Array) -> Array:
    return np.asarray(ndtr(u))


def _logistic(u: Array, more: Array) -> Array:
    return np.asarray(expit(u / LOGISTIC))


def _tailed(u: Array, more: Array) -> Array:
    """Return the normal distribution convolved with an exponential, its tail towards large u; more: ln(τ/σ)."""
    rate = np.exp(-np.clip(more[:, :1], -6, 6))
    return np.asarray(ndtr(u) - np.exp(np.minimum(rate**2 / 2 - rate * u + log_ndtr(u - rate), 0.0)))


def _mirrored(u: Array, more: Array) -> Array:
    return 1 - _tailed(-u, more)


def _tilted(u: Array, more: Array) -> Array:
    return np.asarray(ndtr(u) * (1 + more[:, :1] * u / 10))


def _doubled(u: Array, more: Array) -> Array:
    """Return two steps; more: height of the second over the first, its place in σ, ln of its width."""
    second = (u - more[:, 1:2]) / np.exp(np.clip(more[:, 2:3], -4, 4))
    return np.asarray(ndtr(u) + more[:, :1] * ndtr(second))


SHAPES = (
    EdgeShape("logistic", _logistic, ((),), 3.84),
    EdgeShape("exponential tail on the low side", _mirrored, ((0.0,),), 6.63),
    EdgeShape("exponential tail on the high side", _tailed, ((0.0,),), 6.63),
    EdgeShape("tilted plateau", _tilted, ((0.0,),), 6.63),
    EdgeShape(TWO_STEPS, _doubled, ((0.8, -1.5, -0.7), (0.8, 1.5, -0.7), (0.2, -4.0, 0.0), (0.2, 4.0, 0.0)), 14.0),
)
"""The sides are those of a rising signal, whose low side comes first; a falling one is mirrored."""


def doubts(edge: Edge, x: Array, n: Array, gain: Array) -> Doubts:
    """Fit the other shapes to the points of an edge's fit.

    x, n, gain: (n,), ascending, counts, counts per unit of the signal.
    """
    inside = (x >= edge.window[0]) & (x <= edge.window[1])
    points = edge.sign * (x[inside] - edge.position), n[inside], gain[inside]
    start = np.array([math.log(max(edge.low, LEAST)), math.log(max(edge.high, LEAST)), 0.0, math.log(edge.sigma)])
    plain = _fit(EdgeShape("error function", _erf, ((),), 0.0), start, *points)
    others = [(shape, _fit(shape, start, *points)) for shape in SHAPES]
    changed, moved = _yields(plain, edge.position_error, *points)
    best = min([plain, *(fitted for _, fitted in others), *moved], key=lambda f: f.deviance + 2 * f.more)
    scatter = max(1.0, best.deviance / max(1, len(points[0]) - 4 - best.more))
    better = tuple(f for shape, f in others if plain.deviance - f.deviance > shape.limit * scatter)
    told = [f for f in moved if plain.deviance - f.deviance > TOLD * scatter]
    alike = [plain, *(f for shape, f in others if shape.name != TWO_STEPS), *told]
    spread = _spreads(plain, alike, scatter)
    runs = _runs(edge, x[inside], n[inside], gain[inside])
    fitted = (plain, *(f for _, f in others), *moved)
    clear = changed if changed is not None and changed.gained > CLEAR * scatter else None
    return Doubts(*spread, fitted, better, _further(edge, x, n, gain, scatter), runs, clear)


def _yields(
    plain: ShapeFit, error: float, x: Array, n: Array, gain: Array
) -> tuple[YieldChange | None, list[ShapeFit]]:
    """Fit a change of yield within the edge; return it, and what the edge beside it is, if there is one."""
    found = yield_change(plain.theta, x, n, gain, error)
    if found is None:
        return None, []
    edge = ShapeFit("changing yield", found.position, found.width, found.deviance, 2, plain.theta)
    return found, [edge]


def _spreads(plain: ShapeFit, alike: list[ShapeFit], scatter: float) -> tuple[float, float]:
    """Return the standard deviations of position and width about the error function's, by Akaike's weights."""
    scores = np.array([f.deviance / scatter + 2 * f.more for f in alike])
    weights = np.exp(-0.5 * (scores - scores.min()))
    weights /= weights.sum()
    away = [np.array([getattr(f, name) - getattr(plain, name) for f in alike]) for name in ("position", "width")]
    position, width = (float(np.sqrt((weights * a**2).sum())) for a in away)
    return position, width


def _fit(shape: EdgeShape, start: Array, x: Array, n: Array, gain: Array) -> ShapeFit:
    """Fit a shape from each of its starts by damped Fisher scoring; the best counts."""
    found = [_maximised(shape.share, np.append(start, more), x, n, gain) for more in shape.starts]
    theta, deviance = min(found, key=lambda pair: pair[1])
    position, width = _half_and_width(shape.share, theta)
    return ShapeFit(shape.name, position, width, deviance, len(shape.starts[0]), theta[:4])


def _expected(share: Share, theta: Array, x: Array, gain: Array) -> Array:
    """Return the expected counts (sets, n) of sets of parameters (sets, k)."""
    low, high, position, spread = theta.T[:4, :, None]
    value = np.exp(low) + np.exp(high) * share((x - position) / np.exp(spread), theta[:, 4:])
    return np.asarray(np.maximum(gain * value, LEAST))


def _deviance(n: Array, mu: Array) -> float:
    some = np.where(n > 0, n, 1.0)
    return 2 * float((mu - n + n * np.log(some / mu)).sum())


def _maximised(share: Share, theta: Array, x: Array, n: Array, gain: Array) -> tuple[Array, float]:
    step = abs(usual_step(x))
    scale = np.ones(len(theta))
    scale[2] = math.exp(theta[3])
    nudges = _NUDGE * np.vstack([np.zeros(len(theta)), np.diag(scale)])
    limits = math.log(0.05 * step), math.log(float(np.ptp(x)))
    lowest, damping = np.inf, 1e-2
    for _ in range(_STEPS):
        mu, *nudged = _expected(share, theta + nudges, x, gain)
        lowest = min(lowest, _deviance(n, mu))
        by = (np.stack(nudged) - mu) / _NUDGE
        information, gradient = (by / mu) @ by.T, by @ (n / mu - 1)
        gained = 0.0
        while damping < _STIFF:
            trial = _moved(theta, information, gradient, damping, scale, limits)
            reached = _deviance(n, _expected(share, trial[None], x, gain)[0])
            if reached < lowest:
                gained, theta, lowest, damping = lowest - reached, trial, reached, damping / 5
                break
            damping *= 6
        if gained < _DONE:
            break
    return theta, lowest


def _moved(
    theta: Array, information: Array, gradient: Array, damping: float, scale: Array, limits: tuple[float, float]
) -> Array:
    diagonal = np.diag(information)
    move = np.linalg.solve(information + np.diag(damping * diagonal + 1e-9 * (1 + diagonal)), gradient)
    trial = theta + np.clip(move, -1.5, 1.5) * scale
    trial[3] = np.clip(trial[3], *limits)
    trial[:2] = np.clip(trial[:2], -20, 30)  # of a logarithm: nothing, and more than any counter
    trial[4:] = np.clip(trial[4:], -30, 30)
    return np.asarray(trial)


def _half_and_width(share: Share, theta: Array) -> tuple[float, float]:
    """Return where the edge alone is half way, from the first fit, and its width from 16 to 84 %."""
    u = np.linspace(-40, 40, 3201)
    more = np.zeros(len(theta) - 4) if share is _tilted else theta[4:]
    values = np.maximum.accumulate(share(u[None], more[None])[0])
    at = np.interp(np.array([1 - _FALL, 0.5, _FALL]) * values[-1], values, u)
    sigma = math.exp(theta[3])
    return float(theta[2] + sigma * at[1]), float(sigma * (at[2] - at[0]))


def _further(edge: Edge, x: Array, n: Array, gain: Array, scatter: float) -> tuple[float, ...]:
    """Return where the signal steps again in the same direction, away from the edge."""
    found = []
    for side in (x < edge.position - OUTSIDE * edge.sigma, x > edge.position + OUTSIDE * edge.sigma):
        if side.sum() < 8:  # four points on either side of a step
            continue
        at, counts, per = x[side], n[side], gain[side]
        k, gained, _ = find_step(counts, per, "rising" if edge.sign > 0 else "falling")
        if gained < SIGNIFICANT * scatter or not 4 <= k <= len(at) - 4:
            continue
        height = abs(counts[k:].sum() / per[k:].sum() - counts[:k].sum() / per[:k].sum())
        if height > SECOND * edge.high:
            found.append(float(at[k]))
    return tuple(found)


def _runs(edge: Edge, x: Array, n: Array, gain: Array) -> float:
    """Return the chance of so few runs of equal signs in the residuals (A. Wald, J. Wolfowitz, 1940).

    Points that expect less than three counts have no sign to speak of.
    """
    mu = gain * edge.model(x)
    up = (n > mu)[mu > 3]
    a, b = int(up.sum()), int((~up).sum())
    if min(a, b) < 5:
        return 1.0
    runs = 1 + int((up[1:] != up[:-1]).sum())
    mean = 1 + 2 * a * b / (a + b)
    variance = (mean - 1) * (mean - 2) / (a + b - 1)
    return float(norm.cdf((runs + 0.5 - mean) / math.sqrt(variance)))
