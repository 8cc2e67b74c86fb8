"""What the digit of a reading leaves open of the mean of a course, such as the voltage of a half cycle."""

from __future__ import annotations

import numpy as np

from echub.science import digit, noise_of_digits
from echub.segments import Segments
from echub_cycling.data.charge import Floats

HELD = 0.1
"""Readings that hardly ever stand still from row to row are finer than what happens between rows: even steps of a
noiseless sawtooth look like a digit."""


def digit_of_means(values: Floats, weight: Floats, found: Segments) -> Floats:
    """Return by how much, at most, the digit of values (n,) moves their weighted mean in each segment (m,).

    Each reading is wrong by half a digit at most, all its rows alike; different readings are not alike, so that
    their parts w of the weight add as squares: half a digit times the root of the sum of w². Noise that
    exceeds the digit makes even this smaller (see `digit_error`). Zeros if the values show no digit.
    """
    step = digit(values)
    if not step or np.mean(np.diff(values) == 0) < HELD:
        return np.zeros(len(found))
    label = found.labels(len(values))
    rows = np.flatnonzero((label >= 0) & np.isfinite(values))
    reading = np.round((values[rows] - values[rows].min()) / step)
    of, group = np.unique(label[rows] * (reading.max() + 1) + reading, return_inverse=True)
    share = np.bincount(group, np.abs(weight[rows]))
    segment = (of // (reading.max() + 1)).astype(np.intp)
    total, squares = (np.bincount(segment, part, len(found)) for part in (share, share**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.nan_to_num(np.sqrt(squares) / total)
    variance = max(noise_of_digits(values, step) ** 2 - step**2 / 12, 0.0)  # rounding itself scatters by step/√12
    return np.asarray(step / 2 * spread * np.exp(-2 * np.pi**2 * variance / step**2))
