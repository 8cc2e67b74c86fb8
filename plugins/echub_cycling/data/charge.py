"""The charge of every row, by the instrument's own counters or from its current, each since the row before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs
from echub_cycling.data.counter import FITS, HOUR_S, JUMPS, SMALL, ChargeCounter, whole

Floats = NDArray[np.float64]
STANDS = 0.1
"""Part of the rows with current in which a counter stands still, from which on its last digit is coarse."""


@dataclass(frozen=True, eq=False)
class RowCharge:
    """One way of counting: its name, the charge of each row (n,), and whether it is that since the row before.

    Not `since`: each row stands for half of the time to both neighbours, so that an edge lies in the middle
    between two rows, and rows at rest have no charge. `variance`: (n,) of the charge by what happened between the
    rows; zeros if it was counted. digit: that of a coarse counter, in its unit. jumps: rows in which a counter
    moved by itself, and the current counts. edged: it has a row at each edge.
    """

    name: str
    charge: Floats
    since: bool
    variance: Floats | None = None
    digit: float = 0.0
    jumps: tuple[int, ...] = ()
    edged: bool = True


def ways(data: Inputs, t: Floats, current: Floats, state: NDArray[np.int8], scale: float) -> list[RowCharge]:
    """Return every way of counting that the file allows, the most exact first.

    t: (n,), s; current: (n,), mA (or mA/cm²), without NaN; state: (n,), 0 at rest. scale: what brings the charges
    of the inputs to the unit of current times hours.
    """
    found = []
    if "dq" in data:
        grown = np.nan_to_num(data["dq"] * scale)
        found.append(("charge_increment", ChargeCounter(grown, np.zeros(len(t), bool))))
    if "q" in data:
        found.append(("charge", _net(_carried(data["q"] * scale), t, current, state)))
    if "q_ox" in data and "q_red" in data:
        found.append(("charge_anodic and charge_cathodic", _pair(data["q_ox"] * scale, data["q_red"] * scale)))
    if "q_step" in data:
        found.append(("charge_step", _restarting(_signed(data["q_step"] * scale, state))))
    clock = data.clock_step
    counted = [_counted(name, counter, t, current, state, clock) for name, counter in found if counter.grown.any()]
    return [*counted, from_current(t, current, state, averaged=data.is_averaged("j"), clock=clock)]


def _counted(
    name: str, counter: ChargeCounter, t: Floats, current: Floats, state: NDArray[np.int8], clock: float = 0.0
) -> RowCharge:
    made = whole(counter, t, current, state, clock)
    way = RowCharge(name, made.charge, True, made.variance, jumps=tuple(made.jumps.tolist()), edged=made.edged)
    return _with_resolution(way, counter.grown, t, current)


def from_current(
    t: Floats, current: Floats, state: NDArray[np.int8], *, averaged: bool, clock: float = 0.0
) -> RowCharge:
    """Count the charge from the current: an average holds since the row before, a sample around its row.

    The trapezoid of averages is wrong, and the right-hand rule is exact. clock: the step of a coarse clock,
    s: each time lies anywhere in one, so that an edge is open by it too.
    """
    step = np.diff(t)
    if averaged:
        turns = np.append(False, state[1:] != state[:-1])
        size = np.maximum(np.abs(current), np.abs(np.append(0.0, current[:-1])))
        variance = np.where(turns, (clock * size / HOUR_S) ** 2 / 12, 0.0) if clock else None
        return RowCharge("averaged current", np.append(0.0, step * current[1:]) / HOUR_S, True, variance)
    # In place: fresh memory for millions of rows takes longer than the arithmetic in it.
    own = np.append(0.0, step)
    own[:-1] += step
    own *= current
    own /= 2 * HOUR_S
    own[state == 0] = 0.0
    # Between two rows the current is anywhere between both: uniform, so its variance is the square of the range
    # / 12.
    variance = np.zeros(len(t))
    rows, jumps = _jumps(current)
    variance[rows + 1] = (step[rows] ** 2 + clock**2) * (jumps / HOUR_S) ** 2 / 12
    return RowCharge("sampled current", own, since=False, variance=variance)


def _jumps(current: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return where the current changes, and the part of each change that is not smooth: up to its bend.

    At a reversal at most the larger of both currents: what flows before it is of one half cycle, after it of the
    other, so that each is uncertain by its own current only.
    """
    change = np.diff(current)
    small = SMALL * max(current.max(), -current.min())
    rows = np.flatnonzero((change > small) | (change < -small))
    at, count = change[rows], len(change)
    before = np.where(rows > 0, change[np.maximum(rows - 1, 0)], 0.0)
    after = np.where(rows < count - 1, change[np.minimum(rows + 1, count - 1)], 0.0)
    bend = np.maximum(np.abs(at - before), np.abs(at - after))
    own = np.maximum(np.abs(current[rows]), np.abs(current[rows + 1]))
    return rows, np.minimum(np.minimum(np.abs(at), bend), own)


def _with_resolution(way: RowCharge, grown: Floats, t: Floats, current: Floats) -> RowCharge:
    """Add what a coarse counter leaves open: it stands still while current flows, then moves by a digit."""
    flows = np.abs(current) > 0.05 * np.abs(current).max()  # of the largest: no rest
    flows[1:] &= flows[:-1] & (np.diff(t) > 0)  # the first row of a step may show what has not yet flowed
    moved = np.abs(grown[flows])
    if not len(moved) or np.mean(moved == 0) < STANDS:
        return way
    return replace(way, digit=float(moved[moved > 0].min()) if (moved > 0).any() else 0.0)


def _net(known: Floats, t: Floats, current: Floats, state: NDArray[np.int8]) -> ChargeCounter:
    """Return a net charge: it may restart too, if it falls to what one step of the current is, from far more."""
    before = np.append(known[:1], known[:-1])
    flows, gap = np.abs(current), np.diff(t, prepend=t[:1]) / HOUR_S
    grown = known - before
    step = np.maximum(flows[1:], flows[:-1])
    step *= JUMPS * gap[1:]
    restarted = np.append(False, np.abs(grown[1:]) > 2 * step)
    restarted[1:] &= np.abs(known[1:]) <= step
    variance = np.zeros(len(t))
    for sign in (1, -1):
        _at_starts(sign, restarted, variance, (known, before, np.where(state != 0, flows, 0.0), gap, state))
    return ChargeCounter(np.where(restarted, known, grown), restarted, float(known[0]), variance=variance)


def _at_starts(
    sign: int, restarted: NDArray[np.bool_], variance: Floats,
    of: tuple[Floats, Floats, Floats, Floats, NDArray[np.int8]],
) -> None:  # fmt: skip
    """Mark a restart at every start of this direction, in place, if all steps show one, not a net charge.

    A cycle leaves a net charge near zero, so that one that restarts with it falls by little. If all steps can be
    either, the counter is taken as one that runs, uncertain by the difference.
    """
    known, before, flows, gap, state = of
    rows = np.flatnonzero((state[1:] == sign) & (state[:-1] != sign)) + 1
    if not len(rows):
        return
    first, second = known[rows] * sign, (known - before)[rows] * sign
    most = flows[rows] * gap[rows]
    least = -flows[rows - 1] * gap[rows]
    slack = FITS * (most - least)
    restarts = bool(np.all((first >= -slack) & (first <= most + slack)))
    runs = bool(np.all((second >= least - slack) & (second <= most + slack)))
    if restarts and not runs:
        restarted[rows] = True
    elif restarts:
        variance[rows] = before[rows] ** 2 / 3


def _pair(anodic: Floats, cathodic: Floats) -> ChargeCounter:
    """Return two counters, each of the charge of one direction, positive."""
    ox, red = (_restarting(np.abs(values)) for values in (anodic, cathodic))
    first = ox.first - red.first
    return ChargeCounter(
        ox.grown - red.grown, ox.restarted | red.restarted, first, tuple((c.grown, c.restarted) for c in (ox, red))
    )


def _restarting(counter: Floats) -> ChargeCounter:
    """Return what a counter that restarts at zero grows by since the row before, with its sign.

    A counter whose magnitude falls, or whose sign turns, has restarted: it then has grown by what it shows.
    """
    known = _carried(counter)
    before = np.append(known[:1], known[:-1])
    restarted = (np.abs(known) < np.abs(before) * (1 - 1e-9)) | (known * before < 0)
    return ChargeCounter(np.where(restarted, known, known - before), restarted, float(known[0]))


def _signed(counter: Floats, state: NDArray[np.int8]) -> Floats:
    """Return a counter with the sign of the current, if it has none of its own."""
    if not (state < 0).any() or (counter < 0).any():
        return counter
    last = np.maximum.accumulate(np.where(state != 0, np.arange(len(state)), 0))
    return np.asarray(counter * np.where(state[last] < 0, -1, 1))


def _carried(values: Floats) -> Floats:
    """Fill missing values by the last known one."""
    lost = ~np.isfinite(values)
    if not lost.any():
        return values
    place = np.maximum.accumulate(np.where(lost, 0, np.arange(len(values))))
    return np.nan_to_num(values[place])
