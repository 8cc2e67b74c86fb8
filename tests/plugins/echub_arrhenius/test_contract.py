"""The built-in analyses keep the contract."""

from __future__ import annotations

from dataclasses import replace

from echub.testing import AnalysisContract, synth


class TestArrhenius(AnalysisContract):
    analysis = "arrhenius"
    generate = staticmethod(synth.activated)
    seeds = 100


def two_groups(seed):
    bare = synth.activated(seed)
    coated = synth.activated(seed + 1000, synth.Cells(value=0.6, energy_ev=0.10, group="Sn"))
    return replace(bare, outcomes=bare.outcomes + coated.outcomes, truth={})


class TestCompareGroups(AnalysisContract):
    analysis = "compare-groups"
    generate = staticmethod(two_groups)
    test_it_finds_the_truth = None
