"""What a decay falls to: the mean of a tail that is flat, and how much a slow decay may still hide in it.

No fit tells where a decay ends that goes on: exponentials exclude the truth wherever it is not exponential. So a
value is given only if the tail is flat within its noise, and its interval reaches down by what the slope may
hide: a decay t^-p with slope s at time t has s t/p left to go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from echub.science import coverage_half_width, difference_noise, wander
from echub_dc import DecayParams
from echub_dc.data import Decay, Floats

PARTS = (0.5, 0.4, 0.3, 0.2, 0.1)
"""Parts of the run that may be its tail: the longest that is flat tells most."""
STRETCHES = 4
"""Stretches of a tail, and means in each, by which its slow noise is known."""
LEAST = 5
"""Rows of a tail: two give a line, three its scatter."""


@dataclass(frozen=True)
class Tail:
    """The tail: mean in nA, its u, slope in nA/s and its u, part of the run; low, high: ends of the interval.

    limits: ± offset and gain of the ranges it was measured in, nA; none if these are not known. sinks: the
    last half of the run falls ever faster, which no decay does.
    """

    mean: float
    u: float
    slope: float
    u_slope: float
    part: float
    low: float
    high: float
    flat: bool
    limits: tuple[float, ...] = ()
    sinks: bool = False

    @property
    def u_range(self) -> float:
        """Return the standard uncertainty by the accuracy of the range, nA."""
        return float(np.linalg.norm(self.limits)) / float(np.sqrt(3))

    @property
    def falls(self) -> bool:
        """Return whether the current still falls."""
        return not self.flat and self.slope < 0


def tail(decay: Decay, params: DecayParams) -> Tail:
    """Return the longest flat tail; if none is, that of the last tenth."""
    found = [_tail(decay, part, params) for part in PARTS]
    flat = next((one for one in found if one.flat), None)
    return flat or replace(found[-1], sinks=_sinks(decay, params))


def _tail(decay: Decay, part: float, params: DecayParams) -> Tail:
    t, current = decay.time, decay.current
    inside = t >= (1 - part) * decay.span
    t, current = t[inside], current[inside]
    if len(t) < LEAST:
        return Tail(float(current.mean()), np.inf, -np.inf, np.inf, part, -np.inf, np.inf, False)
    middle = float(t.mean())
    x = t - middle
    slope = float(x @ current / (x @ x))
    rest = current - current.mean() - slope * x
    wider = correlation_factor(rest)
    scatter = float(np.sqrt(rest @ rest / (len(t) - 2))) * wider
    u, u_slope = scatter / float(np.sqrt(len(t))), scatter / float(np.sqrt(x @ x))
    u = float(np.hypot(u, _slow(t, current, difference_noise(current))))
    z = float(ndtri(0.5 + params.level / 200))
    # Curvature is what a bent tail shows before its slope does.
    flat = abs(slope) <= params.flat * u_slope and not _bent(x, rest, scatter, params.flat)
    hidden = (max(-slope, 0.0) + z * u_slope) * middle / params.slowest
    mean, normal = float(current.mean()), float(np.hypot(u, decay.u_offset))
    limits = decay.limits(inside, mean)
    reach = coverage_half_width(normal, limits, params.level / 100) if limits else z * normal
    whole = float(np.linalg.norm([normal, *(np.array(limits) / np.sqrt(3))]))
    return Tail(mean, whole, slope, u_slope, part, mean - hidden - reach, mean + reach, flat, limits)


def _sinks(decay: Decay, params: DecayParams) -> bool:
    """Return whether the last half bends down: a decay bends up, whatever it is made of."""
    inside = decay.time >= (1 - PARTS[0]) * decay.span
    t, current = decay.time[inside], decay.current[inside]
    if len(t) < LEAST:
        return False
    x = (t - t.mean()) / float(np.ptp(t))
    rest = current - np.polyval(np.polyfit(x, current, 2), x)
    scatter = float(np.std(rest)) * correlation_factor(rest)
    straight = current - np.polyval(np.polyfit(x, current, 1), x)
    return _bend(x, straight)[0] < 0 and _bent(x, straight, scatter, params.flat)


def _slow(t: Floats, current: Floats, noise: float) -> float:
    """Return how far 1/f noise moves the mean of a tail against the rest before the step, nA.

    From means of sixteenths of the tail; with fewer than two rows in each nothing is known of it.
    """
    rows = len(t) // (STRETCHES * STRETCHES)
    if rows < 2:
        return 0.0
    used = slice(len(t) - rows * STRETCHES**2, None)
    means = current[used].reshape(STRETCHES, STRETCHES, rows).mean(axis=2)
    found = wander(means, np.full(STRETCHES, noise**2 / rows))
    lasts = float(t[-1] - t[used][0]) / STRETCHES**2
    return float(replace(found, walk=0.0, drift=0.0).between(float(t.mean()) / lasts))


def _bend(x: Floats, rest: Floats) -> tuple[float, float]:
    """Return the quadratic part of residuals of a line, and what it is known to per unit of their scatter."""
    column = x**2 - np.mean(x**2)
    total = float(column @ column)
    return float(column @ rest) / total, 1 / float(np.sqrt(total))


def _bent(x: Floats, rest: Floats, scatter: float, sigmas: float) -> bool:
    size, error = _bend(x, rest)
    return abs(size) > sigmas * scatter * error


def correlation_factor(rest: Floats) -> float:
    """Return by how much correlated residuals (n,) widen the uncertainty of a mean: √((1+ρ)/(1-ρ)), at least 1."""
    rho = lag_one(rest)
    return float(np.sqrt((1 + rho) / (1 - rho))) if 0 < rho < 1 else 1.0


def lag_one(rest: Floats) -> float:
    """Return the correlation of neighbouring residuals (n,)."""
    centred = rest - rest.mean()
    total = float(centred @ centred)
    return float(centred[1:] @ centred[:-1] / total) if total > 0 else 0.0
