"""Sweeps of a voltammogram: the rows between two turns of the potential."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs, Refusal
from echub.science import digit

Floats = NDArray[np.float64]
LEAST_V = 0.05
"""A sweep of less than 50 mV shows no window; noise and the response to a pulse are smaller."""
TURN = 0.02
"""A turn is a way back of more than 2 % of the whole range."""
HELD = 0.05
"""A current that stays within 5 % of itself for 80 % of a sweep was controlled: that of a double layer
has noise, and a slope, of its own size."""
OTHERS = "`echub analyze --list FILE` shows what suits it"
LOOKED = 4000
"""Points on which turns are found, before they are placed exactly: a hundred per sweep for forty sweeps."""
EVEN, MOST = 0.2, 0.8
"""Of a sweep, 80 % of its time has a rate within 20 % of its median: steps and relaxations do not."""
FINE_STEPS, WINDOW = 100, 10
"""A potential of so many steps in a sweep is a ramp that is read, or made, in steps: its rate is taken over ten of
them, as one more or less is then half of `EVEN`. Of fewer steps each is a measurement of its own."""


@dataclass(frozen=True, eq=False)
class PotentialSweep:
    """One sweep: its scan from 1, direction (+1 up), time s, potential V, current density µA/cm², rate mV/s.

    A sweep that is left out, as its rate is not even, keeps its number: scans are those of the measurement.
    What comes before the first even one is a rest, or a step to the start, and has none.

    read: the digit that the current of the whole file shows, µA/cm², 0 if none: in one sweep it may only climb.
    clock: the step of a clock that is coarser than the rows, s; 0 if it is not.
    """

    scan: int
    direction: int
    t: Floats
    e: Floats
    j: Floats
    rate: float
    read: float = 0.0
    clock: float = 0.0

    @property
    def digit(self) -> float:
        """Return the digit in which the current is read, µA/cm²; 0 if it shows none."""
        return self.read or digit(self.j)

    @property
    def step(self) -> float:
        """Return how far the potential moves in a step of a coarse clock, V."""
        return self.clock * self.rate / 1000


def sweeps_of(data: Inputs, resistance: float) -> list[PotentialSweep]:
    """Cut a record into sweeps; raise `Refusal` if the potential was not swept.

    resistance: Ω·cm², whose voltage at the measured current is subtracted from the potential.
    """
    known = np.isfinite(data["E"]) & np.isfinite(data["j"])
    t, j = data["t"][known], data["j"][known]
    e = data["E"][known] - j * resistance * 1e-6
    span = float(np.ptp(e)) if len(e) else 0.0
    if span < LEAST_V:
        raise Refusal("no-sweep", f"the potential spans {1000 * span:.3g} mV", hint=OTHERS)
    edges, read = _turns(e), digit(j)
    found: list[PotentialSweep] = []
    count, uneven = {1: 0, -1: 0}, 0
    for first, last in itertools.pairwise(edges):
        way = 1 if e[last] > e[first] else -1
        rows = slice(first, last + 1)
        if abs(e[last] - e[first]) < LEAST_V:
            continue
        even = _is_even(t[rows], e[rows])
        count[way] += even or bool(found)
        if not even:
            uneven += 1
            continue
        rate = 1000 * abs(e[last] - e[first]) / float(t[last] - t[first])
        found.append(PotentialSweep(count[way], way, t[rows], e[rows], j[rows], rate, read, data.clock_step))
    if len(found) <= uneven:
        raise Refusal(
            "no-sweep",
            "the potential moves, but not at one rate: steps, or a current that was controlled",
            hint=OTHERS,
        )
    if sum(_is_held(sweep.j) for sweep in found) > len(found) / 2:
        raise Refusal(
            "no-sweep",
            "the current is constant while the potential changes: the current was controlled",
            hint=OTHERS,
        )
    if not any(np.any(sweep.j) for sweep in found):
        raise Refusal("no-current", "the current is zero throughout", hint=OTHERS)
    return found


def _is_held(j: Floats) -> bool:
    low, middle, high = np.quantile(j, [0.1, 0.5, 0.9])
    return bool(high - low < HELD * abs(middle))


def _turns(e: Floats) -> list[int]:
    """Return the rows of the turns, the first and the last row included."""
    step = max(1, len(e) // LOOKED)
    thin = e[::step]
    back = TURN * float(np.ptp(e))
    turns, extreme, way = [0], 0, 0
    for k in range(1, len(thin)):
        if way == 0:
            if abs(thin[k] - thin[0]) > back:
                way, extreme = (1 if thin[k] > thin[0] else -1), k
        elif way * (thin[k] - thin[extreme]) > 0:
            extreme = k
        elif way * (thin[extreme] - thin[k]) > back:
            turns.append(_exact(e, extreme * step, step, way))
            way, extreme = -way, k
    return [*turns, len(e) - 1]


def _exact(e: Floats, near: int, step: int, way: int) -> int:
    low = max(near - step, 0)
    return low + int(np.argmax(way * e[low : near + step + 1]))


def _is_even(t: Floats, e: Floats) -> bool:
    step = max(1, len(t) // 100)
    steps = int(np.count_nonzero(np.diff(e)))
    if FINE_STEPS <= steps < 0.9 * len(t):
        step = max(step, WINDOW * len(t) // steps)
    time = t[step:] - t[:-step]
    timed = time > 0
    if timed.sum() < 5:
        return False
    rate = np.abs(e[step:] - e[:-step])[timed] / time[timed]
    middle = float(np.median(rate))
    return bool(np.mean(np.abs(rate - middle) < EVEN * middle) > MOST)
