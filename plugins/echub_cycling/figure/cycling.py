"""The figure of `cycling`: capacity and efficiency against cycle, voltage against charge, dQ/dV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.drawing import (
    BLUE,
    GREY,
    OCHRE,
    RED,
    axis_label,
    envelope_line,
    reasons,
    refused,
    shades,
    tidy,
    title,
)
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SPREAD = 3.0
"""Half height of the axis of efficiencies, in units of their central half: single outliers do not set the
scale."""


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one shows its trace and the reason."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    if "q" not in shown:
        refused_trace(outcome, figure, shown)
        return
    grid = figure.add_gridspec(2, 2)
    _capacities(figure.add_subplot(grid[0, :]), outcome)
    numbers = np.unique(shown["cycle"])
    colours = dict(zip(numbers.tolist(), shades(len(numbers)), strict=True))
    _curves(figure.add_subplot(grid[1, 0]), shown, colours, outcome.diagnostics["q"].unit)
    _density(figure.add_subplot(grid[1, 1]), shown, colours, outcome.diagnostics["d_q"].unit)
    title(figure, outcome.label, _main(outcome))


def refused_trace(outcome: Outcome, figure: Figure, shown: dict[str, Any]) -> None:
    """Draw the trace of a refused outcome: U and I against time."""
    if "t" not in shown:
        title(figure, outcome.label, "refused", below=reasons(outcome.refusals))
        return
    x, u = envelope_line(shown["t"], shown["U_low"], shown["U_high"])
    _, i = envelope_line(shown["t"], shown["I_low"], shown["I_high"])
    label = axis_label("I", outcome.diagnostics["I_low"].unit)
    refused(figure, x, {"U / V": u, label: i}, outcome.label, "refused", below=reasons(outcome.refusals))


def _main(outcome: Outcome) -> str:
    kept = outcome.measurands.get("retention")
    return f"retention {kept.value:.4g} %, {kept.note}" if kept and kept.value is not None else ""


def _capacities(axis: Any, outcome: Outcome) -> None:  # noqa: ANN401
    table = outcome.tables["cycles"]
    whole = np.array(table["complete"].values, dtype=bool)
    number, per_mass = table["cycle"].array(), "_per_mass" if "discharge_per_mass" in table else ""
    small = 3 if len(number) < 300 else 1.2
    for half, colour, fill in (("charge", BLUE, "none"), ("discharge", BLUE, BLUE)):
        values = table[f"{half}{per_mass}"].array()
        axis.plot(
            number[whole], values[whole], "o", color=colour, markerfacecolor=fill, markersize=small, label=half
        )
        axis.plot(number[~whole], values[~whole], "x", color=GREY, markersize=small)
    axis.set(xlabel="cycle", ylabel=axis_label("Q", table[f"discharge{per_mass}"].unit))
    largest = max(float(np.nanmax(table[f"{half}{per_mass}"].array()[whole])) for half in ("charge", "discharge"))
    axis.set_ylim(0, 1.1 * largest)
    axis.xaxis.get_major_locator().set_params(integer=True)
    reference = outcome.conditions["reference_cycle"].value
    axis.axvline(reference, color=GREY, linewidth=0.8, linestyle=":", label=f"reference: cycle {reference}")
    other = axis.twinx()
    values = table["efficiency"].array()
    other.plot(number[whole], values[whole], "s", color=RED, markersize=small, label="efficiency")
    other.set_ylim(*_limits(values[whole]))
    other.set_ylabel("CE / %", color=RED)
    handles = [*axis.get_legend_handles_labels()[0], *other.get_legend_handles_labels()[0]]
    axis.legend(handles=handles, frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 0.98), ncols=4)
    tidy(axis, right=False)
    other.spines["top"].set_visible(False)


def _limits(values: Any) -> tuple[float, float]:  # noqa: ANN401
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    half = max(SPREAD * (high - low), 0.5)
    return float(middle - half), float(middle + half)


def _curves(axis: Any, shown: dict[str, Any], colours: dict[float, Any], unit: str) -> None:  # noqa: ANN401
    for number, colour in colours.items():
        chosen = shown["cycle"] == number
        axis.plot(shown["q"][chosen], shown["U"][chosen], color=colour, linewidth=1, label=f"{number:.0f}")
    axis.set(xlabel=axis_label("Q", unit), ylabel="U / V")
    axis.legend(frameon=False, fontsize=7, title="cycle", title_fontsize=7)
    tidy(axis)


def _density(axis: Any, shown: dict[str, Any], colours: dict[float, Any], unit: str) -> None:  # noqa: ANN401
    for number, colour in colours.items():
        chosen = shown["d_cycle"] == number
        axis.plot(shown["d_U"][chosen], shown["d_q"][chosen], color=colour, linewidth=1)
    axis.axhline(0, color=OCHRE, linewidth=0.5)
    step = 1000 * float(shown["step"][0])
    axis.set(xlabel="U / V", ylabel=axis_label("dQ/dU", unit))
    axis.text(0.02, 0.97, f"steps of {step:g} mV", transform=axis.transAxes, fontsize=7, va="top")
    tidy(axis)
