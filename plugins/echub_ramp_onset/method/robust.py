"""The robust method: U against measured j, a self-consistent fit window, a resolvable crossing.

The deviation is relative to the ohmic part R·j alone, so that a thermo-voltage does not count. It
must exceed the threshold for `sustain` seconds, and only where the threshold exceeds the noise.
The place of the crossing comes from the running median: a jump does not smear it, and it follows a
monotone rise without the bias that curvature gives a mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from echub.plugin import Measurand, Refusal
from echub.science import robust_sigma
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import Floats, RampTrace
from echub_ramp_onset.method.grid import TimeGrid, grid_of

ROUNDS = 40
"""Fits at most: each without an onset is half as long again, so that 40 span any ramp (1.5⁴⁰ = 10⁷)."""
WINDOWS_TO_ONSET = 5
"""An onset closer to the start of the ramp than this many windows is distorted by several per cent, as generated
fast ramps show."""


@dataclass(frozen=True)
class OhmicLine:
    """The ohmic line U = offset + slope·x over [begin, end], with its covariance and the noise of a row."""

    offset: float
    slope: float
    covariance: Floats
    begin: float
    end: float
    sigma: float
    inflation: float

    def at(self, x: Floats) -> Floats:
        """Return the ohmic voltage (n,), V, at x (n,) in the unit of the ramp."""
        return self.offset + self.slope * x

    def spread(self, x: Floats) -> Floats:
        """Return the standard uncertainty of the line itself (n,), V."""
        v = self.covariance
        return np.asarray(np.sqrt(np.maximum(v[0, 0] + 2 * v[0, 1] * x + v[1, 1] * x**2, 0)) * self.inflation)


@dataclass(frozen=True)
class Deviation:
    """U above the ohmic line, relative to R·x, on the grid; `noise` is its standard uncertainty."""

    grid: TimeGrid
    line: OhmicLine
    value: Floats
    noise: Floats


@dataclass(frozen=True)
class Onset:
    """Where the deviation crosses the threshold: x, s on the file's clock, index on the grid."""

    x: float
    t: float
    index: int
    deviation: Deviation


def find_onset(trace: RampTrace, params: RampOnsetParams, grid: TimeGrid | None = None) -> Onset:
    """Find the onset, or refuse with the measured reason.

    Method: that of arXiv:2603.23340 with the changes of decision 30. Raises `Refusal`: `too-short`,
    `sampled-too-coarsely`, `unresolved-noise`, `compliance`, `current-not-controlled`, `no-ohmic-part`,
    `ohmic-to-end`, `too-fast`.
    """
    grid = grid if grid is not None else grid_of(trace, params.window)
    _require_length(trace, grid, params)
    onset, deviation = _self_consistent(trace, grid, params)
    end = onset.index if onset else int(np.searchsorted(grid.t, min(trace.lost_at, float(grid.t[-1]))))
    threshold = params.threshold / 100
    resolved = threshold / max(float(deviation.noise[end]), 1e-300)  # no division by zero
    if resolved < params.resolution:
        raise _unresolved(trace, grid, deviation, params, end)
    _require_control(trace, grid, onset, params)
    if onset is None:
        raise _ohmic_to_end(trace, grid, deviation, params)
    if onset.t - trace.begin < WINDOWS_TO_ONSET * params.window:
        raise Refusal(
            "too-fast",
            f"the onset lies {onset.t - trace.begin:.3g} s after the start of the ramp, less than "
            f"{WINDOWS_TO_ONSET} windows of {params.window:g} s",
            hint=f"--param window={(onset.t - trace.begin) / 10:.2g}s, or a slower ramp",
        )
    return onset


def _self_consistent(trace: RampTrace, grid: TimeGrid, params: RampOnsetParams) -> tuple[Onset | None, Deviation]:
    """Let the fit end at a fraction of the onset that it leads to, beginning with a short fit."""
    # The first fit is about a window long, and has a dozen grid points to fit a line to.
    guess = (params.start + max(params.window, 12 * grid.step)) / params.fit_fraction
    length = float(grid.t[-1] - trace.begin)
    seen: list[float] = []
    for _ in range(ROUNDS):
        line = fit_line(trace, grid, params, min(guess, length))
        deviation = deviation_of(grid, line, params)
        onset = crossing(deviation, params)
        if onset is None:
            if guess >= length:
                return None, deviation
            guess = min(guess * 1.5, length)  # by eye; a larger step may jump over an onset
            continue
        reached = onset.t - trace.begin
        if any(abs(reached - known) < grid.step / 2 for known in seen):
            return onset, deviation
        seen.append(reached)
        guess = reached
    return onset, deviation


def fit_line(trace: RampTrace, grid: TimeGrid, params: RampOnsetParams, until: float) -> OhmicLine:
    """Fit U against x on [start, fit_fraction · until], in seconds after the start of the ramp."""
    begin, end = trace.begin + params.start, trace.begin + params.fit_fraction * until
    rows = (trace.t >= begin) & (trace.t <= end)
    if rows.sum() < 5:  # a line, and three degrees of freedom for its noise
        raise Refusal(
            "too-short",
            f"only {rows.sum()} rows lie between {params.start:g} s after the start of the ramp and "
            f"{params.fit_fraction:g} of its length",
        )
    x, u = trace.x[rows], trace.u[rows]
    mean = x.mean()
    spread = float(((x - mean) ** 2).sum())
    slope = float(((x - mean) * u).sum() / spread)
    offset = float(u.mean() - slope * mean)
    rest = u - offset - slope * x
    sigma = max(robust_sigma(rest), _step(u) / np.sqrt(12), 1e-12)  # a digit is uniform; 1 pV: never zero
    variance = sigma**2
    cross = -mean * variance / spread
    covariance = np.array([[variance / len(x) + mean**2 * variance / spread, cross], [cross, variance / spread]])
    return OhmicLine(
        offset, slope, covariance, begin, end, sigma, _inflation(rest, trace.t[rows], sigma, params.window)
    )


def _step(u: Floats) -> float:
    """Return the smallest step between the values of a column: its quantisation."""
    steps = np.diff(np.unique(u[:2000]))  # enough to meet neighbouring values; sorting all would cost more
    return float(steps.min()) if len(steps) else 0.0


def _inflation(rest: Floats, t: Floats, sigma: float, window_s: float) -> float:
    """Return how much more window means scatter than independent rows would make them."""
    block = ((t - t[0]) // window_s).astype(np.intp)
    count = np.bincount(block)
    full = count >= 0.5 * np.median(count)  # cut-off windows scatter more
    if full.sum() < 10:  # of ten windows the ratio is known to 22 % (1/√20)
        return 1.0
    means = np.bincount(block, weights=rest)[full] / count[full]
    ratio = float(np.sqrt(np.mean(means**2 * count[full])) / sigma)
    return ratio if ratio > 1.5 else 1.0  # two such standard deviations above 1: less is chance


def deviation_of(grid: TimeGrid, line: OhmicLine, params: RampOnsetParams) -> Deviation:
    """Return the averaged deviation from a line, with its noise."""
    ohmic = line.slope * grid.mean(grid.x, params.window)
    ohmic = np.where(ohmic > 0, ohmic, np.nan)
    above = grid.mean(grid.u - line.at(grid.x), params.window)
    noise = np.hypot(line.sigma * line.inflation / np.sqrt(grid.rows_in(params.window)), line.spread(grid.x))
    return Deviation(grid, line, above / ohmic, noise / ohmic)


def crossing(deviation: Deviation, params: RampOnsetParams, threshold: float | None = None) -> Onset | None:
    """Find the first resolvable crossing that lasts, and place it."""
    limit = (params.threshold if threshold is None else threshold) / 100
    grid, line = deviation.grid, deviation.line
    counts = (deviation.value > limit) & (limit > params.guard * deviation.noise) & (grid.t >= line.begin)
    index = _first_lasting(counts, max(int(params.sustain / grid.step), 1))
    if index is None:
        return None
    half = grid.half(params.window)
    low, high = neighbourhood(index, half, len(grid.t))
    with np.errstate(invalid="ignore", divide="ignore"):
        raw = ((grid.u - line.at(grid.x)) / (line.slope * grid.x))[None, low:high]
    position = low + place(running_median(raw, half), limit, half)[0]
    at = np.arange(len(grid.t))
    smooth = grid.mean(grid.x, params.window)
    return Onset(float(np.interp(position, at, smooth)), float(np.interp(position, at, grid.t)), index, deviation)


def neighbourhood(index: int, half: int, count: int) -> tuple[int, int]:
    """Return the part of the grid in which the place of a crossing is decided.

    Half a window on each side is lost to the running median; the rest is a window for the crossing on each side.
    """
    return max(index - 3 * half - 2, 0), min(index + 3 * half + 3, count)


def _first_lasting(counts: np.ndarray[Any, Any], least: int) -> int | None:
    """Find the first point from which `least` points count; a crossing may also last to the end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], counts.astype(np.int8), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        # At the end of the ramp three points do: a failure may stop it.
        if last - first >= least or (last == len(counts) and last - first >= 3):
            return int(first)
    return None


def running_median(values: Floats, half: int) -> Floats:
    """Return the centred running medians of each row of (replicates, points): (replicates, points - 2 half)."""
    return np.asarray(np.median(sliding_window_view(values, min(2 * half + 1, values.shape[1]), axis=1), axis=2))


def place(smooth: Floats, limit: float, half: int) -> Floats:
    """Place the crossing of each row of (replicates, points) as the length that lies below the limit.

    Where noise makes several crossings this is their balance, neither the first nor the last. In grid points,
    one per replicate.
    """
    a, b = smooth[:, :-1] - limit, smooth[:, 1:] - limit
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(
            (a <= 0) & (b <= 0), 1.0, np.where((a > 0) & (b > 0), 0.0, np.abs(np.minimum(a, b) / (b - a)))
        )
    return np.asarray(share.sum(axis=1) + half)


# -- refusals --------------------------------------------------------------------------------


def _require_length(trace: RampTrace, grid: TimeGrid, params: RampOnsetParams) -> None:
    length = float(trace.t[-1] - trace.begin)
    least = params.start + WINDOWS_TO_ONSET * params.window
    if length < least:
        raise Refusal(
            "too-short",
            f"the ramp lasts {length:.4g} s, at least {least:.4g} s are needed (the fit begins after "
            f"{params.start:g} s, {WINDOWS_TO_ONSET} windows of {params.window:g} s)",
            hint="--param window=10s --param start=10s, where the noise allows it",
        )
    if params.window < 3 * grid.step:  # no mean of fewer rows, no median
        raise Refusal(
            "sampled-too-coarsely",
            f"a row every {grid.step:.3g} s gives fewer than 3 rows in the window of {params.window:g} s",
            hint=f"--param window={4 * grid.step:.3g}s",
        )


def _require_control(trace: RampTrace, grid: TimeGrid, onset: Onset | None, params: RampOnsetParams) -> None:
    """Refuse an onset that comes after the current has left its course."""
    until = onset.t - params.window / 2 if onset else float(grid.t[-1])
    if trace.lost_at >= until:
        if onset is None and trace.limited:
            raise _at_compliance(trace)
        return
    at = int(np.searchsorted(trace.t, trace.lost_at))
    # The rows around the loss stand within 5 % of the largest voltage: the limit took the control. By eye.
    if trace.limited and trace.u[max(at - 5, 0) : at + 5].max() > 0.95 * trace.u.max():
        raise _at_compliance(trace)
    raise Refusal(
        "current-not-controlled",
        f"the current leaves its course at {trace.x[at]:.4g} {trace.unit}, where {trace.line[at]:.4g} was due "
        f"(allowed: {params.control:g} % and {params.range_accuracy:g} % of the range)",
        where=f"t = {trace.lost_at:.1f} s",
        hint=f"--time :{trace.lost_at:.0f}s uses the part before",
    )


def _unresolved(
    trace: RampTrace, grid: TimeGrid, deviation: Deviation, params: RampOnsetParams, at: int
) -> Refusal:
    part = params.threshold / 100 * deviation.line.slope * float(grid.x[at]) * 1e6
    sigmas = params.threshold / 100 / float(deviation.noise[at])
    return Refusal(
        "unresolved-noise",
        f"{params.threshold:g} % of the ohmic voltage is {part:.3g} µV at {grid.x[at]:.4g} {trace.unit}, "
        f"{sigmas:.2g} sigma of the averaged voltage; {params.resolution:g} are needed "
        f"(noise of a row: {deviation.line.sigma * 1e6:.3g} µV)",
        hint=f"--param window={2 * params.window:g}s averages over longer",
    )


def _at_compliance(trace: RampTrace) -> Refusal:
    top = float(trace.u.max())
    first = int(np.argmax(trace.u >= 0.999 * top))
    return Refusal(
        "compliance",
        f"the voltage rests at {top:.4g} V from {trace.x[first]:.4g} {trace.unit} on, before any onset",
        where=f"t = {trace.t[first]:.1f} s",
        hint=f"--time :{trace.t[first]:.0f}s uses the part before",
    )


def _ohmic_to_end(trace: RampTrace, grid: TimeGrid, deviation: Deviation, params: RampOnsetParams) -> Refusal:
    usable = deviation.value[
        np.isfinite(deviation.value) & (params.guard * deviation.noise < params.threshold / 100)
    ]
    largest, least = (float(f(usable)) if len(usable) else float("nan") for f in (np.max, np.min))
    if deviation.line.slope <= 0 or least < -0.5:  # half of the voltage is missing: that was not a resistance
        return Refusal(
            "no-ohmic-part",
            f"the voltage is not proportional to the current after {params.start:g} s (slope "
            f"{deviation.line.slope:.3g} V per {trace.unit}, deviation down to {least:.0%})",
            hint="--param start=…, --time START:STOP choose the part that is",
        )
    name = "onset_current" if trace.unit == "mA" else "onset_current_density"
    top = float(grid.x[-1])
    return Refusal(
        "ohmic-to-end",
        f"U stays within {largest:.2%} of the ohmic line up to {top:.4g} {trace.unit}, where the ramp ends",
        measurands={name: Measurand.more_than(trace.unit, top, note="the ramp ended first")},
    )
