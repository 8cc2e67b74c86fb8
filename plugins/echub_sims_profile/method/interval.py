"""Intervals by the profile likelihood: how far a parameter goes before the fit loses too much.

The curvature at the maximum is symmetric and forgets that width and position are found together;
below about 50 counts its intervals are too short. Over-dispersion widens them, as in a
quasi-likelihood. The width, like any variance, comes out too small of few counts: its profile is
adjusted by the information on the position (D. R. Cox, N. Reid, J. R. Stat. Soc. B 49
(1987) 1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from echub_sims_profile.method.likelihood import POSITION, SPREAD, Array, Points, maximise, spread_limits

NORMAL_95 = 1.959963984540054
"""Standard deviations to either side that hold 95 % of a normal distribution."""
_MULTIPLES = np.array([-3.0, -2.2, -1.6, -0.8, 0.8, 1.6, 2.2, 3.0])
"""Where the profile is computed first, in standard errors: around 1.96, and where a skewed one may end."""
_FURTHER = 3.0
_TIMES = 4
"""How much further the next values reach, and how often: up to 81 standard errors, then the interval is open."""
_AXIS = np.arange(4)

Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class Profiled:
    """A parameter by its profile: the best value, and the ends of its 95 % interval, None where open."""

    best: float
    ends: Ends


@dataclass
class _Track:
    """One parameter as it is followed: where it was held, and what was lost there."""

    parameter: int
    centre: float
    error: float
    limits: tuple[float, float]
    direction: Array
    at: Array
    lost: Array
    reach: float = 1.0

    @property
    def arrived(self) -> bool:
        """Return whether both sides end, or go no further."""
        beyond = self.lost - self.lost.min() > NORMAL_95**2
        return bool((beyond[0] or self.at[0] <= self.limits[0]) and (beyond[-1] or self.at[-1] >= self.limits[1]))

    def next(self) -> Array:
        """Return the next values."""
        at = self.centre + self.reach * self.error * _MULTIPLES
        self.reach *= _FURTHER
        return np.clip(at, *self.limits)

    def add(self, at: Array, lost: Array) -> None:
        """Keep what was lost (n,) at further values (n,)."""
        values = np.concatenate([self.at, at])
        self.at, first = np.unique(values, return_index=True)
        self.lost = np.concatenate([self.lost, lost])[first]

    def result(self) -> Profiled:
        """Interpolate the minimum, and the root of the loss on either side."""
        best, least = _minimum(self.at, self.lost)
        root = np.sqrt(np.maximum(self.lost - least, 0.0))
        left, right = self.at < best, self.at > best
        low = _crossing(np.append(self.at[left], best)[::-1], np.append(root[left], 0.0)[::-1])
        high = _crossing(np.insert(self.at[right], 0, best), np.insert(root[right], 0, 0.0))
        return Profiled(best, (low, high))


def profiled(
    theta: Array, covariance: Array, lowest: float, points: Points, dispersion: float
) -> tuple[Profiled, Profiled]:
    """Follow position and logarithm of the width; both at once, since each costs little.

    theta: (4,), covariance: (4, 4), lowest: the least deviance, `dispersion` divides it. The position is in the
    unit of x. Method: see above.
    """
    tracks = [_track(theta, covariance, p, points, dispersion) for p in (POSITION, SPREAD)]
    for track in tracks:
        track.add(
            np.array([track.centre]), _losses(np.array([track.centre]), np.array([lowest]), track, dispersion)
        )
    for _ in range(_TIMES):
        going = [track for track in tracks if not track.arrived]
        if not going:
            break
        _follow(going, theta, points, dispersion)
    position, spread = (track.result() for track in tracks)
    return position, spread


def _track(theta: Array, covariance: Array, parameter: int, points: Points, dispersion: float) -> _Track:
    variance = max(float(covariance[parameter, parameter]), 1e-12)
    error = math.sqrt(variance * dispersion)
    reach = float(points.x[0]), float(points.x[-1])
    limits = reach if parameter == POSITION else spread_limits(points)
    # an edge between two points has a vanishing curvature, and its error has no end
    error = min(error, points.step + math.exp(theta[SPREAD]) if parameter == POSITION else 1.0)
    direction = np.clip(covariance[:, parameter] / variance, -5, 5)  # a start only: the others are fitted
    return _Track(parameter, float(theta[parameter]), error, limits, direction, np.empty(0), np.empty(0))


def _follow(going: list[_Track], theta: Array, points: Points, dispersion: float) -> None:
    """Hold each parameter at its next values and fit the others, all in one batch."""
    values = [track.next() for track in going]
    start = np.concatenate(
        [theta + (at - t.centre)[:, None] * t.direction for t, at in zip(going, values, strict=True)]
    )
    held = np.repeat([track.parameter for track in going], len(_MULTIPLES))
    start[np.arange(len(held)), held] = np.concatenate(values)
    _, lost = maximise(start, points, held[:, None] != _AXIS, done=1e-3)  # of a loss of 3.84
    for k, (track, at) in enumerate(zip(going, values, strict=True)):
        mine = slice(k * len(at), (k + 1) * len(at))
        track.add(at, _losses(at, lost[mine], track, dispersion))


def _losses(at: Array, lost: Array, track: _Track, dispersion: float) -> Array:
    """Divide the deviance by the dispersion; for the width, add the information on the position.

    That is twice half its logarithm, and falls as one over the width wherever points show the edge.
    """
    return lost / dispersion - (at if track.parameter == SPREAD else 0.0)


def _minimum(at: Array, lost: Array) -> tuple[float, float]:
    """Return the minimum of a parabola through the lowest point and its neighbours."""
    k = int(np.clip(np.argmin(lost), 1, len(at) - 2)) if len(at) > 2 else 0
    if len(at) < 3 or lost[k] > min(lost[k - 1], lost[k + 1]):
        k = int(np.argmin(lost))
        return float(at[k]), float(lost[k])
    a, c = at[k - 1] - at[k], at[k + 1] - at[k]
    p, r = lost[k - 1] - lost[k], lost[k + 1] - lost[k]
    curve = (p / a - r / c) / (a - c)
    slope = p / a - curve * a
    if curve <= 0:
        return float(at[k]), float(lost[k])
    move = float(np.clip(-slope / (2 * curve), a, c))
    return float(at[k] + move), float(lost[k] + slope * move + curve * move**2)


def _crossing(at: Array, root: Array) -> float | None:
    """Find where the root first passes 1.96, going outwards."""
    beyond = np.flatnonzero(root > NORMAL_95)
    if not len(beyond):
        return None
    k = int(beyond[0])
    share = (NORMAL_95 - root[k - 1]) / (root[k] - root[k - 1])
    return float(at[k - 1] + share * (at[k] - at[k - 1]))
