"""One small generated measurement per analysis, its outcome and figure, which several tests share."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

import echub
from echub.analysis import figures
from echub.registry.registry import registry
from echub.testing import synth
from echub.testing.synth import CellBatch, CyclingSetup, LevelSteps, Programme, Recorder, Staircase, SymmetricRun
from echub.testing.synth.impedance import Sweep
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


def without(case, *paths):
    """Return a case whose metadata say nothing of some paths."""
    return replace(case, metadata={path: text for path, text in case.metadata.items() if path not in paths})


def unrested(case):
    """Return a case that starts with its first current."""
    current = next(c.values for q, c in case.columns.items() if q in ("current", "current_density"))
    first = np.flatnonzero(np.abs(current) > 1e-3)[0]
    return replace(case, columns={q: replace(c, values=c.values[first:]) for q, c in case.columns.items()})


def bare(make):
    """Return the same measurement of an unknown area."""
    return lambda: without(make(), "cell.area")


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


OTHERS = {
    "ccd: no area": (bare(CASES["ccd"][0]), {}),
    "ccd: cycles": (lambda: synth.staircase(1, Staircase(levels=(0.15,), cycles=8, asr=173.0, fails_above=None)),
                    {"report": "cycles"}),
    "ccd: survived": (lambda: synth.staircase(1, Staircase(levels=(1.0, 2.0, 3.0), fails_above=None)), {}),
    "cycling: no area": (bare(CASES["cycling"][0]), {}),
    "cycling: cathodic": (lambda: synth.cycles(1, CyclingSetup(programme=replace(FEW, sign=-1))), {}),
    "cycling: counter": (
        lambda: synth.cycles(1, CyclingSetup(programme=FEW, recorder=Recorder(charge="charge"))), {}),
    "symmetric-cycling: no area": (bare(CASES["symmetric-cycling"][0]), {}),
    "symmetric-cycling: alive": (lambda: synth.symmetric(1, SymmetricRun(drop_h=None)), {}),
    "staircase-linearity: no area": (bare(CASES["staircase-linearity"][0]), {}),
    "staircase-linearity: unrested": (lambda: unrested(synth.linear_staircase(1, LevelSteps())), {}),
    "eis-check: drifting": (lambda: synth.impedance(1, "two_arcs", Sweep(drift=0.6)), {}),
    "dc-polarisation: no area": (bare(CASES["dc-polarisation"][0]), {}),
    "transference-number: resistances": (
        lambda: symmetric_polarisation(1), {"resistance_before": "60 ohm", "resistance_after": "62 ohm"}),
    "pulsed-stripping: no area": (bare(CASES["pulsed-stripping"][0]), {}),
    "pulsed-stripping: reduced": (lambda: synth.pulses(1, synth.Pulses(direction=-1)), {}),
    "pulsed-stripping: blocks": (lambda: synth.pulses(1, synth.Pulses(rests_s=(1.0, 4.0))), {}),
    "ramp-onset: no area": (bare(CASES["ramp-onset"][0]), {"bootstrap": "20"}),
    "ramp-onset: reduced": (lambda: synth.ramp(1, synth.Ramp(direction=-1)), {"bootstrap": "20"}),
    "ramp-onset: three electrodes": (
        lambda: synth.ramp(1, synth.Ramp(other=synth.ContactLoss(j_crit=0.5))),
        {"electrode": "oxidised", "bootstrap": "20"}),
    "ramp-onset: lowack": (lambda: synth.ramp(1), {"method": "lowack2026", "lowack_curvature": "0.5 V/s^2"}),
    "sims-profile: enrichment": (lambda: synth.layered(1), {"report": "enrichment", "reference": "pristine"}),
    "sims-profile: time": (lambda: without(synth.layered(1), "sims.crater_depth"), {}),
    "arrhenius: with T": (lambda: synth.activated(1), {"form": "ln_yT"}),
    "arrhenius: both": (lambda: synth.activated(1), {"form": "both", "replicates": "mean"}),
    "eis-series: no area": (bare(CASES["eis-series"][0]), CASES["eis-series"][1]),
    "eis-drt: decade": (lambda: synth.impedance(1), {"per": "decade", "bootstrap": "5"}),
    "stability-window: second scan": (lambda: synth.sweeps(1), {"scan": "2"}),
    "relaxation: single": (lambda: synth.recovery(1), {"form": "single"}),
    "relaxation: stretched": (lambda: synth.recovery(1), {"form": "stretched", "offset": "true"}),
}  # fmt: skip
"""Other ways through an analysis: another unit, direction, electrode, report, form or source of the charge."""
ALL = CASES | OTHERS


@cache
def case_of(name):
    return ALL[name][0]()


@cache
def outcome_of(name):
    """Return the outcome of the example of an analysis."""
    return echub.analyze(name.partition(":")[0], case_of(name).data(), params=ALL[name][1])


def drawn(outcome):
    """Return the figure of an outcome."""
    return figures.draw_outcome(outcome, registry().analysis(outcome.analysis))
