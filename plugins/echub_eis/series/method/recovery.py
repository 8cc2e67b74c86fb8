"""How fast a resistance falls back at rest: one exponential to a constant, with the profile of its time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
LEAST = 8
"""Spectra at rest: three parameters, and as many again to tell the scatter, and a few."""
PER_DECADE = 40
"""Grid of the time constant: steps of 6 %, refined by a parabola."""
LONGEST = 10.0
"""Longest time constant tried, in spans of the rest: beyond, an exponential is a straight line."""
SEEN = 0.5
"""Time constants up to this part of the rest are seen to end: the excess has then fallen to 14 %."""
WHITE = 0.3
"""Lag-1 correlation of the residuals above which the shape is not one exponential (exponentials then excluded the
truth in every case tried)."""
SURE = 5.0
"""Excess over its uncertainty above which there is a recovery at all."""


@dataclass(frozen=True)
class Recovered:
    """The answer: time constant with interval in s, what is left; None where open. white: lag-1 correlation is small."""

    tau: float
    low: float | None
    high: float | None
    u: float
    rest: float
    u_rest: float
    excess: float
    correlation: float
    start: float
    curve: Floats


def recovery(t: Floats, value: Floats, u: Floats, coverage: float) -> Recovered | None:
    """Fit v = v∞ + A exp(-(t - t0)/τ); t (n,) s, value and u (n,). None if too few, or nothing recovers."""
    known = np.isfinite(t) & np.isfinite(value) & np.isfinite(u) & (u > 0)
    t, value, u = t[known], value[known], u[known]
    if len(t) < LEAST:
        return None
    start, span = float(t[0]), float(np.ptp(t))
    step = float(np.median(np.diff(t)))
    taus = np.geomspace(max(step / 3, span * 1e-3), LONGEST * span, int(PER_DECADE * np.log10(LONGEST * span / max(step / 3, span * 1e-3))))
    chi2 = np.array([_solve(t - start, value, u, tau)[1] for tau in taus])
    best = int(np.argmin(chi2))
    tau = _refined(np.log(taus), chi2, best)
    found, least, covariance = _solve(t - start, value, u, tau)
    freedom = len(t) - 3
    scale = least / freedom
    if not abs(found[1]) > SURE * np.sqrt(covariance[1, 1] * scale):
        return None
    limit = least + scale * float(stdtrit(freedom, 0.5 + coverage / 2)) ** 2
    low, high = _ends(taus, chi2, best, limit)
    rest = (value - _curve(t - start, found, tau)) / u
    correlation = float(np.corrcoef(rest[:-1], rest[1:])[0, 1])
    half = np.log(high / low) / 2 / float(stdtrit(freedom, 0.5 + coverage / 2)) if low and high else np.inf
    return Recovered(
        tau,
        low,
        high if high is not None and tau < SEEN * span else None,
        float(tau * half) if np.isfinite(half) else np.inf,
        float(found[0]),
        float(np.sqrt(covariance[0, 0] * scale)),
        float(found[1]),
        correlation,
        start,
        _curve(t - start, found, tau),
    )


def _solve(t: Floats, value: Floats, u: Floats, tau: float) -> tuple[Floats, float, Floats]:
    columns = np.stack([np.ones(len(t)), np.exp(-t / tau)], axis=1) / u[:, None]
    inverse = np.linalg.pinv(columns.T @ columns)
    found = inverse @ (columns.T @ (value / u))
    return found, float((((value / u) - columns @ found) ** 2).sum()), inverse


def _curve(t: Floats, found: Floats, tau: float) -> Floats:
    return np.asarray(found[0] + found[1] * np.exp(-t / tau))


def _refined(log: Floats, chi2: Floats, best: int) -> float:
    """Return the lowest place of a parabola through three points around the best."""
    if not 0 < best < len(log) - 1:
        return float(np.exp(log[best]))
    a, b, c = chi2[best - 1 : best + 2]
    bend = a - 2 * b + c
    shift = 0.5 * (a - c) / bend if bend > 0 else 0.0
    return float(np.exp(log[best] + shift * (log[1] - log[0])))


def _ends(taus: Floats, chi2: Floats, best: int, limit: float) -> tuple[float | None, float | None]:
    """Return the times at which the profile passes its limit, None where it does not."""
    ends: list[float | None] = []
    for side in (np.arange(best, -1, -1), np.arange(best, len(taus))):
        beyond = side[chi2[side] > limit]
        if not len(beyond):
            ends.append(None)
            continue
        out = int(beyond[0])
        inside = out + (1 if out < best else -1)
        share = (limit - chi2[inside]) / (chi2[out] - chi2[inside])
        ends.append(float(np.exp(np.log(taus[inside]) + share * np.log(taus[out] / taus[inside]))))
    return ends[0], ends[1]
