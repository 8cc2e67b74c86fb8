"""The built-in analysis keeps the contract, and holds what it promises over many seeds."""

from __future__ import annotations

from echub.testing import AnalysisContract, synth
from echub.testing.synth import Cube, MappedIon


class TestSimsMap(AnalysisContract):
    analysis = "sims-map"
    generate = staticmethod(synth.cube)
    bias = 0.01
    seeds = 12


class TestSimsMapOfFewCounts(AnalysisContract):
    analysis = "sims-map"
    generate = staticmethod(
        lambda seed: synth.cube(seed, Cube(ions={"Na+": MappedIon(background=2.0)}, lost=0.02))
    )
    bias = 0.02
    seeds = 6
