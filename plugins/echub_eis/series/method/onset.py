"""The level at which a quantity leaves the line through the lower levels.

The line is fitted to the levels up to 0.7 of the onset, and this is repeated until neither changes. Near the
crossing the deviation is smoothed by a parabola over neighbouring levels, so that noise does not decide on
which side of the threshold a single level falls: the first of many noisy levels above it lies too early.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

Floats = NDArray[np.float64]
LINE_TO = 0.7
"""The line ends at this part of the onset: nearer, its last levels already deviate by a part of the threshold."""
LEAST_LINE, LEAST_LEVELS = 4, 8
"""Levels on the line: two give it, two tell its scatter. Levels in all: those, the crossing, some beyond."""
WINDOWS = (3, 5, 7, 9, 11)
"""Levels around the crossing that a parabola smooths: as few as make the onset certain, for it does not
follow a bend. If noise wants more, a hinge over all levels is used, which supposes more of the shape."""
FITTING = 5
"""Levels up to which a parabola leaves too few residuals to say anything of their scatter."""
CERTAIN = 0.0015
"""As little noise as three or five levels may leave of the onset: with more, too few of them share it."""
ENOUGH = 0.008
"""A third of the 2.5 % to which a resistance is known in a noisy series."""
POWERS = (1.0, 1.5, 2.0, 3.0)
"""Shapes beyond the onset, from a bend to a slow start."""
FINE, MOST_PLACES = 3, 120
"""Places of the hinge per level, and at most."""
FAR = 10.0
"""The hinge sees levels up to this many times the threshold: half, for 5 %."""
SIGNIFICANT = 20.0
"""χ² by which the hinge must lower that of the line, for three parameters more: 2 of 10,000 by chance."""
LEAST_AFTER = 3
"""Levels after the crossing that must be there at least."""
MISFIT = 1.6
"""Scatter about a parabola over that about the line: above, it is the wrong shape. Noise
passes it in 1 of 20 windows, and the next one is tried."""
SOUND = 0.9
"""Resampled series that have a crossing at all; with fewer there is no interval."""
SETTLED = 1e-4
"""Relative change of a crossing at which its window stays."""
ROUNDS = 12
"""Iterations at most; an end of the line that jumps between two levels is settled then."""


@dataclass(frozen=True)
class FoundOnset:
    """The onset: value, standard uncertainty, ends of its interval, the levels around it.

    below None: no level lies on the line; beyond None: none deviates. sign: +1 where the quantity rises.
    """

    value: float | None
    u: float | None
    low: float | None
    high: float | None
    below: float | None
    beyond: float | None
    sign: int
    line: tuple[float, float] = (np.nan, np.nan)
    used: int = 0


@dataclass(frozen=True)
class Levels:
    """A staircase: levels (n,) that rise in size, a quantity at each, its relative uncertainty."""

    level: Floats
    value: Floats
    relative: Floats

    def __len__(self) -> int:
        return len(self.level)


def staircase(level: Floats, value: Floats, relative: Floats) -> Levels:
    """Return the first rising run of |level|, levels without a value left out, equal ones averaged."""
    known = np.isfinite(level) & np.isfinite(value) & (np.abs(level) > 0)
    size, sign = np.abs(level[known]), np.sign(level[known])
    rel = np.where(np.isfinite(relative[known]) & (relative[known] > 0), relative[known], np.nan)
    if not len(size):
        return Levels(size, size, size)
    breaks = np.flatnonzero((np.diff(size) < 0) | (np.diff(sign) != 0))
    end = int(breaks[0]) + 1 if len(breaks) else len(size)
    size, value, rel = size[:end], value[known][:end], rel[:end]
    steps, inverse = np.unique(size, return_inverse=True)
    count = np.bincount(inverse)
    rel = np.where(np.isfinite(rel), rel, np.nanmedian(rel) if np.isfinite(rel).any() else 1.0)
    mean = np.bincount(inverse, value) / count
    return Levels(steps, mean, np.sqrt(np.bincount(inverse, rel**2) / count) / np.sqrt(count))


def onset(
    levels: Levels, threshold: float, sustained: int, draws: int, coverage: float, seed: int
) -> FoundOnset | None:
    """Find where a quantity deviates by a relative `threshold` for `sustained` levels; None without a series."""
    if len(levels) < LEAST_LEVELS:
        return None
    crossing, line, hinge = _settle(levels, threshold, sustained)
    if crossing is None or hinge is None:
        return FoundOnset(None, None, None, None, float(levels.level[-1]), None, 0, line)
    first, sign = crossing
    if first < LEAST_LINE:
        return FoundOnset(None, None, None, None, None, float(levels.level[first]), sign, line)
    return _refined(levels, line, hinge, first, sign, threshold, draws, coverage, seed)


def _settle(
    levels: Levels, threshold: float, sustained: int
) -> tuple[tuple[int, int] | None, tuple[float, float], Hinge | None]:
    """Find the crossing by a hinge over all levels, then the line up to a part of it."""
    hinge = Hinge(levels, _usable(levels, threshold))
    found = hinge.crossing(levels.value[None, :], threshold)
    at, sign = float(found[0][0]), int(found[1][0])
    whole = _line(levels, len(levels))
    if not np.isfinite(at) or hinge.gain(levels.value) < SIGNIFICANT:
        return None, whole, None
    end = max(int(np.searchsorted(levels.level, LINE_TO * at, side="right")), LEAST_LINE)
    line = _line(levels, end)
    first = int(np.searchsorted(levels.level, at))
    after = sign * deviation(levels, line)[first : first + sustained]
    if len(after) < min(sustained, LEAST_AFTER) or np.mean(after) <= threshold:
        return None, whole, None
    return (first, sign), line, hinge


def _usable(levels: Levels, threshold: float) -> int:
    """Return how many levels the hinge sees: far beyond the onset its power law need not hold."""
    base = float(np.median(levels.value[: max(len(levels) // 4, LEAST_LINE)]))
    far = np.flatnonzero(np.abs(levels.value / base - 1) > FAR * threshold)
    sure = far[far >= LEAST_LEVELS]
    return int(sure[min(2, len(sure) - 1)]) + 1 if len(sure) else len(levels)


class Hinge:
    """A line with a power law from a level on, v = a + b x + A (x - x0)^p, over a grid of x0 and p."""

    def __init__(self, levels: Levels, count: int) -> None:
        x = levels.level[:count]
        self.count, self.weight = count, 1 / (levels.relative[:count] * np.abs(levels.value[:count]))
        places = np.linspace(x[1], x[-2], min(FINE * count, MOST_PLACES))
        self.spacing = float(places[1] - places[0])
        self.grid = [(x0, p) for p in POWERS for x0 in places.tolist()]
        plain = np.stack([np.ones(count), x], axis=1)
        self.bases, self.maps = [], []
        for x0, p in self.grid:
            columns = np.column_stack([plain, np.maximum(x - x0, 0.0) ** p]) * self.weight[:, None]
            q, r = np.linalg.qr(columns)
            self.bases.append(q)
            self.maps.append(np.linalg.pinv(r) @ q.T)
        self.plain = np.linalg.qr(plain * self.weight[:, None])[0]

    def _gains(self, values: Floats) -> Floats:
        """Return the reduction of χ² against no fit at all, (grid, d)."""
        y = values[:, : self.count] * self.weight
        return np.array([((y @ q) ** 2).sum(axis=1) for q in self.bases])

    def gain(self, value: Floats) -> float:
        """Return by how much the hinge lowers χ² of the line, in units of what it leaves per degree of freedom."""
        y = value[: self.count] * self.weight
        best = float(self._gains(value[None, :]).max())
        left = max(float((y**2).sum()) - best, 1e-12)
        line = float(((y @ self.plain) ** 2).sum())
        return (best - line) / (left / max(self.count - 5, 1))

    def crossing(self, values: Floats, threshold: float) -> tuple[Floats, NDArray[np.intp]]:
        """Return for each row of values (d, n) the level of the crossing, NaN if none, and the side."""
        best = np.argmax(self._gains(values), axis=0)
        y = values[:, : self.count] * self.weight
        at, side = np.full(len(values), np.nan), np.zeros(len(values), dtype=np.intp)
        for row, place in enumerate(best.tolist()):
            (x0, p), (a, b, size) = self.grid[place], self.maps[place] @ y[row]
            # A (x - x0)^p = threshold (a + b x), by iteration: the right side hardly changes.
            x = x0
            for _ in range(4):
                share = threshold * abs(a + b * x) / abs(size) if size else np.inf
                x = x0 + share ** (1 / p)
            at[row], side[row] = x, int(np.sign(size))
        return at, side

    def fitted(self, values: Floats) -> Floats:
        """Return the fitted values (count,) of values (n,)."""
        y = values[: self.count] * self.weight
        q = self.bases[int(np.argmax(self._gains(values[None, :])))]
        return np.asarray((q @ (q.T @ y)) / self.weight)


def _line(levels: Levels, end: int) -> tuple[float, float]:
    w = 1 / (levels.relative[:end] * np.abs(levels.value[:end]))
    columns = np.stack([np.ones(end), levels.level[:end]], axis=1)
    found = np.linalg.lstsq(columns * w[:, None], levels.value[:end] * w, rcond=None)[0]
    return float(found[0]), float(found[1])


def deviation(levels: Levels, line: tuple[float, float]) -> Floats:
    """Return the relative deviation from a line (intercept, slope)."""
    expected = line[0] + line[1] * levels.level
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(levels.value / expected - 1)


def _refined(
    levels: Levels,
    line: tuple[float, float],
    hinge: Hinge,
    first: int,
    sign: int,
    threshold: float,
    draws: int,
    coverage: float,
    seed: int,
) -> FoundOnset:
    """Smooth the deviation around the crossing, find where it passes, and resample the residuals."""
    at = float(levels.level[first])
    end = max(int(np.searchsorted(levels.level, LINE_TO * at, side="right")), LEAST_LINE)
    around = {"below": float(levels.level[first - 1]), "beyond": at, "sign": sign, "line": line, "used": end}
    rng = np.random.default_rng(seed)
    bent = False
    for count in (*WINDOWS, WINDOWS[0]):
        last = count == WINDOWS[0] and bent
        work, value = _root(levels, end, at, count, sign * threshold)
        if not np.isfinite(value):
            continue
        if work.misfit(levels) > MISFIT:
            bent = True
            continue
        drawn = work.resampled(levels, sign * threshold, draws, rng)
        good = drawn[np.isfinite(drawn)]
        enough = ENOUGH if count > FITTING or last else CERTAIN
        if len(good) >= SOUND * draws and np.std(good) < enough * value:
            shape = abs(value - work.straight(levels, sign * threshold)) / 2
            return _with_interval(value, good, work.freedom, coverage, around, shape)
    value = float(hinge.crossing(levels.value[None, :], threshold)[0][0])
    drawn = _resampled(levels, hinge, threshold, draws, rng)
    return _with_interval(value, drawn[np.isfinite(drawn)], hinge.count - 5, coverage, around, hinge.spacing / 2)


def _with_interval(
    value: float, drawn: Floats, freedom: int, coverage: float, around: dict[str, Any], shape: float = 0.0
) -> FoundOnset:
    """Return the onset with the interval of its resamplings, widened as t is wider than a normal quantile.

    shape: standard uncertainty of the curve between two levels: half of what a straight line would change,
    or half a step of the hinge's grid.
    """
    wider = stdtrit(max(freedom, 2), 0.5 + coverage / 2) / ndtri(0.5 + coverage / 2)
    low, high = value + wider * (np.quantile(drawn, [(1 - coverage) / 2, (1 + coverage) / 2]) - value)
    reach = ndtri(0.5 + coverage / 2) * shape
    low = value - float(np.hypot(max(value - float(low), 0.0), reach))
    high = value + float(np.hypot(max(float(high) - value, 0.0), reach))
    return FoundOnset(value, float(np.hypot(np.std(drawn), shape)), low, high, **around)


def _resampled(levels: Levels, hinge: Hinge, threshold: float, draws: int, rng: np.random.Generator) -> Floats:
    """Return the crossings of the hinge with its relative residuals drawn anew, widened for five parameters."""
    fitted, n = hinge.fitted(levels.value), hinge.count
    size = levels.relative[:n] * np.abs(levels.value[:n])
    rest = (levels.value[:n] - fitted) / size * np.sqrt(n / max(n - 5, 1))
    drawn = fitted + size * rng.choice(rest - rest.mean(), (draws, n))
    return hinge.crossing(drawn, threshold)[0]


def _root(levels: Levels, end: int, at: float, count: int, threshold: float) -> tuple[_Linear, float]:
    """Centre a window of `count` levels on the crossing that it gives; NaN if that leaves the window."""
    for _ in range(ROUNDS):
        window = np.sort(np.argsort(np.abs(levels.level - at), kind="stable")[:count])
        work = _Linear(levels, end, window, at)
        value = float(work.roots(levels.value[None, :], threshold)[0])
        if not np.isfinite(value) or abs(value - at) < SETTLED * at:
            break
        at = min(max(value, levels.level[window[0]]), levels.level[window[-1]])
    inside = levels.level[window[0]] <= value <= levels.level[window[-1]]
    return work, value if inside else float("nan")


class _Linear:
    """The two fits as linear maps of the values: a line below, a parabola around a place."""

    def __init__(self, levels: Levels, end: int, window: NDArray[np.intp], at: float) -> None:
        self.at, self.end, self.window = at, end, window
        self.freedom = end - 2 + max(len(window) - 3, 0)
        self.span = float(np.ptp(levels.level[window])) or 1.0
        w = 1 / (levels.relative * np.abs(levels.value))
        low = np.arange(end)
        self.line_columns = np.stack([np.ones(end), levels.level[low]], axis=1)
        self.line_map = np.linalg.pinv(self.line_columns * w[low][:, None]) * w[low]
        x = (levels.level[window] - at) / self.span
        self.local_columns = np.stack([np.ones(len(window)), x, x**2], axis=1)
        self.local_map = np.linalg.pinv(self.local_columns * w[window][:, None]) * w[window]

    def roots(self, values: Floats, threshold: float) -> Floats:
        """Return for each row of values (d, n) where the parabola passes (1 + threshold) times the line."""
        line = values[:, : self.end] @ self.line_map.T
        local = values[:, self.window] @ self.local_map.T
        factor = 1 + threshold
        c = local[:, 0] - factor * (line[:, 0] + line[:, 1] * self.at)
        b = local[:, 1] - factor * line[:, 1] * self.span
        a = local[:, 2]
        with np.errstate(invalid="ignore", divide="ignore"):
            root = np.sqrt(b**2 - 4 * a * c)
            rising = np.sign(threshold)
            # The root at which the deviation grows in size.
            found = 2 * c / (-b - rising * root)
        return np.asarray(self.at + self.span * found)

    def misfit(self, levels: Levels) -> float:
        """Return the scatter about the parabola over that about the line: far above 1 it misses the bend."""
        size = levels.relative * np.abs(levels.value)
        low, window = np.arange(self.end), self.window
        line = (levels.value[low] - self.line_columns @ (self.line_map @ levels.value[low])) / size[low]
        local = (levels.value[window] - self.local_columns @ (self.local_map @ levels.value[window])) / size[
            window
        ]
        if len(window) <= 3:
            return 0.0
        usual = float(np.sqrt(line @ line / max(self.end - 2, 1)))
        return float(np.sqrt(local @ local / (len(window) - 3))) / max(usual, 1e-300)

    def straight(self, levels: Levels, threshold: float) -> float:
        """Return the crossing of a straight line between the two levels beside that of the parabola."""
        value = float(self.roots(levels.value[None, :], threshold)[0])
        line = self.line_map @ levels.value[: self.end]
        off = levels.value / (line[0] + line[1] * levels.level) - 1 - threshold
        after = min(max(int(np.searchsorted(levels.level, value)), 1), len(levels) - 1)
        x, y = levels.level[after - 1 : after + 1], off[after - 1 : after + 1]
        if y[0] * y[1] > 0:  # noise: the neighbours do not enclose it
            return value
        return float(x[0] - y[0] * (x[1] - x[0]) / (y[1] - y[0]))

    def resampled(self, levels: Levels, threshold: float, draws: int, rng: np.random.Generator) -> Floats:
        """Return the roots of values drawn anew from both fits and their residuals, widened by √(n/(n-p))."""
        fitted = levels.value.copy()
        low = np.arange(self.end)
        fitted[low] = self.line_columns @ (self.line_map @ levels.value[low])
        inside = np.setdiff1d(self.window, low)
        local = self.local_columns @ (self.local_map @ levels.value[self.window])
        fitted[inside] = local[np.isin(self.window, inside)]
        size = levels.relative * np.abs(fitted)
        count = len(self.window)
        rest = [(levels.value[low] - fitted[low]) / size[low] * np.sqrt(self.end / max(self.end - 2, 1))]
        if count > FITTING:  # a parabola through so few leaves no residuals
            rest.append((levels.value[self.window] - local) / size[self.window] * np.sqrt(count / (count - 3)))
        pool = np.concatenate(rest)
        pool = pool - pool.mean()
        values = fitted + size * rng.choice(pool, (draws, len(levels)))
        return self.roots(values, threshold)


def as_series(levels: Levels, found: FoundOnset) -> Mapping[str, Floats]:
    """Return what the figure draws: levels, values, line."""
    return {
        "level": levels.level,
        "value": levels.value,
        "line": found.line[0] + found.line[1] * levels.level,
    }
