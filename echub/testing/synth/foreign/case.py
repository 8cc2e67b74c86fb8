"""One foreign measurement: what is analysed, the true value, and whether an answer to it misleads."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from echub.analysis.analysis import analyze
from echub.analysis.outcome import Interval, Measurand, Outcome
from echub.testing.synth.case import Case

Judgement = Literal["right", "flagged", "refused", "silently wrong"]
WIDER = 3.0
"""An answer misleads if the truth lies outside this many times its coverage interval."""
NORMAL_95 = 1.959964
"""Half width of a 95 % interval in standard uncertainties, where only the latter is stated."""
ROUNDING = 1e-9
"""Relative slack for the rounding of sums: a bracket may end exactly at the true value."""


@dataclass(frozen=True, eq=False)
class ForeignCase:
    """A measurement for one analysis, and what is true of it.

    data: a record, a `Case` or outcomes, as `echub.analyze` takes them. measurand: the one that is judged; one
    that the answer lacks does not mislead. truth: in the unit of the measurand; `math.inf` if there is none
    below the end of the data, so that any value or upper bound is wrong; NaN if any value is wrong.
    holds: the model of the analysis holds, so that the coverage of its intervals is counted.
    """

    data: Any
    analysis: str
    measurand: str
    truth: float
    params: Mapping[str, Any] = field(default_factory=dict)
    profile: str | None = None
    holds: bool = False

    def answer(self, seed: int = 0) -> Outcome:
        """Run the analysis; any exception but a refusal is raised."""
        data = self.data.data() if isinstance(self.data, Case) else self.data
        return analyze(self.analysis, data, params=dict(self.params), profile=self.profile, seed=seed)

    def judge(self, outcome: Outcome) -> Judgement:
        """Say what an answer is worth: only `ok` with the truth far outside is silently wrong."""
        if outcome.status != "ok":
            return "refused" if outcome.status == "refused" else "flagged"
        found = outcome.measurands.get(self.measurand)
        return "right" if found is None or self.agrees(found) else "silently wrong"

    def agrees(self, found: Measurand) -> bool:
        """Return whether the truth lies within a bracket, or within three times a coverage interval."""
        interval = _interval(found)
        if math.isnan(self.truth):
            return False
        if interval.kind == "coverage" and interval.low is not None and interval.high is not None:
            middle, half = (interval.low + interval.high) / 2, WIDER * (interval.high - interval.low) / 2
            return abs(self.truth - middle) <= half + ROUNDING * abs(middle)
        above = interval.low is None or self.truth >= interval.low * (1 - ROUNDING)
        return above and (interval.high is None or self.truth <= interval.high * (1 + ROUNDING))

    def covered(self, found: Measurand) -> bool:
        """Return whether the interval, as it is stated, holds the truth."""
        return _interval(found).covers(self.truth)


def _interval(found: Measurand) -> Interval:
    """Return the stated interval, else the one that the standard uncertainty gives."""
    if found.interval is not None:
        return found.interval
    half = NORMAL_95 * (found.uncertainty or 0.0)
    value = found.value or 0.0
    return Interval(value - half, value + half)


Draw = Callable[[np.random.Generator], ForeignCase]
"""Draws one measurement of a shape."""
