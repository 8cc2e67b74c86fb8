"""R·A of the cell, of one interface, and of the electrolyte."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from echub.plugin import Component, Measurand
from echub.science import median_error
from echub.text import several
from echub_ccd import CcdParams
from echub_ccd.data.experiment import Experiment
from echub_ccd.method.verdict import CcdVerdict


def electrolyte(experiment: Experiment, params: CcdParams) -> float:
    """Return R·A of the electrolyte, Ω·cm²: as stated, else thickness/conductivity; NaN where not known.

    Without an area the cell's own is not known either, and nothing can be compared.
    """
    if not experiment.per_area:
        return np.nan
    if params.electrolyte_asr:
        return params.electrolyte_asr
    thickness, conductivity = (experiment.meta(p) for p in ("cell.thickness", "cell.electrolyte_conductivity"))
    return float(thickness / conductivity) if thickness and conductivity else np.nan


def cell_resistance(values: np.ndarray, per_area: bool) -> tuple[str, Measurand]:
    """Return the median of half cycles, its standard uncertainty from their scatter, their range as interval.

    values: (m,), Ω·cm² if `per_area`, else Ω.
    """
    known = values[np.isfinite(values)]
    error = median_error(known) or None
    name, unit = ("asr_cell", "ohm*cm^2") if per_area else ("resistance_cell", "ohm")
    return name, Measurand(unit, float(np.median(known)), error, n=len(known), note="median of the half cycles")


def measurands_of(
    experiment: Experiment, verdict: CcdVerdict, bulk: float, params: CcdParams
) -> dict[str, Measurand]:
    """Return the resistance before the failure, and that of one interface where enough is stated."""
    table = experiment.table
    end = next((k for k in (verdict.half_cycle, verdict.opened) if k is not None), len(table))
    before = table.r_median[:end] if end and not experiment.spots else table.r_start[: max(end, 1)]
    return resistances(experiment, before, bulk, params)


def resistances(
    experiment: Experiment, values: np.ndarray, bulk: float, params: CcdParams
) -> dict[str, Measurand]:
    """Return R·A of the cell, and of one interface: the electrolyte subtracted, over their number.

    values: (m,), R·A of each half cycle, Ω·cm² (Ω without an area). bulk: that of the electrolyte, Ω·cm².
    """
    if not np.isfinite(values).any():
        return {}
    name, cell = cell_resistance(values, experiment.per_area)
    area = (cell.value or 0.0) * params.area_uncertainty / 100 if experiment.per_area else 0.0
    found = {name: _with_area(cell, cell.uncertainty or 0.0, area)}
    count = experiment.meta("cell.n_interfaces")
    if not count or not np.isfinite(bulk) or cell.value is None:
        return found
    error = cell.uncertainty / count if cell.uncertainty else None
    note = f"({cell.value:.4g} - {bulk:.4g}) Ω·cm² over {several(count, 'interface')}"
    interface = Measurand("ohm*cm^2", (cell.value - bulk) / count, error, note=note)
    return {**found, "asr_interface": _with_area(interface, error or 0.0, area / count)}


def _with_area(one: Measurand, scatter: float, area: float) -> Measurand:
    """Add the uncertainty of the area, Ω·cm², to that of the scatter."""
    if not area:
        return one
    parts = (Component("scatter of the half cycles", scatter), Component("area", area, "B", "area"))
    kept = tuple(part for part in parts if part.uncertainty)
    return replace(one, uncertainty=float(np.hypot(scatter, area)), components=kept)
