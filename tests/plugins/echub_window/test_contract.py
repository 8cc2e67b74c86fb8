"""The analysis keeps the contract, for exponential and for foreign currents."""

from __future__ import annotations

from echub.testing import AnalysisContract, synth
from echub.testing.synth import Sweeps


class TestWindow(AnalysisContract):
    analysis = "stability-window"
    generate = staticmethod(synth.sweeps)
    bias = 2e-3


class TestForeign(AnalysisContract):
    """A current that grows as a power of the distance from its foot."""

    analysis = "stability-window"
    generate = staticmethod(lambda seed: synth.sweeps(seed, Sweeps(power=2.5)))
    bias = 5e-3
