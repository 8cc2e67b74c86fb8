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
from echub.testing.synth.foreign.rows import doubled, full_seconds, jitter, kept

Floats = NDArray[np.float64]
Course = Callable[[Floats], Floats]
"""What is left of R (n,), as a fraction, at u half cycles (n,) after the failure began."""
Change = Callable[["CellCourse", np.random.Generator], None]
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
                    if not duration:
                        continue
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
    if plan.reach:
        columns["current_range"] = Column(np.full(n, f"{1000 * plan.reach:g} mA"))
    if plan.set_point:
        columns["current_setpoint"] = Column(rows.j * plan.area, "mA")
    return Case(columns, {"cell.area": f"{plan.area!r} cm^2", "cell.symmetric": "true"})


def climb(
    plan: Climb,
    course: Course | None,
    rng: np.random.Generator,
    *,
    at_rest: bool = False,
    change: Change | None = None,
    holds: bool = False,
    params: dict[str, Any] | None = None,
    critical: float | None = None,
) -> ForeignCase:
    """Draw a cell on this plan; without a course nothing fails, without a critical current density it is drawn."""
    plan = replace(plan, asr=(plan.asr[0] * (scale := rng.uniform(0.7, 1.4)), plan.asr[1] * scale))
    rows = _rows(plan)
    if course is None:
        critical = math.inf
    elif critical is None:
        low, high = sorted(rng.choice(len(plan.levels) - 1) + np.array([0, 1]))
        critical = float(rng.uniform(plan.levels[low], plan.levels[high]))
    if course is not None:
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


# -- changes without a failure -------------------------------------------------------------------


def _drift(rows: CellCourse, g: np.random.Generator) -> None:
    """Let R fall by a quarter over the experiment, as a cell that warms up."""
    rows.r = rows.r * (1 - 0.25 * (rows.t - rows.t[0]) / np.ptp(rows.t))


def _pink(rows: CellCourse, g: np.random.Generator) -> None:
    """Add 1/f noise of 3 % to R."""
    n = len(rows.t)
    spectrum = np.fft.rfft(g.standard_normal(n))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    slow = np.fft.irfft(spectrum, n)
    rows.r = rows.r * (1 + 0.03 * (slow - slow.mean()) / slow.std())


def _rises(rows: CellCourse, g: np.random.Generator) -> None:
    """Let R jump up by a tenth a few times, for good."""
    for at in g.uniform(rows.t[0], rows.t[-1], 3):
        rows.r = rows.r * np.where(rows.t >= at, 1.1, 1.0)


def _bursts(rows: CellCourse, g: np.random.Generator) -> None:
    """Let the contact rattle for a minute, three times: R of each row is anything between half and twice."""
    for at in g.uniform(rows.t[0], rows.t[-1], 3):
        inside = (rows.t >= at) & (rows.t < at + 60)
        rows.r = rows.r * np.where(inside, np.exp(0.4 * g.standard_normal(len(rows.t))), 1.0)


def _growth(rows: CellCourse, g: np.random.Generator) -> None:
    """Let R grow by 60 % within each half cycle, and come back at the reversal."""
    for begin, length in zip(rows.begin, rows.length, strict=True):
        inside = (rows.t >= begin) & (rows.t < begin + length)
        rows.r = rows.r * np.where(inside, 1 + 0.6 * ((rows.t - begin) / length) ** 2, 1.0)


def _non_ohmic(rows: CellCourse, g: np.random.Generator) -> None:
    """Let R fall with j, as charge transfer does: 1/(1 + j/8)."""
    rows.r = rows.r / (1 + np.abs(rows.j) / 8)


def _growing(by: float, with_j: float = 0.0) -> Change:
    """Let R grow by a fraction within each half cycle, and by `with_j` of it more for each mA/cm²."""

    def change(rows: CellCourse, g: np.random.Generator) -> None:
        for begin, length, level in zip(rows.begin, rows.length, rows.level, strict=True):
            inside = (rows.t >= begin) & (rows.t < begin + length)
            part = np.where(inside, rows.t - begin, 0.0) / length
            rows.r = rows.r * (1 + by * (1 + with_j * level) * part)

    return change


def _charge_transfer(exchange: float, symmetry: float, share: float = 0.9) -> Change:
    """Let a share of R be that of one electrode by Butler and Volmer; exchange current density, mA/cm².

    Its transfer coefficient is `symmetry` while it is oxidised: other than 0.5, both directions differ.
    """
    x = np.linspace(1e-9, 40, 40_001)

    def change(rows: CellCourse, g: np.random.Generator) -> None:
        size, left = np.abs(rows.j), np.ones(len(rows.j))
        for sign, a in ((1, symmetry), (-1, 1 - symmetry)):
            flows = rows.j * sign > 0
            current = exchange * (np.exp(a * x) - np.exp(-(1 - a) * x))
            left[flows] = np.interp(size[flows], current, x) / size[flows] * exchange
        rows.r = rows.r * (1 - share + share * left)

    return change


def _loses_contact(course: Course, factor: float, wait: float) -> Course:
    """Return a course after which R is larger by a factor, `wait` half cycles later and for good."""
    return lambda u: course(u) * np.where(u >= wait, factor, 1.0)


# -- changes of the record -----------------------------------------------------------------------


def _gaps(drawn: ForeignCase, g: np.random.Generator) -> ForeignCase:
    """Lose five stretches of five minutes."""
    t = drawn.data.columns["time"].values
    lost = [(t >= at) & (t < at + 300) for at in g.uniform(t[0], t[-1], 5)]
    return kept(drawn, ~np.any(lost, axis=0))


def _stated_too_high(g: np.random.Generator) -> ForeignCase:
    """State an electrolyte whose R·A is above that of the whole, sound cell: no answer by it is right."""
    drawn = climb(Climb(), step(0.95), g)
    return replace(drawn, truth=math.nan, params={"electrolyte_asr": 60.0})


def _with_electrolyte(plan: Climb, course: Course | None, g: np.random.Generator) -> ForeignCase:
    """State an electrolyte well below the sound cell, which a short of 60 % undercuts."""
    fixed = replace(plan, asr=(30.0, 30.0))
    return climb(fixed, course, g, params={"electrolyte_asr": 30.0 * ELECTROLYTE * 0.7}, holds=course is not None)


def _accuracy(g: np.random.Generator, fine: bool) -> ForeignCase:
    """Let the read current differ from the true one by up to a thousandth of a range of 10 mA."""
    levels = tuple(round(0.5 + 0.05 * k, 2) for k in range(20)) if fine else COARSE
    return climb(
        Climb(levels, hold_s=300, reach=0.01, set_point=True),
        step(0.95),
        g,
    )


HUNDREDTHS = tuple(round(0.05 + 0.01 * k, 2) for k in range(96))
FORMATION = Climb((1.0, 2.0, 3.0, 4.0, 5.0), turns=2, holds=(60.0, 300.0, 900.0))
CHARGE = Climb(charge=0.25)

SHAPES: dict[str, Draw] = {
    "coarse steps, hard short": lambda g: climb(Climb(), step(0.95), g, holds=True),
    "coarse steps, no short": lambda g: climb(Climb(), None, g),
    "steps of 0.1, hard short": lambda g: climb(Climb(FINE, hold_s=300), step(0.95), g, holds=True),
    "steps of 0.1, no short": lambda g: climb(Climb(FINE, hold_s=300), None, g),
    "steps of 0.1, set points, noise 1 %": lambda g: climb(
        Climb(FINE, hold_s=300, set_point=True, noise_j=0.01), step(0.95), g, holds=True
    ),
    "steps of 0.01, hard short": lambda g: climb(
        Climb(HUNDREDTHS, hold_s=200, turns=2, noise_j=1e-3), step(0.95), g, holds=True
    ),
    "known electrolyte, short of 60 %": lambda g: _with_electrolyte(Climb(), step(0.6), g),
    "known electrolyte, no short": lambda g: _with_electrolyte(Climb(), None, g),
    "electrolyte stated too high": _stated_too_high,
    "short of 60 % at rest": lambda g: climb(Climb(), step(0.6), g, at_rest=True),
    "short of 28 % at rest": lambda g: climb(Climb(), step(0.28), g, at_rest=True),
    "short of 60 %, tau 0.02": lambda g: climb(Climb(), relaxing(0.6, 0.02), g),
    "short of 60 %, tau 0.1": lambda g: climb(Climb(), relaxing(0.6, 0.1), g),
    "short of 60 %, tau 0.3": lambda g: climb(Climb(), relaxing(0.6, 0.3), g),
    "short of 60 %, tau 1": lambda g: climb(Climb(), relaxing(0.6, 1.0), g),
    "short of 40 %, tau 0.1": lambda g: climb(Climb(), relaxing(0.4, 0.1), g),
    "short of 40 %, tau 1": lambda g: climb(Climb(), relaxing(0.4, 1.0), g),
    "known electrolyte, 60 %, tau 0.02 to 1": lambda g: _with_electrolyte(
        Climb(), relaxing(0.6, 10 ** g.uniform(-1.7, 0)), g
    ),
    "logistic short": lambda g: climb(Climb(), logistic(0.6, 0.1), g),
    "power-law short": lambda g: climb(Climb(), power_law(0.8, 0.7), g),
    "two-stage short": lambda g: climb(Climb(), two_stage(0.15, 0.9, 3.0), g),
    "two-stage short, electrolyte known": lambda g: _with_electrolyte(Climb(), two_stage(0.25, 0.9, 3.0), g),
    "flickering short": lambda g: climb(Climb(), flickering(0.9, 0.3), g),
    "flickering short, quick": lambda g: climb(Climb(), flickering(0.9, 0.05), g),
    "formation, hard short": lambda g: climb(FORMATION, step(0.95), g),
    "formation, no short": lambda g: climb(FORMATION, None, g),
    "constant charge, hard short": lambda g: climb(CHARGE, step(0.95), g, holds=True),
    "constant charge, no short": lambda g: climb(CHARGE, None, g),
    "noise bursts, no short": lambda g: climb(Climb(), None, g, change=_bursts),
    "noise bursts, hard short": lambda g: climb(Climb(), step(0.95), g, change=_bursts),
    "1/f noise of R, no short": lambda g: climb(Climb(), None, g, change=_pink),
    "1/f noise of R, hard short": lambda g: climb(Climb(), step(0.95), g, change=_pink),
    "drift of R, no short": lambda g: climb(Climb(), None, g, change=_drift),
    "drift of R, short of 60 %": lambda g: climb(Climb(), step(0.6), g, change=_drift),
    "R jumps up, no short": lambda g: climb(Climb(), None, g, change=_rises),
    "R grows, short of 40 %": lambda g: climb(Climb(), step(0.4), g, change=_growth),
    "R grows by 60 %, tau 1": lambda g: climb(Climb(), relaxing(0.6, 1.0), g, change=_growing(0.6)),
    "R grows with j, tau 1": lambda g: climb(Climb(), relaxing(0.6, 1.0), g, change=_growing(0.6, 0.2)),
    "R doubles after a short of tau 0.3": lambda g: climb(
        Climb(), _loses_contact(relaxing(0.6, 0.3), 2.0, g.uniform(2, 6)), g
    ),
    "R grows and doubles, tau 0.3": lambda g: climb(
        Climb(), _loses_contact(relaxing(0.6, 0.3), 2.0, g.uniform(2, 6)), g, change=_growing(0.6)
    ),
    "asinh(j), no short": lambda g: climb(
        Climb(), None, g, change=_charge_transfer(10 ** g.uniform(-1.3, 0.5), 0.5)
    ),
    "Butler-Volmer, no short": lambda g: climb(
        Climb(), None, g, change=_charge_transfer(10 ** g.uniform(-1.3, 0.5), g.uniform(0.3, 0.7))
    ),
    "Butler-Volmer, fine steps, no short": lambda g: climb(
        Climb(FINE, hold_s=300), None, g, change=_charge_transfer(0.3, g.uniform(0.3, 0.7))
    ),
    "Butler-Volmer, hard short": lambda g: climb(
        Climb(),
        step(0.95),
        g,
        change=_charge_transfer(10 ** g.uniform(-1.3, 0.5), g.uniform(0.3, 0.7)),
        holds=True,
    ),
    "Butler-Volmer, short of 60 % at rest": lambda g: climb(
        Climb(), step(0.6), g, at_rest=True, change=_charge_transfer(10 ** g.uniform(-1.3, 0.5), 0.5)
    ),
    "Butler-Volmer, tau 0.3": lambda g: climb(
        Climb(), relaxing(0.6, 0.3), g, change=_charge_transfer(10 ** g.uniform(-1.3, 0.5), 0.5)
    ),
    "R falls with j, no short": lambda g: climb(Climb(), None, g, change=_non_ohmic),
    "R falls with j, hard short": lambda g: climb(Climb(), step(0.95), g, change=_non_ohmic),
    "asymmetric, no short": lambda g: climb(Climb(asr=(24.0, 36.0)), None, g),
    "asymmetric, short of 40 %": lambda g: climb(Climb(asr=(24.0, 36.0)), step(0.4), g),
    "gaps, hard short": lambda g: _gaps(climb(Climb(), step(0.95), g), g),
    "gaps, no short": lambda g: _gaps(climb(Climb(), None, g), g),
    "doubled rows, full seconds": lambda g: full_seconds(doubled(climb(Climb(), step(0.95), g), g, 0.1)),
    "jitter, hard short": lambda g: jitter(climb(Climb(), step(0.95), g), g, 0.4),
    "no rests, short of 60 %": lambda g: climb(Climb(rest_s=0.0), step(0.6), g),
    "slow rows, short of 60 %": lambda g: climb(Climb(step_s=60.0), step(0.6), g),
    "one cycle at each level, tau 0.3": lambda g: climb(Climb(turns=1), relaxing(0.6, 0.3), g),
    "inaccurate current": lambda g: _accuracy(g, fine=False),
    "inaccurate current, fine steps": lambda g: _accuracy(g, fine=True),
}
