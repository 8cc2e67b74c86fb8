"""Half cycles of a cell: where current of one sign flows, their charge, energy, level and ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs, Refusal
from echub.segments import Segments, half_cycles, rest_threshold, runs, stated_rest, states
from echub_cycling.data.charge import Floats, RowCharge, ways
from echub_cycling.data.reading import digit_of_means

BLIP = 5e-3
"""A half cycle with less than this part of the charge of both neighbours is an overshoot or a noise of the
control, not
a half cycle: pulses of a rate test or a rest are ten times larger, overshoots ten times smaller."""
DISAGREE = 0.02
"""Relative difference between two ways of counting that is reported: twice a poor accuracy of a current."""
WRITTEN = 0.1
"""Half cycles whose edges are known to this part of the charge between two rows have a row at each edge."""
NOISE_ROWS, PIECE = 500_000, 500
"""Rows from which the noise of a long run is found, in pieces of neighbours: its median is then right to 0.2 %."""


@dataclass(frozen=True, eq=False)
class CellTrace:
    """What was recorded: t s, U V, current (n,) in `unit` (mA; mA/cm² without an area), ways of counting."""

    data: Inputs
    t: Floats
    u: Floats
    current: Floats
    unit: str
    area: float | None
    counted: list[RowCharge]
    state: NDArray[np.int8]

    @property
    def charge_unit(self) -> str:
        """Return the unit of a charge: mA·h, or mA·h/cm² if only current densities are known."""
        return "mA*h" if self.unit == "mA" else "mA*h/cm^2"


@dataclass(frozen=True, eq=False)
class Halves:
    """Half cycles (m,): rows, sign (+1 anodic), charge and its standard uncertainty by what lies between rows.

    charge, spread in the trace's charge unit, positive; energy (with the sign of the voltage) in W·h (or
    W·h/cm²); level: mean |current| weighted by charge, in the trace's unit; begin, end in s; u_end: the last
    voltage, V. blur: standard uncertainty of the mean voltage by what its edges between rows leave open, V.
    coarse: by how much the digit of U moves the mean voltage at most, V; coarse_current: that of the current moves
    the charge, a part of it. open_level: relative standard uncertainty of the level by a coarse clock.
    merged: blips left out.
    """

    rows: Segments
    charge: Floats
    spread: Floats
    energy: Floats
    level: Floats
    begin: Floats
    end: Floats
    u_end: Floats
    blur: Floats
    coarse: Floats
    coarse_current: Floats
    open_level: Floats
    merged: int = 0

    def __len__(self) -> int:
        return len(self.charge)

    @property
    def sign(self) -> NDArray[np.int8]:
        """Return the sign of the current: +1 anodic, -1 cathodic."""
        return self.rows.sign


def trace_of(data: Inputs, rest: float = 0.0) -> CellTrace:
    """Return the trace: a current (not a density) where the area is known; missing values filled from before.

    rest: currents below it are rest, in the trace's unit; 0: found from the noise.
    """
    area = data.meta("cell.area")
    unit, scale = data.unit_of("j"), 1.0
    if unit == "mA/cm^2" and area:
        unit, scale = "mA", float(area)
    t = data["t"]
    current, u = _filled(t, data["j"] if scale == 1.0 else data["j"] * scale), _filled(t, data["U"])
    if not np.any(current):
        raise Refusal(
            "no-current", "the current is zero throughout", hint="`echub analyze --list FILE` shows what suits it"
        )
    state = _states(current, rest)
    return CellTrace(data, t, u, current, unit, area, ways(data, t, current, state, scale), state)


def _filled(t: Floats, values: Floats) -> Floats:
    known = np.isfinite(values)
    return (
        values if known.all() else np.asarray(np.interp(np.arange(len(t)), np.flatnonzero(known), values[known]))
    )


def halves_of(trace: CellTrace) -> Halves:
    """Cut a trace into half cycles by the sign of its current; rests inside belong to them."""
    state = trace.state
    found: Segments = half_cycles(runs(state, state))
    if not len(found):
        raise Refusal(
            "no-current", "no current is significant above its noise", hint="--param rest=… states what is rest"
        )
    found, merged = _without_blips(found, trace.counted[0], state)
    return _measured(trace, found, state, merged)


def _states(current: Floats, rest: float) -> NDArray[np.int8]:
    if rest:
        return states(current, stated_rest(rest))
    looked = current
    if len(current) > 2 * NOISE_ROWS:  # the noise of a part, the largest current of all
        pieces = current[: len(current) // PIECE * PIECE].reshape(-1, PIECE)
        looked = np.append(pieces[:: len(current) // NOISE_ROWS].ravel(), [current.max(), current.min()])
    return states(current, rest_threshold(looked))


def summed(found: Segments, values: Floats, function: np.ufunc = np.add) -> Floats:
    """Return the sum (or the largest …) of each segment (m,), of values (n,) without NaN.

    Faster than `Segments.total`: nothing is copied.
    """
    edges = np.column_stack([found.start, found.stop]).ravel()
    if edges[-1] == len(values):  # the last sum runs to the end anyway
        edges = edges[:-1]
    if edges.max() == len(values):  # a last half cycle of one row, which the one before ends with
        values = np.append(values, values[-1:])
    return np.asarray(function.reduceat(values, edges)[::2])


def charge_of(way: RowCharge, found: Segments, state: NDArray[np.int8]) -> Floats:
    """Return the signed charge (m,) of half cycles by one way of counting."""
    charge = summed(found, way.charge)
    return charge + _after(way, found, state) if way.since else charge


def _after(way: RowCharge, found: Segments, state: NDArray[np.int8]) -> Floats:
    """Return the charge that the first row of rest counts: it flowed in the half cycle before."""
    row = np.minimum(found.stop, len(state) - 1)
    rests = (found.stop < len(state)) & (state[row] == 0)
    return np.where(rests & (way.charge[row] * found.sign > 0), way.charge[row], 0.0)


def _without_blips(found: Segments, way: RowCharge, state: NDArray[np.int8]) -> tuple[Segments, int]:
    """Leave out half cycles that are tiny against both neighbours, and join these; count those left out."""
    tiny = 0
    while len(found) > 2:
        charge = np.abs(charge_of(way, found, state))
        beside = np.minimum(np.append(np.inf, charge[:-1]), np.append(charge[1:], np.inf))
        beside[0] = max(charge[1], charge[2])
        beside[-1] = 0.0  # a last one that has just started is a cut half cycle
        kept = ~(charge < BLIP * beside)
        if kept.all():
            break
        tiny += int((~kept).sum())
        joined = runs(found.sign[kept], found.sign[kept])
        start, stop = found.start[kept][joined.start], found.stop[kept][joined.stop - 1]
        found = Segments(start, stop, joined.sign)
    return found, tiny


def _measured(trace: CellTrace, found: Segments, state: NDArray[np.int8], merged: int) -> Halves:
    way = trace.counted[0]
    charge = charge_of(way, found, state)
    amount = way.charge
    middle = trace.u
    clock = trace.data.clock_step
    if way.since and not clock:  # the mean of the rows of one stamp is that of the charge since the last one
        middle = (trace.u + np.append(trace.u[:1], trace.u[:-1])) / 2
        middle[found.start] = trace.u[found.start]
    with np.errstate(divide="ignore", invalid="ignore"):
        rows_only = summed(found, amount)
        after = _after(way, found, state) if way.since else np.zeros(len(found))
        mean = (summed(found, amount * middle) + after * trace.u[found.stop - 1]) / (rows_only + after)
        level = _level(trace, amount, found, rows_only)
    spread = np.zeros(len(found))
    if way.variance is not None:
        spread = np.sqrt(summed(found.widened(0, 1, len(state)), way.variance))
    if way.digit:
        spread = np.hypot(spread, way.digit / np.sqrt(6))  # two ends, each uniform in a digit
    before, after = np.maximum(found.start - 1, 0), np.minimum(found.stop, len(state) - 1)
    # Since the row before: edges are exact in charge, and the voltage is known at both ends of a row.
    gaps = trace.t[found.start] - trace.t[before], trace.t[after] - trace.t[found.stop - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        # Both edges lie somewhere between two rows, each by itself, and beyond the last row U goes on as before.
        ends = [
            gap * (np.abs(trace.u[row] - mean) + np.abs(trace.u[row] - trace.u[inner]))
            for gap, row, inner in zip(
                gaps,
                (found.start, found.stop - 1),
                (np.minimum(found.start + 1, found.stop - 1), np.maximum(found.stop - 2, found.start)),
                strict=True,
            )
        ]
        blur = np.hypot(*ends) / (trace.t[after] - trace.t[before]) / np.sqrt(12)
    blur = np.zeros(len(found)) if way.since else np.nan_to_num(blur)
    lasts, open_level = np.gradient(trace.t), np.zeros(len(found))
    if clock:
        part = clock / (trace.t[found.stop - 1] - trace.t[found.start] + clock)
        blur = np.hypot(blur, _shifted(trace.u, found, part))
        open_level = 2 * _shifted(np.abs(trace.current), found, part) / level  # weighted by the current: once more
    if way.digit:
        blur = np.hypot(blur, _shifted(trace.u, found, way.digit / np.maximum(np.abs(charge), way.digit)))
    begin = trace.t[before] if way.since else (trace.t[before] + trace.t[found.start]) / 2
    if found.start[0] == 0 and not way.since:
        # What flowed before the first row of the file is not recorded: at most one step.
        spread[0] = np.hypot(spread[0], level[0] * (trace.t[1] - trace.t[0]) / 3600 / np.sqrt(3))
    if way.since and not way.edged and found.stop[-1] == len(trace.t) and found.rows[-1] > 1:
        # Nor what flowed after its last row: up to a step, if others show that none is written at an edge.
        spread[-1] = np.hypot(spread[-1], level[-1] * (trace.t[-1] - trace.t[-2]) / 3600 / np.sqrt(3))
    if found.stop[-1] == len(trace.t) and not way.since:
        # Nor what flowed after the last one, unless the instrument writes a row at every change, as others show.
        lost = level[-1] * (trace.t[-1] - trace.t[-2]) / 3600
        if np.median(spread) > WRITTEN * lost:
            spread[-1] = np.hypot(spread[-1], lost / np.sqrt(3))
    energy = np.abs(charge) * np.where(charge == 0.0, 0.0, mean) / 1000  # a counter that stands still has no mean
    return Halves(
        found, np.abs(charge), spread, energy, level, begin, trace.t[found.stop - 1],
        trace.u[found.stop - 1], blur, digit_of_means(trace.u, amount, found),
        _part(digit_of_means(trace.current, lasts, found) * summed(found, lasts) / 3600, np.abs(charge)),
        open_level, merged,
    )  # fmt: skip


def _part(some: Floats, whole: Floats) -> Floats:
    """Return what part some are of a whole (m,); 0 of none."""
    return np.asarray(np.divide(some, whole, out=np.zeros(len(whole)), where=whole > 0))


def _shifted(values: Floats, found: Segments, part: Floats) -> Floats:
    """Return the standard uncertainty of a mean (m,) of values (n,) that may lie half a step earlier or later.

    part: (m,), of a step of the clock, or of the counter, in the whole. Moved by so much of it, a half cycle
    swaps a part of its start for one of its end: their means differ by the range of the values at most.
    """
    span = summed(found, values, np.maximum) - summed(found, values, np.minimum)
    return np.asarray(span * part / np.sqrt(12))


def _level(trace: CellTrace, amount: Floats, found: Segments, total: Floats) -> Floats:
    """Return the mean |current| weighted by charge, without the first and last row, which may hold rest.

    total: the charge of all rows of each half cycle (m,). Where a counter stands still, that of its rows under
    current.
    """
    flows = np.where(trace.state != 0, np.abs(trace.current), 0.0)
    plain = summed(found, flows) / summed(found, (flows > 0).astype(float))
    inner = np.abs(trace.current)
    inner *= amount
    ends = np.where(found.rows > 4, amount[found.start] + amount[found.stop - 1], 0.0)
    rest = np.where(np.abs(total - ends) > 1e-12 * np.abs(total), total - ends, 0.0)  # rounding is not a charge
    long = found.rows > 4
    inner[found.start[long]] = 0.0
    inner[found.stop[long] - 1] = 0.0
    return np.where(rest == 0.0, plain, summed(found, inner) / rest)
