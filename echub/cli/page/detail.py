"""Points for a chart that the browser draws: as many as it can show, more of a part that is zoomed into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.drawing import PALETTE, outline
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.model.spectra import numbered
from echub.pictures.curves import axis_of
from echub.pictures.gaps import stretches
from echub.pictures.shown import CURRENTS, POTENTIALS, Shown
from echub.pictures.voltammogram import is_voltammogram
from echub.segments import runs

MARKUP = re.compile(r"\\mathrm|[${}]")
PIECES = 700
"""Pieces of a curve: with six points each, about four points per pixel of a wide window."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A column against another one, as numbers of a chart."""

    dataset: Dataset
    x: str
    y: str

    @cached_property
    def across(self) -> tuple[float, str]:
        """Return the factor of x in a readable unit, and its label."""
        return _axis(self.dataset.columns[self.x])

    @cached_property
    def up(self) -> tuple[float, str]:
        """Return the factor of y in a readable unit, and its label."""
        return _axis(self.dataset.columns[self.y])

    def points(self, low: float | None = None, high: float | None = None) -> list[list[float | None]]:
        """Return the points between two x; the line breaks where clock or spectrum start anew, at pauses and NaN.

        The row on either side of the window is kept, so that the line reaches its edges.
        """
        x = np.asarray(self.dataset.columns[self.x].values, np.float64) * self.across[0]
        y = np.asarray(self.dataset.columns[self.y].values, np.float64) * self.up[0]
        found: list[list[float | None]] = []
        for part in self._parts(x):
            if found:
                found.append([None, None])
            rows = _inside(x[part], low, high)
            px, py = x[part][rows], y[part][rows]
            kept = outline(px, py, PIECES)
            found += [[_number(a), _number(b)] for a, b in zip(px[kept].tolist(), py[kept].tolist(), strict=True)]
        return found

    def _parts(self, x: Floats) -> Sequence[slice]:
        if self.dataset.kind == "impedance":
            spectra = runs(numbered(self.dataset)["spectrum"])
            return [slice(*ends) for ends in zip(spectra.start.tolist(), spectra.stop.tolist(), strict=True)]
        return stretches(x) if self.dataset.columns[self.x].quantity == "time" else [slice(None)]


def _inside(x: Floats, low: float | None, high: float | None) -> NDArray[np.intp]:
    if low is None or high is None:
        return np.arange(len(x))
    with np.errstate(invalid="ignore"):
        inside = (x >= low) & (x <= high)
    wide = inside.copy()
    wide[1:] |= inside[:-1]
    wide[:-1] |= inside[1:]
    return np.flatnonzero(wide)


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _axis(column: Column) -> tuple[float, str]:
    """Return factor and label, without mathematical markup: ``t / h``; of an imaginary part, capacitive is up."""
    axis = axis_of([column])
    words = MARKUP.sub("", axis.words)
    return (-axis.factor, f"−{words}") if column.quantity == "impedance_imag" else (axis.factor, words)


def numeric(dataset: Dataset) -> list[str]:
    """Return the columns that can be drawn: numbers over rows."""
    return [
        name
        for name, column in dataset.columns.items()
        if column.axes == ("row",) and not column.labels and not column.bits and column.values.dtype.kind in "fiub"
    ]


def first_choice(record: Record, dataset: Dataset) -> tuple[str, list[str]]:
    """Return the columns that a dataset with numbers is first drawn with: across, and upwards."""
    names, shown = numeric(dataset), Shown(record, dataset)
    potential, current = shown.first(POTENTIALS), shown.first(CURRENTS)
    if potential and current and is_voltammogram(shown):
        return potential.name, [current.name]
    if {"impedance_real", "impedance_imag"} <= set(names):
        return "impedance_real", ["impedance_imag"]
    wanted = ("potential_we", "voltage", "current", "current_density", "ion_counts", "ion_count_rate")
    usual = ("time", "depth", "sputter_time", "mass_to_charge", "row")
    across = next((name for name in usual if name in names), names[0])
    return across, [name for name in wanted if name in names][:2] or [name for name in names if name != across][:1]


def options(curves: list[Curve]) -> dict[str, Any]:
    """Return the options of the chart: one panel per curve, a common x, zoom and crosshair."""
    count, across = len(curves), curves[0].across[1]
    height = 84 / count  # per cent; the rest is for the slider
    gap = 20 / max(count, 2)  # a chart is as high as its panels: the gap keeps its height, and so its share falls
    grids = [
        {"left": 80, "right": 30, "top": f"{5 + n * height}%", "height": f"{height - gap}%"} for n in range(count)
    ]
    return {
        "animation": False,
        "axisPointer": {"link": [{"xAxisIndex": "all"}], "label": {"precision": 5}},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "cross"}},
        "toolbox": {
            "right": 20,
            "feature": {"dataZoom": {"title": {"zoom": "zoom", "back": "back"}}, "restore": {"title": "all"}},
        },
        "grid": grids,
        "xAxis": [
            {**_scale(n, across if n == count - 1 else "", 28), "axisLabel": {"show": n == count - 1}}
            for n in range(count)
        ],
        "yAxis": [_scale(n, curve.up[1], 60) for n, curve in enumerate(curves)],
        "dataZoom": [
            {"type": "inside", "xAxisIndex": list(range(count)), "filterMode": "none"},
            {"type": "slider", "xAxisIndex": list(range(count)), "filterMode": "none", "bottom": 8, "height": 22},
        ],
        "series": [
            {
                "type": "line",
                "color": PALETTE[n % len(PALETTE)],
                "name": curve.up[1],
                "showSymbol": curve.x.startswith("impedance"),
                "symbolSize": 5,
                "lineStyle": {"width": 1.5},
                "xAxisIndex": n,
                "yAxisIndex": n,
                "data": curve.points(),
            }
            for n, curve in enumerate(curves)
        ],
    }


def _scale(n: int, name: str, gap: int) -> dict[str, Any]:
    return {"type": "value", "scale": True, "gridIndex": n, "name": name, "nameLocation": "middle", "nameGap": gap}
