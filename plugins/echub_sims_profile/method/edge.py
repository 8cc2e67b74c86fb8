"""An edge in a profile: a Poisson-likelihood fit of an error function, with over-dispersion."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from echub.plugin import Refusal
from echub_sims_profile.method.interval import NORMAL_95, Ends, profiled
from echub_sims_profile.method.likelihood import (
    HIGH,
    LOW,
    POSITION,
    SPREAD,
    Array,
    Points,
    expected,
    fisher,
    maximise,
    shape,
    usual_step,
)

SIGNIFICANT = 12.0
"""Log-likelihood that a step must gain over a constant: by chance one split does in 1 of 10⁶ (χ² of 24), the best
of a thousand in at most 1 of 1000."""
SPAN = 8.0
"""Half width of the fitted window, in widths of the edge; and at least `POINTS` points."""
POINTS = 12
LEAST_POINTS = 6
"""Four parameters, and two degrees of freedom for the dispersion."""
_ROUGH = 0.02
"""Gain of deviance at which the first fit, which only finds the window, has arrived."""
_WIDTHS = (0.5, 1.5, 5.0)
"""First standard deviations that are tried, in steps: from an edge between two points to one that ten points show.
The best of the three fits counts. By eye."""


@dataclass(frozen=True)
class Edge:
    """A fitted edge; `sign` is -1 where the signal falls. Errors and intervals include the dispersion.

    `high` is the plateau above the background `low`. An end of an interval is None where the
    likelihood does not bound it; a width has at least 0.
    """

    position: float
    sigma: float
    high: float
    low: float
    sign: int
    position_error: float
    sigma_error: float
    position_interval: Ends
    sigma_interval: Ends
    dispersion: float
    step: float
    points: int
    window: tuple[float, float]

    def model(self, x: Array) -> Array:
        """Return the expected signal at x, in the shape of x."""
        return self.low + self.high * shape(x, self.position, self.sigma, self.sign)

    @property
    def undersampled(self) -> bool:
        """Return whether the width from 16 to 84 % is below two steps."""
        return self.sigma < self.step


def find_edge(x: Array, n: Array, edge: str, gain: Array | None = None, floor: float = 1.0) -> Edge:
    """Find the strongest edge and fit it.

    Method: the Poisson likelihood of an error function, started from the best step, in a window around the edge.
    x, n, gain: (n,): x ascending, n counts, `gain` counts per unit of the signal. `floor`: the least dispersion,
    above 1 where the gain is uncertain itself. Raises `Refusal`
    (`too-few-points`, `empty-channel`, `no-interface`, `fit-failed`).
    """
    if len(x) < LEAST_POINTS:
        raise Refusal("too-few-points", f"an edge needs {LEAST_POINTS} points, the profile has {len(x)}")
    if not n.any():
        raise Refusal("empty-channel", "all counts of the channel are zero")
    if not x[-1] > x[0]:
        raise Refusal("too-few-points", f"an edge needs points at different places, all {len(x)} are at one")
    exposure = np.ones(len(x)) if gain is None else gain
    split, gained, sign = find_step(n, exposure, edge)
    if gained < SIGNIFICANT:
        raise Refusal(
            "no-interface", f"no edge stands out of counting statistics ({gained:.1f} < {SIGNIFICANT:g})"
        )
    points = Points(x, n, exposure, sign)
    theta, lowest = _best(_starts(points, x[split]), points, _ROUGH)
    kept = np.zeros(len(x), bool)
    for _ in range(2):
        near = _around(theta, x)
        if (near == kept).all():
            break
        kept = near
        points = Points(x, n, exposure, sign).chosen(near)
        theta, lowest = _best(theta[None], points)
    if not x[0] <= theta[POSITION] <= x[-1]:
        raise Refusal("fit-failed", "the fit leaves the profile", hint="--param start=… --param stop=…")
    return _described(theta, lowest, points, floor)


def _described(theta: Array, lowest: float, points: Points, floor: float) -> Edge:
    information, _ = fisher(theta[None], points)
    covariance = np.asarray(np.linalg.pinv(information[0], hermitian=True), dtype=np.float64)
    dispersion = _dispersion(theta, points)
    widening = max(floor, dispersion)
    position, spread = profiled(theta, covariance, lowest, points, widening)
    sigma, span = math.exp(spread.best), float(points.x[-1] - points.x[0])
    widths = (_exp(spread.ends[0]) or 0.0, _exp(spread.ends[1]))
    return Edge(
        float(theta[POSITION]),
        sigma,
        math.exp(theta[HIGH]),
        math.exp(theta[LOW]),
        points.sign,
        _error(position.ends, span),
        _error(widths, span),
        position.ends,
        widths,
        dispersion,
        points.step,
        len(points.x),
        (float(points.x[0]), float(points.x[-1])),
    )


def _error(ends: Ends, span: float) -> float:
    """Return the standard error by the interval's length; where the likelihood does not end it, by the window's.

    The curvature at the maximum may vanish between two points, and then says nothing.
    """
    low, high = ends
    return span / math.sqrt(12) if low is None or high is None else (high - low) / (2 * NORMAL_95)


def _exp(value: float | None) -> float | None:
    return None if value is None else math.exp(value)


def _dispersion(theta: Array, points: Points) -> float:
    """Return Pearson's sum per degree of freedom.

    Points that expect less than one count would dominate it by chance.
    """
    mu = expected(theta[None], points)[0]
    return float(((points.n - mu) ** 2 / np.maximum(mu, 1.0)).sum()) / (len(mu) - 4)


def find_step(n: Array, gain: Array, edge: str) -> tuple[int, float, int]:
    """Find the split of two constants that gains most likelihood over one, in the wanted direction.

    n, gain: (n,), counts, and counts per unit of the signal. Returns the first point behind the split, the
    gain in log-likelihood, and 1 where the signal rises, else -1.
    """
    total, exposed, size = np.cumsum(n), np.cumsum(gain), len(n)
    k = np.arange(2, size - 1)
    before, after = exposed[k - 1], exposed[-1] - exposed[k - 1]
    left, right = total[k - 1] / before, (total[-1] - total[k - 1]) / after
    mean = total[-1] / exposed[-1]
    gained = before * _xlog(left, mean) + after * _xlog(right, mean)
    wanted = {"falling": left > right, "rising": left < right}.get(edge, np.ones(len(k), bool))
    if not wanted.any():
        return int(k[0]), 0.0, -1
    best = int(np.argmax(np.where(wanted, gained, -np.inf)))
    return int(k[best]), float(gained[best]), -1 if left[best] > right[best] else 1


def _xlog(part: Array, mean: float) -> Array:
    some = part > 0
    return np.where(some, part * np.log(np.where(some, part, 1.0) / (mean or 1.0)), 0.0)


def _starts(points: Points, position: float) -> Array:
    """Return first parameters: both plateaus from the points, and several widths."""
    x, level = points.x, points.n / points.gain
    above = x < position if points.sign < 0 else x >= position
    # A start needs logarithms: half a count for an empty plateau, a twentieth for an empty background.
    high, low = max(float(level[above].mean()), 0.5), max(float(np.median(level[~above])), 0.05)
    return np.array(
        [
            [math.log(max(high - low, 0.1 * high)), math.log(low), position, math.log(w * points.step)]
            for w in _WIDTHS
        ]
    )


def _best(starts: Array, points: Points, done: float = 1e-5) -> tuple[Array, float]:
    theta, lowest = maximise(starts, points, done=done)
    best = int(np.argmin(lowest))
    return theta[best], float(lowest[best])


def _around(theta: Array, x: Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Choose the points near the edge: plateaus far away have their own slopes."""
    half = max(SPAN * 2 * math.exp(theta[SPREAD]), POINTS * usual_step(x))
    kept = np.abs(x - theta[POSITION]) <= half
    return kept if kept.sum() >= LEAST_POINTS else np.ones(len(x), bool)
