"""Slow noise of U, which rows side by side do not show: within half cycles, and from one to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub.science import robust_variance
from echub.segments import Segments

Floats = NDArray[np.float64]
PARTS, FEWEST = 20, 5
"""Means of a half cycle that are compared: of a twentieth each, as long as the windows by which falls are found,
of two rows or more. With fewer than five nothing is said."""
BENT, BESIDE, ACROSS = 6.75, 2.77, 10.4
"""Variance of 1/f noise over its spectral density at 1 Hz, of the second difference of three means side by side,
of the difference of two, and of two that are forty lengths apart: a cycle. By the formula in
`echub.science.slow_noise`."""
LOWEST = 0.1015
"""Lower quartile of the square of a normal deviation, in variances."""
FEW_CYCLES = 6
"""Half cycles from which on they show a drift."""


def flicker(u: Floats, found: Segments) -> float:
    """Return the spectral density of 1/f noise of U at 1 Hz, V²; 0 if rows explain all: the median half cycle.

    u: (n,), V, which the half cycles cover. From second differences of twentieths, which leave out what changes
    steadily.
    """
    long = found.where(found.rows >= 2 * FEWEST)
    if not len(long):
        return 0.0
    parts = int(np.clip(np.median(long.rows) // 2, FEWEST, PARTS))
    long = long.where(long.rows >= 2 * parts)  # the upper half at least
    total = np.concatenate([[0.0], np.cumsum(u)])
    edges = long.start[:, None] + (long.rows[:, None] * np.arange(parts + 1)) // parts
    means = np.diff(total[edges], axis=1) / np.diff(edges, axis=1)
    bent = robust_variance(np.diff(means, 2, axis=1), axis=1)  # what a short does in some parts is not noise
    by_rows = 6 * long.noise(u) ** 2 / (long.rows / parts)
    return max(float(np.nanmedian(bent - by_rows)), 0.0) / BENT


def moved(u: Floats, level: Floats, sign: Floats) -> float:
    """Return the standard deviation by which half cycles of U differ from one cycle to the next beside R·j, V.

    U that does not turn with the current is an offset: what U/j of a half cycle differs by from the mean of both
    beside it, of the other sign, in which an R that changes steadily cancels; less its part that grows with the
    level, as where both directions of a cell differ. Shorts make fewer than three quarters of the changes.
    u, level, sign: (m,).
    """
    if len(u) < FEW_CYCLES:
        return 0.0
    r = u * sign / level
    turns = (sign[:-2] == -sign[1:-1]) & (sign[2:] == -sign[1:-1])
    offset = np.where(turns, sign[1:-1] * level[1:-1] * (r[1:-1] - (r[:-2] + r[2:]) / 2) / 2, np.nan)
    change = np.diff(offset - np.nanmedian(offset / level[1:-1]) * level[1:-1]) if turns.any() else offset
    change = change[np.isfinite(change)]
    return float(np.sqrt(np.quantile(change**2, 0.25) / LOWEST)) if len(change) >= FEW_CYCLES else 0.0
