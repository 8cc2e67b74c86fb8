"""Activation energy of one group, with replicates, interval, leave-one-out and both forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from uncertainties import ufloat

from echub.plugin import (
    Component,
    Condition,
    Flag,
    InputSet,
    Interval,
    Measurand,
    Outcome,
    Refusal,
    Sensitivity,
    Series,
)
from echub_arrhenius import ArrheniusParams
from echub_arrhenius.data import KELVIN, Chosen, Point, by_temperature, choose
from echub_arrhenius.method import BOLTZMANN_EV, KJ_PER_MOL, Line, eq12, fit, lack_of_fit

Floats = NDArray[np.float64]
FORMS = ("ln_y", "ln_yT")
FEW, TOO_FEW = 4, 3
CELLS_OF_EQ12 = 3


@dataclass(frozen=True)
class Stood:
    """What is fitted: one value per temperature (or all), and the error bars drawn with it."""

    kelvin: Floats
    y: Floats
    lower: Floats
    upper: Floats
    weights: Floats | None
    points: tuple[tuple[Point, ...], ...]


def run(data: InputSet[Outcome], params: ArrheniusParams) -> Outcome:
    """Fit ln y (or ln yT) against 1/T."""
    group = params.group or _only_group(data, params)
    chosen = choose(data, params, group)
    temperatures = by_temperature(chosen.points, params.temperature_step)
    if len(temperatures) < TOO_FEW:
        raise Refusal(
            "too_few_temperatures",
            f"{len(temperatures)} temperatures: a line through them says nothing of its uncertainty; "
            f"at least {TOO_FEW} are needed",
            tables={"values": chosen.table()},
        )
    stood = _stand(temperatures, params)
    groups = _correlated(stood)
    lines = {form: _fit(stood, form, groups) for form in FORMS}
    wanted = FORMS if params.form == "both" else (params.form,)
    loo = _leave_one_out(stood, wanted[0])
    cells = [np.log([p.y for p in points]) for points in temperatures]
    kelvin = np.array([np.mean([p.kelvin for p in points]) for points in temperatures])
    lack = lack_of_fit(cells, kelvin)
    measurands: dict[str, Measurand] = {}
    for form in wanted:
        measurands |= _measurands(form, lines[form], stood, chosen, params)
    return Outcome(
        measurands,
        (*chosen.flags, *_flags(temperatures, lines[wanted[0]], lack, params)),
        {
            "values": chosen.table(),
            "forms": _forms(lines, params),
            "leave_one_out": loo,
            "fit": _quality(lines[wanted[0]], lack, len(stood.y)),
        },
        _sensitivity(chosen, temperatures, params, wanted[0], lines[wanted[0]]),
        _diagnostics(stood, lines[wanted[0]], wanted[0], chosen, params),
        _conditions(chosen, params, group, wanted[0]),
        label=group,
    )


def _only_group(data: InputSet[Outcome], params: ArrheniusParams) -> str:
    groups = sorted({str(outcome.meta(params.group_by) or "") for outcome in data})
    if len(groups) > 1:
        named = ", ".join(name or "(not stated)" for name in groups)
        raise Refusal(
            "several_groups",
            f"the outcomes belong to {len(groups)} groups by {params.group_by}: {named}",
            hint=f"--param group='{groups[-1]}'",
        )
    return groups[0] if groups else ""


# -- replicates ------------------------------------------------------------------------------


def _stand(temperatures: Sequence[Sequence[Point]], params: ArrheniusParams) -> Stood:
    if params.replicates == "all":
        points = [(point,) for gathered in temperatures for point in gathered]
        y = np.array([p[0].y for p in points])
        zero = np.zeros(len(y))
        return Stood(np.array([p[0].kelvin for p in points]), y, zero, zero, None, tuple(points))
    bars = np.array([_bars(points, params) for points in temperatures])
    y = np.array([_statistic(params.replicates, [p.y for p in points]) for points in temperatures])
    return Stood(
        np.array([np.mean([p.kelvin for p in points]) for points in temperatures]),
        y,
        bars[:, 0],
        bars[:, 1],
        _weights(y, bars, params),
        tuple(tuple(points) for points in temperatures),
    )


def _statistic(rule: str, values: Sequence[float]) -> float:
    return float({"max": np.max, "mean": np.mean, "median": np.median}[rule](values))  # type: ignore[operator]


def _bars(points: Sequence[Point], params: ArrheniusParams) -> tuple[float, float]:
    """Return the error bars of one temperature; eq. 12 is for the best of three cells."""
    values = [p.y for p in points]
    if params.replicates != "max":
        error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
        return error, error
    if params.error_bars == "none" or len(values) == 1:
        return 0.0, 0.0
    if params.error_bars == "eq12" and len(values) != CELLS_OF_EQ12:
        raise Refusal(
            "replicate_count",
            f"{len(values)} cells at {points[0].kelvin - KELVIN:g} °C: eq. 12 is for the best of three",
            hint="--param error_bars=generalised, or --param replicates=mean",
        )
    return eq12(values)


def _weights(y: Floats, bars: Floats, params: ArrheniusParams) -> Floats | None:
    if params.weights == "none":
        return None
    relative = bars.mean(axis=1) / y
    if (relative <= 0).any():
        raise Refusal("no_weights", "some temperatures have no error bar to weigh by", hint="--param weights=none")
    return np.asarray(1 / relative**2)


def _correlated(stood: Stood) -> dict[str, Floats]:
    """Gather the relative uncertainty of each point by correlated group."""
    groups: dict[str, Floats] = {}
    for index, (points, y) in enumerate(zip(stood.points, stood.y, strict=True)):
        nearest = min(points, key=lambda p: abs(p.y - y))
        for component in nearest.measurand.components:
            if component.group:
                groups.setdefault(component.group, np.zeros(len(stood.y)))[index] = (
                    component.uncertainty / nearest.y
                )
    return groups


# -- fits ------------------------------------------------------------------------------------


def _log(stood: Stood, form: str) -> Floats:
    return np.asarray(np.log(stood.y * stood.kelvin if form == "ln_yT" else stood.y))


def _fit(stood: Stood, form: str, groups: dict[str, Floats]) -> Line:
    return fit(stood.kelvin, _log(stood, form), stood.weights, groups)


def _measurands(
    form: str, line: Line, stood: Stood, chosen: Chosen, params: ArrheniusParams
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
        n=len(stood.y),
        quantity="activation_energy",
        components=tuple(part for part in parts if part.uncertainty),
        note=what,
    )
    intercept = float(np.hypot(line.se_intercept, line.shared))
    unit = f"{chosen.unit} K" if form == "ln_yT" else chosen.unit
    return {
        f"activation_energy_{form}": energy,
        f"ln_prefactor_{form}": Measurand(
            "1", line.intercept, intercept, n=len(stood.y), note=f"ln(A / ({unit}))"
        ),
    }


def _leave_one_out(stood: Stood, form: str) -> dict[str, Series]:
    """Fit without each temperature in turn."""
    log_y = _log(stood, form)
    rounded = np.round(stood.kelvin, 6)
    temperatures = np.unique(rounded)
    energies = []
    for left in temperatures:
        kept = rounded != left
        weights = None if stood.weights is None else stood.weights[kept]
        enough = len(np.unique(rounded[kept])) > 1
        energies.append(fit(stood.kelvin[kept], log_y[kept], weights).energy if enough else None)
    return {
        "without": Series.of(temperatures - KELVIN, "degC"),
        f"activation_energy_{form}": Series.of(energies, "eV"),
    }


def _forms(lines: dict[str, Line], params: ArrheniusParams) -> dict[str, Series]:
    """Tabulate both forms: which one was fitted is part of the number."""
    energies = [ufloat(line.energy, line.total) for line in lines.values()]
    molar = [energy * KJ_PER_MOL for energy in energies]
    halves = [line.half_width(params.level / 100) for line in lines.values()]
    return {
        "form": Series.of(list(lines)),
        "E_A": Series.of([e.nominal_value for e in energies], "eV"),
        "u": Series.of([e.std_dev for e in energies], "eV"),
        "half_width": Series.of(halves, "eV"),
        "E_A_molar": Series.of([m.nominal_value for m in molar], "kJ/mol"),
        "u_molar": Series.of([m.std_dev for m in molar], "kJ/mol"),
        "R2": Series.of([line.r_squared for line in lines.values()]),
        "correlation": Series.of([line.correlation for line in lines.values()]),
    }


def _quality(line: Line, lack: tuple[float, int, int, float] | None, count: int) -> dict[str, Series]:
    named = {"points": count, "degrees_of_freedom": line.dof, "scatter_ln_y": line.scatter}
    if lack:
        named |= {"lack_of_fit_F": lack[0], "lack_of_fit_p": lack[3]}
    return {"quantity": Series.of(list(named)), "value": Series.of([float(v) for v in named.values()])}


def _sensitivity(
    chosen: Chosen, temperatures: Sequence[Sequence[Point]], params: ArrheniusParams, form: str, line: Line
) -> tuple[Sensitivity, ...]:
    """Say what the other rules for replicates make of the energy."""
    from dataclasses import replace

    rows = []
    for rule in ("max", "mean", "median", "all"):
        if rule != params.replicates and any(len(points) > 1 for points in temperatures):
            other = _stand(temperatures, replace(params, replicates=rule, weights="none", error_bars="none"))
            energy = _fit(other, form, {}).energy
            rows.append(Sensitivity("replicates", rule, f"activation_energy_{form}", energy, energy - line.energy))
    return tuple(rows)


def _flags(
    temperatures: Sequence[Sequence[Point]],
    line: Line,
    lack: tuple[float, int, int, float] | None,
    params: ArrheniusParams,
) -> list[Flag]:
    flags = []
    if len(temperatures) < FEW:
        text = f"{len(temperatures)} temperatures leave {line.dof:g} degree of freedom: the interval is very wide"
        flags.append(Flag("few_temperatures", text))
    if params.replicates == "max" and any(len(points) > 1 for points in temperatures):
        text = (
            "the best of the cells is unbiased in E_A only while the relative loss does not depend on temperature"
        )
        flags.append(Flag("best_of_replicates", text, "info"))
    if lack and lack[3] < 0.05:
        text = (
            f"the cells scatter less than the temperatures leave the line (F = {lack[0]:.2g}, p = {lack[3]:.2g})"
        )
        flags.append(Flag("lack_of_fit", text))
    if params.allow_mixed:
        flags.append(Flag("mixed", "values that are not comparable were allowed"))
    return flags


def _conditions(chosen: Chosen, params: ArrheniusParams, group: str, form: str) -> dict[str, Condition]:
    shared = dict(chosen.points[0].outcome.conditions)
    return shared | {
        "form": Condition(form),
        "replicates": Condition(params.replicates),
        "group": Condition(group),
        "measurand": Condition(chosen.name),
    }


def _diagnostics(
    stood: Stood, line: Line, form: str, chosen: Chosen, params: ArrheniusParams
) -> dict[str, Series]:
    """Return what the Arrhenius plot needs: the points, every cell, the line and its band in y (or yT)."""
    factor = stood.kelvin if form == "ln_yT" else np.ones(len(stood.y))
    x = 1 / stood.kelvin
    weights = stood.weights if stood.weights is not None else np.ones(len(x))
    mean = float(np.average(x, weights=weights))
    spread = float((weights / weights.mean() * (x - mean) ** 2).sum())
    margin = 0.04 * np.ptp(x)
    grid = np.linspace(x.min() - margin, x.max() + margin, 80)
    center = line.intercept - line.energy * grid / BOLTZMANN_EV
    half = line.band(grid, mean, spread, len(x), params.level / 100)
    cells = [p for points in stood.points for p in points]
    unit = f"{chosen.unit} K" if form == "ln_yT" else chosen.unit
    return {
        "T": Series.of(stood.kelvin, "K"),
        "y": Series.of(stood.y * factor, unit),
        "lower": Series.of(stood.lower * factor, unit),
        "upper": Series.of(stood.upper * factor, unit),
        "cell_T": Series.of([p.kelvin for p in cells], "K"),
        "cell_y": Series.of([p.y * (p.kelvin if form == "ln_yT" else 1) for p in cells], unit),
        "line_T": Series.of(1 / grid, "K"),
        "line": Series.of(np.exp(center), unit),
        "band_low": Series.of(np.exp(center - half), unit),
        "band_high": Series.of(np.exp(center + half), unit),
        "name": Series.of([chosen.name]),
    }
