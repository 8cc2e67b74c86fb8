"""Columns in a stack of images: what stands out of the background, hangs together and spans the depth.

Counts are summed in a window, stabilised (Anscombe) and compared with the background of their own
frame, so that a number says how many standard deviations of counting a place stands out. The
threshold is a quantile of these numbers in a cube without columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import find_objects, label, uniform_filter, uniform_filter1d
from scipy.special import ndtri

from echub_sims_map.data.cube import Array, IonCube, Truth

NEIGHBOURS = np.ones((3, 3, 3), dtype=int)
"""Places that touch by a face, an edge or a corner hang together: 26 of them."""


@dataclass(frozen=True, eq=False)
class Cluster:
    """Places that hang together: a box of the cube, and which places of it."""

    box: tuple[slice, slice, slice]
    inside: Truth

    def footprint(self, shape: tuple[int, int]) -> Truth:
        """Return the pixels (y, x) that belong to it in at least half of its frames."""
        plane = np.zeros(shape, dtype=bool)
        often = self.inside.sum(axis=0) >= 0.5 * len(self.inside)
        plane[self.box[1:]] = often if often.any() else self.inside.any(axis=0)
        return plane


def stand_out(cube: IonCube, window: int, sign: int = 1, flat: Array | None = None) -> Array:
    """Return how far each place (frame, y, x) stands out of its frame's background, in sigmas of counting.

    Counts are summed, then stabilised, 2√(n + 3/8): F. J. Anscombe, Biometrika 35 (1948) 246; 0.375 is 3/8.

    `flat` is the background across the field (y, x), over its median; even by default. Where fewer than a
    quarter of a window's pixels were measured it is -inf.
    """
    size = float(window**3)
    total = uniform_filter(cube.counts, window, mode="constant") * size
    measured = np.maximum(_windows(cube.measured, window), 0.0)  # by rounding it falls below
    safe = np.maximum(measured, 1.0)
    per_pixel = total / safe
    even = per_pixel if flat is None else per_pixel / flat
    background = _medians(even, measured >= size / 4)[:, None, None] * (1.0 if flat is None else flat)
    found = np.sqrt(per_pixel + 0.375 / safe)
    found -= np.sqrt(background + 0.375 / safe)
    found *= 2 * sign * np.sqrt(measured)
    if not cube.measured.all():
        found[measured < size / 4] = -np.inf
    return np.asarray(found)


def _medians(values: Array, known: Truth) -> Array:
    """Return the median of each frame (frame,) over the places that are known; 0 where none is."""
    if known.all():
        return np.asarray(np.median(values.reshape(len(values), -1), axis=1))
    return np.array(
        [np.median(frame[some]) if some.any() else 0.0 for frame, some in zip(values, known, strict=True)]
    )


def _windows(measured: Truth, window: int) -> Array:
    """Count the measured pixels of each window; those at the edges of the cube are smaller."""
    if not measured.all():
        return np.asarray(uniform_filter(measured.astype(np.float64), window, mode="constant") * window**3)
    along = [uniform_filter1d(np.ones(n), window, mode="constant") * window for n in measured.shape]
    return np.asarray(along[0][:, None, None] * along[1][:, None] * along[2])


def spanning(apart: Array, threshold: float, span: float) -> list[Cluster]:
    """Return the components above a threshold that reach over at least `span` of the frames.

    apart: (frame, y, x), in sigmas, as `threshold`. Places hang together by 26 neighbours.
    """
    numbered, _ = label(apart > threshold, structure=NEIGHBOURS)
    least = span * len(apart)
    found = []
    for number, box in enumerate(find_objects(numbered), 1):
        if box[0].stop - box[0].start >= least:
            found.append(Cluster(box, numbered[box] == number))
    return found


def blank(cube: IonCube, components: list[Cluster], rng: np.random.Generator) -> IonCube:
    """Return a cube without columns: each frame filled with its own pixels, drawn from outside the columns."""
    frames, *plane = cube.counts.shape
    taken = np.zeros(plane, dtype=bool)
    for component in components:
        taken |= component.footprint(taken.shape)
    pixels = np.flatnonzero(~taken.ravel() if not taken.all() else taken.ravel())
    drawn = pixels[rng.integers(0, len(pixels), (frames, plane[0] * plane[1]))]
    rows = np.arange(frames)[:, None]
    counts = cube.counts.reshape(frames, -1)[rows, drawn].reshape(cube.counts.shape)
    measured = cube.measured.reshape(frames, -1)[rows, drawn].reshape(cube.counts.shape)
    return replace(cube, counts=counts, measured=measured)


def normal_threshold(quantile: float, dispersion: float) -> float:
    """Return the threshold for counting statistics alone, so many times over-dispersed."""
    return float(ndtri(quantile)) * math.sqrt(max(1.0, dispersion))


def threshold_of(apart: Array, quantile: float) -> float:
    """Return the quantile of a cube without columns (any shape); what is not finite is left out."""
    known = apart[np.isfinite(apart)]
    at = min(known.size - 1, int(quantile * known.size))
    return float(np.partition(known, at)[at])


def detectable_contrast(background: float, threshold: float, window: int, sign: int) -> float:
    """Return the brightness over the background from which a window stands out on average."""
    expected = background * window**3
    root = max(0.0, math.sqrt(expected + 0.375) + sign * threshold / 2)
    return max(0.0, (root**2 - 0.375) / expected)
