"""What a user has to know of a series: each with a stable code and the measured reason."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Flag, Refusal
from echub.text import percent, several
from echub_pulsed_stripping import PulsedStrippingParams
from echub_pulsed_stripping.data.blocks import PulseBlock, uneven_rests
from echub_pulsed_stripping.data.electrode import CELL, against
from echub_pulsed_stripping.data.train import PulseTrain
from echub_pulsed_stripping.method.capacity import (
    CHARGES,
    CountedCharge,
    Rows,
    by_edges_of,
    charge_needs,
    disagreement,
    spikes,
)

REST_ROWS = 5
"""Rows closer than a fifth of the rest resolve it. By eye."""
SMALL = 1e-3
"""A charge at rest below this fraction of the capacity is not worth a word: it is the accuracy of the current."""
WIDE_EDGES = 5e-3
"""Edges that leave the charge uncertain by more than this are said: five times the accuracy of the current."""
GAP = 0.9
"""A gap nearly as long as a pulse with its rest may hold one. By eye."""
SHORT = 0.95
"""A last pulse shorter than this of the others, and by more than its edges allow, was cut short. By eye."""
ENDS = {
    "file": "the file ends",
    "next": "the next block begins",
    "plating": "the current turns",
    "limit": "the instrument's limit is reached",
}


def require_resolved_rests(train: PulseTrain) -> None:
    """Refuse rests that have fewer than two rows: no level at rest, and edges anywhere between rows."""
    rows = float(np.median(train.rests.rows[:-1]))
    if rows < 2:
        if not np.isfinite(train.rest).any():
            text = (
                f"the current turns after each of the {len(train.pulses)} pulses: no rest lies between two of them"
            )
            raise Refusal("no-rests", text, where=train.data.how("j"))
        step, rest = float(np.median(np.diff(train.t))), float(np.nanmedian(train.rest))
        many = "1 row" if rows == 1 else f"{rows:g} rows"
        raise Refusal(
            "rest-unresolved",
            f"the rests of {rest:.3g} s have {many}, at least 2 are needed (a row every {step:.3g} s)",
            where=train.data.how("t"),
            hint=f"record a row every {rest / REST_ROWS:.2g} s, or rows at the edges of the pulses",
        )


def file_flags(train: PulseTrain, blocks: int, params: PulsedStrippingParams) -> list[Flag]:
    """Flag what concerns the whole file."""
    flags = []
    if blocks > 1 and not params.block:
        text = f"the file holds {blocks} blocks of different rests, levels or platings: none is its capacity alone"
        flags.append(Flag("several-blocks", text, where="table blocks", hint="--param block=1"))
    if uneven_rests(train):
        low, high = np.nanquantile(train.rest, [0.05, 0.95])
        text = f"the rests change from pulse to pulse, {low:.3g} to {high:.3g} s: the capacity is that of none"
        flags.append(Flag("uneven-rests", text, where=train.data.how("j")))
    widest = float(np.nanmedian(train.rest_steps[:-1]))
    rest = float(np.nanmedian(train.rest)) if np.isfinite(train.rest).any() else np.inf
    if widest > rest / REST_ROWS:
        flags.append(Flag("coarse-rest", f"rows in the rests of {rest:.3g} s are up to {widest:.3g} s apart"))
    if train.times_set_point is not None and train.set_point is None:
        text = f"the current is {train.times_set_point:.3g} times its set point in the pulses: that is left out"
        hint = "correct the unit or the sign of the column that is wrong"
        flags.append(Flag("set-point-contradicted", text, where=train.data.how("j_set"), hint=hint))
    known = charge_needs(train)
    if not known:
        there = [need for need in CHARGES.values() if need in train.data]
        gaps = any(np.isnan(train.data[need]).any() for need in there)
        alike = "has empty cells" if gaps else "is in mA·h while the current is per area"
        why = alike if there else "is not there"
        level = "measured" if train.set_point is None else "commanded"
        text = f"the instrument's charge column {why}: {level} level and edges decide"
        flags.append(Flag("no-charge-column", text, "info"))
    if train.observed != CELL:
        text = f"the cut-off is read from {against(train.data, train.observed)}, not across the cell"
        flags.append(Flag("one-electrode", text, "info"))
    if train.unit == "mA":
        hint = '--set cell.area="0.385 cm^2"'
        flags.append(Flag("no-area", "no area is stated: a charge, not a capacity", "info", hint=hint))
    return flags


def block_flags(
    train: PulseTrain, block: PulseBlock, rows: Rows, ways: list[CountedCharge], params: PulsedStrippingParams
) -> list[Flag]:
    """Flag what concerns one block."""
    deciding = next(way for way in ways if way.deciding)
    return [
        *_ending(train, block, rows, params),
        *_charges(ways, deciding),
        *_at_rest(train, deciding),
        *_missing_rows(train, block, rows, ways),
        *_after(train, block, rows),
        *_spikes(rows, params.cut_off),
    ]


def gathered(each: Iterable[list[Flag]]) -> list[Flag]:
    """Say what several blocks have in common once."""
    found: dict[str, list[Flag]] = {}
    for flag in itertools.chain.from_iterable(each):
        found.setdefault(flag.code, []).append(flag)
    return [_with_others(*flags) for flags in found.values()]


def _with_others(first: Flag, *others: Flag) -> Flag:
    return (
        replace(first, message=f"{first.message} (and {several(len(others), 'block')} more)") if others else first
    )


def _ending(train: PulseTrain, block: PulseBlock, rows: Rows, params: PulsedStrippingParams) -> list[Flag]:
    """Say why a series without crossing is a lower bound, and whether it was cut short."""
    if rows.end == "cut_off":
        return []
    some = slice(block.first, block.first + len(rows.pulses))
    top = float(train.pulses.largest(train.u)[some].max())
    text = f"U stays below {params.cut_off:g} V (largest {top:.4g} V) until {ENDS[rows.end]}: a lower bound"
    flags = [Flag("right-censored", text, where=f"t = {rows.t[-1]:.5g} s")]
    if rows.end == "limit":
        text = f"U rests at {top:.4g} V and the current is not what was commanded: the limit of the instrument"
        return [*flags, Flag("compliance", text, where=f"t = {rows.t[-1]:.5g} s")]
    last = block.first + len(rows.pulses) - 1
    usual, this = float(np.median(train.edges.duration[block.first : last + 1])), float(train.edges.duration[last])
    uncertain = float(train.edges.begin_within[last] + train.edges.end_within[last])
    if rows.pulses.stop[-1] == len(rows.t) and this < SHORT * usual - uncertain:
        text = f"the file ends {this:.3g} s into a pulse of {usual:.3g} s"
        flags.append(Flag("ends-mid-pulse", text, where=f"t = {rows.t[-1]:.5g} s"))
    return flags


def _charges(ways: list[CountedCharge], deciding: CountedCharge) -> list[Flag]:
    """Flag an instrument's charge that edges contradict, or that misses rows."""
    flags = []
    by_level = by_edges_of(ways)
    strange = [way for way in ways if way.name in CHARGES and not way.total > 0]
    for way in strange[:1]:
        how = "counts the other way" if way.total else "stands still"
        text = f"{way.name} {how} while current flows; counted by {deciding.name}"
        flags.append(Flag("charges-disagree", text, where="table charge"))
    if any(way.name == "charge_increment" and not way.deciding and way not in strange for way in ways):
        text = f"rows are missing between the increments of charge: {deciding.name} decides"
        flags.append(Flag("increments-incomplete", text))
    if deciding is by_level:
        if by_level.own > WIDE_EDGES * by_level.total:
            text = f"rows leave the edges open by {by_level.own / by_level.total:.1%} of the charge"
            hint = "record rows at the edges, or the instrument's charge"
            flags.append(Flag("edges-uncertain", text, hint=hint))
    elif disagreement(ways):
        share = deciding.total / by_level.total - 1
        text = f"{deciding.name} counts {share:+.1%} against {by_level.name}"
        flags.append(Flag("charges-disagree", text, where="table charge"))
    return flags


def _missing_rows(train: PulseTrain, block: PulseBlock, rows: Rows, ways: list[CountedCharge]) -> list[Flag]:
    """Flag a gap between rows in which a whole pulse may have flowed, if no counter of the instrument saw it."""
    if next(way for way in ways if way.deciding) is not by_edges_of(ways):
        return []
    period = float(np.median(train.edges.duration)) + (block.rest_s or 0.0)
    inside = rows.t[max(int(rows.pulses.start[0]) - 1, 0) :]
    gaps = np.diff(inside)
    wide = np.flatnonzero(gaps > GAP * period)
    if not len(wide):
        return []
    many = several(len(wide), "gap")
    text = f"{many} between rows, of up to {gaps.max():.3g} s, may hide pulses of {period:.3g} s each"
    hint = "record the instrument's charge"
    return [Flag("pulses-hidden", text, where=f"t = {inside[wide[0]]:.5g} s", hint=hint)]


def _at_rest(train: PulseTrain, deciding: CountedCharge) -> list[Flag]:
    level = train.threshold.level * train.sign
    share = abs(deciding.at_rest) / deciding.total if deciding.total else 0.0
    if share < SMALL or abs(level) < SMALL * train.height:
        return []
    text = (
        f"a current of {level:.3g} {unit_text(train.unit)} at rest passes {percent(share, '.1%')} of the "
        "capacity: it is not counted, but stands in the uncertainty, since it may be an offset of the reading"
    )
    return [Flag("offset-current", text)]


def _after(train: PulseTrain, block: PulseBlock, rows: Rows) -> list[Flag]:
    """Say that pulses go on after the crossing, or that the block began on a stripped electrode."""
    flags = []
    more = block.last - block.first + 1 - len(rows.pulses)
    if rows.end == "cut_off" and more:
        text = several(
            more,
            "more pulse follows the first crossing of the cut-off: it is not counted",
            "more pulses follow the first crossing of the cut-off: they are not counted",
        )
        flags.append(Flag("continued-after-cut-off", text, where=f"t = {rows.t[-1]:.5g} s"))
    if not block.fresh:
        text = (
            f"block {block.number} begins on an electrode that was {block.before}: its capacity is not its rest's"
        )
        flags.append(Flag("not-fresh", text, where=f"pulse {block.first + 1}"))
    return flags


def _spikes(rows: Rows, cut_off: float) -> list[Flag]:
    """Say that single rows are beyond the cut-off, and that they are not counted as a crossing."""
    stray = spikes(rows, cut_off)
    if not len(stray):
        return []
    what = "a spike" if len(stray) == 1 else "spikes"
    text = f"U is beyond the cut-off in {several(len(stray), 'row')}, and back at once: {what}, no crossing"
    return [Flag("spikes-beyond-cut-off", text, where=f"t = {rows.t[stray[0]]:.5g} s")]
