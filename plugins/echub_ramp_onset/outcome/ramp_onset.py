"""The onset by both methods, with its interval, the sweep of the threshold and the detection delay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from echub.drawing import unit_text
from echub.plugin import (
    Component,
    Condition,
    Flag,
    Inputs,
    Interval,
    Measurand,
    Outcome,
    Refusal,
    Sensitivity,
    Series,
    range_unknown,
    several_ranges,
)
from echub.science import RANGE_ACCURACY, coverage_half_width, difference_noise
from echub.text import percent
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import RampTrace, find
from echub_ramp_onset.method import lowack, robust
from echub_ramp_onset.method.bracket import GAP
from echub_ramp_onset.method.crossing import Onset, crossing, is_a_step
from echub_ramp_onset.method.delay import delay_above_transport, detection_delay
from echub_ramp_onset.method.grid import TimeGrid
from echub_ramp_onset.method.interval import Spread, spread_of
from echub_ramp_onset.method.lowack import LowackOnset
from echub_ramp_onset.method.other import other_electrode
from echub_ramp_onset.outcome.diagnostics import lowack_series, robust_series, rows, trace_series
from echub_ramp_onset.outcome.electrodes import NORMAL_95, flags_of, measurands_of, table_of

THRESHOLDS = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""In %, around the 5 % of the paper, which claims that its conclusions do not depend on them."""
GRADUAL = 0.02
"""A shorter fit that moves the onset by more than this fraction says that the rise is gradual: five times the
scatter of onsets in the usual setups (0.2 to 0.4 %), so that sharp ones are not flagged. See decision 30."""


ACCURACY, AREA = RANGE_ACCURACY, "area"
LOWACK_FIT = 0.7
"""Part of the onset up to which the method of the paper fits its line, about: t₁ is close to the onset."""
TELLING = ("soft-short", "recovered", "ohmic-to-end", "no-ohmic-part", "current-not-controlled", "compliance")
"""Refusals that concern the cell, not the wish for a small uncertainty."""


def run(data: Inputs, params: RampOnsetParams) -> Outcome:
    """Find the onset by the chosen method; the other stands beside it in the table `methods`."""
    try:
        trace = find(data, params)
    except Refusal as refusal:
        refusal.diagnostics.update(rows(data))
        raise
    if trace.unit == "mA":  # a current has no area to be uncertain
        params = replace(params, area_uncertainty=0.0)
    answers = {
        "robust": _attempt(robust.find_onset, trace, params),
        "lowack2026": _attempt(lowack.find_onset, trace, params),
    }
    chosen = answers[params.method]
    methods = _methods(answers, params.method, trace)
    if isinstance(chosen, Refusal):
        chosen.tables["methods"] = methods
        chosen.diagnostics.update(trace_series(trace))
        raise chosen
    if isinstance(chosen, LowackOnset):
        outcome = _from_lowack(chosen, trace, params, data, methods)
        beside = answers["robust"]
        full = None if isinstance(beside, Refusal) else _from_robust(beside, trace, params, data, methods)
        other = None if full is None else full[_name("onset_current_density", "onset_current", trace)]
    else:
        outcome = _from_robust(chosen, trace, params, data, methods)
        beside = answers["lowack2026"]
        other = None if isinstance(beside, Refusal) else _lowack_onset(beside, trace, params)
    outcome = _with_other(outcome, chosen, trace, params)
    flags = (*outcome.flags, *_disagreement(outcome, other, trace, params), *_other_refused(beside))
    return outcome.replace(flags=flags, conditions=_conditions(trace, params))


def _with_other(
    outcome: Outcome, onset: Onset | LowackOnset, trace: RampTrace, params: RampOnsetParams
) -> Outcome:
    """Add what the other electrode did, or why that is not known."""
    end = onset.end if isinstance(onset, LowackOnset) else onset.deviation.line.end
    other = other_electrode(trace, onset.t, _time_u(outcome, trace), end, params)
    flags = (*outcome.flags, *flags_of(other, trace, params))
    if isinstance(other, str):
        return outcome.replace(flags=flags)
    return outcome.replace(
        measurands={**outcome.measurands, **measurands_of(other, trace)},
        tables={**outcome.tables, "other_electrode": table_of(other, trace)},
        flags=flags,
    )


def _time_u(outcome: Outcome, trace: RampTrace) -> float:
    """Return how uncertain the time of the onset is, s: what is off in the scale of x is not off in time."""
    found = outcome[_name("onset_current_density", "onset_current", trace)]
    squares = sum(part.uncertainty**2 for part in found.components if part.name not in (ACCURACY, AREA))
    return float(np.sqrt(squares)) / trace.rate * 3600


def _disagreement(
    outcome: Outcome, other: Measurand | None, trace: RampTrace, params: RampOnsetParams
) -> list[Flag]:
    """Warn if the other method's answer lies further away than both intervals reach."""
    if other is None:
        return []
    found = outcome[_name("onset_current_density", "onset_current", trace)]
    ours, theirs = _ends(found), _ends(other)
    if ours[0] <= theirs[1] and theirs[0] <= ours[1]:
        return []
    beside = "lowack2026" if params.method == "robust" else "robust"
    both = " and ".join(f"[{low:.4g}, {high:.4g}]" for low, high in (ours, theirs))
    said = f"{both} {unit_text(trace.unit)}"
    text = f"{params.method} and {beside} give {said}: they differ by more than both intervals"
    return [Flag("methods-disagree", text, hint=f"--param method={beside} gives the other")]


def _ends(found: Measurand) -> tuple[float, float]:
    """Return the interval of 95 %, as stated or from the standard uncertainty."""
    if found.interval is not None and found.interval.low is not None and found.interval.high is not None:
        return found.interval.low, found.interval.high
    half = NORMAL_95 * (found.uncertainty or 0.0)
    return (found.value or 0.0) - half, (found.value or 0.0) + half


def _other_refused(beside: object) -> list[Flag]:
    """Warn if the robust method, beside the paper's, found a reason in the data why there is no onset."""
    if isinstance(beside, Refusal) and beside.code in TELLING:
        text = f"the robust method refuses: {beside.message}"
        return [Flag("methods-disagree", text, where=beside.remark.where)]
    return []


def _attempt(method: Callable[..., Any], trace: RampTrace, params: RampOnsetParams) -> Any:  # noqa: ANN401
    try:
        return method(trace, params)
    except Refusal as refusal:
        return refusal


# -- robust ----------------------------------------------------------------------------------


def _from_robust(
    onset: Onset, trace: RampTrace, params: RampOnsetParams, data: Inputs, methods: dict[str, Series]
) -> Outcome:
    half_window = _other(trace, replace(params, window=params.window / 2))
    # Up to half of the onset, decision 30; the averages are the same.
    shorter_fit = _other(trace, replace(params, fit_fraction=0.5), onset.deviation.grid)
    change = half_window.x - onset.x if half_window else 0.0
    bends = _is_gradual(onset, shorter_fit) or onset.deviation.line.maybe_bent
    gradual = shorter_fit.x - onset.x if shorter_fit and bends else 0.0
    spread = spread_of(onset, trace, params, change, gradual, data.rng()) if params.bootstrap >= 2 else None
    name = _name("onset_current_density", "onset_current", trace)
    sensitivity = [
        Sensitivity(parameter, setting, name, other.x if other else None, other.x - onset.x if other else None)
        for parameter, setting, other in (
            ("window", f"{params.window / 2:g} s", half_window),
            ("fit_fraction", "0.5", shorter_fit),
        )
    ]
    measurands = {
        name: _onset_measurand(onset, trace, params, spread),
        "onset_time": Measurand("s", onset.t, _time_error(_over_rate(spread, trace), data)),
        **_slope(onset.deviation.line.slope, spread.slope if spread else 0.0, _fit_end(onset), trace, params),
        **_rate_and_delay(onset.x, trace, params),
    }
    return Outcome(
        measurands,
        _flags(onset, shorter_fit, trace, data, params),
        {"methods": methods, "thresholds": _sweep(onset, params, trace)},
        tuple(sensitivity),
        robust_series(onset, trace, params),
    )


def _other(trace: RampTrace, params: RampOnsetParams, grid: TimeGrid | None = None) -> Onset | None:
    """Find the onset with other parameters; None where that is refused. `grid`: averages in the same window."""
    try:
        return robust.find_onset(trace, replace(params, resolution=0.0), grid)
    except Refusal:
        return None


def _is_gradual(onset: Onset, shorter: Onset | None) -> bool:
    """Return whether a shorter fit moves the onset by more than a little, and by more than noise does."""
    if shorter is None:
        return onset.deviation.line.bent
    change = abs(shorter.x - onset.x)
    if onset.deviation.line.bent:
        return True
    # Three standard deviations of the difference: 3 of 1000 by noise.
    return change > GRADUAL * onset.x and change > 3 * np.hypot(_noise_in_x(onset), _noise_in_x(shorter))


def _noise_in_x(onset: Onset) -> float:
    """Return the noise of the deviation at the onset, carried to x by the steepness there."""
    deviation, grid = onset.deviation, onset.deviation.grid
    reach = max(int(15 / grid.step), 1)  # s: half of the default window to either side
    low, high = max(onset.index - reach, 0), min(onset.index + reach, len(grid.t) - 1)
    rise = float(deviation.value[high] - deviation.value[low])
    run = float(grid.x[high] - grid.x[low])
    return float(deviation.noise[onset.index]) * run / rise if rise > 0 else 0.0


def _onset_measurand(onset: Onset, trace: RampTrace, params: RampOnsetParams, spread: Spread | None) -> Measurand:
    note = f"{params.threshold:g} % above the ohmic line, from {_spoken(trace)}"
    if spread is None:
        return Measurand(trace.unit, onset.x, quantity="critical_current_density", note=note)
    parts = (
        Component("noise (bootstrap)", spread.noise),
        Component("window (30 s against 15 s)" if params.window == 30 else "half the window", spread.window, "B"),
        Component("fit that reaches into the rise", spread.gradual, "B"),
        Component("rows and steps around the crossing", spread.rows, "B"),
        Component(ACCURACY, spread.current, "B"),
        Component(AREA, spread.area, "B", "area"),
    )
    interval = Interval(spread.low, spread.high, level=0.95, method="residual bootstrap and drawn components")
    kept = tuple(part for part in parts if part.uncertainty)
    return Measurand(trace.unit, onset.x, spread.total, interval, components=kept, note=note)


def _ranges(trace: RampTrace, until: float, params: RampOnsetParams) -> list[Flag]:
    """Flag ranges that are not known, and those that differ up to the onset, at `until` s."""
    used: dict[str, str] = {}
    # From the start of the fit on: an instrument may leave the range of the rest in the first rows.
    asked = (trace.t >= trace.begin + params.start) & (trace.t <= until + params.window / 2)
    rows, x = trace.ranges.at(asked), trace.x[asked]
    for k in (0, *rows.changes().tolist()):
        for name in rows.at(slice(k, k + 1)).used():
            used.setdefault(name, f"from {x[k]:.4g} {unit_text(trace.unit)} on")
    flags = list(several_ranges(used))
    if not trace.range_known and params.range_accuracy:
        where = f" in {trace.ranges.unknown()} of {len(trace.t)} rows" if trace.ranges.any_known else ""
        flags.append(range_unknown(where, "its accuracy is that of one that just holds the largest current"))
    return flags


def _over_rate(spread: Spread | None, trace: RampTrace) -> float | None:
    return float(np.hypot(spread.noise, spread.window)) / trace.rate * 3600 if spread else None


def _time_error(found: float | None, data: Inputs) -> float | None:
    """Add the step of a coarse clock, s: it rounds the time or cuts it off, by a step either way at most."""
    return found if found is None else float(np.hypot(found, data.clock_step / np.sqrt(3)))


def _flags(
    onset: Onset, shorter: Onset | None, trace: RampTrace, data: Inputs, params: RampOnsetParams
) -> tuple[Flag, ...]:
    flags = _of_run(trace, onset.t, data, params)
    if onset.deviation.line.inflation > 1:
        text = (
            f"the voltage drifts: its averages scatter {onset.deviation.line.inflation:.1f} times as much as noise"
        )
        flags.append(Flag("correlated-noise", text))
    if _is_gradual(onset, shorter):
        moved = f"moves the onset by {percent(shorter.x / onset.x - 1, '+.2g')}" if shorter else "finds no onset"
        flags.append(
            Flag("gradual-onset", f"a fit up to half of the onset {moved}: the rise begins inside the fit")
        )
    if onset.recovered:
        named = ", ".join(f"{x:.4g} {unit_text(trace.unit)} ({t:.0f} s)" for x, t in onset.recovered[:5])
        text = f"U was beyond the threshold before, from {named} on, and came back: only the last crossing lasts"
        flags.append(Flag("recovered", text))
    if is_a_step(onset, trace.lost_at):
        text = "U goes up by a step and then rises as before: a voltage was added, R did not change"
        flags.append(Flag("voltage-step", text, where=f"t = {onset.t:.1f} s"))
    return (*flags, *_of_trace(trace))


def _sweep(onset: Onset, params: RampOnsetParams, trace: RampTrace) -> dict[str, Series]:
    """Tabulate the onset at every threshold, on the same ohmic line."""
    found = [crossing(onset.deviation, params, threshold, trace.lost_at) for threshold in THRESHOLDS]
    return {
        "threshold": Series.of(THRESHOLDS, "%"),
        "onset": Series.of([o.x if o else None for o in found], trace.unit),
        "time": Series.of([o.t if o else None for o in found], "s"),
    }


# -- lowack2026 ------------------------------------------------------------------------------


def _from_lowack(
    onset: LowackOnset, trace: RampTrace, params: RampOnsetParams, data: Inputs, methods: dict[str, Series]
) -> Outcome:
    flag = Flag(
        "accuracy-only",
        "the uncertainty holds the accuracy of the current and of the fit: the method states none",
        "info",
    )
    measurands = {
        _name("onset_current_density", "onset_current", trace): _lowack_onset(onset, trace, params),
        "onset_time": Measurand("s", onset.t, _time_error(float(onset.step / np.sqrt(12)), data)),
        **_slope(
            onset.slope / trace.rate * 3600,
            onset.slope_error / trace.rate * 3600,
            LOWACK_FIT * onset.x,
            trace,
            params,
        ),
        **_rate_and_delay(onset.x, trace, params),
    }
    found = (*_within_fit(onset, trace, params), *_interpolated(trace, params))
    flags = (*_of_run(trace, onset.t, data, params), flag, *found, *_of_trace(trace))
    return Outcome(measurands, flags, {"methods": methods}, diagnostics=lowack_series(onset, trace, params))


def _lowack_onset(onset: LowackOnset, trace: RampTrace, params: RampOnsetParams) -> Measurand:
    """Return the onset of the paper's method, with the accuracy of the current and of the area as uncertainty."""
    gain = trace.ranges.gain * onset.x if trace.range_known else 0.0
    current = float(np.hypot(trace.limit_at(onset.t, params.window), gain) / np.sqrt(3))
    area = onset.x * params.area_uncertainty / 100
    read = lowack.held_step(trace.x) / float(np.sqrt(12))
    stated = (
        Component(ACCURACY, current, "B"),
        Component("digit of the current", read, "B"),
        Component(AREA, area, "B", "area"),
    )
    parts = tuple(part for part in stated if part.uncertainty)
    total = float(np.linalg.norm([current, read, area])) or None
    note = f"{params.threshold:g} % from the line, method of the paper, from {_spoken(trace)}"
    return Measurand(trace.unit, onset.x, total, components=parts, note=note)


def _within_fit(onset: LowackOnset, trace: RampTrace, params: RampOnsetParams) -> list[Flag]:
    """Flag an onset at a row of the line's own fit, which is ohmic by assumption."""
    if not onset.within_fit:
        return []
    part = abs(params.threshold / 100 * onset.line_v) * 1e6
    last = float(np.interp(onset.end, trace.t, trace.line))
    text = (
        f"the line is fitted up to {last:.4g} {unit_text(trace.unit)}, and the voltage leaves it at "
        f"{onset.x:.4g}, where {params.threshold:g} % of it are {part:.3g} µV: by noise, a drift or a gradual rise"
    )
    hint = "--param method=robust counts a deviation only where the noise is smaller"
    return [Flag("onset-within-fit", text, where=f"t = {onset.t:.1f} s", hint=hint)]


def _interpolated(trace: RampTrace, params: RampOnsetParams) -> list[Flag]:
    """Flag a gap as long as the average: the uniform grid of the paper draws a line through it."""
    at = int(np.argmax(trace.steps))
    if trace.steps[at] <= max(params.window, GAP * trace.usual_step):
        return []
    text = f"no row for {trace.steps[at]:.3g} s: the method draws a straight line through the gap"
    hint = "--param method=robust brackets an onset by the rows around it"
    return [Flag("gap-interpolated", text, where=f"t = {trace.t[at]:.5g} s", hint=hint)]


# -- common ----------------------------------------------------------------------------------


def _of_run(trace: RampTrace, until: float, data: Inputs, params: RampOnsetParams) -> list[Flag]:
    """Flag what is not stated of the cell and of the instrument, whichever method is asked."""
    flags = _no_area(trace)
    flags += _ranges(trace, until, params)
    if "I_set" not in data:
        text = "no set point is recorded: that the current was controlled is judged by its own course"
        flags.append(Flag("no-set-point", text, "info"))
    return flags


def _of_trace(trace: RampTrace) -> Iterator[Flag]:
    """Flag a source that climbs in steps, and a voltage that is not that of the cell."""
    if trace.stair_s:
        yield Flag("staircase", f"the source climbs in steps of {trace.stair_s:.3g} s", "info")
    if trace.rest_drift is not None:
        like = abs(1000 * trace.rest_drift / trace.rate)
        text = (
            f"before the ramp the voltage drifts by {1000 * trace.rest_drift:+.3g} mV/h: if it goes on, the ramp "
            f"cannot tell it from {like:.3g} {unit_text(_resistance_unit(trace))}"
        )
        yield Flag("drift-at-rest", text, hint="let the cell settle before the ramp")
    if not trace.is_cell_voltage:
        text = f"read from {trace.observed} against the reference: the slope is not that of the whole cell"
        yield Flag("one-electrode", text, "info")


def _no_area(trace: RampTrace) -> list[Flag]:
    if trace.unit != "mA":
        return []
    text = "no area is stated: the onset is a current, and no detection delay follows from it"
    return [Flag("no-area", text, "info", hint='--set cell.area="0.785 cm^2"')]


def _name(density: str, current: str, trace: RampTrace) -> str:
    return current if trace.unit == "mA" else density


def _spoken(trace: RampTrace) -> str:
    named = {"voltage": "the cell voltage", "potential_we": "the working electrode's potential"}
    return named.get(trace.observed, "the counter electrode's potential")


def _slope(
    slope: float, noise: float, until: float, trace: RampTrace, params: RampOnsetParams
) -> dict[str, Measurand]:
    """Return the ohmic slope (V per mA/cm² or mA) as a resistance.

    noise: its error by the fit, 0 unknown. until: largest current of the fit, in the unit of the trace.
    """
    whole = "cell" if trace.is_cell_voltage else "to_reference"
    name = f"resistance_{whole}" if trace.unit == "mA" else f"asr_{whole}"
    area = params.area_uncertainty / 100
    gain = _gain(until, trace)
    stated = (Component("noise", 1000 * noise), *_shared(1000 * slope, gain, area))
    return {name: _with_interval(_resistance_unit(trace), 1000 * slope, stated)}


def _resistance_unit(trace: RampTrace) -> str:
    """Return the unit of a voltage over the current of the trace: of the whole cell, or per area."""
    return "ohm" if trace.unit == "mA" else "ohm*cm^2"


def _fit_end(onset: Onset) -> float:
    """Return the largest current of the fit."""
    grid = onset.deviation.grid
    fitted = grid.x[grid.t <= onset.deviation.line.end]
    return float(np.max(fitted, initial=0.0))


def _gain(until: float, trace: RampTrace) -> float:
    """Return what the accuracy of the ranges may change a slope over the currents up to `until` by, ± as a part.

    An offset that is the same in all rows moves the line, and its end by as much; those of several ranges tilt
    it, by the slope of what each adds to its rows.
    """
    beyond = np.flatnonzero(trace.x > until)
    fitted = slice(0, int(beyond[0]) if len(beyond) else len(trace.x))  # a lost contact brings small currents back
    if until <= 0 or not fitted.stop:
        return 0.0
    parts = [float(np.max(trace.limit[fitted])) / until]
    x, place = trace.x[fitted] - float(np.mean(trace.x[fitted])), trace.ranges.place[fitted]
    if len(set(place.tolist())) > 1:
        parts += [float(limit * (x @ (place == k)) / (x @ x)) for k, limit in enumerate(trace.ranges.limit)]
    return float(np.linalg.norm(parts if not trace.range_known else [*parts, trace.ranges.gain]))


def _shared(value: float, gain: float, area: float) -> tuple[Component, ...]:
    """Return the parts that scale a whole value: ± gain, uniform, and the standard uncertainty of the area."""
    return (
        Component(ACCURACY, value * gain / float(np.sqrt(3)), "B"),
        Component(AREA, value * area, "B", "area"),
    )


def _with_interval(unit: str, value: float, stated: tuple[Component, ...]) -> Measurand:
    """Return a value with those of its parts that are known, and the 95 % interval of their sum."""
    parts = tuple(part for part in stated if part.uncertainty)
    if not parts:
        return Measurand(unit, value)
    total = float(np.sqrt(sum(part.uncertainty**2 for part in parts)))
    uniform = [part.uncertainty * float(np.sqrt(3)) for part in parts if part.name == ACCURACY]
    normal = float(np.sqrt(sum(part.uncertainty**2 for part in parts if part.name != ACCURACY)))
    half = coverage_half_width(normal, uniform)
    interval = Interval(value - half, value + half, level=0.95, method="normal and uniform parts (GUM)")
    return Measurand(unit, value, total, interval, components=parts)


def _rate_and_delay(x: float, trace: RampTrace, params: RampOnsetParams) -> dict[str, Measurand]:
    area = params.area_uncertainty / 100 if trace.unit != "mA" else 0.0
    scales = _shared(trace.rate, _gain(float(np.max(trace.x)), trace), area)
    noise = Component("noise", _rate_error(trace))
    result = {"ramp_rate": _with_interval(f"{trace.unit}/h", trace.rate, (noise, *scales))}
    if trace.unit == "mA":
        return result
    charge = params.vacancy_charge / 1000
    delay = detection_delay(x, trace.rate, charge)
    if delay is not None:
        result["detection_delay"] = Measurand(trace.unit, delay, note=f"Q = {params.vacancy_charge:g} µA·h/cm²")
    above = delay_above_transport(trace.rate, charge)
    result["detection_delay_above_transport"] = Measurand(trace.unit, above, note="extension of the paper")
    return result


def _rate_error(trace: RampTrace) -> float:
    """Return the standard error of the rate by the noise of the current from row to row, mA/cm²/h (or mA/h)."""
    followed = trace.t < trace.lost_at
    t = trace.t[followed] - float(np.mean(trace.t[followed])) if followed.any() else trace.t
    total = float(np.sqrt(t @ t))
    return 3600 * difference_noise(trace.x[followed]) / total if total else 0.0


def _conditions(trace: RampTrace, params: RampOnsetParams) -> dict[str, Condition]:
    return {
        "method": Condition(params.method),
        "criterion": Condition(f"{params.threshold:g} % above the ohmic line"),
        "ramp_rate": Condition(trace.rate, f"{trace.unit}/h"),
        "observed": Condition(trace.observed),
        **({"electrode": Condition(params.electrode)} if params.electrode == "reduced" else {}),
    }


def _methods(
    answers: dict[str, Onset | LowackOnset | Refusal], chosen: str, trace: RampTrace
) -> dict[str, Series]:
    found = {name: a for name, a in answers.items() if not isinstance(a, Refusal)}
    refused = {name: a for name, a in answers.items() if isinstance(a, Refusal)}
    base = found[chosen].x if chosen in found else None
    values = [found[name].x if name in found else None for name in answers]
    return {
        "method": Series.of(list(answers)),
        "onset": Series.of(values, trace.unit),
        "difference": Series.of([None if v is None or base is None else v - base for v in values], trace.unit),
        "refusal": Series.of([refused[name].code if name in refused else "" for name in answers]),
        "reason": Series.of([refused[name].message if name in refused else "" for name in answers]),
    }
