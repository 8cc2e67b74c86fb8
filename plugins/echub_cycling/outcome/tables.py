"""Tables of `cycling`: every cycle, chosen cycles, rates, ways of counting."""

from __future__ import annotations

import numpy as np

from echub.plugin import Refusal, Series
from echub_cycling.data.halves import charge_of
from echub_cycling.method.rates import blocks_of, rate_names
from echub_cycling.outcome.measured import CyclesFound

Columns = dict[str, Series]
SHOWN = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Cycles of the summary where none are named, with the reference and the last."""


def tables(found: CyclesFound) -> dict[str, Columns]:
    """Return all tables; the summary, which people read, first."""
    every = cycle_table(found)
    places = chosen(found)
    return {
        "summary": {name: Series(tuple(s.values[k] for k in places), s.unit) for name, s in every.items()},
        "rates": rate_table(found),
        "charge": ways_table(found),
        "cycles": every,
    }


def chosen(found: CyclesFound) -> list[int]:
    """Return the places of the cycles of the summary; raise `Refusal` for a text that names none."""
    text = found.params.at
    if text:
        try:
            wanted = {int(part) for part in text.replace(";", ",").split(",")}
        except ValueError:
            raise Refusal("bad-cycles", f"at={text!r} names no cycles", hint='--param at="1, 50, 100"') from None
        missing = sorted(wanted - set(found.cycles.number.tolist()))
        if missing:
            raise Refusal(
                "no-such-cycle",
                f"cycle {', '.join(map(str, missing))} does not exist",
                where=f"cycles {found.cycles.number[0]} … {found.cycles.number[-1]}",
            )
    else:
        wanted = {*SHOWN, int(found.cycles.number[found.reference]), int(found.cycles.number[found.last])}
    return [k for k, number in enumerate(found.cycles.number.tolist()) if number in wanted]


def cycle_table(found: CyclesFound) -> Columns:
    """Return one line per cycle, also for those that are not complete."""
    cycles, unit = found.cycles, found.trace.charge_unit
    columns = {
        "cycle": Series.of(cycles.number),
        "counter": Series.of(cycles.counter),
        "charge": Series.of(cycles.charge, unit),
        "discharge": Series.of(cycles.discharge, unit),
    }
    if found.mass and unit == "mA*h":
        columns["charge_per_mass"] = Series.of(cycles.charge / found.mass, "mA*h/g")
        columns["discharge_per_mass"] = Series.of(cycles.discharge / found.mass, "mA*h/g")
    if found.trace.area:
        columns["charge_per_area"] = Series.of(cycles.charge / found.trace.area, "mA*h/cm^2")
        columns["discharge_per_area"] = Series.of(cycles.discharge / found.trace.area, "mA*h/cm^2")
    return columns | {
        "efficiency": Series.of(found.efficiency, "%"),
        "retention": Series.of(found.retention, "%"),
        "energy_efficiency": Series.of(found.energy_efficiency, "%"),
        "U_charge": Series.of(found.voltage("charge"), "V"),
        "U_discharge": Series.of(found.voltage("discharge"), "V"),
        "rate": Series.of(found.rate_names),
        "start": Series.of((cycles.begin - found.trace.t[0]) / 3600, "h"),
        "complete": Series.of(cycles.complete),
    }


def rate_table(found: CyclesFound) -> Columns:
    """Return one line per run of complete cycles at one current."""
    whole, cycles = found.whole, found.cycles
    blocks = blocks_of(cycles.discharge_level[whole])
    spans = [whole[a : b + 1] for a, b in zip(blocks.first, blocks.last, strict=True)]
    names = rate_names(blocks.level / found.nominal, stated=found.nominal_stated)
    return {
        "rate": Series.of(names),
        "current": Series.of(blocks.level, found.trace.unit),
        "first_cycle": Series.of([int(cycles.number[s[0]]) for s in spans]),
        "last_cycle": Series.of([int(cycles.number[s[-1]]) for s in spans]),
        "discharge": Series.of([float(np.median(cycles.discharge[s])) for s in spans], found.trace.charge_unit),
        "retention": Series.of([float(np.median(found.retention[s])) for s in spans], "%"),
        "efficiency": Series.of([float(np.median(found.efficiency[s])) for s in spans], "%"),
    }


def ways_table(found: CyclesFound) -> Columns:
    """Return the charge of all half cycles by every way of counting; the first one counts."""
    trace, halves = found.trace, found.halves
    totals = []
    for way in trace.counted:
        charge = charge_of(way, halves.rows, trace.state)
        totals.append([float(charge[halves.sign > 0].sum()), float(-charge[halves.sign < 0].sum())])
    anodic, cathodic = np.array(totals).T
    return {
        "method": Series.of([way.name for way in trace.counted]),
        "anodic": Series.of(anodic, trace.charge_unit),
        "cathodic": Series.of(cathodic, trace.charge_unit),
    }
