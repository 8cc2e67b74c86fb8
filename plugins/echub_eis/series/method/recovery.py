"""How fast a resistance falls back at rest: one exponential to a constant, with the profile of its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import stdtrit

from echub.science import BOLTZMANN_EV, ZERO_CELSIUS

Floats = NDArray[np.float64]
LEAST = 8
"""Spectra at rest: three parameters, and as many again to tell the scatter, and a few."""
PER_DECADE = 8
"""Grid of the time constant: χ² has one minimum between two of its places."""
FIRST_STEP = 1e-4
"""First step in ln τ towards the end of an interval; it doubles."""
LONGEST = 10.0
"""Longest time constant tried, in spans of the rest: beyond, an exponential is a straight line."""
SEEN = 0.5
"""Time constants up to this part of the rest are seen to end: the excess has then fallen to 14 %."""
WHITE = 0.3
"""Lag-1 correlation of the residuals above which the shape is not one exponential (exponentials then excluded the
truth in every case tried)."""
SURE = 5.0
"""Excess over its uncertainty above which there is a recovery at all."""
ENERGY = 0.5
"""Activation energy of a usual solid electrolyte or interface, eV: R then falls by 6.5 % per kelvin at 25 °C."""
BY_TEMPERATURE = 0.2
"""Part of a recovery that the temperature may explain: the time is then off by about as much. By eye."""


@dataclass(frozen=True)
class Recovered:
    """The answer: time constant with interval in s, what is left; None where open."""

    tau: float
    low: float | None
    high: float | None
    u: float
    rest: float
    u_rest: float
    correlation: float
    curve: Floats


def recovery(t: Floats, value: Floats, u: Floats, coverage: float) -> Recovered | None:
    """Fit v = v∞ + A exp(-(t - t0)/τ); t (n,) s, value and u (n,).

    None if they are too few, or at one time, or nothing recovers.
    """
    known = np.isfinite(t) & np.isfinite(value) & np.isfinite(u) & (u > 0)
    t, value, u = t[known], value[known], u[known]
    if len(t) < LEAST or not np.ptp(t):
        return None
    start, span = float(t[0]), float(np.ptp(t))
    step = float(np.median(np.diff(t)))
    shortest = max(step / 3, span * 1e-3)
    taus = np.geomspace(shortest, LONGEST * span, int(PER_DECADE * np.log10(LONGEST * span / shortest)))

    def chi2(log: float) -> float:
        return _solve(t - start, value, u, float(np.exp(log)))[1]

    best = _lowest(chi2, taus)
    tau = float(np.exp(best))
    found, least, covariance = _solve(t - start, value, u, tau)
    freedom = len(t) - 3
    scale = least / freedom
    if not abs(found[1]) > SURE * np.sqrt(covariance[1, 1] * scale):
        return None
    limit = least + scale * float(stdtrit(freedom, 0.5 + coverage / 2)) ** 2
    ends = [_end(chi2, best, limit, float(np.log(edge))) for edge in (taus[0], taus[-1])]
    low, high = (None if end is None else float(np.exp(end)) for end in ends)
    rest = (value - _curve(t - start, found, tau)) / u
    correlation = float(np.corrcoef(rest[:-1], rest[1:])[0, 1])
    half = np.log(high / low) / 2 / float(stdtrit(freedom, 0.5 + coverage / 2)) if low and high else np.inf
    return Recovered(
        tau,
        low,
        high if high is not None and tau < SEEN * span else None,
        float(tau * half) if np.isfinite(half) else np.inf,
        float(found[0]),
        float(np.sqrt(_variance_of_end(t - start, u, found, tau) * scale)),
        correlation,
        _curve(t - start, found, tau),
    )


def is_of_temperature(found: Recovered, t: Floats, temperature: Floats) -> bool:
    """Return whether the temperature, °C (NaN: not known) at t (s), may explain what looks like a recovery.

    Of the temperature counts what runs along with the exponential, by least squares: scatter of a sensor does not.
    By R of an `ENERGY` (Arrhenius), over what the exponential falls or rises during the rest.
    """
    known = np.isfinite(t) & np.isfinite(temperature)
    kelvin, shape = temperature[known] + ZERO_CELSIUS, np.exp(-(t[known] - np.nanmin(t)) / found.tau)
    if len(kelvin) < 2 or not np.ptp(shape):
        return False
    away = shape - shape.mean()
    moved = ENERGY / BOLTZMANN_EV * abs(float(away @ (1 / kelvin)) / float(away @ away)) * float(np.ptp(shape))
    return moved > BY_TEMPERATURE * abs(float(np.log(found.curve[0] / found.curve[-1])))


def _solve(t: Floats, value: Floats, u: Floats, tau: float) -> tuple[Floats, float, Floats]:
    columns = np.stack([np.ones(len(t)), np.exp(-t / tau)], axis=1) / u[:, None]
    inverse = np.linalg.pinv(columns.T @ columns)
    found = inverse @ (columns.T @ (value / u))
    return found, float((((value / u) - columns @ found) ** 2).sum()), np.asarray(inverse, dtype=np.float64)


def _variance_of_end(t: Floats, u: Floats, found: Floats, tau: float) -> float:
    """Return the variance of v∞, in that of the weights: with what is not known of τ, which moves it too."""
    decay = np.exp(-t / tau)
    slopes = np.stack([np.ones(len(t)), decay, found[1] * decay * t / tau], axis=1) / u[:, None]
    return float(np.linalg.pinv(slopes.T @ slopes)[0, 0])


def _curve(t: Floats, found: Floats, tau: float) -> Floats:
    return np.asarray(found[0] + found[1] * np.exp(-t / tau))


def _lowest(chi2: Callable[[float], float], taus: Floats) -> float:
    """Return the ln τ at which χ² is lowest: on a grid, then between its neighbours."""
    logs = np.log(taus)
    best = int(np.argmin([chi2(log) for log in logs]))
    around = (float(logs[max(best - 1, 0)]), float(logs[min(best + 1, len(logs) - 1)]))
    return float(minimize_scalar(chi2, bounds=around, method="bounded", options={"xatol": 1e-8}).x)


def _end(chi2: Callable[[float], float], best: float, limit: float, edge: float) -> float | None:
    """Return the ln τ towards an edge at which χ² passes its limit, None where it does not."""
    if chi2(edge) <= limit or edge == best:
        return None
    step = np.sign(edge - best) * FIRST_STEP
    near = best
    while chi2(near + step) <= limit:
        near, step = near + step, 2 * step
    return float(brentq(lambda log: chi2(log) - limit, near, near + step))
