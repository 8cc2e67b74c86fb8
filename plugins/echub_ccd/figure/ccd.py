"""The figure: U and j against time with the failure marked; below, R of each half cycle; the staircase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_U, _J, _FAILED, _GREY, _OX, _RED = "#1f5fa8", "#8a8a8a", "#b5341f", "#888888", "#1f5fa8", "#c98a1b"
_SPANS = ((2 * 86400, 86400.0, "d"), (2 * 3600, 3600.0, "h"), (300, 60.0, "min"), (0, 1.0, "s"))


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one shows its trace and the reason."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    unit = outcome.diagnostics["j"].unit
    length, name = next((s, n) for least, s, n in _SPANS if np.ptp(shown["t"]) >= least)
    upper, middle, lower = figure.subplots(3, 1, sharex=True, height_ratios=(2.4, 1.5, 1))
    _trace(upper, shown, length, unit)
    _resistance(middle, shown, length, outcome.diagnostics["R_end"].unit)
    _staircase(lower, shown, length, unit, outcome)
    lower.set_xlabel(f"t / {name}")
    for axis in (upper, middle, lower):
        tidy(axis)
        for place in shown["failed_at"]:
            axis.axvline(place / length, color=_FAILED, linewidth=1)
    figure.suptitle(_title(outcome), fontsize=9, wrap=True, parse_math=False)


def _title(outcome: Outcome) -> str:
    reasons = [f"refused: {flag.message}" for flag in outcome.refusals]
    main = next((m for name, m in outcome.measurands.items() if name.startswith("critical_current")), None)
    if main is None or main.interval is None:
        return "\n".join([outcome.label, *reasons])
    low, high = main.interval.low, main.interval.high
    text = f"[{low:.4g}, {high:.4g})" if low is not None and high is not None else ""
    text = text or (f"> {low:.4g}" if low is not None else f"< {high:.4g}")
    return f"{outcome.label}  ·  {text} {printed(main.unit)}  ·  {main.note}"


def _trace(axis: Any, shown: dict[str, Any], length: float, unit: str) -> None:  # noqa: ANN401
    other = axis.twinx()
    other.plot(shown["t"] / length, shown["j"], color=_J, linewidth=0.7)
    other.set_ylabel(f"{'j' if 'cm' in unit else 'I'} / {printed(unit)}", color=_J)
    other.spines[["top"]].set_visible(False)
    axis.set_zorder(other.get_zorder() + 1)
    axis.patch.set_visible(False)
    axis.plot(shown["t"] / length, 1000 * shown["U"], color=_U, linewidth=1)
    axis.set_ylabel("U / mV", color=_U)
    ohmic = shown["R_start"] * shown["level"]
    top = 4 * np.nanmax(np.append(ohmic[shown["R_end"] < 20 * np.nanmedian(shown["R_end"])], 0.0))
    if top and np.nanmax(np.abs(shown["U"])) > 5e-3 * top:  # an open circuit would hide all the rest
        axis.set_ylim(-top / 2, top / 2)


def _resistance(axis: Any, shown: dict[str, Any], length: float, unit: str) -> None:  # noqa: ANN401
    for sign, colour, name in ((1, _OX, "we oxidised"), (-1, _RED, "we reduced")):
        chosen = shown["sign"] == sign
        begin, end = shown["begin"][chosen] / length, shown["end"][chosen] / length
        start, stop = shown["R_start"][chosen], shown["R_end"][chosen]
        axis.plot([begin, end], [start, stop], color=colour, linewidth=1.2)
        axis.plot(end, stop, "o", color=colour, markersize=3.5, label=name)
    known = shown["R_end"][np.isfinite(shown["R_end"])]
    top = 3 * np.median(known) if len(known) else 1.0
    axis.set_ylim(0, max(min(top, 1.15 * np.nanmax(np.append(shown["R_start"], known))), 1e-12))
    axis.set_ylabel(f"R{'·A' if 'cm' in unit else ''} / {printed(unit)}")
    axis.legend(frameon=False, fontsize=8, loc="lower left", ncols=2)


def _staircase(axis: Any, shown: dict[str, Any], length: float, unit: str, outcome: Outcome) -> None:  # noqa: ANN401
    failed = {int(k) for k in shown["failed"]}
    levels = zip(shown["begin"] / length, shown["end"] / length, shown["level"], strict=True)
    for number, (begin, end, level) in enumerate(levels):
        axis.hlines(level, begin, end, color=_FAILED if number in failed else _GREY, linewidth=2.5)
    for name in ("last_survived", "first_failed"):
        if name in outcome.measurands:
            axis.axhline(outcome[name].value, color=_FAILED, linewidth=0.6, linestyle=":")
    axis.set_ylim(0, None)
    axis.set_ylabel(f"level / {printed(unit)}")


def printed(unit: str) -> str:
    """Write a unit as it is printed: Ω·cm²."""
    return unit.replace("^2", "²").replace("*", "·").replace("ohm", "Ω")


def tidy(axis: Any) -> None:  # noqa: ANN401
    """Take the frame off, put a faint grid in."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(alpha=0.25, linewidth=0.5)
