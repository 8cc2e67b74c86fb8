"""The figure of `against`: values with their intervals, one line for each series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import PALETTE, axis_label, reasons, tidy, title
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDE = 8.0
"""An axis whose largest value is this many times its smallest, all above zero, is logarithmic. By eye."""


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one says why."""
    table = outcome.diagnostics
    if not table:
        title(figure, outcome.label, "refused", below=reasons(outcome.refusals))
        return
    (x_name, x), (y_name, y) = list(table.items())[:2]
    xs, ys, low, high = (s.array().astype(float) for s in (x, y, table["low"], table["high"]))
    names = np.array(table["series"].values, dtype=str)
    axis = figure.subplots()
    for number, name in enumerate(dict.fromkeys(names.tolist())):
        rows = names == name
        bars = np.nan_to_num(np.abs([ys[rows] - low[rows], high[rows] - ys[rows]]))
        colour = PALETTE[number % len(PALETTE)]
        axis.errorbar(xs[rows], ys[rows], bars, fmt="o-", color=colour, markersize=4, linewidth=1, capsize=2,
                      label=name)  # fmt: skip
    if xs.min() > 0 and xs.max() > WIDE * xs.min():
        axis.set_xscale("log")
        axis.set_xticks(np.unique(xs), [f"{v:g}" for v in np.unique(xs)])
        axis.minorticks_off()
    axis.set_xlabel(axis_label(x_name.replace("_", " "), x.unit))
    axis.set_ylabel(axis_label(y_name.replace("_", " "), y.unit))
    if names.any():
        axis.legend(frameon=False, fontsize=8)
    tidy(axis)
    title(figure, outcome.label)
