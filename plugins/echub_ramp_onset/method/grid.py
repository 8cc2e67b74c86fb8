"""Averages in time, not in samples: rows a millisecond apart count once, gaps are not stretched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub_ramp_onset.data import Floats, RampTrace

PER_WINDOW = 60
"""Grid points per window, where the sampling allows that many: one per half second of the default window of 30 s,
so that an hour at 10 Hz costs 26 ms (decision 30)."""


@dataclass(frozen=True)
class TimeGrid:
    """A trace averaged into equal bins of `step` seconds; `count` rows each, empty bins interpolated."""

    t: Floats
    x: Floats
    u: Floats
    count: Floats
    step: float

    def half(self, window_s: float) -> int:
        """Return the grid points on each side of a centred window."""
        return max(round((window_s / self.step - 1) / 2), 0)

    def mean(self, values: Floats, window_s: float) -> Floats:
        """Average values (n,) over a centred window, shorter towards the ends; returns (n,), in their unit."""
        low, high = self._ends(window_s)
        total = np.concatenate([[0.0], np.cumsum(values)])
        return np.asarray((total[high] - total[low]) / (high - low))

    def rows_in(self, window_s: float) -> Floats:
        """Count the rows in the same windows (n,), at least one: the noise of a mean falls with their root."""
        low, high = self._ends(window_s)
        total = np.concatenate([[0.0], np.cumsum(self.count)])
        return np.asarray(np.maximum(total[high] - total[low], 1.0))

    def _ends(self, window_s: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        index = np.arange(len(self.t))
        half = np.minimum(self.half(window_s), np.minimum(index, len(self.t) - 1 - index))
        return index - half, index + half + 1


def grid_of(trace: RampTrace, window_s: float) -> TimeGrid:
    """Average a trace; where control is lost, the current is that of the ramp's course."""
    step = max(float(np.median(np.diff(trace.t))), window_s / PER_WINDOW)
    index = np.rint((trace.t - trace.t[0]) / step).astype(np.intp)
    count = np.bincount(index).astype(np.float64)
    x = np.where(trace.t >= trace.lost_at, trace.line, trace.x)
    filled = count > 0
    centres = np.arange(len(count)) * step + trace.t[0]
    means = [np.bincount(index, weights=values)[filled] / count[filled] for values in (trace.t, x, trace.u)]
    t = np.where(filled, np.interp(centres, centres[filled], means[0]), centres)
    return TimeGrid(t, np.interp(t, means[0], means[1]), np.interp(t, means[0], means[2]), count, step)
