"""`eis-fit`: a circuit fitted from nothing, and what other choices would have given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from echub.plugin import Inputs, Outcome, Refusal, Sensitivity
from echub_eis import FitParams
from echub_eis.data import load
from echub_eis.method.answer import Answer, answer, flags, labels_of
from echub_eis.method.choose import ordered, settled
from echub_eis.method.circuit import canonical
from echub_eis.method.examine import Examined, examine
from echub_eis.method.fit import Fitted, solve
from echub_eis.method.fit import fit as fit_from_nothing
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise
from echub_eis.method.parse import parse
from echub_eis.outcome.parts import circuit_measurands, conditions, diagnostics, tables

MASK = 10.0
"""A decade less at either end of the band."""


def run(data: Inputs, params: FitParams) -> Outcome:
    """Fit one spectrum."""
    found = answer(examine(load(data), params), params)
    return Outcome(
        circuit_measurands(found, params),
        flags(found, params),
        tables(found),
        sensitivity(found, params) if params.sensitivity else (),
        diagnostics(found),
        conditions(found, params),
    )


def sensitivity(found: Answer, params: FitParams) -> tuple[Sensitivity, ...]:
    """Tabulate every resistance under other masks, weights and circuits."""
    made = []
    for parameter, setting, fitted in _others(found, params):
        values = _resistances(fitted)
        for label, known in found.known.items():
            name = f"resistance_{label}"
            value = values.get(name)
            made.append(
                Sensitivity(parameter, setting, name, value, None if value is None else value - known.value)
            )
    return tuple(made)


def _others(found: Answer, params: FitParams) -> Iterator[tuple[str, str, Fitted | None]]:
    frequency = found.examined.spectrum.frequency
    top, bottom = frequency.max() / MASK, frequency.min() * MASK
    yield "f_max", f"{top:.3g} Hz", _masked(found, replace(params, f_max=top))
    yield "f_min", f"{bottom:.3g} Hz", _masked(found, replace(params, f_min=bottom))
    modulus = Noise(1.0, 0.0, 1.0)
    yield "weights", "1/|Z|", ordered(solve(found.model, found.fitted.spectrum, modulus, found.fitted.x))
    if params.circuit == "arcs":
        for candidate in found.rated:
            if candidate is not found.chosen:
                yield "circuit", candidate.text, ordered(candidate.fitted)
    for text in _simpler(canonical(found.model.circuit)):
        yield "circuit", text, _from_nothing(found, text)


def _simpler(text: str) -> Iterator[str]:
    """Yield the circuit with an ideal capacitor in one arc, and with a Warburg tail."""
    if "(RQ)" in text:
        at = text.rindex("(RQ)")
        yield f"{text[:at]}(RC){text[at + 4 :]}"
    if text.endswith("Q"):
        yield f"{text[:-1]}W"


def _masked(found: Answer, params: FitParams) -> Fitted | None:
    """Fit again without a decade, from the values of all points; None if too little is left."""
    try:
        examined: Examined = examine(found.examined.trace, replace(params, outliers=0.0))
    except Refusal:
        return None
    if len(examined.spectrum.z) < 2 * len(found.model):
        return None
    return ordered(solve(found.model, examined.spectrum, found.fitted.noise, found.fitted.x))


def _from_nothing(found: Answer, text: str) -> Fitted:
    return settled(fit_from_nothing(Model(parse(text)), found.fitted.spectrum, found.fitted.noise, 1))


def _resistances(fitted: Fitted | None) -> dict[str, float]:
    """Return resistances by the names that the answer gives them."""
    if fitted is None:
        return {}
    return {
        f"resistance_{label}": float(np.exp(fitted.x[at]))
        for number, label in labels_of(fitted.model).items()
        if (at := fitted.model.at(number, "R")) is not None
    }
