"""Activation energy of one group, with replicates, interval, leave-one-out and both forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from echub.plugin import (
    Component,
    Flag,
    Interval,
    Measurand,
    Outcome,
    Refusal,
    Sensitivity,
)
from echub_arrhenius import ArrheniusParams
from echub_arrhenius.data import KELVIN, CellValue, Chosen, by_temperature, choose
from echub_arrhenius.method import ArrheniusLine, Fitted, eq12, fit, lack_of_fit, log_values
from echub_arrhenius.outcome.tables import conditions, diagnostics, forms, leave_one_out, quality

if TYPE_CHECKING:
    from echub.plugin import InputSet

Floats = NDArray[np.float64]
FORMS = ("ln_y", "ln_yT")
FEW, TOO_FEW = 4, 3
"""Temperatures below which a fit is flagged, and refused: three leave one degree of freedom (t = 12.7)."""
CELLS_OF_EQ12 = 3
"""Equation 12 of arXiv:2603.23340 is of the best of three cells."""
UNCERTAIN, UNCERTAIN_SCATTER = 0.2, 3.0
"""A point is uncertain from 20 % on, or from three times the scatter about the line. By eye."""
LEAST = 0.02
"""A line without scatter does not make a point of 2 % uncertain. By eye."""


def run(data: InputSet[Outcome], params: ArrheniusParams) -> Outcome:
    """Fit ln y (or ln yT) against 1/T."""
    group = params.group or _only_group(data, params)
    chosen = choose(data, params, group)
    temperatures = by_temperature(chosen.points, params.temperature_step)
    if len(temperatures) < TOO_FEW:
        raise Refusal(
            "too-few-temperatures",
            f"{len(temperatures)} temperatures: a line through them says nothing of its uncertainty; "
            f"at least {TOO_FEW} are needed",
            tables={"values": chosen.table()},
        )
    fitted = _fitted(temperatures, params)
    groups = _correlated(fitted)
    lines = {form: _fit(fitted, form, groups) for form in FORMS}
    wanted = FORMS if params.form == "both" else (params.form,)
    loo = leave_one_out(fitted, wanted[0])
    cells = [np.log([p.y for p in points]) for points in temperatures]
    kelvin = np.array([np.mean([p.kelvin for p in points]) for points in temperatures])
    lack = lack_of_fit(cells, kelvin)
    measurands: dict[str, Measurand] = {}
    for form in wanted:
        measurands |= _measurands(form, lines[form], fitted, chosen, params)
    return Outcome(
        measurands,
        (
            *chosen.flags,
            *_flags(temperatures, lines[wanted[0]], lack, params),
            *_point_flags(fitted, lines[wanted[0]]),
        ),
        {
            "values": chosen.table(),
            "forms": forms(lines, params),
            "leave_one_out": loo,
            "fit": quality(lines[wanted[0]], lack, len(fitted.y)),
        },
        _sensitivity(chosen, temperatures, params, wanted[0], lines[wanted[0]]),
        diagnostics(fitted, lines[wanted[0]], wanted[0], chosen, params),
        conditions(chosen, params, group, wanted[0]),
        label=group,
    )


def _only_group(data: InputSet[Outcome], params: ArrheniusParams) -> str:
    groups = sorted({str(outcome.meta(params.group_by) or "") for outcome in data})
    if len(groups) > 1:
        named = ", ".join(name or "(not stated)" for name in groups)
        raise Refusal(
            "several-groups",
            f"the outcomes belong to {len(groups)} groups by {params.group_by}: {named}",
            hint=f"--param group='{groups[-1]}'",
        )
    return groups[0] if groups else ""


# -- replicates ------------------------------------------------------------------------------


def _fitted(temperatures: Sequence[Sequence[CellValue]], params: ArrheniusParams) -> Fitted:
    if params.replicates == "all":
        points = [(point,) for gathered in temperatures for point in gathered]
        y = np.array([p[0].y for p in points])
        zero = np.zeros(len(y))
        return Fitted(np.array([p[0].kelvin for p in points]), y, zero, zero, None, tuple(points))
    bars = np.array([_bars(points, params) for points in temperatures])
    y = np.array([_statistic(params.replicates, [p.y for p in points]) for points in temperatures])
    return Fitted(
        np.array([np.mean([p.kelvin for p in points]) for points in temperatures]),
        y,
        bars[:, 0],
        bars[:, 1],
        _weights(y, np.array([_own(p, v) for p, v in zip(temperatures, y, strict=True)]), bars, params),
        tuple(tuple(points) for points in temperatures),
    )


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
        raise Refusal(
            "replicate-count",
            f"{len(values)} cells at {points[0].kelvin - KELVIN:g} °C: eq. 12 is for the best of three",
            hint="--param error_bars=generalised, or --param replicates=mean",
        )
    return eq12(values)


def _own(points: Sequence[CellValue], y: float) -> float:
    """Return the relative uncertainty that the value nearest to y states, without what points share; 0 if none."""
    nearest = min(points, key=lambda p: abs(p.y - y))
    shared = sum(part.uncertainty**2 for part in nearest.measurand.components if part.group)
    return float(np.sqrt(max((nearest.measurand.uncertainty or 0.0) ** 2 - shared, 0.0))) / nearest.y


def _weights(y: Floats, own: Floats, bars: Floats, params: ArrheniusParams) -> Floats | None:
    if params.weights == "none":
        return None
    relative = own if params.weights == "own" else bars.mean(axis=1) / y
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
                    component.uncertainty / nearest.y
                )
    return groups


# -- fits ------------------------------------------------------------------------------------


def _fit(fitted: Fitted, form: str, groups: dict[str, Floats]) -> ArrheniusLine:
    return fit(fitted.kelvin, log_values(fitted, form), fitted.weights, groups)


def _measurands(
    form: str, line: ArrheniusLine, fitted: Fitted, chosen: Chosen, params: ArrheniusParams
) -> dict[str, Measurand]:
    level = params.level / 100
    half = line.half_width(level)
    what = f"{form.replace('y', chosen.name)} against 1/T, {params.replicates} of the cells"
    parts = (Component("scatter", line.se_energy), Component("correlated", line.systematic, "B"))
    energy = Measurand(
        "eV",
        line.energy,
        line.total,
        Interval(
            line.energy - half, line.energy + half, level=level, method=f"t, {line.dof:g} degrees of freedom"
        ),
        n=len(fitted.y),
        quantity="activation_energy",
        components=tuple(part for part in parts if part.uncertainty),
        note=what,
    )
    intercept = float(np.hypot(line.se_intercept, line.shared))
    unit = f"{chosen.unit} K" if form == "ln_yT" else chosen.unit
    return {
        f"activation_energy_{form}": energy,
        f"ln_prefactor_{form}": Measurand(
            "1", line.intercept, intercept, n=len(fitted.y), note=f"ln(A / ({unit}))"
        ),
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
            rows.append(Sensitivity("replicates", rule, f"activation_energy_{form}", energy, energy - line.energy))
    return tuple(rows)


def _point_flags(fitted: Fitted, line: ArrheniusLine) -> list[Flag]:
    """Report points that are less certain than they scatter, and an energy below zero."""
    made = []
    limit = min(UNCERTAIN, max(UNCERTAIN_SCATTER * line.scatter, LEAST))
    for points, y in zip(fitted.points, fitted.y, strict=True):
        if (own := _own(points, float(y))) > limit:
            nearest = min(points, key=lambda p: abs(p.y - float(y)))
            text = f"the value at {nearest.kelvin - KELVIN:g} °C is certain to {own:.0%} only"
            made.append(Flag("uncertain-point", text, where=nearest.outcome.label, hint="--param weights=own"))
    if line.energy < 0:
        text = f"the activation energy is negative, {line.energy:.3g} eV: the values fall with temperature"
        made.append(Flag("negative-activation-energy", text))
    return made


def _flags(
    temperatures: Sequence[Sequence[CellValue]],
    line: ArrheniusLine,
    lack: tuple[float, int, int, float] | None,
    params: ArrheniusParams,
) -> list[Flag]:
    flags = []
    if len(temperatures) < FEW:
        text = f"{len(temperatures)} temperatures leave {line.dof:g} degree of freedom: the interval is very wide"
        flags.append(Flag("few-temperatures", text))
    if params.replicates == "max" and any(len(points) > 1 for points in temperatures):
        text = (
            "the best of the cells is unbiased in E_A only while the relative loss does not depend on temperature"
        )
        flags.append(Flag("best-of-replicates", text, "info"))
    if lack and lack[3] < 0.05:  # the usual level: one good fit in twenty is flagged
        text = (
            f"the cells scatter less than the temperatures leave the line (F = {lack[0]:.2g}, p = {lack[3]:.2g})"
        )
        flags.append(Flag("lack-of-fit", text))
    if params.allow_mixed:
        flags.append(Flag("mixed", "values that are not comparable were allowed"))
    return flags
