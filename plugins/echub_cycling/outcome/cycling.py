"""The answer of `cycling`: a table of cycles, and what they say at a named reference."""

from __future__ import annotations

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Condition, Inputs, Outcome, Refusal
from echub.text import several
from echub_cycling import CyclingParams
from echub_cycling.data.halves import CellTrace, Halves, halves_of, trace_of
from echub_cycling.data.sweep import require_held
from echub_cycling.method.cycles import Cycles, cycles_of
from echub_cycling.method.direction import Direction, charging
from echub_cycling.outcome import curves, flags
from echub_cycling.outcome.measured import CyclesFound, measurands
from echub_cycling.outcome.tables import tables


def look(data: Inputs, params: CyclingParams) -> None:
    """Raise the refusal of data without charges and discharges."""
    trace = trace_of(data, params.rest)
    _require_cycles(trace, halves_of(trace))


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


def _require_cycles(trace: CellTrace, halves: Halves) -> None:
    require_held(trace, halves)
    if len(halves) < 2:
        way = "anodic" if halves.sign[0] > 0 else "cathodic"
        raise Refusal(
            "one-direction",
            f"the current is only {way}, {halves.charge[0]:.4g} {unit_text(trace.charge_unit)}: it never reverses",
            hint="give the file that has the other half cycle (echub convert --join links the parts of a run); "
            "staircase-linearity is for levels in one direction, dc-polarisation for a decay",
        )


def _found(
    trace: CellTrace, halves: Halves, cycles: Cycles, direction: Direction, params: CyclingParams
) -> CyclesFound:
    whole = np.flatnonzero(cycles.complete)
    if not len(whole):
        raise Refusal(
            "no-complete-cycle",
            f"{several(len(halves), 'half cycle')}, but no charge with a whole discharge after it",
            where=f"the {'anodic' if direction.sign > 0 else 'cathodic'} current charges: {direction.how}",
            hint="--param charge=cathodic or charge=anodic, if the other current is the charge",
        )
    return CyclesFound.of(trace, halves, cycles, direction, params)


def _conditions(found: CyclesFound) -> dict[str, Condition]:
    return {
        "charge": Condition("anodic" if found.direction.sign > 0 else "cathodic"),
        "reference_cycle": Condition(int(found.cycles.number[found.reference])),
        "reference_rate": Condition(found.rate_names[found.reference]),
        "counted_by": Condition(found.trace.counted[0].name),
        "cycles_by": Condition(found.cycles.source),
        "current_range": found.ranges_used.condition(),
    }
