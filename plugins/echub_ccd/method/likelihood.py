"""The Weibull distribution fitted to intervals: maximum likelihood, and the profile of the median."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.stats import f as fisher

Floats = NDArray[np.float64]
SHAPES = (0.2, 200.0)
"""Weibull moduli that are looked for: the lower spreads over decades of current, the upper is narrower than the
steps of any staircase, so that a fit which ends there is flagged, `wide` or `narrow`."""


@dataclass(frozen=True, eq=False)
class CellIntervals:
    """What is known of each cell: it fails above `low` and at or below `high` (0 and inf: open)."""

    low: Floats
    high: Floats

    def __len__(self) -> int:
        return len(self.low)

    def log_likelihood(self, median: float, shape: float) -> float:
        """Return the sum of log(F(high) - F(low)), with F half at the median."""
        log_two = np.log(2.0)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            above_low = -log_two * (self.low / median) ** shape
            above_high = -log_two * (self.high / median) ** shape
            each = above_low + np.log(-np.expm1(np.minimum(above_high - above_low, 0.0)))
        total = float(np.sum(each))
        return total if np.isfinite(total) else -1e30  # finite, for the simplex


@dataclass(frozen=True)
class Fit:
    """Median, shape and the largest log-likelihood."""

    median: float
    shape: float
    largest: float

    @property
    def scale(self) -> float:
        """Return the level below which 63.2 % fail."""
        return float(self.median / np.log(2.0) ** (1 / self.shape))


def fit(cells: CellIntervals) -> Fit:
    """Maximise the likelihood over median and shape.

    Method: maximum likelihood of interval-censored values, by the simplex of Nelder and Mead. The median is in
    the unit of the cells.
    """
    known = np.where(np.isfinite(cells.high), cells.high, cells.low)
    middle = float(np.median((np.where(cells.low > 0, cells.low, known / 2) + known) / 2))

    def cost(x: Floats) -> float:
        return -cells.log_likelihood(float(np.exp(x[0])), float(np.exp(np.clip(x[1], *np.log(SHAPES)))))

    # From a shape of 4, chosen by eye; the tolerances are of logarithms, far below any uncertainty.
    found = minimize(cost, np.log([middle, 4.0]), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    return Fit(float(np.exp(found.x[0])), float(np.exp(np.clip(found.x[1], *np.log(SHAPES)))), -float(found.fun))


def profile(cells: CellIntervals, median: float) -> float:
    """Return the largest log-likelihood with a given median."""
    low, high = np.log(SHAPES)
    found = minimize_scalar(
        lambda x: -cells.log_likelihood(median, float(np.exp(x))),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-4},  # in log shape; the profile is flat at its top, so its value errs by far less
    )
    return -float(found.fun)


def median_interval(cells: CellIntervals, found: Fit, level: float) -> tuple[float | None, float | None]:
    """Return the medians whose profile likelihood is not rejected; None where it is open.

    The threshold is that of F(1, n) in place of chi²(1): with few cells the latter covers too seldom.
    """
    # Half, since twice the loss of log-likelihood is what is distributed as chi² or F.
    allowed = found.largest - 0.5 * float(fisher.ppf(level, 1, len(cells)))

    def excess(x: float) -> float:
        return profile(cells, float(np.exp(x))) - allowed

    center = float(np.log(found.median))
    ends = [_crossing(excess, center, direction) for direction in (-1.0, 1.0)]
    return ends[0], ends[1]


def _crossing(excess: object, center: float, direction: float) -> float | None:
    step = 0.02  # 2 % of the median, doubled until the interval ends
    while step < 4.0:  # a factor of 50 from the median: open
        if excess(center + direction * step) < 0:  # type: ignore[operator]
            inner = center + direction * step / 2 if step > 0.02 else center
            return float(np.exp(brentq(excess, inner, center + direction * step, xtol=1e-5)))
        step *= 2
    return None
