"""The recovery against the logarithm of the delay, with the fit, its times, and the residuals below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echub.drawing import BLUE, GREY, RED, tidy, title, unit_text, value_text
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure."""
    at = {name: series.array() for name, series in outcome.diagnostics.items()}
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot(at["line_delay"], at["line"], color=RED, linewidth=1.2)
    upper.plot(at["delay"], at["signal"], "o", color=BLUE, markersize=4)
    for time in at["time"]:
        upper.axvline(time, color=GREY, linewidth=0.8, linestyle=":")
    lower.axhline(0, color=RED, linewidth=0.8)
    lower.plot(at["delay"], at["residual"], "o", color=BLUE, markersize=3)
    upper.set_xscale("log")
    upper.set_ylabel("signal")
    lower.set(xlabel="delay / s", ylabel="residual")
    form = str(outcome.conditions["form"].value)
    upper.annotate("\n".join([form, *_results(outcome)]), (0.03, 0.95), xycoords="axes fraction", va="top")
    tidy(upper)
    tidy(lower)
    title(figure, outcome.label or "Relaxation")


def _results(outcome: Outcome) -> list[str]:
    shown = {"T1": "$T_1$", "T1_fast": "$T_1$ fast", "T1_slow": "$T_1$ slow", "beta": "β"}
    found = [(words, outcome.measurands[name]) for name, words in shown.items() if name in outcome.measurands]
    return [
        f"{words} = {value_text(m.value, m.uncertainty)}{f' {printed}' if (printed := unit_text(m.unit)) else ''}"
        for words, m in found
        if m.value is not None
    ]
