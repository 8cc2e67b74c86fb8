"""Both analyses keep the contract."""

from __future__ import annotations

from echub.testing import AnalysisContract, synth


class TestPulsedStripping(AnalysisContract):
    analysis = "pulsed-stripping"
    generate = staticmethod(lambda seed: synth.pulses(seed, synth.Pulses(limit_row=False)))
    bias = 1e-3
    seeds = 10


class TestByEdges(AnalysisContract):
    """Without any charge column commanded level and edges decide."""

    analysis = "pulsed-stripping"
    generate = staticmethod(lambda seed: synth.pulses(seed, synth.Pulses(charge="", limit_row=False)))
    bias = 1e-3
    seeds = 5


class TestPlateau(AnalysisContract):
    analysis = "pulsed-stripping-plateau"
    generate = staticmethod(synth.stripped)
