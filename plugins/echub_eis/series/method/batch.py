"""Spectra of one grid evaluated at once: the normal equations of many fits cost little more than those of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub_eis.method.elements import Complex, Floats, Grid
from echub_eis.method.fit import CircuitFit, Spectrum
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise


@dataclass(frozen=True)
class SpectrumBatch:
    """Spectra of one grid: their places in the series (k,), Z (k, n) and the standard deviations of the noise."""

    place: NDArray[np.intp]
    grid: Grid
    z: Complex
    sigma: Floats
    spectra: tuple[Spectrum, ...]

    def normal(self, model: Model, x: Floats) -> NormalEquations:
        """Return the normal equations at coordinates x (k, p)."""
        z, jacobian = model.evaluate_many(x, self.grid)
        scaled, rest = jacobian / self.sigma, (self.z - z) / self.sigma
        j = np.concatenate([scaled.real, scaled.imag], axis=2).transpose(1, 0, 2)
        r = np.concatenate([rest.real, rest.imag], axis=1)
        return NormalEquations(
            z, jacobian, j @ j.transpose(0, 2, 1), (j @ r[:, :, None])[:, :, 0], (r**2).sum(axis=1)
        )

    def fits(self, model: Model, noise: Noise, x: Floats, at: NormalEquations) -> list[CircuitFit]:
        """Return each spectrum's fit at coordinates x (k, p), evaluated there."""
        return [
            CircuitFit(model, spectrum, x[k], at.z[k], at.jacobian[:, k], noise, float(at.chi2[k]))
            for k, spectrum in enumerate(self.spectra)
        ]


@dataclass(frozen=True)
class NormalEquations:
    """Z (k, n), derivatives (p, k, n), JᵀJ (k, p, p), Jᵀr (k, p) and χ² (k,)."""

    z: Complex
    jacobian: Complex
    matrix: Floats
    right: Floats
    chi2: Floats


def batches(spectra: Sequence[Spectrum], noise: Noise) -> list[SpectrumBatch]:
    """Put spectra of equal frequencies together."""
    groups: dict[bytes, list[int]] = {}
    for number, spectrum in enumerate(spectra):
        groups.setdefault(spectrum.grid.omega.tobytes(), []).append(number)
    made = []
    for numbers in groups.values():
        z = np.array([spectra[k].z for k in numbers])
        sigma = noise.sigma(np.array([spectra[k].modulus for k in numbers]))
        together = tuple(spectra[k] for k in numbers)
        made.append(SpectrumBatch(np.array(numbers), spectra[numbers[0]].grid, z, sigma, together))
    return made
