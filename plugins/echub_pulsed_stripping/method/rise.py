"""How capacities rise with the logarithm of the rest, and whether that is still a plateau."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from echub_pulsed_stripping.data.points import RestPoint

NORMAL_95 = 1.959964
"""Standard deviations to either side that hold 95 % of a normal distribution."""
SLOWER = 0.55
"""On a plateau capacities rise at most about half as steeply as before it; a logarithmic rise has one slope. Of
300 such rises each 0 to 1 % pass, and 90 % of the plateaus do (three cells, 2 % of scatter)."""
CERTAIN = 2.5
"""Standard errors from which a rise is certain: 1 % of the plateaus by chance."""
LITTLE = 0.2
"""A rise that is certain still counts as none if it is below a fifth of the tolerance: saturation never ends."""


@dataclass(frozen=True)
class Slope:
    """The slope of capacity against ln(rest), per factor of e, with its standard error and interval of 95 %."""

    value: float
    error: float
    low: float
    high: float


def slope_of(points: Sequence[RestPoint]) -> Slope:
    """Fit a line to capacities against ln(rest); bounds are left out.

    Method: least squares; the error from what the points do not share, enlarged by the Birge ratio if they scatter
    more (R. T. Birge, Phys. Rev. 40 (1932) 207), then with Student's t.
    """
    known = [p for p in points if not p.bound]
    x = np.log([p.rest_s for p in known])
    y = np.array([p.value for p in known])
    own = float(np.sqrt(np.mean([p.independent**2 for p in known])))
    centred = x - x.mean()
    spread = float(centred @ centred)
    value = float(centred @ y) / spread
    free = len(known) - 2
    scatter = float(np.sqrt(np.sum((y - y.mean() - value * centred) ** 2) / free)) if free else 0.0
    error, quantile = own / np.sqrt(spread), NORMAL_95
    if scatter > own:
        error, quantile = scatter / np.sqrt(spread), float(stats.t.ppf(0.975, free))
    return Slope(value, float(error), float(value - quantile * error), float(value + quantile * error))


def slope_before(points: Sequence[RestPoint], below: Sequence[RestPoint]) -> float:
    """Return how steeply capacities rise from the next shorter rest to the middle of others, per factor of e."""
    known, lower = ([p for p in some if not p.bound] for some in (points, below))
    rise = float(np.mean([p.value for p in known]) - np.mean([p.value for p in lower]))
    apart = float(np.mean(np.log([p.rest_s for p in known])) - np.mean(np.log([p.rest_s for p in lower])))
    return rise / apart


def is_flat(points: Sequence[RestPoint], below: Sequence[RestPoint], tolerance: float) -> bool:
    """Return whether capacities at two rests or more are a plateau: slope and interval fit the tolerance.

    tolerance: fraction of their mean by which they may rise per factor of e. below: those at the next shorter
    rest, if there is one.
    """
    if len({p.rest_s for p in points if not p.bound}) < 2:
        return False
    slope = slope_of(points)
    mean = float(np.mean([p.value for p in points if not p.bound]))
    if (
        slope.value > CERTAIN * slope.error and slope.high > LITTLE * tolerance * mean
    ) or slope.high > tolerance * mean:
        return False
    return not below or slope.high <= SLOWER * slope_before(points, below)


def lower_bound(level: Sequence[RestPoint], others: Sequence[Sequence[RestPoint]]) -> tuple[float, float]:
    """Return the mean at one rest, and by how much it may be too high: the half width of its 95 % interval.

    The error of a mean is that of what its points state, or of their scatter, which all rests share.
    """
    values = np.array([p.value for p in level])
    own = float(np.sqrt(np.sum([p.independent**2 for p in level]))) / len(level)
    shared = float(np.sqrt(max((p.uncertainty**2 - p.independent**2 for p in level), default=0.0)))
    rests = [np.array([p.value for p in some if not p.bound]) for some in others]
    free = sum(max(len(some) - 1, 0) for some in rests)
    half = NORMAL_95 * own
    if free:
        pooled = np.sqrt(sum(float(np.sum((some - some.mean()) ** 2)) for some in rests if len(some)) / free)
        half = max(half, float(stats.t.ppf(0.975, free) * pooled / np.sqrt(len(level))))
    return float(values.mean()), float(np.hypot(half, NORMAL_95 * shared))
