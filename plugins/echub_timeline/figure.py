"""The figure: a panel for each unit, all on one axis of time, gaps between runs left out of the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import PALETTE, axis_label, tidy, time_unit, title
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SYMBOLS = {"ohm*cm^2": "$R·A$", "ohm": "$R$", "V": "$|U|$", "mA/cm^2": "$|j|$", "mA": "$|I|$"}


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure."""
    shown = outcome.diagnostics
    units = [name.removeprefix("value_") for name in shown if name.startswith("value_")]
    if not units:
        title(figure, outcome.label, "refused")
        return
    axes = figure.subplots(len(units), 1, sharex=True, squeeze=False)[:, 0]
    seconds = shown["time"].array()
    length, unit_of_time = time_unit(seconds)
    names = np.array([f"{a}: {c}" for a, c in zip(shown["analysis"].values, shown["column"].values, strict=True)])
    analyses = list(dict.fromkeys(shown["analysis"].values))
    for axis, unit in zip(axes, units, strict=True):
        values = shown[f"value_{unit}"].array()
        for number, name in enumerate(dict.fromkeys(names[np.isfinite(values)].tolist())):
            rows = (names == name) & np.isfinite(values)
            colour = PALETTE[(number if unit == "ohm" else analyses.index(name.split(":")[0])) % len(PALETTE)]
            axis.plot(seconds[rows] / length, values[rows], ".", color=colour, markersize=3, label=name)
        axis.set_ylabel(axis_label(SYMBOLS.get(unit, ""), unit))
        axis.set_ylim(bottom=0)
        axis.legend(frameon=False, fontsize=6.5, loc="best")
    axes[-1].set_xlabel(axis_label("t since the first start", unit_of_time))
    tidy(*axes)
    title(figure, outcome.label)
