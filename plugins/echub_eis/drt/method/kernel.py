"""The linear model: R∞, L and γ over a grid of ln τ, weighted by the noise, with a penalty on its curvature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub_eis.drt import DrtParams
from echub_eis.method.elements import Complex, Floats

FREE = 2
"""Columns without a penalty: R∞ and L."""


@dataclass(frozen=True)
class DrtKernel:
    """Columns (2n, 2 + m): R∞, L (over the largest ω), γ at `tau` (m,), per ln τ; penalty: (m, m), Ω⁻²."""

    tau: Floats
    columns: Floats
    penalty: Floats
    step: float
    window: tuple[float, float]


def kernel(frequency: Floats, sigma: Floats, scale: float, params: DrtParams) -> DrtKernel:
    """Build the model for frequencies (n,) in Hz with noise sigma (n,) in Ω; scale: a typical |Z|, Ω.

    λ times the penalty is λ ∫ (d²γ/dlnτ²)² dlnτ / scale²: λ is a number, and neither the size of Z nor the
    grid of τ changes what it does.
    """
    omega = 2 * np.pi * frequency
    window = (float(1 / omega.max()), float(1 / omega.min()))
    low, high = np.log10(window[0]) - params.beyond, np.log10(window[1]) + params.beyond
    count = int(np.ceil((high - low) * params.points)) + 1
    tau = np.logspace(low, high, count)
    step = float(np.log(tau[1] / tau[0]))
    z = step / (1 + 1j * omega[:, None] * tau[None, :])
    free = np.column_stack([np.ones(len(omega)), 1j * omega / omega.max()])
    both = np.column_stack([free, z]) / sigma[:, None]
    penalty = _curvature(count) / (step**3 * scale**2)
    return DrtKernel(tau, np.concatenate([both.real, both.imag]), penalty, step, window)


def typical(modulus: Floats) -> float:
    """Return the |Z| by which γ is divided where it is regularised: the median over the spectrum."""
    return float(np.median(modulus))


def stacked(z: Complex, sigma: Floats) -> Floats:
    """Return Re and Im (2n,) of Z (n,), weighted."""
    return np.concatenate([z.real / sigma, z.imag / sigma])


def _curvature(count: int) -> Floats:
    """Return DᵀD of second differences; beyond both ends γ is zero, so that it is never singular."""
    d = np.diff(np.eye(count + 4), 2, axis=0)[:, 2:-2]
    return np.asarray(d.T @ d)
