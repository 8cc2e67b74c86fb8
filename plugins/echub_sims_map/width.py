"""The width of a column below a pixel: its excess over the background, divided by that of its core.

A uniform column of area A adds A · c counts to a map of its frames, where c is what one pixel inside it
has more than the background; pixels at its rim count by the share they are covered. So A = E / c needs
no threshold, and its variance follows from the counts of core, rim and surroundings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt, label, uniform_filter

from echub_sims_map.columns import Component
from echub_sims_map.cube import Array, Cube, Truth

RIM = 2
"""Pixels around the half level that may still hold some of a column."""
LEAST_CORE = 4
"""Pixels that a core must have, so that its level is that of the column and not of its rim."""
_AROUND = 5
_BOX = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, eq=False)
class Found:
    """A measured column; lengths in pixels, depths in frames, levels in counts per pixel and frame.

    `area_error` is of counting alone. `footprint` are the pixels above the half level, `core` how many
    of them lie inside for sure. `cut`: it touches the edge of the field or what was not measured.
    """

    x: float
    y: float
    first: int
    last: int
    area: float
    area_error: float
    level: float
    background: float
    core: int
    cut: bool
    footprint: Truth

    @property
    def width(self) -> float:
        """Give the diameter of a circle of the same area."""
        return 2 * math.sqrt(max(self.area, 0.0) / math.pi)

    @property
    def width_error(self) -> float:
        """Give its standard uncertainty."""
        return self.area_error / math.sqrt(math.pi * max(self.area, 1e-9))

    @property
    def contrast(self) -> float:
        """Give its level over the background's."""
        return 1 + self.level / self.background if self.background > 0 else math.inf


@dataclass(frozen=True, eq=False)
class Plane:
    """Counts per pixel and frame over some frames, and their variance; NaN where nothing was measured."""

    rate: Array
    variance: Array
    smooth: Array

    @classmethod
    def of(cls, cube: Cube, first: int, last: int) -> Plane:
        """Average the frames from `first` up to and without `last`."""
        part = slice(first, last)
        measured = cube.measured[part].sum(axis=0).astype(np.float64)
        safe = np.where(measured > 0, measured, np.nan)
        rate = cube.counts[part].sum(axis=0) / safe
        known = np.isfinite(rate)
        weight = uniform_filter(known.astype(np.float64), 3, mode="constant")
        total = uniform_filter(np.where(known, rate, 0.0), 3, mode="constant")
        smooth = np.where(weight > 0.05, total / np.maximum(weight, 0.05), np.nan)
        return cls(rate, cube.variance[part].sum(axis=0) / safe**2, smooth)


def measure(cube: Cube, components: list[Component], span: float, sign: int) -> list[Found]:
    """Measure every column of the components; two that only their rims join are two."""
    shape = cube.counts.shape[1:]
    taken = np.zeros(shape, dtype=bool)
    for component in components:
        taken |= component.footprint(shape)
    clear = ~binary_dilation(taken, _BOX, iterations=RIM)
    found = []
    for component in components:
        for first, last, half in _halves(cube, component, clear, span, sign):
            found.append(_measured(cube, first, last, half, clear, sign))
    return sorted(found, key=lambda column: (round(column.y), column.x))


def _halves(
    cube: Cube, component: Component, clear: Truth, span: float, sign: int
) -> Iterator[tuple[int, int, Truth]]:
    """Give the frames and the pixels above the half level of each column in a component."""
    whole = component.box[0]
    inside = binary_dilation(component.footprint(clear.shape), _BOX)
    half = _half_level(Plane.of(cube, whole.start, whole.stop), inside, clear, sign)
    numbered, count = label(half, structure=_BOX)
    for number in range(1, count + 1):
        piece = numbered == number
        if piece.sum() < 2:
            continue
        first, last = _extent(cube, piece, clear, whole, sign)
        if last - first >= span * len(cube.counts):
            again = _half_level(Plane.of(cube, first, last), binary_dilation(piece, _BOX), clear, sign)
            yield first, last, again if again.any() else piece


def _half_level(plane: Plane, inside: Truth, clear: Truth, sign: int) -> Truth:
    """Give the pixels inside whose smoothed excess is above the half of the plateau."""
    background = _mean(plane.rate, clear)
    excess = np.where(inside & np.isfinite(plane.smooth), sign * (plane.smooth - background), -np.inf)
    high = np.sort(excess[np.isfinite(excess)])[::-1]
    if not high.size:
        return inside
    plateau = float(high[: max(1, len(high) // 10)].mean())
    return np.asarray(excess > plateau / 2)


def _mean(rate: Array, where: Truth) -> float:
    values = rate[where & np.isfinite(rate)]
    return float(values.mean()) if values.size else 0.0


def _extent(cube: Cube, piece: Truth, clear: Truth, whole: slice, sign: int) -> tuple[int, int]:
    """Give the frames in which a column is above the half of its level."""
    profile = sign * (_per_frame(cube, piece) - _per_frame(cube, clear))
    smooth = uniform_filter(profile, 3, mode="nearest")
    level = float(np.median(smooth[whole]))
    above = np.flatnonzero(smooth[whole] > level / 2) + whole.start
    return (int(above[0]), int(above[-1]) + 1) if len(above) else (whole.start, whole.start)


def _per_frame(cube: Cube, where: Truth) -> Array:
    measured = cube.measured[:, where].sum(axis=1)
    return np.asarray(cube.counts[:, where].sum(axis=1) / np.maximum(measured, 1))


def _measured(cube: Cube, first: int, last: int, half: Truth, clear: Truth, sign: int) -> Found:
    plane = Plane.of(cube, first, last)
    rim = binary_dilation(half, _BOX, iterations=RIM)
    around = clear & ~rim & binary_dilation(rim, _BOX, iterations=_AROUND + int(math.sqrt(half.sum())))
    around &= np.isfinite(plane.rate)
    lost = rim & ~np.isfinite(plane.rate)
    rate = np.where(lost, plane.smooth, plane.rate)
    background = _mean(rate, around)
    excess = np.where(rim & np.isfinite(rate), sign * (rate - background), 0.0)
    x, y = _centre(np.where(half, excess, 0.0))
    core = _core(half, excess, x, y)
    area, variance = _area(rate, plane.variance, rim & np.isfinite(rate), core, around, sign)
    level = sign * (_mean(rate, core) - background)
    cut = bool(half[[0, -1]].any() or half[:, [0, -1]].any() or (lost & half).any())
    return Found(
        x, y, first, last, area, math.sqrt(variance), sign * level, background, int(core.sum()), cut, half
    )


def _centre(excess: Array) -> tuple[float, float]:
    total = excess.sum()
    rows, columns = np.indices(excess.shape)
    return float((excess * columns).sum() / total), float((excess * rows).sum() / total)


def _core(half: Truth, excess: Array, x: float, y: float) -> Truth:
    """Give the pixels that lie inside a column for sure: the distance to its edge exceeds half a diagonal."""
    deep = distance_transform_edt(np.pad(half, 1, constant_values=True))[1:-1, 1:-1] > 1.5
    deep &= half
    if deep.sum() >= 2 * LEAST_CORE:
        return np.asarray(deep)
    rows, columns = np.indices(half.shape)
    distance = np.hypot(columns - x, rows - y)
    radius = math.sqrt(half.sum() / math.pi)
    for _ in range(3):
        near = half & (distance <= max(radius - math.sqrt(0.5), 0.0))
        if not near.any():
            near = half & (distance <= distance[half].min())
        radius = math.sqrt(max(excess.sum() / max(float(excess[near].mean()), 1e-9), 0.0) / math.pi)
    return np.asarray(near)


def _area(
    rate: Array, variance: Array, rim: Truth, core: Truth, around: Truth, sign: int
) -> tuple[float, float]:
    """Give the area E / c in pixels, and its variance: core, rim and surroundings count independently."""
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
