"""A counter of charge, made whole: what it does not count at its restarts, at edges between rows, and its jumps.

A counter that restarts with a half cycle loses what flowed after the last row before. Its first row tells when it
restarted: it shows current times the time since then. A net counter shows both sides of a reversal in one step:
with both currents that is solved for the time of the reversal. Only a restart in a rest tells nothing: then half
of a step is added, with the uncertainty of one that is uniform (JCGM 100:2008, 4.3.7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Signs = NDArray[np.int8]
HOUR_S = 3600.0
SMALL = 1e-3
"""Changes of the current below this part of the largest leave nothing open: that is its accuracy."""
JUMPS = 1.5
"""A step of a counter above so many times the largest current near it, times the time, is none of the charge:
gains differ by a percent, and a pulse between rows shows in the current of other rows."""
RARE, FEW = 0.01, 3
"""Steps that are in more than 1 % of the rows, and more than three, are not jumps: rows are sparse, or the unit is
another."""
FITS = 0.05
"""Part of the charge of both currents by which the step at a reversal may be beyond them."""
LONG = 3.0
"""Times the usual one between rows, from which on a step may hold more than a reversal: rows are missing."""
ON_ROW = 0.02
"""Edges within 2 % of the time between rows are on a row: an edge that is drawn is so once in 25 times."""


@dataclass(frozen=True, eq=False)
class ChargeCounter:
    """What a counter grew by (n,), with its sign, where it restarted (n,), and its value in the first row.

    sides: the growth of a pair of counters, anodic and cathodic, (n,) each, positive, and where each restarted.
    variance: (n,) of the growth, if that it restarted is not sure.
    """

    grown: Floats
    restarted: NDArray[np.bool_]
    first: float = 0.0
    sides: tuple[tuple[Floats, NDArray[np.bool_]], ...] = ()
    variance: Floats | None = None


@dataclass(frozen=True, eq=False)
class Whole:
    """Charge of rows (n,) since the row before, each of its own half cycle; its variance (n,); rows of jumps;
    whether the instrument writes a row at each edge."""

    charge: Floats
    variance: Floats
    jumps: Rows
    edged: bool


@dataclass(frozen=True, eq=False)
class CurrentCourse:
    """How the current went, per row (n,): the time since the row before, h, |I| and state, and those of that row.

    |I| in mA, 0 at rest; state: the sign of the current, 0 at rest.
    """

    gap: Floats
    flows: Floats
    before: Floats
    state: Signs
    lag: Signs

    @classmethod
    def of(cls, t: Floats, current: Floats, state: Signs) -> CurrentCourse:
        """Return the course of a current, mA, over t, s."""
        flows = np.where(state != 0, np.abs(current), 0.0)
        before, lag = np.append(0.0, flows[:-1]), np.append(state[:1], state[:-1])
        return cls(np.diff(t, prepend=t[:1]) / HOUR_S, flows, before, state, lag)

    def at(self, rows: Rows) -> CurrentCourse:
        """Return some rows."""
        return CurrentCourse(self.gap[rows], self.flows[rows], self.before[rows], self.state[rows], self.lag[rows])

    @property
    def usual(self) -> float:
        """Return the usual time between rows, h."""
        return float(np.median(self.gap[1:])) if len(self.gap) > 1 else 0.0


def whole(counter: ChargeCounter, t: Floats, current: Floats, state: Signs, clock: float = 0.0) -> Whole:
    """Return the charge of every row with what the counter misses; t s, current mA, state (n,): 0 at rest.

    clock: the step of a coarse clock, s: any two rows may be further apart by it, and a reversal elsewhere in it.
    """
    charge = counter.grown.copy()
    variance = np.zeros(len(t)) if counter.variance is None else counter.variance
    restarted = counter.restarted
    course = CurrentCourse.of(t, current, state)
    gap, flows, before, lag, usual = course.gap, course.flows, course.before, course.lag, course.usual
    if state[0] and 0 < counter.first * state[0] <= (1 + FITS) * flows[0] * usual:
        charge[0] = counter.first
    jumps = _jumps(charge, flows, np.maximum(gap, usual) + clock / HOUR_S)
    odd = np.zeros(len(t), bool)
    odd[jumps] = True
    turns = np.flatnonzero((state * lag < 0) | odd)
    _split(counter, charge, variance, turns, odd[turns], course)
    variance[turns] += (flows[turns] * clock / HOUR_S) ** 2 / 12
    variance[np.maximum(turns - 1, 0)] += (before[turns] * clock / HOUR_S) ** 2 / 12
    again = np.flatnonzero(restarted & (state == lag) & (state != 0) & ~odd)
    left = np.maximum(gap[again] - _time(np.abs(charge[again]), flows[again]), 0.0)
    charge[again] += state[again] * before[again] * left
    edged = _edged(charge, course)
    ends = np.flatnonzero(restarted & (state == 0) & (lag != 0) & ~odd)
    if not edged:
        step = before[ends] * gap[ends]
        charge[ends] = lag[ends] * step / 2  # of the half cycle before, as any first row of rest
        variance[ends] = step**2 / 12
    return Whole(charge, variance, jumps, edged)


def _jumps(charge: Floats, flows: Floats, gap: Floats) -> Rows:
    """Return the rows in which the counter moved by what no current near them can be, if they are few."""
    least = SMALL * float(flows.max())
    # Few rows move by more than their own current makes: only of these are the neighbours looked at.
    rows = np.flatnonzero(np.abs(charge) > (JUMPS * flows + least) * gap)
    beside = np.clip(rows[:, None] + np.arange(-2, 2), 0, len(flows) - 1)
    near = flows[beside].max(axis=1, initial=0.0)
    jumps: Rows = rows[np.abs(charge[rows]) > (JUMPS * near + least) * gap[rows]]
    return jumps if len(jumps) <= max(FEW, RARE * np.count_nonzero(flows)) else jumps[:0]


def _split(
    counter: ChargeCounter,
    charge: Floats,
    variance: Floats,
    rows: Rows,
    odd: NDArray[np.bool_],
    course: CurrentCourse,
) -> None:
    """Move to each side of a reversal its own charge, in place; a jump gets that of both currents, half each.

    rows: (k,) of reversals and jumps; odd: (k,) which are jumps.
    """
    here = course.at(rows)
    gap, flows, before, state, lag = here.gap, here.flows, here.before, here.state, here.lag
    seen = charge[rows] * state
    both = (flows + before) * gap
    late = np.where(counter.restarted[rows], _time(seen, flows), _time(seen + before * gap, flows + before))
    early = before * (gap - np.clip(late, 0, gap))
    for sign, (grown, restarted) in zip((1, -1), counter.sides, strict=False):
        late = np.where(state == sign, _time(grown[rows], flows), late)
        early = np.where((lag == sign) & ~restarted[rows], grown[rows], early)
        lost = (lag == sign) & restarted[rows]
        early = np.where(lost, before * (gap - np.clip(late, 0, gap)), early)
    unknown = odd | (late * flows < -FITS * both) | ((late - gap) * flows > FITS * both)
    late = np.where(unknown, gap / 2, np.clip(late, 0, gap))
    early = np.where(unknown, before * gap / 2, early)
    open_ = np.where(unknown | (gap > LONG * course.usual), 1 / np.sqrt(12), SMALL)
    charge[rows] = state * flows * late
    variance[rows] += (flows * gap * open_) ** 2
    turns = lag * state < 0
    charge[rows] += np.where(turns, 0.0, lag * early)
    charge[rows[turns] - 1] += (lag * early)[turns]
    variance[np.maximum(rows - 1, 0)] += (before * gap * open_) ** 2


def _time(charge: Floats, flows: Floats) -> Floats:
    return np.asarray(np.divide(charge, flows, out=np.zeros_like(charge), where=flows > 0))


def _edged(charge: Floats, course: CurrentCourse) -> bool:
    """Return whether there are rows at the edges: half cycles start at one, or a last row is off the grid."""
    gap, state, lag, usual = course.gap, course.state, course.lag, course.usual
    starts = np.flatnonzero((state != lag) & (state != 0) & (gap > ON_ROW * usual))
    late = _time(np.abs(charge[starts]), course.flows[starts]) / gap[starts]
    ends = np.flatnonzero((state != lag) & (lag != 0)) - 1
    off = np.abs(gap[ends] - usual) > ON_ROW * usual
    on_row = (late < ON_ROW) | (late > 1 - ON_ROW)
    return bool((len(ends) and off.mean() > 0.5) or (len(starts) and on_row.mean() > 0.5))
