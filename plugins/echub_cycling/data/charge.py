"""The charge of every row, by the instrument's own counters or from its current, each since the row before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs

Floats = NDArray[np.float64]
HOUR_S = 3600.0
SMALL = 1e-3
"""Changes of the current below this part of the largest leave nothing open: that is its accuracy."""
STANDS = 0.1
"""Part of the rows with current in which a counter stands still, from which on its last digit is coarse."""


@dataclass(frozen=True, eq=False)
class RowCharge:
    """One way of counting: its name, the charge of each row (n,), and whether it is that since the row before.

    Not `since`: each row stands for half of the time to both neighbours, so that an edge lies in the middle
    between two rows, and rows at rest have no charge. `variance`: (n,) of the charge by what happened between the
    rows; zeros if it was counted. digit: that of a coarse counter, in its unit.
    """

    name: str
    charge: Floats
    since: bool
    variance: Floats | None = None
    digit: float = 0.0


def ways(data: Inputs, t: Floats, current: Floats, state: NDArray[np.int8], scale: float) -> list[RowCharge]:
    """Return every way of counting that the file allows, the most exact first.

    t: (n,), s; current: (n,), mA (or mA/cm²), without NaN; state: (n,), 0 at rest. scale: what brings the charges
    of the inputs to the unit of current times hours.
    """
    found = []
    if "dq" in data:
        found.append(RowCharge("charge_increment", np.nan_to_num(data["dq"] * scale), since=True))
    if "q" in data:
        found.append(RowCharge("charge", _differences(data["q"] * scale), since=True))
    if "q_ox" in data and "q_red" in data:
        both = _grown(data["q_ox"] * scale) - _grown(data["q_red"] * scale)
        found.append(RowCharge("charge_anodic and charge_cathodic", both, since=True))
    if "q_step" in data:
        found.append(RowCharge("charge_step", _grown(data["q_step"] * scale), since=True))
    found = [_with_resolution(way, t, current) for way in found if way.charge.any()]
    return [*found, from_current(t, current, state, averaged=data.is_averaged("j"))]


def from_current(t: Floats, current: Floats, state: NDArray[np.int8], *, averaged: bool) -> RowCharge:
    """Count the charge from the current: an average holds since the row before, a sample around its row.

    The trapezoid of averages is wrong, and the right-hand rule is exact.
    """
    step = np.diff(t)
    if averaged:
        return RowCharge("averaged current", np.append(0.0, step * current[1:]) / HOUR_S, since=True)
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
    variance[rows + 1] = (step[rows] * jumps / HOUR_S) ** 2 / 12
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


def _with_resolution(way: RowCharge, t: Floats, current: Floats) -> RowCharge:
    """Add what a coarse counter leaves open: it stands still while current flows, then moves by a digit."""
    flows = np.abs(current) > 0.05 * np.abs(current).max()  # of the largest: no rest
    flows[1:] &= flows[:-1] & (np.diff(t) > 0)  # the first row of a step may show what has not yet flowed
    moved = np.abs(way.charge[flows])
    if not len(moved) or np.mean(moved == 0) < STANDS:
        return way
    return replace(way, digit=float(moved[moved > 0].min()) if (moved > 0).any() else 0.0)


def _differences(running: Floats) -> Floats:
    """Return what a net charge grows by since the row before; missing values count with the next known one."""
    known = _carried(running)
    return np.diff(known, prepend=known[:1])


def _grown(counter: Floats) -> Floats:
    """Return what a counter that restarts at zero grows by since the row before, with its sign.

    A counter whose magnitude falls, or whose sign turns, has restarted: it then has grown by what it shows.
    """
    known = _carried(counter)
    before = np.append(known[:1], known[:-1])
    restarted = (np.abs(known) < np.abs(before) * (1 - 1e-9)) | (known * before < 0)
    return np.where(restarted, known, known - before)


def _carried(values: Floats) -> Floats:
    """Fill missing values by the last known one."""
    lost = ~np.isfinite(values)
    if not lost.any():
        return values
    place = np.maximum.accumulate(np.where(lost, 0, np.arange(len(values))))
    return np.nan_to_num(values[place])
