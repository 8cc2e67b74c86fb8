"""One small generated measurement per analysis, its outcome and figure, which several tests share."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import echub
from echub.analysis import figures
from echub.registry.registry import registry
from echub.testing import synth
from echub.testing.synth import CellBatch, CyclingSetup, LevelSteps, Programme, Staircase, SymmetricRun
from echub.testing.synth.polarisation import polarisation, symmetric_polarisation
from echub.testing.synth.series import eis_series
from tests.plugins.echub_timeline.test_against import pressed
from tests.plugins.echub_timeline.test_timeline import FIRST, SECOND

ARC = {"circuit": "R:hf (RQ):gb (RQ):int", "sensitivity": "false"}
FEW = Programme(rates=(0.2, 0.5, 0.5, 0.5))
CELL = {"cell__area": "0.5675 cm^2", "cell__thickness": "1.7 mm", "cell__n_interfaces": "2"}


def groups():
    bare = synth.activated(1)
    coated = synth.activated(1001, synth.Cells(value=0.6, energy_ev=0.10, group="Sn"))
    return replace(bare, outcomes=bare.outcomes + coated.outcomes)


def lifetimes():
    ends = (12.0, 20.0, None, 33.0, 41.0)
    runs = [SymmetricRun(drop_h=end, count=48, step_s=300.0) for end in ends]
    found = [echub.analyze("symmetric-cycling", synth.symmetric(n, run).record()) for n, run in enumerate(runs)]
    return synth.Case(outcomes=tuple(replace(one, label=f"cell {n}") for n, one in enumerate(found)))


CASES = {
    "arrhenius": (lambda: synth.activated(1), {}),
    "compare-groups": (groups, {}),
    "ccd": (lambda: synth.staircase(1, Staircase(levels=(1.0, 2.0, 3.0, 4.0, 5.0), fails_above=3.5)), {}),
    "ccd-weibull": (lambda: synth.cell_batch(1, CellBatch(cells=20)), {}),
    "cycling": (lambda: synth.cycles(1, CyclingSetup(programme=FEW)), {}),
    "symmetric-cycling": (lambda: synth.symmetric(1, SymmetricRun()), {}),
    "cell-lifetimes": (lifetimes, {}),
    "staircase-linearity": (lambda: synth.linear_staircase(1, LevelSteps()), {}),
    "dc-polarisation": (lambda: polarisation(1), {}),
    "transference-number": (lambda: symmetric_polarisation(1), {}),
    "eis-check": (lambda: synth.impedance(1), {}),
    "eis-fit": (lambda: synth.impedance(1, "three_arcs"), {"sensitivity": "false"}),
    "eis-resistance": (lambda: synth.impedance(1, "na_sym", **CELL), ARC),
    "eis-drt": (lambda: synth.impedance(1), {"bootstrap": "5"}),
    "eis-series": (lambda: eis_series(1), {"circuit": ARC["circuit"], "bootstrap": "60"}),
    "pulsed-stripping": (lambda: synth.pulses(1), {}),
    "pulsed-stripping-plateau": (lambda: synth.stripped(1), {}),
    "ramp-onset": (lambda: synth.ramp(1), {"bootstrap": "20"}),
    "relaxation": (lambda: synth.recovery(1), {}),
    "sims-map": (lambda: synth.cube(1), {}),
    "sims-profile": (lambda: synth.layered(1), {}),
    "against": (lambda: pressed(3), {}),
    "timeline": (lambda: synth.Case(outcomes=(SECOND, FIRST)), {}),
    "stability-window": (lambda: synth.sweeps(1), {}),
}  # fmt: skip


@cache
def case_of(name):
    return CASES[name][0]()


@cache
def outcome_of(name):
    """Return the outcome of the example of an analysis."""
    return echub.analyze(name, case_of(name).data(), params=CASES[name][1])


def drawn(outcome):
    """Return the figure of an outcome."""
    return figures.draw_outcome(outcome, registry().analysis(outcome.analysis))
