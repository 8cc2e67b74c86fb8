"""Averages in time, not in samples: rows a millisecond apart count once, gaps are not stretched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from echub_ramp_onset.data import Floats, RampTrace

PER_WINDOW = 60
"""Grid points per window, where the sampling allows that many: one per half second of the default window of 30 s,
so that an hour at 10 Hz costs 26 ms (decision 30)."""
NORMAL_QUARTILE = 1.1503
"""Upper quartile of the magnitude of a normal variable, in standard deviations: Φ⁻¹(7/8)."""
QUARTILE_NEEDS = 4
"""Half windows of fewer points have no upper quartile to speak of (nine points)."""


def _kept() -> Any:  # noqa: ANN401
    """Return a field that keeps what was computed: some twenty fits of one ramp ask for it again."""
    return field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True)
class TimeGrid:
    """A trace averaged into equal bins of `step` seconds; `count` rows each, empty bins interpolated.

    loud: noise of a row around each bin, V: that of a burst, where there is one.
    """

    t: Floats
    x: Floats
    u: Floats
    count: Floats
    step: float
    loud: Floats
    _windows: dict[float, tuple[NDArray[np.intp], NDArray[np.intp], Floats]] = _kept()
    _rows: dict[float, Floats] = _kept()
    _means: dict[float, Floats] = _kept()

    def half(self, window_s: float) -> int:
        """Return the grid points on each side of a centred window."""
        return max(round((window_s / self.step - 1) / 2), 0)

    def mean(self, values: Floats, window_s: float) -> Floats:
        """Average values (n,) over a centred window, shorter towards the ends; returns (n,), in their unit."""
        low, high, points = self._ends(window_s)
        total = np.zeros(len(values) + 1)
        np.cumsum(values, out=total[1:])
        return np.asarray((total.take(high) - total.take(low)) / points)

    def rows_in(self, window_s: float) -> Floats:
        """Count the rows in the same windows (n,), at least one: the noise of a mean falls with their root."""
        if window_s not in self._rows:
            low, high, _ = self._ends(window_s)
            total = np.concatenate([[0.0], np.cumsum(self.count)])
            self._rows[window_s] = np.maximum(total[high] - total[low], 1.0)
        return self._rows[window_s]

    def mean_x(self, window_s: float) -> Floats:
        """Average x (n,) over a centred window: what every fit of a ramp asks for again."""
        if window_s not in self._means:
            self._means[window_s] = self.mean(self.x, window_s)
        return self._means[window_s]

    def _ends(self, window_s: float) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """Return the first point of each window, the one after its last, and how many it has."""
        if window_s not in self._windows:
            index = np.arange(len(self.t))
            half = np.minimum(self.half(window_s), np.minimum(index, len(self.t) - 1 - index))
            self._windows[window_s] = (index - half, index + half + 1, 2.0 * half + 1.0)
        return self._windows[window_s]


def grid_of(trace: RampTrace, window_s: float) -> TimeGrid:
    """Average a trace; where control is lost, the current is that of the ramp's course."""
    step = max(trace.usual_step, window_s / PER_WINDOW)
    index = np.rint((trace.t - trace.t[0]) / step).astype(np.intp)
    count = np.bincount(index).astype(np.float64)
    x = np.where(trace.t >= trace.lost_at, trace.line, trace.x)
    filled = count > 0
    centres = np.arange(len(count)) * step + trace.t[0]
    means = [np.bincount(index, weights=values)[filled] / count[filled] for values in (trace.t, x, trace.u)]
    t = np.where(filled, np.interp(centres, centres[filled], means[0]), centres)
    u = np.interp(t, means[0], means[2])
    half = max(round((window_s / step - 1) / 2), 0)
    loud = _loud(u, half) * np.sqrt(np.maximum(np.median(count[filled]), 1))
    return TimeGrid(t, np.interp(t, means[0], means[1]), u, count, step, loud)


def _loud(u: Floats, half: int) -> Floats:
    """Return the noise (n,), V, around each point: a burst is loud, a single jump is not.

    From the upper quartile of second differences in a window, which a burst of a quarter of it moves, and a jump
    (three differences) does not; the largest within a window, since averages reach as far. 0 for short windows.
    """
    if half < QUARTILE_NEEDS or len(u) < 4 * half:
        return np.zeros(len(u))
    bend = np.zeros(len(u))
    bend[1:-1] = np.abs(u[2:] - 2 * u[1:-1] + u[:-2]) / np.sqrt(6)
    windows = sliding_window_view(np.pad(bend, half, mode="edge"), 2 * half + 1)
    place = (3 * windows.shape[1]) // 4
    quartile = np.partition(windows, place, axis=1)[:, place] / NORMAL_QUARTILE
    return np.asarray(sliding_window_view(np.pad(quartile, half, mode="edge"), 2 * half + 1).max(axis=1))
