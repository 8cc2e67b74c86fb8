"""The built-in analysis keeps the contract."""

from __future__ import annotations

from typing import ClassVar

from echub.testing import AnalysisContract, synth


class TestRampOnset(AnalysisContract):
    analysis = "ramp-onset"
    generate = staticmethod(synth.ramp)
    bias = 0.005
    exact = 2e-4  # a threshold crossing moves by rounding
    moves_with_time = ("onset_time",)


class TestRampOnsetOfThePaper(AnalysisContract):
    analysis = "ramp-onset"
    generate = staticmethod(
        lambda seed: synth.ramp(seed, synth.Ramp(instrument=synth.Instrument(noise_v=0, quantum_v=0)))
    )
    params: ClassVar = {"method": "lowack2026"}
    exact = 2e-3  # the first sample beyond the threshold
    moves_with_time = ("onset_time",)
    seeds = 3
