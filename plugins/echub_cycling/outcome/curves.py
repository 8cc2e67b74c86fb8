"""What the figure needs: voltage against charge and dQ/dV of chosen cycles, and the trace of a refused file."""

from __future__ import annotations

import math

import numpy as np

from echub.drawing import envelope
from echub.plugin import Series
from echub_cycling.data.charge import Floats
from echub_cycling.data.halves import CellTrace
from echub_cycling.outcome.measured import CyclesFound
from echub_cycling.outcome.tables import chosen

CURVES, POINTS = 6, 400
"""Curves that can be told apart, and points of each: more than the pixels of half a figure."""
LEAST = 5
"""Steps of voltage that dQ/dV needs to show anything."""
MOST = 1_000_000
"""Steps of voltage at most: more are those to a spike, such as the 9.9e37 of a reading beyond its range."""
ROUNDING = 1e-9
"""Part of a step by which a voltage may miss a whole one: 4.1 V are 819.9999… steps of 5 mV in binary numbers."""


def rows_only(trace: CellTrace) -> dict[str, Series]:
    """Return the trace of a file that is refused."""
    begin, low, high = envelope(trace.t, trace.u)
    _, below, above = envelope(trace.t, trace.current)
    return {
        "t": Series.of(begin, "s"),
        "U_low": Series.of(low, "V"),
        "U_high": Series.of(high, "V"),
        "I_low": Series.of(below, trace.unit),
        "I_high": Series.of(above, trace.unit),
    }


def shown(found: CyclesFound) -> dict[str, Series]:
    """Return the curves of at most six cycles, spread over those of the summary, each point with its cycle."""
    places = [k for k in chosen(found) if found.cycles.complete[k]] or [found.reference]
    places = [places[i] for i in np.unique(np.linspace(0, len(places) - 1, CURVES).astype(int))]
    drawn = [
        (k, half, *_curve(found, half)) for k in places for half in np.flatnonzero(found.cycles.of == k).tolist()
    ]
    parts: dict[str, list[Floats]] = {name: [] for name in ("cycle", "q", "U", "d_cycle", "d_U", "d_q")}
    for k, half, q, u in drawn:
        number = float(found.cycles.number[k])
        thin = np.unique(np.linspace(0, len(q) - 1, POINTS).astype(int))
        gap = np.array([np.nan])  # a break of the line between two half cycles
        _extend(parts, ("cycle", "q", "U"), (number, np.append(q[thin], gap), np.append(u[thin], gap)))
        wanted = found.direction.sign == found.halves.sign[half]
        grid, density = dq_dv(q, u, found.params.dqdv_step, rising=bool(u[-1] > u[0]))
        signed = density if wanted else -density
        _extend(parts, ("d_cycle", "d_U", "d_q"), (number, np.append(grid, gap), np.append(signed, gap)))
    units = {"q": found.trace.charge_unit, "U": "V", "d_U": "V", "d_q": f"{found.trace.charge_unit}/V"}
    curves = {name: Series.of(np.concatenate(values), units.get(name, "")) for name, values in parts.items()}
    return curves | {"step": Series.of([found.params.dqdv_step], "V")}


def _extend(
    parts: dict[str, list[Floats]], names: tuple[str, str, str], values: tuple[float, Floats, Floats]
) -> None:
    number, x, y = values
    for name, column in zip(names, (np.full(len(x), number), x, y), strict=True):
        parts[name].append(column)


def _curve(found: CyclesFound, half: int) -> tuple[Floats, Floats]:
    """Return the charge since its start, and the voltage, of the rows of a half cycle."""
    rows = slice(int(found.halves.rows.start[half]), int(found.halves.rows.stop[half]))
    q = np.cumsum(np.abs(found.trace.counted[0].charge[rows]))
    return q, found.trace.u[rows]


def dq_dv(q: Floats, u: Floats, step: float, *, rising: bool) -> tuple[Floats, Floats]:
    """Return dQ/dV on steps of voltage: the charge between two voltages over their distance.

    q: (n,) charge since the start; u: (n,), V. The voltage counts as far as it has got (its running maximum, or
    minimum), so that noise does not divide by zero and no charge is lost. Charge passed at the last step, where a
    voltage is held, is left out.
    """
    forward = np.maximum.accumulate(u if rising else -u)
    first, final = math.ceil(forward[0] / step - ROUNDING), math.floor(forward[-1] / step + ROUNDING)
    if not LEAST <= final - first <= MOST:
        return np.zeros(0), np.zeros(0)
    edges = step * np.arange(first, final + 1)
    within = np.minimum(edges, forward[-1])  # an edge at the last voltage may be above it by rounding
    last = np.searchsorted(forward, within, side="left")  # the first row that has got so far
    before = np.maximum(last - 1, 0)
    rise = forward[last] - forward[before]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(rise > 0, (edges - forward[before]) / rise, 1.0)
    reached = q[before] + share * (q[last] - q[before])
    middle = (edges[1:] + edges[:-1]) / 2
    return (middle if rising else -middle), np.diff(reached) / step
