"""From an outcome to what it says over time: its start, and columns of its tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Outcome

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


def starts_of(outcomes: Sequence[Outcome]) -> list[dt.datetime | None]:
    """Return when the experiment of each outcome started, None if it is not stated; all on one clock.

    That is UTC if every start is known in it, else the clock on the wall, whose zones are left out.
    """
    local = [_instant(outcome, "experiment.start") for outcome in outcomes]
    utc = [
        _instant(outcome, "experiment.start_utc") or start for outcome, start in zip(outcomes, local, strict=True)
    ]
    if all(start.tzinfo is not None for start in utc if start is not None):
        return utc
    return [None if start is None else start.replace(tzinfo=None) for start in local]


def _instant(outcome: Outcome, path: str) -> dt.datetime | None:
    text = outcome.meta(path)
    try:
        return None if text is None else dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None


def traces_of(outcome: Outcome, offset: float) -> Iterator[TimedTrace]:
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
