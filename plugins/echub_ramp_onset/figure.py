"""The figure of an onset: trace, ohmic line and onset; below, the deviation and what is resolvable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.drawing import (
    BLACK,
    BLUE,
    GREY,
    LIGHT_BLUE,
    RED,
    current_label,
    reasons,
    refused,
    tidy,
    title,
    unit_text,
)
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TRACE, _SMOOTH, _FIT, _ONSET, _GREY = LIGHT_BLUE, BLUE, BLACK, RED, GREY


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one shows its trace and the reason."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    unit = outcome.diagnostics["x"].unit
    if "U_fit" not in shown:
        traces = {"U / V": shown["U"], current_label(unit): shown["x"]}
        refused(figure, shown["t"], traces, outcome.label, "refused", below=reasons(outcome.refusals))
        return
    hours = shown["t"] / 3600
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    _voltage(upper, shown, hours)
    _deviation(lower, shown, hours)
    onset = next(m for name, m in outcome.measurands.items() if name.startswith("onset_current"))
    text = f"onset {onset.value:.4g}" + (f" ± {onset.uncertainty:.1g}" if onset.uncertainty else "")
    upper.annotate(
        f"{text} {unit_text(onset.unit)}",
        (shown["onset"][0] / 3600, np.interp(shown["onset"][0], shown["t"], shown["U_smooth"]) * 1000),
        xytext=(-12, 18),
        textcoords="offset points",
        ha="right",
        color=_ONSET,
        arrowprops={"arrowstyle": "-", "color": _ONSET, "linewidth": 0.8},
    )
    _current_axis(upper, shown, hours, unit)
    title(figure, outcome.label, str(outcome.conditions["method"].value))


def _voltage(axis: Any, shown: dict[str, Any], hours: Any) -> None:  # noqa: ANN401
    axis.plot(hours, 1000 * shown["U"], color=_TRACE, linewidth=0.8, label="measured")
    axis.plot(hours, 1000 * shown["U_smooth"], color=_SMOOTH, linewidth=1.2, label="averaged")
    axis.plot(hours, 1000 * shown["U_fit"], color=_FIT, linewidth=1, linestyle="--", label="ohmic line")
    axis.axvspan(*(shown["fit"] / 3600), color=_GREY, alpha=0.12, linewidth=0, label="fit")
    axis.axvline(shown["onset"][0] / 3600, color=_ONSET, linewidth=1)
    if "t1" in shown:
        axis.axvline(shown["t1"][0] / 3600, color=_GREY, linewidth=1, linestyle=":", label="t$_1$")
    at_onset = 1000 * float(np.interp(shown["onset"][0], shown["t"], shown["U_fit"]))
    if at_onset:  # of a voltage below one digit it is 0
        axis.set_ylim(-0.05 * at_onset, 2.2 * at_onset)
    axis.set_ylabel("U / mV")
    axis.legend(frameon=False, fontsize=8, loc="upper left")
    tidy(axis)


def _deviation(axis: Any, shown: dict[str, Any], hours: Any) -> None:  # noqa: ANN401
    threshold = float(shown["threshold"][0])
    axis.plot(hours, shown["deviation"], color=_SMOOTH, linewidth=1)
    axis.axhline(threshold, color=_ONSET, linewidth=0.8, linestyle="--")
    axis.axvline(shown["onset"][0] / 3600, color=_ONSET, linewidth=1)
    if "resolvable" in shown:
        limit = shown["resolvable"]
        axis.fill_between(hours, -limit, limit, color=_GREY, alpha=0.25, linewidth=0, label="not resolvable")
        axis.legend(frameon=False, fontsize=8, loc="upper left")
    axis.axhline(0, color=_FIT, linewidth=0.6)
    axis.set_ylim(-1.2 * threshold, 3 * threshold)
    axis.set(xlabel="t / h", ylabel="deviation / %")
    tidy(axis)


def _current_axis(axis: Any, shown: dict[str, Any], hours: Any, unit: str) -> None:  # noqa: ANN401
    """Show the current above; it is proportional to the time since the start of the ramp."""
    slope, offset = np.polyfit(hours, shown["x"], 1)
    top = axis.secondary_xaxis("top", functions=(lambda h: offset + slope * h, lambda x: (x - offset) / slope))
    top.set_xlabel(current_label(unit))
