"""Put the traces of all outcomes on one axis, from the earliest start."""

from __future__ import annotations

from collections.abc import Sequence

from echub.plugin import Outcome
from echub_timeline.data import TimedTrace, starts_of, traces_of


def placed(data: Sequence[Outcome]) -> list[list[TimedTrace]]:
    """Return the traces of every outcome on the common axis, in order of start; none for one without a start."""
    starts = starts_of(data)
    known = [start for start in starts if start is not None]
    if not known:
        return [[] for _ in data]
    first = min(known)
    timed = [
        ((start - first).total_seconds(), outcome)
        for outcome, start in zip(data, starts, strict=True)
        if start is not None
    ]
    traces = [list(traces_of(outcome, offset)) for offset, outcome in sorted(timed, key=lambda one: one[0])]
    return traces + [[]] * (len(data) - len(traces))
