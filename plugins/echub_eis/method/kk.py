"""Is a spectrum consistent with Kramers-Kronig? A closed-form F test, with the noise from the same fit.

Z = R + jωL + 1/(jωC) + Σ R_k/(1 + jωτ_k) is linear in its coefficients, whose signs are free (Boukamp,
10.1149/1.2044210). One set of coefficients for Re and Im is what Kramers and Kronig demand; one set for
each is what is measured if they do not hold. The F test compares both fits; the noise comes from the
separate one, so a violation does not pass as noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import fdtrc

from echub_eis.method.elements import Complex, Floats
from echub_eis.method.noise import LEAST_SHARE, UNKNOWN, Noise, likeliest, shapes, solve, solve_stack

PER_DECADE = 3
"""Two per decade condemn 61 % of valid arcs with a constant phase element; four are not better."""
BEYOND = 1.0
"""Decades of τ beyond both ends of the band, where arcs may lie of which the band shows a flank; with them valid
spectra fail in 0 to 3 % of cases at p < 10⁻³."""
RANK = 1e-7
"""Singular values below this part of the largest are noise of the arithmetic."""
LEAST_FREEDOM = 10
"""With fewer degrees of freedom the test sees nothing: the noise itself is then known to 22 % (1/√20)."""


@dataclass(frozen=True)
class KramersKronig:
    """The answer: F test, noise, residuals.

    residual: complex (n,) Z - fit, Ω. leverage: (2, n). p None: too few points to tell.
    """

    noise: Noise
    residual: Complex
    leverage: Floats
    p: float | None

    def largest(self, modulus: Floats) -> float:
        """Return the largest |residual|/|Z|, modulus (n,) in Ω."""
        return float(np.max(np.abs(self.residual) / modulus))

    def standardised(self, modulus: Floats) -> Floats:
        """Return the residuals (2, n) in units of their own standard deviation."""
        parts = np.stack([self.residual.real, self.residual.imag])
        share = np.sqrt(np.maximum(1 - self.leverage, LEAST_SHARE))
        return np.asarray(parts / (self.noise.sigma(modulus) * share))


def check(frequency: Floats, z: Complex) -> KramersKronig:
    """Test a spectrum; frequency (n,) in Hz, z (n,) in Ω, n at least 4."""
    modulus = np.abs(z)
    real, imag = _basis(frequency.tobytes())
    separate = _separate(_span(real, modulus), _span(imag, modulus), z, modulus)
    twice = np.tile(modulus, 2)
    joint = _span(np.concatenate([real, imag]), twice)
    shape = np.tile(separate.shape, 2)
    fit = solve(joint, twice / shape, np.concatenate([z.real, z.imag]) / shape)
    rest = (fit.rest * shape).reshape(2, -1)
    lost = float((fit.rest**2).sum())
    extra, freedom = separate.rank - joint.shape[1], 2 * len(z) - separate.rank
    p = None
    if freedom >= LEAST_FREEDOM and extra > 0:
        ratio = max(lost - separate.squares, 0.0) / extra / (separate.squares / freedom)
        p = float(fdtrc(extra, freedom, ratio))
    noise = separate.noise if p is not None else UNKNOWN
    return KramersKronig(noise, rest[0] + 1j * rest[1], fit.leverage.reshape(2, -1), p)


@lru_cache(maxsize=16)  # a series has one grid
def _basis(frequencies: bytes) -> tuple[Floats, Floats]:
    """Return the columns of Re and of Im, each (n, k) over the same coefficients."""
    omega = 2 * np.pi * np.frombuffer(frequencies)
    low, high = np.log10(1 / omega.max()) - BEYOND, np.log10(1 / omega.min()) + BEYOND
    count = int(np.ceil((high - low) * PER_DECADE)) + 1
    tau = np.logspace(low, high, min(count, max(len(omega) - 4, 1)))  # R, L, C and one to spare
    voigt = 1 / (1 + 1j * omega[:, None] * tau)
    one, none = np.ones((len(omega), 1)), np.zeros((len(omega), 1))
    ends = np.stack([omega / omega.max(), -omega.min() / omega], axis=1)
    return np.hstack([one, voigt.real, none, none]), np.hstack([none, voigt.imag, ends])


def _span(columns: Floats, modulus: Floats) -> Floats:
    """Return an orthonormal basis (n, rank) of the columns, weighted by 1/|Z|."""
    weighted = columns / modulus[:, None]
    norm = np.sqrt((weighted**2).sum(axis=0))
    u, s, _ = np.linalg.svd(weighted / np.where(norm > 0, norm, 1), full_matrices=False)
    return np.asarray(u[:, s > RANK * s[0]])


@dataclass(frozen=True)
class _Separate:
    noise: Noise
    shape: Floats
    squares: float
    rank: int


def _separate(real: Floats, imag: Floats, z: Complex, modulus: Floats) -> _Separate:
    """Fit Re and Im by themselves for every b/a; the restricted likelihood (REML) chooses."""
    shape, rho = shapes(modulus)
    fits = [solve_stack(span, modulus / shape, y / shape) for span, y in ((real, z.real), (imag, z.imag))]
    rank = real.shape[1] + imag.shape[1]
    noise, best, squares = likeliest(fits, shape, rho, 2 * len(z) - rank)
    return _Separate(noise, shape[best], squares, rank)
