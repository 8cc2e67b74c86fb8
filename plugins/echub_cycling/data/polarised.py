"""Half cycles of a symmetric cell: how far each polarises it, and what that is per current."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs, Refusal
from echub.segments import Segments
from echub_cycling.data.charge import Floats
from echub_cycling.data.halves import CellTrace, Halves, halves_of, trace_of
from echub_cycling.data.sweep import require_held

ASYMMETRIC = 0.5
"""A mean voltage above this part of the polarisation is that of two different electrodes: equal ones differ by
a few mV, and then polarise each other by as much either way."""
INSTANT = 1e-9
"""Seconds that a row stands for at least, so that a half cycle of one row has a median."""


@dataclass(frozen=True, eq=False)
class Polarised:
    """A symmetric cell: trace, half cycles; overpotential V and resistance (Ω·cm², or Ω without an area), each
    (m,).

    overpotential: median in time of U times the sign of the current; level in mA/cm² (or mA); offset: mean of both
    directions, V.
    """

    trace: CellTrace
    halves: Halves
    overpotential: Floats
    level: Floats
    resistance: Floats
    offset: float

    @property
    def per_area(self) -> bool:
        """Return whether levels are current densities."""
        return bool(self.trace.area) or self.trace.unit != "mA"

    @property
    def level_unit(self) -> str:
        """Return the unit of the levels."""
        return "mA/cm^2" if self.per_area else "mA"

    @property
    def resistance_unit(self) -> str:
        """Return the unit of the resistances."""
        return "ohm*cm^2" if self.per_area else "ohm"

    @property
    def scale(self) -> float:
        """Return what a current of the trace is divided by for a level."""
        return float(self.trace.area) if self.trace.area and self.trace.unit == "mA" else 1.0


def polarised(data: Inputs, rest: float) -> Polarised:
    """Return the polarisation of each half cycle; raise `Refusal` if no symmetric cell is cycled."""
    if data.meta("cell.symmetric") is False:
        raise Refusal(
            "unequal-electrodes", "cell.symmetric is false: U/j of two different electrodes is not a resistance"
        )
    trace = trace_of(data, rest)
    halves = halves_of(trace)
    require_held(trace, halves)
    if len(set(halves.sign.tolist())) < 2:
        raise Refusal(
            "one-direction",
            "the current never reverses, so there are no half cycles to compare",
            hint="staircase-linearity is for levels in one direction, dc-polarisation for a decay",
        )
    middle = median_in_time(trace.t, trace.u, trace.state != 0, halves.rows)
    if not middle.any():
        raise Refusal(
            "no-voltage",
            f"U is 0 V in all {len(halves)} half cycles: the cell is shorted from the start, or its voltage is "
            "not connected",
            hint="--column U=NAME chooses another voltage",
        )
    means = [float(np.median(middle[halves.sign == sign])) for sign in (1, -1)]
    offset = sum(means) / 2
    _require_symmetric(middle, halves.sign, means)
    found = Polarised(trace, halves, middle * halves.sign, halves.level, middle, offset)
    level = halves.level / found.scale
    return Polarised(trace, halves, middle * halves.sign, level, 1000 * middle * halves.sign / level, offset)


def _require_symmetric(middle: Floats, sign: NDArray[np.int8], means: list[float]) -> None:
    """Raise `Refusal` if the voltage does not follow the current, or belongs to two different electrodes.

    Neighbours are compared, since a cell that has shorted halfway has other medians; and the larger half of them,
    since after a short an offset of some mV is all that is left of the voltage.
    """
    shared, half = np.abs(middle[1:] + middle[:-1]), np.abs(middle[1:] - middle[:-1])
    large = half >= np.median(half)
    if np.median(shared[large]) > ASYMMETRIC * np.median(half[large]):
        raise Refusal(
            "unequal-electrodes",
            f"U is {means[0]:.4g} V while the working electrode is oxidised and {means[1]:.4g} V "
            f"while it is reduced: "
            "two different electrodes",
            hint="echub analyze cycling",
        )
    if np.median((middle * sign)[np.abs(middle) >= np.median(np.abs(middle))]) < 0:
        raise Refusal(
            "not-resistive",
            f"U is {means[0]:.4g} V while the current is anodic and {means[1]:.4g} V while it is cathodic: no "
            "resistance does that, so the sign of one of the two is exchanged",
            hint="for a table: --option current=cathodic-positive",
        )


def median_in_time(t: Floats, values: Floats, kept: NDArray[np.bool_], found: Segments) -> Floats:
    """Return the value below which each segment (m,) is for half of its time, of the rows (n,) that are kept.

    A row stands for half of the time to its neighbours in the segment: rows that are denser at an edge or where U
    changes, and the two at the ends, count no more than the time between them.
    """
    row = np.concatenate([np.arange(a, b) for a, b in zip(found.start, found.stop, strict=True)])
    label = np.repeat(np.arange(len(found)), found.rows)
    gap = np.where(np.diff(label) == 0, np.diff(t[row]), 0.0) / 2
    weight = np.maximum(np.append(gap, 0.0) + np.append(0.0, gap), INSTANT)[kept[row]]
    row, label = row[kept[row]], label[kept[row]]
    order = np.lexsort((values[row], label))
    ordered, passed = values[row][order], np.append(0.0, np.cumsum(weight[order]))
    middle = (passed[1:] + passed[:-1]) / 2
    last = np.cumsum(np.bincount(label))
    first = np.append(0, last[:-1])
    half = (passed[first] + passed[last]) / 2
    above = np.clip(np.searchsorted(middle, half), first, last - 1)
    below = np.maximum(above - 1, first)
    share = (half - middle[below]) / np.maximum(middle[above] - middle[below], INSTANT)
    return np.asarray(ordered[below] + share * (ordered[above] - ordered[below]))
