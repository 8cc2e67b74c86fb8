"""Both analyses keep the contract."""

from __future__ import annotations

from typing import ClassVar

from echub.testing import AnalysisContract, synth
from echub.testing.synth import CellBatch, Short, Staircase

FEW = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)


class TestCcd(AnalysisContract):
    analysis = "ccd"
    generate = staticmethod(lambda seed: synth.staircase(seed, Staircase(levels=FEW, fails_above=4.5)))
    seeds = 8
    exact = 1e-5  # the instrument's offset moves the edge of a rest by a row


class TestCcdOfASoftShort(AnalysisContract):
    analysis = "ccd"
    generate = staticmethod(
        lambda seed: synth.staircase(seed, Staircase(levels=FEW, fails_above=2.5, short=Short(0.2)))
    )
    params: ClassVar = {"electrolyte_asr": "28 ohm*cm^2"}
    seeds = 8
    exact = 1e-5


class TestCyclesOfCcd(AnalysisContract):
    analysis = "ccd"
    generate = staticmethod(
        lambda seed: synth.staircase(seed, Staircase(levels=(0.15,), cycles=8, asr=173.0, fails_above=None))
    )
    params: ClassVar = {"report": "cycles"}
    seeds = 8
    exact = 1e-5


class TestCcdWeibull(AnalysisContract):
    analysis = "ccd-weibull"
    generate = staticmethod(lambda seed: synth.cell_batch(seed, CellBatch(cells=20)))
    seeds = 30
