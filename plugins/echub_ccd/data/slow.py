"""Slow noise of U, which rows side by side do not show: within half cycles, and from one to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub.segments import Segments

Floats = NDArray[np.float64]
PARTS, FEWEST = 20, 5
"""Means of a half cycle that are compared: of a twentieth each, as long as the windows by which falls are found,
of two rows or more. With fewer than five nothing is said."""
QUARTILE = 0.4549
"""Median of the square of a normal deviation, in variances: what a short does in some parts is no noise."""
BENT, BESIDE, ACROSS = 6.75, 2.77, 10.4
"""Variance of 1/f noise over its spectral density at 1 Hz, of the second difference of three means side by side,
of the difference of two, and of two that are forty lengths apart: a cycle. By the formula in
`echub.science.slow_noise`."""
SAME_LEVEL = 0.02
"""Half cycles within 2 % are of one level."""
FEW_PAIRS = 4
"""Cycles from which on their means show a drift."""


def flicker(u: Floats, found: Segments) -> float:
    """Return the spectral density of 1/f noise of U at 1 Hz, V²; 0 if rows explain all: the median half cycle.

    u: (n,), V, which the half cycles cover. From second differences of twentieths, which leave out what changes
    steadily.
    """
    long = found.where(found.rows >= 2 * FEWEST)
    if not len(long):
        return 0.0
    parts = int(np.clip(np.median(long.rows) // 2, FEWEST, PARTS))
    long = long.where(long.rows >= 2 * parts)
    if not len(long):
        return 0.0
    total = np.concatenate([[0.0], np.cumsum(u)])
    edges = long.start[:, None] + (long.rows[:, None] * np.arange(parts + 1)) // parts
    means = np.diff(total[edges], axis=1) / np.diff(edges, axis=1)
    bent = np.median(np.diff(means, 2, axis=1) ** 2, axis=1) / QUARTILE
    by_rows = 6 * long.noise(u) ** 2 / (long.rows / parts)
    return max(float(np.nanmedian(bent - by_rows)), 0.0) / BENT


def moved(u: Floats, level: Floats, sign: Floats) -> float:
    """Return the standard deviation by which half cycles of U differ from one cycle to the next beside R·j, V.

    U that does not turn with the current is an offset: half of the sum of neighbours of opposite sign, less its
    part that grows with the level, as where both directions of a cell differ. u, level, sign: (m,).
    """
    pair = (sign[1:] == -sign[:-1]) & (np.abs(level[1:] / level[:-1] - 1) <= SAME_LEVEL)
    offset = np.where(pair, (u[1:] + u[:-1]) / 2, np.nan)
    if np.isfinite(offset).sum() < FEW_PAIRS:
        return 0.0
    offset = offset - np.nanmedian(offset / level[1:]) * level[1:]
    change = offset[2:] - offset[:-2]
    change = change[np.isfinite(change)]
    return float(np.sqrt(np.median(change**2) / QUARTILE)) if len(change) >= FEW_PAIRS else 0.0
