"""The figure of a polarisation: current against time, twice, with its tail and what the offset may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import (
    BLACK,
    BLUE,
    GREY,
    RED,
    axis_label,
    prefixed,
    reasons,
    tidy,
    time_unit,
    title,
    unit_text,
    value_text,
)
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ZOOM = 5.0
"""The lower panel shows the last half up to this many times the noise above and below. By eye."""


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    below = reasons(outcome.refusals)
    if "t" not in shown:
        title(figure, outcome.label, "refused", below=below)
        return
    upper, lower = figure.subplots(2, 1, sharex=True)
    factor, unit = prefixed(float(np.nanmax(np.abs(shown["I"]))), "nA")
    length, name = time_unit(shown["t"])
    t, current = shown["t"] / length, factor * shown["I"]
    for axis in (upper, lower):
        axis.plot(t, current, ".", color=BLUE, markersize=2, label="measured")
        axis.plot(t, factor * shown["curve"], color=BLACK, linewidth=0.9, label="exponentials")
        axis.set_ylabel(axis_label("I", unit))
    if np.all(current > 0):
        upper.set_yscale("log")
    upper.legend(frameon=False, fontsize=8)
    low, mean, high = factor * shown["ends"]
    tail = shown["tail"] / length
    lower.plot(tail, [mean, mean], color=RED, linewidth=1.4)
    lower.fill_between(tail, low if np.isfinite(low) else mean, high, color=RED, alpha=0.2, linewidth=0)
    offset = factor * float(shown["offset"][0])
    lower.axhspan(-2 * offset, 2 * offset, color=GREY, alpha=0.25, linewidth=0)
    half = current[len(current) // 2 :]
    ends = [*np.percentile(half, [0.5, 99.5]), high, low if np.isfinite(low) else mean, 0.0]
    room = 0.1 * (max(ends) - min(ends)) or 1.0
    lower.set_ylim(min(ends) - room, max(ends) + room)
    lower.set_xlabel(axis_label("t", name))
    tidy(upper, lower)
    title(figure, outcome.label, _headline(outcome), below=below)


def _headline(outcome: Outcome) -> str:
    for name in ("transference_number", "electronic_conductivity", "steady_current"):
        m = outcome.measurands.get(name)
        if m is not None and m.value is not None:
            return f"{name.replace('_', ' ')} {value_text(m.value, m.uncertainty)} {unit_text(m.unit)}"
        if m is not None and m.interval is not None and m.interval.high is not None:
            return f"{name.replace('_', ' ')} < {m.interval.high:.3g} {unit_text(m.unit)}"
    return ""
