"""Measurements of known truth, on which the tests try the analysis."""

from __future__ import annotations

import numpy as np

from echub.testing import synth


def example(seed: int) -> synth.Case:
    """Make a rest of two hours that drifts by -2 mV/h, with 50 µV of noise."""
    time = np.arange(0.0, 7200.0, 10.0)
    noise = np.random.default_rng(seed).normal(0.0, 50e-6, len(time))
    columns = {
        "time": synth.Column(time, "s"),
        "voltage": synth.Column(3.4 - 0.002 * time / 3600 + noise, "V"),
        "current": synth.Column(np.zeros(len(time)), "mA"),
    }
    return synth.Case(columns, truth={"drift": -2.0})
