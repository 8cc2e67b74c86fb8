"""The figure: the voltage, the line through it, and the drift in the title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echub.drawing import LIGHT_BLUE, RED, axis_label, tidy, time_unit, title, unit_text, value_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from echub.plugin import Outcome


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure, from what it was given as `diagnostics`."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    length, unit = time_unit(shown["t"])
    axis = figure.subplots()
    axis.plot(shown["t"] / length, shown["U"], color=LIGHT_BLUE, linewidth=0.8)
    axis.plot(shown["t"] / length, shown["line"], color=RED, linewidth=1.2)
    axis.set(xlabel=axis_label("t", unit), ylabel=axis_label("U, less its mean", "mV"))
    tidy(axis)
    drift = outcome["drift"]
    title(figure, outcome.label, f"{value_text(drift.value, drift.uncertainty)} {unit_text(drift.unit)}")
