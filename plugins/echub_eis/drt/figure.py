"""The figure of a distribution: γ with band, window and peaks; or a map of a series in one scale of colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.drawing import (
    BLACK,
    BLUE,
    GREY,
    RED,
    axis_label,
    current_label,
    nyquist,
    reasons,
    tidy,
    time_unit,
    title,
)
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SURE = 0.95
"""Support from which a peak is drawn full."""
ROBUST = 99.0
"""Percentile of γ at which the colours of a map end: one bad spectrum does not rule."""


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure."""
    shown = {name: series.array() for name, series in outcome.diagnostics.items() if name != "reason"}
    if "gamma" in shown:
        _one(figure, shown)
    elif "map_gamma" in shown:
        _map(figure, shown, outcome)
    title(figure, outcome.label, below=reasons(outcome.refusals))


def gamma_label(shown: dict[str, Any]) -> str:
    """Return the label of γ, which says per what."""
    return "γ / Ω per decade of τ" if shown["per_decade"][0] else "γ / Ω per ln τ"


def _one(figure: Figure, shown: dict[str, Any]) -> None:
    upper, lower = figure.subplots(2, 1, height_ratios=(1.3, 1))
    tau, gamma = shown["tau"], shown["gamma"]
    upper.fill_between(
        tau, shown["low"], shown["high"], color=BLUE, alpha=0.25, linewidth=0, label="95 % of resamplings, at 10 λ"
    )
    upper.plot(tau, gamma, color=BLUE, linewidth=1.2)
    low, high = shown["window"]
    for first, last, word in ((tau[0], low, "not measured"), (high, tau[-1], None)):
        upper.axvspan(first, last, color=GREY, alpha=0.2, linewidth=0, label=word)
    for place, support in zip(shown["peak_tau"], shown["peak_support"], strict=True):
        height = float(np.interp(np.log(place), np.log(tau), gamma))
        face = RED if support >= SURE else "none"
        upper.plot(place, height, "v", color=RED, markerfacecolor=face, markersize=6)
        upper.annotate(
            f"{100 * support:.0f} %", (place, height), (0, 7), textcoords="offset points", fontsize=7, ha="center"
        )
    upper.set_xscale("log")
    upper.set(xlabel="τ / s", ylabel=gamma_label(shown), xlim=(tau[0], tau[-1]))
    upper.set_ylim(0, 1.15 * float(max(gamma.max(), shown["high"].max(), 1e-12)))
    upper.legend(frameon=False, fontsize=8)
    tidy(upper)
    nyquist(lower)
    lower.plot(shown["re"], -shown["im"], "o", color=BLUE, markersize=3)
    lower.plot(shown["fit_re"], -shown["fit_im"], color=BLACK, linewidth=0.9)


def _map(figure: Figure, shown: dict[str, Any], outcome: Outcome) -> None:
    from matplotlib.colors import PowerNorm

    axis = figure.subplots()
    level, time = shown["map_level"], shown["map_time"]
    tau = shown["map_tau"]
    image = shown["map_gamma"].reshape(-1, len(tau)).T
    length, unit = time_unit(time)
    if len(np.unique(level[np.isfinite(level)])) == len(level):
        x, words = level, current_label(outcome.diagnostics["map_level"].unit)
    elif np.isfinite(time).all():
        x, words = time / length, axis_label("t", unit)
    else:
        x, words = np.arange(len(level), dtype=np.float64), "number of the spectrum"
    order = np.argsort(x, kind="stable")
    # A root makes small arcs visible beside large ones, and takes zero, which a logarithm does not.
    scale = PowerNorm(0.5, 0.0, float(np.percentile(image[image > 0], ROBUST)) if (image > 0).any() else 1.0)
    drawn = axis.pcolormesh(x[order], tau, image[:, order], norm=scale, shading="nearest", rasterized=True)
    for edge, beyond in zip(shown["window"], (tau[0], tau[-1]), strict=True):
        axis.axhspan(
            min(edge, beyond),
            max(edge, beyond),
            facecolor="white",
            alpha=0.55,
            hatch="//",
            edgecolor=GREY,
            linewidth=0,
        )
    axis.set_yscale("log")
    axis.set(xlabel=words, ylabel="τ / s", ylim=(tau[0], tau[-1]))
    bar = figure.colorbar(drawn, ax=axis, pad=0.02)
    bar.set_label(f"{gamma_label(shown)} (root scale; hatched: not measured)")
    bar.outline.set_visible(False)
