"""The picture of a time series: potential above current, against time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from echub.drawing import BLUE, RED
from echub.pictures.curves import axis_of, curve_of_time, finish
from echub.pictures.shown import POTENTIALS, Shown

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

_UPPER = (*POTENTIALS, "ion_counts", "ion_count_rate", "partial_pressure", "ion_current")
_LOWER = ("current", "current_density", "charge", "temperature")
_PANELS = ((_UPPER, BLUE), (_LOWER, RED))
"""What each panel prefers to show, and its colour for a single file."""


def is_series(shown: Shown) -> bool:
    """Return whether there is something to draw against time."""
    return "time" in shown.dataset.columns and any(shown.first(names) for names, _ in _PANELS)


def draw_time(figure: FigureBase, shown: Sequence[Shown]) -> None:
    """Draw potential above current; several files in their colours; restarts and pauses break the line."""
    panels = [(names, colour) for names, colour in _PANELS if any(one.first(names) for one in shown)]
    time = axis_of([one.dataset.columns["time"] for one in shown])
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (names, colour) in zip(axes, panels, strict=True):
        # Files may hold another potential each: that which most of them hold, the first one above all.
        most = max(
            names, key=lambda name: [one.first((name,)) is not None for one in (*shown, shown[0])].count(True)
        )
        same = [(one, column) for one in shown if (column := one.first((most,))) is not None]
        value = axis_of([column for _, column in same])
        for one, column in same:
            across, upwards = time.of(one.dataset.columns["time"]), value.of(column)
            curve_of_time(axis, across, upwards, color=one.colour or colour, label=one.label)
        finish(axis, "", value.words, legend=bool(shown[0].label) and axis is axes[0])
    axes[-1].set_xlabel(time.words)
