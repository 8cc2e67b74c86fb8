"""Profiles on logarithmic axes, regions side by side, with Poisson bands and the interface marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw all species of each region; a refused outcome shows them without the fit."""
    shown = outcome.diagnostics
    x, n = shown["x"].array(), shown["n"].array()
    species, region = np.array(shown["species"].values), np.array(shown["region"].values)
    regions = list(dict.fromkeys(region))
    axes = figure.subplots(1, len(regions), sharey=True, squeeze=False)[0]
    for axis, name in zip(axes, regions, strict=True):
        for number, label in enumerate(dict.fromkeys(species)):
            mine = (region == name) & (species == label)
            order = np.argsort(x[mine])
            depth, counts = x[mine][order], n[mine][order]
            colour = f"C{number % 10}"
            axis.plot(depth, np.where(counts > 0, counts, np.nan), color=colour, linewidth=1, label=label)
            spread = np.sqrt(np.maximum(counts, 1))
            axis.fill_between(
                depth, np.maximum(counts - spread, 0.5), counts + spread, color=colour, alpha=0.2, lw=0
            )
        axis.set_yscale("log")
        axis.set_xlabel("depth / nm" if shown["x"].unit == "nm" else "sputter time / s")
        axis.set_title(name, fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(alpha=0.25, linewidth=0.5)
        chosen = outcome.conditions.get("region")
        if "interface" in shown and chosen is not None and chosen.value == name:
            position, error = shown["interface"].array()
            axis.plot(
                shown["fit_x"].array(), np.maximum(shown["fit_n"].array(), 0.5), color="black", ls="--", lw=1
            )
            axis.axvspan(position - 1.96 * error, position + 1.96 * error, color="black", alpha=0.2, lw=0)
            axis.axvline(position, color="black", linewidth=0.8)
    axes[0].set_ylim(0.5, 2 * max(float(np.nanmax(n)), 1.0))
    axes[0].set_ylabel("counts")
    axes[-1].legend(frameon=False, fontsize=8, loc="upper right")
    reasons = "".join(f"\n{flag.code}: {flag.message}" for flag in outcome.refusals)
    figure.suptitle(f"{outcome.label}{reasons}", fontsize=9)
