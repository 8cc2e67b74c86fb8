"""Whether a column is an upright cylinder with a sharp rim: by thirds of its depth, and by its radial profile."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from scipy.ndimage import binary_dilation

from echub_sims_map.data.cube import IonCube, Truth
from echub_sims_map.method.width import Found, Piece, measured_part

PARTS = 3
"""Parts of the depth: two ends, and a middle that tells a lean from a bend."""
SIGMAS = 3.0
"""Standard deviations from which a taper, a lean or a soft rim is told: one of 400 columns by chance; one of 130
for a taper, which compares three pairs of parts, if these are by 12 % apart as well."""
TAPER, LEAN, SOFT, NOTCH = 0.12, 0.15, 1.18, 1.035
"""And so much of the width at least, since at high counts everything is significant; a soft rim by the area over
that of the pixels above the half level (upright ones 1.02 to 1.13, bells 1.25 on), a notch by the area of the
ellipse of the same moments over that of the pixels (one disc up to 1.03, two that overlap by a third of a radius
1.04 on): thirty generated columns of each."""
LEAST_OUTLINE = 50
"""Pixels from which on an outline can show a waist."""


@dataclass(frozen=True)
class Third:
    """A part of a column: its first frame and the one after its last, width and centre in pixels, with errors."""

    first: int
    last: int
    width: float
    error: float
    x: float
    y: float
    centre_error: float


@dataclass(frozen=True)
class Uprightness:
    """A column by parts of its depth, and what is not that of an upright, sharp and single cylinder."""

    parts: tuple[Third, ...]
    tapered: bool
    leaning: bool
    soft: bool
    notched: bool


def uprightness(cube: IonCube, column: Found, covered: Truth, dispersion: float, sign: int) -> Uprightness:
    """Measure a column in thirds of its depth; covered: (y, x), the pixels of all columns."""
    clear = ~binary_dilation(covered, np.ones((3, 3), dtype=bool), iterations=2)
    near = binary_dilation(column.footprint, np.ones((3, 3), dtype=bool), iterations=2)
    edges = np.linspace(column.first, column.last, PARTS + 1).round().astype(int)
    parts = [
        _part(cube, Piece(int(a), int(b), near), clear, dispersion, sign) for a, b in pairwise(edges) if b - a >= 1
    ]
    return Uprightness(
        tuple(parts),
        any(_differ(one, other, column.width) for one, other in combinations(parts, 2)),
        _leans(parts[0], parts[-1], column.width),
        _is_soft(column, dispersion),
        _is_notched(column.footprint),
    )


def _differ(one: Third, other: Third, wide: float) -> bool:
    """Return whether two parts differ in width: a cone by its ends, a waist or a belly by its middle."""
    return abs(one.width - other.width) > max(TAPER * wide, SIGMAS * math.hypot(one.error, other.error))


def _leans(top: Third, bottom: Third, wide: float) -> bool:
    """Return whether the ends are beside each other; one part alone is its own end."""
    away = math.hypot(bottom.x - top.x, bottom.y - top.y)
    return away > max(LEAN * wide, SIGMAS * math.hypot(top.centre_error, bottom.centre_error))


def _part(cube: IonCube, piece: Piece, clear: Truth, dispersion: float, sign: int) -> Third:
    """Measure one part above the half of its own level."""
    found = measured_part(cube, piece, clear, sign)
    wider = math.sqrt(max(1.0, dispersion))
    ions = max(found.area * abs(found.level) * (piece.last - piece.first), 1.0)
    noise = 1 + 2 * found.background / max(abs(found.level), 1e-9)
    # The centre of N ions spread over a disc of width w is known to w / (4 √N), the background's more.
    centre = found.width / 4 * math.sqrt(noise / ions) * wider
    return Third(piece.first, piece.last, found.width, wider * found.width_error, found.x, found.y, centre)


def _is_soft(column: Found, dispersion: float) -> bool:
    """Return whether the area by excess over core is larger than that above the half level: the core is a peak."""
    pixels = float(column.footprint.sum())
    if pixels < 12:  # below, pixels at the rim are most of it
        return False
    error = math.hypot(column.area_error * math.sqrt(max(1.0, dispersion)), 0.5 * math.sqrt(pixels))
    return column.area > SOFT * pixels and column.area - pixels > SIGMAS * error


def _is_notched(footprint: Truth) -> bool:
    """Return whether a footprint has a waist: its pixels are fewer than those of the ellipse of equal moments."""
    rows, columns = np.nonzero(footprint)
    if len(rows) < LEAST_OUTLINE:
        return False
    spread = np.cov(np.stack([rows, columns]).astype(float), bias=True) + np.eye(2) / 12
    ellipse = 4 * math.pi * math.sqrt(max(float(np.linalg.det(spread)), 0.0))
    return ellipse > NOTCH * len(rows)
