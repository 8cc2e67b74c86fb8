"""Current ramps with a reference electrode, and what the electrode that is not asked for does meanwhile.

Each electrode has a law of its own (`ramp_onset`), an offset against the reference, and noise; the reference may
drift. The truth is the other electrode's law: at the onset of the one that is asked for, or at its largest.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from echub.testing.synth.case import Case, Column
from echub.testing.synth.foreign.case import Draw, ForeignCase
from echub.testing.synth.foreign.ramp_onset import (
    Floats,
    Law,
    RampSource,
    abrupt,
    measured,
    ohmic,
    power,
    steep,
    truth_of,
)

ANALYSIS = "ramp-onset"
SOURCE, SHARE = RampSource(swing=0.0), 0.4
"""The usual record, and the part of R that is the other electrode's."""
AT_ONSET, LARGEST = "other_deviation_at_onset", "other_largest_deviation"


def watched(asked: Law, other: Law, source: RampSource, rng: np.random.Generator, drift_v_h: float = 0.0) -> Case:
    """Record both potentials of one ramp; the reference drifts by `drift_v_h`, V/h."""
    one = measured(asked, replace(source, asr=source.asr * (1 - SHARE)), rng)
    columns = dict(one.columns)
    t, read = columns["time"].values, columns["current_setpoint"].values / source.area
    offsets = rng.uniform(-5e-3, 5e-3, 2)
    fallen = -source.asr * SHARE * read * (1 + other(read)) / 1000 + source.noise_v * rng.standard_normal(len(t))
    moved = drift_v_h * t / 3600
    columns["potential_we"] = Column(columns.pop("voltage").values + offsets[0] + moved, "V")
    columns["potential_ce"] = Column(fallen + offsets[1] + moved, "V")
    return Case(columns, one.metadata)


def _case(
    asked: Law,
    other: Law,
    g: np.random.Generator,
    measurand: str,
    source: RampSource = SOURCE,
    holds: bool = False,
    drift_v_h: float = 0.0,
) -> ForeignCase:
    data = watched(asked, other, source, g, drift_v_h)
    onset = truth_of(asked, source.top)
    j: Floats = np.linspace(1e-3, source.top, 20_001)
    largest = float(other(j)[np.argmax(np.abs(other(j)))])
    truth = 100 * (float(other(np.array([onset]))[0]) if measurand == AT_ONSET else largest)
    return ForeignCase(data, ANALYSIS, measurand, truth, {"electrode": "oxidised"}, holds=holds)


def _at(g: np.random.Generator) -> float:
    return float(g.uniform(0.25, 0.4))


def _rise(g: np.random.Generator) -> Law:
    """Return a rise of some percent at the end of the ramp."""
    return steep(float(g.uniform(0.4, 0.48)), float(g.uniform(0.05, 0.2)))


_DRAWN: dict[str, Draw] = {
    "quiet: at the onset": lambda g: _case(steep(_at(g), 0.03), ohmic(), g, AT_ONSET, holds=True),
    "quiet: largest": lambda g: _case(steep(_at(g), 0.03), ohmic(), g, LARGEST, holds=True),
    "quiet, a row every 5 s: at the onset": lambda g: _case(
        steep(_at(g), 0.03), ohmic(), g, AT_ONSET, RampSource(step_s=5.0, swing=0.0), holds=True
    ),
    "leaves before: at the onset": lambda g: _case(
        steep(0.35, 0.03), steep(float(g.uniform(0.2, 0.28)), 0.05), g, AT_ONSET, holds=True
    ),
    "leaves after: largest": lambda g: _case(steep(0.3, 0.03), _rise(g), g, LARGEST),
    "leaves after: at the onset": lambda g: _case(steep(0.3, 0.03), _rise(g), g, AT_ONSET),
    "jumps by a fifth: largest": lambda g: _case(steep(0.3, 0.03), abrupt(0.4, 1.2), g, LARGEST, holds=True),
    "falls by a fifth: largest": lambda g: _case(steep(0.3, 0.03), abrupt(0.4, 0.8), g, LARGEST, holds=True),
    "third power: at the onset": lambda g: _case(steep(_at(g), 0.03), power(0.5, 3.0), g, AT_ONSET),
    "linear from the start: at the onset": lambda g: _case(steep(_at(g), 0.03), power(0.5, 1.0), g, AT_ONSET),
    "reference drifts by 1 mV/h: at the onset": lambda g: _case(
        steep(_at(g), 0.03), ohmic(), g, AT_ONSET, drift_v_h=1e-3
    ),
}
SHAPES = {f"other electrode, {name}": draw for name, draw in _DRAWN.items()}
"""One electrode asked for, the deviation of the other judged."""
