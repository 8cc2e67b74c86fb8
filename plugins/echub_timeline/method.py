"""Put the traces of all outcomes on one axis, from the earliest start."""

from __future__ import annotations

from collections.abc import Sequence

from echub.plugin import Outcome
from echub_timeline.data import TimedTrace, start_of, traces_of


def placed(data: Sequence[Outcome]) -> list[list[TimedTrace]]:
    """Return the traces of every outcome on the common axis; none for one without a start."""
    starts = [start_of(outcome) for outcome in data]
    known = [start for start in starts if start is not None]
    if not known:
        return [[] for _ in data]
    return [
        [] if start is None else list(traces_of(outcome, (start - min(known)).total_seconds()))
        for outcome, start in zip(data, starts, strict=True)
    ]
