"""Regions of interest: shapes in the units of the map, and what was counted in them frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Refusal
from echub_sims_map.data.cube import Array, IonCube, MapGrid, Truth
from echub_sims_map.data.mask import read_mask

HINT = '--param roi="rectangle 10 10 30 40; columns; outside"'


@dataclass(frozen=True, eq=False)
class Roi:
    """A region of interest: its name and its pixels (y, x)."""

    name: str
    inside: Truth


@dataclass(frozen=True, eq=False)
class RoiCounts:
    """What was counted in a region of interest, by frame, and in how many measured pixels."""

    counts: Array
    variance: Array
    pixels: NDArray[np.int64]


def _rectangle(x: Array, y: Array, x0: float, y0: float, x1: float, y1: float) -> Truth:
    return np.asarray((x >= min(x0, x1)) & (x <= max(x0, x1)) & (y >= min(y0, y1)) & (y <= max(y0, y1)))


def _ellipse(x: Array, y: Array, x0: float, y0: float, rx: float, ry: float) -> Truth:
    return np.asarray(((x - x0) / rx) ** 2 + ((y - y0) / ry) ** 2 <= 1)


def _polygon(x: Array, y: Array, *corners: float) -> Truth:
    """Count how often a ray to the right crosses the edges: odd is inside."""
    points = list(zip(corners[::2], corners[1::2], strict=True))
    inside = np.zeros(np.broadcast_shapes(x.shape, y.shape), dtype=bool)
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return inside


SHAPES: Mapping[str, tuple[Callable[..., Truth], Callable[[int], bool], str]] = {
    "rectangle": (_rectangle, lambda n: n == 4, "rectangle X0 Y0 X1 Y1"),
    "ellipse": (_ellipse, lambda n: n == 4, "ellipse X Y RX RY"),
    "polygon": (_polygon, lambda n: n >= 6 and n % 2 == 0, "polygon X Y X Y X Y …"),
}
"""Each shape: its pixels, how many numbers it takes, and how it is written."""
OTHERS = ("mask FILE", "columns", "outside", "all")


def regions(text: str, grid: MapGrid, columns: Truth) -> Iterator[Roi]:
    """Return the regions of interest of a text, separated by semicolons.

    A pixel belongs to a shape where its centre does. `columns` (y, x) are the pixels of the columns found.
    Raises `Refusal` (`bad-roi`, `empty-roi`).
    """
    known = {"columns": columns, "outside": ~columns, "all": np.ones_like(columns)}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, inside = (part, known[part]) if part in known else _shape(part, grid)
        if inside.any():
            yield Roi(name, inside)
        elif name not in known:
            raise Refusal("empty-roi", f"no pixel lies in {name}", where=_field(grid), hint=HINT)


def _shape(text: str, grid: MapGrid) -> tuple[str, Truth]:
    """Return the name and the pixels of a shape or a mask."""
    if text.startswith("mask "):
        return read_mask(text.removeprefix("mask ").strip(), (len(grid.y), len(grid.x)))
    word, *numbers = text.replace(",", " ").split() or [""]
    draw, takes, written = SHAPES.get(
        word, (None, None, " or ".join((*SHAPES, "mask", "columns", "outside", "all")))
    )
    try:
        values = [float(number) for number in numbers]
    except ValueError:
        values = []
    if draw is None or takes is None or not takes(len(values)) or not np.isfinite(values).all():
        raise Refusal("bad-roi", f"{text!r} is not a region of interest: {written}", hint=HINT)
    if word == "ellipse" and min(values[2:]) <= 0:
        raise Refusal("bad-roi", f"{text!r} has a radius of zero or less", hint=HINT)
    return text, draw(grid.x[None, :], grid.y[:, None], *values)


def _field(grid: MapGrid) -> str:
    ends = (grid.x[0], grid.x[-1], grid.y[0], grid.y[-1])
    return "the map has x from {:g} to {:g} and y from {:g} to {:g}".format(*ends)


def counted(cube: IonCube, inside: Truth) -> RoiCounts:
    """Add up the measured pixels of each frame, `inside` (y, x); one without any has none, and not zero counts."""
    return RoiCounts(
        cube.counts[:, inside].sum(axis=1),
        cube.variance[:, inside].sum(axis=1),
        cube.measured[:, inside].sum(axis=1),
    )
