"""Stacks of ion images whose columns are not upright cylinders with sharp rims on an even background.

Every frame is drawn from a list of blobs: centre, radius and softness as functions of depth. Sharp blobs cover the
pixels at their rims by the share that 5 × 5 points inside a pixel show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.testing.synth.case import Case, Column
from echub.testing.synth.foreign.case import Draw, ForeignCase

Floats = NDArray[np.float64]
ANALYSIS, WIDTH, COUNT = "sims-map", "largest_column_width", "column_count"
FRAMES, PIXELS, FINE = 30, 56, 5
AXES = ("species", "frame", "y", "x")


@dataclass(frozen=True)
class Blob:
    """One column: centre and radius, µm, at the top and the bottom; waist: part of the radius that is
    missing half way down."""

    x: tuple[float, float]
    y: tuple[float, float]
    radius: tuple[float, float]
    excess: float = 2.0
    gaussian: bool = False
    waist: float = 0.0

    def at(self, share: float, x: Floats, y: Floats) -> Floats:
        """Return the excess at a share of the depth."""
        (x0, y0, r) = (a + (b - a) * share for a, b in (self.x, self.y, self.radius))
        r *= 1 - self.waist * math.exp(-0.5 * ((share - 0.5) / 0.12) ** 2)
        square = ((x - x0) ** 2 + (y - y0) ** 2) / r**2
        return self.excess * (np.exp(-math.log(2) * square) if self.gaussian else (square <= 1).astype(float))


def _case(
    rng: np.random.Generator,
    blobs: Sequence[Blob],
    truth: float,
    measurand: str = WIDTH,
    *,
    lit: Callable[[Floats, Floats], Floats] | None = None,
    holds: bool = False,
) -> ForeignCase:
    fine = (np.arange(PIXELS * FINE) + 0.5) / FINE - 0.5
    x, y = fine[None, :], fine[:, None]
    pixels = np.arange(PIXELS, dtype=float)
    light = np.ones((PIXELS, PIXELS)) if lit is None else lit(pixels[None, :], pixels[:, None])
    frames = []
    for frame in range(FRAMES):
        share = (frame + 0.5) / FRAMES
        map_ = np.ones((PIXELS * FINE, PIXELS * FINE))
        covered = np.max([blob.at(share, x, y) for blob in blobs], axis=0)
        map_ = (map_ + covered).reshape(PIXELS, FINE, PIXELS, FINE).mean(axis=(1, 3))
        frames.append(rng.poisson(4.0 * light * map_))
    columns = {
        "ion_counts": Column(np.array(frames)[None].astype(float), "count", AXES),
        "species": Column(np.array(["Na+"], dtype=object), None, AXES[:1]),
        "polarity": Column(np.array([1]), "1", AXES[:1]),
        "frame": Column(np.arange(FRAMES), "1", ("frame",)),
        "y": Column(pixels, "um", ("y",)),
        "x": Column(pixels, "um", ("x",)),
    }
    case = Case(columns, {"sims.pixel_size": "1 um"}, kind="ion_map")
    return ForeignCase(case, ANALYSIS, measurand, truth, holds=holds)


def _centre(rng: np.random.Generator) -> tuple[float, float]:
    return tuple(float(v) for v in rng.uniform(20, 35, 2))  # type: ignore[return-value]


def _upright(rng: np.random.Generator) -> ForeignCase:
    (x, y), r = _centre(rng), float(rng.uniform(3, 7))
    return _case(rng, [Blob((x, x), (y, y), (r, r))], 2 * r, holds=True)


def _cone(rng: np.random.Generator) -> ForeignCase:
    (x, y), r = _centre(rng), float(rng.uniform(5, 8))
    ends = (r, 0.5 * r) if rng.random() < 0.5 else (0.5 * r, r)
    return _case(rng, [Blob((x, x), (y, y), ends)], math.nan)


def _tilted(rng: np.random.Generator) -> ForeignCase:
    """Draw a column that leans by half to one and a half of its radius."""
    (x, y), r = _centre(rng), float(rng.uniform(4, 7))
    lean = float(rng.uniform(1.0, 1.5)) * r / 2
    return _case(rng, [Blob((x - lean, x + lean), (y, y), (r, r))], math.nan)


def _soft(rng: np.random.Generator) -> ForeignCase:
    """Draw a bell: a width exists only by convention."""
    (x, y), r = _centre(rng), float(rng.uniform(4, 7))
    return _case(rng, [Blob((x, x), (y, y), (r, r), 3.0, gaussian=True)], math.nan)


def _waisted(rng: np.random.Generator) -> ForeignCase:
    """Draw a column that is narrower half way down, by a third to two thirds of its radius."""
    (x, y), r = _centre(rng), float(rng.uniform(5, 7))
    return _case(rng, [Blob((x, x), (y, y), (r, r), waist=float(rng.uniform(0.35, 0.65)))], math.nan)


def _touching(rng: np.random.Generator) -> ForeignCase:
    """Draw two columns that overlap by a third of a radius."""
    (x, y), r = _centre(rng), float(rng.uniform(4, 6))
    apart = 5 / 6 * r
    blobs = [Blob((x + s * apart, x + s * apart), (y, y), (r, r)) for s in (-1, 1)]
    return _case(rng, blobs, 2.0, COUNT)


def _vignetted(rng: np.random.Generator) -> ForeignCase:
    """Draw a field that darkens to its corners by half."""
    (x, y), r = _centre(rng), float(rng.uniform(3, 6))

    def lit(px: Floats, py: Floats) -> Floats:
        middle = (PIXELS - 1) / 2
        return 1 - 0.5 * ((px - middle) ** 2 + (py - middle) ** 2) / (2 * middle**2)

    return _case(rng, [Blob((x, x), (y, y), (r, r))], 2 * r, lit=lit)


SHAPES: dict[str, Draw] = {
    "upright, sharp": _upright,
    "cone, one half": _cone,
    "tilted": _tilted,
    "a waist": _waisted,
    "soft rim": _soft,
    "two that overlap: count": _touching,
    "vignetting": _vignetted,
}
