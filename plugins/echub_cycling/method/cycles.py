"""Cycles from half cycles: a charge and the discharge after it, compared with the instrument's own counter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.segments import runs
from echub_cycling.data.charge import Floats
from echub_cycling.data.halves import CellTrace, Halves

Numbers = NDArray[np.intp]
ENDS = 0.02
"""A half cycle that the file ends is whole if its voltage, or its charge, comes this close to that of the one
before in
the same direction: by this part of the range of voltage, or of the charge. Steps of rate tests differ by more."""
LEAST = 0.2
"""And it has at least this part of the charge: rates differ, but a relaxation to a limit is not a half cycle."""
PARTIAL = 1.1
"""A first charge with a discharge after it that is so many times larger started in a charged cell, and is not
whole."""
HELD = 1.3
"""How much larger its last current may be than that of the one before, relative to its level, if the voltage is
held."""


@dataclass(frozen=True, eq=False)
class Cycles:
    """Cycles (k,), in order: number from 1 (0 is a discharge before the first charge), the instrument's own count.

    charge_*, discharge_*: in the trace's units, NaN if the cycle has no such half. complete: it has both, whole.
    of: the cycle of each half cycle (m,).
    """

    number: Numbers
    counter: Floats
    charge: Floats
    discharge: Floats
    charge_spread: Floats
    discharge_spread: Floats
    charge_energy: Floats
    discharge_energy: Floats
    discharge_level: Floats
    begin: Floats
    end: Floats
    complete: NDArray[np.bool_]
    of: Numbers
    source: str

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class Counted:
    """What the instrument's counter counts: its runs with current, half cycles in each (median), in words."""

    groups: int
    each: float
    text: str


def cycles_of(trace: CellTrace, halves: Halves, sign: int, choice: str) -> tuple[Cycles, Counted | None]:
    """Group half cycles; choice: current, counter, or auto.

    With `auto` the current decides, unless the counter groups several reversals into one cycle (drive cycles,
    pulse tests): then the counter does.
    """
    of = np.cumsum(halves.sign == sign)
    source, counted = "current", None
    if "counter" in trace.data:
        groups, counted = _by_counter(trace, halves)
        if choice == "counter" or (choice == "auto" and counted.groups > 1 and counted.each > 2):
            of, source = groups, "counter"
    number, of = np.unique(of, return_inverse=True)
    if source == "counter":
        number = number + 1
    return _summed(trace, halves, sign, number, of, source), counted


def _by_counter(trace: CellTrace, halves: Halves) -> tuple[Numbers, Counted]:
    found = runs(trace.data["counter"])
    group = found.labels(len(trace.t))[(halves.rows.start + halves.rows.stop) // 2]
    _, group, each = np.unique(group, return_inverse=True, return_counts=True)
    return group, Counted(len(each), float(np.median(each)), f"{len(each)} by the counter")


def _summed(trace: CellTrace, halves: Halves, sign: int, number: Numbers, of: Numbers, source: str) -> Cycles:
    count = len(number)
    inward = halves.sign == sign
    edges = _whole(trace, halves)

    def total(values: Floats, chosen: NDArray[np.bool_]) -> Floats:
        found = np.bincount(of[chosen], values[chosen], count)
        return np.where(np.bincount(of[chosen], minlength=count) > 0, found, np.nan)

    first = np.searchsorted(of, np.arange(count))
    last = np.searchsorted(of, np.arange(count), side="right") - 1
    counter = np.full(count, np.nan)
    if "counter" in trace.data:
        middle = (halves.rows.start + halves.rows.stop) // 2
        counter = np.asarray(trace.data["counter"], dtype=np.float64)[middle[first]]
    charge, discharge = total(halves.charge, inward), total(halves.charge, ~inward)
    with np.errstate(invalid="ignore", divide="ignore"):
        level = total(halves.level * halves.charge, ~inward) / discharge
    whole = np.bincount(of[~edges], minlength=count) == 0
    first_charged = int(np.argmax(charge > 0))
    with np.errstate(invalid="ignore"):
        whole[first_charged] &= not discharge[first_charged] > PARTIAL * charge[first_charged]
    return Cycles(
        number, counter, charge, discharge,
        np.sqrt(total(halves.spread**2, inward)), np.sqrt(total(halves.spread**2, ~inward)),
        total(halves.energy, inward), total(halves.energy, ~inward), level,
        halves.begin[first], halves.end[last], whole & (charge > 0) & (discharge > 0), of, source,
    )  # fmt: skip


def _whole(trace: CellTrace, halves: Halves) -> NDArray[np.bool_]:
    """Return which half cycles (m,) are whole: all but a first or last one that the file cuts."""
    whole = np.ones(len(halves), bool)
    last = len(halves) - 1
    if halves.rows.stop[last] == len(trace.t) and not _reached(trace, halves, last, last - 2, at_end=True):
        whole[last] = last < 2 and whole[last]  # nothing to compare with: reported, not left out
    step = float(np.median(np.diff(trace.t[: 2 + halves.rows.stop[0]])))
    late = trace.t[0] > 2 * max(step, 1.0)
    if "q" in trace.data:  # a charge that starts near zero shows that nothing flowed before
        late = late and abs(trace.data["q"][0]) * _scale(trace) > ENDS * halves.charge[0]
    if halves.rows.start[0] == 0 and late and last >= 2 and not _reached(trace, halves, 0, 2, at_end=False):
        whole[0] = False
    return whole


def _scale(trace: CellTrace) -> float:
    return float(trace.area) if trace.area else 1.0


def _reached(trace: CellTrace, halves: Halves, which: int, other: int, *, at_end: bool) -> bool:
    if other < 0:
        return False
    span = float(np.ptp(trace.u)) or 1.0
    ends = halves.u_end if at_end else trace.u[halves.rows.start]
    near = abs(ends[which] - ends[other]) < ENDS * span
    share = halves.charge[which] / halves.charge[other] if halves.charge[other] else np.inf
    row = halves.rows.stop - 1 if at_end else halves.rows.start
    tail = np.abs(trace.current[row]) / halves.level
    # A voltage at its limit ends a half cycle, unless the current still had to fall there; a fixed charge ends
    # it too.
    held = at_end and tail[which] > tail[other] * HELD
    return bool(abs(share - 1) < ENDS or (near and share > LEAST and not held))
