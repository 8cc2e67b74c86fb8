"""The figure of a distribution: each cell's interval, and the fraction of cells that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import BLUE, GREY, RED, axis_label, tidy, title, unit_text
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the intervals, sorted, at their rank, and the fitted distribution."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    unit = outcome.diagnostics["level"].unit
    axis = figure.subplots()
    count = len(shown["low"])
    rank = (np.argsort(np.argsort(shown["low"], kind="stable")) + 0.5) / count
    high = np.where(np.isnan(shown["high"]), shown["level"][-1], shown["high"])
    axis.hlines(rank, shown["low"], high, color=GREY, linewidth=2, label="cells: [survived, failed)")
    axis.plot(shown["level"], shown["fraction"], color=BLUE, label="Weibull")
    axis.axvline(shown["median"][0], color=RED, linewidth=1)
    low, high_end = shown["ends"]
    axis.axvspan(
        0 if np.isnan(low) else low,
        shown["level"][-1] if np.isnan(high_end) else high_end,
        color=RED,
        alpha=0.12,
        linewidth=0,
        label=f"median, {100 * (outcome['median'].interval.level or 0):g} %"
        if outcome["median"].interval
        else None,
    )
    axis.set(xlabel=axis_label("level", unit), ylabel="fraction of cells failed", ylim=(0, 1))
    axis.legend(frameon=False, fontsize=8, loc="upper left")
    title(figure, outcome.label, f"median {shown['median'][0]:.4g} {unit_text(unit)}")
    tidy(axis)
