"""The figure: U and j against time with the failure marked; below, R of each half cycle; the staircase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.drawing import BLUE, GREY, OCHRE, RED, axis_label, current_label, tidy, time_unit, title, unit_text
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_U, _J, _FAILED, _OX, _RED = BLUE, GREY, RED, BLUE, OCHRE


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one shows its trace and the reason."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    unit = outcome.diagnostics["j"].unit
    length, name = time_unit(shown["t"])
    upper, middle, lower = figure.subplots(3, 1, sharex=True, height_ratios=(2.4, 1.5, 1))
    _trace(upper, shown, length, unit)
    _resistance(middle, shown, length, outcome.diagnostics["R_end"].unit)
    _staircase(lower, shown, length, unit, outcome)
    lower.set_xlabel(axis_label("t", name))
    tidy(upper, middle, lower)
    for axis in (upper, middle, lower):
        for place in shown["failed_at"]:
            axis.axvline(place / length, color=_FAILED, linewidth=1)
    title(figure, outcome.label, *_main(outcome), below=[f"refused: {flag.message}" for flag in outcome.refusals])


def _main(outcome: Outcome) -> list[str]:
    main = next((m for name, m in outcome.measurands.items() if name.startswith("critical_current")), None)
    if main is None or main.interval is None:
        return []
    low, high = main.interval.low, main.interval.high
    text = f"[{low:.4g}, {high:.4g})" if low is not None and high is not None else ""
    text = text or (f"> {low:.4g}" if low is not None else f"< {high:.4g}")
    return [f"{text} {unit_text(main.unit)}", main.note]


def _trace(axis: Any, shown: dict[str, Any], length: float, unit: str) -> None:  # noqa: ANN401
    other = axis.twinx()
    other.plot(shown["t"] / length, shown["j"], color=_J, linewidth=0.7)
    other.set_ylabel(current_label(unit), color=_J)
    other.spines[["top"]].set_visible(False)
    axis.set_zorder(other.get_zorder() + 1)
    axis.patch.set_visible(False)
    axis.plot(shown["t"] / length, 1000 * shown["U"], color=_U, linewidth=1)
    axis.set_ylabel("U / mV", color=_U)
    ohmic = shown["R_start"] * shown["level"]
    top = 4 * np.nanmax(np.append(ohmic[shown["R_end"] < 20 * _median(shown["R_end"])], 0.0))
    if top and np.nanmax(np.abs(shown["U"])) > 5e-3 * top:  # an open circuit would hide all the rest
        axis.set_ylim(-top / 2, top / 2)


def _resistance(axis: Any, shown: dict[str, Any], length: float, unit: str) -> None:  # noqa: ANN401
    for sign, colour, name in ((1, _OX, "working electrode oxidised"), (-1, _RED, "working electrode reduced")):
        chosen = shown["sign"] == sign
        begin, end = shown["begin"][chosen] / length, shown["end"][chosen] / length
        start, stop = shown["R_start"][chosen], shown["R_end"][chosen]
        axis.plot([begin, end], [start, stop], color=colour, linewidth=1.2)
        axis.plot(end, stop, "o", color=colour, markersize=3.5, label=name)
    ends = np.append(shown["R_start"], shown["R_end"])
    largest = np.max(ends[np.isfinite(ends)], initial=0.0)
    axis.set_ylim(0, np.fmin(3 * _median(shown["R_end"]), 1.15 * largest) or 1.0)
    axis.set_ylabel(axis_label("R·A" if "cm" in unit else "R", unit))
    axis.legend(frameon=False, fontsize=8, loc="lower left", ncols=2)


def _median(values: NDArray[np.float64]) -> float:
    """Return the median of what is known; NaN if nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan


def _staircase(axis: Any, shown: dict[str, Any], length: float, unit: str, outcome: Outcome) -> None:  # noqa: ANN401
    failed = {int(k) for k in shown["failed"]}
    levels = zip(shown["begin"] / length, shown["end"] / length, shown["level"], strict=True)
    for number, (begin, end, level) in enumerate(levels):
        axis.hlines(level, begin, end, color=_FAILED if number in failed else GREY, linewidth=2.5)
    for name in ("last_survived", "first_failed"):
        if name in outcome.measurands:
            axis.axhline(outcome[name].value, color=_FAILED, linewidth=0.6, linestyle=":")
    axis.set_ylim(0, None)
    axis.set_ylabel(axis_label("level", unit))
