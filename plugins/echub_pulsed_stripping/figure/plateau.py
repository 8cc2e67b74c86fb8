"""The figure of a plateau: capacity against the logarithm of the rest, plateau with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import RED, title, unit_text
from echub.plugin import Outcome
from echub_pulsed_stripping.figure.pulsed_stripping import capacity_against_rest

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    points = {**shown, "bound": shown["bound"] > 0, "used": shown["used"] > 0}
    axis = figure.subplots()
    unit = outcome.diagnostics["value"].unit
    capacity_against_rest(axis, points, unit)
    found = ""
    if len(shown["plateau"]):
        mean, low, high = shown["plateau"]
        rests = np.array([shown["plateau_rests"].min(), shown["plateau_rests"].max()])
        axis.fill_between(rests, low, high, color=RED, alpha=0.15, linewidth=0)
        axis.plot(rests, [mean, mean], color=RED, linewidth=1.2)
        found = f"plateau {mean:.4g} [{low:.4g}, {high:.4g}] {unit_text(unit)}"
    title(figure, outcome.label, found)
