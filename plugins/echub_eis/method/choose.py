"""How many arcs a spectrum shows, and arcs put in the order of their time constants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from echub_eis.method.fit import Fitted, Spectrum, fit, refit
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise
from echub_eis.method.parse import parse

GAIN = 6.0
"""BIC by which one arc more must be better: odds of 20 to 1."""
POINTS_PER_PARAMETER = 2
VAGUE = 0.5
"""A further arc whose resistance is less certain than this is not found."""


@dataclass(frozen=True)
class Candidate:
    """A fitted circuit with its BIC, the noise widened to what the best candidate leaves."""

    text: str
    fitted: Fitted
    bic: float


def arcs(count: int) -> str:
    """Return the circuit of an inductance, a resistance and `count` arcs."""
    return "LR" + "(RQ)" * count


def affordable(model: Model, spectrum: Spectrum) -> bool:
    """Return whether there are points enough: two for each parameter."""
    return len(spectrum.z) >= POINTS_PER_PARAMETER * len(model)


def candidates(texts: Sequence[str], spectrum: Spectrum, noise: Noise) -> list[Candidate]:
    """Fit every circuit from nothing, the noise of Kramers-Kronig as weights, and rate them."""
    models = [Model(parse(text)) for text in texts]
    fits = [fit(model, spectrum, noise) for model in models if affordable(model, spectrum)]
    if not fits:
        return []
    widened = max(min(f.chi2 / f.freedom for f in fits), 1.0)
    count = np.log(2 * len(spectrum.z))
    return [
        Candidate(text, f, float(f.chi2 / widened + len(f.x) * count))
        for text, f in zip(texts, fits, strict=False)
    ]


def choose(rated: Sequence[Candidate]) -> Candidate:
    """Take the smallest circuit that no larger one beats by `GAIN`, with resistances that are found."""
    best = rated[0]
    for candidate in rated[1:]:
        if best.bic - candidate.bic > GAIN and _found(candidate.fitted):
            best = candidate
    return best


def _found(fitted: Fitted) -> bool:
    """Return whether every arc's resistance is known to better than `VAGUE`."""
    variance = np.diag(fitted.covariance())
    at = [i for i, free in enumerate(fitted.model.free) if free.name == "R" and _is_arc(fitted, free.element)]
    return bool(np.all(np.sqrt(variance[at]) < VAGUE))


def _is_arc(fitted: Fitted, leaf: int) -> bool:
    return fitted.model.leaves[leaf].symbol == "Z"


def settled(fitted: Fitted) -> Fitted:
    """Put arcs in order, and fit once more with the noise of the residuals."""
    return ordered(refit(fitted))


def ordered(fitted: Fitted) -> Fitted:
    """Exchange arcs of one form until their time constants rise in the order of the circuit."""
    model = fitted.model
    forms: dict[tuple[str, ...], list[int]] = {}
    for number, leaf in enumerate(model.leaves):
        free = tuple(model.free[at].name for at in leaf.coordinates)
        if leaf.symbol == "Z" and "tau" in free and not leaf.given and number in model.terms:
            forms.setdefault(free, []).append(number)
    place = np.arange(len(fitted.x))
    for form, numbers in forms.items():
        at = form.index("tau")
        by_time = sorted(numbers, key=lambda n: float(fitted.x[model.leaves[n].coordinates[at]]))
        for target, source in zip(numbers, by_time, strict=True):
            place[model.leaves[target].coordinates] = model.leaves[source].coordinates
    return replace(fitted, x=fitted.x[place], jacobian=fitted.jacobian[place])
