"""Whether the potential was swept, not the current controlled: a voltammogram has no capacities."""

from __future__ import annotations

import numpy as np

from echub.plugin import Refusal
from echub_cycling.data.charge import Floats
from echub_cycling.data.halves import CellTrace, Halves

ROWS = 200_000
"""Rows that are looked at, from the start: enough for any programme."""
SWEEPS, POINTS = 6, 4000
"""Of those, the first six sweeps, found on so many points: in more of them, a rate over several rows meets many
turns."""
EVEN, MOST, VARIES = 0.1, 0.8, 0.4
"""A sweep: |dU/dt| is within 10 % of its median for 80 % of the time, while the current varies by more than 40 %
of its median between its quartiles. Of a capacitor at constant current the second is false."""
NEARLY_ALL, HELD = 0.95, 0.02
"""A voltammogram with a flat baseline has quartiles as close as those of a capacitor. But its potential has one
rate for 95 % of the time, and its current is not held: between its 5th and 95th percentile it varies by more than
2 % of its median, by noise, slope or a peak. An instrument holds a current to 0.1 %."""

PROGRAMMED = 0.5
"""And a set point that changes at more than half of the rows is a ramp: holds and steps change it rarely."""
LOOKED, LEG, TURN = 12, 10, 1.5
"""Half cycles that are looked at, half of the rows that one needs, and the change at a turn in units of that from
row to row: a sweep turns within a row, a cell with a resistance steps by twice what it polarises."""


def _swept(trace: CellTrace, halves: Halves) -> str:
    """Return what was swept: `potential`, `current`, or nothing."""
    start, stop = int(halves.rows.start[0]), int(min(halves.rows.stop[-1], ROWS))
    rows = slice(start, stop)
    if "E_set" in trace.data and stop - start > 10:
        changes = np.mean(np.abs(np.diff(trace.data["E_set"][rows])) > 0)
        if changes > PROGRAMMED:
            return "potential"
    return what_is_swept(trace.t[rows], trace.u[rows], trace.current[rows])


def what_is_swept(t: Floats, u: Floats, i: Floats) -> str:
    """Return `potential` if it has one rate while the current varies, `current` the other way round, or nothing.

    t, u, i: (n,) from the first current on, s, V, and a unit of current.
    """
    rows = slice(0, _first_sweeps(u))
    t, u, i = t[rows], u[rows], i[rows]
    low, quarter, half, three, high = np.quantile(np.abs(i), [0.05, 0.25, 0.5, 0.75, 0.95])
    if three - quarter > VARIES * half:
        if _is_even(t, i, MOST):
            return "current"
        return "potential" if _is_even(t, u, MOST) else ""
    return "potential" if high - low > HELD * half and _is_even(t, u, NEARLY_ALL) else ""


def _first_sweeps(u: Floats) -> int:
    """Return the rows in which the potential passes through its range `SWEEPS` times."""
    step = max(1, len(u) // POINTS)
    passed = np.cumsum(np.abs(np.diff(u[::step])))
    found = int(np.searchsorted(passed, SWEEPS * float(np.ptp(u)))) * step
    return max(found, min(len(u), POINTS))


def turns_without_step(trace: CellTrace, halves: Halves) -> bool:
    """Return whether each half cycle looks like a sweep over a double layer without any resistance.

    The potential has one rate in it, and turns without the ohmic step that a reversed current makes in every
    cell. The currents of such a voltammogram are those of a capacitor at constant current: without noise no row
    tells which of both was controlled.
    """
    looked = range(min(len(halves), LOOKED))
    for k in looked:
        rows = slice(int(halves.rows.start[k]), int(halves.rows.stop[k]))
        t, u = trace.t[rows], trace.u[rows]
        if len(t) < 2 * LEG or not _is_even(t, u, NEARLY_ALL):
            return False
        usual = float(np.median(np.abs(np.diff(u))))
        if k and abs(float(u[0] - trace.u[rows.start - 1])) > TURN * usual:
            return False
    return len(halves) > 1


def require_held(trace: CellTrace, halves: Halves) -> None:
    """Raise `Refusal` if the potential or the current was swept: sweeps have neither capacities nor levels."""
    what = _swept(trace, halves)
    if not what and turns_without_step(trace, halves) and _is_unsteady(trace, halves):
        what = "potential"
    if what == "potential":
        raise Refusal(
            "potential-swept",
            "the potential changes at one rate, it is not held: a voltammogram, without capacities",
            hint="echub analyze stability-window",
        )
    if what == "current":
        raise Refusal(
            "current-swept",
            "the current changes at one rate, it is not held: a ramp, without capacities",
            hint="echub analyze ramp-onset",
        )


def _is_unsteady(trace: CellTrace, halves: Halves) -> bool:
    """Return whether the current scatters within half cycles by more than one that is held."""
    spans = zip(halves.rows.start.tolist()[:LOOKED], halves.rows.stop.tolist(), strict=False)
    parts = [np.abs(trace.current[a + 1 : b - 1]) for a, b in spans]
    return bool(np.median([np.ptp(np.quantile(i, [0.05, 0.95])) / np.median(i) for i in parts]) > HELD)


def _is_even(t: Floats, values: Floats, most: float) -> bool:
    """Return whether the magnitude of the rate is the same for the most part of the time."""
    step = max(
        1, len(t) // 400 if len(t) > 2000 else 1
    )  # rates over several rows: noise of one row does not count
    rate = np.abs(values[step:] - values[:-step])
    time = t[step:] - t[:-step]
    timed = time > 0
    if timed.sum() < 10:
        return False
    rate = rate[timed] / time[timed]
    middle = float(np.median(rate))
    return bool(middle > 0 and np.mean(np.abs(rate - middle) < EVEN * middle) > most)
