"""What was done to the cell: levels, and what stays the same from half cycle to half cycle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub_ccd.data.levels import common_levels
from echub_ccd.data.table import HalfCycleTable

Floats = NDArray[np.float64]
SAME = 0.05
"""Charges and times within this fraction are one, as levels are (decision 40)."""
WHOLE = 0.9
"""A half cycle shorter than this part of its equals is not complete. Chosen by eye: wider than `SAME`, so that
equal half cycles never count as cut short."""


@dataclass(frozen=True, eq=False)
class Protocol:
    """How the levels follow each other; `name` says it, `run` numbers the rising runs from 0.

    level: (m,), the common level of each half cycle. complete: it took as long as its equals.
    charge, time: of every half cycle, where it is the same in all of them, else None.
    """

    name: str
    level: Floats
    run: NDArray[np.intp]
    complete: NDArray[np.bool_]
    charge: float | None
    time: float | None


def recognise(table: HalfCycleTable, spots: bool, opened: int | None = None) -> Protocol:
    """Recognise the protocol; `spots`: every file holds one level, on a fresh spot.

    After `opened` half cycles the circuit was open: what follows names no protocol.
    """
    level = common_levels(table.level, table.level_u, table.sign)
    run = np.zeros(len(level), np.intp) if spots else _rising_runs(level)
    complete = _complete(table, level, run)
    whole = complete & table.steady & (np.arange(len(level)) < (len(level) if opened is None else opened))
    charge, time = (_common(np.abs(values[whole])) for values in (table.q_edges, table.duration))
    return Protocol(_name(table, level, run, whole, spots, charge, time), level, run, complete, charge, time)


def _rising_runs(level: Floats) -> NDArray[np.intp]:
    falls = np.diff(level, prepend=level[:1]) < 0
    return np.asarray(np.cumsum(falls), dtype=np.intp)


def _complete(table: HalfCycleTable, level: Floats, run: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which half cycles took as long as the others at their level in their run, or as one of them.

    Formation has several durations at a level: one that another half cycle has too, there or at another level,
    was planned. One alone at its level, the last of a file, is compared with the one of the same charge before.
    """
    complete = np.ones(len(level), bool)
    for value in np.unique(level):
        for number in np.unique(run[level == value]):
            alike = np.flatnonzero((level == value) & (run == number))
            long = table.duration[alike] >= WHOLE * np.median(table.duration[alike])
            complete[alike] = long | _shared(table.duration[alike], table.duration)
    for last in np.flatnonzero(np.diff(table.file, append=-1) != 0):
        if last and table.file[last - 1] == table.file[last]:
            same_time = table.duration[last] >= WHOLE * table.duration[last - 1]
            same_charge = abs(table.q_edges[last]) >= WHOLE * abs(table.q_edges[last - 1])
            complete[last] = same_time or same_charge
    return complete


def _shared(some: Floats, all_of_them: Floats) -> NDArray[np.bool_]:
    """Mark durations that at least two half cycles have."""
    return np.array([(np.abs(all_of_them - value) <= SAME * value).sum() >= 2 for value in some], bool)


def _common(values: Floats) -> float | None:
    if not len(values):
        return None
    middle = float(np.median(values))
    return middle if middle and np.all(np.abs(values - middle) <= SAME * middle) else None


def _name(
    table: HalfCycleTable,
    level: Floats,
    run: NDArray[np.intp],
    whole: NDArray[np.bool_],
    spots: bool,
    charge: float | None,
    time: float | None,
) -> str:
    if spots:
        return "one level per file"
    if len(np.unique(level[whole])) == 1:
        return "one level"
    if charge is not None:
        return "constant charge"
    if time is not None:
        return "constant time"
    grows = _grows(table.duration[whole], level[whole]) and not run[whole].any()
    return "formation" if grows or _same_durations(table.duration[whole], level[whole]) else "unequal half cycles"


def _same_durations(duration: Floats, level: Floats) -> bool:
    """Return whether every level has the same several durations, in the same order."""
    sets = [duration[level == value] for value in np.unique(level)]
    least = min((len(one) for one in sets), default=0)
    return least > 1 and all(
        np.all(np.abs(one[:least] - sets[0][:least]) <= SAME * sets[0][:least]) for one in sets
    )


def _grows(duration: Floats, level: Floats) -> bool:
    """Return whether both level and duration rise, as in formation cycles."""
    order = np.argsort(level, kind="stable")
    grown = np.diff(duration[order]) >= -SAME * duration[order][1:]
    return bool(len(order) > 1 and grown.all() and duration[order][-1] > (1 + SAME) * duration[order][0])
