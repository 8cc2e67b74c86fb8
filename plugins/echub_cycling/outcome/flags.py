"""What qualifies the answer of `cycling`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from echub.plugin import Flag
from echub.text import percent, several
from echub_cycling.data.halves import DISAGREE, summed
from echub_cycling.data.sweep import turns_without_step
from echub_cycling.method.cycles import Counted
from echub_cycling.method.rates import SAME
from echub_cycling.outcome.measured import CyclesFound
from echub_cycling.outcome.tables import ways_table

MORE = 102.0
"""A first efficiency above this, %, is beyond any accuracy of a current: charge was in the cell before, or the
direction is the other one."""
GAINED = 100.5
"""An energy efficiency above this, %, is beyond the accuracy of any current, and no cell gains energy."""
GAP_ROWS, GAP_SHARE = 20, 0.1
"""A single interval with more than a tenth of the charge of a half cycle of 20 rows or more is a gap in the
rows."""


def of(found: CyclesFound, counted: Counted | None) -> tuple[Flag, ...]:
    """Return the flags, the gravest first."""
    flags = [
        *_of_charge(found),
        *_of_ends(found),
        *_of_values(found),
        *_of_counter(found, counted),
        *found.ranges_used.flags(),
        *_missing(found),
    ]
    return tuple(sorted(flags, key=lambda flag: flag.severity != "warning"))


def _of_charge(found: CyclesFound) -> Iterator[Flag]:
    table = ways_table(found)
    names, totals = table["method"].values, table["anodic"].array() + table["cathodic"].array()
    off = [k for k in range(1, len(totals)) if abs(totals[k] / totals[0] - 1) > DISAGREE] if totals[0] else []
    if off:
        parts = ", ".join(f"{names[k]} {totals[k] / totals[0] - 1:+.1%}" for k in off)
        yield Flag("ways-disagree", f"ways of counting the charge differ from {names[0]}: {parts}")
    yield from _of_jumps(found)
    if found.offset:
        yield Flag(
            "current-at-rest",
            f"{found.offset:.2g} of the reference current is read at rest too: an offset, or a current that "
            "flows; the intervals hold both",
            hint="use the instrument's own charge, or a smaller current range",
        )
    if turns_without_step(found.trace, found.halves):
        yield Flag(
            "perhaps-swept",
            "U has one rate and turns without an ohmic step: this may be a voltammogram of a double layer",
            hint="echub analyze stability-window, if the potential was controlled",
        )
    way = found.trace.counted[0]
    rows = found.halves.rows
    largest = np.maximum(summed(rows, way.charge, np.maximum), -summed(rows, way.charge, np.minimum))
    gap = (largest > GAP_SHARE * found.halves.charge) & (rows.rows >= GAP_ROWS)
    if gap.any():
        place = int(np.flatnonzero(gap)[0])
        yield Flag(
            "rows-missing",
            several(
                int(gap.sum()),
                "half cycle has a gap with more than a tenth of its charge",
                "half cycles have a gap with more than a tenth of their charge",
            ),
            where=f"t = {found.halves.begin[place]:.5g} s",
        )


def _of_jumps(found: CyclesFound) -> Iterator[Flag]:
    way = found.trace.counted[0]
    if way.jumps:
        yield Flag(
            "counter-jumps",
            f"{way.name} moves in {several(len(way.jumps), 'row')} by what no current near them can be: there the "
            "current counts",
            where=f"t = {found.trace.t[way.jumps[0]]:.5g} s",
        )


def _of_ends(found: CyclesFound) -> Iterator[Flag]:
    cycles, halves = found.cycles, found.halves
    left = cycles.number[~cycles.complete]
    if len(left):
        text = ", ".join(map(str, left[:5].tolist())) + (" …" if len(left) > 5 else "")
        yield Flag(
            "incomplete-cycles",
            f"not complete (cut, or charged before the file starts), and not used: cycle {text}",
            "info",
        )
    if halves.rows.stop[-1] == len(found.trace.t) and len(halves) < 3:
        yield Flag(
            "ends-under-current",
            "the file ends while current flows, and no earlier half cycle shows that this one was complete",
            where=f"t = {halves.end[-1]:.5g} s",
        )
    if halves.merged:
        yield Flag(
            "short-pulses",
            several(
                halves.merged,
                "pulse of under 0.5 % of its neighbours is not a half cycle",
                "pulses of under 0.5 % of their neighbours are not half cycles",
            ),
            "info",
        )


def _of_values(found: CyclesFound) -> Iterator[Flag]:
    cycles, k, last = found.cycles, found.reference, found.last
    first = float(found.efficiency[found.whole[0]])
    if first > MORE:
        yield Flag(
            "more-discharged",
            f"the first complete cycle discharges {percent(first / 100, '.1f')} of its charge: the cell held "
            "charge before, or the other current is the charge",
        )
    if abs(cycles.discharge_level[k] / cycles.discharge_level[last] - 1) > SAME:
        names = found.rate_names
        yield Flag(
            "rates-differ",
            f"the reference cycle {cycles.number[k]} ran at {names[k]}, the last one at {names[last]}: "
            "the retention is not a fade",
        )
    if len(found.whole) == 1:
        text = f"only cycle {cycles.number[last]} is complete: no retention, and no efficiency of later cycles"
        yield Flag(
            "one-cycle", text, "info", hint="the file of the whole run; echub convert --join links its parts"
        )
    if found.is_programmed():
        yield Flag(
            "programmed-charge",
            "charge and discharge are equal in all cycles, as a programme with fixed times makes them: "
            "the efficiency is not a property of the cell",
        )


def _of_counter(found: CyclesFound, counted: Counted | None) -> Iterator[Flag]:
    if counted is None or counted.groups == len(found.cycles):
        return
    what = several(counted.groups, "half cycle" if counted.each == 1 and counted.groups > 1 else "cycle")
    text = f"the instrument counts {what} with current, the current itself shows {len(found.cycles)}"
    if found.cycles.source == "counter":
        text = f"the instrument's cycles have {counted.each:g} half cycles each; they are used as they are"
    yield Flag("cycle-counter-differs", text, "info")


def _missing(found: CyclesFound) -> Iterator[Flag]:
    data = found.trace.data
    if found.direction.assumed:
        text = (
            "an anodic current is assumed to charge the cell: it is not stated which electrode is the working one"
        )
        delivers = data.source_of("U") == "voltage" and float(found.voltage("charge")[found.reference]) < 0
        spends = float(found.voltage("discharge")[found.reference]) > 0
        doubtful = delivers and not spends
        yield Flag(
            "direction-assumed",
            f"{text}; but then the cell delivers energy while it is charged" if doubtful else text,
            "warning" if doubtful else "info",
            hint="--set cell.electrodes.working.polarity=negative, or --param charge=cathodic, if not",
        )
    gained = float(np.median(found.energy_efficiency[found.whole]))
    if gained > GAINED and data.source_of("U") == "voltage" and not data.meta("cell.electrode_of_interest"):
        other = "cathodic" if found.direction.sign > 0 else "anodic"
        yield Flag(
            "energy-gained",
            f"the cell delivers {percent(gained / 100, '.4g')} of the energy of its charge "
            f"({found.direction.how}): the other current charges it, unless it is the half cell of a negative "
            "electrode",
            hint=f"--param charge={other}; for a half cell --set cell.electrode_of_interest=working",
        )
    if data.source_of("U") == "potential_we" and data.meta("cell.configuration") != "two_electrode":
        yield Flag("one-electrode", "energies are of the potential against the reference, not of the cell", "info")
    if found.mass is None:
        yield Flag(
            "no-mass",
            "no active mass is stated: no specific capacity",
            "info",
            hint='--set cell.active_mass="2 mg"',
        )
    if not found.trace.area and found.trace.charge_unit == "mA*h":
        yield Flag("no-area", "no area is stated: no areal capacity", "info", hint='--set cell.area="0.785 cm^2"')
