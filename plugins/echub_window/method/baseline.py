"""The baseline of a sweep: the line through the quietest part, where only the double layer is charged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub.science import difference_noise, digit_error, noise_of_digits, robust_sigma
from echub_window.data.sweeps import Floats, PotentialSweep

WIDTH = 0.15
"""Part of the range of a sweep that is searched for the quietest: narrower, and the foot of a reaction is a
line too;
wider, and little would remain of a window of 1 V."""
LARGE = 0.1
"""What a current itself adds to its unrest: a limiting current is as quiet as a double layer, and far larger."""
PLACES = 60
"""Places of that part that are compared."""
LEAST_ROWS = 5
"""Rows of a line: two make it, three tell its noise."""
NEAR = 0.03
"""Rows within 3 % of the threshold, or three standard deviations of their mean, of the line belong to it: then it
is fitted again."""
THINNED = 200
"""Rows of which the slopes between all pairs are compared: 20,000 of them."""
PARTS, SLOWER, INDEPENDENT = 12, 2.0, 2
"""Means of twelve parts of the baseline that differ twice as much as its rows explain have slow noise: 1/f, or a
wave of the mains between the rows; white noise does in 1 of 600. It counts as two independent values, as few as
make a line: most of 1/f noise is in octaves as long as the baseline itself."""
MOST = 0.02
"""Largest part of a sweep that is averaged: 2 % of 5 V is 0.1 V."""


@dataclass(frozen=True, eq=False)
class BaselineFit:
    """A line j = level + slope · (E - middle): µA/cm², µA/cm²/V, V; low and high V of the rows that made it;
    noise of a row.

    error: standard error of the level; slope_error: of the slope. inner: level and slope by the inner half of
    the rows. coarse: by how much the digit of the current moves the line and a crossing at most, µA/cm².
    slow: standard deviation of noise that is slower than the rows, which no mean of rows removes, µA/cm².
    """

    level: float
    slope: float
    middle: float
    low: float
    high: float
    noise: float
    error: float
    slope_error: float
    inner: tuple[float, float] = (0.0, 0.0)
    coarse: float = 0.0
    slow: float = 0.0

    def at(self, e: Floats) -> Floats:
        """Return the baseline at potentials (n,), V: µA/cm²."""
        return np.asarray(self.level + self.slope * (e - self.middle))

    def choice_at(self, e: float) -> float:
        """Return how far the line by the inner half of its rows is from it at a potential, V: µA/cm²."""
        level, slope = self.inner
        return abs(level - self.level + (slope - self.slope) * (e - self.middle))

    def error_at(self, e: float) -> float:
        """Return its standard error at a potential, V: µA/cm²."""
        width = (self.high - self.low) / np.sqrt(12)
        far = (e - self.middle) / width if width else 0.0
        slow = self.slow * np.sqrt((1 + far**2) / INDEPENDENT)
        return float(np.hypot(slow, np.hypot(self.error, self.slope_error * (e - self.middle))))


def baseline_of(sweep: PotentialSweep, threshold: float, stated: tuple[float, float] | None) -> BaselineFit | None:
    """Fit the baseline in the stated range, else in the quietest part and what continues it; None without rows."""
    step = sweep.digit
    noise = max(difference_noise(sweep.j), noise_of_digits(sweep.j, step) if step else 0.0)
    if stated is not None:
        chosen = (sweep.e >= min(stated)) & (sweep.e <= max(stated))
        return _fitted(sweep, chosen, noise) if chosen.sum() >= LEAST_ROWS else None
    chosen = _without_foot(sweep, _quietest(sweep), max(NEAR * threshold, 3 * noise))
    found = _fitted(sweep, chosen, noise)
    slow = found.slow
    # Noise that is as large as the threshold would take the foot of a reaction for the line: rows are averaged.
    count = int(min((3 * noise / (NEAR * threshold)) ** 2, MOST * len(sweep.e))) // 2 * 2 + 1
    for _ in range(4):
        limit = max(NEAR * threshold, 3 * float(np.hypot(noise / np.sqrt(count), slow)))
        near = np.abs(mean_of_rows(sweep.j - found.at(sweep.e), count)) < limit
        grown = _around(near, chosen)
        if grown.sum() <= chosen.sum():
            break
        chosen, found = grown, _fitted(sweep, grown, noise)
    return found


def mean_of_rows(values: Floats, count: int) -> Floats:
    """Return the running mean of an odd number of rows (n,)."""
    if count < 2:
        return values
    padded = np.pad(values, count // 2, mode="edge")
    return np.asarray(np.convolve(padded, np.full(count, 1 / count), mode="valid"))


def _quietest(sweep: PotentialSweep) -> np.ndarray:
    """Return the rows of the part of the sweep in which the current changes least.

    Where rows are few, the part is as wide as makes a line of them.
    """
    low, span = float(sweep.e.min()), float(np.ptp(sweep.e))
    best, chosen = np.inf, np.ones(len(sweep.e), bool)
    width = min(max(WIDTH, LEAST_ROWS / max(len(sweep.e) - 1, 1)), 1.0)
    for start in np.linspace(0, 1 - width, PLACES):
        rows = (sweep.e >= low + start * span) & (sweep.e <= low + (start + width) * span)
        if rows.sum() < LEAST_ROWS:
            continue
        quarter, three = np.quantile(sweep.j[rows], [0.05, 0.95])
        unrest = float(three - quarter + LARGE * np.abs(np.median(sweep.j[rows])))
        if unrest < best:
            best, chosen = unrest, rows
    return chosen


def _without_foot(sweep: PotentialSweep, chosen: np.ndarray, least: float) -> np.ndarray:
    """Return the chosen rows without those that are off a robust line: the foot of a reaction, or a spike.

    The line is that of the median slope of all pairs (P. K. Sen, J. Am. Stat. Assoc. 63 (1968) 1379), which up to
    29 % of the rows do not move; least squares follows any. least: what any row may be off, µA/cm².
    """
    places = np.flatnonzero(chosen)
    some = places[:: len(places) // THINNED + 1]
    first, second = np.triu_indices(len(some), 1)
    run, rise = sweep.e[some[second]] - sweep.e[some[first]], sweep.j[some[second]] - sweep.j[some[first]]
    if not np.any(run):
        return chosen
    rest = sweep.j[places] - float(np.median(rise[run != 0] / run[run != 0])) * sweep.e[places]
    off = np.abs(rest - np.median(rest))
    kept = off <= max(least, 3 * robust_sigma(rest))
    made = np.zeros(len(chosen), bool)
    made[places[kept]] = True
    return made if kept.sum() >= LEAST_ROWS else chosen


def _around(near: np.ndarray, seed: np.ndarray) -> np.ndarray:
    """Return the rows next to the seed that are near without a gap of more than two rows."""
    places = np.flatnonzero(near)
    runs = np.split(places, np.flatnonzero(np.diff(places) > 3) + 1)
    found = np.zeros(len(near), bool)
    for run in runs:
        if seed[run].any():
            found[run] = True
    return np.asarray(found | seed)


def _fitted(sweep: PotentialSweep, chosen: np.ndarray, noise: float) -> BaselineFit:
    e, j = sweep.e[chosen], sweep.j[chosen]
    middle = float(e.mean())
    spread = float(np.sum((e - middle) ** 2))
    slope = float(np.sum((e - middle) * (j - j.mean()))) / spread if spread else 0.0
    middle_rows = np.abs(e - middle) <= np.quantile(np.abs(e - middle), 0.5)
    inner = (
        np.polyfit(e[middle_rows] - middle, j[middle_rows], 1)
        if middle_rows.sum() > 4 and np.ptp(e[middle_rows])
        else (slope, float(j.mean()))
    )
    error = noise / float(np.sqrt(len(e)))
    slope_error = noise / float(np.sqrt(spread)) if spread else 0.0
    slow = _slow(j - j.mean() - slope * (e - middle), noise)
    return BaselineFit(
        float(j.mean()),
        slope,
        middle,
        float(e.min()),
        float(e.max()),
        noise,
        error,
        slope_error,
        (float(inner[1]), float(inner[0])),
        _coarse(sweep.digit, j),
        slow,
    )


def _slow(rest: Floats, noise: float) -> float:
    """Return the standard deviation of what is slower than the rows, of residuals (n,); noise: of a row."""
    if len(rest) < 2 * PARTS:
        return 0.0
    means = np.array([part.mean() for part in np.array_split(rest, PARTS)])
    white = noise / float(np.sqrt(len(rest) / PARTS))
    found = robust_sigma(means)
    if found <= SLOWER * white:
        return 0.0
    return float(np.sqrt(max(found**2 - white**2, robust_sigma(rest) ** 2 - noise**2)))


def _coarse(step: float, line: Floats) -> float:
    """Return by how much a digit moves the rows of the line, and the single rows of a crossing, at most."""
    return step / 2 + digit_error(line, step) if step else 0.0
