"""Both analyses keep the contract."""

from __future__ import annotations

from echub.testing import AnalysisContract, synth

FINE = synth.Instrument(sampling_s=0.02, noise_ma=1e-5, quantum_ma=0.0, accuracy=0.0)
EDGES_LOST = 0.04
"""Every second row takes the rows at the edges away: 0.04 s in 1 s are not known any more."""


class TestPulsedStripping(AnalysisContract):
    analysis = "pulsed-stripping"
    generate = staticmethod(lambda seed: synth.pulses(seed, synth.Pulses(instrument=FINE, limit_row=False)))
    bias = 1e-3
    resampling = EDGES_LOST
    seeds = 10


class TestByEdges(AnalysisContract):
    """Without any charge column commanded level and edges decide."""

    analysis = "pulsed-stripping"
    generate = staticmethod(
        lambda seed: synth.pulses(seed, synth.Pulses(instrument=FINE, charge="", limit_row=False))
    )
    bias = 1e-3
    resampling = EDGES_LOST
    seeds = 5


class TestPlateau(AnalysisContract):
    analysis = "pulsed-stripping-plateau"
    generate = staticmethod(synth.stripped)
