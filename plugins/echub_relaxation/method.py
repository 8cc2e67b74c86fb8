"""Least squares with the amplitudes eliminated: only ln T1 (and β) are searched, from a grid of starts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import least_squares

from echub_relaxation import FORMS
from echub_relaxation.data import Recovery

Floats = NDArray[np.float64]
STARTS = 7
"""Times from which a fit starts, per component, spread over the delays: two per decade over three decades."""
BETA = (0.2, 1.0)
"""Exponents of a stretched recovery: above one it would be no distribution of times."""
RESOLVED = 0.5
"""Largest standard uncertainty of ln T1 of a component that is reported: a factor of 1.6."""
APART = 3.0
"""Smallest ratio of two times that can be told apart at a few per cent of noise."""
SMALLEST = 0.03
"""Smallest part of the signal that is called a component."""
SIGNIFICANT = 0.01
"""p below which a larger form is taken."""

ODD = 0.01
"""p below which a delay stands out of the others, for all delays together: of 100 recoveries one by chance."""
SLOW = 0.05
"""p below which neighbouring residuals share a part, by which every uncertainty is wider: 1 of 20 by chance."""
TIGHT = 1e-11
"""Change, relative, at which a fit has arrived: two fits are compared, whose difference may be a thousandth."""
EXACT = 1e-9
"""Of the range of the signal: residuals below are those of rounding, and none of them stands out."""


@dataclass(frozen=True)
class Outlier:
    """A delay that the form does not describe: its place, and how far it lies off, in noises of the others."""

    at: int
    noises: float


@dataclass(frozen=True, eq=False)
class FittedRecovery:
    """A form with its parameters: ln of the times (s), β or NaN, amplitudes, their covariance, residuals."""

    form: str
    log_times: Floats
    beta: float
    amplitudes: Floats
    offset: float
    covariance: Floats
    residuals: Floats
    parameters: int

    @property
    def rss(self) -> float:
        """Return the sum of squared residuals."""
        return float(self.residuals @ self.residuals)

    @property
    def freedom(self) -> int:
        """Return the degrees of freedom."""
        return len(self.residuals) - self.parameters

    @property
    def aicc(self) -> float:
        """Return Akaike's criterion, corrected for few points."""
        n, k = len(self.residuals), self.parameters + 1
        return n * float(np.log(max(self.rss, 1e-300) / n)) + 2 * k + 2 * k * (k + 1) / (n - k - 1)

    def uncertainty(self, number: int) -> float:
        """Return the standard uncertainty of a searched parameter: ln T1 by number, then β."""
        return float(np.sqrt(max(self.covariance[number, number], 0.0)))

    @property
    def resolved(self) -> bool:
        """Return whether two components differ enough, are large enough, and have known times."""
        if self.form != "double":
            return True
        share = self.amplitudes / self.amplitudes.sum()
        apart = self.log_times[1] - self.log_times[0] >= np.log(APART)
        known = max(self.uncertainty(0), self.uncertainty(1)) < RESOLVED
        return bool(apart and known and share.min() >= SMALLEST)

    def curve(self, delay: Floats) -> Floats:
        """Return the fitted signal at delays (n,), s."""
        return np.asarray(_design(delay, self.log_times, self.beta) @ self.amplitudes + self.offset)


def fit(recovery: Recovery, form: str, *, offset: bool) -> FittedRecovery:
    """Fit one form: `single`, `double` or `stretched`; signals of any unit."""
    starts = _starts(recovery, form)
    lower, upper = _bounds(recovery, form)

    def residuals(searched: Floats) -> Floats:
        return _project(recovery, form, searched, offset)[1] / recovery.scale

    found = [least_squares(residuals, start, bounds=(lower, upper), ftol=TIGHT, xtol=TIGHT) for start in starts]
    best = min(found, key=lambda one: float(one.cost)).x
    if form == "double":
        best = np.sort(best)
    return _complete(recovery, form, best, offset)


def chosen(recovery: Recovery, *, offset: bool) -> tuple[str, dict[str, FittedRecovery]]:
    """Return the form that the data ask for, and all fits: a larger one has to be significant and resolved."""
    fits = {form: fit(recovery, form, offset=offset) for form in FORMS}
    single = fits["single"]
    larger = [f for f in (fits["double"], fits["stretched"]) if f.resolved and f_test(single, f) < SIGNIFICANT]
    return (min(larger, key=lambda f: f.aicc).form if larger else "single"), fits


def f_test(small: FittedRecovery, large: FittedRecovery) -> float:
    """Return p of the larger form against the smaller one."""
    more = large.parameters - small.parameters
    ratio = max(small.rss - large.rss, 0.0) / more / max(large.rss / large.freedom, 1e-300)
    return float(stats.f.sf(ratio, more, large.freedom))


def runs_p(residuals: Floats) -> float:
    """Return p of so strong a correlation between neighbours, if residuals are random (von Neumann's ratio)."""
    n = len(residuals)
    total = float(residuals @ residuals)
    if not total > 0:
        return 1.0
    ratio = float(np.sum(np.diff(residuals) ** 2)) / total
    return float(stats.norm.cdf((ratio - 2) / np.sqrt(4 * (n - 2) / (n**2 - 1))))


def slowness(residuals: Floats) -> float:
    """Return by how much residuals (n,) that are like their neighbours widen an uncertainty; 1 where they are not.

    With a correlation ρ between neighbours they count as n(1 - ρ)/(1 + ρ): G. V. Bayley
    and J. M. Hammersley, J. R. Stat. Soc. Suppl. 8 (1946) 184. So do 1/f noise and a gain that drifts.
    """
    if runs_p(residuals) >= SLOW:
        return 1.0
    shared = float(residuals[1:] @ residuals[:-1]) / float(residuals @ residuals)
    return float(np.sqrt((1 + shared) / (1 - shared))) if shared > 0 else 1.0


def outliers(recovery: Recovery, best: FittedRecovery, *, offset: bool) -> list[Outlier]:
    """Return the delays that stand out of the others, the worst first (deleted residuals, Bonferroni's p).

    The noise, and the fit in its linear part, are those of the other delays: a spike widens no limit of its own.
    """
    searched = best.log_times if np.isnan(best.beta) else np.append(best.log_times, best.beta)
    jacobian = _jacobian(recovery, best.form, searched, offset)
    return standing_out(jacobian, best.residuals, EXACT * recovery.scale)


def standing_out(jacobian: Floats, residuals: Floats, exact: float) -> list[Outlier]:
    """Leave out the worst of the residuals (n,) of a linear fit (n, k) as long as one stands out."""
    kept, found = np.arange(len(residuals)), list[Outlier]()
    while (freedom := len(kept) - jacobian.shape[1] - 1) > 0:
        off = _deleted(jacobian[kept], residuals[kept], exact)
        worst = int(np.argmax(np.abs(off)))
        if len(kept) * 2 * stats.t.sf(abs(off[worst]), freedom) >= ODD:
            break
        found.append(Outlier(int(kept[worst]), float(off[worst])))
        kept = np.delete(kept, worst)
    return found


def _deleted(jacobian: Floats, residuals: Floats, exact: float) -> Floats:
    """Return each residual from a fit without it over its standard deviation by the others (Cook and Weisberg)."""
    q, _ = np.linalg.qr(jacobian / np.maximum(np.linalg.norm(jacobian, axis=0), 1e-300))
    free = np.maximum(1 - (q**2).sum(axis=1), 1e-12)
    left = residuals - q @ (q.T @ residuals)
    others = np.maximum(left @ left - left**2 / free, 0.0) / (len(left) - jacobian.shape[1] - 1)
    return np.asarray(left / np.sqrt(free * np.maximum(others, exact**2)))


# -- the parts -------------------------------------------------------------------------------


def _design(delay: Floats, log_times: Floats, beta: float) -> Floats:
    """Return 1 - exp(-(t/T)^β) for each time, (n, components)."""
    power = 1.0 if np.isnan(beta) else beta
    return np.asarray(1 - np.exp(-((delay[:, None] / np.exp(log_times)[None, :]) ** power)))


def _split(form: str, searched: Floats) -> tuple[Floats, float]:
    return (searched[:1], float(searched[1])) if form == "stretched" else (searched, float("nan"))


def _project(recovery: Recovery, form: str, searched: Floats, offset: bool) -> tuple[Floats, Floats]:
    """Return amplitudes (the offset last) and residuals of the best linear part."""
    design = _design(recovery.delay, *_split(form, searched))
    if offset:
        design = np.column_stack([design, np.ones(len(design))])
    linear: Floats = np.asarray(np.linalg.lstsq(design, recovery.signal, rcond=None)[0], dtype=np.float64)
    return linear, recovery.signal - design @ linear


def _complete(recovery: Recovery, form: str, searched: Floats, offset: bool) -> FittedRecovery:
    linear, residuals = _project(recovery, form, searched, offset)
    log_times, beta = _split(form, searched)
    parameters = len(searched) + len(linear)
    variance = float(residuals @ residuals) / (len(residuals) - parameters)
    jacobian = _jacobian(recovery, form, searched, offset)
    covariance = _inverse(jacobian) * variance * slowness(residuals) ** 2
    amplitudes = linear[: len(log_times)]
    level = float(linear[-1]) if offset else 0.0
    return FittedRecovery(form, log_times, beta, amplitudes, level, covariance, residuals, parameters)


def _inverse(jacobian: Floats) -> Floats:
    """Return the inverse of JᵀJ, columns brought to one length first: the signal may have any unit."""
    length = np.linalg.norm(jacobian, axis=0)
    length = np.where(length > 0, length, 1.0)
    scaled = jacobian / length
    return np.asarray(np.linalg.pinv(scaled.T @ scaled) / np.outer(length, length), dtype=np.float64)


def _jacobian(recovery: Recovery, form: str, searched: Floats, offset: bool) -> Floats:
    """Return the derivative of the signal by every parameter, searched ones first, amplitudes fixed."""
    linear, _ = _project(recovery, form, searched, offset)
    base = _design(recovery.delay, *_split(form, searched))
    columns = []
    for at in range(len(searched)):
        step = np.zeros(len(searched))
        step[at] = 1e-5
        above, below = (_design(recovery.delay, *_split(form, searched + sign * step)) for sign in (1, -1))
        columns.append((above - below) @ linear[: base.shape[1]] / 2e-5)
    ones = [np.ones(len(base))] if offset else []
    return np.column_stack([*columns, base, *ones])


def _starts(recovery: Recovery, form: str) -> list[Floats]:
    positive = recovery.delay[recovery.delay > 0]
    grid = np.linspace(np.log(positive[0]), np.log(positive[-1]), STARTS)
    if form == "double":
        return [np.array(pair) for pair in combinations(grid[::2], 2)]
    if form == "stretched":
        return [np.array([one, beta]) for one in grid[1::2] for beta in (0.9, 0.6)]
    return [np.array([one]) for one in grid[::2]]


def _bounds(recovery: Recovery, form: str) -> tuple[Floats, Floats]:
    """Return the range of the search: a factor of 100 beyond the delays on both sides."""
    positive = recovery.delay[recovery.delay > 0]
    low, high = np.log(positive[0] / 100), np.log(positive[-1] * 100)
    if form == "stretched":
        return np.array([low, BETA[0]]), np.array([high, BETA[1] + 1e-9])
    number = 2 if form == "double" else 1
    return np.full(number, low), np.full(number, high)
