"""The capacity of each block, by every way of counting, with its pulses and what qualifies it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Condition, Inputs, Measurand, Outcome, Refusal, Series
from echub.science import median_error
from echub.text import several
from echub_pulsed_stripping import PulsedStrippingParams
from echub_pulsed_stripping.data.accuracy import CurrentAccuracy, accuracy_of
from echub_pulsed_stripping.data.blocks import PulseBlock, blocks_of
from echub_pulsed_stripping.data.electrode import Floats, against
from echub_pulsed_stripping.data.sound import require_sound_voltage
from echub_pulsed_stripping.data.train import PulseTrain, find
from echub_pulsed_stripping.method.capacity import (
    CHARGE_UNITS,
    CHARGES,
    CountedCharge,
    Rows,
    counted,
    disagreement,
    rows_of,
)
from echub_pulsed_stripping.method.table import jumps, pulse_table, relaxation, relaxation_by_digit, rise_in_gap
from echub_pulsed_stripping.outcome import coarse
from echub_pulsed_stripping.outcome.diagnostics import picture, rows_only
from echub_pulsed_stripping.outcome.flags import block_flags, file_flags, gathered, require_resolved_rests
from echub_pulsed_stripping.outcome.results import capacity, conditions, name_of

ROUNDING = 1e-9
"""Changes of a charge below this part of the largest are rounding of binary numbers."""
REPEATED = 0.1
"""A charge that stands still in so many of the rows in which a current flows is read in digits. By eye."""


@dataclass(frozen=True)
class BlockAnswer:
    """What one block says: its rows up to the end that counts, every way of counting, the capacity."""

    block: PulseBlock
    rows: Rows
    ways: list[CountedCharge]
    found: Measurand
    accuracy: CurrentAccuracy

    @property
    def deciding(self) -> CountedCharge:
        """Return the way that decides."""
        return next(way for way in self.ways if way.deciding)


def run(data: Inputs, params: PulsedStrippingParams) -> Outcome:
    """Find the pulses and what they stripped up to the cut-off."""
    try:
        train = find(data, params)
        require_sound_voltage(train)
        if coarse.is_coarse(train):
            return coarse.run(data, params)
        require_resolved_rests(train)
        answers = [_answer(train, block, params) for block in blocks_of(train)]
        chosen = _chosen(answers, params)
    except Refusal as refusal:
        refusal.diagnostics.update(rows_only(data))
        raise
    shown = chosen or answers[0]
    rows, ways = [a.rows for a in answers], [a.deciding.each for a in answers]
    tables = {"charge": _ways(shown, train.unit), "blocks": _blocks(train, answers)}
    relaxed = relaxation(train)
    tables["pulses"] = pulse_table(train, [a.block for a in answers], rows, ways, relaxed)
    flags = file_flags(train, len(answers), params)
    told = [chosen] if chosen else answers
    flags += gathered(block_flags(train, a.block, a.rows, a.ways, params) + a.accuracy.flags() for a in told)
    return Outcome(
        _measurands(train, chosen, params, relaxed) if chosen else {},
        tuple(flags),
        tables,
        diagnostics=picture(train, shown.block, shown.rows, params, tables["blocks"]),
        conditions=_conditions(train, params, shown),
    )


def _answer(train: PulseTrain, block: PulseBlock, params: PulsedStrippingParams) -> BlockAnswer:
    rows = rows_of(train, block, params.cut_off)
    _require_something(train, block, rows, params)
    ways = counted(train, block, rows)
    deciding = next(way for way in ways if way.deciding)
    # It flows, then what passes at rest is missing; or it is only read, then the pulses have it in excess.
    still = max(abs(deciding.at_rest), abs(train.threshold.level) / train.height * deciding.total)
    parts = {
        "rows around the crossing": rows.spread,
        "edges between rows": deciding.own,
        # uniform within ±, here and below: a/√3
        "current at rest": still / np.sqrt(3),
        "ways of counting": disagreement(ways) / np.sqrt(3),
        "digit of the charge": _by_digit(train, deciding.name),
    }
    where = against(train.data, train.observed)
    note = f"by {deciding.name}; cut-off {params.cut_off:g} V {where}"
    unit = CHARGE_UNITS[train.unit]
    accuracy = accuracy_of(train.data, train.j, _flowing(train, rows), params)
    found = capacity(unit, deciding.total, parts, params, accuracy, reached=rows.end == "cut_off", note=note)
    return BlockAnswer(block, rows, ways, found, accuracy)


def _by_digit(train: PulseTrain, way: str) -> float:
    """Return the standard uncertainty of a running charge by the digit in which it is counted; 0 if it shows none.

    It is read twice, whatever lies between. A charge that changes with every row of a pulse shows no digit: its
    steps are what flows from row to row.
    """
    if way != "charge":
        return 0.0
    counted = train.data[CHARGES[way]]
    inside = train.pulses.labels(len(train.t))
    within = (inside[1:] >= 0) & (inside[1:] == inside[:-1])
    moved = np.abs(np.diff(counted))
    if np.mean(moved[within] == 0) < REPEATED:
        return 0.0
    moved = moved[moved > ROUNDING * np.abs(counted).max()]  # it counts one way, so that `digit` sees none
    return float(moved.min(initial=np.inf)) * float(np.sqrt(2 / 12)) if len(moved) else 0.0


def _flowing(train: PulseTrain, rows: Rows) -> NDArray[np.bool_]:
    """Return which rows of the file are of the pulses of a block, up to the end that counts."""
    found = np.zeros(len(train.t), dtype=bool)
    found[rows.offset : rows.offset + len(rows.t)] = rows.pulses.labels(len(rows.t)) >= 0
    return found


def _require_something(train: PulseTrain, block: PulseBlock, rows: Rows, params: PulsedStrippingParams) -> None:
    """Refuse a series that is beyond the cut-off before its first pulse has passed anything."""
    first = train.pulses.start[block.first]
    if rows.end != "cut_off" or train.u[first] < params.cut_off or len(rows.pulses) > 1:
        return
    each = float(np.median(train.level * train.edges.duration)) / 3600
    unit = CHARGE_UNITS[train.unit]
    raise Refusal(
        "beyond-cut-off-at-once",
        f"U is {train.u[first]:.4g} V where the first pulse begins, beyond the cut-off of {params.cut_off:g} V",
        where=f"t = {train.t[first]:.4g} s",
        hint="--param cut_off=… where the cut-off is another, --param direction=… where the other current strips",
        measurands={name_of(unit): Measurand.less_than(unit, each, note="less than one pulse")},
    )


def _chosen(answers: list[BlockAnswer], params: PulsedStrippingParams) -> BlockAnswer | None:
    """Return the block that was asked for, or the only one; of several none is the file's capacity."""
    if params.block > len(answers):
        raise Refusal(
            "no-such-block",
            f"the file has {several(len(answers), 'block')}, block {params.block} is asked for",
            hint=f"--param block={len(answers)}",
        )
    if params.block:
        return answers[params.block - 1]
    return answers[0] if len(answers) == 1 else None


# -- measurands ------------------------------------------------------------------------------


def _measurands(
    train: PulseTrain, answer: BlockAnswer, params: PulsedStrippingParams, relaxed: Floats
) -> dict[str, Measurand]:
    some = slice(answer.block.first, answer.block.first + len(answer.rows.pulses))
    partial = answer.rows.end in ("cut_off", "limit") and len(answer.rows.pulses) > 1
    whole = slice(some.start, some.stop - partial)
    per_area = train.unit != "mA"
    each = answer.deciding.each[: len(answer.deciding.each) - partial]
    own = answer.deciding.own_each[: len(each)]  # a pulse that the crossing cuts has one edge less
    by_edges = float(np.median(own)) if len(own) else 0.0
    coarse = float(np.hypot(_by_digit(train, answer.deciding.name), by_edges))
    area = params.area_uncertainty / 100 if per_area else 0.0
    scale = float(np.hypot(answer.accuracy.relative / np.sqrt(3), area))
    level = float(np.median(train.level[whole]))
    measurands = {
        name_of(answer.found.unit): answer.found,
        "pulses": Measurand("1", float(len(answer.rows.pulses)), note="begun; the last one counted to the end"),
        "charge_per_pulse": _median(
            each, answer.found.unit, float(np.hypot(scale * float(np.median(each)), coarse))
        ),
        "pulse_current_density": _median(train.level[whole], train.unit, scale * level),
        "pulse_duration": _median(
            train.edges.duration[whole], "s", float(np.median(train.edges.duration_uncertainty[whole]))
        ),
    }
    rest = train.rest[some.start : max(some.stop - 1, some.start + 1)]
    if np.isfinite(rest).any():
        within = float(np.median(train.edges.end_within[some])) / np.sqrt(3)
        measurands["rest_duration"] = _median(rest, "s", within)
    jump = float(jumps(train)[some.start] / train.level[some.start] * 1000)
    if jump and np.isfinite(jump):  # a voltage that does not move at all is not resolved
        rise = rise_in_gap(train, some.start) / np.sqrt(3)
        u = float(np.hypot(np.sqrt(2) * train.noise, rise) / train.level[some.start] * 1000)
        u = float(np.hypot(u, scale * jump))
        name, unit = ("asr_jump", "ohm*cm^2") if per_area else ("resistance_jump", "ohm")
        measurands[name] = Measurand(unit, jump, u, note="of the first pulse")
    if np.isfinite(relaxed[some]).any():
        step = float(np.nanmedian(train.rest_steps))
        by_digit = relaxation_by_digit(train, float(np.nanmedian(relaxed[some])))
        measurands["relaxation_time"] = _median(relaxed[some], "s", float(np.hypot(step / np.sqrt(12), by_digit)))
    return measurands


def _median(values: Floats, unit: str, also: float) -> Measurand:
    """Return a median with the standard error of its scatter and what adds to that."""
    known = values[np.isfinite(values)]
    return Measurand(unit, float(np.median(known)), float(np.hypot(median_error(known), also)), n=len(known))


def _conditions(train: PulseTrain, params: PulsedStrippingParams, answer: BlockAnswer) -> dict[str, Condition]:
    level = float(np.median(train.level[answer.block.first : answer.block.last + 1]))
    duration = float(np.median(train.edges.duration[answer.block.first : answer.block.last + 1]))
    return {
        **conditions(train.data, params, train.sign, train.observed, answer.deciding.name),
        "pulse_current_density": Condition(level, train.unit),
        "pulse_duration": Condition(duration, "s"),
    }


# -- tables ----------------------------------------------------------------------------------


def _ways(answer: BlockAnswer, unit: str) -> dict[str, Series]:
    """Put the ways of counting side by side."""
    base, charge = answer.deciding.total, CHARGE_UNITS[unit]
    totals = [way.total for way in answer.ways]
    return {
        "method": Series.of([way.name for way in answer.ways]),
        "charge": Series.of(totals, charge),
        "difference": Series.of([total - base for total in totals], charge),
        "relative": Series.of([100 * (total / base - 1) if base else None for total in totals], "%"),
        "at_rest": Series.of([way.at_rest for way in answer.ways], charge),
        "decides": Series.of([way is answer.deciding for way in answer.ways]),
    }


def _blocks(train: PulseTrain, answers: list[BlockAnswer]) -> dict[str, Series]:
    """Return one line per block: what a comparison over rests consumes."""
    found = [a.found for a in answers]
    level = [float(np.median(train.level[a.block.first : a.block.last + 1])) for a in answers]
    duration = [float(np.median(train.edges.duration[a.block.first : a.block.last + 1])) for a in answers]
    return {
        "block": Series.of([a.block.number for a in answers]),
        "before": Series.of([a.block.before for a in answers]),
        "rest": Series.of([a.block.rest_s for a in answers], "s"),
        "j": Series.of(level, train.unit),
        "pulse": Series.of(duration, "s"),
        "pulses": Series.of([len(a.rows.pulses) for a in answers]),
        "capacity": Series.of([m.value for m in found], CHARGE_UNITS[train.unit]),
        "uncertainty": Series.of([m.uncertainty for m in found], CHARGE_UNITS[train.unit]),
        "more_than": Series.of(
            [m.interval.low if m.censoring == "right" and m.interval else None for m in found],
            CHARGE_UNITS[train.unit],
        ),
        "ended_by": Series.of([a.rows.end for a in answers]),
    }
