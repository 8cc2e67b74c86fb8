"""The Arrhenius plot: 1000/T below, °C above, bars by eq. 12 or as stated, line and band."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import BLUE, LIGHT_BLUE, RED, axis_label, tidy, title, value_text
from echub.plugin import Measurand, Outcome
from echub.science import ZERO_CELSIUS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINT, _LINE, _CELL = BLUE, RED, LIGHT_BLUE


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure."""
    shown = outcome.diagnostics
    at = {name: shown[name].array() for name in shown if name != "name"}
    axis = figure.subplots()
    form = str(outcome.conditions["form"].value)
    energy = outcome[f"activation_energy_{form}"]
    axis.fill_between(
        1000 / at["line_T"],
        at["band_low"],
        at["band_high"],
        color=_LINE,
        alpha=0.12,
        linewidth=0,
        label=f"{_level(energy)} % of the line",
    )
    axis.plot(1000 / at["line_T"], at["line"], color=_LINE, linewidth=1.2)
    several = len(at["cell_T"]) > len(at["T"])
    if several:
        axis.plot(1000 / at["cell_T"], at["cell_y"], ".", color=_CELL, markersize=6, label="cells")
    label = f"{outcome.conditions['replicates'].value} of the cells" if several else "values"
    axis.errorbar(
        1000 / at["T"], at["y"], yerr=(at["lower"], at["upper"]), fmt="o", color=_POINT, markersize=6,
        capsize=3, linewidth=1, label=label,
    )  # fmt: skip
    axis.set_yscale("log")
    name = str(shown["name"].values[0]).replace("_", " ")
    axis.set(
        xlabel="1000 K / T",
        ylabel=axis_label(f"{name}{' · T' if form in ('ln_yT', 'ln_T_over_y') else ''}", shown["y"].unit),
    )
    top = axis.secondary_xaxis("top", functions=(_celsius, _inverse))
    top.set_xlabel("T / °C")
    top.set_xticks(np.round(np.unique(np.round(at["T"] - ZERO_CELSIUS, 0))))
    rises = (energy.value or 0) < 0
    side, place = ("left", 0.03) if rises else ("right", 0.97)
    axis.annotate(_result(energy, form), (place, 0.95), xycoords="axes fraction", ha=side, va="top", color=_LINE)
    axis.legend(frameon=False, fontsize=8, loc="lower right" if rises else "lower left")
    tidy(axis, right=True, which="both")
    title(figure, outcome.label or "Arrhenius")


def _result(energy: Measurand, form: str) -> str:
    """Write the energy with its interval, to the digits of its uncertainty."""
    text = f"$E_A$ = {value_text(energy.value, energy.uncertainty)} eV"
    if energy.interval is not None:
        digits = max(2, 1 - math.floor(math.log10(energy.uncertainty or 1)))
        low, high = (f"{end:.{digits}f}" for end in (energy.interval.low, energy.interval.high))
        text += f"\n{energy.interval.coverage}: {low} … {high} eV\n{form.replace('_', ' ')} against 1/T"
    return text


def _level(energy: Measurand) -> str:
    """Return the coverage of the intervals, %."""
    return f"{100 * energy.interval.level:g}" if energy.interval and energy.interval.level else ""


def _celsius(inverse):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return 1000 / np.maximum(inverse, 1e-6) - ZERO_CELSIUS


def _inverse(celsius):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return 1000 / np.maximum(celsius + ZERO_CELSIUS, 1e-6)
