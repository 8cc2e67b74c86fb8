"""What each generator gives, written down twice: kind, columns and units, metadata, names of what is true."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

import numpy as np

from echub.testing import synth

PROMISED = Path(__file__).with_name("promised_cases.txt")
SMALL = synth.CyclingSetup(
    programme=synth.Programme(rates=(0.5, 1.0, 1.0)), recorder=synth.Recorder(charge="both")
)
RANGES = ("10 mA", "100 mA")
CASES = {
    "activated": lambda: synth.activated(1),
    "cell_batch": lambda: synth.cell_batch(1),
    "conductors": lambda: synth.conductors(1)[50.0],
    "cube": lambda: synth.cube(1, synth.Cube(pixels=8, frames=2, lost=0.1, dead_ns=50.0)),
    "cycles": lambda: synth.cycles(1, SMALL),
    "cycles, the sum of its charge": lambda: synth.cycles(1, _recorded(charge="charge", counter="half")),
    "cycles, its increments and ranges": lambda: synth.cycles(
        1, _recorded(charge="charge_increment", ranges=RANGES)
    ),
    "eis_series": lambda: synth.eis_series(
        1, synth.SeriesPlan(levels=(0.1, 0.9), relaxation=(0.1, 9.0), reused=True)
    ),
    "foreign_cycles": lambda: synth.foreign_cycles(1, count=2),
    "impedance": lambda: synth.impedance(1, cell__id="A"),
    "layered": lambda: synth.layered(1, synth.Layers(cycles=100, lag=5.0, dead_time=4e-8)),
    "linear_staircase": lambda: synth.linear_staircase(1, synth.LevelSteps(wave=0.1, ranges=RANGES)),
    "operando, the potentiostat": lambda: synth.operando(1)[0],
    "operando, the other clock": lambda: synth.operando(1)[1],
    "polarisation": lambda: synth.polarisation(1, synth.PolarisationPlan(ranges=("10 nA", "100 nA"))),
    "pulses": lambda: synth.pulses(1),
    "pulses, two blocks, increments": lambda: synth.pulses(
        1, synth.Pulses(rests_s=(0.5, 1.0), charge="charge_increment")
    ),
    "ramp": lambda: synth.ramp(1),
    "ramp, three electrodes": lambda: synth.ramp(1, synth.Ramp(other=synth.ContactLoss())),
    "recovery": lambda: synth.recovery(1),
    "recovery, one time": lambda: synth.recovery(1, synth.Recovering((3e-3,), (1.0,), celsius=25.0)),
    "spots": lambda: synth.spots(1)[0],
    "staircase": lambda: synth.staircase(1),
    "stripped": lambda: synth.stripped(1),
    "sweeps": lambda: synth.sweeps(1),
    "symmetric": lambda: synth.symmetric(1, synth.SymmetricRun(ranges=RANGES)),
    "symmetric_polarisation": lambda: synth.symmetric_polarisation(1),
}


def _recorded(**changes):
    return synth.CyclingSetup(programme=SMALL.programme, recorder=synth.Recorder(**changes))


def parts(case):
    """Iterate over what a case holds, without the numbers of its columns and of its truth."""
    if case.outcomes:
        one = case.outcomes[0]
        yield f"outcomes of {one.analysis}, the first: {one.label}"
        yield f"measurands: {', '.join(f'{name} {m.unit}' for name, m in one.measurands.items())}"
        yield f"conditions: {', '.join(f'{n} {c.value} {c.unit}'.strip() for n, c in one.conditions.items())}"
        yield f"metadata: {', '.join(f'{n} {e}' for n, e in one.metadata.items())}"
    else:
        yield f"kind: {case.kind}"
    for name, column in case.columns.items():
        axes = "" if column.axes == ("row",) else f" over {' '.join(column.axes)}"
        averaged = ", averaged" if column.averaged else ""
        yield f"column {name}: {column.unit or 'no unit'}, {np.dtype(column.values.dtype).kind}{axes}{averaged}"
    yield from (f"{path}: {text}" for path, text in case.metadata.items())
    yield f"truth: {', '.join(case.truth)}"


def lines():
    """Iterate over the lines of the promise."""
    for name, make in CASES.items():
        yield name
        for part in parts(make()):
            yield from wrap(part, 110, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def test_generators_give_what_is_promised():
    assert list(lines()) == PROMISED.read_text("utf-8").splitlines()


def test_every_generator_is_among_them():
    made = {name.partition(",")[0] for name in CASES}
    others = {"boltzmann_factor", "channels", "faulty", "published", "quantise", "rest_series", "BOLTZMANN_EV"}
    assert {name for name in synth.__all__ if name[0].islower()} - others == made
