"""An uncertainty of 0 says that a value is exact. A measured one is not: nothing told how far off it may be."""

from __future__ import annotations

from dataclasses import replace

from echub.analysis.outcome import Interval, Measurand, Outcome


def without_certainty(outcome: Outcome) -> Outcome:
    """Return the outcome with uncertainties of 0, and coverage intervals without a width, as not known."""
    return outcome.replace(measurands={name: _doubted(one) for name, one in outcome.measurands.items()})


def _doubted(one: Measurand) -> Measurand:
    if one.uncertainty == 0:
        one = replace(one, uncertainty=None)
    return replace(one, interval=None) if _is_a_point(one.interval) else one


def _is_a_point(interval: Interval | None) -> bool:
    """Return whether an interval that is to cover the truth with some probability has no width."""
    if interval is None or interval.kind != "coverage" or interval.low is None:
        return False
    return interval.low == interval.high
