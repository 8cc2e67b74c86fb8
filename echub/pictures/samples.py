"""The picture of a table of samples: each measured column by sample, or against what describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import GREY, PALETTE, axis_label, tidy, time_unit
from echub.errors import DataError
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.replicates import mean_of_readings
from echub.model.samples import CLOCKS, Replicates, groups, parts, readings, require_samples
from echub.pictures.labels import printed_label
from echub.pictures.shown import Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

PANELS = 6
"""Panels that a page shows legibly; further columns are left out, and the figure says so."""


def is_table(shown: Shown) -> bool:
    """Return whether there are rows of samples."""
    return shown.dataset.rows > 0


def draw_table(figure: FigureBase, shown: Sequence[Shown]) -> None:
    """Draw replicates as points, their mean with its uncertainty as a bar, one panel per measured column.

    Tables of several files are drawn one by one: raises `DataError` for more than one.
    """
    if len(shown) > 1:
        raise DataError("tables of several files do not share a figure", hint="draw the files one by one")
    dataset = shown[0].dataset
    require_samples(dataset)
    described, numbers = parts(dataset)[0], measured_numbers(dataset)
    if not numbers:
        raise DataError("the table contains no measured number", found=", ".join(dataset.columns))
    first = numbers[:PANELS]
    rows = -(-len(first) // 3)
    axes = figure.subplots(rows, min(3, len(first)), squeeze=False, sharex=True).ravel()
    against = next((n for n in described if _is_axis(dataset.columns[n])), "")
    for axis, name in zip(axes, first, strict=False):
        _panel(axis, dataset, name, against)
    for axis in axes[len(first) :]:
        axis.remove()
    if len(numbers) > PANELS:
        figure.text(0.99, 0.01, f"{len(numbers) - PANELS} further columns are not shown", ha="right", color=GREY)


def measured_numbers(dataset: Dataset) -> list[str]:
    """Return the names of the measured columns in which a cell holds a number."""
    return [name for name in parts(dataset)[1] if np.isfinite(readings(dataset, name).values).any()]


def _is_axis(column: Column) -> bool:
    return not column.labels and len(np.unique(column.values)) > 1


def _panel(axis: Axes, dataset: Dataset, name: str, against: str) -> None:
    found, read = groups(dataset), readings(dataset, name)
    length, time = time_unit(dataset[against]) if against in CLOCKS else (1.0, "")
    samples = list(dict.fromkeys(group.sample for group in found))
    for number, sample in enumerate(samples):
        mine = [group for group in found if group.sample == sample]
        colour = PALETTE[number % len(PALETTE)]
        at = [float(dataset[against][g.rows[0]]) / length if against else float(found.index(g)) for g in mine]
        for place, group in zip(at, mine, strict=True):
            axis.plot([place] * len(group.rows), read.values[group.rows], "o", ms=3, color=colour, alpha=0.4)
        means = [mean_of_readings(read, group.rows) for group in mine]
        bars = [mean.u if mean.u is not None else 0.0 for mean in means]
        style = "o-" if against else "o"
        axis.errorbar(
            at, [mean.value for mean in means], bars, fmt=style, color=colour, capsize=3, lw=1, label=sample
        )
    axis.set_ylabel(printed_label(dataset.columns[name]))
    if against:
        axis.set_xlabel(axis_label("$t$", time) if time else printed_label(dataset.columns[against]))
        axis.legend(fontsize=7, frameon=False)
    else:
        axis.set_xticks(range(len(found)), _words(dataset, found), rotation=30, ha="right", fontsize=8)
    tidy(axis)


def _words(dataset: Dataset, found: Sequence[Replicates]) -> list[str]:
    """Return what stands below each value: its sample, and what describes it but not all others alike."""
    differ = [k for k in range(len(parts(dataset)[0])) if len({str(group.described[k]) for group in found}) > 1]
    return [" ".join([g.sample, *(str(g.described[k]) for k in differ)]) for g in found]
