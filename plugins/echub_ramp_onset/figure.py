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
    axis_label,
    current_label,
    reasons,
    refused,
    tidy,
    time_unit,
    title,
    unit_text,
    value_text,
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
    length, name = time_unit(shown["t"])
    when: dict[str, Any] = {key: shown[key] / length for key in ("t", "onset", "fit", "t1") if key in shown}
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    _voltage(upper, shown, when)
    _deviation(lower, shown, when)
    lower.set_xlabel(axis_label("t", name))
    onset = next(m for name, m in outcome.measurands.items() if name.startswith("onset_current"))
    upper.annotate(
        f"onset {value_text(onset.value, onset.uncertainty)} {unit_text(onset.unit)}",
        (when["onset"][0], np.interp(shown["onset"][0], shown["t"], shown["U_smooth"]) * 1000),
        xytext=(-12, 18),
        textcoords="offset points",
        ha="right",
        color=_ONSET,
        arrowprops={"arrowstyle": "-", "color": _ONSET, "linewidth": 0.8},
    )
    _current_axis(upper, shown, when["t"], unit)
    title(figure, outcome.label, str(outcome.conditions["method"].value))


def _voltage(axis: Any, shown: dict[str, Any], when: dict[str, Any]) -> None:  # noqa: ANN401
    """Draw the voltage and its ohmic line; `when`: the points in time of `shown`, in the unit of the axis."""
    axis.plot(when["t"], 1000 * shown["U"], color=_TRACE, linewidth=0.8, label="measured")
    axis.plot(when["t"], 1000 * shown["U_smooth"], color=_SMOOTH, linewidth=1.2, label="averaged")
    axis.plot(when["t"], 1000 * shown["U_fit"], color=_FIT, linewidth=1, linestyle="--", label="ohmic line")
    axis.axvspan(*when["fit"], color=_GREY, alpha=0.12, linewidth=0, label="fit")
    axis.axvline(when["onset"][0], color=_ONSET, linewidth=1)
    if "t1" in shown:
        axis.axvline(when["t1"][0], color=_GREY, linewidth=1, linestyle=":", label="t$_1$")
    at_onset = 1000 * float(np.interp(shown["onset"][0], shown["t"], shown["U_fit"]))
    if at_onset:  # of a voltage below one digit it is 0
        axis.set_ylim(-0.05 * at_onset, 2.2 * at_onset)
    axis.set_ylabel("U / mV")
    axis.legend(frameon=False, fontsize=8, loc="upper left")
    tidy(axis)


def _deviation(axis: Any, shown: dict[str, Any], when: dict[str, Any]) -> None:  # noqa: ANN401
    threshold = float(shown["threshold"][0])
    axis.plot(when["t"], shown["deviation"], color=_SMOOTH, linewidth=1)
    axis.axhline(threshold, color=_ONSET, linewidth=0.8, linestyle="--")
    axis.axvline(when["onset"][0], color=_ONSET, linewidth=1)
    if "resolvable" in shown:
        limit = shown["resolvable"]
        axis.fill_between(when["t"], -limit, limit, color=_GREY, alpha=0.25, linewidth=0, label="not resolvable")
        axis.legend(frameon=False, fontsize=8, loc="upper left")
    axis.axhline(0, color=_FIT, linewidth=0.6)
    axis.set_ylim(-1.2 * threshold, 3 * threshold)
    axis.set_ylabel("deviation / %")
    tidy(axis)


def _current_axis(axis: Any, shown: dict[str, Any], time: Any, unit: str) -> None:  # noqa: ANN401
    """Show the current above; it is proportional to the time since the start of the ramp."""
    slope, offset = np.polyfit(time, shown["x"], 1)
    top = axis.secondary_xaxis("top", functions=(lambda t: offset + slope * t, lambda x: (x - offset) / slope))
    top.set_xlabel(current_label(unit))
