"""Charge of segments in four ways, for comparison: they differ, and the difference is informative.

All arrays are (n,) per row; current in mA and time in s give charge in mA·h, (m,) per segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from echub.segments.rows import Floats, Segments

HOUR_S = 3600.0


@dataclass(frozen=True, eq=False)
class Edges:
    """When segments start and end, s, and the half-width of the gap between rows in which each edge lies.

    An edge is uniformly distributed in its gap: its standard uncertainty is the half-width over sqrt(3) (GUM).
    """

    begin: Floats
    end: Floats
    begin_within: Floats
    end_within: Floats

    @property
    def duration(self) -> Floats:
        """Return the durations (m,) from start to end, s."""
        return self.end - self.begin

    @property
    def duration_uncertainty(self) -> Floats:
        """Return the standard uncertainties (m,) of the durations, s."""
        return np.asarray(np.hypot(self.begin_within, self.end_within) / np.sqrt(3))


def edges(time: ArrayLike, found: Segments, *, averaged: bool = False, clock: float = 0.0) -> Edges:
    """Bracket when segments start and end: each edge lies between two rows and is taken in the middle.

    time: (n,), s. If the instrument adds a row at each change of its control, the bracket is one
    tick wide. `averaged`: the current is an average since the row before, so that a segment starts with
    the row before its first and ends with its last, exactly. The series itself ends with its last row.
    `clock`: the step of a clock that is coarser than the rows, s: every time may be wrong by half
    of it either way.
    """
    t = np.asarray(time, dtype=np.float64)
    inside, before = t[found.start], t[np.maximum(found.start - 1, 0)]
    last, after = t[found.stop - 1], t[np.minimum(found.stop, len(t) - 1)]
    if averaged:
        half_step = np.full(len(found), clock / 2)
        return Edges(before, last, half_step, half_step)
    begins, ends = (inside - before + clock) / 2, (after - last + clock) / 2
    return Edges((before + inside) / 2, (last + after) / 2, begins, ends)


def by_increments(increment: ArrayLike, found: Segments) -> Floats:
    """Sum the instrument's charge increments (n,), mA·h, each since the row before: the most exact way.

    Rows belong to the segment that they end in: pass segments that start with their first row of
    current.
    """
    return found.total(increment)


def by_running_charge(charge: ArrayLike, found: Segments) -> Floats:
    """Return the difference of the running charge (n,), mA·h, between the row before and the last row."""
    values = np.asarray(charge, dtype=np.float64)
    # The first row of a series has nothing before it: it starts with the charge it has.
    return np.asarray(found.last(values) - values[np.maximum(found.start - 1, 0)])


def by_edges(level: ArrayLike, found: Edges) -> Floats:
    """Multiply the programmed current (m,), mA, by the time between the edges: mA·h."""
    return np.asarray(np.asarray(level, dtype=np.float64) * found.duration / HOUR_S)


def by_integration(
    time: ArrayLike, current: ArrayLike, found: Segments, how: Literal["trapezoid", "hold", "back"] = "trapezoid"
) -> Floats:
    """Integrate sampled current over the rows of each segment alone: mA·h.

    time (n,), s; current (n,), mA. ``trapezoid`` between rows, ``hold`` each value until the next row,
    ``back`` each value since the row before (correct for averages). Edges between rows are lost: with
    sparse rows or pulses this is the least exact way, and is given next to the others to show by how much.
    """
    t, i = np.asarray(time, dtype=np.float64), np.asarray(current, dtype=np.float64)
    step = np.diff(t)
    part = np.zeros(len(t))
    if how == "trapezoid":
        part[1:] = step * (i[1:] + i[:-1]) / 2
        part[found.start] = 0.0  # the interval from the row before belongs to another segment
    elif how == "back":
        part[1:] = step * i[1:]
    else:
        part[:-1] = step * i[:-1]
    return found.total(part) / HOUR_S
