"""Figures: Nyquist with equal axes, fit and parts; residuals against frequency with the noise band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.drawing import BLACK, BLUE, GREY, PALETTE, RED, prefixed, reasons, tidy, title, unit_text, value_text
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PARTS = PALETTE[1:5]
TALL, NEAR, LEAST_NEAR, SMALL = 2.0, 4.0, 6, 0.12
"""A spectrum twice as tall as wide leaves room beside it. What is within four times the smallest |Z| is drawn
again if that is six points, and less than an eighth of the largest. By eye."""
_FLAT, _TALL = 0.2, 1.2
"""A flat spectrum keeps this height over its width, a tall one this width over its height."""
LABEL = 0.1
"""Part of the width of a spectrum that the label of a decade takes: nearer ones would overlap. By eye."""


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
    below = reasons(outcome.refusals)
    title(figure, outcome.label, "refused" if refused else "", below=below)


def _first(series: Any) -> Any:  # noqa: ANN401
    return next((v for v in series.values if v is not None), None)


# -- Nyquist ---------------------------------------------------------------------------------


def _nyquist(axis: Any, shown: dict[str, Any], outcome: Outcome) -> None:  # noqa: ANN401
    used = shown["used"].astype(bool)
    sizes = np.abs(shown["re"][used] if used.any() else shown["re"])
    factor, unit = prefixed(float(sizes.max()), "ohm")
    re, im = factor * shown["re"], -factor * shown["im"]
    parts = [name[5:-3] for name in shown if name.startswith("part_") and name.endswith("_re")]
    for number, label in enumerate(parts):
        color = _PARTS[number % len(_PARTS)]
        x, y = factor * shown[f"part_{label}_re"], -factor * shown[f"part_{label}_im"]
        axis.fill_between(x, 0, y, color=color, alpha=0.13, linewidth=0)
        axis.plot(x, y, color=color, linewidth=0.9, label=_part_text(label, outcome))
    if "curve_re" in shown:
        axis.plot(factor * shown["curve_re"], -factor * shown["curve_im"], color=BLACK, linewidth=1.1, label="fit")
    axis.plot(re[used], im[used], "o", color=BLUE, markersize=3.5, label="used", zorder=3)
    if (~used).any():
        axis.plot(re[~used], im[~used], "o", mfc="none", mec=GREY, markersize=4, label="masked", zorder=2)
    _limits(axis, re[used] if used.any() else re, im[used] if used.any() else im)
    _decades(axis, shown["frequency"][used], re[used], im[used])
    axis.set(xlabel=f"Re $Z$ / {unit_text(unit)}", ylabel=f"−Im $Z$ / {unit_text(unit)}")
    axis.set_aspect("equal", adjustable="box")
    axis.axhline(0, color=GREY, linewidth=0.6)
    axis.legend(frameon=False, fontsize=7.5, loc="upper left", ncols=2)
    tidy(axis)
    _zoom(axis, shown, used)


def _zoom(axis: Any, shown: dict[str, Any], used: Any) -> None:  # noqa: ANN401
    """Draw the high-frequency end once more, large, if a tail is so tall that it leaves a few pixels to it."""
    re, im = shown["re"][used], -shown["im"][used]
    if not used.any() or np.ptp(im) < TALL * np.ptp(re):
        return
    size = np.hypot(re, im)
    near = size < NEAR * size.min()
    if near.sum() < LEAST_NEAR or size[near].max() > SMALL * size.max():
        return
    factor, unit = prefixed(float(size[near].max()), "ohm")
    inset = axis.inset_axes((0.63, 0.12, 0.35, 0.52))
    if "curve_re" in shown:
        inset.plot(factor * shown["curve_re"], -factor * shown["curve_im"], color=BLACK, linewidth=0.9)
    inset.plot(factor * re, factor * im, "o", color=BLUE, markersize=2.5)
    ends = [(float(v[near].min()) * factor, float(v[near].max()) * factor) for v in (re, im)]
    half = 0.6 * max(high - low for low, high in ends)
    middle = [(low + high) / 2 for low, high in ends]
    inset.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
    inset.set_aspect("equal", adjustable="box")
    inset.axhline(0, color=GREY, linewidth=0.6)
    inset.set_title(f"high frequencies, {unit_text(unit)}", fontsize=7)
    inset.tick_params(labelsize=6.5)


def _part_text(label: str, outcome: Outcome) -> str:
    m = outcome.measurands.get(f"resistance_{label}")
    if m is None or m.value is None:
        return f"{label}: not identified"
    return f"{label}: {value_text(m.value, m.uncertainty)} Ω"


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
        axis.plot(re[at], im[at], "o", color=RED, markersize=4.5, zorder=4)
        place = np.array([re[at], im[at]])
        if last is None or np.hypot(*(place - last)) > LABEL * width:
            near = slice(max(at - 4, 0), at + 5)
            side, shift = _beside(re[near] - re[at], im[near] - im[at])
            label = {"xytext": shift, "textcoords": "offset points", "fontsize": 7, "color": RED, "ha": side}
            axis.annotate(_frequency(10.0**decade), place, **label)
            last = place


def _beside(re: Any, im: Any) -> tuple[str, tuple[int, int]]:  # noqa: ANN401
    """Return where a label covers no neighbour: below a valley, inside a rising arc, outside a falling one.

    re, im: neighbours (n,) as plotted, from the point itself.
    """
    if im[0] > 0 and im[-1] > 0:
        return "center", (0, -11)
    return ("left", (5, -8)) if (re * im).sum() > 0 else ("left", (4, 5))


def _frequency(value: float) -> str:
    factor, unit = prefixed(value, "Hz")
    return f"{factor * value:g} {unit_text(unit)}"


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
        frequency[order], -band, band, color=GREY, alpha=0.2, linewidth=0, label="± 2 σ of the noise"
    )
    axis.plot(frequency[used], re[used], "o", color=BLUE, markersize=3, label="Re")
    axis.plot(frequency[used], im[used], "s", mfc="none", mec=RED, markersize=3, label="Im")
    axis.axhline(0, color=BLACK, linewidth=0.6)
    shown_largest = max(float(np.nanmax(np.abs([re[used], im[used]]))), 1.2 * float(np.median(band)), 1e-9)
    axis.set_ylim(-1.15 * shown_largest, 1.15 * shown_largest)
    axis.set_xscale("log")
    axis.set(xlabel="f / Hz", ylabel=f"({what}) / |Z| / %")
    axis.legend(frameon=False, fontsize=7.5, ncols=3, loc="best")
    tidy(axis)
