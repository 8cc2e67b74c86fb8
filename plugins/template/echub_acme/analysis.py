"""The drift of a voltage at rest: the slope of a straight line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from echub.plugin import Flag, Inputs, Interval, Measurand, Outcome, Refusal
from echub.testing import synth

if TYPE_CHECKING:
    from echub_acme import DriftParams


def run(data: Inputs, params: DriftParams) -> Outcome:
    """Fit U = a + drift · t by least squares; arrays arrive in the units that the needs declare."""
    _require_rest(data, params)
    hours = (data["t"] - data["t"].mean()) / 3600
    millivolts = 1000 * (data["U"] - data["U"].mean())
    drift = float(hours @ millivolts / (hours @ hours))
    residuals = millivolts - drift * hours
    freedom = len(hours) - 2
    sigma = math.sqrt(residuals @ residuals / freedom / (hours @ hours))
    reach = sigma * float(stdtrit(freedom, 0.975))
    interval = Interval(drift - reach, drift + reach, "coverage", 0.95, method="least squares, Student's t")
    measurand = Measurand("mV/h", drift, sigma, interval, n=len(hours))
    return Outcome({"drift": measurand}, flags=_flags(residuals))


def _require_rest(data: Inputs, params: DriftParams) -> None:
    """Refuse where a slope would answer another question, or its uncertainty would be a guess."""
    if "I" in data and np.nanmax(np.abs(data["I"])) > params.rest:
        peak = np.nanmax(np.abs(data["I"]))
        hint = "--select or --time chooses the rest; --param rest=... allows more"
        raise Refusal("not-at-rest", f"{peak:.3g} mA flow, at rest at most {params.rest:g} mA", hint=hint)
    if len(np.unique(data["U"])) < 3:
        raise Refusal("resolution-too-coarse", "the voltage takes fewer than three values: its noise is hidden")


def _flags(residuals: np.ndarray) -> tuple[Flag, ...]:
    """Warn where neighbours deviate alike: the voltage is no straight line, or its noise is slow."""
    alike = float(residuals[1:] @ residuals[:-1] / (residuals @ residuals))
    if alike < 4 / math.sqrt(len(residuals)):
        return ()
    message = f"residuals of neighbouring rows correlate by {alike:.2f}: the uncertainty is too small"
    return (Flag("not-a-line", message, hint="--time chooses a later or a shorter part"),)


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
