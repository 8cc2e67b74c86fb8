"""What the figure needs of a cube, small enough to be kept in an outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from echub.plugin import Series
from echub_sims_map.data.cube import Array, IonCube, MapGrid, Maps
from echub_sims_map.method.width import Found

LARGEST = 128
"""Pixels along an edge of a picture; larger maps are averaged."""


def pictures(cube: IonCube, grid: MapGrid, columns: Sequence[Found], frames: int = 1) -> dict[str, Series]:
    """Return the mean map, the map in mid-depth, sections through the widest and narrowest column, and outlines.

    Images are flat, row by row; `shape` says rows and columns of the maps, `section_shape` those of
    each section; `section_y` where they are, and half their thickness. Not measured is None.
    """
    known = np.where(cube.measured, cube.counts, np.nan)
    planes = {"mean": _mean(known, 0)}
    middle = len(known) // 2
    # One frame alone is hardly more than noise: the middle tenth of the depth is shown.
    half = max(1, len(known) // 20)
    near = slice(max(0, middle - half), middle + half)
    planes["mid_depth"] = _mean(known[near], 0)
    small = {name: _shrunk(plane) for name, plane in planes.items()}
    rows = [(round(c.y), max(0, round(c.width / 6))) for c in sorted(columns, key=lambda c: -c.area)]
    rows = rows[:1] + rows[-1:] if len(rows) > 1 else rows or [(cube.counts.shape[1] // 2, 1)]
    cuts = [_shrunk(_mean(known[:, max(0, row - thick) : row + thick + 1], 1)) for row, thick in rows]
    places = [place for row, thick in rows for place in (grid.y[0] + row * grid.pixel[1], thick * grid.pixel[1])]
    outlines = _outlines(columns, grid)
    depths = np.array([grid.depth[near].min(), grid.depth[near].max()])
    return {
        **{name: Series.of(plane.ravel(), "count") for name, plane in small.items()},
        "shape": Series.of(small["mean"].shape),
        "section": Series.of(np.concatenate([cut.ravel() for cut in cuts]), "count"),
        "section_shape": Series.of(cuts[0].shape),
        "section_y": Series.of(places, grid.unit),
        "field": Series.of([grid.x[0], grid.x[-1], grid.y[0], grid.y[-1], *grid.pixel], grid.unit),
        "depth": Series.of([grid.depth[0], grid.depth[-1], len(grid.depth)], grid.depth_unit),
        "mid_depth_at": Series.of(depths, grid.depth_unit),
        **outlines,
        "column_span": Series.of([f * frames for c in columns for f in (c.first, c.last)], "1"),
    }


def scale_of(maps: Maps, species: str) -> dict[str, Series]:
    """Return the range of colours of an ion: that of its mean maps in all regions, so that these can be compared.

    From 0.5 to 99.5 % of all pixels: a hot pixel does not darken the rest.
    """
    at = [k for k, name in enumerate(maps.names) if name[1] == species]
    planes = [_shrunk(_mean(maps.shown(k), 0)) for k in at]
    values = np.concatenate([plane.ravel() for plane in planes])
    known = values[np.isfinite(values)]
    ends = np.percentile(known, [0.5, 99.5]) if known.size else np.array([0.0, 1.0])
    return {"scale": Series.of(ends, "count")}


def _mean(values: Array, axis: int) -> Array:
    """Average over what was measured; NaN where nothing was."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _shrunk(plane: Array) -> Array:
    """Average blocks of pixels, so that no edge is longer than `LARGEST`."""
    for axis in (0, 1):
        step = -(-plane.shape[axis] // LARGEST)
        if step > 1:
            whole = plane.shape[axis] // step * step
            parts = np.moveaxis(plane, axis, 0)[:whole]
            plane = np.moveaxis(_mean(parts.reshape(-1, step, *parts.shape[1:]), 1), 0, axis)
    return plane


def _outlines(columns: Sequence[Found], grid: MapGrid) -> dict[str, Series]:
    """Return the edges between pixels inside and outside of each column, in the units of the map."""
    (dx, dy), numbers, ends = grid.pixel, [], [np.empty((0, 4))]
    for number, column in enumerate(columns, 1):
        padded = np.pad(column.footprint, 1).astype(np.int8)
        # A step between i and i + 1 of the padded plane lies at i - 0.5 of the map.
        y, x = np.nonzero(np.diff(padded, axis=0))
        ends.append(np.stack([x - 1.5, y - 0.5, x - 0.5, y - 0.5], axis=1))
        y, x = np.nonzero(np.diff(padded, axis=1))
        ends.append(np.stack([x - 0.5, y - 1.5, x - 0.5, y - 0.5], axis=1))
        numbers += [number] * (len(ends[-2]) + len(ends[-1]))
    lines = np.concatenate(ends)
    scaled = {
        "outline_x0": grid.x[0] + dx * lines[:, 0],
        "outline_y0": grid.y[0] + dy * lines[:, 1],
        "outline_x1": grid.x[0] + dx * lines[:, 2],
        "outline_y1": grid.y[0] + dy * lines[:, 3],
    }
    return {
        "outline_column": Series.of(numbers),
        **{name: Series.of(values, grid.unit) for name, values in scaled.items()},
    }
