"""The interval of a robust onset: residual bootstrap, change of window, accuracy of the current.

The parts are drawn and added (GUM supplement 1), because the accuracy of a range is a rectangle
and not a normal distribution, and dominates wherever the voltage is quiet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import Floats, RampTrace
from echub_ramp_onset.method.crossing import Onset, neighbourhood, place, relative, running_median

DRAWS = 20_000
"""So many draws leave the ends of a 95 % interval uncertain by 0.02 standard deviations."""


@dataclass(frozen=True)
class Spread:
    """Standard uncertainties of an onset by cause, and the interval of 95 %; in the unit of x."""

    noise: float
    window: float
    gradual: float
    current: float
    area: float
    rows: float
    low: float
    high: float
    slope: float

    @property
    def total(self) -> float:
        """Return the combined standard uncertainty."""
        return float(
            np.sqrt(
                self.noise**2 + self.window**2 + self.gradual**2 + self.current**2 + self.area**2 + self.rows**2
            )
        )


def spread_of(
    onset: Onset,
    trace: RampTrace,
    params: RampOnsetParams,
    change: float,
    gradual: float,
    rng: np.random.Generator,
) -> Spread:
    """Draw the onset and sum up its uncertainty, in the unit of x; `change` is what half the window makes of it.

    `gradual`: what a shorter fit makes of it, where that shows that the fit reaches into the
    rise. Such a fit moves the onset one way only, by up to twice as much (decision 30).

    Method: propagation of distributions, JCGM 101 (GUM supplement 1); the noise by a residual bootstrap. What is
    uniform within ± a has a standard uncertainty of a/√3.
    """
    replicates, slopes = _bootstrap(onset, params, rng)
    centred = replicates - np.median(replicates)
    window = abs(change) * rng.uniform(-1, 1, DRAWS)
    limit, gain = trace.limit_at(onset.t, params.window), trace.ranges.gain * onset.x if trace.range_known else 0.0
    current = limit * rng.uniform(-1, 1, DRAWS)
    area = onset.x * params.area_uncertainty / 100 * rng.standard_normal(DRAWS)
    one_sided = 2 * gradual * rng.random(DRAWS)
    ends = np.array(onset.bracket) - onset.x
    rows = ends[0] + (ends[1] - ends[0]) * rng.random(DRAWS)
    # A gap to one side may hold the crossing, and need not: what holds without it stays in the interval.
    drawn = onset.x + rng.choice(centred, DRAWS) + window + one_sided + current + area
    drawn += gain * rng.uniform(-1, 1, DRAWS)
    low, high = ([_quantile(one, part) for one in (drawn, drawn + rows)] for part in (0.025, 0.975))
    return Spread(
        float(np.std(replicates, ddof=1)),
        abs(change) / np.sqrt(3),
        2 * abs(gradual) / np.sqrt(3),
        float(np.hypot(limit, gain)) / np.sqrt(3),
        onset.x * params.area_uncertainty / 100,
        float(ends[1] - ends[0]) / np.sqrt(12),
        float(min(*low, onset.x)),
        float(max(*high, onset.x)),
        float(np.std(slopes, ddof=1)),
    )


def _quantile(values: Floats, part: float) -> float:
    """Return what `np.quantile` does, which takes four times as long: NumPy is fast at one place, not at two."""
    place = part * (len(values) - 1)
    low = int(place)
    sorted_there = np.partition(values, low + 1)
    a, b = float(sorted_there[: low + 1].max()), float(sorted_there[low + 1])
    return a + (b - a) * (place - low) if place - low < 0.5 else b - (b - a) * (1 - (place - low))


def _bootstrap(onset: Onset, params: RampOnsetParams, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw residuals of the fit anew, refit, and place the crossing again; give onsets and slopes."""
    deviation, line = onset.deviation, onset.deviation.line
    grid = deviation.grid
    fitted = (grid.t >= line.begin) & (grid.t <= line.end)
    rest = (grid.u - line.at(grid.x))[fitted]
    rest = (rest - rest.mean()) * np.sqrt(len(rest) / max(len(rest) - 2, 1))
    count, half = params.bootstrap, grid.half(params.window)
    block = 1 if line.inflation == 1.0 else min(2 * half + 1, len(rest) // 2)
    x = grid.x[fitted]
    weights = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    drawn = _resample(rest, len(rest), count, block, rng)
    slopes = line.slope + drawn @ weights
    offsets = line.offset + drawn.mean(axis=1) - (slopes - line.slope) * x.mean()
    low, high = neighbourhood(onset.index, half, len(grid.t))
    local = _smooth_course(grid.u, half, low, high) + _resample(rest, high - low, count, block, rng)
    ohmic = slopes[:, None] * grid.x[low:high]
    places = low + place(relative(local - offsets[:, None] - ohmic, ohmic), params.threshold / 100, half)
    return np.interp(places, np.arange(len(grid.t)), grid.mean_x(params.window)), slopes


def _resample(rest: Floats, length: int, count: int, block: int, rng: np.random.Generator) -> Floats:
    """Draw residuals in blocks, so that drift stays drift. Gives (count, length)."""
    pieces = -(-length // block)
    starts = rng.integers(0, len(rest) - block + 1, (count, pieces))
    if block == 1:
        return np.take(rest, starts)
    index = (starts[:, :, None] + np.arange(block)).reshape(count, -1)[:, :length]
    return np.take(rest, index)


def _smooth_course(u: Floats, half: int, low: int, high: int) -> Floats:
    """Return the voltage without noise on a part of the grid: its running median, which keeps jumps."""
    smooth = running_median(u[None, max(low - half, 0) : high + half], half)[0]
    return np.pad(smooth, (max(half - low, 0), max(high + half - len(u), 0)), mode="edge")
