"""The figure of a series: R, U and I on one axis of time; R against level; waterfall; map of −Im Z."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.drawing import (
    BLACK,
    BLUE,
    GREY,
    PALETTE,
    RED,
    axis_label,
    colour_bar,
    current_label,
    prefixed,
    reasons,
    shades_of,
    tidy,
    time_unit,
    title,
    unit_text,
    value_text,
)
from echub.plugin import Outcome
from echub.science import robust_sigma

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROBUST = (1.0, 99.0)
"""Percentiles between which axes and colours are: one bad spectrum of a hundred does not rule."""
FEW, USUAL, ALIKE = 50, 5.0, 0.02
"""Of so few values a hundredth is less than one: the smallest does not rule either if it is so many deviations,
and that part of the median, below it. The largest does: a rise at the end is an answer."""
MARGIN = 0.08
"""Part of the range that is left free at both ends. By eye."""
CURVES = 16
"""Curves of the waterfall: more run into one another."""
ALONE = 3.0
"""A curve so many times as high as both neighbours is an error of measurement: it may leave the axes. By eye."""
RISE = 0.35
"""Distance of two curves of the waterfall, in the height of the tallest usual one. By eye."""


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure."""
    shown = {
        name: series.array() if not series.values or not isinstance(series.values[0], str) else series.values
        for name, series in outcome.diagnostics.items()
    }
    if "z_k" not in shown:
        title(figure, outcome.label, "refused", below=reasons(outcome.refusals))
        return
    halves: Any = figure.subfigures(1, 2, width_ratios=(1.1, 1))
    left, right = halves
    _over_time(left, shown, outcome)
    _beside(right, shown, outcome)
    title(figure, outcome.label, _headline(outcome))


def _headline(outcome: Outcome) -> str:
    for name, word in (("onset_level", "onset"), ("recovery_time", "recovery"), ("resistance_end", "at the end")):
        m = outcome.measurands.get(name)
        if m is not None and m.value is not None:
            return f"{word} {value_text(m.value, m.uncertainty)} {unit_text(m.unit)}"
    return ""


def robust(values: Any) -> tuple[float, float]:  # noqa: ANN401
    """Return limits that hold all but a few of the values (n,)."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return 0.0, 1.0
    low, high = np.percentile(known, ROBUST)
    if len(known) < FEW and (usual := robust_sigma(known)):
        middle = np.median(known)
        inside = np.abs(known - middle) <= max(USUAL * usual, ALIKE * abs(middle))
        low = max(low, known[inside].min())
    room = MARGIN * ((high - low) or abs(high) or 1.0)
    return float(low - room), float(high + room)


# -- against time ------------------------------------------------------------------------------


def _over_time(part: Any, shown: dict[str, Any], outcome: Outcome) -> None:  # noqa: ANN401
    traces = [name for name in ("U", "I") if f"{name}_t" in shown and np.isfinite(shown[f"{name}_low"]).any()]
    axes = part.subplots(
        1 + len(traces), 1, sharex=True, squeeze=False, height_ratios=(2.4, *(1 for _ in traces))
    )[:, 0]
    labels = [name[2:] for name in shown if name.startswith("r_")]
    chosen = shown["followed"][0]
    spans = [shown[f"t_{label}"] for label in labels]
    timed = outcome.diagnostics[f"t_{chosen}"].unit == "s"
    length, unit = time_unit(np.concatenate(spans)) if timed else (1.0, "")
    factor, ohm = prefixed(_largest(shown, labels), "ohm")
    for number, label in enumerate(labels):
        colour = BLACK if label == "total" else PALETTE[number % len(PALETTE)]
        t, r, u = shown[f"t_{label}"] / length, factor * shown[f"r_{label}"], factor * shown[f"u_{label}"]
        thick = label == chosen
        axes[0].plot(
            t,
            r,
            ".-" if thick else "-",
            color=colour,
            linewidth=1.1 if thick else 0.8,
            markersize=3,
            label=label if np.isfinite(r).any() else None,  # none of a part that no spectrum tells
        )
        axes[0].fill_between(t, r - 2 * u, r + 2 * u, color=colour, alpha=0.2, linewidth=0)
    if "recovery_t" in shown:
        axes[0].plot(
            shown["recovery_t"] / length,
            factor * shown["recovery_r"],
            color=RED,
            linewidth=1.1,
            linestyle="--",
            label="recovery",
        )
    limits = [robust(factor * shown[f"r_{label}"]) for label in labels]
    top = max(high for _, high in limits)
    axes[0].set_ylim(min(0.0, min(low for low, _ in limits)), top + MARGIN * abs(top))
    axes[0].set_ylabel(axis_label("$R$", ohm))
    axes[0].legend(frameon=False, fontsize=7.5, ncols=2, loc="best")
    for axis, name in zip(axes[1:], traces, strict=True):
        t, low, high = shown[f"{name}_t"] / length, shown[f"{name}_low"], shown[f"{name}_high"]
        axis.fill_between(t, low, high, color=BLUE if name == "U" else GREY, alpha=0.35, linewidth=0)
        axis.plot(t, (low + high) / 2, color=BLUE if name == "U" else GREY, linewidth=0.8)
        axis.set_ylim(*robust(np.concatenate([low, high])))
        axis.set_ylabel("U / V" if name == "U" else current_label(outcome.diagnostics["I_low"].unit))
    axes[-1].set_xlabel(axis_label("t", unit) if timed else "number of the spectrum")
    tidy(*axes)


def _largest(shown: dict[str, Any], labels: list[str]) -> float:
    return max((robust(shown[f"r_{label}"])[1] for label in labels), default=1.0)


# -- against level and frequency ----------------------------------------------------------------


def _beside(part: Any, shown: dict[str, Any], outcome: Outcome) -> None:  # noqa: ANN401
    stepped = "step_level" in shown
    axes = part.subplots(3 if stepped else 2, 1, squeeze=False)[:, 0]
    if stepped:
        _staircase(axes[0], shown, outcome)
    by = _axis(shown, outcome)
    _waterfall(part, axes[-2], shown, by)
    _map(part, axes[-1], shown, by)


def _axis(shown: dict[str, Any], outcome: Outcome) -> tuple[Any, str]:
    """Return the value of every spectrum by which it is coloured, and the label."""
    if shown["axis_is_level"][0]:
        unit = outcome.diagnostics["level"].unit
        return shown["level"], current_label(unit)
    chosen = shown["followed"][0]
    if outcome.diagnostics[f"t_{chosen}"].unit != "s":
        return np.arange(len(shown["level"]), dtype=np.float64), "number of the spectrum"
    t = shown[f"t_{chosen}"]
    known = np.isfinite(t)
    t = np.interp(np.arange(len(t)), np.flatnonzero(known), t[known]) if known.any() else np.arange(len(t)) * 1.0
    length, unit = time_unit(t)
    return t / length, axis_label("t", unit)


def _staircase(axis: Any, shown: dict[str, Any], outcome: Outcome) -> None:  # noqa: ANN401
    chosen, unit = shown["followed"][0], outcome.diagnostics["step_level"].unit
    axis.plot(shown["step_level"], shown["step_value"], ".", color=BLUE, markersize=4)
    axis.plot(shown["step_level"], shown["step_line"], color=BLACK, linewidth=0.9)
    found = outcome.measurands.get("onset_level")
    if found is not None and found.value is not None and found.interval is not None:
        axis.axvspan(found.interval.low, found.interval.high, color=RED, alpha=0.2, linewidth=0)
        axis.axvline(found.value, color=RED, linewidth=1)
    axis.set_ylim(*robust(shown["step_value"]))
    axis.set(xlabel=current_label(unit), ylabel=f"$R_{{\\mathrm{{{chosen}}}}}$ / Ω")
    tidy(axis)


def _waterfall(part: Any, axis: Any, shown: dict[str, Any], by: tuple[Any, str]) -> None:  # noqa: ANN401
    present = np.unique(shown["z_k"]).astype(int)
    some = present[np.unique(np.linspace(0, len(present) - 1, min(CURVES, len(present))).round().astype(int))]
    values, words = by
    colours = shades_of(np.nan_to_num(values[some]))
    tall = np.median([float(np.max(-shown["z_im"][shown["z_k"] == k])) for k in some])
    for number, (k, colour) in enumerate(zip(some.tolist(), colours, strict=True)):
        rows = shown["z_k"] == k
        lift = RISE * tall * number
        axis.plot(shown["z_f"][rows], -shown["z_im"][rows] + lift, ".", color=colour, markersize=2)
        axis.plot(shown["z_f"][rows], -shown["z_fit_im"][rows] + lift, color=colour, linewidth=0.8)
    axis.set_xscale("log")
    low, _ = robust(np.concatenate([-shown["z_im"][shown["z_k"] == k] for k in some]))
    axis.set_ylim(low, _highest(shown, some, RISE * tall))
    axis.set(xlabel="f / Hz", ylabel="−Im $Z$, raised / Ω")
    tidy(axis)
    if len(some) > 1 and np.ptp(np.nan_to_num(values[some])):
        colour_bar(part, [axis], np.nan_to_num(values[some]), words)


def _highest(shown: dict[str, Any], some: Any, lift: float) -> float:  # noqa: ANN401
    """Return the upper end of the waterfall: a curve is inside unless it is far above both of its neighbours."""
    height = np.array([float(np.max(-shown["z_im"][shown["z_k"] == k])) for k in some])
    around = (
        np.maximum(np.r_[height[1:2], height[:-1]], np.r_[height[1:], height[-2:-1]]) if len(some) > 1 else height
    )
    return float(np.max(np.minimum(height, ALONE * around) + lift * np.arange(len(some)))) * (1 + MARGIN)


def _map(part: Any, axis: Any, shown: dict[str, Any], by: tuple[Any, str]) -> None:  # noqa: ANN401
    """Draw −Im Z over the value of each spectrum and ln f, in one scale of colours that few points do not rule."""
    values, words = by
    present = np.unique(shown["z_k"]).astype(int)
    order = present[np.argsort(np.nan_to_num(values[present]), kind="stable")]
    grid = np.geomspace(shown["z_f"].min(), shown["z_f"].max(), 90)
    image = np.full((len(grid), len(order)), np.nan)
    for column, k in enumerate(order.tolist()):
        rows = shown["z_k"] == k
        f, z = np.log(shown["z_f"][rows]), -shown["z_im"][rows]
        turn = np.argsort(f)
        image[:, column] = np.interp(np.log(grid), f[turn], z[turn], left=np.nan, right=np.nan)
    low, high = robust(image)
    low = max(low, 0.0) if high > 0 else low
    x = np.nan_to_num(values[order])
    if len(np.unique(x)) < len(x):
        x, words = np.arange(len(order), dtype=np.float64), f"spectra in the order of {words}"
    drawn = (
        axis.pcolormesh(x, grid, image, vmin=low, vmax=high, shading="nearest", rasterized=True)
        if len(x) > 1
        else None
    )
    axis.set_yscale("log")
    if words.startswith("spectra in"):
        axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set(xlabel=words, ylabel="f / Hz")
    if drawn is not None:
        bar = part.colorbar(drawn, ax=axis, pad=0.02)
        bar.set_label("−Im $Z$ / Ω")
        bar.outline.set_visible(False)
