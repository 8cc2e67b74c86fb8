"""An uncertainty of 0 says that a value is exact. A measured one is not: nothing told how far off it may be."""

from __future__ import annotations

import sys
from dataclasses import replace

from echub.analysis.outcome import Interval, Measurand, Outcome

WRITTEN = sys.float_info.epsilon
"""Relative: a value is not known better than it is written; less is what rounding left of 0."""


def without_certainty(outcome: Outcome) -> Outcome:
    """Return the outcome with uncertainties of 0, and coverage intervals without a width, as not known."""
    return outcome.replace(measurands={name: _doubted(one) for name, one in outcome.measurands.items()})


def _doubted(one: Measurand) -> Measurand:
    if one.uncertainty is not None and one.uncertainty <= WRITTEN * abs(one.value or 0.0):
        one = replace(one, uncertainty=None)
    return replace(one, interval=None) if _is_a_point(one.interval) else one


def _is_a_point(interval: Interval | None) -> bool:
    """Return whether an interval that is to cover the truth with some probability has no width."""
    if interval is None or interval.kind != "coverage" or interval.low is None or interval.high is None:
        return False
    # Of each end the rounding of the value, and that of what was added to it.
    return interval.high - interval.low <= 4 * WRITTEN * max(abs(interval.low), abs(interval.high))
