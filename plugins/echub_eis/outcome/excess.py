"""Resistance that shows no arc: what remains at low frequency beyond a fit of the high frequencies.

10.1002/aenm.202000945 takes Re at the lowest frequency less that of the fit for the interface's. It is
that only if the interface answers below the fit: 0.2 Ω·cm² at 0.7 µF/cm² do not, and the difference is
then zero within noise for any such resistance. So it is given under its own name, and neither as the
interface's resistance nor as a bound of it; that takes a stated capacitance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from echub.plugin import Component, Interval, Measurand, Refusal
from echub.text import several
from echub_eis.data import StatedCell
from echub_eis.declared import ResistanceParams
from echub_eis.method.choose import affordable, settled
from echub_eis.method.elements import Grid
from echub_eis.method.examine import Examined, examine
from echub_eis.method.fit import CircuitFit, fit
from echub_eis.method.identify import quantile
from echub_eis.method.model import Model
from echub_eis.method.parse import parse

CIRCUIT = "LR(RQ)"
DECADE = 10.0
"""Re is averaged over the lowest decade of the band. By eye."""
FACTOR_TWO = float(np.log(2) / np.sqrt(3))
"""A stated capacitance is taken as uniform in ln within a factor of two."""


def excess(found: Examined, cell: StatedCell, params: ResistanceParams) -> dict[str, Measurand]:
    """Return the difference at the lowest decade, and what it says of an interface."""
    above = examine(found.trace, replace(params, f_min=params.excess_from, outliers=0.0)).spectrum
    model = Model(parse(CIRCUIT))
    if not affordable(model, above):
        raise Refusal(
            "too-few-points",
            f"{several(len(above.z), 'point')} above {params.excess_from:g} Hz "
            f"for {several(len(model), 'parameter')}",
            hint="--param excess_from=1kHz",
        )
    fitted = settled(fit(model, above, found.noise))
    spectrum = found.spectrum
    low = spectrum.frequency <= DECADE * spectrum.frequency.min()
    z, jacobian = model.evaluate(fitted.x, Grid.of(spectrum.frequency[low]))
    value = float(np.mean(spectrum.z[low].real - z.real))
    gradient = jacobian.real.mean(axis=1)
    covariance = np.where(np.isfinite(fitted.covariance()), fitted.covariance(), 0.0)
    noise = float(np.sqrt(np.mean(found.noise.sigma(spectrum.modulus[low]) ** 2) / low.sum()))
    u = float(np.hypot(np.sqrt(gradient @ covariance @ gradient), noise))
    reach = quantile(0.95, fitted.freedom) * u
    note = f"mean of the lowest decade less the fit of {CIRCUIT} above {params.excess_from:g} Hz"
    interval = Interval(value - reach, value + reach, level=0.95, method="propagated")
    result = {"excess_resistance_below": Measurand("ohm", value, u, interval, note=note)}
    if cell.area is None or not params.interface_capacitance:
        return result
    return {**result, "interface_resistance": _with_capacitance(found, cell.area, cell.interfaces or 1, params)}


def _with_capacitance(found: Examined, area: float, number: int, params: ResistanceParams) -> Measurand:
    """Fit an arc whose Q follows from the stated capacitance, and again at half and twice of it; area in cm²."""
    one = params.interface_capacitance * 1e-6 * area / number  # µF in F
    fits = [_arc(found, one * factor) for factor in (1.0, 0.5, 2.0)]
    values = [_resistance(fitted) for fitted in fits]
    (r, u), scale = values[0], area / number
    stated = float(abs(values[2][0] - values[1][0]) / (2 * np.log(2)) * FACTOR_TWO)
    parts = (Component("fit", u * scale), Component("assumed capacitance", stated * scale, "B"))
    total = float(np.hypot(u, stated))
    note = f"with a stated {params.interface_capacitance:g} µF/cm²"
    # The interval of two standard deviations would reach zero, or the spectrum is described without the arc.
    if not total < 0.5 * r or not _is_told(found, fits[0]):
        return Measurand.less_than("ohm*cm^2", (r + 2 * total) * scale, note=note)
    interval = Interval((r - 2 * total) * scale, (r + 2 * total) * scale, level=0.95, method="propagated")
    return Measurand("ohm*cm^2", r * scale, total * scale, interval, components=parts, note=note)


def _arc(found: Examined, capacitance: float) -> CircuitFit:
    """Fit an arc with a given capacitance, beside the electrolyte's."""
    model = Model(parse(f"LR(RQ)(RC{{C={capacitance:g}f}})"))
    return fit(model, found.spectrum, found.noise, 1)


def _resistance(fitted: CircuitFit) -> tuple[float, float]:
    """Return R of the last arc, and u."""
    at = max(i for i, free in enumerate(fitted.model.free) if free.name == "R")
    return float(np.exp(fitted.x[at])), float(np.exp(fitted.x[at]) * np.sqrt(fitted.covariance()[at, at]))


def _is_told(found: Examined, fitted: CircuitFit) -> bool:
    """Return whether χ² is larger without the arc than chance makes it: the electrolyte's may hold both."""
    without = fit(Model(parse(CIRCUIT)), found.spectrum, found.noise, 1)
    scale = fitted.chi2 / fitted.freedom
    return bool(without.chi2 - fitted.chi2 > quantile(0.95, fitted.freedom) ** 2 * scale)
