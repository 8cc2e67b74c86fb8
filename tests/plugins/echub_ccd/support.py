"""What the tests of ccd share: ask it of a generated staircase, and read the interval."""

from __future__ import annotations

import echub
from echub.testing import synth


def ask(setup, seed=1, metadata=None, **params):
    return echub.analyze("ccd", synth.staircase(seed, setup).record(), params=params, metadata=metadata)


def bounds(outcome):
    """Return (low, high) of the critical current density, rounded to what levels are."""
    measurand = next(m for name, m in outcome.measurands.items() if name.startswith("critical_current"))
    assert measurand.value is None, "never a bare number"
    ends = (measurand.interval.low, measurand.interval.high)
    return tuple(None if end is None else round(end, 3) for end in ends)


def codes(outcome, *severities):
    return {flag.code for flag in outcome.flags if flag.severity in (severities or ("warning", "refusal"))}
