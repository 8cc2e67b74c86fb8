"""Where a sweep leaves its baseline by a threshold, for good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub_window.data.sweeps import Floats, PotentialSweep
from echub_window.method.baseline import MOST, BaselineFit, mean_of_rows

SURE = 5.0
"""Standard deviations that a threshold must be above the noise of the averaged current: 1 of 3 million."""
LASTS = 3
"""Rows that a crossing must last, next to the averaged ones: a spike is not a reaction."""
HELD = 0.1
"""A potential that does not change in so many of the rows of a sweep is read in steps. By eye."""
RISES = 0.2
"""Part of the threshold that the current must rise by for its slope to be one, not noise."""


@dataclass(frozen=True)
class Crossing:
    """A crossing: potential V, standard error by noise and baseline, half width between rows, V; choice: by the
    rows that make the baseline, V; slope µA/cm²/V. crossed: how far the current lies on the other side of the
    baseline before it, µA/cm²."""

    potential: float
    noise: float
    between: float
    choice: float
    slope: float
    crossed: float = 0.0


def crossing(
    sweep: PotentialSweep, base: BaselineFit, threshold: float, until: float | None = None
) -> Crossing | None:
    """Return the first crossing outward from the baseline, in the direction of the sweep; None without one.

    threshold: µA/cm². until: potential beyond which is not looked, V. Rows are averaged as far as the noise needs.
    Raises `ValueError` if the threshold is within the noise even then.
    """
    count = averaged(base.noise, threshold, len(sweep.e))
    if threshold < SURE * base.slow:
        raise ValueError(f"{base.slow:.3g} µA/cm² of slow noise (1/f, mains)")
    way = sweep.direction
    beyond = way * (sweep.j - base.at(sweep.e))
    smooth = mean_of_rows(beyond, count)
    edge = base.high if way > 0 else base.low
    inside = way * (sweep.e - edge) > 0
    if until is not None:
        inside &= way * (until - sweep.e) > 0
    rows = np.flatnonzero(inside)
    above = smooth[rows] > threshold
    lasting = _lasting(above, max(LASTS, count))
    if not len(lasting):
        return None
    k = int(rows[lasting[0]])
    if k == 0:
        return None
    rise = smooth[k] - smooth[k - 1]
    share = (threshold - smooth[k - 1]) / rise if rise > 0 else 1.0
    potential = float(sweep.e[k - 1] + np.clip(share, 0, 1) * (sweep.e[k] - sweep.e[k - 1]))
    slope = _slope(sweep, smooth, k, max(3, count), threshold)
    error = float(np.hypot(np.hypot(base.noise / np.sqrt(count), base.slow), base.error_at(potential)))
    # Interpolated: between two rows a smooth current leaves little open, one that jumps the whole step.
    between = abs(float(sweep.e[k] - sweep.e[k - 1])) / 2 * min(1.0, abs(float(rise)) / threshold)
    read = base.coarse / slope
    if sweep.digit > RISES * threshold:  # the slope is that of one digit
        read = max(read, _within_digits(sweep, smooth, k, potential, threshold, base.coarse))
    between += read + reading_step(sweep) / 2 + sweep.step
    # A reaction lies on one side: what is on the other one is as much of a baseline that is not straight.
    other = float(np.max(-smooth[rows[rows < k]], initial=0.0))
    crossed = other if other > SURE * base.noise / np.sqrt(count) + base.coarse else 0.0
    choice = max(base.choice_at(potential), crossed)
    return Crossing(potential, error / slope, between, choice / slope, slope, crossed)


def _within_digits(
    sweep: PotentialSweep, smooth: Floats, k: int, potential: float, threshold: float, coarse: float
) -> float:
    """Return how far the crossing (at row k) may lie from a potential, V, by a reading wrong by `coarse` at most.

    Before it the last row that is below for certain, behind it the first one that is above, bracket it.
    """
    below = np.flatnonzero(smooth[:k] + coarse < threshold)
    above = k + np.flatnonzero(smooth[k:] - coarse > threshold)
    first = sweep.e[below[-1]] if len(below) else sweep.e[0]
    last = sweep.e[above[0]] if len(above) else sweep.e[-1]
    return float(max(abs(potential - first), abs(last - potential)))


def reading_step(sweep: PotentialSweep) -> float:
    """Return the step in which the potential is read, V, where rows follow closer than that; else 0.

    A ramp that is read in steps rises by whole ones: it may be anywhere within one.
    """
    change = np.abs(np.diff(sweep.e))
    moved = change > 1e-9 * float(np.max(np.abs(sweep.e)))
    return float(np.median(change[moved])) if moved.any() and np.mean(~moved) > HELD else 0.0


def averaged(noise: float, threshold: float, rows: int) -> int:
    """Return how many rows (odd) are averaged; raise `ValueError` where too many would be needed."""
    need = int(np.ceil((SURE * noise / threshold) ** 2))
    if need > max(MOST * rows, 1):
        raise ValueError(f"{noise:.3g} µA/cm² of noise")
    return need + 1 - need % 2


def _lasting(above: np.ndarray, count: int) -> np.ndarray:
    """Return the places from which `count` rows (or all that are left) are above."""
    below = np.append(np.flatnonzero(~above), len(above) + count)
    following = below[np.searchsorted(below, np.arange(len(above)))]
    return np.flatnonzero(
        above & (following - np.arange(len(above)) >= np.minimum(count, len(above) - np.arange(len(above))))
    )


def _slope(sweep: PotentialSweep, smooth: Floats, k: int, reach: int, threshold: float) -> float:
    """Return how steeply the current leaves, µA/cm²/V, over as many rows as a part of the threshold takes."""
    rise, run = 0.0, 1.0
    while rise < RISES * threshold and reach < 2 * len(smooth):
        low, high = max(k - reach, 0), min(k + reach, len(smooth) - 1)
        rise, run = float(smooth[high] - smooth[low]), abs(float(sweep.e[high] - sweep.e[low]))
        reach *= 2
    return max(rise, RISES * threshold) / max(run, 1e-9)
