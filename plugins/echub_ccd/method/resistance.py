"""R·A of the cell, of one interface, and of the electrolyte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from echub.plugin import Component, Measurand
from echub.science import RANGE_ACCURACY, median_error
from echub.text import several
from echub_ccd import CcdParams
from echub_ccd.data.experiment import Experiment
from echub_ccd.method.verdict import CcdVerdict

DIGIT_U, DIGIT_J = "digit of the voltage", "digit of the current"


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

    values: (m,), R·A of the first half cycles, Ω·cm² (Ω without an area). bulk: that of the electrolyte, Ω·cm².
    """
    if not np.isfinite(values).any():
        return {}
    name, cell = cell_resistance(values, experiment.per_area)
    value = cell.value or 0.0
    of_u, of_j = digits(experiment, values)
    common = {
        RANGE_ACCURACY: value * current_accuracy(experiment, len(values)),
        DIGIT_U: value * of_u,
        DIGIT_J: value * of_j,
        "area": value * params.area_uncertainty / 100 if experiment.per_area else 0.0,
    }
    found = {name: _with_common(cell, common, 1)}
    count = experiment.meta("cell.n_interfaces")
    if not count or not np.isfinite(bulk) or cell.value is None:
        return found
    error = cell.uncertainty / count if cell.uncertainty else None
    note = f"({cell.value:.4g} - {bulk:.4g}) Ω·cm² over {several(count, 'interface')}"
    interface = Measurand("ohm*cm^2", (cell.value - bulk) / count, error, note=note)
    return {**found, "asr_interface": _with_common(interface, common, count)}


def current_accuracy(experiment: Experiment, count: int) -> float:
    """Return the relative standard uncertainty of the current in the first `count` half cycles, by their ranges.

    U/j errs as j does, and in all half cycles of a range alike: no median makes it smaller. It is that of the
    middle half cycle, uniform within ± the accuracy of its range; 0 where no range is known.
    """
    limit, level = experiment.table.limit[:count], experiment.table.level[:count]
    known = np.isfinite(limit) & (level > 0)
    return float(np.median(limit[known] / level[known]) / np.sqrt(3)) if known.any() else 0.0


def digits(experiment: Experiment, values: np.ndarray) -> tuple[float, float]:
    """Return the relative standard uncertainties of R by the digits of U and of j, those of the middle half cycle.

    A median is one of the readings, and each is uniform within ± half a digit of the truth. values: (m,), of the
    first half cycles.
    """
    table = experiment.table
    k = int(np.nanargmin(np.abs(values - np.nanmedian(values))))
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [table.digit_u[k] / np.abs(table.u_median[k]), table.digit_j[k] / np.abs(table.j[k])]
    of_u, of_j = (float(part) / 2 / float(np.sqrt(3)) if np.isfinite(part) else 0.0 for part in parts)
    return of_u, of_j


def _with_common(one: Measurand, common: Mapping[str, float], count: int) -> Measurand:
    """Add what all half cycles share, Ω·cm² of the cell, to their scatter; over `count` interfaces."""
    if not any(common.values()):
        return one
    scatter = one.uncertainty or 0.0
    parts = (
        Component("scatter of the half cycles", scatter),
        *(Component(name, common[name] / count, "B") for name in (RANGE_ACCURACY, DIGIT_U, DIGIT_J)),
        Component("area", common["area"] / count, "B", "area"),
    )
    kept = tuple(part for part in parts if part.uncertainty)
    return replace(one, uncertainty=float(np.hypot.reduce([part.uncertainty for part in kept])), components=kept)
