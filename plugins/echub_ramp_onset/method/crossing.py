"""Where the deviation crosses a threshold for good, what came back before, and where U falls instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import Floats
from echub_ramp_onset.method.grid import TimeGrid
from echub_ramp_onset.method.line import OhmicLine

SHORT = 0.15
"""U this far below the ohmic line is a soft short: three times the usual threshold, and the fall of R that counts
for a critical current density."""
DIP = 3
"""Points below the limit that are a recovery, and points at the end of a ramp that are an onset: the fewest whose
middle one has neighbours."""
STEP_SKIPS, STEP_NEEDS = 20, 300
"""Points that are left out after an onset, where the window smears it, and points by which the slope is judged. It
must be known four times better than it would have to differ: to an eighth of what R would have risen."""
LOUD = 2.0
"""Noise twice that of the fit is a burst: a window of twenty rows knows its own to a quarter."""


@dataclass(frozen=True)
class Deviation:
    """U above the ohmic line, relative to R·x, on the grid; `noise` is its standard uncertainty."""

    grid: TimeGrid
    line: OhmicLine
    value: Floats
    noise: Floats


@dataclass(frozen=True)
class Onset:
    """Where the deviation crosses the threshold for good: x, s on the file's clock, index on the grid.

    bracket: between which x it can lie by the rows, the steps of the source and what noise hides. recovered: x
    and s of crossings before that lasted and came back.
    """

    x: float
    t: float
    index: int
    deviation: Deviation
    bracket: tuple[float, float]
    recovered: tuple[tuple[float, float], ...] = ()


def deviation_of(grid: TimeGrid, line: OhmicLine, params: RampOnsetParams) -> Deviation:
    """Return the averaged deviation from a line, with its noise: that of the fit, or of the place if larger."""
    ohmic = line.slope * grid.mean_x(params.window)
    ohmic = np.where(ohmic > 0, ohmic, np.nan)
    above = grid.mean(grid.u - line.at(grid.x), params.window)
    rows = np.sqrt(grid.rows_in(params.window))
    sigma = np.maximum(line.sigma * line.inflation, np.where(grid.loud > LOUD * line.sigma, grid.loud, 0.0))
    noise = np.hypot(sigma / rows, line.spread(grid.x))
    return Deviation(grid, line, above / ohmic, noise / ohmic)


def states_of(deviation: Deviation, params: RampOnsetParams, limit: float) -> NDArray[np.int8]:
    """Return where the deviation is above a limit (1), below it (-1), or not resolved (0), (n,) on the grid."""
    grid, line = deviation.grid, deviation.line
    margin = params.guard * deviation.noise
    known = (limit > margin) & (grid.t >= line.begin) & np.isfinite(deviation.value)
    state = np.where(deviation.value > limit, 1, np.where(deviation.value < limit - margin, -1, 0))
    return np.asarray(np.where(known, state, 0), dtype=np.int8)


def crossing(
    deviation: Deviation, params: RampOnsetParams, threshold: float | None = None, lost_at: float = np.inf
) -> Onset | None:
    """Find the resolvable crossing after which the deviation stays above, and place it.

    lost_at: s, from where on the current does not follow its course; falls of U after it say nothing.
    """
    limit = (params.threshold if threshold is None else threshold) / 100
    grid = deviation.grid
    state = states_of(deviation, params, limit)
    if grid.t[-1] >= lost_at:
        state[(grid.t >= lost_at) & (state < 0)] = 0
    least = max(int(params.sustain / grid.step), 1)
    above = _runs(state > 0)
    if not above:  # as in most rounds of the search: what comes back need not be looked for
        return None
    dips = [last for first, last in _runs(state < 0) if last - first >= min(DIP, least) and first > above[0][0]]
    after = dips[-1] if dips else 0
    index = _first_lasting(above, len(state), least, after)
    if index is None:
        return None
    earlier = [first for first, last in above if last <= after and last - first >= least]
    position = _place(deviation, params, index, limit)
    at = np.arange(len(grid.t))
    smooth = grid.mean_x(params.window)
    x = float(np.interp(position, at, smooth))
    known = (deviation.value <= limit) & (params.guard * deviation.noise < limit)
    below = np.flatnonzero(known[:index])
    # What noise hides before the crossing may hold it; before the first resolved point all is hidden.
    hidden = float(smooth[below[-1]]) if len(below) and index - below[-1] > DIP else x
    recovered = tuple((float(smooth[k]), float(grid.t[k])) for k in earlier)
    return Onset(x, float(np.interp(position, at, grid.t)), index, deviation, (min(hidden, x), x), recovered)


def _place(deviation: Deviation, params: RampOnsetParams, index: int, limit: float) -> float:
    """Return the place of a crossing on the grid, in points."""
    grid, line = deviation.grid, deviation.line
    half = grid.half(params.window)
    low, high = neighbourhood(index, half, len(grid.t))
    x, u = grid.x[low:high], grid.u[low:high]
    raw = relative(u - line.at(x), line.slope * x)
    return float(low + place(raw[None], limit, half)[0])


def relative(above: Floats, ohmic: Floats) -> Floats:
    """Return what U is above the line (…, n), relative to R·x; without a current it is not known, and infinite."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(above / ohmic)


def excursions(deviation: Deviation, params: RampOnsetParams) -> list[tuple[float, float]]:
    """Return x and s of all crossings that last long enough, also of those that come back."""
    least = max(int(params.sustain / deviation.grid.step), 1)
    runs = _runs(states_of(deviation, params, params.threshold / 100) > 0)
    return [(float(deviation.grid.x[a]), float(deviation.grid.t[a])) for a, b in runs if b - a >= least]


def falls(deviation: Deviation, params: RampOnsetParams, lost_at: float) -> tuple[float, float] | None:
    """Return x and s from where U lies below the line by `SHORT`, resolved and lasting; None if it does not.

    What a soft short does: R falls, and the current still flows as programmed. lost_at: s, up to when it has to
    last.
    """
    grid = deviation.grid
    low = deviation.value < -SHORT
    if not low.any():
        return None
    low &= (params.guard * deviation.noise < SHORT) & (grid.t >= deviation.line.begin) & (grid.t < lost_at)
    least = max(int(params.sustain / grid.step), 1)
    followed = int((grid.t < lost_at).sum())
    for first, last in _runs(low):
        if last - first >= least and last >= followed - DIP:
            return float(grid.x[first]), float(grid.t[first])
    return None


def is_a_step(onset: Onset, lost_at: float) -> bool:
    """Return whether U went up by a step and then rises as before: a voltage was added, R did not change."""
    deviation, grid, line = onset.deviation, onset.deviation.grid, onset.deviation.line
    number = np.arange(len(grid.t))
    later = (number > onset.index + STEP_SKIPS) & (number <= onset.index + STEP_SKIPS + STEP_NEEDS)
    later &= (grid.t < lost_at) & np.isfinite(deviation.value)
    if later.sum() < STEP_SKIPS:
        return False
    x = grid.x[later]
    slope = float(np.polyfit(x, grid.u[later], 1)[0])
    error = line.sigma * np.sqrt(12 / later.sum()) / max(float(np.ptp(x)), 1e-300)
    risen = line.slope * float(deviation.value[later].min())
    return bool(error < risen / 8 and 0.5 * line.slope < slope < line.slope + risen / 2)


def neighbourhood(index: int, half: int, count: int) -> tuple[int, int]:
    """Return the part of the grid in which the place of a crossing is decided.

    Half a window on each side is lost to the running median; the rest is a window for the crossing on each side.
    """
    return max(index - 3 * half - 2, 0), min(index + 3 * half + 3, count)


def _first_lasting(runs: list[tuple[int, int]], end: int, least: int, after: int) -> int | None:
    """Find the first run after a place that has `least` points; it may also last to the end."""
    for first, last in runs:
        # At the end of the ramp three points do: a failure may stop it.
        if first >= after and (last - first >= least or (last == end and last - first >= DIP)):
            return first
    return None


def _runs(counts: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return start and end (exclusive) of every run of marked points (n,)."""
    edges = (np.flatnonzero(counts[1:] != counts[:-1]) + 1).tolist()
    if counts[0]:
        edges.insert(0, 0)
    if counts[-1]:
        edges.append(len(counts))
    return list(zip(edges[::2], edges[1::2], strict=True))


def running_median(values: Floats, half: int) -> Floats:
    """Return the centred running medians of each row of (replicates, points): (replicates, points - 2 half)."""
    windows = sliding_window_view(values, min(2 * half + 1, values.shape[1]), axis=1)
    if windows.shape[2] % 2 == 0 or np.isnan(values).any():
        return np.asarray(np.median(windows, axis=2))
    middle = windows.shape[2] // 2  # what `np.median` does, without its search for NaN: half of the time
    return np.asarray(np.partition(windows, middle, axis=2)[:, :, middle])


def place(values: Floats, limit: float, half: int) -> Floats:
    """Place the crossing of each row of (replicates, points) as the length with a running median below the limit.

    Where noise makes several crossings this is their balance, neither the first nor the last. In grid points,
    one per replicate.

    Counting tells whether a median is below the limit: only those on both sides of a change are looked up.
    """
    count, points = values.shape
    width = min(2 * half + 1, points)
    total = np.zeros((count, points + 1), dtype=np.int64)
    np.cumsum(values <= limit, axis=1, out=total[:, 1:])
    below = total[:, width:] - total[:, :-width] > width // 2
    before, after = below[:, :-1], below[:, 1:]
    share = (before & after).astype(np.float64)
    row, at = np.nonzero(before != after)
    first = row * points + at
    windows = values.ravel()[np.array([first, first + 1])[:, :, None] + np.arange(width)]
    a, b = np.partition(windows, width // 2)[:, :, width // 2] - limit
    with np.errstate(invalid="ignore", divide="ignore"):
        share[row, at] = np.abs(np.minimum(a, b) / (b - a))
    share[np.isnan(values).any(axis=1)] = np.nan
    return np.asarray(share.sum(axis=1) + half)
