"""How far the other electrode is from its own ohmic line: at the onset of the watched one, and at most."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echub.drawing import unit_text
from echub.plugin import Refusal
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import RampTrace
from echub_ramp_onset.method.crossing import Deviation, deviation_of
from echub_ramp_onset.method.grid import TimeGrid, grid_of
from echub_ramp_onset.method.line import OhmicLine, fit_line
from echub_ramp_onset.method.robust import self_consistent

SHORTER = 5 / 7
"""The shorter fit, of the usual one: up to half of the onset instead of 0.7 of it, as elsewhere."""


@dataclass(frozen=True)
class DeviationAt:
    """A deviation as a fraction of R·x, its standard uncertainty, its x and s; least: what noise hides."""

    value: float
    uncertainty: float
    x: float
    t: float
    least: float

    @property
    def resolved(self) -> bool:
        """Return whether the deviation is more than noise makes."""
        return abs(self.value) > self.least


@dataclass(frozen=True)
class OtherElectrode:
    """The other electrode: slope of its line and its error (V per x), deviation at the onset, at most, and before.

    known_from: x below which noise hides it. before: the largest deviation up to the onset, which says whether
    both electrodes left their lines.
    """

    slope: float
    slope_error: float
    at_onset: DeviationAt
    known_from: float
    largest: DeviationAt
    before: DeviationAt


def other_electrode(
    trace: RampTrace, onset_t: float, onset_u: float, fit_end: float, params: RampOnsetParams
) -> OtherElectrode | str:
    """Return what the other electrode did, by a line through rows before the onset; else why it is not known.

    onset_t, onset_u, fit_end: place of the onset, its uncertainty, and where its fit ends, s, on the file's clock.
    Only places at which an onset would be given count (`resolution`), up to where the current is controlled.
    """
    if trace.other is None:
        return trace.other_missing
    own = replace(trace, u=trace.other)
    grid = grid_of(own, params.window)
    try:
        end = min(fit_end, _own_end(own, grid, params))
        line, shorter = (_line(own, grid, params, part * (end - trace.begin)) for part in (1.0, SHORTER))
    except Refusal as refusal:
        return refusal.message
    error = float(np.sqrt(line.covariance[1, 1]) * line.inflation)
    if line.slope <= params.resolution * error:
        slope = f"{line.slope:.3g} ± {error:.1g} V per {unit_text(trace.unit)}"
        return f"its potential does not follow the current: slope {slope}"
    deviation = deviation_of(grid, line, params)
    until = min(trace.lost_at, float(grid.t[-1]) + grid.step) - params.window / 2
    known = np.isfinite(deviation.value) & (params.resolution * deviation.noise < params.threshold / 100)
    known &= (grid.t >= line.begin) & (grid.t <= max(until, onset_t))
    at = int(np.argmin(np.abs(grid.t - onset_t)))
    if not known[at]:
        return f"noise hides {params.threshold:g} % of its ohmic voltage at the onset"
    # A rise inside the fit bends the line too little to be seen: what a shorter fit changes is in the uncertainty,
    # twice, for a deviation that grows from the start moves the line by several times as much. So is the error of
    # that change, by which it may seem to be nothing; the fits are nested, so that their variances subtract.
    less = deviation_of(grid, shorter, params)
    unseen = np.sqrt(np.maximum(less.noise**2 - deviation.noise**2, 0.0))
    moved = 2 * np.hypot(less.value - deviation.value, unseen)
    deviation = replace(deviation, noise=np.hypot(deviation.noise, moved))
    there = replace(deviation, noise=np.hypot(deviation.noise, _of_place(deviation, at, onset_u, params)))
    return OtherElectrode(
        line.slope,
        error,
        _place(there, at, params),
        float(grid.x[np.argmax(known)]),
        _largest(deviation, known, params),
        _largest(deviation, known & (grid.t <= onset_t), params),
    )


def _of_place(deviation: Deviation, at: int, u: float, params: RampOnsetParams) -> float:
    """Return what an uncertain place, u in s, and the average over a bent course add at a point.

    The mean of a parabola over a window w is off by f″w²/24, a sixth of its second difference at the ends of w.
    """
    grid, half = deviation.grid, max(deviation.grid.half(params.window), 1)
    low, high = max(at - half, 0), min(at + half, len(grid.t) - 1)
    before, here, after = (float(v) for v in np.nan_to_num(deviation.value[[low, at, high]]))
    # A difference is noise up to what its two ends scatter.
    least = 2.0 * float(deviation.noise[at])
    rise = max(abs(after - before) - least, 0.0) / float(grid.t[high] - grid.t[low])
    bend = max(abs(after + before - 2 * here) - least, 0.0) / 6
    return float(np.hypot(rise * u, bend))


def _own_end(own: RampTrace, grid: TimeGrid, params: RampOnsetParams) -> float:
    """Return where the fit of an electrode by itself ends, s: before its own onset, if it has one."""
    onset, deviation = self_consistent(own, grid, params)
    return deviation.line.end if onset is not None else float("inf")


def _line(own: RampTrace, grid: TimeGrid, params: RampOnsetParams, length_s: float) -> OhmicLine:
    return fit_line(own, grid, params, length_s / params.fit_fraction)


def _largest(deviation: Deviation, rows: NDArray[np.bool_], params: RampOnsetParams) -> DeviationAt:
    return _place(deviation, int(np.argmax(np.where(rows, np.abs(deviation.value), -1))), params)


def _place(deviation: Deviation, at: int, params: RampOnsetParams) -> DeviationAt:
    noise, grid = float(deviation.noise[at]), deviation.grid
    value, x, t = (float(values[at]) for values in (deviation.value, grid.x, grid.t))
    return DeviationAt(value, noise, x, t, params.guard * noise)
