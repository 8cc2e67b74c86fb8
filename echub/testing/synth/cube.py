"""A stack of ion images with known columns: position, width, depth, brightness.

Each pixel of each frame counts with Poisson statistics around its expected value: the background of
the ion, times one plus the excess of every column by the share of the pixel that it covers. The share
is taken from 16 × 16 points inside the pixel, so that widths between two pixels are true widths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.testing.synth.case import Case, Column
from echub.testing.synth.instrument import Floats

_FINE = 16
"""Points along each edge of a pixel at which the share of a column is sampled."""
AXES = ("species", "frame", "y", "x")


@dataclass(frozen=True)
class Pillar:
    """A column in the map: centre and width in µm, brightness over the background, share of the depth.

    `contrast` 3 is three times the background, 0.5 a column that lacks half of the ions. `top` and
    `bottom` are shares of the depth. `stretch` makes it an ellipse of the same area.
    """

    x: float
    y: float
    width: float
    contrast: float = 3.0
    top: float = 0.0
    bottom: float = 1.0
    stretch: float = 1.0


PILLARS = (Pillar(16.3, 17.1, 6.0), Pillar(44.6, 40.2, 12.0))
"""Two columns as wide as those of the published maps."""


@dataclass(frozen=True)
class MappedIon:
    """One ion of a map: polarity, background in counts per pixel and frame, and its columns.

    `trend` is the relative growth of the background from the first to the last frame (-0.5: to half);
    `unevenness` from the left to the right edge of the field.
    """

    polarity: int = 1
    background: float = 4.0
    pillars: tuple[Pillar, ...] = PILLARS
    trend: float = 0.0
    unevenness: float = 0.0

    def expected(self, frames: int, pixels: int, pixel_um: float) -> Floats:
        """Return the expected counts, shape (frame, y, x)."""
        depth = (np.arange(frames) + 0.5) / frames
        plane = np.ones((frames, pixels, pixels))
        for pillar in self.pillars:
            inside = (depth >= pillar.top) & (depth < pillar.bottom)
            plane[inside] += (pillar.contrast - 1) * share(pillar, pixels, pixel_um)
        slope = 1 + self.unevenness * (np.arange(pixels) / max(pixels - 1, 1) - 0.5)
        return np.asarray(self.background * plane * (1 + self.trend * depth)[:, None, None] * slope)


@dataclass(frozen=True)
class Cube:
    """A map: field of `pixels` × `pixels`, number of frames, and its ions by label.

    `lost` is the share of pixels that were not measured. With a dead time the counts are what a
    non-paralysable detector gives. `dwell_ms` and `dead_ns` are stated if `dead_ns` is not 0.
    """

    pixels: int = 64
    frames: int = 60
    pixel_um: float = 1.0
    ions: Mapping[str, MappedIon] = field(default_factory=lambda: {"Na+": MappedIon()})
    lost: float = 0.0
    dead_ns: float = 0.0
    dwell_ms: float = 0.01


def share(pillar: Pillar, pixels: int, pixel_um: float) -> Floats:
    """Return the share (0 to 1) of each pixel, shape (y, x), that a column covers; pixel 0 is centred on 0 µm."""
    along, across = pillar.width / 2 * np.sqrt(pillar.stretch), pillar.width / 2 / np.sqrt(pillar.stretch)
    (x, columns), (y, rows) = (
        _fine(centre, reach, pixels, pixel_um) for centre, reach in ((pillar.x, along), (pillar.y, across))
    )
    inside = ((x[None, :] - pillar.x) / along) ** 2 + ((y[:, None] - pillar.y) / across) ** 2 <= 1
    found = np.zeros((pixels, pixels))
    shape = (rows.stop - rows.start, _FINE, columns.stop - columns.start, _FINE)
    found[rows, columns] = inside.reshape(shape).mean(axis=(1, 3))
    return found


def _fine(centre: float, reach: float, pixels: int, pixel_um: float) -> tuple[Floats, slice]:
    """Return the points inside the pixels that a column covers along one axis, and those pixels."""
    first = int(np.clip(np.floor((centre - reach) / pixel_um), 0, pixels - 1))
    last = int(np.clip(np.ceil((centre + reach) / pixel_um) + 1, first + 1, pixels))
    points = (np.arange(first * _FINE, last * _FINE) + 0.5) / _FINE * pixel_um - pixel_um / 2
    return points, slice(first, last)


def cube(seed: int = 0, setup: Cube | None = None) -> Case:
    """Record a map; the same seed and setup give the same counts.

    The true values are those of the first ion: `column_count`, `smallest_column_width`, `largest_column_width`
    (µm) and `column_area` (% of the field).
    """
    setup = setup or Cube()
    rng = np.random.default_rng(seed)
    counts = np.stack([_seen(ion, setup, rng) for ion in setup.ions.values()])
    coordinates = np.arange(setup.pixels) * setup.pixel_um
    columns: dict[str, Column] = {
        "ion_counts": Column(counts, "count", AXES),
        "species": Column(np.array(list(setup.ions), dtype=object), None, AXES[:1]),
        "polarity": Column(np.array([ion.polarity for ion in setup.ions.values()]), "1", AXES[:1]),
        "frame": Column(np.arange(setup.frames), "1", ("frame",)),
        "y": Column(coordinates, "um", ("y",)),
        "x": Column(coordinates, "um", ("x",)),
    }
    if setup.lost:
        columns["mask"] = Column((rng.random(counts.shape) >= setup.lost).astype(np.uint8), "1", AXES)
        columns["ion_counts"] = Column(np.where(columns["mask"].values, counts, 0), "count", AXES)
    metadata = {"sims.pixel_size": f"{setup.pixel_um!r} um"}
    if setup.dead_ns:
        metadata |= {"sims.dwell_time": f"{setup.dwell_ms!r} ms", "sims.dead_time": f"{setup.dead_ns / 1e6!r} ms"}
    return Case(columns, metadata, _truth(setup), kind="ion_map")


def _seen(ion: MappedIon, setup: Cube, rng: np.random.Generator) -> NDArray[Any]:
    """Count the ions that arrive in the dwell time, but none that arrive while the detector is dead."""
    arriving = ion.expected(setup.frames, setup.pixels, setup.pixel_um)
    if not setup.dead_ns:
        return np.asarray(rng.poisson(arriving))
    dead = setup.dead_ns / 1e6 / setup.dwell_ms
    counts = np.zeros(arriving.shape, dtype=np.int64)
    # Times are in dwell times; the detector is live again one dead time after each count.
    time = rng.exponential(size=arriving.shape) / arriving
    while (alive := time < 1).any():
        counts += alive
        time += dead + rng.exponential(size=arriving.shape) / arriving
    return counts


def _truth(setup: Cube) -> dict[str, float]:
    ion = next(iter(setup.ions.values()))
    widths = [pillar.width for pillar in ion.pillars]
    truth = {"column_count": float(len(widths))}
    if widths:
        field_um2 = (setup.pixels * setup.pixel_um) ** 2
        truth |= {
            "smallest_column_width": min(widths),
            "largest_column_width": max(widths),
            "column_area": 100 * sum(np.pi / 4 * width**2 for width in widths) / field_um2,
        }
    return truth
