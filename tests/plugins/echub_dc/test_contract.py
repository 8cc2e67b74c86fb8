"""Both analyses keep the contract."""

from __future__ import annotations

from typing import ClassVar

from echub.testing import AnalysisContract
from echub.testing.synth.polarisation import polarisation, symmetric_polarisation


class TestDcPolarisation(AnalysisContract):
    analysis = "dc-polarisation"
    generate = staticmethod(polarisation)
    seeds = 5


class TestTransferenceNumber(AnalysisContract):
    analysis = "transference-number"
    generate = staticmethod(symmetric_polarisation)
    params: ClassVar = {
        "resistance_before": "60 ohm",
        "resistance_after": "65 ohm",
        "resistance_uncertainty": "1 %",
    }
    seeds = 5
