"""The figure of a series: the trace; one pulse magnified; what the pulses reach, or capacity against rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from uncertainties import ufloat

from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE, MARK, GREY = "#1f5fa8", "#b5341f", "#888888"
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
    figure.suptitle(f"{outcome.label}  ·  {_headline(outcome)}", fontsize=10, parse_math=False)


def _headline(outcome: Outcome) -> str:
    for name in ("stripping_capacity", "stripping_charge"):
        found = outcome.measurands.get(name)
        if found is not None and found.value is not None:
            text = f"{ufloat(found.value, found.uncertainty):.2u}".replace("+/-", " ± ")
            return f"{text} {printed(found.unit)}"
        if found is not None and found.interval is not None:
            return f"> {found.interval.low:.5g} {printed(found.unit)}"
    return f"{len(outcome.tables['blocks']['rest'])} blocks"


def _trace(upper: Any, lower: Any, outcome: Outcome, shown: dict[str, Any]) -> None:  # noqa: ANN401
    seconds, name = _clock(shown["t"])
    t = np.repeat(shown["t"] / seconds, 2)
    upper.plot(t, _both(shown, "U"), color=LINE, linewidth=0.7)
    upper.axhline(shown["cut_off"][0], color=MARK, linewidth=0.8, linestyle="--", label="cut-off")
    upper.axvline(shown["end"][0] / seconds, color=MARK, linewidth=0.8, linestyle=":", label="counted to here")
    upper.set_ylim(min(0, float(np.nanmin(shown["U_low"]))), 1.15 * shown["cut_off"][0])
    upper.set_ylabel("U / V")
    upper.legend(frameon=False, fontsize=8, loc="center left")
    lower.plot(t, _both(shown, "j"), color=GREY, linewidth=0.7)
    unit = outcome.diagnostics["j_low"].unit
    lower.set(xlabel=f"t / {name}", ylabel=f"{'j' if 'cm' in unit else 'I'} / {printed(unit)}")
    for axis in (upper, lower):
        tidy(axis)


def _both(shown: dict[str, Any], name: str) -> Any:  # noqa: ANN401
    """Interleave the smallest and the largest value of each piece of a trace."""
    return np.column_stack([shown[f"{name}_low"], shown[f"{name}_high"]]).ravel()


def _pulse(axis: Any, shown: dict[str, Any]) -> None:  # noqa: ANN401
    axis.plot(shown["pulse_t"], 1000 * shown["pulse_U"], ".-", color=LINE, linewidth=1, markersize=3)
    axis.set(xlabel="t since the begin of the pulse / s", ylabel="U / mV")
    axis.set_title(f"pulse {int(shown['pulse_number'][0])}", fontsize=9)
    tidy(axis)


def _approach(axis: Any, outcome: Outcome, shown: dict[str, Any]) -> None:  # noqa: ANN401
    axis.semilogy(shown["charge"], np.maximum(shown["U_end"], 1e-6), ".-", color=LINE, linewidth=1, markersize=3)
    axis.axhline(shown["cut_off"][0], color=MARK, linewidth=0.8, linestyle="--")
    unit = printed(outcome.diagnostics["charge"].unit)
    axis.set(xlabel=f"stripped / {unit}", ylabel="U at the end of the pulse / V")
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
    if len(points["rest"]) <= TICKS:
        axis.set_xticks(sorted(set(np.round(points["rest"], 6))))
    axis.set_ylim(bottom=0)
    axis.set(xlabel="rest / s", ylabel=f"{'capacity' if 'cm' in unit else 'charge'} / {printed(unit)}")
    axis.legend(frameon=False, fontsize=8, loc="lower right")
    tidy(axis)


def _trace_alone(outcome: Outcome, figure: Figure, shown: dict[str, Any]) -> None:
    axis = figure.subplots()
    seconds, name = _clock(shown["t"])
    axis.plot(np.repeat(shown["t"] / seconds, 2), _both(shown, "U"), color=LINE, linewidth=0.7)
    axis.set(xlabel=f"t / {name}", ylabel="U / V")
    tidy(axis)
    reasons = "\n".join(f"{flag.code}: {flag.message}" for flag in outcome.flags if flag.severity != "info")
    figure.suptitle(f"{outcome.label}  ·  {outcome.status}\n{reasons}", fontsize=9, wrap=True, parse_math=False)


def _clock(t: Any) -> tuple[float, str]:  # noqa: ANN401
    span = float(t[-1] - t[0])
    return (3600.0, "h") if span > 7200 else (60.0, "min") if span > 600 else (1.0, "s")


def printed(unit: str) -> str:
    """Write a unit as the field prints it."""
    return unit.replace("^2", "²").replace("*", "·")


def tidy(axis: Any) -> None:  # noqa: ANN401
    """Take away what the eye does not need."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(alpha=0.25, linewidth=0.5)
