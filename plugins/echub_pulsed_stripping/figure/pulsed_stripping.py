"""The figure of a series: the trace; one pulse magnified; what the pulses reach, or capacity against rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.drawing import (
    BLUE,
    GREY,
    RED,
    axis_label,
    current_label,
    envelope_line,
    reasons,
    tidy,
    time_unit,
    title,
    unit_text,
    value_text,
)
from echub.plugin import Outcome
from echub.text import several

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE, MARK = BLUE, RED
TICKS = 8
"""So few rests stand as numbers on the axis."""


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused or unresolved one shows its trace alone."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    if "pulse_t" not in shown:
        _trace_alone(outcome, figure, shown)
        return
    halves: Any = figure.subfigures(2, 1, height_ratios=(1.2, 1))
    upper, lower = halves
    above, below = upper.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    _trace(above, below, outcome, shown)
    left, right = lower.subplots(1, 2)
    _pulse(left, shown)
    blocks = outcome.tables["blocks"]
    if len(blocks["rest"]) > 1:
        capacity_against_rest(right, _points(blocks), blocks["capacity"].unit)
    else:
        _approach(right, outcome, shown)
    title(figure, outcome.label, _headline(outcome))


def _headline(outcome: Outcome) -> str:
    for name in ("stripping_capacity", "stripping_charge"):
        found = outcome.measurands.get(name)
        if found is not None and found.value is not None:
            return f"{value_text(found.value, found.uncertainty)} {unit_text(found.unit)}"
        if found is not None and found.interval is not None:
            return f"> {found.interval.low:.5g} {unit_text(found.unit)}"
    return several(len(outcome.tables["blocks"]["rest"]), "block")


def _trace(upper: Any, lower: Any, outcome: Outcome, shown: dict[str, Any]) -> None:  # noqa: ANN401
    seconds, name = time_unit(shown["t"])
    t = shown["t"] / seconds
    upper.plot(*envelope_line(t, shown["U_low"], shown["U_high"]), color=LINE, linewidth=0.7)
    upper.axhline(shown["cut_off"][0], color=MARK, linewidth=0.8, linestyle="--", label="cut-off")
    upper.axvline(shown["end"][0] / seconds, color=MARK, linewidth=0.8, linestyle=":", label="counted to here")
    upper.set_ylim(min(0, float(np.nanmin(shown["U_low"]))), 1.15 * shown["cut_off"][0])
    upper.set_ylabel("U / V")
    upper.legend(frameon=False, fontsize=8, loc="center left")
    lower.plot(*envelope_line(t, shown["j_low"], shown["j_high"]), color=GREY, linewidth=0.7)
    lower.set(xlabel=axis_label("t", name), ylabel=current_label(outcome.diagnostics["j_low"].unit))
    tidy(upper, lower)


def _pulse(axis: Any, shown: dict[str, Any]) -> None:  # noqa: ANN401
    axis.plot(shown["pulse_t"], 1000 * shown["pulse_U"], ".-", color=LINE, linewidth=1, markersize=3)
    axis.set(xlabel="t since the start of the pulse / s", ylabel="U / mV")
    axis.set_title(f"pulse {int(shown['pulse_number'][0])}", fontsize=9)
    tidy(axis)


def _approach(axis: Any, outcome: Outcome, shown: dict[str, Any]) -> None:  # noqa: ANN401
    axis.semilogy(shown["charge"], np.maximum(shown["U_end"], 1e-6), ".-", color=LINE, linewidth=1, markersize=3)
    axis.axhline(shown["cut_off"][0], color=MARK, linewidth=0.8, linestyle="--")
    unit = outcome.diagnostics["charge"].unit
    axis.set(xlabel=axis_label("stripped", unit), ylabel="U at the end of the pulse / V")
    tidy(axis)


def _points(blocks: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the points of capacity against rest, those without a value as lower bounds."""
    value, bound = blocks["capacity"].array(), blocks["more_than"].array()
    fresh = np.array([before in ("start", "plated") for before in blocks["before"].values])
    return {
        "rest": blocks["rest"].array(),
        "value": np.where(np.isnan(value), bound, value),
        "u": np.where(np.isnan(value), np.nan, blocks["uncertainty"].array()),
        "bound": np.isnan(value),
        "used": fresh,
    }


def capacity_against_rest(axis: Any, points: dict[str, Any], unit: str) -> None:  # noqa: ANN401
    """Draw capacities over a logarithmic axis of rests; lower bounds as arrows, what is left out hollow."""
    for bound, marker, word in ((False, "o", "reached the cut-off"), (True, "^", "more than")):
        for used, face in ((True, LINE), (False, "white")):
            some = (points["bound"] == bound) & (points["used"] == used)
            if some.any():
                label = word if used else f"{word}, left out"
                bars = np.where(points["bound"][some], 0.0, 1.96 * points["u"][some])
                axis.errorbar(
                    points["rest"][some], points["value"][some], yerr=bars, fmt=marker, color=LINE,
                    markerfacecolor=face, markersize=5, capsize=2, linewidth=1, label=label,
                )  # fmt: skip
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_formatter("")
    known = points["rest"][np.isfinite(points["rest"])]  # a block of one pulse has no rest
    if len(known) <= TICKS:
        axis.set_xticks(np.unique(np.round(known, 6)))
    axis.set_ylim(bottom=0)
    axis.set(xlabel="rest / s", ylabel=axis_label("capacity" if "cm" in unit else "charge", unit))
    axis.legend(frameon=False, fontsize=8, loc="lower right")
    tidy(axis)


def _trace_alone(outcome: Outcome, figure: Figure, shown: dict[str, Any]) -> None:
    axis = figure.subplots()
    seconds, name = time_unit(shown["t"])
    axis.plot(*envelope_line(shown["t"] / seconds, shown["U_low"], shown["U_high"]), color=LINE, linewidth=0.7)
    axis.set(xlabel=axis_label("t", name), ylabel="U / V")
    tidy(axis)
    why = [flag for flag in outcome.flags if flag.severity != "info"]
    title(figure, outcome.label, outcome.status, below=reasons(why))
