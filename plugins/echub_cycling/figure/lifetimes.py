"""The figure of `cell-lifetimes`: the part of the cells that survives, with its band and the cells still alive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import BLUE, GREY, LIGHT_BLUE, reasons, tidy, title
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one has only its reason."""
    if "survival" not in outcome.tables:
        title(figure, outcome.label, "refused", below=reasons(outcome.refusals))
        return
    table = {name: series.array() for name, series in outcome.tables["survival"].items()}
    watched = outcome.diagnostics["watched"].array()
    end = float(np.max(np.concatenate([table["time"], watched])))
    x = np.concatenate([[0.0], table["time"], [end]])
    axis = figure.subplots()
    steps = {
        name: np.concatenate([[100.0], table[name], table[name][-1:]]) for name in ("surviving", "low", "high")
    }
    if len(table["time"]):
        axis.fill_between(x, steps["low"], steps["high"], step="post", color=LIGHT_BLUE, alpha=0.5, linewidth=0)
        axis.step(x, steps["surviving"], where="post", color=BLUE)
        seen = np.maximum(np.searchsorted(x, watched, side="right") - 1, 0)
        axis.plot(watched, steps["surviving"][seen], "|", color=BLUE, markersize=9, label="still alive")
    axis.axhline(50, color=GREY, linewidth=0.8, linestyle=":")
    axis.set(xlabel="t / h", ylabel="cells without a drop / %", ylim=(0, 105), xlim=(0, None))
    tidy(axis)
    title(figure, outcome.label)
