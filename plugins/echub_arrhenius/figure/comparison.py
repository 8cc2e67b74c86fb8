"""Two groups at equal temperatures: cells, and geometric means with their intervals; below, their ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import BLACK, BLUE, GREY, OCHRE, axis_label, tidy, title, value_text
from echub.plugin import Outcome
from echub_arrhenius.outcome.comparison import verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CELLS, MEANS = 0.08, 0.2
"""How far cells and means stand beside the middle of their temperature, over the distance between two."""
GROUPS = (("lower", -1, OCHRE), ("higher", 1, BLUE))


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure."""
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1.3))
    _values(upper, outcome)
    _ratios(lower, outcome)
    tidy(upper, lower)
    ratio = outcome["ratio"]
    title(figure, outcome.label, f"ratio {value_text(ratio.value, ratio.uncertainty)}, {verdict(outcome)}")


def _values(axis: Axes, outcome: Outcome) -> None:
    shown = outcome.diagnostics
    at = {name: series.array() for name, series in shown.items() if name != "name"}

    def ends(of: str, group: Floats) -> list[Floats]:
        return [at[of][group], at[f"{of}_low"][group], at[f"{of}_high"][group]]

    for group, side, color in GROUPS:
        cells, means = ((at[f"{of}_side"] == side) for of in ("cell", "mean"))
        x = at["cell_place"][cells] + side * CELLS
        _bars(axis, x, ends("cell", cells), fmt=".", color=color, alpha=0.5, linewidth=0.8)
        x, label = at["mean_place"][means] + side * MEANS, str(outcome.conditions[group].value)
        _bars(axis, x, ends("mean", means), fmt="o", color=color, capsize=3, label=label)
    axis.set_yscale("log")
    axis.set_ylabel(axis_label(str(shown["name"].values[0]).replace("_", " "), shown["cell"].unit))
    axis.legend(frameon=False, fontsize=8, title="geometric mean, 95 %", title_fontsize=8)


def _bars(axis: Axes, x: Floats, ends: list[Floats], **look: object) -> None:
    """Draw values with the ends of their intervals; without a bar where an end is not known."""
    y, low, high = ends
    axis.errorbar(x, y, yerr=(y - low, high - y), **look)  # type: ignore[arg-type]


def _ratios(axis: Axes, outcome: Outcome) -> None:
    table, found = outcome.tables["temperatures"], outcome["ratio"]
    place = np.arange(len(table["ratio"].values))
    edges = np.array([-0.5, len(place) - 0.5])
    axis.axhline(1.0, color=GREY, linewidth=0.8, linestyle="--")
    if found.interval is not None:
        low, high = np.array([[found.interval.low] * 2, [found.interval.high] * 2], dtype=np.float64)
        axis.fill_between(edges, low, high, color=BLACK, alpha=0.12, linewidth=0)
    axis.plot(edges, np.array([found.value] * 2, dtype=np.float64), color=BLACK, linewidth=1)
    axis.plot(place, table["ratio"].array(), "o", color=BLACK, markersize=5)
    axis.set_yscale("log")
    axis.set(xlim=edges, ylabel=f"{outcome.conditions['higher'].value} / {outcome.conditions['lower'].value}",
             xlabel="T / °C")  # fmt: skip
    axis.set_xticks(place, [f"{t:.4g}" for t in table["temperature"].array()])
