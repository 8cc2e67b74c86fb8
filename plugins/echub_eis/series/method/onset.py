"""The level at which a quantity leaves the line through the lower levels.

A line with a power law from a level on, v = a + b x + A (x - x0)^p, is fitted to the levels up to five times the
threshold. Neither x0 nor p is chosen: the crossing is averaged over both, each with its likelihood, for noise
leaves them open by more than it leaves of the rest. One window, or the best x0 and p, states an uncertainty that
is too small just where it was chosen for being small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.science import robust_sigma

Floats = NDArray[np.float64]
LINE_TO = 0.7
"""The line that is shown ends at this part of the onset: nearer, levels deviate by a part of the threshold."""
LEAST_LINE, LEAST_LEVELS = 4, 8
"""Levels on the line: two give it, two tell its scatter. Levels in all: those, the crossing, some beyond."""
POWERS = (0.7, 4.0)
"""Shapes beyond the onset, from nearly a step to a slow start."""
FAR = 5.0
"""Levels up to this many times the threshold are used, a quarter for 5 %: further on no power law need hold."""
SIGNIFICANT = 20.0
"""χ² by which the bend must lower that of the line, for three parameters more: 2 of 10,000 by chance."""
STEP_SIGNIFICANT = 25.0
"""χ² by which a step must lower that of the line, and of the best bend."""
LEAST_AFTER = 3
"""Levels after the crossing that must be there at least."""
PLACES, SHAPES = 41, 21
"""Grid of x0 and of p; it is laid anew over what is likely, until that fills a quarter of it."""
PER_LEVEL = 3
"""Places of the first grid per level: less than the smallest bend that levels show."""
UNLIKELY = 9.0
"""Logarithm of the likelihood below the best at which a place is left out: 1 of 8,000."""
ZOOMS = 8
"""Grids at most: each is at least twice as fine as the last, which is then below any noise."""
BEND_PARAMETERS, STEP_PARAMETERS = 5, 4
"""a, b, A, x0, p; of a step a, b, its size and its place."""
OTHER_SHAPE, NORMAL_95 = 2.0, 1.96
"""Standard deviations that the crossing between two neighbouring levels is off that of the power law, from which
on the shape is another: that crossing counts, and both are in the interval."""
LEAST_DRAWS = 2000
"""Draws of the crossing: the ends of a 95 % interval are then good to 2 % of its width; a draw costs 1 µs."""
ITERATIONS = 8
"""Iterations for the crossing at most: the line changes by little over the threshold."""
EXACT = 1e-15
"""Part of the squares that rounding leaves: less is exact data."""
OUTLYING = 8.0
"""Standard deviations by which a level stands out of both neighbours: noise reaches it in one of 10⁷."""
REMEMBERED = 1.6
"""Correlation of neighbouring residuals from which the shape is another: noise reaches it in 0 to 3 of 100 series
(five parameters lower it by 0.3 to 1), an exponential of R known to 0.2 % in 73."""
MOST_OUTLYING = 0.15
"""Part of the levels that may stand out at most: more are the scatter of the cell. By eye."""
LEAST_SIGMA = 1e-6
"""Scatter of ln R at least: that of rounding."""
KINKS = float(np.sqrt(6))
"""Standard deviation of a second difference of independent values, in theirs."""


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
    memory: float = 0.0
    """How far the residuals remember each other, in standard deviations: a shape that is not a power law."""


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


def sound(levels: Levels) -> NDArray[np.bool_]:
    """Return which levels (n,) agree with their neighbours; the others stand out to one side of both.

    A rise, a step and an end of a series do not: only a value that lies far above or below the levels before and
    after it. The first level is compared with the two after it, the last one stays.
    """
    kept = np.ones(len(levels), dtype=bool)
    if len(levels) < LEAST_LEVELS:
        return kept
    v = np.log(np.abs(levels.value))
    own = np.where(np.isfinite(levels.relative), levels.relative, 0.0)
    sigma = np.maximum(max(robust_sigma(np.diff(v, 2)) / KINKS, LEAST_SIGMA), own)
    for _ in range(int(MOST_OUTLYING * len(v))):  # one by one: beside one that stands out, its neighbours seem to
        at = np.flatnonzero(kept)
        prominence = _prominence(v[at]) / sigma[at]
        if not prominence.max() > OUTLYING:
            break
        kept[at[int(np.argmax(prominence))]] = False
    return kept


def _prominence(v: Floats) -> Floats:
    """Return how far each value (n,) is above or below both neighbours, 0 between them."""
    before, after = v[1:-1] - v[:-2], v[1:-1] - v[2:]
    inner = np.where(before * after > 0, np.minimum(np.abs(before), np.abs(after)), 0.0)
    first, second = abs(v[0] - v[1]), abs(v[1] - v[2])
    return np.concatenate([[first if second < first / OUTLYING else 0.0], inner, [0.0]])


def without(levels: Levels, kept: NDArray[np.bool_]) -> Levels:
    """Return the levels that are kept, (n,)."""
    return Levels(levels.level[kept], levels.value[kept], levels.relative[kept])


def onset(
    levels: Levels, threshold: float, sustained: int, draws: int, coverage: float, seed: int
) -> FoundOnset | None:
    """Find where a quantity deviates by a relative `threshold` for `sustained` levels; None without a series."""
    if len(levels) < LEAST_LEVELS:
        return None
    bend = Bend(levels, _usable(levels, threshold))
    at, sign = bend.crossing(threshold)
    whole = _line(levels, len(levels))
    if (step := _step(levels, bend, threshold)) is not None:
        return step
    if not np.isfinite(at) or bend.gain < SIGNIFICANT:
        return _none(levels, whole)
    end = max(int(np.searchsorted(levels.level, LINE_TO * at, side="right")), LEAST_LINE)
    line = _line(levels, end)
    first = int(np.searchsorted(levels.level, at))
    after = sign * deviation(levels, line)[first : first + sustained]
    if len(after) < min(sustained, LEAST_AFTER) or np.mean(after) <= threshold:
        return _none(levels, whole)
    if first < LEAST_LINE:
        return FoundOnset(None, None, None, None, None, float(levels.level[first]), sign, line)
    drawn = bend.drawn(threshold, sign, max(draws, LEAST_DRAWS), np.random.default_rng(seed))
    low, value, high = (float(q) for q in np.quantile(drawn, [(1 - coverage) / 2, 0.5, (1 + coverage) / 2]))
    around = float(levels.level[first - 1]), float(levels.level[first])
    u = float(np.std(drawn))
    near, near_u = _interpolated(levels, end, sign, threshold, first)
    if abs(near - value) > OTHER_SHAPE * float(np.hypot(near_u, u)):
        low, high = min(low, near - NORMAL_95 * near_u), max(high, near + NORMAL_95 * near_u)
        value, u = near, max(near_u, abs(near - value))
    return FoundOnset(value, u, low, high, *around, sign, line, bend.memory)


def _step(levels: Levels, bend: Bend, threshold: float) -> FoundOnset | None:
    """Return a step off the line between two levels, or None; levels: those that the bend is fitted to count.

    No power law describes a step: its bend need not be significant, or crosses elsewhere. It lies anywhere between
    both levels. It is one if χ² is lower than that of the line, and than that of any bend.
    """
    x, value = bend.x, levels.value[: len(bend.x)]
    line = np.stack([np.ones(len(x)), x], axis=1)
    fits: list[tuple[float, int, Floats]] = []
    for k in range(LEAST_LINE, len(x) - LEAST_AFTER + 1):
        columns = np.column_stack([line, np.arange(len(x)) >= k]) * bend.weight[:, None]
        found = np.asarray(np.linalg.lstsq(columns, value * bend.weight, rcond=None)[0], dtype=np.float64)
        fits.append((float(((value * bend.weight - columns @ found) ** 2).sum()), k, found))
    best, at, step = min(fits, key=lambda one: one[:2])
    left = max(best, bend.least) / (len(x) - STEP_PARAMETERS)
    size = step[2] / abs(step[0] + step[1] * x[at])
    if min(bend.squares, float(bend.left.min())) - best < STEP_SIGNIFICANT * left or abs(size) <= threshold:
        return None
    low, high = float(x[at - 1]), float(x[at])
    u = (high - low) / float(np.sqrt(12))  # uniform
    return FoundOnset(
        (low + high) / 2, u, low, high, low, high, int(np.sign(size)), (float(step[0]), float(step[1]))
    )


def _interpolated(levels: Levels, end: int, sign: int, threshold: float, first: int) -> tuple[float, float]:
    """Return the crossing between two neighbouring levels, which needs no shape, and its standard error.

    end: levels of the line. Of the crossings, the one that is nearest to the level `first`. A curve between two
    levels moves it by less than a quarter of their distance, which is added.
    """
    line = _line(levels, end)
    beyond = sign * deviation(levels, line) - threshold
    places = np.flatnonzero((beyond[1:] >= 0) & (beyond[:-1] < 0)) + 1
    if not len(places):
        return np.nan, np.inf
    k = int(places[np.argmin(np.abs(places - first))])
    step = float(levels.level[k] - levels.level[k - 1])
    rise = float(beyond[k] - beyond[k - 1])
    share = -float(beyond[k - 1]) / rise
    own = float(np.hypot((1 - share) * levels.relative[k - 1], share * levels.relative[k])) * (1 + threshold)
    error = float(np.hypot(own, _line_error(levels, end, float(levels.level[k - 1] + share * step))))
    # The chord of a rise that bends up to the next level crosses early, by share (1 - share)/2 of the bend.
    after = float(beyond[min(k + 1, len(beyond) - 1)] - beyond[k])
    bend = share * (1 - share) / 2 * max(after - rise, 0.0) / rise * step
    return float(levels.level[k - 1] + share * step + bend), float(np.hypot(error / rise * step, bend / 2))


def _line_error(levels: Levels, end: int, at: float) -> float:
    """Return the relative standard error of the line through the first levels at a level beyond them."""
    weight = 1 / levels.relative[:end]
    columns = np.stack([np.ones(end), levels.level[:end]], axis=1) * weight[:, None]
    place = np.array([1.0, at])
    return float(np.sqrt(place @ np.linalg.pinv(columns.T @ columns) @ place))


def _none(levels: Levels, line: tuple[float, float]) -> FoundOnset:
    return FoundOnset(None, None, None, None, float(levels.level[-1]), None, 0, line)


def _usable(levels: Levels, threshold: float) -> int:
    """Return how many levels the bend is fitted to: those before the third that is far off the first ones."""
    base = float(np.median(levels.value[: max(len(levels) // 4, LEAST_LINE)]))
    far = np.flatnonzero(np.abs(levels.value / base - 1) > FAR * threshold)
    sure = far[far >= LEAST_LEVELS]
    return int(sure[min(2, len(sure) - 1)]) + 1 if len(sure) else len(levels)


class Bend:
    """The fits of a + b x + A (x - x0)^p to the first `count` levels, over a grid of x0 and p.

    For each x0 and p the rest is linear, and what it explains beyond the line is one product. Weights of the grid:
    the likelihood with A, b, a and the size of the noise integrated out.
    """

    def __init__(self, levels: Levels, count: int) -> None:
        self.x, value = levels.level[:count], levels.value[:count]
        self.weight = 1 / (levels.relative[:count] * np.abs(value))
        line = np.stack([np.ones(count), self.x], axis=1) * self.weight[:, None]
        self.q, r = np.linalg.qr(line)
        self.back = np.linalg.inv(r)
        y = value * self.weight
        self.on_line = self.q.T @ y
        self.y = y - self.q @ self.on_line
        self.least = EXACT * float(y @ y)
        self.squares = max(float(self.y @ self.y), self.least)
        self._lay(np.linspace(self.x[1], self.x[-2], PER_LEVEL * count), np.linspace(*POWERS, SHAPES))
        for _ in range(ZOOMS):
            if not self._zoom():
                break

    def _lay(self, places: Floats, powers: Floats) -> None:
        """Fit at every place x0 and power p; columns are scaled to one at the last level."""
        self.step = float(places[1] - places[0]), float(powers[1] - powers[0])
        self.x0, self.p = (grid.ravel() for grid in np.meshgrid(places, powers, indexing="ij"))
        beyond = np.maximum(self.x - self.x0[:, None], 0.0) / (self.x[-1] - self.x0[:, None])
        column = beyond ** self.p[:, None] * self.weight
        self.shared = column @ self.q
        column = column - self.shared @ self.q.T
        self.norm = np.sqrt((column**2).sum(axis=1)) + 1e-300  # never zero: x0 lies before the last level but one
        self.size = column @ self.y / self.norm**2
        self.left = np.maximum(self.squares - (self.size * self.norm) ** 2, self.least)
        self.log = -0.5 * (len(self.x) - 3) * np.log(self.left) - np.log(self.norm)
        self.log -= self.log.max()

    def _zoom(self) -> bool:
        """Lay the grid over what is likely; return whether that was worth it."""
        likely = self.log > -UNLIKELY
        low, high = float(self.x0[likely].min()), float(self.x0[likely].max())
        few, many = float(self.p[likely].min()), float(self.p[likely].max())
        (dx, dp), (least, most) = self.step, POWERS
        if high - low >= PLACES / 4 * dx:
            return False
        places = np.linspace(max(low - dx, self.x[1]), min(high + dx, self.x[-2]), PLACES)
        self._lay(places, np.linspace(max(few - dp, least), min(many + dp, most), SHAPES))
        return True

    @property
    def gain(self) -> float:
        """Return by how much the bend lowers χ² of the line, in units of what it leaves per degree of freedom."""
        best = float(self.left.min())
        return (self.squares - best) / (best / (len(self.x) - BEND_PARAMETERS))

    @property
    def memory(self) -> float:
        """Return the correlation of neighbouring residuals of the likeliest fit, in its standard deviation."""
        best = int(np.argmax(self.log))
        beyond = np.maximum(self.x - self.x0[best], 0.0) / (self.x[-1] - self.x0[best])
        column = beyond ** self.p[best] * self.weight
        rest = self.y - self.size[best] * (column - self.q @ (self.q.T @ column))
        squares = float(rest @ rest)
        if not squares > self.least:
            return 0.0
        return float(rest[1:] @ rest[:-1]) / squares * float(np.sqrt(len(rest)))

    def crossing(self, threshold: float) -> tuple[float, int]:
        """Return the level at which the likeliest fit has deviated by `threshold`, and to which side."""
        best = np.array([int(np.argmax(self.log))])
        line = (self.on_line - self.size[best, None] * self.shared[best]) @ self.back.T
        return float(self._crossings(best, self.size[best], line, threshold)[0]), int(np.sign(self.size[best[0]]))

    def drawn(self, threshold: float, sign: int, draws: int, rng: np.random.Generator) -> Floats:
        """Draw crossings (at most `draws`,): place, shape, noise, line and size, as likely as the levels say."""
        share = np.exp(self.log)
        at = rng.choice(len(share), draws, p=share / share.sum())
        sigma = np.sqrt(self.left[at] / rng.chisquare(len(self.x) - 3, draws))
        size = self.size[at] + sigma * rng.standard_normal(draws) / self.norm[at]
        on_line = self.on_line + sigma[:, None] * rng.standard_normal((draws, 2))
        found = self._crossings(at, size, (on_line - size[:, None] * self.shared[at]) @ self.back.T, threshold)
        return np.asarray(found[(np.sign(size) == sign) & np.isfinite(found)])

    def _crossings(self, at: NDArray[np.intp], size: Floats, line: Floats, threshold: float) -> Floats:
        """Solve A (x - x0)^p = threshold (a + b x) by iteration, for places `at` (d,), A (d,), (a, b) (d, 2)."""
        x0, span = self.x0[at], self.x[-1] - self.x0[at]
        found = x0.copy()
        with np.errstate(divide="ignore", over="ignore"):
            for _ in range(ITERATIONS):
                share = threshold * np.abs(line[:, 0] + line[:, 1] * found) / np.abs(size)
                found = x0 + span * share ** (1 / self.p[at])
        return found


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
