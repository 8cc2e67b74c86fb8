"""Where R falls at once, and by how much: the steepest fall of each half cycle, by moving means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.segments import Segments

Floats = NDArray[np.float64]
FINE, NARROW, WIDE = 0.01, 0.05, 0.25
"""Windows to both sides of a fall, as fractions of the rows of a half cycle: narrow finds it, the others say
how sharp it is. Narrow is the shortest healing that the detector must tell from a short (a twentieth of a half
cycle); with a wider one R that grows within the half cycle hides more of the fall. See decision 40."""
LEAST = 2
"""No window has fewer rows, no fall lies closer to an end of a half cycle: a single row is its own noise."""
SURE = 5.0
"""Standard deviations from which the fall in the fine window stands for the narrow one: those of `r_drop_sigma`,
by which a fall counts at all."""
LITTLE, MANY = 0.05, 3
"""Smaller falls never count; and the fewest rows that have a second difference."""
AT_ONCE = 0.7
"""Part of a rise that happens at once, as `r_drop_sharpness` has it for falls."""
SETTLING = 0.02
"""The first rows of a half cycle, in which the cell answers to the reversal, hold no fall. Chosen by eye."""


@dataclass(frozen=True, eq=False)
class Falls:
    """The steepest fall in each half cycle: its row, R before it, and the fall in three windows.

    `fine`, `narrow`, `wide`: (before - after)/before; `fine` is the steepest within the narrow window, and
    stands for `narrow` where it is larger, and beyond its noise.
    `sigma`: standard deviation of `narrow` from the noise of R. `usual`: what R would be there by its course
    shortly before the fall: what only takes back a rise is not a fall. held: the fall from the lowest tenth
    of one narrow window to the highest of the next, which rows that rattle do not have. NaN where a half cycle
    has too few rows.
    """

    row: NDArray[np.intp]
    before: Floats
    fine: Floats
    narrow: Floats
    wide: Floats
    sigma: Floats
    usual: Floats
    held: Floats

    @property
    def sharpness(self) -> Floats:
        """Return the part of the fall that happens at once, within two rows or 1 %: 1 for a step."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.clip(self.fine / np.maximum(self.wide, self.narrow), 0, 1))


def steepest(r: Floats, found: Segments, noise: Floats, slow: Floats | float = 0.0) -> Falls:
    """Find the steepest fall of each half cycle.

    r: (n,), Ω·cm² or Ω, without NaN. noise: (m,), standard deviation of r from row to row. slow: (m,) or 0, that
    of the difference of two windows by 1/f noise, of any length. The half cycles cover r.
    """
    fine, narrow, wide = (np.maximum(LEAST, np.ceil(f * found.rows).astype(np.intp)) for f in (FINE, NARROW, WIDE))
    total = np.concatenate([[0.0], np.cumsum(r)])
    label = np.repeat(np.arange(len(found)), found.rows)
    place = np.arange(len(r))
    least = np.maximum(LEAST, np.ceil(SETTLING * found.rows).astype(np.intp))
    inside = (place - found.start[label] >= least[label]) & (found.stop[label] - place >= LEAST)
    fall = np.where(inside, _fall(total, place, found, label, narrow)[0], -np.inf)
    best = _first_largest(fall, found, label)
    known = np.isfinite(fall[best]) if len(fall) else np.zeros(len(found), bool)
    number = np.arange(len(found))
    steep, before, counts = _fall(total, best, found, number, narrow)
    broad, _, _ = _fall(total, best, found, number, wide)
    near = inside & (np.abs(place - best[label]) <= narrow[label])
    sharpest = found.largest(np.where(near, _fall(total, place, found, label, fine)[0], -np.inf))
    with np.errstate(divide="ignore", invalid="ignore"):
        sigma = np.hypot(noise * np.sqrt(1 / counts[0] + 1 / counts[1]), slow) / before
        sure = sharpest > SURE * np.hypot(noise * np.sqrt(2 / fine), slow) / before
        sigma = np.maximum(sigma, _local(r, best, found, narrow, steep) / before)
    steep = np.where(sure, np.maximum(steep, sharpest), steep)  # on a rising R the narrow window sees less of it
    usual = _extrapolated(r, best, found, narrow, wide, steep)
    held = _of_deciles(r, best, found, narrow, steep)
    lost = [np.where(known, values, np.nan) for values in (before, sharpest, steep, broad, sigma, usual, held)]
    return Falls(best, *lost)


def steepest_rise(r: Floats, found: Segments, noise: Floats, slow: Floats | float = 0.0) -> Floats:
    """Return the largest rise at once in each half cycle (m,), in the unit of r; 0 if none is beyond the noise.

    Arguments as of `steepest`. At once: `AT_ONCE` of the rise between narrow windows is one between fine ones.
    """
    fine, narrow = (np.maximum(LEAST, np.ceil(f * found.rows).astype(np.intp)) for f in (FINE, NARROW))
    total = np.concatenate([[0.0], np.cumsum(r)])
    label = np.repeat(np.arange(len(found)), found.rows)
    place = np.arange(len(r))
    inside = np.minimum(place - found.start[label], found.stop[label] - place) >= narrow[label]
    rises = []
    for width in (narrow, fine):
        fall, before, _ = _fall(total, place, found, label, width)
        with np.errstate(invalid="ignore"):
            rises.append(np.where(inside, -fall * before, -np.inf))
    best = _first_largest(rises[0], found, label)
    near = np.abs(place - best[label]) <= fine[label]
    sharpest = found.largest(np.where(near, rises[1], -np.inf))
    size = rises[0][best] if len(r) else np.zeros(len(found))
    sure = sharpest > SURE * np.hypot(noise * np.sqrt(2 / fine), slow)
    return np.where(sure & (sharpest >= AT_ONCE * size) & np.isfinite(size), size, 0.0)


def _fall(
    total: Floats, place: NDArray[np.intp], found: Segments, label: NDArray[np.intp], width: NDArray[np.intp]
) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
    """Return the relative fall at rows, the mean before, and the rows in both windows."""
    low = np.maximum(place - width[label], found.start[label])
    high = np.minimum(place + width[label], found.stop[label])
    left, right = (place - low).astype(np.float64), (high - place).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        before = (total[place] - total[low]) / left
        after = (total[high] - total[place]) / right
        return np.asarray(1 - after / before), np.asarray(before), (left, right)


def _extrapolated(
    r: Floats,
    place: NDArray[np.intp],
    found: Segments,
    near: NDArray[np.intp],
    far: NDArray[np.intp],
    fall: Floats,
) -> Floats:
    """Return R (m,) at the fall by the line through the medians of both halves of the rows shortly before.

    These are the rows from the wide to the narrow window before it. NaN for falls too small to matter, and if
    there are fewer than twice three of them.
    """
    usual = np.full(len(found), np.nan)
    for k in np.flatnonzero(fall > LITTLE):
        past = r[max(place[k] - far[k], found.start[k]) : max(place[k] - near[k], found.start[k])]
        if len(past) >= 2 * MANY:
            half = len(past) // 2
            first, second = float(np.median(past[:half])), float(np.median(past[half:]))
            # From the middle of the second half to the fall it is a quarter of the rows and the narrow window.
            usual[k] = second + max(second - first, 0.0) * (len(past) / 4 + near[k]) / (len(past) / 2)
    return usual


def _of_deciles(
    r: Floats, place: NDArray[np.intp], found: Segments, width: NDArray[np.intp], fall: Floats
) -> Floats:
    """Return the fall (m,) between the near deciles of both windows; 0 for small falls, and from 0."""
    held = np.zeros(len(found))
    for k in np.flatnonzero(fall > LITTLE):
        low, high = max(place[k] - width[k], found.start[k]), min(place[k] + width[k], found.stop[k])
        if low < place[k] < high:
            above, below = np.quantile(r[low : place[k]], 0.1), np.quantile(r[place[k] : high], 0.9)
            held[k] = 1 - float(below / above) if above > 0 else 0.0  # from nothing nothing falls
    return held


def _local(r: Floats, place: NDArray[np.intp], found: Segments, width: NDArray[np.intp], fall: Floats) -> Floats:
    """Return the standard deviation of the difference of both windows by the noise in them: that of a burst.

    place, width, fall: (m,). From second differences within each window, which a step between them leaves out;
    0 for windows of fewer than three rows, and for falls too small to matter.
    """
    sigma = np.zeros(len(found))
    for k in np.flatnonzero(fall > LITTLE):
        low, high = max(place[k] - width[k], found.start[k]), min(place[k] + width[k], found.stop[k])
        parts = [part for part in (r[low : place[k]], r[place[k] : high]) if len(part) >= MANY]
        variances = [np.mean(np.diff(part, 2) ** 2) / 6 / len(part) for part in parts]  # 1 + 4 + 1: see `Segments`
        rest = r[place[k] : found.stop[k]]
        if MANY <= len(rest) <= 2 * width[k]:  # so short an end of a half cycle is a level, or does not tell
            variances.append(np.var(rest) / len(rest))
        sigma[k] = float(np.sqrt(np.sum(variances)))
    return sigma


def _first_largest(values: Floats, found: Segments, label: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the first row of each half cycle that holds its largest value; rows of empty ones mean nothing."""
    if not len(values):
        return np.zeros(len(found), np.intp)
    largest = np.full(len(found), -np.inf)
    filled = found.rows > 0
    largest[filled] = np.maximum.reduceat(values, found.start[filled])
    rows = np.flatnonzero(values == largest[label])
    first = np.full(len(found), len(values), dtype=np.intp)
    np.minimum.at(first, label[rows], rows)
    return np.minimum(first, len(values) - 1)
