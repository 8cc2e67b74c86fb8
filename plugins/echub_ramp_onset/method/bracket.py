"""Between which currents a crossing can lie: by the rows around it, the source's steps, and what noise hides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import RampTrace
from echub_ramp_onset.method.crossing import Onset

SURE = 6.0
"""Standard deviations of a difference between two rows that are a jump: 2 of 10⁹ by chance."""
GAP = 2.5
"""Rows this many usual steps apart have a gap between them: two rows are lost. By eye."""


def bracketed(onset: Onset, trace: RampTrace, params: RampOnsetParams) -> Onset:
    """Return the onset with its bracket; if U jumps between two rows, or rows are missing, in the middle of them.

    Where U rises smoothly the place stays as interpolated, and half a row or a step to either side brackets it.
    """
    first, jumps = _rows_around(onset, trace, params)
    gap = GAP * trace.usual_step
    t = trace.t[first : first + 2]
    around = (np.abs(trace.t - onset.t) <= params.window) & (trace.t < trace.lost_at)
    off = float(np.median((trace.x - trace.line)[around])) if around.any() else 0.0
    near = np.interp(t, trace.t, trace.line) + off
    stair = trace.stair_s * trace.rate / 3600
    half = max(float(near[1] - near[0]), stair) / 2
    if jumps or t[1] - t[0] > gap:
        onset = replace(onset, x=float(near.mean()), t=float(t.mean()))
    low, high = min(onset.bracket[0], onset.x - half), onset.x + half
    lost = _gap_beside(onset, trace, params, np.flatnonzero(trace.steps > gap))
    if lost is not None:
        ends = np.interp(lost, trace.t, trace.line) + off
        low, high = min(low, float(ends[0])), max(high, float(ends[1]))
    return replace(onset, bracket=(low, high))


def _gap_beside(
    onset: Onset, trace: RampTrace, params: RampOnsetParams, gaps: NDArray[np.intp]
) -> tuple[float, float] | None:
    """Return the ends, s, of a gap that the average at the crossing reaches into: the crossing may lie in it.

    A gap much shorter than the average moves it by little: it counts as far from it as it is long. gaps: the rows
    before them.
    """
    start, stop = trace.t[gaps], trace.t[gaps + 1]
    reach = np.minimum(stop - start, params.window / 2)
    reached = np.flatnonzero((start - reach <= onset.t) & (onset.t <= stop + reach))
    if not len(reached):
        return None
    widest = reached[np.argmax((stop - start)[reached])]
    return float(start[widest]), float(stop[widest])


def _rows_around(onset: Onset, trace: RampTrace, params: RampOnsetParams) -> tuple[int, bool]:
    """Return the row before the crossing, and whether U jumps between it and the next one."""
    line = onset.deviation.line
    at = int(np.clip(np.searchsorted(trace.t, onset.t) - 1, 0, len(trace.t) - 2))
    low = int(np.searchsorted(trace.t, onset.t - params.window / 2))
    high = int(np.searchsorted(trace.t, onset.t + params.window / 2, side="right"))
    low, high = max(min(low, at), 0), min(max(high, at + 2), len(trace.t))
    ohmic = line.slope * trace.line[low:high]
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = np.nan_to_num(np.diff((trace.u[low:high] - line.at(trace.line[low:high])) / ohmic))
        least = np.maximum(params.threshold / 100, SURE * np.sqrt(2) * line.sigma / np.abs(ohmic[1:]))
    k = int(np.argmax(rise))
    return (low + k, True) if rise[k] > least[k] else (at, False)
