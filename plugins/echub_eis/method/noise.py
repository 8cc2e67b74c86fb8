"""Noise of a spectrum: σ² = (a |Z|)² + b², from residuals and their leverages.

a: what is proportional to the impedance (gain, current range); b: what is not (voltage noise at a constant
current, connections). The ratio b/a comes from the restricted likelihood (REML), which takes account of what the
fit itself absorbs of the noise; without that additive noise is underestimated at the ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub_eis.method.elements import Complex, Floats

RATIOS = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 13)])
"""b/a in units of the median |Z|; 0 is proportional noise, 1000 additive; half a decade of steps."""
LEAST_SHARE = 0.05
"""A residual whose leverage leaves less than this says nothing of the noise."""
UNSEEN = 1e-8
"""Derivatives over |Z| below this part of the largest have no influence."""
NEGLIGIBLE = 1e-3
"""A ratio b/a with a smaller part of the likelihood changes no uncertainty by more than that."""
LEAST_PIVOT = 1e-13
"""Added to the diagonal of normal equations of unit columns: a direction that is not seen becomes vague."""
SMALLEST = 1e-300
"""Its logarithm is a number."""


@dataclass(frozen=True)
class Noise:
    """The model's two parts, a (relative) and b (Ω), their degrees of freedom, and their uncertainties."""

    proportional: float
    additive: float
    freedom: float
    u_proportional: float = 0.0
    u_additive: float = 0.0

    def sigma(self, modulus: Floats) -> Floats:
        """Return the standard deviation (n,) of Re and of Im at moduli |Z|, Ω."""
        return np.hypot(self.proportional * modulus, self.additive)

    @property
    def known(self) -> bool:
        """Return whether anything was measured of it; else it is a weight by |Z| without a size."""
        return self.freedom > 0


UNKNOWN = Noise(0.01, 0.0, 0.0)
"""Weights by |Z| where there are too few points to know the noise."""


def shapes(modulus: Floats, ratios: Floats = RATIOS) -> tuple[Floats, Floats]:
    """Return √(|Z|² + ρ²) (ratios, n) and ρ (ratios,), Ω; one of a large ratio is scaled to the median."""
    middle = float(np.median(modulus))
    rho = ratios * middle
    return np.hypot(modulus, rho[:, None]), rho


@dataclass(frozen=True)
class Solved:
    """Residuals, leverages and ln|R| of weighted fits, over the last axis."""

    rest: Floats
    leverage: Floats
    volume: Floats


def solve(span: Floats, weight: Floats, y: Floats) -> Solved:
    """Solve one problem with weights and values (n,)."""
    q, r = np.linalg.qr(span * weight[:, None])
    volume = np.log(np.maximum(np.abs(np.diagonal(r)), SMALLEST)).sum()
    return Solved(y - q @ (q.T @ y), (q**2).sum(axis=-1), np.asarray(volume))


@dataclass(frozen=True)
class StackedFits:
    """Weighted fits of one span (n, p) with several weights (m, n), by normal equations.

    rest: (m, n). volume: ln √|G| (m,). shift: coefficients (m, p). inverse: L⁻¹ (m, p, p) of G = L Lᵀ.
    """

    rest: Floats
    volume: Floats
    shift: Floats
    inverse: Floats


def solve_stack(span: Floats, weight: Floats, y: Floats) -> StackedFits:
    """Solve a stack with weights and values (m, n); the columns of the span have about unit length.

    Normal equations of columns rescaled to unit length, with one refinement: it takes a third of the time of a
    stack of QR, and loses nothing that noise leaves.
    """
    square = weight**2
    gram = np.swapaxes(span, 0, 1) @ (span * square[..., None])
    size = np.sqrt(np.maximum(np.diagonal(gram, axis1=-2, axis2=-1), SMALLEST))
    scaled = gram / (size[:, :, None] * size[:, None, :])
    scaled += LEAST_PIVOT * np.eye(span.shape[1])
    lower = np.linalg.cholesky(scaled)
    inverse = np.linalg.inv(lower)
    rest = y
    shift = np.zeros(gram.shape[:2])
    for _ in range(2):  # the second pass is the refinement
        right = ((weight * rest) @ span) / size
        step = (np.swapaxes(inverse, -1, -2) @ (inverse @ right[..., None]))[..., 0] / size
        rest = rest - weight * (step @ span.T)
        shift = shift + step
    volume = np.log(np.diagonal(lower, axis1=-2, axis2=-1)).sum(axis=-1) + np.log(size).sum(axis=-1)
    return StackedFits(rest, volume, shift, inverse / size[:, None, :])


def scores(fits: Sequence[StackedFits], shape: Floats, freedom: int) -> tuple[Floats, Floats]:
    """Return -2 ln of the restricted likelihood (REML) and Σ(rest/shape)² of stacked fits, each (ratios,).

    fits: parts that share the noise, each (ratios, n) with weights 1/shape.
    """
    squares = np.maximum(sum((fit.rest**2).sum(axis=1) for fit in fits), SMALLEST)
    volume = 2 * sum(fit.volume for fit in fits)
    return np.asarray(4 * np.log(shape).sum(axis=1) + volume + freedom * np.log(squares)), np.asarray(squares)


def likeliest(fits: Sequence[StackedFits], shape: Floats, rho: Floats, freedom: int) -> tuple[Noise, int, float]:
    """Choose b/a by the restricted likelihood of stacked fits; return noise, place and Σ(rest/shape)²."""
    score, squares = scores(fits, shape, freedom)
    best = int(np.argmin(score))
    a = np.sqrt(squares / freedom)
    share = np.exp(-0.5 * (score - score[best]))
    share /= share.sum()
    known = [_known(part, part[best], share, freedom) for part in (a, a * rho)]
    return Noise(float(a[best]), float(a[best] * rho[best]), freedom, *known), best, float(squares[best])


def _known(part: Floats, value: float, share: Floats, freedom: int) -> float:
    """Return the standard uncertainty of one part: of its size at each ratio, and of the ratio.

    part: its size (ratios,); share: the likelihood of each ratio. The law of total variance about `value`.
    """
    return float(np.sqrt(share @ (part**2 / (2 * freedom) + (part - value) ** 2)))


@dataclass(frozen=True)
class Linearised:
    """A fit near its optimum: derivatives (2n, p) of unit length, their lengths (p,), residuals (2n,), |Z| (n,).

    Columns without any influence are left out; `seen` (all parameters,) says which are there.
    """

    span: Floats
    norm: Floats
    seen: NDArray[np.bool_]
    rest: Floats
    modulus: Floats

    @classmethod
    def of(cls, residual: Complex, jacobian: Complex, modulus: Floats) -> Linearised:
        """Take residuals (n,) and derivatives (parameters, n) of a fit."""
        stacked = np.concatenate([jacobian.real, jacobian.imag], axis=1).T
        # Over |Z|, as far as possible from what the noise turns out to be, a column counts as it is seen.
        norm = np.sqrt(((stacked / np.concatenate([modulus, modulus])[:, None]) ** 2).sum(axis=0))
        seen = norm > UNSEEN * norm.max(initial=0.0)
        rest = np.concatenate([residual.real, residual.imag])
        return cls(stacked[:, seen] / norm[seen], norm[seen], seen, rest, modulus)

    @property
    def freedom(self) -> int:
        """Return the degrees of freedom."""
        return len(self.rest) - int(self.span.shape[1])


def from_fit(residual: Complex, jacobian: Complex, modulus: Floats) -> Noise:
    """Estimate both parts from the residuals (n,) of an adequate fit with the derivatives (parameters, n)."""
    at = Linearised.of(residual, jacobian, modulus)
    shape, rho = shapes(modulus)
    twice = np.concatenate([shape, shape], axis=1)
    return likeliest([solve_stack(at.span, 1 / twice, at.rest / twice)], shape, rho, at.freedom)[0]


def over_noises(residual: Complex, jacobian: Complex, modulus: Floats) -> Floats:
    """Return the covariance (parameters, parameters) of a fit, the ratio b/a taken as unknown as it is.

    For every ratio there is a covariance and a shift of the estimate; both are averaged with the restricted
    likelihood of the ratio as weight (the law of total variance). One ratio alone, the best, covers 88 % in
    place of 95 % if additive noise is told by few points only. A parameter without influence has an infinite
    variance. Linear in the parameters near the optimum.
    """
    at = Linearised.of(residual, jacobian, modulus)
    shape, _ = shapes(modulus)
    twice = np.concatenate([shape, shape], axis=1)
    fits = solve_stack(at.span, 1 / twice, at.rest / twice)
    score, squares = scores([fits], shape, at.freedom)
    share = np.exp(-0.5 * (score - score.min()))
    share = np.where(share > NEGLIGIBLE * share.sum(), share, 0.0)
    share = share / share.sum()
    likely = np.flatnonzero(share)
    weight, inverse, shift = share[likely], fits.inverse[likely], fits.shift[likely]
    sizes = weight * squares[likely] / at.freedom
    averaged = (np.swapaxes(inverse, -1, -2) @ inverse * sizes[:, None, None]).sum(axis=0)
    moved = shift - weight @ shift
    averaged += (moved * weight[:, None]).T @ moved
    full = np.diag(np.where(at.seen, 0.0, np.inf))
    full[np.ix_(at.seen, at.seen)] = averaged / np.outer(at.norm, at.norm)
    return full
