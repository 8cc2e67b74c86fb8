"""`timeline`: find each outcome's start and its tables over time, and join them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Flag, InputSet, Measurand, NoOptions, Outcome, Refusal, Series

Floats = NDArray[np.float64]
CLOCKS = ("start", "begin")
"""Columns in seconds since the start of the experiment, by the names that analyses give them."""
SHOWN = (
    ("ohm*cm^2", ("asr_", "R_end")),
    ("ohm", ("resistance_",)),
    ("V", ("potential", "U_end")),
    ("mA/cm^2", ("level", "j")),
    ("mA", ("level", "j")),
)
"""Units that have a panel, and the beginnings of the columns that are shown in it: the first that a table has."""
ZERO = "zero"
"""Condition of an outcome whose clock does not start with the experiment: seconds after its start."""


@dataclass(frozen=True)
class TimedTrace:
    """One column of an outcome against time: t (n,) in s since the earliest start, values (n,) in `unit`."""

    what: str
    column: str
    unit: str
    t: Floats
    values: Floats


def run(data: InputSet[Outcome], params: NoOptions) -> Outcome:
    """Place all outcomes on one axis."""
    cells = {str(outcome.meta("cell.id")) for outcome in data}
    if len(cells) > 1:
        raise Refusal(
            "several-cells",
            f"the outcomes are of several cells: {', '.join(sorted(cells))}",
            hint='by = "cell.id" in the study answers each cell by itself',
        )
    starts = [_start(outcome) for outcome in data]
    known = [start for start in starts if start is not None]
    first = min(known) if known else None
    traces, placed = [], 0
    for outcome, start in zip(data, starts, strict=True):
        found = (
            list(_traces(outcome, (start - first).total_seconds()))
            if start is not None and first is not None
            else []
        )
        placed += bool(found)
        traces += found
    if not traces:
        raise Refusal(
            "nothing-timed",
            f"none of {len(data)} outcomes has a start and a table over time",
            hint="--set experiment.start=2026-03-02T09:00:00, or a column in --meta",
        )
    last = max(float(np.nanmax(trace.t)) for trace in traces)
    measurands = {"duration": Measurand("h", last / 3600), "outcomes_placed": Measurand("1", float(placed))}
    return Outcome(
        measurands, tuple(_flags(data, placed)), {"timeline": _table(traces)}, diagnostics=_table(traces)
    )


def _start(outcome: Outcome) -> dt.datetime | None:
    text = outcome.meta("experiment.start")
    try:
        return None if text is None else dt.datetime.fromisoformat(str(text)).replace(tzinfo=None)
    except ValueError:
        return None


def _traces(outcome: Outcome, offset: float) -> Iterator[TimedTrace]:
    """Yield what is shown of every table that has a clock."""
    zero = outcome.conditions.get(ZERO)
    offset += float(zero.value or 0.0) if zero is not None else 0.0
    for table in outcome.tables.values():
        clock = next((table[n] for n in CLOCKS if n in table and table[n].unit == "s"), None)
        if clock is None or not len(clock):
            continue
        for unit, beginnings in SHOWN:
            columns = [n for b in beginnings for n in table if n.startswith(b) and table[n].unit == unit]
            for name in columns if unit == "ohm" else columns[:1]:
                yield TimedTrace(outcome.analysis, name, unit, clock.array() + offset, np.abs(table[name].array()))


def _flags(data: Sequence[Outcome], placed: int) -> Iterator[Flag]:
    if placed < len(data):
        text = f"{len(data) - placed} of {len(data)} outcomes have no start or no table over time"
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
