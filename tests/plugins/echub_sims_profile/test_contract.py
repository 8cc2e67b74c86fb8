"""The built-in analysis keeps the contract."""

from __future__ import annotations

from typing import ClassVar

from echub.testing import AnalysisContract, synth

FEW_COUNTS = synth.Layers(ions=(synth.Ion("Na+", plateau=20.0, background=0.2), synth.Ion("Zr+", 20.0, stop=None)))


class TestSimsProfile(AnalysisContract):
    analysis = "sims-profile"
    generate = staticmethod(synth.layered)
    params: ClassVar = {"reference": "pristine"}
    seeds = 15
    bias = 0.03  # 15 widths of 6 % each: their mean is known to 1.5 %


class TestSimsProfileOfFewCounts(AnalysisContract):
    analysis = "sims-profile"
    generate = staticmethod(lambda seed: synth.layered(seed, FEW_COUNTS))
    seeds = 20
    bias = 0.12  # 20 widths of 20 % each: their mean is known to 4.5 %


class TestSimsProfileWithDeadTime(AnalysisContract):
    analysis = "sims-profile"
    generate = staticmethod(lambda seed: synth.layered(seed, synth.Layers(dead_time=2e-4)))
    seeds = 8
    bias = 0.05  # 8 widths of 6 % each
