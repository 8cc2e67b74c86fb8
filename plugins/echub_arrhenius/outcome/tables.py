"""The tables of an Arrhenius fit, its conditions, and what the plot needs."""

from __future__ import annotations

import numpy as np
from uncertainties import ufloat

from echub.plugin import Condition, Series
from echub.science import BOLTZMANN_EV, ZERO_CELSIUS
from echub_arrhenius import ArrheniusParams
from echub_arrhenius.data import Chosen
from echub_arrhenius.method import KJ_PER_MOL, ArrheniusLine, Fitted, fit, log_values
from echub_arrhenius.method_budget import Budget

PRINTED = {"ln_y": "ln_1_over_y", "ln_yT": "ln_T_over_y"}
"""What the forms are called if y is a resistance: its inverse is fitted."""


def named(form: str, chosen: Chosen) -> str:
    """Return the form as it stands in the names of the results."""
    return PRINTED[form] if chosen.inverse else form


def leave_one_out(fitted: Fitted, form: str, name: str) -> dict[str, Series]:
    """Fit without each temperature in turn."""
    log_y = log_values(fitted, form)
    rounded = np.round(fitted.kelvin, 6)  # one temperature, whatever the rounding of 273.15
    temperatures = np.unique(rounded)
    energies = []
    for left in temperatures:
        kept = rounded != left
        weights = None if fitted.weights is None else fitted.weights[kept]
        energies.append(fit(fitted.kelvin[kept], log_y[kept], weights).energy)
    return {
        "without": Series.of(temperatures - ZERO_CELSIUS, "degC"),
        f"activation_energy_{name}": Series.of(energies, "eV"),
    }


def forms(
    lines: dict[str, ArrheniusLine], budgets: dict[str, Budget], chosen: Chosen, params: ArrheniusParams
) -> dict[str, Series]:
    """Tabulate both forms: which one was fitted is part of the number."""
    energies = [ufloat(line.energy, budgets[form].total) for form, line in lines.items()]
    molar = [energy * KJ_PER_MOL for energy in energies]
    halves = [parts.half_width(params.level / 100) for parts in budgets.values()]
    return {
        "form": Series.of([named(form, chosen) for form in lines]),
        "E_A": Series.of([e.nominal_value for e in energies], "eV"),
        "u": Series.of([e.std_dev for e in energies], "eV"),
        "half_width": Series.of(halves, "eV"),
        "E_A_molar": Series.of([m.nominal_value for m in molar], "kJ/mol"),
        "u_molar": Series.of([m.std_dev for m in molar], "kJ/mol"),
        "R2": Series.of([line.r_squared for line in lines.values()]),
        "correlation": Series.of([line.correlation for line in lines.values()]),
    }


def quality(
    line: ArrheniusLine, parts: Budget, lack: tuple[float, int, int, float] | None, count: int
) -> dict[str, Series]:
    """Tabulate how well the line fits; the test for lack of fit if temperatures have several cells."""
    rows = {"points": count, "degrees_of_freedom": line.dof, "scatter_ln_y": line.scatter}
    if lack:
        rows |= {"lack_of_fit_F": lack[0], "lack_of_fit_p": lack[3]}
    if parts.birge:
        rows |= {"birge_ratio": parts.birge.ratio, "birge_p": parts.birge.chance}
    if parts.cells:
        rows |= {"cells": parts.cells.count, "equal_cells_p": parts.cells.chance}
    rows |= {f"u_{part.name.replace(' ', '_')}_eV": part.error for part in parts.parts}
    rows |= {"u_temperature_eV": parts.temperature}
    return {"quantity": Series.of(list(rows)), "value": Series.of([float(v) for v in rows.values()])}


def conditions(chosen: Chosen, params: ArrheniusParams, group: str, form: str) -> dict[str, Condition]:
    """Return the conditions that the values share, and those of the fit."""
    shared = dict(chosen.points[0].outcome.conditions)
    return shared | {
        "form": Condition(named(form, chosen)),
        "replicates": Condition(params.replicates),
        "group": Condition(group),
        "measurand": Condition(chosen.name),
    }


def diagnostics(
    fitted: Fitted, line: ArrheniusLine, form: str, chosen: Chosen, params: ArrheniusParams
) -> dict[str, Series]:
    """Return what the Arrhenius plot needs: the points, every cell, the line and its band in y (or yT)."""
    factor = fitted.kelvin if form == "ln_yT" else np.ones(len(fitted.y))
    x = 1 / fitted.kelvin
    weights = fitted.weights if fitted.weights is not None else np.ones(len(x))
    mean = float(np.average(x, weights=weights))
    spread = float((weights / weights.mean() * (x - mean) ** 2).sum())
    margin = 0.04 * np.ptp(x)  # of the picture
    grid = np.linspace(x.min() - margin, x.max() + margin, 80)
    center = line.intercept - line.energy * grid / BOLTZMANN_EV
    half = line.band(grid, mean, spread, len(x), params.level / 100)
    cells = [p for points in fitted.points for p in points]
    # A value that stands alone has the bar that it states.
    alone = (fitted.lower == 0) & (fitted.upper == 0)
    own = np.where(alone, fitted.y * (0 if fitted.stated is None else fitted.stated), 0)
    lower, upper = fitted.lower + own, fitted.upper + own
    unit = chosen.fitted_unit(form)
    return {
        "T": Series.of(fitted.kelvin, "K"),
        "y": Series.of(fitted.y * factor, unit),
        "lower": Series.of(lower * factor, unit),
        "upper": Series.of(upper * factor, unit),
        "cell_T": Series.of([p.kelvin for p in cells], "K"),
        "cell_y": Series.of([p.y * (p.kelvin if form == "ln_yT" else 1) for p in cells], unit),
        "line_T": Series.of(1 / grid, "K"),
        "line": Series.of(np.exp(center), unit),
        "band_low": Series.of(np.exp(center - half), unit),
        "band_high": Series.of(np.exp(center + half), unit),
        "name": Series.of([f"1 / {chosen.name}" if chosen.inverse else chosen.name]),
    }
