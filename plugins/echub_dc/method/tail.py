"""What a decay falls to: the mean of a tail that is flat, and how much a slow decay may still hide in it.

No fit tells where a decay ends that goes on: exponentials exclude the truth wherever it is not exponential. So a
value is given only if the tail is flat within its noise, and its interval reaches down by what the slope may
hide: a decay t^-p with slope s at time t has s t/p left to go.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from echub.science import coverage_half_width
from echub_dc import DecayParams
from echub_dc.data import Decay, Floats

PARTS = (0.5, 0.4, 0.3, 0.2, 0.1)
"""Parts of the run that may be its tail: the longest that is flat tells most."""
LEAST = 5
"""Rows of a tail: two give a line, three its scatter."""


@dataclass(frozen=True)
class Tail:
    """The tail: mean in nA, its u, slope in nA/s and its u, part of the run; low, high: ends of the interval.

    limits: ± offset and gain of the ranges it was measured in, nA; none if these are not known.
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
    return next((one for one in found if one.flat), found[-1])


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
    z = float(ndtri(0.5 + params.level / 200))
    # Curvature is what a bent tail shows before its slope does.
    flat = abs(slope) <= params.flat * u_slope and not _bent(x, rest, scatter, params.flat)
    hidden = (max(-slope, 0.0) + z * u_slope) * middle / params.slowest
    mean, normal = float(current.mean()), float(np.hypot(u, decay.u_offset))
    limits = decay.limits(inside, mean)
    reach = coverage_half_width(normal, limits, params.level / 100) if limits else z * normal
    whole = float(np.linalg.norm([normal, *(np.array(limits) / np.sqrt(3))]))
    return Tail(mean, whole, slope, u_slope, part, mean - hidden - reach, mean + reach, flat, limits)


def _bent(x: Floats, rest: Floats, scatter: float, sigmas: float) -> bool:
    column = x**2 - np.mean(x**2)
    size = float(column @ rest / (column @ column))
    return abs(size) > sigmas * scatter / float(np.sqrt(column @ column))


def correlation_factor(rest: Floats) -> float:
    """Return by how much correlated residuals (n,) widen the uncertainty of a mean: √((1+ρ)/(1-ρ)), at least 1."""
    rho = lag_one(rest)
    return float(np.sqrt((1 + rho) / (1 - rho))) if 0 < rho < 1 else 1.0


def lag_one(rest: Floats) -> float:
    """Return the correlation of neighbouring residuals (n,)."""
    centred = rest - rest.mean()
    total = float(centred @ centred)
    return float(centred[1:] @ centred[:-1] / total) if total > 0 else 0.0
