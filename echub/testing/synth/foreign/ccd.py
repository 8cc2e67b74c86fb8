"""Staircases of symmetric cells that break what an analysis of critical current densities assumes.

A cell here is R(t), row by row: a base value times a course that anything may shape. Nothing is counted in half
cycles, no level is rounded, and nothing at all happens at rest unless a shape says so. The critical current
density is drawn between levels; the level that fails is the first at or above it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.testing.synth.case import Case, Column
from echub.testing.synth.foreign.case import Draw, ForeignCase

Floats = NDArray[np.float64]
Course = Callable[[Floats], Floats]
"""What is left of R (n,), as a fraction, at u half cycles (n,) after the failure began."""
NAME, ANALYSIS = "critical_current_density", "ccd"
COARSE = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)
FINE = tuple(round(0.1 * k, 1) for k in range(1, 51))
ELECTROLYTE = 0.55
"""R·A of the electrolyte as a fraction of the cell's: what a full short undercuts, and a contact cannot."""


@dataclass(frozen=True)
class Climb:
    """A staircase: levels in mA/cm², each `turns` half cycles of `hold_s` (or a charge, mA·h/cm²), rests between.

    holds: several durations at each level, as formation cycles have them. asr: Ω·cm², of both directions.
    reach: the accuracy of the current, ± mA, drawn once. noise_v, noise_j: standard deviations, V and relative.
    """

    levels: Sequence[float] = COARSE
    turns: int = 2
    hold_s: float = 900.0
    charge: float | None = None
    holds: Sequence[float] = ()
    rest_s: float = 120.0
    step_s: float = 10.0
    area: float = 0.785
    asr: tuple[float, float] = (30.0, 30.0)
    noise_v: float = 1e-4
    noise_j: float = 1e-4
    set_point: bool = False
    reach: float = 0.0
    gain: float = 1.0


@dataclass(eq=False)
class CellCourse:
    """What was done and what is true, row by row: s, mA/cm² (signed), Ω·cm², half cycle (-1 at rest)."""

    t: Floats
    j: Floats
    r: Floats
    half: NDArray[np.intp]
    begin: list[float] = field(default_factory=list)
    length: list[float] = field(default_factory=list)
    level: list[float] = field(default_factory=list)


def _rows(plan: Climb) -> CellCourse:
    """Lay out the experiment, R constant."""
    t, j, half = [], [], []
    begin: list[float] = []
    length: list[float] = []
    level: list[float] = []
    clock, sign = 0.0, 1.0
    for value in plan.levels:
        holds = plan.holds or [plan.hold_s if plan.charge is None else plan.charge / value * 3600]
        for hold in holds:
            for _ in range(plan.turns):
                for current, duration in ((0.0, plan.rest_s), (sign * value, hold)):
                    step = min(plan.step_s, duration / 40)
                    local = np.arange(0.0, duration, step)
                    t.append(clock + local + 1e-3)
                    j.append(np.full(len(local), current))
                    half.append(np.full(len(local), len(begin) if current else -1))
                    if current:
                        begin.append(clock)
                        length.append(duration)
                        level.append(value)
                    clock += duration
                sign = -sign
    whole = np.concatenate(j)
    r = np.where(whole >= 0, plan.asr[0], plan.asr[1])
    return CellCourse(np.concatenate(t), whole, r, np.concatenate(half), begin, length, level)


def _fail(
    rows: CellCourse, critical: float, course: Course, rng: np.random.Generator, at_rest: bool = False
) -> CellCourse:
    """Let R follow a course from somewhere in the half cycles of the level that fails, or the rest before."""
    number = next(k for k, level in enumerate(rows.level) if level >= critical)
    alike = [k for k, level in enumerate(rows.level) if level == rows.level[number]]
    number = int(rng.choice(alike[: max(len(alike) - 1, 1)]))
    if at_rest:
        number = alike[0]
        since = (rows.t - rows.begin[number] + 1.0) / rows.length[number]
    else:
        since = (rows.t - rows.begin[number]) / rows.length[number] - rng.uniform(0.1, 0.6)
    rows.r = rows.r * np.where(since >= 0, course(np.maximum(since, 0)), 1.0)
    return rows


def _record(rows: CellCourse, plan: Climb, rng: np.random.Generator, burst: Floats | float = 0.0) -> Case:
    """Measure it: true current, then what is read of it."""
    n = len(rows.t)
    off = plan.reach * rng.uniform(-1, 1)
    true = rows.j * plan.area
    read = true * (1 + plan.noise_j * rng.standard_normal(n)) + np.where(rows.j != 0, off, 0.0)
    u = rows.j * rows.r / 1000 + (plan.noise_v + burst) * rng.standard_normal(n)
    columns = {"time": Column(rows.t, "s"), "current": Column(read, "mA"), "voltage": Column(u, "V")}
    if plan.set_point:
        columns["current_setpoint"] = Column(rows.j * plan.area, "mA")
    return Case(columns, {"cell.area": f"{plan.area!r} cm^2", "cell.symmetric": "true"})


def _draw(
    plan: Climb,
    course: Course | None,
    rng: np.random.Generator,
    *,
    at_rest: bool = False,
    change: Callable[[CellCourse, np.random.Generator], None] | None = None,
    holds: bool = False,
    params: dict[str, Any] | None = None,
) -> ForeignCase:
    """Draw a cell on this plan; without a course nothing fails."""
    plan = replace(plan, asr=(plan.asr[0] * (scale := rng.uniform(0.7, 1.4)), plan.asr[1] * scale))
    rows = _rows(plan)
    critical = math.inf
    if course is not None:
        low, high = sorted(rng.choice(len(plan.levels) - 1) + np.array([0, 1]))
        critical = float(rng.uniform(plan.levels[low], plan.levels[high]))
        rows = _fail(rows, critical, course, rng, at_rest)
    if change is not None:
        change(rows, rng)
    case = _record(rows, plan, rng)
    return ForeignCase(case, ANALYSIS, NAME, critical, params or {}, holds=holds)


# -- courses of a failure ----------------------------------------------------------------------


def step(depth: float) -> Course:
    """Return a loss at once."""
    return lambda u: np.full(len(u), 1 - depth)


def relaxing(depth: float, tau: float) -> Course:
    """Return an exponential loss; `tau` in half cycles."""
    return lambda u: 1 - depth * -np.expm1(-u / tau)


def logistic(depth: float, width: float) -> Course:
    """Return a loss along a logistic curve; ten to ninety per cent within 4.4 `width`."""
    return lambda u: 1 - depth / (1 + np.exp(-(u / width - 3)))


def power_law(depth: float, exponent: float) -> Course:
    """Return a loss that starts steeply and never quite ends: 1 - (1 + 10 u)^-exponent."""
    return lambda u: 1 - depth * (1 - (1 + 10 * u) ** -exponent)


def two_stage(first: float, second: float, wait: float) -> Course:
    """Return a small loss at once, and a large one `wait` half cycles later."""
    return lambda u: np.where(u < wait, 1 - first, 1 - second)


def flickering(depth: float, period: float) -> Course:
    """Return a bridge that burns out and forms again, low for two thirds of each period."""
    return lambda u: np.where((u / period) % 1 < 0.67, 1 - depth, 1 - depth / 4)


SHAPES: dict[str, Draw] = {
    "coarse steps, hard short": lambda g: _draw(Climb(), step(0.95), g, holds=True),
    "coarse steps, no short": lambda g: _draw(Climb(), None, g),
    "fine steps of 0.1, hard short": lambda g: _draw(Climb(FINE, hold_s=300), step(0.95), g, holds=True),
    "fine steps of 0.1, no short": lambda g: _draw(Climb(FINE, hold_s=300), None, g),
}
