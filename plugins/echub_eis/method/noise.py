"""Noise of a spectrum: σ² = (a |Z|)² + b², from residuals and their leverages.

a: what is proportional to the impedance (gain, current range); b: what is not (voltage noise at a constant
current, connections). The ratio b/a comes from the restricted likelihood (REML), which takes account of what the
fit itself absorbs of the noise; without that additive noise is underestimated at the ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echub_eis.method.elements import Complex, Floats

RATIOS = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 13)])
"""b/a in units of the median |Z|; 0 is proportional noise, 1000 additive; half a decade of steps."""
LEAST_SHARE = 0.05
"""A residual whose leverage leaves less than this says nothing of the noise."""


@dataclass(frozen=True)
class Noise:
    """The model's two parts: a (relative) and b (Ω), and the degrees of freedom behind them."""

    proportional: float
    additive: float
    freedom: float

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
    """Solve one problem, or a stack of them with weights and values (m, n)."""
    q, r = np.linalg.qr(span * weight[..., None])
    fitted = (q @ (np.swapaxes(q, -1, -2) @ y[..., None]))[..., 0]
    volume = np.log(np.abs(np.diagonal(r, axis1=-2, axis2=-1))).sum(axis=-1)
    return Solved(y - fitted, (q**2).sum(axis=-1), volume)


def likeliest(fits: Sequence[Solved], shape: Floats, rho: Floats, freedom: int) -> tuple[Noise, int, float]:
    """Choose b/a by the restricted likelihood (REML) of stacked fits; return noise, place and Σ(rest/shape)².

    fits: parts that share the noise, each (ratios, n) with weights 1/shape.
    """
    freedom = max(freedom, 1)
    squares = np.maximum(sum((fit.rest**2).sum(axis=1) for fit in fits), 1e-300)
    score = 4 * np.log(shape).sum(axis=1) + 2 * sum(fit.volume for fit in fits) + freedom * np.log(squares)
    best = int(np.argmin(score))
    a = float(np.sqrt(squares[best] / freedom))
    return Noise(a, a * float(rho[best]), freedom), best, float(squares[best])


def from_fit(residual: Complex, jacobian: Complex, modulus: Floats) -> Noise:
    """Estimate both parts from the residuals (n,) of an adequate fit with the derivatives (parameters, n)."""
    shape, rho = shapes(modulus)
    twice = np.concatenate([shape, shape], axis=1)
    stacked = np.concatenate([jacobian.real, jacobian.imag], axis=1).T
    norm = np.sqrt((stacked**2).sum(axis=0))
    span = stacked[:, norm > 0] / norm[norm > 0]
    rest = np.concatenate([residual.real, residual.imag])
    return likeliest([solve(span, 1 / twice, rest / twice)], shape, rho, len(rest) - span.shape[1])[0]
