"""The drift of a voltage at rest: what is answered, and what the user has to know."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from echub.plugin import Flag, Inputs, Interval, Measurand, Outcome, Series
from echub_acme.data import rest_of
from echub_acme.method import straight_line

if TYPE_CHECKING:
    from echub_acme import DriftParams


def run(data: Inputs, params: DriftParams) -> Outcome:
    """Answer with the slope of the voltage over time, its uncertainty and its interval."""
    rest = rest_of(data, params)
    line = straight_line(rest)
    low, high = line.slope - line.reach, line.slope + line.reach
    interval = Interval(low, high, "coverage", 0.95, method="least squares, Student's t")
    measurand = Measurand("mV/h", line.slope, line.sigma, interval, n=len(rest.hours))
    shown = {
        "t": Series.of(3600 * rest.hours, "s"),
        "U": Series.of(rest.millivolts, "mV"),
        "line": Series.of(rest.millivolts - line.residuals, "mV"),
    }
    return Outcome({"drift": measurand}, flags=_flags(line.residuals), diagnostics=shown)


def _flags(residuals: np.ndarray) -> tuple[Flag, ...]:
    """Warn where neighbours deviate alike: the voltage is not a straight line, or its noise is slow."""
    alike = float(residuals[1:] @ residuals[:-1] / (residuals @ residuals))
    if alike < 4 / math.sqrt(len(residuals)):
        return ()
    message = f"residuals of neighbouring rows correlate by {alike:.2f}: the uncertainty is too small"
    return (Flag("not-a-line", message, hint="--time chooses a later or a shorter part"),)
