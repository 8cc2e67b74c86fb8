"""Several instruments on one clock: stacked panels that share the time of the first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import BLUE, GREY, OCHRE, RED, tidy, time_unit
from echub.errors import DataError
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.samples import TABLE, readings
from echub.pictures.curves import curve_of_time
from echub.pictures.labels import label, printed_label
from echub.pictures.samples import measured_numbers
from echub.pictures.shown import Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

ALIGNED = "time_aligned"
_SHOWN = (
    "current", "current_density", "voltage", "potential_we", "ion_counts", "ion_count_rate", "ion_current",
    "impedance_abs", "impedance_real", "partial_pressure", "temperature",
)  # fmt: skip
LONG = 10
"""Letters of a label that fit beside one of five panels."""
PER_SOURCE = 2
"""Panels of one source: the signal that steps and the one that responds; more would make all of them small."""


def is_aligned(shown: Shown) -> bool:
    """Return whether the dataset lies on the clock of another instrument."""
    return ALIGNED in shown.dataset.columns


def draw_stacked(figure: FigureBase, shown: Sequence[Shown]) -> None:
    """Draw one or two columns of each dataset over the aligned time, each panel named after its source."""
    datasets = [one.dataset for one in shown]
    panels = [(dataset, column) for dataset in datasets for column in _columns(dataset)]
    if not panels:
        raise DataError("the aligned record has nothing to draw", found=", ".join(d.name for d in datasets))
    factor, unit = time_unit(np.concatenate([dataset[ALIGNED] for dataset in datasets]))
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    sources = list(dict.fromkeys(dataset.attrs.get("part", dataset.name) for dataset, _ in panels))
    for axis, (dataset, column) in zip(axes, panels, strict=True):
        source = dataset.attrs.get("part", dataset.name)
        colour = (BLUE, RED, OCHRE, GREY)[sources.index(source) % 4]
        if dataset.kind in (TABLE, "impedance"):
            _points(axis, dataset, column.name, factor, colour)
        else:
            time = dataset[ALIGNED]
            order = np.argsort(time, kind="stable")
            curve_of_time(axis, time[order] / factor, np.asarray(column.values, np.float64)[order], color=colour)
        axis.set_ylabel(
            _in_two_lines(printed_label(column) if dataset.kind == TABLE else label(column)), fontsize=9
        )
        # Above its panel, so that no curve runs through it.
        axis.set_title(source, loc="right", fontsize=7, color=GREY, pad=2, parse_math=False)
        tidy(axis)
    figure.align_ylabels(axes)
    axes[-1].set_xlabel(f"$t$ / {unit}, clock of {sources[0]}")


def _points(axis: Axes, dataset: Dataset, name: str, factor: float, colour: str) -> None:
    """Draw values with what they state of themselves, if they do: between them nothing was measured."""
    read = readings(dataset, name)
    axis.errorbar(
        dataset[ALIGNED] / factor, read.values, np.nan_to_num(read.u), fmt="o", ms=4, color=colour, capsize=3
    )


def _in_two_lines(text: str) -> str:
    """Return a label that is longer than a panel is high with its unit below."""
    printed = re.sub(r"\\[a-z]+|[${}_]", "", text)
    return text.replace(" / ", "\n/ ", 1) if len(printed) > LONG else text


def _columns(dataset: Dataset) -> list[Column]:
    if dataset.kind == TABLE:
        return [dataset.columns[name] for name in measured_numbers(dataset)[:PER_SOURCE]]
    full = [c for c in dataset.columns.values() if c.values.dtype.kind in "fiu" and np.isfinite(c.values).any()]
    known = [dataset.columns[name] for name in _SHOWN if dataset.columns.get(name) in full]
    vendor = [c for c in full if c.is_vendor and c.values.dtype.kind == "f"]
    return (known or vendor)[:PER_SOURCE]
