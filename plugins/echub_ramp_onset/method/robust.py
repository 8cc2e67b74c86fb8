"""The robust method: U against measured j, a self-consistent fit window, a resolvable crossing.

The deviation is relative to the ohmic part R·j alone, so that a thermo-voltage does not count. It
must exceed the threshold for `sustain` seconds, and only where the threshold exceeds the noise.
The place of the crossing comes from the running median: a jump does not smear it, and it follows a
monotone rise without the bias that curvature gives a mean.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Measurand, Refusal, Series
from echub.text import percent, several
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import RampTrace
from echub_ramp_onset.method.bracket import bracketed
from echub_ramp_onset.method.crossing import Deviation, Onset, crossing, deviation_of, excursions, falls
from echub_ramp_onset.method.grid import TimeGrid, grid_of
from echub_ramp_onset.method.line import fit_line, span_of

ROUNDS = 40
"""Fits at most: each without an onset is half as long again, so that 40 span any ramp (1.5⁴⁰ = 10⁷)."""
WINDOWS_TO_ONSET = 5
"""An onset closer to the start of the ramp than this many windows is distorted by several per cent, as generated
fast ramps show."""


def find_onset(trace: RampTrace, params: RampOnsetParams, grid: TimeGrid | None = None) -> Onset:
    """Find the onset, or refuse with the measured reason.

    Method: that of arXiv:2603.23340 with the changes of decision 30. Raises `Refusal`: `too-short`,
    `sampled-too-coarsely`, `unresolved-noise`, `compliance`, `current-not-controlled`, `no-ohmic-part`,
    `ohmic-to-end`, `too-fast`, `soft-short`, `recovered`.
    """
    grid = grid if grid is not None else grid_of(trace, params.window)
    _require_length(trace, grid, params)
    onset, deviation = self_consistent(trace, grid, params)
    end = onset.index if onset else int(np.searchsorted(grid.t, min(trace.lost_at, float(grid.t[-1]))))
    threshold = params.threshold / 100
    resolved = threshold / max(float(deviation.noise[end]), 1e-300)  # no division by zero
    if resolved < params.resolution:
        raise _unresolved(trace, grid, deviation, params, end)
    _require_control(trace, grid, onset, params)
    if onset is None:
        if came_back := excursions(deviation, params):
            raise _recovered(trace, came_back, params)
        raise _ohmic_to_end(trace, grid, deviation, params)
    if onset.t - trace.begin < WINDOWS_TO_ONSET * params.window:
        raise Refusal(
            "too-fast",
            f"the onset lies {onset.t - trace.begin:.3g} s after the start of the ramp, less than "
            f"{WINDOWS_TO_ONSET} windows of {params.window:g} s",
            hint=f"--param window={(onset.t - trace.begin) / 10:.2g}s, or a slower ramp",
        )
    return bracketed(onset, trace, params)


def self_consistent(trace: RampTrace, grid: TimeGrid, params: RampOnsetParams) -> tuple[Onset | None, Deviation]:
    """Let the fit end at a fraction of the onset that it leads to, beginning with a short fit.

    Returns None for the onset if there is none up to the end of the ramp. Raises `Refusal`: `soft-short`.
    """
    # The first fit is about a window long, and has a dozen grid points to fit a line to.
    guess = (params.start + max(params.window, 12 * grid.step)) / params.fit_fraction
    length = float(grid.t[-1] - trace.begin)
    seen: list[float] = []
    for _ in range(ROUNDS):
        deviation, onset = _fitted(trace, grid, params, min(guess, length))
        lasts = _until(trace, onset, params)
        if short := falls(deviation, params, lasts):
            _refuse_soft_short(trace, grid, params, short, lasts)
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


def _fitted(
    trace: RampTrace, grid: TimeGrid, params: RampOnsetParams, until: float
) -> tuple[Deviation, Onset | None]:
    """Fit, and find what crosses the threshold: once for rows that a search by another fraction takes again."""
    span = span_of(trace, params, until)
    by = (span.first, span.stop, params.start, params.window, params.threshold, params.guard, params.sustain)
    if by not in trace.tried:
        deviation = deviation_of(grid, fit_line(trace, grid, params, until), params)
        trace.tried[by] = deviation, crossing(deviation, params, lost_at=trace.lost_at)
    deviation, onset = trace.tried[by]
    deviation = replace(deviation, line=replace(deviation.line, end=span.end))
    return deviation, None if onset is None else replace(onset, deviation=deviation)


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
        f"the current leaves its course at {trace.x[at]:.4g} {unit_text(trace.unit)}, where "
        f"{trace.line[at]:.4g} was due (allowed: {params.control:g} % and "
        f"{params.range_accuracy:g} % of the range)",
        where=f"t = {trace.lost_at:.1f} s",
        hint=f"--time :{trace.lost_at:.0f}s uses the part before",
    )


def _until(trace: RampTrace, onset: Onset | None, params: RampOnsetParams) -> float:
    """Return up to when a soft short would last, s: the end of the control, or where a loss is averaged in."""
    return min(trace.lost_at, onset.t - params.window if onset else np.inf)


def _refuse_soft_short(
    trace: RampTrace, grid: TimeGrid, params: RampOnsetParams, at: tuple[float, float], lasts: float
) -> None:
    """Refuse a fall of U, if a line through all that comes before it shows the same."""
    until = (at[1] - trace.begin) / params.fit_fraction
    try:
        line = fit_line(trace, grid, params, until)
    except Refusal:
        return
    if found := falls(deviation_of(grid, line, params), params, lasts):
        raise _soft_short(trace, found)


def _soft_short(trace: RampTrace, at: tuple[float, float]) -> Refusal:
    name = "onset_current" if trace.unit == "mA" else "onset_current_density"
    return Refusal(
        "soft-short",
        f"U falls below the ohmic line for good from {at[0]:.4g} {unit_text(trace.unit)} on: R is lower, as in a "
        "soft short; up to there no contact was lost",
        where=f"t = {at[1]:.1f} s",
        hint=f"--time :{at[1]:.0f}s uses the part before",
        measurands={name: Measurand.more_than(trace.unit, at[0], note="a soft short came first")},
    )


def _recovered(trace: RampTrace, found: list[tuple[float, float]], params: RampOnsetParams) -> Refusal:
    first = found[0]
    return Refusal(
        "recovered",
        f"U is {params.threshold:g} % above the ohmic line from {first[0]:.4g} {unit_text(trace.unit)} on "
        f"({several(len(found), 'time')} in all), but comes back before the ramp ends: it does not last",
        where=f"t = {first[1]:.1f} s",
        hint="--time START:STOP chooses a part",
        tables={
            "recovered": {
                "onset": Series.of([x for x, _ in found], trace.unit),
                "time": Series.of([t for _, t in found], "s"),
            }
        },
    )


def _unresolved(
    trace: RampTrace, grid: TimeGrid, deviation: Deviation, params: RampOnsetParams, at: int
) -> Refusal:
    part = params.threshold / 100 * deviation.line.slope * float(grid.x[at]) * 1e6
    sigmas = params.threshold / 100 / float(deviation.noise[at])
    return Refusal(
        "unresolved-noise",
        f"{params.threshold:g} % of the ohmic voltage is {part:.3g} µV at "
        f"{grid.x[at]:.4g} {unit_text(trace.unit)}, {sigmas:.2g} sigma of the averaged voltage; "
        f"{params.resolution:g} are needed (noise of a row: {deviation.line.sigma * 1e6:.3g} µV)",
        hint=f"--param window={2 * params.window:g}s averages over longer",
    )


def _at_compliance(trace: RampTrace) -> Refusal:
    top = float(trace.u.max())
    first = int(np.argmax(trace.u >= 0.999 * top))
    return Refusal(
        "compliance",
        f"the voltage rests at {top:.4g} V from {trace.x[first]:.4g} {unit_text(trace.unit)} on, before any onset",
        where=f"t = {trace.t[first]:.1f} s",
        hint=f"--time :{trace.t[first]:.0f}s uses the part before",
    )


def _ohmic_to_end(trace: RampTrace, grid: TimeGrid, deviation: Deviation, params: RampOnsetParams) -> Refusal:
    usable = deviation.value[
        np.isfinite(deviation.value) & (params.guard * deviation.noise < params.threshold / 100)
    ]
    least = float(np.min(usable, initial=0.0))
    if deviation.line.slope <= 0 or least < -0.5:  # half of the voltage is missing: that was not a resistance
        down = f", deviation down to {percent(least)}" if least < 0 else ""
        return Refusal(
            "no-ohmic-part",
            f"the voltage is not proportional to the current after {params.start:g} s (slope "
            f"{deviation.line.slope:.3g} V per {unit_text(trace.unit)}{down})",
            hint="--param start=…, --time START:STOP choose the part that is",
        )
    name = "onset_current" if trace.unit == "mA" else "onset_current_density"
    largest, top = float(np.max(np.abs(usable), initial=0.0)), float(grid.x[-1])
    return Refusal(
        "ohmic-to-end",
        f"U stays within {largest:.2%} of the ohmic line up to {top:.4g} {unit_text(trace.unit)}, where "
        "the ramp ends",
        measurands={name: Measurand.more_than(trace.unit, top, note="the ramp ended first")},
    )
