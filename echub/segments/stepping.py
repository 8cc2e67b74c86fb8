"""Steps and half cycles from the current, and how they compare with the programme's own counters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.segments.current import Threshold, rest_threshold, states
from echub.segments.rows import Rows, Segments, runs

LEVEL = 0.05
"""Relative change of the current between rows that starts a new step: above noise, below programmed changes."""


def steps(
    current: ArrayLike,
    *,
    threshold: Threshold | None = None,
    programme: ArrayLike | None = None,
    level: float | None = LEVEL,
) -> Segments:
    """Cut a time series into steps: where the current starts, stops, reverses or changes its level.

    current: (n,), any unit, anodic positive. `threshold`: which currents are rest (default:
    `rest_threshold`). `programme`: (n,), the programme's step counter; its changes cut as well.
    `level`: relative change between two rows that is a new level; None for currents that the cell
    decides (potential control, ramps), where only start, end and reversal cut. A level of a single
    row belongs to the step after it: an average over a change, or the row where the control changes.
    The steps cover all rows.
    """
    values = np.asarray(current, dtype=np.float64)
    sign = states(values, threshold or rest_threshold(values))
    cut = np.zeros(len(values), bool)
    cut[1:] = sign[1:] != sign[:-1]
    if level is not None:
        cut |= _level_changes(values, sign, level)
    if programme is not None:
        counter: NDArray[Any] = np.asarray(programme)
        cut[1:] |= counter[1:] != counter[:-1]
    return runs(np.cumsum(cut), sign)


def _level_changes(values: NDArray[np.float64], sign: NDArray[np.int8], level: float) -> NDArray[np.bool_]:
    """Mark rows at which the current changes from one level to another, sign unchanged."""
    jump = np.zeros(len(values), bool)
    larger = np.maximum(np.abs(values[1:]), np.abs(values[:-1]))
    with np.errstate(invalid="ignore"):
        far = np.abs(values[1:] - values[:-1]) > level * larger
    jump[1:] = far & (sign[1:] == sign[:-1]) & (sign[1:] != 0)
    begins = np.zeros(len(values), bool)
    begins[1:] = sign[1:] != sign[:-1]
    # A level of one row: the cut after it, or the start of the state itself, is the real one.
    jump[1:] &= ~(jump | begins)[:-1]
    return jump


@dataclass(frozen=True, eq=False)
class HalfCycles(Segments):
    """Half cycles: from the first row with current of one sign to the last one, rests inside included.

    `first_step` and `last_step` are indices into the `steps` that were joined.
    """

    steps: Segments
    first_step: Rows
    last_step: Rows

    def number_of_step(self) -> Rows:
        """Return the number of the half cycle of every step, -1 for a rest between two half cycles."""
        return Segments(self.first_step, self.last_step + 1, self.sign).labels(len(self.steps))


def half_cycles(found: Segments) -> HalfCycles:
    """Join steps into half cycles: all steps with current of one sign between two reversals.

    A step without current is not a half cycle, and does not end one; if current of the other sign
    follows, it belongs to no half cycle. Without any reversal there is one half cycle.
    """
    active = np.flatnonzero(found.sign != 0)
    joined = runs(found.sign[active], found.sign[active])
    first, last = active[joined.start], active[joined.stop - 1]
    return HalfCycles(found.start[first], found.stop[last], joined.sign, found, first, last)


@dataclass(frozen=True)
class Agreement:
    """Whether a counter of the instrument changes where segments found from the current start.

    `found` segments, `counted` runs of the counter, `shared`: those that start within one row of each other.
    """

    found: int
    counted: int
    shared: int

    @property
    def holds(self) -> bool:
        """Return whether both agree."""
        return self.found == self.counted == self.shared

    def __str__(self) -> str:
        return f"{self.found} from the current, {self.counted} by the counter, {self.shared} begin together"


def agreement(found: Segments, counter: ArrayLike) -> Agreement:
    """Compare segments with a counter of the instrument (n,).

    The first of each starts with the series: rows before the first segment are not compared.
    """
    counted = runs(counter)
    if not len(found):
        return Agreement(len(found), len(counted), 0)
    near = np.searchsorted(counted.start, found.start[1:])
    left = counted.start[np.clip(near - 1, 0, len(counted) - 1)]
    right = counted.start[np.clip(near, 0, len(counted) - 1)]
    begins = np.minimum(np.abs(left - found.start[1:]), np.abs(right - found.start[1:])) <= 1
    return Agreement(len(found), len(counted), 1 + int(begins.sum()))
