"""The figure of `staircase-linearity`: the trace; U against the level with the line and the interval of the
limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.drawing import BLACK, BLUE, OCHRE, RED, axis_label, current_label, envelope_line, tidy, time_unit, title
from echub.plugin import Outcome
from echub_cycling.figure.cycling import refused_trace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ABOVE = 4.0
"""Height of the lower panel in units of the line at the first level beyond."""
MARKS: dict[str, dict[str, Any]] = {
    "we_oxidised": {"color": BLUE, "markersize": 4},
    "we_reduced": {"color": OCHRE, "markersize": 8, "fillstyle": "none"},
}
"""Rings around dots: the levels of both directions lie on each other in a good cell."""


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one shows its trace and the reason."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    if "levels" not in outcome.tables:
        refused_trace(outcome, figure, shown)
        return
    upper, lower = figure.subplots(2, 1)
    length, name = time_unit(shown["t"])
    x, u = envelope_line(shown["t"] / length, 1000 * shown["U_low"], 1000 * shown["U_high"])
    upper.plot(x, u, color=BLUE, linewidth=0.8)
    upper.set(xlabel=axis_label("t", name), ylabel="U / mV")
    table = outcome.tables["levels"]
    directions = np.array(table["direction"].values)
    for way in MARKS:
        if (directions == way).any():
            _direction(lower, outcome, way, directions == way, float(shown["offset"][0]))
    lower.set(xlabel=current_label(table["level"].unit), ylabel="|U| / mV", xlim=(0, None))
    lower.legend(frameon=False, fontsize=8)
    tidy(upper, lower)
    title(figure, outcome.label, str(outcome.conditions["criterion"].value))


def _direction(axis: Any, outcome: Outcome, way: str, chosen: Any, offset: float) -> None:  # noqa: ANN401
    table = outcome.tables["levels"]
    level, u = table["level"].array()[chosen], 1000 * np.abs(table["U"].array()[chosen] - offset)
    axis.plot(level, u, "o", label=way.replace("we_", "working electrode "), **MARKS[way])
    line = outcome.measurands.get(f"asr_{way}") or outcome.measurands.get(f"resistance_{way}")
    if line is not None and line.value is not None:
        ends = np.array([0.0, level.max()])
        axis.plot(ends, line.value * ends, color=BLACK, linewidth=0.8, linestyle="--")
    limit = outcome.measurands.get(f"linear_limit_{way}")
    if limit is not None and limit.interval is not None and limit.interval.high is not None:
        axis.axvspan(limit.interval.low or 0.0, limit.interval.high, color=RED, alpha=0.15, linewidth=0)
        if line is not None and line.value:  # what is far beyond would hide where it starts
            axis.set_ylim(0, ABOVE * line.value * limit.interval.high)
