"""How many arcs a spectrum shows, and arcs put in the order of their time constants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from echub_eis.method.fit import CircuitFit, Spectrum, fit, refit
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise
from echub_eis.method.parse import parse
from echub_eis.method.start import further_arc

GAIN = 6.0
"""BIC by which one arc more must be better: odds of 20 to 1."""
POINTS_PER_PARAMETER = 2
"""Points are two numbers each: three quarters of all are left to tell the noise."""
VAGUE = 0.5
"""A further arc whose resistance is less certain than this is not found: it would not be reported either."""
WRONG = 4.0
"""χ² over that of a larger circuit above which the smaller is wrong (residuals of twice the size):
then even a vague arc is better."""
ARC_PARAMETERS = 3
"""R, τ and n."""
MARGIN = 1.5
"""A score test on a grid of τ and n finds at least two thirds of the gain of a full fit."""
HALF_DECADE, SLOPE, LEAST_TAIL = 0.5, 1.05, 0.1
"""-Im rises at the end: by 5 % over half a decade (an ideal tail rises by 216 %), and is a tenth of |Z|."""


@dataclass(frozen=True)
class RatedCircuit:
    """A fitted circuit with its BIC, the noise widened to what the best candidate leaves."""

    text: str
    fitted: CircuitFit
    bic: float


def arcs(count: int) -> str:
    """Return the circuit of an inductance, a resistance and `count` arcs."""
    return "LR" + "(RQ)" * count


def texts(spectrum: Spectrum, most: int) -> list[str]:
    """List the circuits that are tried: one to `most` arcs, and with a tail if -Im still rises at the end."""
    plain = [arcs(count) for count in range(1, most + 1)]
    if not rises(spectrum):
        return plain
    return [text for count in range(1, most + 1) for text in (arcs(count - 1) + "Q", arcs(count))]


def rises(spectrum: Spectrum) -> bool:
    """Return whether -Im rises towards the lowest frequency: an arc that has not ended, or a tail."""
    frequency, z = spectrum.frequency, spectrum.z
    end = int(np.argmin(frequency))
    before = int(np.argmin(np.abs(np.log10(frequency / frequency[end]) - HALF_DECADE)))
    return bool(-z[end].imag > SLOPE * -z[before].imag and -z[end].imag > LEAST_TAIL * abs(z[end]))


def affordable(model: Model, spectrum: Spectrum) -> bool:
    """Return whether there are points enough: two for each parameter."""
    return len(spectrum.z) >= POINTS_PER_PARAMETER * len(model)


def candidates(circuits: Sequence[str], spectrum: Spectrum, noise: Noise) -> list[RatedCircuit]:
    """Fit every circuit from nothing, the noise of Kramers-Kronig as weights, and rate them."""
    fits: dict[str, CircuitFit] = {}
    for text in circuits:
        model = Model(parse(text))
        if not affordable(model, spectrum):
            continue
        if fits and noise.known and _is_enough(min(fits.values(), key=lambda f: f.chi2), noise):
            break
        fits[text] = fit(model, spectrum, noise)
    if not fits:
        return []
    least = min(f.chi2 / f.freedom for f in fits.values())
    widened = max(least, 1.0) if noise.known else max(least, 1e-300)  # exact data: no division by zero
    count = np.log(2 * len(spectrum.z))
    return [RatedCircuit(t, f, float(f.chi2 / widened + len(f.x) * count)) for t, f in fits.items()]


def _is_enough(fitted: CircuitFit, noise: Noise) -> bool:
    """Return whether no arc more can gain what `GAIN` asks for, by a score test with a margin."""
    sigma = noise.sigma(fitted.spectrum.modulus)
    gain = further_arc(fitted.spectrum.grid, fitted.residual, fitted.jacobian, sigma)
    return bool(MARGIN * gain < ARC_PARAMETERS * np.log(2 * len(fitted.z)) + GAIN)


def choose(rated: Sequence[RatedCircuit]) -> RatedCircuit:
    """Take the smallest circuit that no larger one beats by `GAIN`, with resistances that are found."""
    best = rated[0]
    for candidate in rated[1:]:
        wrong = best.fitted.chi2 > WRONG * candidate.fitted.chi2
        if best.bic - candidate.bic > GAIN and (wrong or _found(candidate.fitted)):
            best = candidate
    return best


def _found(fitted: CircuitFit) -> bool:
    """Return whether every arc has its apex above the lowest frequency and R known to better than `VAGUE`."""
    variance = np.diag(fitted.covariance())
    free = [(i, one) for i, one in enumerate(fitted.model.free) if _is_arc(fitted, one.element)]
    at = [i for i, one in free if one.name == "R"]
    tau = [fitted.natural[i] for i, one in free if one.name == "tau"]
    inside = all(t * fitted.spectrum.grid.omega.min() < 1 for t in tau)
    return inside and bool(np.all(np.sqrt(variance[at]) < VAGUE))


def _is_arc(fitted: CircuitFit, leaf: int) -> bool:
    return fitted.model.leaves[leaf].symbol == "Z"


def settled(fitted: CircuitFit) -> CircuitFit:
    """Put arcs in order, and fit once more with the noise of the residuals."""
    return ordered(refit(fitted))


def ordered(fitted: CircuitFit) -> CircuitFit:
    """Exchange arcs of one form until their time constants rise in the order of the circuit."""
    place = np.arange(len(fitted.x))
    for arcs in fitted.model.alike():
        for target, source in zip(arcs, sorted(arcs, key=lambda arc: float(fitted.x[arc[1]])), strict=True):
            place[target] = source
    return replace(fitted, x=fitted.x[place], jacobian=fitted.jacobian[place])
