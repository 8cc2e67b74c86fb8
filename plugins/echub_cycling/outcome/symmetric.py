"""The answer of `symmetric-cycling`: overpotential, resistance, and the time to the sudden drop."""

from __future__ import annotations

import numpy as np

from echub.plugin import Condition, Flag, Inputs, Interval, Measurand, Outcome, Series, current_ranges
from echub.science import MEDIAN_TO_MEAN, difference_noise, digit, robust_sigma
from echub_cycling import SymmetricParams
from echub_cycling.data.charge import Floats
from echub_cycling.data.polarised import Polarised, polarised
from echub_cycling.data.ranges import RangeShares, shares_of
from echub_cycling.method.drop import Event, healed, rises, soft_drop, sudden_drop
from echub_cycling.method.rates import blocks_of
from echub_cycling.outcome import accuracy
from echub_cycling.outcome.curves import rows_only
from echub_cycling.outcome.measured import COUNTED_BY_INSTRUMENT, DIGIT_J, DIGIT_U, of_median
from echub_cycling.outcome.ranges import RangesUsed
from echub_cycling.outcome.values import ErrorBudget, measurand

END = 0.1
"""Part of the half cycles at each end whose medians are compared: a tenth evens out noise and keeps the change."""
OFFSET = 0.1
"""A voltage offset above this part of the overpotential is reported."""
GAP = 5.0
"""Times between rows under current above this many usual ones are a gap; a change of the recording is 2 to 4."""


def look(data: Inputs, params: SymmetricParams) -> None:
    """Raise the refusal of data that are not the cycling of a symmetric cell."""
    polarised(data, params.rest)


def run(data: Inputs, params: SymmetricParams) -> Outcome:
    """Compare each half cycle with those before it."""
    cell = polarised(data, params.rest)
    event = sudden_drop(cell, params.drop / 100)
    blocks = blocks_of(cell.level)
    # A half cycle in which R drops late has a median of before and after: only those that ended count.
    until = int((cell.halves.end <= event.before).sum()) if event else len(cell.halves)
    ranges = current_ranges(data, params.current_accuracy, cell.trace.unit)
    shares = shares_of(cell.trace, cell.halves, ranges)
    called = [f"half cycle {k + 1}" for k in range(len(cell.halves))]
    used = RangesUsed.of(shares, slice(0, max(until, 1)), called, data)
    return Outcome(
        _measurands(cell, event, until, params, shares),
        (*_flags(cell, event, until, len(blocks.level), params), *_healed(cell, params.drop / 100), *used.flags()),
        {"levels": _levels(cell, until), "half_cycles": _table(cell)},
        diagnostics=_diagnostics(cell, event),
        conditions={
            "criterion": Condition(f"R falls by {params.drop:g} % and stays"),
            **_level_condition(cell, until),
            "current_range": used.condition(),
        },
    )


def _level_condition(cell: Polarised, until: int) -> dict[str, Condition]:
    level = float(np.median(cell.level[: max(until, 1)]))
    return {"level": Condition(float(f"{level:.3g}"), cell.level_unit)}


def _measurands(
    cell: Polarised, event: Event | None, until: int, params: SymmetricParams, shares: RangeShares
) -> dict[str, Measurand]:
    result = {"lifetime": _lifetime(cell, event)}
    good = slice(0, max(until, 1))
    # An offset cancels in the mean of both directions, but not every error of a range is one: it stays whole.
    counted = np.arange(len(cell.halves)) < good.stop
    usual = shares.summed(counted, np.zeros(len(counted), dtype=np.intp), 1)
    half_digit = digit(cell.trace.u) / 2  # noise does not help a median, which is one of the readings
    values = _both_ways(cell, cell.resistance, good)
    name = "asr_cell" if cell.per_area else "resistance_cell"
    coarse = 1000 * half_digit / float(np.median(cell.level[good]))
    of_level = float(np.median(cell.halves.coarse_current[good]))
    limits = accuracy.of_charge(usual, 0, values[0])
    budget = ErrorBudget({"scatter": values[1]}, {**limits, DIGIT_U: coarse, DIGIT_J: of_level * values[0]})
    result[name] = measurand(cell.resistance_unit, values[0], budget, n=until, note="median of both directions")
    over = _both_ways(cell, cell.overpotential, good)
    scale = {"gain of the voltage": params.voltage_gain / 100 * over[0], DIGIT_U: half_digit}
    result["overpotential"] = measurand("V", over[0], ErrorBudget({"scatter": over[1]}, scale), n=until)
    charge = cell.halves.charge / cell.scale
    unit = "mA*h/cm^2" if cell.per_area else "mA*h"
    typical = float(np.median(charge[good]))
    edges = 0.0
    if cell.trace.data.clock_step:
        edges = of_median(charge[good], float(np.median(cell.halves.spread[good])) / cell.scale)
    read = 0.0 if cell.trace.counted[0].name in COUNTED_BY_INSTRUMENT else of_level * typical
    budget = ErrorBudget({"edges between rows": edges}, {**accuracy.of_charge(usual, 0, typical), DIGIT_J: read})
    result["half_cycle_charge"] = measurand(unit, typical, budget)
    result["half_cycles"] = Measurand("1", float(until), note="before the drop" if event else "all")
    return result | _change(cell.resistance[good], until, coarse)


def _change(resistance: Floats, until: int, coarse: float = 0.0) -> dict[str, Measurand]:
    """Return how much R changed, if there are four half cycles or more, and an R above 0 to compare with.

    coarse: half a digit of U, as R: both ends are medians, each one of the readings.
    """
    count = max(int(END * until), 1)
    if until < 4 * count:
        return {}
    pairs = (resistance[1:] + resistance[:-1]) / 2  # free of an offset
    ends = [float(np.median(part)) for part in (pairs[:count], pairs[-count:])]
    if not ends[0] > 0:
        return {}
    noise = difference_noise(pairs) / np.sqrt(count)
    read = 100 * coarse / ends[0]
    budget = ErrorBudget({"scatter": float(100 * np.sqrt(2) * noise / ends[0])}, {DIGIT_U: (read, read)})
    note = "R of the last tenth over that of the first, less 1"
    return {"change": measurand("%", 100 * (ends[1] / ends[0] - 1), budget, note=note)}


def _lifetime(cell: Polarised, event: Event | None) -> Measurand:
    earliest, latest = _first_current(cell)
    if event is None:
        total = float(cell.halves.end[-1] - latest) / 3600
        return Measurand.more_than("h", total, note="no sudden drop until the end")
    clock = cell.trace.data.clock_step
    low, high = (event.before - latest - clock) / 3600, (event.after - earliest + clock) / 3600
    bracket = Interval(low, high, "bracketing", method="last row before, first row after the drop")
    note = f"in half cycle {_fell_in(cell, event)}, R falls to {event.share:z.0%}"
    return Measurand("h", (low + high) / 2, (high - low) / 2 / 3**0.5 or None, bracket, note=note)


def _fell_in(cell: Polarised, event: Event) -> int:
    """Return the number of the half cycle with the first low row; its median may still be that of before."""
    return int((cell.halves.begin <= event.after).sum())


def _first_current(cell: Polarised) -> tuple[float, float]:
    """Return between which times the current starts: in the step before its first row.

    A file that starts under current does not show when it came on, and its clock may count from anywhere.
    """
    t, first = cell.trace.t, int(cell.halves.rows.start[0])
    if first:
        return float(t[first - 1]), float(t[first])
    return float(t[0] - np.median(np.diff(t[:10]))), float(t[0])


def _both_ways(cell: Polarised, values: Floats, good: slice) -> tuple[float, float]:
    """Return the mean of the medians of both directions, in which an offset cancels, and its error by noise."""
    parts = [values[good][cell.halves.sign[good] == sign] for sign in (1, -1)]
    parts = [part for part in parts if len(part)]
    errors = [_error_of_median(part) for part in parts]
    return float(np.mean([np.median(part) for part in parts])), float(np.hypot.reduce(errors) / len(parts))


def _error_of_median(values: Floats) -> float:
    """Return the standard error of the median of half cycles that drift: then it is the value of the middle one.

    Noise by second differences, which a drift does not change: their variance is 1 + 4 + 1 times that of a value.
    """
    if len(values) < 4:
        return difference_noise(values)
    noise = robust_sigma(np.diff(values, 2)) / float(np.sqrt(6))
    drift = float(np.median(np.abs(np.diff(values))))
    single = min(drift / noise, 1.0) if noise else 0.0
    return noise * max(MEDIAN_TO_MEAN / float(np.sqrt(len(values))), single)


def _flags(cell: Polarised, event: Event | None, until: int, levels: int, params: SymmetricParams) -> list[Flag]:
    flags = []
    if event is None:
        flags.append(Flag("no-event", "no sudden drop: the lifetime is a lower bound", "info"))
    elif not event.confirmed:
        flags.append(
            Flag("event-not-confirmed", "the file ends with the half cycle that dropped; no later one confirms it")
        )
    flags += _missing(cell)
    soft = soft_drop(cell, until)
    if soft is not None:
        fell = f"R falls to {soft.share:z.0%} in half cycle {_fell_in(cell, soft)}"
        text = f"{fell} and stays, less than the drop asked for"
        flags.append(Flag("resistance-falls", text, where=f"t = {soft.after:.5g} s"))
    high = rises(cell, params.rise)
    if high is not None and high < until:
        text = f"R rises to more than {params.rise:g} times the usual in half cycle {high + 1}: a contact is lost"
        flags.append(Flag("resistance-rises", text, where=f"t = {cell.halves.begin[high]:.5g} s"))
    if levels > 1:
        text = f"{levels} runs at different currents: the medians are of all, the table `levels` has each"
        flags.append(Flag("mixed-levels", text))
    amplitude = float(np.median(np.abs(cell.overpotential)))
    if abs(cell.offset) > OFFSET * amplitude:
        flags.append(
            Flag("offset", f"U has an offset of {1000 * cell.offset:.3g} mV between both directions", "info")
        )
    if not cell.per_area:
        text = "no area is stated: resistances, not area-specific ones"
        flags.append(Flag("no-area", text, "info", hint='--set cell.area="0.785 cm^2"'))
    return flags


def _healed(cell: Polarised, drop: float) -> list[Flag]:
    """Flag soft shorts that heal: they are not the end of the life that is given, but another may call them so."""
    found = healed(cell, drop)
    if not found:
        return []
    first = (found[0].before - cell.trace.t[0]) / 3600
    text = f"R drops to {found[0].share:z.0%} at {first:.4g} h, and comes back: a soft short that heals"
    more = f" ({len(found)} of them)" if len(found) > 1 else ""
    hint = "the table `half_cycles` shows them; the lifetime is that to a drop that stays"
    return [Flag("drop-healed", text + more, where=f"half cycle {_fell_in(cell, found[0])}", hint=hint)]


def _missing(cell: Polarised) -> list[Flag]:
    """Flag rows that are missing while current flows: the half cycles in the gap are not among those counted."""
    inside = np.zeros(len(cell.trace.t), dtype=bool)
    for first, last in zip(cell.halves.rows.start.tolist(), cell.halves.rows.stop.tolist(), strict=True):
        inside[first:last] = True
    steps = np.where(inside[1:] & inside[:-1], np.diff(cell.trace.t), 0.0)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    at = int(np.argmax(steps)) if len(steps) else 0
    if usual and steps[at] > GAP * usual:
        text = f"no row for {steps[at]:.5g} s while current flows, where rows are {usual:.3g} s apart"
        return [Flag("rows-missing", text, where=f"t = {cell.trace.t[at]:.5g} s")]
    return _skipped(cell)


def _skipped(cell: Polarised) -> list[Flag]:
    """Flag a rest that is far longer than the others, and than a half cycle: half cycles are missing in it."""
    rests = cell.halves.begin[1:] - cell.halves.end[:-1]
    lasts = float(np.median(cell.halves.end - cell.halves.begin))
    if not len(rests) or rests.max() <= GAP * float(np.median(rests)) + lasts:
        return []
    at = int(np.argmax(rests))
    text = f"{rests[at]:.5g} s pass between two half cycles, where rests take {float(np.median(rests)):.3g} s"
    return [Flag("rows-missing", text, where=f"t = {cell.halves.end[at]:.5g} s")]


def _levels(cell: Polarised, until: int) -> dict[str, Series]:
    """Return the medians of each level over its half cycles before the drop; NaN if it has none."""
    blocks = blocks_of(cell.level)
    spans = [slice(int(a), min(int(b) + 1, until)) for a, b in zip(blocks.first, blocks.last, strict=True)]
    return {
        "level": Series.of(blocks.level, cell.level_unit),
        "first": Series.of(blocks.first + 1),
        "last": Series.of(blocks.last + 1),
        "overpotential": Series.of([_median(cell.overpotential[s]) for s in spans], "V"),
        "resistance": Series.of([_median(cell.resistance[s]) for s in spans], cell.resistance_unit),
    }


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _table(cell: Polarised) -> dict[str, Series]:
    halves = cell.halves
    return {
        "half_cycle": Series.of(np.arange(1, len(halves) + 1)),
        "direction": Series.of(["we_oxidised" if s > 0 else "we_reduced" for s in halves.sign.tolist()]),
        "start": Series.of((halves.begin - halves.begin[0]) / 3600, "h"),
        "level": Series.of(cell.level, cell.level_unit),
        "charge": Series.of(halves.charge / cell.scale, "mA*h/cm^2" if cell.per_area else "mA*h"),
        "overpotential": Series.of(cell.overpotential, "V"),
        "U_end": Series.of(halves.u_end, "V"),
        "resistance": Series.of(cell.resistance, cell.resistance_unit),
    }


def _diagnostics(cell: Polarised, event: Event | None) -> dict[str, Series]:
    found = [] if event is None else [event.before, event.after]
    return rows_only(cell.trace) | {"event": Series.of(np.array(found, dtype=np.float64), "s")}
