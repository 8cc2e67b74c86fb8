"""The answer of `staircase-linearity`: by direction, the interval from the last linear level to the first
beyond."""

from __future__ import annotations

import numpy as np

from echub.drawing import envelope, unit_text
from echub.plugin import Condition, Flag, Inputs, Interval, Measurand, Outcome, Refusal, Series
from echub.science import digit
from echub.text import percent, several
from echub_cycling import StaircaseParams
from echub_cycling.data.levels import LevelTable, staircase
from echub_cycling.method.linearity import LEAST_ERROR, Linearity, linearity
from echub_cycling.outcome import accuracy
from echub_cycling.outcome.measured import DIGIT_J
from echub_cycling.outcome.ranges import RangesUsed
from echub_cycling.outcome.values import ErrorBudget, measurand

NAMES = {1: "we_oxidised", -1: "we_reduced"}
HIDES = 3.0
"""Standard deviations by which a line must be known to be compared with: the slope is not zero, 1 of 700."""
SLOW = 0.5
"""A rise within the lowest level of more than half of its step: it is not linear from the start."""
UNSETTLED = 0.02
"""Part of the voltage of a level that may be missing to its steady value: a fifth of the deviation that counts."""
UNEQUAL = 0.02
"""Resistances of both directions that differ by more than this part are reported: accuracies are far better."""
LEFT = np.linspace(0.001, 0.95, 200)
"""Parts of the distance to a steady value that are left after a last part: 0.95 is one that hardly bends."""
MORE_TO_GO = 4 / 3
WAVE = 0.1
"""An alternating part above a tenth of the voltage of a level is reported."""


def look(data: Inputs, params: StaircaseParams) -> tuple[LevelTable, list[Linearity]]:
    """Return the levels and their lines; raise the refusal of data without a staircase."""
    found = staircase(data, params.tail / 100, params.rest, params.current_accuracy)
    lines = [line for sign in (1, -1) if (line := linearity(found, sign, params.deviation / 100, params.fit))]
    _require(found, lines)
    return found, lines


def run(data: Inputs, params: StaircaseParams) -> Outcome:
    """Judge both directions."""
    try:
        found, lines = look(data, params)
    except Refusal as refusal:
        refusal.diagnostics.update(_trace(data["t"], data["U"], data["j"], data.unit_of("j")))
        raise
    measurands: dict[str, Measurand] = {}
    for line in lines:
        measurands |= _measurands(found, line, params)
    return Outcome(
        measurands,
        tuple(flag for line in lines for flag in _flags(found, line, params)) + _of_both(lines) + _of_file(found),
        {"levels": _table(found, lines)},
        diagnostics=_trace(found.t, found.u, found.j, found.unit)
        | {"threshold": Series.of([params.deviation], "%"), "offset": Series.of([found.offset], "V")},
        conditions={
            "criterion": Condition(f"{params.deviation:g} % off the line of up to {params.fit} lowest levels"),
            "observed": Condition(data.source_of("U")),
            "current_range": _ranges(found).condition(),
        },
    )


def _require(found: LevelTable, lines: list[Linearity]) -> None:
    if not lines:
        raise Refusal(
            "no-levels",
            f"{several(len(found), 'level')}, but no three rising ones in one direction: no line to compare with",
            hint="ccd judges steps that do not rise, cycling and symmetric-cycling cycles at one current",
        )
    if all(HIDES * line.slope_error > abs(line.slope) for line in lines):
        known = [line.slope_error / abs(line.slope) for line in lines if line.slope]
        why = (
            f"noise is {percent(min(known))} of the voltage of the lowest levels"
            if known
            else "no voltage is seen"
        )
        raise Refusal(
            "line-uncertain",
            f"{why}: there is no line to compare with",
            hint="longer levels, larger currents, or a quieter voltage",
        )
    if any(line.slope <= 0 for line in lines):
        raise Refusal(
            "not-resistive",
            "U falls with rising current: the offset at rest is not that of the levels, or the sign "
            "is the other one",
            hint="--time leaves out what came before the staircase",
        )


def _measurands(found: LevelTable, line: Linearity, params: StaircaseParams) -> dict[str, Measurand]:
    name, areal = NAMES[line.sign], found.unit != "mA"
    result = {f"linear_limit_{name}": _limit(found, line)}
    value = 1000 * line.slope
    places = line.places[: line.fitted]
    weight = 1 / np.maximum(found.u_error[places], LEAST_ERROR) ** 2
    gain = params.current_accuracy / 100
    level = found.level[places]
    current = accuracy.of_line(found.limit[places], gain, level, weight, value)
    moved = float(np.sum(weight * level) / np.sum(weight * level**2))  # an offset is the same at all levels
    offset = 0.0 if found.rested else 1000 * params.voltage_accuracy * moved
    limits: dict[str, float | tuple[float, ...]] = {**current, "offset of the voltage": offset}
    share = weight * level**2 / np.sum(weight * level**2)  # each level is read by itself
    limits[DIGIT_J] = tuple((value * share * digit(found.j) / 2 / level).tolist())
    missing = _unsettled(found, line, params.tail / 100)
    if missing > UNSETTLED:
        limits["not settled"] = missing * value
    unit = "ohm*cm^2" if areal else "ohm"
    note = f"line of the {line.fitted} lowest levels" if line.fitted > 1 else "line of the lowest level"
    key = f"{'asr' if areal else 'resistance'}_{name}"
    result[key] = measurand(unit, value, ErrorBudget({"noise": 1000 * line.slope_error}, limits), note=note)
    return result


def _limit(found: LevelTable, line: Linearity) -> Measurand:
    levels, off = line.level, np.nan_to_num(found.limit[line.places])
    if _slow_from_the_start(found, line):
        note = "U rises slowly at the lowest level already"
        return Measurand.less_than(found.unit, float(levels[0] + off[0]), note=note)
    if line.first is None:
        note = "linear up to the highest level" if line.last == len(levels) - 1 else "noise hides what is above"
        return Measurand.more_than(found.unit, max(float((levels - off)[line.last]), 0.0), note=note)
    low, high = max(float((levels - off)[line.last]), 0.0), float((levels + off)[line.first])
    how = "last linear, first beyond" + (", and the accuracy of their ranges" if off.any() else "")
    bracket = Interval(low, high, "bracketing", includes_high=False, method=how)
    note = f"U is {line.deviation[line.first]:+.0%} off the line"
    return Measurand(found.unit, interval=bracket, censoring="interval", note=note)


def _slow_from_the_start(found: LevelTable, line: Linearity) -> bool:
    if line.first != 1:  # twice the current, twice the voltage: slow, but linear
        return False
    place = int(line.places[0])
    step = line.sign * (found.u_start[place] - found.offset)
    rise = line.sign * (found.u_end[place] - found.u_start[place])
    return bool(step > 0 and rise > SLOW * step and rise > 3 * found.u_error[place])


def _unsettled(found: LevelTable, line: Linearity, tail: float) -> float:
    """Return how far U of the levels of the line is from its steady value at most, as a part of it: median.

    What an exponential still has to rise that shares its rise in the same way between the last part and what is
    before it; and a third of it, since a course that slows down has more to go.
    """
    places = line.places[: line.fitted]
    whole = line.sign * (found.u_end - found.offset)[places]
    last = line.sign * (found.u_end - found.u_early)[places]
    before = line.sign * (found.u_early - found.u_start)[places]
    noise = 3 * found.u_error[places] * np.sqrt(2)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.interp(last / before, _share_of(LEFT, 1 / tail - 1.5), LEFT)
        missing = np.where(last > noise, MORE_TO_GO * last * left / (1 - left), 0.0) / whole
    return float(np.median(missing))


def _share_of(left: np.ndarray, lengths: float) -> np.ndarray:
    """Return the rise in a last part over that in so many lengths of it before; left: of a gap, after each."""
    return np.asarray(left**lengths * (1 - left) / (1 - left**lengths))


def _flags(found: LevelTable, line: Linearity, params: StaircaseParams) -> list[Flag]:
    flags, name = [], NAMES[line.sign]
    missing = _unsettled(found, line, params.tail / 100)
    if missing > UNSETTLED and not _slow_from_the_start(found, line):
        text = f"{name}: U still rises at the end of the levels; up to {percent(missing)} of it may be missing"
        flags.append(Flag("not-settled", text))
    if line.first is not None and not line.confirmed:
        text = f"{name}: only the last level is beyond the line; no later one confirms it"
        flags.append(Flag("event-not-confirmed", text))
    if line.first is not None and line.deviation[line.first] < 0:
        flags.append(Flag("falls-below-line", f"{name}: U falls below the line, as at a short"))
    if line.first == 1 and not _slow_from_the_start(found, line):
        text = f"{name}: the second level is beyond already; the line is that of a single level"
        flags.append(Flag("one-level-line", text))
    error = np.nanmax(line.error[: (line.first or len(line.level)) + 1])
    if error > params.deviation / 100:
        noise = percent(float(error), ".1%")
        text = f"{name}: noise is {noise} of the line, more than the {params.deviation:g} % that count"
        if not np.isfinite(error):
            text = f"{name}: no voltage is seen at the lowest level, with which the next one is compared"
        flags.append(Flag("line-uncertain", text))
    if line.first is None:
        flags.append(Flag("no-event", f"{name}: linear up to the highest level", "info"))
    return flags


def _of_both(lines: list[Linearity]) -> tuple[Flag, ...]:
    """Flag resistances that differ by direction: levels do not tell a drift of U from two interfaces."""
    if len(lines) < 2:
        return ()
    slopes = [line.slope for line in lines]
    mean, difference = float(np.mean(slopes)), abs(slopes[0] - slopes[1])
    if difference < UNEQUAL * mean or difference < 3 * float(np.hypot(lines[0].row_error, lines[1].row_error)):
        return ()
    differs = f"R of both directions differs by {percent(difference / mean, '.1%')}"
    text = f"{differs}: the voltage drifts, or the interfaces differ"
    return (Flag("directions-differ", text, hint="a rest after the staircase shows a drift"),)


def _of_file(found: LevelTable) -> tuple[Flag, ...]:
    flags = []
    share = found.wave / np.maximum(np.abs(found.u_end - found.offset), 1e-12)
    if np.median(share) > WAVE:
        swing = percent(float(np.median(share)))
        text = f"U oscillates by {swing} of its value within levels: an alternating current on top"
        flags.append(Flag("oscillates", text, "info"))
    if not found.rested:
        text = "no rest before the staircase: the voltage without current is taken as 0"
        flags.append(Flag("offset-not-measured", text, "info"))
    if found.unit == "mA":
        flags.append(Flag("no-area", "no area is stated: currents", "info", hint='--set cell.area="0.785 cm^2"'))
    return (*flags, *_ranges(found).flags())


def _ranges(found: LevelTable) -> RangesUsed:
    """Return the ranges of the levels, each with the first level in it."""
    called = [f"{level:.4g} {unit_text(found.unit)}" for level in found.level.tolist()]
    used: dict[str, str] = {}
    first, last = (np.searchsorted(found.t, ends) for ends in (found.begin, found.end))
    for name, a, b in zip(called, first.tolist(), last.tolist(), strict=True):
        used |= {one: used.get(one, name) for one in found.ranges.at(slice(a, b + 1)).used()}
    unknown = np.flatnonzero(np.isnan(found.limit)).tolist()
    return RangesUsed(used, called[unknown[0]] if unknown else "", "range" in found.data)


def _table(found: LevelTable, lines: list[Linearity]) -> dict[str, Series]:
    deviation = np.full(len(found), np.nan)
    for line in lines:
        deviation[line.places] = line.deviation
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = found.sign * (found.u_end - found.u_start)
        step = found.sign * (found.u_start - found.offset)
        ratio = 1000.0 * (found.sign * (found.u_end - found.offset)) / found.level
    return {
        "direction": Series.of([NAMES[s] for s in found.sign.tolist()]),
        "level": Series.of(found.level, found.unit),
        "start": Series.of(found.begin, "s"),
        "duration": Series.of(found.end - found.begin, "s"),
        "U": Series.of(found.u_end, "V"),
        "step": Series.of(step, "V"),
        "slow_rise": Series.of(rise, "V"),
        "resistance": Series.of(ratio, "ohm*cm^2" if found.unit != "mA" else "ohm"),
        "deviation": Series.of(100 * deviation, "%"),
    }


def _trace(t: np.ndarray, u: np.ndarray, j: np.ndarray, unit: str) -> dict[str, Series]:
    begin, low, high = envelope(t, u)
    _, below, above = envelope(t, j)
    names = ("t", "U_low", "U_high", "I_low", "I_high")
    units = ("s", "V", "V", unit, unit)
    return {n: Series.of(v, x) for n, v, x in zip(names, (begin, low, high, below, above), units, strict=True)}
