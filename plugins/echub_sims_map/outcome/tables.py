"""The tables of the outcome: columns, co-location, and profiles of regions of interest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from echub.plugin import Series, poisson_interval
from echub_sims_map.data.cube import IonCube, MapGrid, Truth
from echub_sims_map.method.colocation import together
from echub_sims_map.method.roi import RoiCounts, counted, regions
from echub_sims_map.method.upright import Uprightness
from echub_sims_map.method.width import LEAST_CORE, Found, clear_of

Z95 = 1.959963984540054
"""Standard deviations to either side that hold 95 % of a normal distribution."""
Table = dict[str, Series]
DEPTHS = {"nm": "depth", "s": "sputter_time", "1": "frame"}


def column_table(columns: Sequence[Found], grid: MapGrid, dispersion: float, frames: int) -> Table:
    """Return one row per column: place, width with its standard uncertainty, depth, brightness."""
    edge, wider = math.sqrt(grid.pixel_area), math.sqrt(max(1.0, dispersion))
    (dx, dy), unit = grid.pixel, grid.unit
    deep = [(_edge(grid, c.first * frames), _edge(grid, c.last * frames)) for c in columns]
    name = DEPTHS[grid.depth_unit]
    return {
        "column": Series.of(range(1, len(columns) + 1)),
        "x": Series.of([grid.x[0] + dx * c.x for c in columns], unit),
        "y": Series.of([grid.y[0] + dy * c.y for c in columns], unit),
        "width": Series.of([edge * c.width for c in columns], unit),
        "uncertainty": Series.of([edge * wider * c.width_error for c in columns], unit),
        "contrast": Series.of([c.contrast for c in columns]),
        f"{name}_from": Series.of([a for a, _ in deep], grid.depth_unit),
        f"{name}_to": Series.of([b for _, b in deep], grid.depth_unit),
        "note": Series.of([_note(c) for c in columns]),
    }


def depth_table(shapes: Sequence[Uprightness], grid: MapGrid, frames: int) -> Table:
    """Return one row per column and third of its depth: width and centre, and the lean from the top."""
    rows = [(k, shape.parts[0], part) for k, shape in enumerate(shapes, 1) for part in shape.parts]
    edge, (dx, dy), unit = math.sqrt(grid.pixel_area), grid.pixel, grid.unit
    name = DEPTHS[grid.depth_unit]
    return {
        "column": Series.of([k for k, _, _ in rows]),
        f"{name}_from": Series.of([_edge(grid, p.first * frames) for _, _, p in rows], grid.depth_unit),
        f"{name}_to": Series.of([_edge(grid, p.last * frames) for _, _, p in rows], grid.depth_unit),
        "width": Series.of([edge * p.width for _, _, p in rows], unit),
        "uncertainty": Series.of([edge * p.error for _, _, p in rows], unit),
        "x": Series.of([grid.x[0] + dx * p.x for _, _, p in rows], unit),
        "y": Series.of([grid.y[0] + dy * p.y for _, _, p in rows], unit),
        "lean": Series.of([math.hypot(dx * (p.x - t.x), dy * (p.y - t.y)) for _, t, p in rows], unit),
    }


def _note(column: Found) -> str:
    if column.cut:
        return "cut: the width is that of a part"
    return "" if column.core >= LEAST_CORE else "at most this wide"


def _edge(grid: MapGrid, frame: int) -> float:
    """Return the depth at the start of a frame; depths are those of the middles of frames."""
    middles = np.arange(len(grid.depth)) + 0.5
    step = (grid.depth[-1] - grid.depth[0]) / max(len(grid.depth) - 1, 1)
    if frame <= 0 or frame >= len(grid.depth):
        end = grid.depth[0 if frame <= 0 else -1]
        return float(end - step / 2 if frame <= 0 else end + step / 2)
    return float(np.interp(frame, middles, grid.depth))


def colocation_table(
    cube: IonCube, partners: Sequence[IonCube], columns: Sequence[Found], frames: int, rng: np.random.Generator
) -> Table:
    """Return one row per other ion: correlation without counting noise, chance, and brightness in the columns."""
    if not partners:
        return {}
    found = [together(cube, other, rng) for other in partners]
    ratios = [_inside_over_outside(other, columns, frames) for other in partners]
    return {
        "species": Series.of([cube.species] * len(partners)),
        "with": Series.of([other.species for other in partners]),
        "polarities": Series.of([f"{cube.polarity:+d} {other.polarity:+d}" for other in partners]),
        "correlation": Series.of([t.correlation for t in found]),
        "low": Series.of([t.low for t in found]),
        "high": Series.of([t.high for t in found]),
        "p_chance": Series.of([t.p for t in found]),
        "inside_over_outside": Series.of([r[0] for r in ratios]),
        "ratio_low": Series.of([r[1] for r in ratios]),
        "ratio_high": Series.of([r[2] for r in ratios]),
    }


def colocation_by_depth(
    cube: IonCube, partners: Sequence[IonCube], grid: MapGrid, rng: np.random.Generator
) -> Table:
    """Return the correlation with every other ion by thirds of the depth."""
    edges = np.linspace(0, len(cube.counts), 4).round().astype(int).tolist()
    rows = [
        (other.species, a, b, together(cube.part(a, b), other.part(a, b), rng))
        for other in partners
        for a, b in pairwise(edges)
        if b > a
    ]
    name = DEPTHS[grid.depth_unit]
    if not rows:
        return {}
    return {
        "with": Series.of([species for species, _, _, _ in rows]),
        f"{name}_from": Series.of([_edge(grid, a) for _, a, _, _ in rows], grid.depth_unit),
        f"{name}_to": Series.of([_edge(grid, b) for _, _, b, _ in rows], grid.depth_unit),
        "correlation": Series.of([t.correlation for _, _, _, t in rows]),
        "low": Series.of([t.low for _, _, _, t in rows]),
        "high": Series.of([t.high for _, _, _, t in rows]),
    }


def _inside_over_outside(
    other: IonCube, columns: Sequence[Found], frames: int
) -> tuple[float | None, float | None, float | None]:
    """Return counts per pixel inside the columns over those outside, with an interval of 95 %.

    Their rims belong to neither; the frames are those that all columns reach over.
    """
    if not columns:
        return None, None, None
    inside = np.logical_or.reduce([column.inside for column in columns])
    covered = np.logical_or.reduce([column.footprint for column in columns])
    outside = clear_of(columns, covered)
    first, last = frames * max(c.first for c in columns), frames * min(c.last for c in columns)
    deep = slice(first, last) if first < last else slice(None)
    parts = [counted(other, where) for where in (inside, outside)]
    counts, pixels = [float(p.counts[deep].sum()) for p in parts], [int(p.pixels[deep].sum()) for p in parts]
    if min(pixels) == 0 or min(counts) <= 0:
        return None, None, None
    log = math.log(counts[0] / pixels[0]) - math.log(counts[1] / pixels[1])
    relative = sum(float(p.variance[deep].sum()) / n**2 for p, n in zip(parts, counts, strict=True))
    half = Z95 * math.sqrt(max(1.0, other.dispersion) * relative)
    return math.exp(log), math.exp(log - half), math.exp(log + half)


def roi_table(cubes: Sequence[IonCube], grid: MapGrid, columns: Truth, text: str) -> Table:
    """Return one row per region of interest, ion and frame; a frame without a measured pixel has no counts.

    columns: (y, x), the pixels of the columns found.
    """
    rows: dict[str, list[object]] = {}
    for roi in regions(text, grid, columns):
        for cube in cubes:
            for name, values in _profile(cube, grid, roi.name, counted(cube, roi.inside)).items():
                rows.setdefault(name, []).extend(values)
    units = {DEPTHS[grid.depth_unit]: grid.depth_unit, "counts": "count", "low": "count", "high": "count"}
    return {name: Series.of(values, units.get(name, "")) for name, values in rows.items()}


def _profile(cube: IonCube, grid: MapGrid, roi: str, part: RoiCounts) -> Mapping[str, Sequence[object]]:
    """Return the rows of one ion in one region of interest, with Poisson intervals of 95 %."""
    frames = len(part.counts)
    none = part.pixels == 0
    low, high = poisson_interval(part.counts)
    # Dead time and over-dispersion spread counts further than Poisson's law.
    spread = np.sqrt(max(1.0, cube.dispersion) * part.variance / np.maximum(part.counts, 1e-9))
    wider = np.where(part.counts > 0, np.maximum(spread, 1.0), 1.0)
    columns = {
        "counts": part.counts,
        "low": np.maximum(part.counts - wider * (part.counts - low), 0.0),
        "high": part.counts + wider * (high - part.counts),
    }
    return {
        "roi": [roi] * frames,
        "region": [cube.region] * frames,
        "species": [cube.species] * frames,
        "polarity": [cube.polarity] * frames,
        "frame": list(range(frames)),
        **({} if grid.depth_unit == "1" else {DEPTHS[grid.depth_unit]: grid.depth.tolist()}),
        **{name: np.where(none, np.nan, values).tolist() for name, values in columns.items()},
        "pixels": part.pixels.tolist(),
    }
