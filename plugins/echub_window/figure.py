"""The figure of a window: current density against potential, whole, and around the threshold with baseline and
limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.drawing import BLACK, GREY, RED, axis_label, reasons, shades, tidy, title, unit_text
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ZOOM = 5.0
"""Height of the lower panel, in thresholds."""


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one shows its sweeps and the reason."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    if "E" not in shown:
        title(figure, outcome.label, "refused", below=reasons(outcome.refusals))
        return
    upper, lower = figure.subplots(2, 1, sharex=True)
    numbers = np.unique(shown["scan"][np.isfinite(shown["scan"])])
    for number, colour in zip(numbers, shades(len(numbers)), strict=True):
        chosen = (shown["scan"] == number) | ~np.isfinite(shown["scan"])
        for axis in (upper, lower):
            axis.plot(
                shown["E"][chosen], shown["j"][chosen], color=colour, linewidth=0.9, label=f"scan {number:.0f}"
            )
    label = axis_label("j", "uA/cm^2")
    upper.set_ylabel(label)
    lower.set(xlabel="E / V", ylabel=label)
    upper.legend(frameon=False, fontsize=8)
    tidy(upper, lower)
    if "threshold" not in shown:
        title(figure, outcome.label, "refused", below=reasons(outcome.refusals))
        return
    _zoom(lower, shown, outcome)
    title(figure, outcome.label, f"{shown['threshold'][0]:g} {unit_text('uA/cm^2')} beyond the baseline")


def _zoom(axis: Any, shown: dict[str, Any], outcome: Outcome) -> None:  # noqa: ANN401
    threshold = float(shown["threshold"][0])
    axis.plot(shown["E"], shown["base"], color=BLACK, linewidth=0.7, linestyle="--")
    for sign in (1, -1):
        axis.plot(shown["E"], shown["base"] + sign * threshold, color=GREY, linewidth=0.5, linestyle=":")
    middle = float(np.nanmedian(shown["base"]))
    axis.set_ylim(middle - ZOOM * threshold, middle + ZOOM * threshold)
    for name in ("anodic_limit", "cathodic_limit"):
        limit = outcome.measurands.get(name)
        if limit is not None and limit.value is not None:
            axis.axvline(limit.value, color=RED, linewidth=1)
