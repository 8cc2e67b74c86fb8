"""`timeline`: outcomes of one cell on one axis of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from echub.plugin import Flag, InputSet, Measurand, NoOptions, Outcome, Refusal, Series
from echub.text import several, some_of
from echub_timeline.data import TimedTrace
from echub_timeline.method import placed


def run(data: InputSet[Outcome], params: NoOptions) -> Outcome:
    """Place all outcomes on one axis."""
    cells = {str(outcome.meta("cell.id") or "not stated") for outcome in data}
    if len(cells) > 1:
        raise Refusal(
            "several-cells",
            f"the outcomes are of several cells: {', '.join(sorted(cells))}",
            hint='by = "cell.id" in the study answers each cell by itself',
        )
    found = placed(list(data))
    traces = [trace for each in found for trace in each]
    count = sum(bool(each) for each in found)
    if not traces:
        raise Refusal(
            "nothing-timed",
            f"none of {several(len(data), 'outcome')} has a start and a table over time",
            hint="--set experiment.start=2026-03-02T09:00:00, or a column in --meta",
        )
    last = max(float(np.nanmax(trace.t)) for trace in traces)
    measurands = {"duration": Measurand("h", last / 3600), "outcomes_placed": Measurand("1", float(count))}
    table = _table(traces)
    run_of = [number for number, each in enumerate(found) for trace in each for _ in trace.t]
    drawn = {**table, "run": Series.of(run_of)}
    return Outcome(measurands, tuple(_flags(data, count)), {"timeline": table}, diagnostics=drawn)


def _flags(data: Sequence[Outcome], count: int) -> Iterator[Flag]:
    if count < len(data):
        have = some_of(len(data) - count, len(data), "outcome", "has", "have")
        text = f"{have} no start or no table over time"
        yield Flag("outcomes-without-time", text)
    if len(data) > 1 and any(outcome.meta("experiment.timezone") is None for outcome in data):
        yield Flag("clocks-without-zone", "the starts are wall-clock times without a zone", "info")


def _table(traces: Sequence[TimedTrace]) -> dict[str, Series]:
    """Return one long table: time, analysis, column, value; each unit has a column of its own."""
    columns: dict[str, Any] = {
        "time": Series.of(np.concatenate([trace.t for trace in traces]), "s"),
        "analysis": Series.of([trace.what for trace in traces for _ in trace.t]),
        "column": Series.of([trace.column for trace in traces for _ in trace.t]),
    }
    for unit in dict.fromkeys(trace.unit for trace in traces):
        values = [trace.values if trace.unit == unit else np.full(len(trace.t), np.nan) for trace in traces]
        columns[f"value_{unit}"] = Series.of(np.concatenate(values), unit)
    return columns
