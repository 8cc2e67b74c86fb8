"""The width of a column below a pixel: its excess over the background, divided by that of its core.

A uniform column of area A adds A · c counts to a map of its frames, where c is what one pixel inside it
has more than the background; pixels at its rim count by the share they are covered. So A = E / c needs
no threshold, and its variance follows from the counts of core, rim and surroundings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_dilation, distance_transform_edt, label, uniform_filter

from echub_sims_map.data.cube import Array, IonCube, Truth
from echub_sims_map.method.columns import Cluster

RIM = 2
"""Pixels around the half level that may still hold some of a column."""
LEAST_CORE = 4
"""Pixels that a core must have, so that its level is that of the column and not of its rim."""
LEAST_PIXELS = 2
NOISE = 4.0
"""Standard deviations of the smoothed map by which the half level has to stand out."""
HALF_DIAGONAL = math.sqrt(0.5)
"""A pixel whose centre is as far inside of a rim lies inside whole."""
_AROUND = 5
"""Pixels around a rim, and more around a large one, from which the background of a column is taken. By eye."""
_BOX = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, eq=False)
class Found:
    """A measured column; lengths in pixels, depths in frames, levels in counts per pixel and frame.

    `area_error` is of counting alone. `footprint` are the pixels above the half level, `inside` those of
    them that lie inside for sure. `cut`: it touches the edge of the field or what was not measured.
    """

    x: float
    y: float
    first: int
    last: int
    area: float
    area_error: float
    level: float
    background: float
    cut: bool
    footprint: Truth
    inside: Truth

    @property
    def core(self) -> int:
        """Count the pixels that lie inside for sure."""
        return int(self.inside.sum())

    @property
    def width(self) -> float:
        """Return the diameter of a circle of the same area."""
        return 2 * math.sqrt(max(self.area, 0.0) / math.pi)

    @property
    def width_error(self) -> float:
        """Return its standard uncertainty."""
        return self.area_error / math.sqrt(math.pi * max(self.area, 1e-9))

    @property
    def contrast(self) -> float:
        """Return its level over the background's."""
        return 1 + self.level / self.background if self.background > 0 else math.inf


@dataclass(frozen=True, eq=False)
class Plane:
    """Counts per pixel and frame over some frames, and their variance; NaN where nothing was measured."""

    rate: Array
    variance: Array
    smooth: Array

    @classmethod
    def of(cls, cube: IonCube, first: int, last: int) -> Plane:
        """Average the frames from `first` up to and without `last`."""
        part = slice(first, last)
        measured = cube.measured[part].sum(axis=0).astype(np.float64)
        safe = np.where(measured > 0, measured, np.nan)
        rate = cube.counts[part].sum(axis=0) / safe
        known = np.isfinite(rate)
        weight = uniform_filter(known.astype(np.float64), 3, mode="constant")
        total = uniform_filter(np.where(known, rate, 0.0), 3, mode="constant")
        # One measured pixel of nine weighs 0.11: below 0.05 there is none, only rounding.
        smooth = np.where(weight > 0.05, total / np.maximum(weight, 0.05), np.nan)
        return cls(rate, cube.variance[part].sum(axis=0) / safe**2, smooth)


@dataclass(frozen=True, eq=False)
class Piece:
    """One column before it is measured: its frames, and its pixels above the half level."""

    first: int
    last: int
    half: Truth


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What lies around the components: pixels that are clear of them, and their counts by frame."""

    clear: Truth
    level: Array

    @classmethod
    def of(cls, cube: IonCube, components: list[Cluster]) -> Surroundings:
        """Leave out all components with their rims."""
        shape = cube.counts.shape[1:]
        taken = np.zeros(shape, dtype=bool)
        for component in components:
            taken |= component.footprint(shape)
        clear = ~binary_dilation(taken, _BOX, iterations=RIM)
        return cls(clear, _per_frame(cube, clear))


def clear_of(columns: Sequence[Found], covered: Truth) -> Truth:
    """Return the pixels (y, x) outside of the covered ones and their rims; all others where no pixel is left."""
    clear = ~binary_dilation(covered, _BOX, iterations=RIM) if columns else ~covered
    return np.asarray(clear if clear.any() else ~covered)


def measure(cube: IonCube, components: list[Cluster], span: float, sign: int) -> list[Found]:
    """Measure every column of the components, from top to bottom and left to right."""
    around = Surroundings.of(cube, components)
    found = [_measured(cube, piece, around.clear, sign) for piece in pieces(cube, components, around, span, sign)]
    return sorted(found, key=lambda column: (round(column.y), column.x))


def pieces(
    cube: IonCube, components: list[Cluster], around: Surroundings, span: float, sign: int
) -> Iterator[Piece]:
    """Return every column of the components that reaches over `span`; two that only their rims join are two."""
    for component in components:
        whole = component.box[0]
        plane = Plane.of(cube, whole.start, whole.stop)
        half = _half_level(plane, component.footprint(around.clear.shape), around.clear, sign)
        numbered, count = label(half, structure=_BOX)
        for number in range(1, count + 1):
            piece = numbered == number
            if piece.sum() < LEAST_PIXELS:
                continue
            first, last = _extent(cube, piece, around.level, whole, sign)
            if last - first >= span * len(cube.counts):
                yield Piece(first, last, _half_level(Plane.of(cube, first, last), piece, around.clear, sign))


def _half_level(plane: Plane, footprint: Truth, clear: Truth, sign: int) -> Truth:
    """Return the pixels on and beside a footprint whose smoothed excess is above the half of the plateau.

    Where the half is lost in the noise of counting, the footprint stays as it is.
    """
    inside = binary_dilation(footprint, _BOX) & np.isfinite(plane.smooth)
    excess = sign * (plane.smooth - _mean(plane.rate, clear))
    high = np.sort(excess[inside])[::-1]
    plateau = float(high[: max(1, len(high) // 10)].mean())  # of the brightest tenth
    noise = math.sqrt(float(np.nanmean(plane.variance[inside]))) / _BOX.shape[0]
    if plateau / 2 < NOISE * noise:
        return footprint
    return np.asarray(inside & (np.where(inside, excess, 0.0) > plateau / 2))


def _mean(rate: Array, where: Truth) -> float:
    values = rate[where & np.isfinite(rate)]
    return float(values.mean()) if values.size else 0.0


def _extent(cube: IonCube, piece: Truth, level: Array, whole: slice, sign: int) -> tuple[int, int]:
    """Return the frames in which a column is above the half of its level."""
    smooth = uniform_filter(sign * (_per_frame(cube, piece) - level), 3, mode="nearest")
    half = float(np.median(smooth[whole])) / 2
    above = np.flatnonzero(smooth[whole] > half) + whole.start
    return (int(above[0]), int(above[-1]) + 1) if len(above) else (whole.start, whole.start)


def _per_frame(cube: IonCube, where: Truth) -> Array:
    measured = cube.measured[:, where].sum(axis=1)
    return np.asarray(cube.counts[:, where].sum(axis=1) / np.maximum(measured, 1))


def _measured(cube: IonCube, piece: Piece, clear: Truth, sign: int) -> Found:
    half, plane = piece.half, Plane.of(cube, piece.first, piece.last)
    rim = binary_dilation(half, _BOX, iterations=RIM)
    around = clear & ~rim & binary_dilation(rim, _BOX, iterations=_AROUND + int(math.sqrt(half.sum())))
    around &= np.isfinite(plane.rate)
    lost = rim & ~np.isfinite(plane.rate)
    rate = np.where(lost, plane.smooth, plane.rate)
    background = _mean(rate, around)
    excess = np.where(rim & np.isfinite(rate), sign * (rate - background), 0.0)
    bright = np.where(half, excess, 0.0)
    x, y = _centre(bright if bright.sum() > 0 else half.astype(np.float64))
    core = _core(half, excess, x, y)
    area, variance = _area(rate, plane.variance, rim & np.isfinite(rate), core, around, sign)
    level = sign * (_mean(rate, core) - background)
    cut = bool(half[[0, -1]].any() or half[:, [0, -1]].any() or (lost & half).any())
    return Found(
        x, y, piece.first, piece.last, area, math.sqrt(variance), sign * level, background,
        cut, half, core,
    )  # fmt: skip


def measured_part(cube: IonCube, near: Piece, clear: Truth, sign: int) -> Found:
    """Measure a column over a part of its depth, above the half of its level there; `near`: where it may lie."""
    half = _half_level(Plane.of(cube, near.first, near.last), near.half, clear, sign)
    return _measured(cube, Piece(near.first, near.last, half if half.any() else near.half), clear, sign)


def _centre(excess: Array) -> tuple[float, float]:
    total = excess.sum()
    rows, columns = np.indices(excess.shape)
    return float((excess * columns).sum() / total), float((excess * rows).sum() / total)


def _core(half: Truth, excess: Array, x: float, y: float) -> Truth:
    """Return the pixels that lie inside a column for sure: farther from its edge than half a diagonal.

    In a small column these are too few to be told from its pixels alone; it is taken for an ellipse.
    """
    # Farther than √2 from all that is outside: its eight neighbours are inside as well.
    deep = half & (distance_transform_edt(np.pad(half, 1, constant_values=True))[1:-1, 1:-1] > 1.5)
    if deep.sum() >= 2 * LEAST_CORE:
        return np.asarray(deep)
    along, across, stretch = _along_axes(half, x, y)
    radius = math.sqrt(half.sum() / math.pi)
    near = half
    for _ in range(3):  # core and radius depend on each other; by eye
        long = max(radius * stretch - HALF_DIAGONAL, 1e-3)
        short = max(radius / stretch - HALF_DIAGONAL, 1e-3)
        distance = np.hypot(along / long, across / short)
        near = half & (distance <= 1)
        if not near.any():
            near = half & (distance <= distance[half].min())
        radius = math.sqrt(max(excess.sum() / max(float(excess[near].mean()), 1e-9), 0.0) / math.pi)
    return np.asarray(near)


def _along_axes(half: Truth, x: float, y: float) -> tuple[Array, Array, float]:
    """Return the distances of all pixels along both axes of a column, and the square root of their ratio."""
    rows, columns = (np.asarray(axis, dtype=np.float64) for axis in np.indices(half.shape))
    apart = np.stack([columns[half] - x, rows[half] - y])
    # A pixel is not a point: it adds 1/12 to the variance.
    spread, axes = np.linalg.eigh(apart @ apart.T / half.sum() + np.eye(2) / 12)
    stretch = float((spread[1] / spread[0]) ** 0.25)
    across, along = (axis[0] * (columns - x) + axis[1] * (rows - y) for axis in axes.T)
    return along, across, stretch


def _area(rate: Array, variance: Array, rim: Truth, core: Truth, around: Truth, sign: int) -> tuple[float, float]:
    """Return the area E / c in pixels, and its variance: core, rim and surroundings count independently."""
    background = _mean(rate, around)
    level = sign * (float(rate[core].mean()) - background)
    excess = sign * float((rate[rim] - background).sum())
    if level <= 0:
        return 0.0, float(rim.sum()) ** 2
    of_core = 1 / level - excess / (level**2 * core.sum())
    of_around = excess / level**2 - rim.sum() / level
    spread = (
        of_core**2 * float(np.nansum(variance[core]))
        + float(np.nansum(variance[rim & ~core])) / level**2
        + of_around**2 * float(np.nansum(variance[around])) / max(int(around.sum()), 1) ** 2
    )
    return excess / level, spread
