"""The answer of `cycling`: a table of cycles, and what they say at a named reference."""

from __future__ import annotations

import numpy as np

from echub.plugin import Condition, Inputs, Outcome, Refusal
from echub_cycling import CyclingParams
from echub_cycling.data.halves import Halves, Trace, halves_of, trace_of
from echub_cycling.method.cycles import Cycles, cycles_of
from echub_cycling.method.direction import Direction, charging
from echub_cycling.method.sweep import swept
from echub_cycling.outcome import curves, flags
from echub_cycling.outcome.measured import Found, measurands
from echub_cycling.outcome.tables import tables

SWEPT = {"potential": "a voltammogram", "current": "a ramp"}
NEXT = {"potential": "stability-window", "current": "ramp-onset"}
"""What a sweep is, and the analysis that it is for."""


def run(data: Inputs, params: CyclingParams) -> Outcome:
    """Cut into cycles, count their charge, compare them."""
    trace = trace_of(data, params.rest)
    try:
        halves = halves_of(trace)
        direction = charging(data, params.charge, int(halves.sign[0]))
        _require_cycles(trace, halves)
        cycles, counted = cycles_of(trace, halves, direction.sign, params.cycles)
        found = _found(trace, halves, cycles, direction, params)
    except Refusal as refusal:
        refusal.diagnostics.update(curves.rows_only(trace))
        raise
    return Outcome(
        measurands(found),
        flags.of(found, counted),
        tables(found),
        diagnostics=curves.shown(found),
        conditions=_conditions(found),
    )


def _require_cycles(trace: Trace, halves: Halves) -> None:
    what = swept(trace, halves)
    if what:
        raise Refusal(
            f"{what}-swept",
            f"the {what} changes at one rate, it is not held: {SWEPT[what]}, without capacities",
            hint=f"echub analyze {NEXT[what]}",
        )
    if len(halves) < 2:
        way = "anodic" if halves.sign[0] > 0 else "cathodic"
        raise Refusal(
            "one-direction",
            f"the current is only {way}, {halves.charge[0]:.4g} "
            f"{trace.charge_unit.replace('*', '·')}: it never reverses",
            hint="give the file that has the other half cycle; echub convert --join links the parts of a run",
        )


def _found(trace: Trace, halves: Halves, cycles: Cycles, direction: Direction, params: CyclingParams) -> Found:
    whole = np.flatnonzero(cycles.complete)
    if not len(whole):
        raise Refusal(
            "no-complete-cycle",
            f"{len(halves)} half cycles, but no charge with a whole discharge after it",
            where=f"charging is the {'anodic' if direction.sign > 0 else 'cathodic'} current ({direction.how})",
            hint="--param charge=cathodic or charge=anodic, if the other current is the charge",
        )
    return Found.of(trace, halves, cycles, direction, params)


def _conditions(found: Found) -> dict[str, Condition]:
    return {
        "charge": Condition("anodic" if found.direction.sign > 0 else "cathodic"),
        "reference_cycle": Condition(int(found.cycles.number[found.reference])),
        "reference_rate": Condition(found.rate_names[found.reference]),
        "counted_by": Condition(found.trace.counted[0].name),
        "cycles_by": Condition(found.cycles.source),
    }
