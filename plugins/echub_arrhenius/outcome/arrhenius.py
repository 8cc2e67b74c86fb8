"""Activation energy of one group, with replicates, interval, leave-one-out and both forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from echub.drawing import unit_text
from echub.plugin import (
    Component,
    Interval,
    Measurand,
    Outcome,
    Refusal,
    Sensitivity,
)
from echub.science import BOLTZMANN_EV, ZERO_CELSIUS
from echub.text import several
from echub_arrhenius import ArrheniusParams
from echub_arrhenius.data import CellValue, Chosen, by_temperature, choose, member_of
from echub_arrhenius.method import ArrheniusLine, Fitted, eq12, fit, lack_of_fit, log_values
from echub_arrhenius.method_budget import Budget, beyond_stated, budget, cell_lines
from echub_arrhenius.outcome.flags import budget_flags, freedom_text, own, point_flags, repeated, set_flags
from echub_arrhenius.outcome.tables import conditions, diagnostics, forms, leave_one_out, named, quality

if TYPE_CHECKING:
    from echub.plugin import InputSet

Floats = NDArray[np.float64]
FORMS = ("ln_y", "ln_yT")
SPOKEN = {"ln_y": "ln({})", "ln_yT": "ln({} T)", "ln_1_over_y": "ln(1/{})", "ln_T_over_y": "ln(T/{})"}
"""What is fitted, by the names of the results."""
TOO_FEW = 3
"""Temperatures below which a fit is refused: through two there is always a line."""
CELLS_OF_EQ12 = 3
"""Equation 12 of arXiv:2603.23340 is of the best of three cells."""
SAME_WEIGHTS = 1e-9
"""Weights that differ by less are equal but for rounding."""


def run(data: InputSet[Outcome], params: ArrheniusParams) -> Outcome:
    """Fit ln y (or ln yT) against 1/T."""
    group = params.group or _only_group(data, params)
    chosen = choose(data, params, group)
    temperatures = by_temperature(chosen.points, params.temperature_step)
    if len(temperatures) < TOO_FEW:
        raise Refusal(
            "too-few-temperatures",
            f"{several(len(temperatures), 'temperature')}: a line through them says nothing of its uncertainty; "
            f"at least {TOO_FEW} are needed",
            tables={"values": chosen.table()},
        )
    fitted = _fitted(temperatures, params)
    groups = _correlated(fitted)
    lines = {form: _fit(fitted, form, groups) for form in FORMS}
    budgets = {form: _budget(fitted, form, lines[form], chosen, params) for form in FORMS}
    wanted = FORMS if params.form == "both" else (params.form,)
    first = wanted[0]
    cells = [np.log([p.y for p in points]) for points in temperatures]
    kelvin = np.array([np.mean([p.kelvin for p in points]) for points in temperatures])
    lack = lack_of_fit(cells, kelvin)
    measurands: dict[str, Measurand] = {}
    for form in wanted:
        measurands |= _measurands(form, lines[form], budgets[form], fitted, chosen, params)
    return Outcome(
        measurands,
        (
            *chosen.flags,
            *set_flags(temperatures, lines[first], lack, params),
            *budget_flags(budgets[first], lack, chosen.points),
            *point_flags(fitted, lines[first], named(first, chosen)),
        ),
        {
            "values": chosen.table(),
            "forms": forms(lines, budgets, chosen, params),
            "leave_one_out": leave_one_out(fitted, first, named(first, chosen)),
            "fit": quality(lines[first], budgets[first], lack, len(fitted.y)),
        },
        (
            *_sensitivity(chosen, temperatures, params, first, lines[first]),
            *_unweighted(chosen, fitted, first, lines),
        ),
        diagnostics(fitted, lines[first], first, chosen, params),
        conditions(chosen, params, group, first),
        label=group,
    )


def _only_group(data: InputSet[Outcome], params: ArrheniusParams) -> str:
    groups = sorted({member_of(outcome, params.group_by) for outcome in data})
    if len(groups) > 1:
        named = ", ".join(name or "(not stated)" for name in groups)
        raise Refusal(
            "several-groups",
            f"the outcomes belong to {len(groups)} groups by {params.group_by}: {named}",
            hint=f"--param group='{groups[-1]}'",
        )
    return groups[0]


# -- replicates ------------------------------------------------------------------------------


def _fitted(temperatures: Sequence[Sequence[CellValue]], params: ArrheniusParams) -> Fitted:
    single = params.replicates == "all"
    points = [(point,) for gathered in temperatures for point in gathered] if single else temperatures
    bars = np.zeros((len(points), 2)) if single else np.array([_bars(gathered, params) for gathered in points])
    y = np.array(
        [_statistic("max" if single else params.replicates, [p.y for p in gathered]) for gathered in points]
    )
    kelvin = np.array([np.mean([p.kelvin for p in gathered]) for gathered in points])
    stated = _stated(points, params)
    weights = _weights(kelvin, y, stated, bars, points, params)
    return Fitted(kelvin, y, bars[:, 0], bars[:, 1], weights, stated, tuple(map(tuple, points)))


def _statistic(rule: str, values: Sequence[float]) -> float:
    return float({"max": np.max, "mean": np.mean, "median": np.median}[rule](values))  # type: ignore[operator]


def _bars(points: Sequence[CellValue], params: ArrheniusParams) -> tuple[float, float]:
    """Return the error bars of one temperature; eq. 12 is for the best of three cells."""
    values = [p.y for p in points]
    if params.replicates != "max":
        error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
        return error, error
    if params.error_bars == "none" or len(values) == 1:
        return 0.0, 0.0
    if params.error_bars == "eq12" and len(values) != CELLS_OF_EQ12:
        at = f"{points[0].kelvin - ZERO_CELSIUS:g} °C"
        raise Refusal(
            "replicate-count",
            f"{several(len(values), 'cell')} at {at}: eq. 12 is for the best of three",
            hint="--param error_bars=generalised, or --param replicates=mean",
        )
    return eq12(values)


def _stated(temperatures: Sequence[Sequence[CellValue]], params: ArrheniusParams) -> Floats | None:
    """Return the relative uncertainty at each temperature, as stated; None if one states none."""
    relative = []
    for points in temperatures:
        if not all(point.relative > 0 for point in points):
            return None
        if params.replicates == "mean":
            y = np.array([p.y for p in points])
            relative.append(float(np.sqrt(((y * [p.relative for p in points]) ** 2).sum()) / y.sum()))
        else:
            relative.append(
                own(points, _statistic("max" if len(points) == 1 else params.replicates, [p.y for p in points]))
            )
    return np.array(relative)


def _weights(
    kelvin: Floats,
    y: Floats,
    stated: Floats | None,
    bars: Floats,
    points: Sequence[Sequence[CellValue]],
    params: ArrheniusParams,
) -> Floats | None:
    """Return the weights (n,).

    Those of `auto` are equal if a value states nothing, or the scatter of few replicates, or is the best of
    several cells: what that one states is not how the best scatter.
    """
    if params.weights == "auto":
        chosen = params.replicates in ("max", "median") and any(len(gathered) > 1 for gathered in points)
        if stated is None or chosen or any(point.is_of_few for gathered in points for point in gathered):
            return None
        return np.asarray(1 / (stated**2 + beyond_stated(kelvin, np.log(y), stated) ** 2))
    if params.weights == "none":
        return None
    own_values = np.array([own(p, v) for p, v in zip(points, y, strict=True)])
    relative = own_values if params.weights == "own" else bars.mean(axis=1) / y
    if (relative <= 0).any():
        raise Refusal("no-weights", "some temperatures have no error bar to weigh by", hint="--param weights=none")
    return np.asarray(1 / relative**2)


def _correlated(fitted: Fitted) -> dict[str, Floats]:
    """Gather the relative uncertainty of each point by correlated group."""
    groups: dict[str, Floats] = {}
    for index, (points, y) in enumerate(zip(fitted.points, fitted.y, strict=True)):
        nearest = min(points, key=lambda p: abs(p.y - y))
        for component in nearest.measurand.components:
            if component.group:
                groups.setdefault(component.group, np.zeros(len(fitted.y)))[index] = (
                    component.uncertainty / nearest.value
                )
    return groups


# -- fits ------------------------------------------------------------------------------------


def _fit(fitted: Fitted, form: str, groups: dict[str, Floats]) -> ArrheniusLine:
    return fit(fitted.kelvin, log_values(fitted, form), fitted.weights, groups)


def _budget(fitted: Fitted, form: str, line: ArrheniusLine, chosen: Chosen, params: ArrheniusParams) -> Budget:
    thermometer = (params.temperature_offset, params.temperature_scale / 100)
    lines = cell_lines([_cell_arrays(points, form) for points in repeated(chosen.points)])
    return budget(line, fitted.kelvin, log_values(fitted, form), fitted.weights, fitted.stated, lines, thermometer)


def _cell_arrays(points: Sequence[CellValue], form: str) -> tuple[Floats, Floats]:
    kelvin = np.array([p.kelvin for p in points])
    y = np.array([p.y for p in points])
    return kelvin, np.log(y * kelvin if form == "ln_yT" else y)


def _measurands(
    form: str, line: ArrheniusLine, parts: Budget, fitted: Fitted, chosen: Chosen, params: ArrheniusParams
) -> dict[str, Measurand]:
    level = params.level / 100
    half = parts.half_width(level)
    name = named(form, chosen)
    what = f"{SPOKEN[name].format(chosen.name)} against 1/T, {params.replicates} of the cells"
    widest = max(parts.parts, key=lambda part: part.half_width(level))
    components = (
        Component(widest.name, parts.statistical),
        Component("correlated", parts.systematic, "B"),
        Component("temperature", parts.temperature, "B"),
    )
    method = f"t, {freedom_text(widest.freedom)}"
    energy = Measurand(
        "eV",
        line.energy,
        parts.total,
        Interval(line.energy - half, line.energy + half, level=level, method=method),
        n=len(fitted.y),
        quantity="activation_energy",
        components=tuple(part for part in components if part.uncertainty),
        note=what,
    )
    # The line turns about its middle: what moves the slope moves the intercept by that times the mean of 1/kT.
    lever = float(np.mean(1 / (BOLTZMANN_EV * fitted.kelvin)))
    tilt = lever * float(np.sqrt(max(parts.total**2 - line.se_energy**2, 0.0)))
    intercept = float(np.sqrt(line.se_intercept**2 + line.shared**2 + tilt**2))
    prefactor = f"ln(A / ({unit_text(chosen.fitted_unit(form))}))"
    return {
        f"activation_energy_{name}": energy,
        f"ln_prefactor_{name}": Measurand("1", line.intercept, intercept, n=len(fitted.y), note=prefactor),
    }


def _sensitivity(
    chosen: Chosen,
    temperatures: Sequence[Sequence[CellValue]],
    params: ArrheniusParams,
    form: str,
    line: ArrheniusLine,
) -> tuple[Sensitivity, ...]:
    """Say what the other rules for replicates make of the energy."""
    from dataclasses import replace

    rows = []
    for rule in ("max", "mean", "median", "all"):
        if rule != params.replicates and any(len(points) > 1 for points in temperatures):
            other = _fitted(temperatures, replace(params, replicates=rule, weights="none", error_bars="none"))
            energy = _fit(other, form, {}).energy
            name = f"activation_energy_{named(form, chosen)}"
            rows.append(Sensitivity("replicates", rule, name, energy, energy - line.energy))
    return tuple(rows)


def _unweighted(
    chosen: Chosen, fitted: Fitted, form: str, lines: dict[str, ArrheniusLine]
) -> tuple[Sensitivity, ...]:
    """Say what equal weights make of the energy, if those of the fit differ."""
    if fitted.weights is None or np.ptp(fitted.weights) <= SAME_WEIGHTS * fitted.weights.max():
        return ()
    energy = fit(fitted.kelvin, log_values(fitted, form)).energy
    name = f"activation_energy_{named(form, chosen)}"
    return (Sensitivity("weights", "none", name, energy, energy - lines[form].energy),)
