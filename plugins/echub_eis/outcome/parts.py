"""Measurands and tables of a fitted circuit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from echub.plugin import Component, Condition, Interval, Measurand, Series, covariance_table
from echub_eis.data import band_of
from echub_eis.declared import FitParams
from echub_eis.method.answer import MISFIT, FittedSpectrum, is_identified, vagueness
from echub_eis.method.circuit import canonical
from echub_eis.method.elements import Complex, Floats, Grid
from echub_eis.method.export import impedance_py_text, to_impedance_py, to_pyimpspec
from echub_eis.method.identify import Known, correlation, quantile
from echub_eis.method.identify import total as profile_of_sum
from echub_eis.method.model import LIMIT, Model
from echub_eis.method.propagate import Derived, Function, derive
from echub_eis.outcome.check import points

EXACT = 1e-6
"""A sum certain to this is computed, not measured; its profile would be of rounding."""
CURVE_PER_DECADE = 20
"""Points of a drawn curve."""
TURNED = "not identified: the spectrum turns back at low frequency, and the circuit does not"


def note_of(found: FittedSpectrum) -> str:
    """Return the reservation that every number of a fit shares."""
    return "if the circuit holds" if found.lack_of_fit > MISFIT and found.examined.check.p is not None else ""


def measurand(unit: str, value: float, relative: float, found: FittedSpectrum, params: FitParams) -> Measurand:
    """Return a positive value with an interval that is symmetric in ln; without one if u is too large."""
    if not np.isfinite(value) or not value > 0:
        return Measurand(unit, note="not identified")
    if not relative * 100 <= params.identified:
        return Measurand(unit, note=f"not identified: {vagueness(relative)}")
    level = params.level / 100
    reach = quantile(level, found.fitted.freedom) * relative
    interval = Interval(
        value * float(np.exp(-reach)), value * float(np.exp(reach)), level=level, method="propagated in ln"
    )
    parts = (Component("fit", value * relative),)
    return Measurand(unit, value, value * relative, interval, components=parts, note=note_of(found))


def resistance(label: str, known: Known, found: FittedSpectrum, params: FitParams) -> Measurand:
    """Return a resistance: a value, a bound if one end is open, or an interval without a value."""
    level = params.level / 100
    method = "profile of the likelihood" if known.reasons else "symmetric in ln R"
    if label not in found.outside and is_identified(known, params):
        interval = Interval(known.low, known.high, level=level, method=method)
        u = known.value * known.relative
        return Measurand("ohm", known.value, u, interval, components=(Component("fit", u),), note=note_of(found))
    if known.low is not None and (known.high is None or found.outside.get(label) == "low"):
        return Measurand.more_than("ohm", known.low, note="not identified")
    if known.high is not None and known.low is None:
        return Measurand.less_than("ohm", known.high, note="not identified")
    note = f"not identified: {vagueness(known.relative)}"
    if label in found.outside:
        note = "not identified: its apex is outside of what was measured"
    if known.low is None:
        return Measurand("ohm", note="not identified")
    interval = Interval(known.low, known.high, level=level, method=method)
    return Measurand("ohm", interval=interval, censoring="interval", note=note)


def circuit_measurands(found: FittedSpectrum, params: FitParams) -> dict[str, Measurand]:
    """Return resistances, their sum, time constants, apex frequencies, exponents, inductance."""
    turned = found.turned
    result = {
        f"resistance_{label}": resistance(label, known, found, params) for label, known in found.known.items()
    }
    if turned:
        result[f"resistance_{turned}"] = Measurand("ohm", note=TURNED)
    if found.conducting:
        result["resistance_total"] = Measurand("ohm", note=TURNED) if turned else _total(found, params)
    for label in found.labels.values():
        result |= _shape(label, found, params)
    fit = found.lack_of_fit
    if found.examined.check.p is not None:
        result["lack_of_fit"] = Measurand("1", fit, fit / np.sqrt(2 * found.fitted.freedom))
    return result


def derived_of(found: FittedSpectrum, functions: dict[str, Function]) -> Derived:
    """Propagate the covariance of the fit."""
    return derive(functions, found.model.natural, found.fitted.x, found.covariance)


def _total(found: FittedSpectrum, params: FitParams) -> Measurand:
    low = [label for label in found.conducting if found.outside.get(label) == "low"]
    if low:
        text = f"not identified: the arc {low[0]} is not inside of what was measured"
        return Measurand("ohm", note=text)
    return resistance("total", sum_of(found.conducting, found, params), found, params)


def sum_of(labels: Sequence[str], found: FittedSpectrum, params: FitParams) -> Known:
    """Judge a sum of resistances; of vague parts by its profile, for their sum is often certain."""
    numbers = [found.number(label) for label in labels]
    parts = [found.model.values(number, found.fitted.natural)[0] for number in numbers]
    places = [found.model.at(number, "R") for number in numbers]
    free = [at for at in places if at is not None]
    value = float(sum(parts))
    u = _relative_of_sum(found, [r / value for r, at in zip(parts, places, strict=True) if at is not None], free)
    level = params.level / 100
    reasons = {reason for label in labels if label in found.known for reason in found.known[label].reasons}
    if reasons and u > EXACT and len(free) == len(places):
        if tuple(labels) not in found.sums:
            found.sums[tuple(labels)] = profile_of_sum(found.fitted, free, min(u, 1.0), found.covariance, level)
        return found.sums[tuple(labels)]
    reach = quantile(level, found.fitted.freedom) * u
    if not np.isfinite(reach):
        return Known(value, u, None, None)
    return Known(value, u, value * float(np.exp(-reach)), value * float(np.exp(reach)))


def _relative_of_sum(found: FittedSpectrum, shares: Sequence[float], at: Sequence[int]) -> float:
    """Return the relative uncertainty of a sum of resistances, of their shares in it."""
    part = found.covariance[np.ix_(at, at)]
    if not np.isfinite(np.diag(part)).all():
        return float("inf")
    return float(np.sqrt(max(np.array(shares) @ part @ np.array(shares), 0.0)))


def _shape(label: str, found: FittedSpectrum, params: FitParams) -> dict[str, Measurand]:
    """Return τ, apex frequency, n and L of one element, if its resistance is known."""
    leaf, number = found.leaf(label), found.number(label)
    result = {}
    vague = label in found.known and (not is_identified(found.known[label], params) or label in found.outside)
    for name in ("tau", "n", "L"):
        at = found.model.at(number, name)
        if at is None or vague or (name == "L" and leaf.symbol != "L"):
            continue
        value, u = found.fitted.natural[at], float(np.sqrt(found.covariance[at, at]))
        if name == "n":
            result[f"n_{label}"] = _exponent(value, u, found, params)
        elif name == "L":
            result["inductance"] = measurand("H", value, u, found, params)
        else:
            result[f"tau_{label}"] = measurand("s", value, u, found, params)
            result[f"frequency_{label}"] = measurand("Hz", 1 / (2 * np.pi * value), u, found, params)
    return result


def _exponent(value: float, u: float, found: FittedSpectrum, params: FitParams) -> Measurand:
    """Return an exponent with the interval that is symmetric in its logit."""
    slope = value * (1 - value)
    if not slope * u < 0.25:  # an interval over half of what n can be says nothing
        return Measurand("1", note="not identified")
    reach = quantile(params.level / 100, found.fitted.freedom) * u
    logit = np.log(value / (1 - value))
    low, high = (1 / (1 + np.exp(min(-logit - s * reach, LIMIT))) for s in (-1, 1))
    interval = Interval(float(low), float(high), level=params.level / 100, method="symmetric in the logit")
    return Measurand("1", value, slope * u, interval, note=note_of(found))


Table = Mapping[str, Series]


# -- tables ----------------------------------------------------------------------------------


def tables(found: FittedSpectrum) -> dict[str, dict[str, Series]]:
    """Return the points, the parameters of every element, the circuits that were compared, the correlations."""
    return {
        "elements": _elements(found),
        "models": _models(found),
        "circuit": _circuit(found),
        "correlation": _correlation(found),
        "points": _points(found),
    }


def _points(found: FittedSpectrum) -> dict[str, Series]:
    trace = found.examined.trace
    fit = found.model.impedance(found.fitted.x, Grid.of(trace.frequency))
    return {
        **points(found.examined),
        "fit_re": Series.of(fit.real, "ohm"),
        "fit_im": Series.of(fit.imag, "ohm"),
    }


def _elements(found: FittedSpectrum) -> dict[str, Series]:
    rows = []
    for number, label in found.labels.items():
        leaf = found.model.leaves[number]
        values = found.model.values(number, found.fitted.natural)
        for parameter, value in zip(leaf.kind.parameters, values, strict=True):
            at = found.model.at(number, parameter.name)
            u = None if at is None else float(np.sqrt(found.covariance[at, at]))
            if u is not None:
                u = u * (value * (1 - value) if parameter.is_exponent else value)
            rows.append((label, leaf.kind.symbol, parameter.name, value, u, parameter.unit))
    names = ("label", "element", "parameter", "value", "uncertainty", "unit")
    return {name: Series.of(list(column)) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _models(found: FittedSpectrum) -> dict[str, Series]:
    rated = found.rated
    least = min(c.bic for c in rated)
    return {
        "circuit": Series.of([c.text for c in rated]),
        "parameters": Series.of([len(c.fitted.x) for c in rated]),
        "rms_over_noise": Series.of([c.fitted.rms_over(found.examined.noise) for c in rated]),
        "bic_above_best": Series.of([c.bic - least for c in rated]),
        "chosen": Series.of([c is found.chosen for c in rated]),
    }


def _circuit(found: FittedSpectrum) -> dict[str, Series]:
    circuit, natural = found.model.circuit, found.fitted.natural
    texts = {
        "description": (canonical(circuit), ""),
        "pyimpspec": (to_pyimpspec(circuit, found.model, natural), ""),
        "impedance.py": (to_impedance_py(circuit), impedance_py_text(circuit, found.model, natural)),
    }
    written, values = zip(*texts.values(), strict=True)
    return {"written_for": Series.of(list(texts)), "circuit": Series(written), "values": Series(values)}


def _correlation(found: FittedSpectrum) -> dict[str, Series]:
    names = [f"{found.labels[free.element]}.{free.name}" for free in found.model.free]
    matrix = correlation(found.covariance)
    return {"parameter": Series.of(names), **{n: Series.of(matrix[i]) for i, n in enumerate(names)}}


def conditions(found: FittedSpectrum, params: FitParams) -> dict[str, Condition]:
    """Return what outcomes must share to be compared."""
    return {
        "circuit": Condition(canonical(found.model.circuit)),
        "mask": Condition(band_of(params.f_min, params.f_max)),
    }


def diagnostics(found: FittedSpectrum) -> dict[str, Series]:
    """Return what the figure needs: points, the fitted curve, and the curve of every part."""
    from echub_eis.outcome.check import noise_of

    frequency = found.examined.trace.frequency
    count = max(int(np.log10(frequency.max() / frequency.min()) * CURVE_PER_DECADE), 2)
    grid = Grid.of(np.geomspace(frequency.max(), frequency.min(), count))
    result = {
        **_points(found),
        **noise_of(found.examined),
        **_curve("curve", found.model.impedance(found.fitted.x, grid)),
    }
    result["curve_frequency"] = Series.of(np.asarray(grid.omega / 2 / np.pi), "Hz")
    natural = found.fitted.natural
    start = sum(found.model.values(leaf, natural)[0] for leaf in _series_resistances(found.model))
    for label in [label for n, label in found.labels.items() if found.model.leaves[n].symbol in ("Z", "Ws", "G")]:
        if found.number(label) in found.model.terms:
            z = start + found.model.term(found.number(label), found.fitted.x, grid)
            result |= _curve(f"part_{label}", z)
            start += found.values(label)["R"]
    return result


def _series_resistances(model: Model) -> Iterator[int]:
    """Yield the resistances of the outermost series, free and fixed."""
    yield from (tree for tree in model.terms if isinstance(tree, int) and model.leaves[tree].symbol == "R")


def _curve(name: str, z: Complex) -> dict[str, Series]:
    return {f"{name}_re": Series.of(z.real, "ohm"), f"{name}_im": Series.of(z.imag, "ohm")}


def covariance(found: FittedSpectrum, measurands: Mapping[str, Measurand]) -> dict[str, Table]:
    """Return the covariances of R, their sum, τ and n, those with a profile left out; no table without any."""
    profiled = {label for label, known in found.known.items() if known.reasons}
    rows: dict[str, Floats] = {}
    for at, free in enumerate(found.model.free):
        label = found.labels[free.element]
        prefix = {"R": "resistance", "tau": "tau", "n": "n"}.get(free.name)
        if prefix and not (free.name == "R" and label in profiled):
            rows[f"{prefix}_{label}"] = np.eye(len(found.fitted.x))[at]
    if not profiled and found.conducting:
        rows["resistance_total"] = _slope_of_sum(found)
    known = {n: row for n, row in rows.items() if n in measurands and measurands[n].uncertainty is not None}
    if not known:
        return {}
    stated = np.array([measurands[name].uncertainty for name in known])
    finite = np.where(np.isfinite(found.covariance), found.covariance, 0.0)
    gradient = np.array(list(known.values()))
    matrix = correlation(gradient @ finite @ gradient.T) * np.outer(stated, stated)
    return {"covariance": covariance_table(measurands, list(known), matrix)}


def _slope_of_sum(found: FittedSpectrum) -> Floats:
    """Return the derivatives (parameters,) of the ln of the sum of the resistances."""
    natural, slope = found.fitted.natural, np.zeros(len(found.fitted.x))
    for label in found.conducting:
        at = found.model.at(found.number(label), "R")
        if at is not None:
            slope[at] = natural[at]
    total = sum(found.values(label)["R"] for label in found.conducting)
    return np.asarray(slope / total)
