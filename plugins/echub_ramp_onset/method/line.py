"""The ohmic line: U against x over the start of the ramp, with its noise, its drift and its curvature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Refusal
from echub.science import robust_centre
from echub.text import several
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import Floats, RampTrace
from echub_ramp_onset.method.grid import TimeGrid

FAR, MOST_NEAR = 6.0, 0.7
"""Rows beyond six standard deviations are not noise (2 of 10⁹); if they are more than 30 %, the line is wrong."""
BENT, MAYBE_BENT = 3.0, 1.0
"""Standard deviations of the curvature from which a fit is not a line (1 of 1000 straight ones by chance), and
from which it may not be one, so that the interval must allow for it."""

LEAST_WINDOWS = 10
"""Windows by which the scatter of their means is judged: of ten the ratio is known to 22 % (1/√20)."""


@dataclass(frozen=True)
class OhmicLine:
    """The ohmic line U = offset + slope·x over [begin, end], with its covariance and the noise of a row.

    inflation: how much more means scatter than independent rows. curvature: of the rows, in standard deviations.
    """

    offset: float
    slope: float
    covariance: Floats
    begin: float
    end: float
    sigma: float
    inflation: float
    curvature: float = 0.0

    @property
    def bent(self) -> bool:
        """Return whether the rows are not on a line: the rise begins inside it."""
        return self.curvature > BENT

    @property
    def maybe_bent(self) -> bool:
        """Return whether the curvature of the rows leaves room for a rise inside the fit."""
        return self.curvature > MAYBE_BENT

    def at(self, x: Floats) -> Floats:
        """Return the ohmic voltage (n,), V, at x (n,) in the unit of the ramp."""
        return self.offset + self.slope * x

    def spread(self, x: Floats) -> Floats:
        """Return the standard uncertainty of the line itself (n,), V."""
        v = self.covariance
        return np.asarray(np.sqrt(np.maximum(v[0, 0] + 2 * v[0, 1] * x + v[1, 1] * x**2, 0)) * self.inflation)


class Span(NamedTuple):
    """Where a line is fitted: from begin to end, s on the file's clock, and the rows first to stop (exclusive)."""

    begin: float
    end: float
    first: int
    stop: int


def span_of(trace: RampTrace, params: RampOnsetParams, until: float) -> Span:
    """Return where `fit_line` fits."""
    begin, end = trace.begin + params.start, trace.begin + params.fit_fraction * until
    first, stop = np.searchsorted(trace.t, (begin, np.nextafter(end, np.inf))).tolist()
    return Span(begin, end, first, stop)


def fit_line(trace: RampTrace, grid: TimeGrid, params: RampOnsetParams, until: float) -> OhmicLine:
    """Fit U against x on [start, fit_fraction · until], in seconds after the start of the ramp."""
    begin, end, first, stop = span_of(trace, params, until)
    rows, count = slice(first, stop), stop - first
    if count < 5:  # a line, and three degrees of freedom for its noise
        raise Refusal(
            "too-short",
            f"only {several(count, 'row lies', 'rows lie')} between {params.start:g} s after the start of the "
            f"ramp and {params.fit_fraction:g} of its length",
        )
    if not np.ptp(trace.x[rows]) > 0:
        raise Refusal(
            "too-short",
            f"the current has one value, {trace.x[rows.start]:.4g} {unit_text(trace.unit)}, between "
            f"{params.start:g} s after the start of the ramp and {params.fit_fraction:g} of its length: no line",
        )
    t, x, fit = _without_excursions(trace.t[rows], trace.x[rows], trace.u[rows])
    sigma = max(fit.sigma, fit.step / np.sqrt(12), 1e-12)  # a digit is uniform; 1 pV: never zero
    variance = sigma**2
    cross = -fit.mean * variance / fit.spread
    own = variance / len(x) + fit.mean**2 * variance / fit.spread
    covariance = np.array([[own, cross], [cross, variance / fit.spread]])
    bow = _bow(x)
    bend = float(bow @ fit.rest)
    inflation = _inflation(fit.rest - bend * bow, t, sigma, params.window)
    return OhmicLine(fit.offset, fit.slope, covariance, begin, end, sigma, inflation, bend / sigma / inflation)


class _Straight(NamedTuple):
    """A straight line through rows by least squares, and what it leaves.

    mean, spread: of x, its mean and the sum of its squares around it. rest: (n,), V, of median `centre` and robust
    standard deviation `sigma`. step: the quantisation of U, V.
    """

    offset: float
    slope: float
    mean: float
    spread: float
    rest: Floats
    centre: float
    sigma: float
    step: float


def _straight(x: Floats, u: Floats) -> _Straight:
    mean = float(x.mean())
    centred = x - mean
    spread = float((centred**2).sum())
    slope = float((centred * u).sum() / spread)
    offset = float(u.mean() - slope * mean)
    rest = u - offset - slope * x
    return _Straight(offset, slope, mean, spread, rest, *robust_centre(rest), _step(u))


def _bow(x: Floats) -> Floats:
    """Return the parabola of unit length that is orthogonal to any line over the rows (n,)."""
    scaled = (x - x.mean()) / max(float(np.ptp(x)), 1e-300)
    square = scaled**2
    square = square - square.mean()
    square = square - scaled * float((square @ scaled) / (scaled @ scaled))
    return np.asarray(square / max(float(np.sqrt(square @ square)), 1e-300))


def _without_excursions(t: Floats, x: Floats, u: Floats) -> tuple[Floats, Floats, _Straight]:
    """Leave out rows far from the line, a burst or what came back, if they are few; return t, x and the line."""
    fit = _straight(x, u)
    near = np.abs(fit.rest - fit.centre) <= FAR * max(fit.sigma, fit.step)
    kept = np.count_nonzero(near)
    if MOST_NEAR * len(u) <= kept < len(u) and np.ptp(x[near]) > 0:
        return t[near], x[near], _straight(x[near], u[near])
    return t, x, fit


def _step(u: Floats) -> float:
    """Return the smallest step between the values of a column: its quantisation."""
    ordered = np.sort(u[:2000])  # enough to meet neighbouring values; sorting all would cost more
    steps = ordered[1:] - ordered[:-1]
    return float(np.min(steps, where=steps > 0, initial=np.inf)) if ordered[-1] > ordered[0] else 0.0


def _inflation(rest: Floats, t: Floats, sigma: float, window_s: float) -> float:
    """Return how much more window means scatter than independent rows would make them."""
    if (t[-1] - t[0]) // window_s + 1 < LEAST_WINDOWS:
        return 1.0
    block = ((t - t[0]) // window_s).astype(np.intp)
    count = np.bincount(block)
    # Cut-off windows scatter more; where rows are missing, a window is empty.
    full = count >= max(0.5 * robust_centre(count[count > 0])[0], 1.0)
    if np.count_nonzero(full) < LEAST_WINDOWS:
        return 1.0
    means = np.bincount(block, weights=rest)[full] / count[full]
    ratio = float(np.sqrt(np.mean(means**2 * count[full])) / sigma)
    return ratio if ratio > 1.5 else 1.0  # two such standard deviations above 1: less is chance
