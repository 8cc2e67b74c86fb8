"""A few Gauss-Newton steps from the values of the spectrum before; MINPACK only where these do not go down."""

from __future__ import annotations

import numpy as np

from echub_eis.method.elements import Floats
from echub_eis.method.fit import CircuitFit, Spectrum, has_vanished, revived, solve
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise

STEPS = 6
"""Steps at most: two or three are usual between neighbouring spectra."""
NEGLIGIBLE = 1e-4
"""A step that lowers χ² by less, per degree of freedom of χ² over itself, is not made: 1 % of an uncertainty."""
FARTHEST = 1.0
"""A step in ln or logit beyond this leaves the region where the problem is linear."""
FLOOR = 1e-10
"""Part of the diagonal that is added to it: a parameter without influence does not move."""


OUTSIDE = 2.0
"""Decades outside of the band in which the next fit may look for a time constant: further out none is seen."""


def lost(fitted: CircuitFit) -> bool:
    """Return whether a parameter is at its limit or has vanished: there the spectrum does not hold it."""
    return bool(len(fitted.at_limit)) or has_vanished(fitted)


def onward(fitted: CircuitFit) -> Floats:
    """Return the coordinates (p,) from which the next spectrum is fitted.

    What this spectrum did not hold is brought back: far out it has no derivative, and its size alone, as that of
    the logit of an exponent of 1, makes any step look negligible.
    """
    x = revived(fitted) if lost(fitted) else fitted.x.copy()
    omega = fitted.spectrum.grid.omega
    far = OUTSIDE * np.log(10)
    for at, free in enumerate(fitted.model.free):
        if free.name == "tau":
            x[at] = np.clip(x[at], -np.log(omega.max()) - far, -np.log(omega.min()) + far)
    return x


def warm(model: Model, spectrum: Spectrum, noise: Noise, x: Floats) -> CircuitFit:
    """Fit from values x (p,) that are near; the optimum is that of `solve`."""
    sigma = noise.sigma(spectrum.modulus)
    if any(np.isfinite(limit).any() for limit in model.limits()):
        return solve(model, spectrum, noise, x)
    z, jacobian = model.evaluate(x, spectrum.grid)
    rest = (spectrum.z - z) / sigma
    chi2 = float(np.vdot(rest, rest).real)
    freedom = 2 * len(z) - len(x)
    for _ in range(STEPS):
        scaled = jacobian / sigma
        normal = (scaled @ scaled.conj().T).real
        right = (scaled.conj() @ rest).real
        normal[np.diag_indices(len(x))] *= 1 + FLOOR
        try:
            step = np.linalg.solve(normal, right)
        except np.linalg.LinAlgError:
            return solve(model, spectrum, noise, x)
        if not np.abs(step).max() < FARTHEST:
            return solve(model, spectrum, noise, x)
        if float(step @ right) < NEGLIGIBLE * chi2 / freedom:
            return CircuitFit(model, spectrum, x, z, jacobian, noise, chi2)
        tried = x + step
        z_new, jacobian_new = model.evaluate(tried, spectrum.grid)
        rest_new = (spectrum.z - z_new) / sigma
        lower = float(np.vdot(rest_new, rest_new).real)
        if not lower < chi2:
            return solve(model, spectrum, noise, x)
        x, z, jacobian, rest, chi2 = tried, z_new, jacobian_new, rest_new, lower
    return solve(model, spectrum, noise, x)
