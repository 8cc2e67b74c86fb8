"""All analyses of the plugin keep the contract."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import echub
from echub.testing import AnalysisContract, synth
from echub.testing.synth import Case, CyclingSetup, LevelSteps, Programme, Recorder, SymmetricRun

FEW = Programme(rates=(0.2, 0.5, 0.5, 0.5))


class TestCycling(AnalysisContract):
    analysis = "cycling"
    generate = staticmethod(lambda seed: synth.cycles(seed, CyclingSetup(programme=FEW)))
    bias = 2e-4
    resampling = 5e-3


class TestCyclingByTheInstrument(AnalysisContract):
    """With the instrument's own charge, and averages of the current."""

    analysis = "cycling"
    generate = staticmethod(
        lambda seed: synth.cycles(
            seed, CyclingSetup(programme=FEW, recorder=Recorder(charge="charge", averaged=True))
        )
    )
    bias = 2e-4
    resampling = 5e-3
    seeds = 10


class TestCyclingForeign(AnalysisContract):
    """Shapes that no model of a cell makes."""

    analysis = "cycling"
    params: ClassVar[dict[str, object]] = {"reference": 1}
    generate = staticmethod(lambda seed: synth.foreign_cycles(seed, Recorder(), 4))
    bias = 5e-4
    resampling = 0.05
    seeds = 10


class TestSymmetric(AnalysisContract):
    analysis = "symmetric-cycling"
    generate = staticmethod(lambda seed: synth.symmetric(seed, SymmetricRun(accuracy=1e-3 if seed else 0.0)))
    bias = 2e-3


class TestStaircase(AnalysisContract):
    analysis = "staircase-linearity"
    generate = staticmethod(lambda seed: synth.linear_staircase(seed, LevelSteps()))
    bias = 2e-3


def _lifetimes(seed: int) -> Case:
    """Draw lifetimes of nine cells, each measured until 60 h at most; the median of the distribution is 30 h."""
    rng = synth_rng(seed)
    found = []
    for number in range(9):
        life = float(30 * 2 ** (rng.standard_normal() / 2))
        run = SymmetricRun(drop_h=life if life < 60 else None, count=64, step_s=300.0)
        outcome = echub.analyze("symmetric-cycling", synth.symmetric(number, run).record())
        found.append(replace(outcome, label=f"cell {number}"))
    return Case(outcomes=tuple(found), truth={"median_lifetime": 30.0})


def synth_rng(seed: int):
    import numpy as np

    return np.random.default_rng(seed)


class TestLifetimes(AnalysisContract):
    analysis = "cell-lifetimes"
    generate = staticmethod(_lifetimes)
    bias = 0.2
    seeds = 8
