"""The pieces of work of `impedance`: fits of one kind of spectrum by the hub and by two other packages."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

CIRCUIT = "LR(RQ)(RQ)"
WEIGHTS = 2e-3
"""The noise of the generated spectra, relative to |Z|: all packages weight by it."""


def hub_spectra(count: str) -> Callable[[], object]:
    """Analyse spectra from nothing, each with its check, intervals and tables."""
    import echub
    from echub.testing import synth

    cases = [synth.impedance(seed, "two_arcs").data() for seed in range(int(count))]
    params = {"circuit": CIRCUIT, "sensitivity": "false"}
    echub.analyze("eis-fit", cases[0], params=params)
    return lambda: [echub.analyze("eis-fit", case, params=params) for case in cases]


def hub_fits(count: str) -> Callable[[], object]:
    """Fit from the dictionary's start, with the covariance."""
    from echub_eis.method.fit import solve
    from echub_eis.method.noise import Noise

    model, spectra, begins = _prepared(int(count))
    noise = Noise(WEIGHTS, 0.0, 100.0)
    return lambda: [
        solve(model, spectrum, noise, x).covariance() for spectrum, x in zip(spectra, begins, strict=True)
    ]


def lmfit_spectra(count: str) -> Callable[[], object]:
    """Fit with lmfit: logarithms of the parameters, Levenberg-Marquardt, its covariance."""
    import lmfit

    model, spectra, begins = _prepared(int(count))

    def residual(parameters: object, spectrum: object) -> np.ndarray:
        x = np.array([p.value for p in parameters.values()])
        rest = (model.impedance(x, spectrum.grid) - spectrum.z) / (WEIGHTS * spectrum.modulus)
        return np.concatenate([rest.real, rest.imag])

    def fit(spectrum: object, x: np.ndarray) -> object:
        parameters = lmfit.Parameters()
        for number, value in enumerate(x):
            parameters.add(f"x{number}", value)
        return lmfit.minimize(residual, parameters, args=(spectrum,))

    return lambda: [fit(*each) for each in zip(spectra, begins, strict=True)]


def impedance_py_spectra(count: str) -> Callable[[], object]:
    """Fit with impedance.py, weights by modulus, from the same values in its own parameters."""
    from impedance.models.circuits import CustomCircuit

    model, spectra, begins = _prepared(int(count))

    def fit(spectrum: object, x: np.ndarray) -> object:
        inductance, r, r1, tau1, n1, r2, tau2, n2 = model.natural(x)
        guess = [inductance, r, r1, tau1**n1 / r1, n1, r2, tau2**n2 / r2, n2]
        circuit = CustomCircuit("L0-R0-p(R1,CPE1)-p(R2,CPE2)", initial_guess=guess)
        return circuit.fit(spectrum.frequency, spectrum.z, weight_by_modulus=True)

    return lambda: [fit(*each) for each in zip(spectra, begins, strict=True)]


def _prepared(count: int) -> tuple[object, list[object], list[np.ndarray]]:
    """Return the circuit, spectra and the best start of each."""
    from echub.testing import synth
    from echub_eis.method.elements import Grid
    from echub_eis.method.fit import Spectrum
    from echub_eis.method.model import Model
    from echub_eis.method.parse import parse
    from echub_eis.method.start import starts

    model, spectra, begins = Model(parse(CIRCUIT)), [], []
    for seed in range(count):
        columns = synth.impedance(seed, "two_arcs").columns
        z = columns["impedance_real"].values + 1j * columns["impedance_imag"].values
        spectrum = Spectrum(Grid.of(columns["frequency"].values), z)
        spectra.append(spectrum)
        begins.append(starts(model, spectrum.grid, z, spectrum.modulus, 1)[0].x)
    return model, spectra, begins
