"""`eis-resistance`: from a fitted circuit to resistance times area, capacitance and conductivity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from echub.plugin import Component, Flag, Inputs, Interval, Measurand, Outcome, Refusal, missing_metadata
from echub_eis.data import StatedCell, cell_of, is_interface, load
from echub_eis.declared import ResistanceParams
from echub_eis.method.answer import FittedSpectrum, answer, flags, is_identified
from echub_eis.method.examine import examine
from echub_eis.method.propagate import Function
from echub_eis.outcome.excess import excess
from echub_eis.outcome.fitting import alternatives
from echub_eis.outcome.intercepts import intercepts
from echub_eis.outcome.parts import (
    circuit_measurands,
    conditions,
    covariance,
    derived_of,
    diagnostics,
    measurand,
    sum_of,
    tables,
)

CM_UNIT = 1e6
"""µF in a farad."""


def run(data: Inputs, params: ResistanceParams) -> Outcome:
    """Fit one spectrum, and compute what follows from its resistances."""
    cell = cell_of(data, params)
    examined = examine(load(data), params)
    found = answer(examined, params)
    shift = 0.0
    notes: tuple[Flag, ...] = ()
    if params.align_to_bulk:
        shift, notes = _alignment(found, cell, params)
    measurands = {
        **circuit_measurands(found, params),
        **_derived(found, cell, params),
        **intercepts(examined.trace),
    }
    if params.excess == "below":
        measurands |= excess(examined, cell, params)
    if params.align_to_bulk:
        measurands = _aligned(measurands, shift)
    others, remarks = alternatives(found, params)
    made = (*flags(found, params), *remarks, *notes, *_cell_flags(cell), *_above_bulk(measurands, params))
    return Outcome(
        measurands,
        made,
        {**tables(found), **({} if params.align_to_bulk else covariance(found, measurands))},
        others,
        diagnostics(found),
        conditions(found, params),
    )


def _cell_flags(cell: StatedCell) -> list[Flag]:
    flags = []
    if cell.area is None:
        text = "no area is stated: resistances are in Ω, and there is no conductivity"
        flags.append(Flag("no-area", text, "info", hint='--set cell.area="0.785 cm^2"'))
    elif cell.thickness is None:
        text = "no thickness is stated: there is no conductivity"
        flags.append(Flag("no-thickness", text, "info", hint='--set cell.thickness="1 mm"'))
    return flags


# -- what follows from R ---------------------------------------------------------------------


def _derived(found: FittedSpectrum, cell: StatedCell, params: ResistanceParams) -> dict[str, Measurand]:
    """Compute capacitances, resistance times area and conductivities of what is identified."""
    usable = [
        label
        for label, known in found.known.items()
        if is_identified(known, params) and label not in found.outside
    ]
    result = _capacitances(usable, found, cell, params)
    if cell.area is None:
        return result
    for label in usable:
        known = found.known[label]
        result |= _per_area(label, known.value, known.relative, found, cell, params)
    electrolyte = [label for label in found.conducting if not is_interface(label, params)]
    if cell.thickness is not None and electrolyte and all(_has_ended(label, found) for label in electrolyte):
        known = sum_of(electrolyte, found, params)
        if is_identified(known, params):
            sigma = cell.thickness / cell.area / known.value
            result["conductivity"] = _with_cell("S/cm", sigma, known.relative, found, cell, params, thick=True)
    return result


def _has_ended(label: str, found: FittedSpectrum) -> bool:
    """Return whether a part is told, if only in a sum, within the band: its apex is not below."""
    return label in found.known and found.outside.get(label) != "low"


def _per_area(
    label: str, value: float, relative: float, found: FittedSpectrum, cell: StatedCell, params: ResistanceParams
) -> dict[str, Measurand]:
    area = cell.area or 0.0
    result = {f"asr_{label}": _with_cell("ohm*cm^2", value * area, relative, found, cell, params)}
    if is_interface(label, params):
        if cell.interfaces:
            result[f"asr_interface_{label}"] = _with_cell(
                "ohm*cm^2", value * area / cell.interfaces, relative, found, cell, params
            )
    elif cell.thickness is not None:
        result[f"conductivity_{label}"] = _with_cell(
            "S/cm", cell.thickness / area / value, relative, found, cell, params, thick=True
        )
    return result


def _with_cell(
    unit: str,
    value: float,
    relative: float,
    found: FittedSpectrum,
    cell: StatedCell,
    params: ResistanceParams,
    *,
    thick: bool = False,
) -> Measurand:
    """Return a value with the uncertainties of the fit, the area and the thickness, the last two shared."""
    parts = [("fit", relative, "A", ""), ("area", cell.u_area, "B", "area")]
    if thick:
        parts.append(("thickness", cell.u_thickness, "B", "thickness"))
    total = float(np.sqrt(sum(u**2 for _, u, _, _ in parts)))
    made = measurand(unit, value, total, found, params)
    components = tuple(Component(n, value * u, kind, group) for n, u, kind, group in parts if u)  # type: ignore[arg-type]
    return replace(made, components=components) if made.value is not None else made


def _capacitances(
    labels: list[str], found: FittedSpectrum, cell: StatedCell, params: ResistanceParams
) -> dict[str, Measurand]:
    functions: dict[str, Function] = {}
    for label in labels:
        if found.leaf(label).symbol == "Z":
            functions |= _capacitance_functions(label, found)
    derived = derived_of(found, functions)
    result = {}
    for name in derived.names:
        value, u = derived.of(name)
        result[name] = measurand("F", value, u, found, params)
        label = name.removeprefix("capacitance_peak_")
        if label != name and is_interface(label, params) and cell.area and cell.interfaces:
            one = value * cell.interfaces / cell.area * CM_UNIT
            result[f"capacitance_interface_{label}"] = _with_cell("uF/cm^2", one, u, found, cell, params)
    return result


def _capacitance_functions(label: str, found: FittedSpectrum) -> Mapping[str, Function]:
    """Return both formulas as functions of the parameters: peak = τ/R, Brug with the R in series."""
    number, model = found.number(label), found.model
    series = next((n for n, name in found.labels.items() if name == "hf"), None)

    def peak(p: object) -> float:
        r, tau, _ = model.values(number, p)  # type: ignore[arg-type]
        return tau / r

    if series is None:
        return {f"capacitance_peak_{label}": peak}

    def brug(p: object) -> float:
        r, tau, n = model.values(number, p)  # type: ignore[arg-type]
        hf = model.values(series, p)[0]  # type: ignore[arg-type]
        return float((tau**n / r) ** (1 / n) * (1 / hf + 1 / r) ** ((n - 1) / n))

    return {f"capacitance_peak_{label}": peak, f"capacitance_brug_{label}": brug}


# -- checks and edits ------------------------------------------------------------------------


def _above_bulk(measurands: Mapping[str, Measurand], params: ResistanceParams) -> list[Flag]:
    """Compare every conductivity with the bulk's: none can be above, unless the area is another."""
    if not params.bulk_conductivity or params.align_to_bulk:
        return []
    made = []
    for name, m in measurands.items():
        if not name.startswith("conductivity") or m.value is None or m.interval is None:
            continue
        if 1000 * (m.interval.low or 0.0) > params.bulk_conductivity:
            text = (
                f"{name} is {1000 * m.value:.3g} mS/cm, above the bulk's {params.bulk_conductivity:g}: "
                "area or thickness are those of another path"
            )
            made.append(Flag("conductivity-above-bulk", text, where=name))
    return made


def _alignment(
    found: FittedSpectrum, cell: StatedCell, params: ResistanceParams
) -> tuple[float, tuple[Flag, ...]]:
    """Return the shift of Re that makes the high-frequency end L/(σ A), and the flag that records it."""
    if cell.area is None:
        raise missing_metadata("cell.area", "the high-frequency end is aligned to L/(σ A)")
    if cell.thickness is None:
        raise missing_metadata("cell.thickness", "the high-frequency end is aligned to L/(σ A)")
    if not params.bulk_conductivity:
        raise Refusal(
            "no-bulk-conductivity",
            "the high-frequency end is aligned to a conductivity that is not stated",
            hint="--param bulk_conductivity='15 mS/cm'",
        )
    if "hf" not in found.known:
        raise Refusal(
            "nothing-to-align",
            f"the circuit has no free resistance hf that could be aligned, but {', '.join(found.labels.values())}",
            hint="--param circuit='LR:hf (RQ)'",
        )
    wanted = cell.thickness / (params.bulk_conductivity / 1000) / cell.area
    shift = wanted - found.known["hf"].value
    text = (
        f"Re is shifted by {shift:+.4g} Ω so that its high-frequency end is {wanted:.4g} Ω, by a stated "
        f"conductivity of {params.bulk_conductivity:g} mS/cm: this is an input, no result"
    )
    return shift, (Flag("aligned", text),)


def _aligned(measurands: dict[str, Measurand], shift: float) -> dict[str, Measurand]:
    """Withhold what an alignment has made an input; shift the sum."""
    note = "an input of the alignment"
    for name in (
        "resistance_hf",
        "asr_hf",
        "conductivity_hf",
        "re_at_crossing",
        "re_at_phase_minimum",
        "conductivity",
    ):
        if name in measurands:
            measurands[name] = Measurand(measurands[name].unit, note=note)
    total = measurands.get("resistance_total")
    if total is not None and total.value is not None and total.interval is not None:
        ends = [None if end is None else end + shift for end in (total.interval.low, total.interval.high)]
        interval = Interval(ends[0], ends[1], level=total.interval.level, method=total.interval.method)
        measurands["resistance_total"] = replace(
            total, value=total.value + shift, interval=interval, note="aligned"
        )
    return measurands
