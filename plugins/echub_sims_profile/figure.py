"""Profiles on logarithmic axes, regions side by side by polarity, with Poisson bands and the interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.drawing import PALETTE, axis_label, reasons, tidy, title
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIGNS = {1: "positive ions", -1: "negative ions", 0: "ions"}


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw all species, a column per region and a row per polarity; a refused outcome without the fit."""
    shown = outcome.diagnostics
    species, region = (np.array(shown[name].values) for name in ("species", "region"))
    polarity = np.array(shown["polarity"].values)
    regions, signs = list(dict.fromkeys(region)), sorted(set(polarity.tolist()), reverse=True)
    axes = figure.subplots(len(signs), len(regions), sharex=True, sharey=True, squeeze=False)
    colours = _assigned(species, polarity)
    for row, sign in zip(axes, signs, strict=True):
        for axis, name in zip(row, regions, strict=True):
            for label in dict.fromkeys(species[polarity == sign]):
                mine = (region == name) & (species == label) & (polarity == sign)
                _channel(axis, shown, mine, str(label), colours[label, sign])
            if "interface" in shown and _is_chosen(outcome, name, sign):
                _interface(axis, shown)
    _dress(axes, outcome, regions, signs, _floor(shown))
    title(figure, outcome.label, below=reasons(outcome.refusals))


def _assigned(species: Any, polarity: Any) -> dict[tuple[Any, Any], str]:  # noqa: ANN401
    """Return each channel its colour; each polarity begins anew, since it has its own legend."""
    found: dict[tuple[Any, Any], str] = {}
    for sign in set(polarity.tolist()):
        for k, label in enumerate(dict.fromkeys(species[polarity == sign])):
            found[label, sign] = PALETTE[k % len(PALETTE)]
    return found


def _channel(axis: Any, shown: Any, mine: Any, label: str, colour: str) -> None:  # noqa: ANN401
    """Draw one channel: points joined where they are above zero, and the 68 % band."""
    if not mine.any():
        return
    x, signal, low, high = (shown[name].array()[mine] for name in ("x", "signal", "low", "high"))
    smooth = shown["smooth"].array()[mine] if "smooth" in shown else signal
    axis.fill_between(x, np.maximum(low, 1e-12), np.maximum(high, 1e-12), color=colour, alpha=0.22, lw=0)
    axis.plot(x, np.where(smooth > 0, smooth, np.nan), color=colour, linewidth=1, label=label)
    if "smooth" in shown:
        axis.plot(x, np.where(signal > 0, signal, np.nan), ".", color=colour, markersize=2, alpha=0.5)


def _is_chosen(outcome: Outcome, region: Any, sign: int) -> bool:  # noqa: ANN401
    chosen = {name: condition.value for name, condition in outcome.conditions.items()}
    text = {1: "+", -1: "-"}.get(sign, "")
    return chosen.get("region") == region and chosen.get("polarity") == text


def _interface(axis: Any, shown: Any) -> None:  # noqa: ANN401
    position, low, high = shown["interface"].array()
    axis.plot(shown["fit_x"].array(), shown["fit_signal"].array(), color="black", ls="--", lw=1)
    axis.axvspan(low, high, color="black", alpha=0.2, lw=0)
    axis.axvline(position, color="black", linewidth=0.8)


def _floor(shown: Any) -> tuple[float, float]:  # noqa: ANN401
    """Return the shared range: from half the least positive signal to twice the largest."""
    signal = shown["signal"].array()
    above = signal[signal > 0]
    if not len(above):
        return 0.5, 2.0
    return max(float(above.min()), float(above.max()) * 1e-8) / 2, 2 * float(above.max())


def _dress(axes: Any, outcome: Outcome, regions: Any, signs: Any, limits: tuple[float, float]) -> None:  # noqa: ANN401
    shown = outcome.diagnostics
    axes[0, 0].set_yscale("log")
    axes[0, 0].set_ylim(*limits)
    for axis, name in zip(axes[0], regions, strict=True):
        axis.set_title(name, fontsize=9)
    for axis in axes[-1]:
        axis.set_xlabel("depth / nm" if shown["x"].unit == "nm" else "sputter time / s")
    unit = shown["signal"].unit
    for row, sign in zip(axes, signs, strict=True):
        row[0].set_ylabel(axis_label(_SIGNS[sign], "counts" if unit == "count" else unit))
        named: dict[str, Any] = {}  # an ion may be of some regions only
        for axis in row:
            for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
                named.setdefault(label, handle)
        place = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}
        row[-1].legend(named.values(), named, frameon=False, fontsize=7, **place)
    tidy(*axes.flat)
    for axis in axes.flat:
        axis.tick_params(labelsize=8)
