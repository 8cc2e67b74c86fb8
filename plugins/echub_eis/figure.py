"""Figures: Nyquist with equal axes, fit and parts; residuals against frequency with the noise band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.plugin import Measurand, Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINT, _FIT, _RED, _GREY = "#1f5fa8", "#222222", "#b5341f", "#888888"
_PARTS = ("#c98a1b", "#4b8b3b", "#8a4fa0", "#2a8c8c")
_PREFIXES = ((1e-3, "m"), (1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"))
_FLAT, _TALL = 0.2, 1.2
"""A flat spectrum keeps this height over its width, a tall one this width over its height."""


def draw_check(outcome: Outcome, figure: Figure) -> None:
    """Draw the points with their mask, and what Kramers-Kronig leaves."""
    _draw(outcome, figure, "residual_re", "residual_im", "Z − KK")


def draw_fit(outcome: Outcome, figure: Figure) -> None:
    """Draw points, fit and parts, and what the fit leaves."""
    _draw(outcome, figure, "fit", "fit", "Z − fit")


def _draw(outcome: Outcome, figure: Figure, first: str, second: str, what: str) -> None:
    shown = {
        name: s.array() if not isinstance(_first(s), str) else s.values for name, s in outcome.diagnostics.items()
    }
    figure.set_layout_engine("constrained")
    refused = outcome.status == "refused"
    upper, lower = (figure.subplots(1, 1), None) if refused else figure.subplots(2, 1, height_ratios=(2.2, 1))
    _nyquist(upper, shown, outcome)
    if lower is not None:
        _residuals(lower, shown, what)
    title = outcome.label
    if refused:
        title += "  ·  refused\n" + "\n".join(f"{f.code}: {f.message}" for f in outcome.refusals)
    figure.suptitle(title, fontsize=9, wrap=True)


def _first(series: Any) -> Any:  # noqa: ANN401
    return next((v for v in series.values if v is not None), None)


# -- Nyquist ---------------------------------------------------------------------------------


def _nyquist(axis: Any, shown: dict[str, Any], outcome: Outcome) -> None:  # noqa: ANN401
    used = shown["used"].astype(bool)
    scale, prefix = _scale(np.abs(shown["re"][used] if used.any() else shown["re"]))
    re, im = shown["re"] / scale, -shown["im"] / scale
    parts = [name[5:-3] for name in shown if name.startswith("part_") and name.endswith("_re")]
    for number, label in enumerate(parts):
        color = _PARTS[number % len(_PARTS)]
        x, y = shown[f"part_{label}_re"] / scale, -shown[f"part_{label}_im"] / scale
        axis.fill_between(x, 0, y, color=color, alpha=0.13, linewidth=0)
        axis.plot(x, y, color=color, linewidth=0.9, label=_part_text(label, outcome))
    if "curve_re" in shown:
        axis.plot(shown["curve_re"] / scale, -shown["curve_im"] / scale, color=_FIT, linewidth=1.1, label="fit")
    axis.plot(re[used], im[used], "o", color=_POINT, markersize=3.5, label="used", zorder=3)
    if (~used).any():
        axis.plot(re[~used], im[~used], "o", mfc="none", mec=_GREY, markersize=4, label="masked", zorder=2)
    _limits(axis, re[used] if used.any() else re, im[used] if used.any() else im)
    _decades(axis, shown["frequency"][used], re[used], im[used])
    axis.set(xlabel=f"Re Z / {prefix}Ω", ylabel=f"−Im Z / {prefix}Ω")
    axis.set_aspect("equal", adjustable="box")
    axis.axhline(0, color=_GREY, linewidth=0.6)
    axis.legend(frameon=False, fontsize=7.5, loc="upper left", ncols=2)
    _tidy(axis)


def _part_text(label: str, outcome: Outcome) -> str:
    m = outcome.measurands.get(f"resistance_{label}")
    if m is None or m.value is None:
        return f"{label}: not identified"
    return f"{label}: {_value(m)} Ω"


def _value(m: Measurand) -> str:
    if not m.uncertainty or m.value is None:
        return f"{m.value:.4g}"
    digits = max(1 - int(np.floor(np.log10(m.uncertainty))), 0)
    return (
        f"{m.value:.{digits}f} ± {m.uncertainty:.{digits}f}"
        if m.value < 1e5
        else f"{m.value:.4g} ± {m.uncertainty:.2g}"
    )


def _scale(sizes: Any) -> tuple[float, str]:  # noqa: ANN401
    largest = float(np.max(sizes)) if len(sizes) else 1.0
    fitting = [pair for pair in _PREFIXES if largest >= 2 * pair[0]]
    return fitting[-1] if fitting else _PREFIXES[0]


def _limits(axis: Any, re: Any, im: Any) -> None:  # noqa: ANN401
    """Show the points in use with a margin; curves of parts do not rule the axes."""
    width = max(float(np.ptp(re)), float(np.ptp(im)), 1e-12)
    low, high = min(float(im.min()), 0.0) - 0.06 * width, max(float(im.max()), _FLAT * width) + 0.22 * width
    middle = (float(re.min()) + float(re.max())) / 2
    half = max(0.58 * float(np.ptp(re)), _TALL * (high - low) / 2)
    axis.set_xlim(middle - half, middle + half)
    axis.set_ylim(low, high)


def _decades(axis: Any, frequency: Any, re: Any, im: Any) -> None:  # noqa: ANN401
    """Mark the point nearest to each decade of frequency; a label only where it stands clear of the last."""
    if not len(frequency):
        return
    width = max(float(np.ptp(re)), float(np.ptp(im)), 1e-12)
    last = None
    for decade in range(int(np.ceil(np.log10(frequency.min()))), int(np.log10(frequency.max())) + 1):
        at = int(np.argmin(np.abs(np.log10(frequency) - decade)))
        axis.plot(re[at], im[at], "o", color=_RED, markersize=4.5, zorder=4)
        place = np.array([re[at], im[at]])
        if last is None or np.hypot(*(place - last)) > 0.07 * width:
            axis.annotate(
                _frequency(10.0**decade), place, xytext=(4, 5), textcoords="offset points", fontsize=7, color=_RED
            )
            last = place


def _frequency(value: float) -> str:
    size, prefix = next((p for p in reversed(_PREFIXES) if value >= 0.999 * p[0]), _PREFIXES[0])
    return f"{value / size:g} {prefix}Hz"


# -- residuals -------------------------------------------------------------------------------


def _residuals(axis: Any, shown: dict[str, Any], what: str) -> None:  # noqa: ANN401
    used = shown["used"].astype(bool)
    frequency = shown["frequency"]
    if what == "Z − fit":
        modulus = np.hypot(shown["re"], shown["im"])
        re, im = ((shown[n] - shown[f"fit_{n}"]) / modulus * 100 for n in ("re", "im"))
    else:
        re, im = shown["residual_re"], shown["residual_im"]
    noise = shown["noise"]
    order = np.argsort(frequency)
    band = 2 * noise[order]
    axis.fill_between(
        frequency[order], -band, band, color=_GREY, alpha=0.2, linewidth=0, label="± 2 σ of the noise"
    )
    axis.plot(frequency[used], re[used], "o", color=_POINT, markersize=3, label="Re")
    axis.plot(frequency[used], im[used], "s", mfc="none", mec=_RED, markersize=3, label="Im")
    axis.axhline(0, color=_FIT, linewidth=0.6)
    shown_largest = max(float(np.nanmax(np.abs([re[used], im[used]]))), 1.2 * float(np.median(band)), 1e-9)
    axis.set_ylim(-1.15 * shown_largest, 1.15 * shown_largest)
    axis.set_xscale("log")
    axis.set(xlabel="f / Hz", ylabel=f"({what}) / |Z| / %")
    axis.legend(frameon=False, fontsize=7.5, ncols=3, loc="lower right")
    _tidy(axis)


def _tidy(axis: Any) -> None:  # noqa: ANN401
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(alpha=0.25, linewidth=0.5)
