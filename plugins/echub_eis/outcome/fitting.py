"""`eis-fit`: a circuit fitted from nothing, and what other choices would have given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from echub.plugin import Flag, Inputs, Outcome, Refusal, Sensitivity
from echub.text import percent
from echub_eis.data import load
from echub_eis.declared import FitParams
from echub_eis.method.answer import FittedSpectrum, answer, flags, is_identified, labels_of
from echub_eis.method.choose import GAIN, affordable, ordered, settled
from echub_eis.method.circuit import canonical
from echub_eis.method.examine import Examined, examine
from echub_eis.method.fit import CircuitFit, solve
from echub_eis.method.fit import fit as fit_from_nothing
from echub_eis.method.identify import VAGUE_LN, Known
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise
from echub_eis.method.parse import parse
from echub_eis.outcome.parts import circuit_measurands, conditions, covariance, diagnostics, tables

MASK = 10.0
"""A decade less at either end of the band."""
PART = 3.0
"""Half a decade, for the test of the band."""
FAR = 3.0
"""A resistance three intervals away is another answer. By eye."""
LOSSY = "La{n=0.95f}"
"""An inductance whose phase is 85.5° in place of 90°, as eddy currents in a holder make it."""
CHANGE = 3.5
"""Standard deviations of a change that is not noise: 5 of 10,000."""


Other = tuple[str, str, CircuitFit | None]
"""A parameter, its other setting, and the fit with it."""


def run(data: Inputs, params: FitParams) -> Outcome:
    """Fit one spectrum."""
    found = answer(examine(load(data), params), params)
    others, notes = alternatives(found, params)
    measurands = circuit_measurands(found, params)
    return Outcome(
        measurands,
        (*flags(found, params), *notes),
        {**tables(found), **covariance(found, measurands)},
        others,
        diagnostics(found),
        conditions(found, params),
    )


def alternatives(found: FittedSpectrum, params: FitParams) -> tuple[tuple[Sensitivity, ...], tuple[Flag, ...]]:
    """Return the sensitivity to other choices, and flags of what these decide; nothing if it is not asked for."""
    if not params.sensitivity:
        return (), ()
    others = list(_others(found, params))
    notes = (*_rival_flags(found, others, params), *_band_flags(found, params))
    return tuple(_table(found, others)), notes


def _rival_flags(found: FittedSpectrum, others: Sequence[Other], params: FitParams) -> Iterator[Flag]:
    """Report another circuit that fits as well, of which a resistance lies far outside of the interval.

    A warning if the circuit was chosen here; who states a circuit has ruled the other out.
    """
    own = _bic(found.fitted)
    for parameter, setting, fitted in others:
        if parameter != "circuit" or fitted is None or _bic(fitted) - own > GAIN:
            continue
        values = _resistances(fitted)
        far = [
            f"resistance_{label} {values[f'resistance_{label}']:.4g} Ω"
            for label, known in found.known.items()
            if f"resistance_{label}" in values
            and is_identified(known, params)
            and _is_far(values[f"resistance_{label}"], known)
        ]
        if far:
            text = f"{setting} fits as well, and gives {', '.join(far)}"
            yield Flag("circuit-ambiguous", text, "warning" if params.circuit == "arcs" else "info")


def _is_far(value: float, known: Known) -> bool:
    """Return whether a value is outside of `FAR` times an interval."""
    low, high = known.low or known.value, known.high or known.value
    return not known.value - FAR * (known.value - low) <= value <= known.value + FAR * (high - known.value)


def _bic(fitted: CircuitFit) -> float:
    """Return the BIC with the noise that belongs to each fit."""
    sigma = fitted.noise.sigma(fitted.spectrum.modulus)
    deviance = float((np.abs(fitted.residual / sigma) ** 2).sum() + 4 * np.log(sigma).sum())
    return deviance + len(fitted.x) * float(np.log(2 * len(fitted.z)))


def _band_flags(found: FittedSpectrum, params: FitParams) -> Iterator[Flag]:
    """Fit without half a decade at either end: a right circuit gives the same within what these points tell.

    Hausman's test: of two estimates of which the first uses all points, the variance of the difference is
    the difference of the variances. Both with the scatter of the part that remains: that of all points is larger
    where the circuit fails at the end, and would hide it.
    """
    frequency = found.examined.spectrum.frequency
    ends = (
        ("above", frequency.max() / PART, replace(params, f_max=frequency.max() / PART)),
        ("below", frequency.min() * PART, replace(params, f_min=frequency.min() * PART)),
    )
    for side, edge, masked in ends:
        fitted = _masked(found, masked)
        if fitted is None:
            continue
        with np.errstate(invalid="ignore"):  # what is infinite in both is skipped below
            covariance = fitted.covariance() - found.fitted.covariance() * _scale(fitted) / _scale(found.fitted)
        for label, known in found.known.items():
            at = found.model.at(found.number(label), "R")
            if at is None or known.reasons or not 0 < covariance[at, at] < VAGUE_LN**2:
                continue
            change = float(fitted.x[at] - found.fitted.x[at])
            if change**2 > CHANGE**2 * covariance[at, at] and abs(change) > known.relative:
                moved = percent(float(np.expm1(change)), "+.1%")
                text = f"resistance_{label} changes by {moved} without the points {side} {edge:.3g} Hz"
                hint = "the circuit does not describe this end of the spectrum"
                yield Flag("depends-on-band", text, where=f"resistance_{label}", hint=hint)


def _scale(fitted: CircuitFit) -> float:
    """Return by how much the residuals exceed the noise that weighs them, as a variance."""
    return fitted.chi2 / fitted.freedom


def _table(found: FittedSpectrum, others: Sequence[Other]) -> list[Sensitivity]:
    """Tabulate every resistance under other masks, weights and circuits."""
    made = []
    for parameter, setting, fitted in others:
        values = _resistances(fitted)
        for label, known in found.known.items():
            name = f"resistance_{label}"
            value = values.get(name)
            made.append(
                Sensitivity(parameter, setting, name, value, None if value is None else value - known.value)
            )
    return made


def _others(found: FittedSpectrum, params: FitParams) -> Iterator[Other]:
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
    """Yield the circuit with a lossy inductance, with an ideal capacitor in one arc, and with a Warburg tail."""
    if text.startswith("L") and not text.startswith("La"):
        yield LOSSY + text[1:]
    if "(RQ)" in text:
        at = text.rindex("(RQ)")
        yield f"{text[:at]}(RC){text[at + 4 :]}"
    if text.endswith("Q"):
        yield f"{text[:-1]}W"


def _masked(found: FittedSpectrum, params: FitParams) -> CircuitFit | None:
    """Fit again without a decade, from the values of all points; None if too little is left."""
    try:
        examined: Examined = examine(found.examined.trace, replace(params, outliers=0.0))
    except Refusal:
        return None
    if not affordable(found.model, examined.spectrum):
        return None
    return ordered(solve(found.model, examined.spectrum, found.fitted.noise, found.fitted.x))


def _from_nothing(found: FittedSpectrum, text: str) -> CircuitFit:
    return settled(fit_from_nothing(Model(parse(text)), found.fitted.spectrum, found.fitted.noise, 1))


def _resistances(fitted: CircuitFit | None) -> dict[str, float]:
    """Return resistances by the names that the answer gives them; one that ran off to infinity is none."""
    if fitted is None:
        return {}
    with np.errstate(over="ignore"):
        sizes = np.exp(fitted.x)
    return {
        f"resistance_{label}": float(sizes[at])
        for number, label in labels_of(fitted.model).items()
        if (at := fitted.model.at(number, "R")) is not None and np.isfinite(sizes[at])
    }
