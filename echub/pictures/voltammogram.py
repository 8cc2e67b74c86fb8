"""The picture of a sweep of the potential: current against potential, one colour per scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import colour_bar, shades_of
from echub.pictures.curves import axis_of, curve, finish
from echub.pictures.shown import CURRENTS, POTENTIALS, Floats, Shown, alike
from echub.segments import runs

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

TECHNIQUES = {"CV", "CVA", "LSV", "LASV", "ACV"}
"""Techniques that sweep the potential: cyclic and linear voltammetry, stripping voltammetry, with alternating
current."""
LEGEND = 4
"""Up to this many scans each gets an entry in the legend; then a colour bar."""


def is_voltammogram(shown: Shown) -> bool:
    """Return whether the technique sweeps the potential and both columns are there."""
    return shown.technique in TECHNIQUES and has_both(shown)


def has_both(shown: Shown) -> bool:
    """Return whether there is a current and a potential."""
    return shown.first(CURRENTS) is not None and shown.first(POTENTIALS) is not None


def draw_voltammogram(figure: FigureBase, shown: Sequence[Shown]) -> None:
    """Draw current against potential; the scans of one file in shades, several files in a colour each."""
    potentials, currents = alike(shown, POTENTIALS), alike(shown, CURRENTS)
    across, up = axis_of(potentials), axis_of(currents)
    axis = figure.subplots()
    for one, e, i in zip(shown, potentials, currents, strict=True):
        counted = _counted(one)
        scans = runs(counted)
        many, numbers = not one.colour and len(scans) > 1, counted[scans.start]
        colours = shades_of(numbers) if many else [one.colour or None] * len(scans)
        potential, current = across.of(e), up.of(i)
        for n in range(len(scans)):
            rows = slice(int(scans.start[n]), int(scans.stop[n]))
            label = f"scan {numbers[n]:g}" if many and len(scans) <= LEGEND else (one.label if n == 0 else "")
            curve(axis, potential[rows], current[rows], color=colours[n], label=label)
        if many and len(scans) > LEGEND:
            colour_bar(figure, [axis], numbers, "scan")
    finish(axis, across.words, up.words, legend=bool(axis.get_legend_handles_labels()[1]))


def _counted(one: Shown) -> Floats:
    """Return the scan of each row, (n,): that of the instrument if it counts all rows, else one."""
    if "cycle" in one.dataset.columns:
        counted: Floats = np.asarray(one.dataset["cycle"], np.float64)
        if np.isfinite(counted).all():
            return counted
    return np.zeros(one.dataset.rows)
