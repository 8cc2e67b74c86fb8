"""Operando sets: a potentiostat and a second instrument on its own clock, with a known offset and drift.

The second clock shows t₂ = (t₁ - offset) / (1 + drift). Its counts follow the direction of the current; each row
counts since the row before, or samples a moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.testing.synth.case import Case, Column

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Operando:
    """How the set is made: steps of the current (s, mA), rows, response, clocks.

    logged: the potentiostat writes a row right before and after each step, as many do. averaged: the second
    instrument counts over the whole of a row. lag: seconds by which the response is late. trend: relative growth
    of all counts over the whole record.
    """

    hold_s: float = 300.0
    levels_ma: tuple[float, ...] = (0.0, 1.0, 0.0, -1.0, 0.0, 2.0, 0.0)
    jitter_s: float = 60.0
    row_s: float = 1.0
    logged: bool = True
    counted_row_s: float = 5.0
    counts: float = 400.0
    contrast: float = 0.5
    averaged: bool = True
    lag_s: float = 0.0
    trend: float = 0.0
    offset_s: float = 137.3
    drift: float = 0.0


def operando(seed: int = 0, setup: Operando | None = None) -> tuple[Case, Case]:
    """Generate the potentiostat's record and that of the other instrument; the truth stands in the second."""
    setup = setup or Operando()
    rng = np.random.default_rng(seed)
    holds = setup.hold_s + rng.uniform(-setup.jitter_s, setup.jitter_s, len(setup.levels_ma))
    changes = np.cumsum(holds)[:-1]
    end = float(np.sum(holds))
    first = _potentiostat(setup, changes, end, rng)
    shift = setup.offset_s + rng.uniform(0, setup.counted_row_s)
    second = _counter(setup, changes + setup.lag_s, end, shift, rng)
    return first, second


def _level(time: Floats, changes: Floats, levels: tuple[float, ...]) -> Floats:
    return np.array(levels)[np.searchsorted(changes, time, side="right")]


def _integral(time: Floats, changes: Floats, levels: Floats) -> Floats:
    """Return the integral of a piecewise constant function from its first change to each time, exactly."""
    corners = np.concatenate([[0.0], np.cumsum(levels[1:-1] * np.diff(changes))])
    place = np.clip(np.searchsorted(changes, time, side="right") - 1, 0, len(changes) - 1)
    level = np.where(time < changes[0], levels[0], levels[place + 1])
    return np.asarray(corners[place] + level * (time - changes[place]))


def _potentiostat(setup: Operando, changes: Floats, end: float, rng: np.random.Generator) -> Case:
    time = np.arange(rng.uniform(0, setup.row_s), end, setup.row_s)
    if setup.logged:
        time = np.sort(np.concatenate([time, changes - 1e-4, changes + 1e-4]))
    current = _level(time, changes, setup.levels_ma)
    noisy = current + rng.normal(0, 1e-4, len(time))
    columns = {
        "time": Column(time, "s"),
        "current": Column(noisy, "mA"),
        "voltage": Column(0.03 * current + rng.normal(0, 1e-4, len(time)), "V"),
    }
    return Case(columns, {}, {})


def _counter(setup: Operando, changes: Floats, end: float, shift: float, rng: np.random.Generator) -> Case:
    """Count on the other clock: `shift` is the time of the first clock at which it shows zero."""
    rate = 1 + setup.drift
    own = np.arange(setup.counted_row_s, (end - shift) / rate, setup.counted_row_s)
    true = shift + own * rate
    direction = np.sign(np.array(setup.levels_ma))
    if setup.averaged:
        edges = np.concatenate([[true[0] - setup.counted_row_s * rate], true])
        followed = np.diff(_integral(edges, changes, direction)) / np.diff(edges)
    else:
        followed = direction[np.searchsorted(changes, true, side="right")]
    mean = setup.counts * (1 + setup.contrast * followed) * (1 + setup.trend * own / own[-1])
    columns = {"time": Column(own, "s"), "ion_counts": Column(rng.poisson(mean), "count")}
    middle = shift + setup.drift * float(own.mean())
    return Case(columns, {}, {"offset": shift, "offset_middle": middle, "drift": setup.drift})
