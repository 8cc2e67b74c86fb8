"""The analysis keeps the contract."""

from __future__ import annotations

from echub.testing import AnalysisContract, synth


class TestRelaxation(AnalysisContract):
    analysis = "relaxation"
    generate = staticmethod(synth.recovery)
    seeds = 10
