"""Pictures of secondary ions and other mass spectra: depth profiles, mass spectra, maps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import PALETTE, palette_of
from echub.model.column import Column
from echub.pictures.curves import axis_of, curve, curve_of_scans, finish
from echub.pictures.shown import Shown, alike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

DEPTHS = ("depth", "sputter_time", "ion_dose")
INTENSITIES = ("ion_counts", "ion_count_rate", "ion_current", "atomic_concentration", "partial_pressure")
MOST_MAPS = 12
"""maps in one figure, at most four in a row; more would be too small to see a column."""
_ROW = 4


def is_profile(shown: Shown) -> bool:
    """Return whether there are intensities of species against depth or time."""
    return shown.first(DEPTHS) is not None and shown.first(INTENSITIES) is not None


def draw_profile(figure: FigureBase, shown: Sequence[Shown]) -> None:
    """Draw intensities against depth, logarithmic, a panel per region or file, a colour per species."""
    parts = [(one, region) for one in shown for region in _texts(one, "region")]
    names = list(dict.fromkeys(species for one in shown for species in _texts(one, "species")))
    colours = dict(zip(names, palette_of(len(names)), strict=True))
    axes = figure.subplots(1, len(parts), sharey=True, squeeze=False)[0]
    intensities = dict(zip(shown, alike(shown, INTENSITIES), strict=True))
    up = axis_of(list(intensities.values()))  # panels share it
    for axis, (one, region) in zip(axes, parts, strict=True):
        depth, counts = one.needed(DEPTHS), intensities[one]
        across = axis_of([depth])
        for species in _texts(one, "species"):
            rows = _where(one, "region", region) & _where(one, "species", species)
            if rows.any():
                curve(axis, across.of(depth)[rows], up.of(counts)[rows], color=colours[species], label=species)
        _logarithmic(axis, intensities.values())
        axis.set_title("  ·  ".join(part for part in (one.label, region) if part), fontsize=9, parse_math=False)
        finish(
            axis,
            across.words,
            up.words if axis is axes[0] else "",
            legend=axis is axes[-1] and any(names),
            beside=True,
        )


def _logarithmic(axis: Axes, columns: Iterable[Column]) -> None:
    """Make an axis logarithmic, unless nothing was counted; a line leaves it at zero: single counts are seen."""
    if any((column.values > 0).any() for column in columns):
        axis.set_yscale("log")


def _texts(one: Shown, name: str) -> list[str]:
    """Return the labels of a column in the order in which they appear; one empty text without it."""
    if name not in one.dataset.columns:
        return [""]
    return list(dict.fromkeys(str(text) for text in one.dataset[name]))


def _where(one: Shown, name: str, text: str) -> np.ndarray:
    if name not in one.dataset.columns:
        return np.ones(one.dataset.rows, bool)
    return np.array([str(value) == text for value in one.dataset[name]])


def is_mass_spectrum(shown: Shown) -> bool:
    """Return whether there are intensities against mass."""
    return "mass_to_charge" in shown.dataset.columns and shown.first(INTENSITIES) is not None


def draw_mass_spectrum(figure: FigureBase, shown: Sequence[Shown]) -> None:
    """Draw intensity against mass per charge, logarithmic, a panel per quantity."""
    columns = alike(shown, INTENSITIES)
    masses = [one.dataset.columns["mass_to_charge"] for one in shown]
    across = axis_of(masses, masses[0].unit)
    quantities = list(dict.fromkeys(column.quantity for column in columns))
    axes = figure.subplots(len(quantities), 1, sharex=True, squeeze=False)[:, 0]
    for axis, quantity in zip(axes, quantities, strict=True):
        drawn = [n for n, column in enumerate(columns) if column.quantity == quantity]
        up = axis_of([columns[n] for n in drawn])
        for n in drawn:
            style = {"color": shown[n].colour or PALETTE[0], "label": shown[n].label}
            curve_of_scans(axis, across.of(masses[n]), up.of(columns[n]), **style)
        _logarithmic(axis, [columns[n] for n in drawn])
        finish(axis, across.words if axis is axes[-1] else "", up.words, legend=bool(shown[0].label))


def is_map(shown: Shown) -> bool:
    """Return whether there are counts by species, frame and pixel."""
    column = shown.dataset.columns.get("ion_counts")
    return column is not None and column.axes == ("species", "frame", "y", "x")


def draw_maps(figure: FigureBase, shown: Sequence[Shown]) -> None:
    """Draw the counts of each species, summed over the frames, side by side."""
    maps = [(one, n) for one in shown for n in range(len(one.dataset["ion_counts"]))][:MOST_MAPS]
    columns = min(_ROW, math.ceil(math.sqrt(len(maps))))
    axes = figure.subplots(-(-len(maps) // columns), columns, squeeze=False).ravel()
    for axis in axes[len(maps) :]:
        axis.set_visible(False)
    for place, (axis, (one, n)) in enumerate(zip(axes, maps, strict=False)):
        image = _summed(_measured(one, n))
        extent = _extent(one, image.shape)
        drawn = axis.imshow(image, origin="lower", cmap="viridis", extent=extent, interpolation="nearest")
        axis.set_title(_map_title(one, n), fontsize=9, parse_math=False)
        axis.set(xlabel="$x$ / µm" if extent else "pixel")
        if place % columns == 0:
            axis.set(ylabel="$y$ / µm" if extent else "pixel")
        # As high as the image, which is narrower or lower than its place.
        figure.colorbar(drawn, cax=axis.inset_axes((1.04, 0, 0.05, 1)), label="counts")


def _measured(one: Shown, n: int) -> np.ndarray:
    """Return the frames (frame, y, x) of a species; NaN where the mask says that a pixel was not measured."""
    counts = one.dataset.columns["ion_counts"]
    mask = next((column for column in one.dataset.columns.values() if column.quantity == "mask"), None)
    frames: np.ndarray = counts.values[n]
    if mask is None or mask.axes != counts.axes[-len(mask.axes) :]:
        return frames
    known = mask.values[n] if mask.axes == counts.axes else mask.values
    return np.where(known > 0, frames, np.nan)


def _summed(frames: np.ndarray) -> np.ndarray:
    """Add up frames (frame, y, x); a pixel that some of them lack is that of the others, NaN where none has it."""
    known = np.isfinite(frames)
    return np.where(known.any(axis=0), np.where(known, frames, 0).sum(axis=0), np.nan)


def _map_title(one: Shown, n: int) -> str:
    """Name a map by file, region and species."""
    told = [str(one.dataset[name][n]) for name in ("region", "species") if name in one.dataset.columns]
    return "  ·  ".join(part for part in (one.label, *(told or [f"species {n + 1}"])) if part)


def _extent(one: Shown, shape: tuple[int, ...]) -> tuple[float, float, float, float] | None:
    """Return the edges of the image in µm, if the pixels have a size."""
    if not {"x", "y"} <= set(one.dataset.columns) or min(shape) < 2:
        return None
    x, y = one.dataset.to("x", "um"), one.dataset.to("y", "um")
    dx, dy = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    if not np.isfinite([*x[[0, -1]], *y[[0, -1]], dx, dy]).all() or not dx * dy:
        return None
    return float(x[0] - dx), float(x[-1] + dx), float(y[0] - dy), float(y[-1] + dy)
