"""Symmetric cells that short at a known time, and staircases that leave Ohm's law at a known current density.

`symmetric` gives half cycles of one current whose voltage is the resistance times the current, with a shape (arch,
flat or growing) and a drift from half cycle to half cycle, until the resistance drops. `linear_staircase` gives
levels whose voltage is ohmic up to `limit`, and above it larger: by a curve, or by a sudden factor, with a slow
rise within the level, and an alternating current on top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub.testing.synth.case import Case, Column
from echub.testing.synth.instrument import Ammeter, Floats


@dataclass(frozen=True)
class SymmetricRun:
    """A run: j mA/cm², half cycles and their duration s, asr Ω·cm², drop time h (None: none), R left after the
    drop.

    shape: of the voltage in a half cycle, `flat`, `arch` (as of dendrites that dissolve) or `grows`; its mean
    is 1.
    drift: relative change of R per half cycle. accuracy: half width of the gain of the current. ranges: names of
    its ranges, as of `Ammeter`: each then has an offset and a gain within accuracy.
    """

    j: float = 0.5
    area_cm2: float = 0.785
    count: int = 40
    duration_s: float = 3600.0
    rest_s: float = 60.0
    asr: float = 120.0
    drop_h: float | None = 23.307
    left: float = 0.08
    shape: str = "flat"
    drift: float = 0.002
    offset_v: float = 1e-3
    noise_v: float = 2e-4
    step_s: float = 30.0
    accuracy: float = 1e-3
    ranges: tuple[str, ...] = ()


def symmetric(seed: int = 0, setup: SymmetricRun | None = None) -> Case:
    """Record a symmetric cell; the truth has the lifetime, R·A (median of the half cycles before it), U."""
    run = setup or SymmetricRun()
    rng = np.random.default_rng(seed)
    gain = 1 + run.accuracy * float(rng.uniform(-1, 1))
    period = run.duration_s + run.rest_s
    t = np.concatenate([k * period + _rows(run) for k in range(run.count)])
    number = np.repeat(np.arange(run.count), len(_rows(run)))
    inside = (t - number * period) / run.duration_s
    sign = np.where(inside < 1, 1 - 2 * (number % 2), 0)
    r = run.asr * (1 + run.drift * number) * _shape(run.shape, inside)
    drop_s = np.inf if run.drop_h is None else run.drop_h * 3600
    r = np.where(t > drop_s, run.left * run.asr, r)
    u = sign * run.j * r / 1000 + run.offset_v + run.noise_v * rng.standard_normal(len(t))
    columns = {
        "time": Column(t, "s"),
        "current": Column(sign * run.j * run.area_cm2 * gain, "mA"),
        "voltage": Column(u, "V"),
    }
    if run.ranges:
        columns |= _read(sign * run.j * run.area_cm2, run.ranges, run.accuracy, rng)
    truth = {} if run.drop_h is None else {"lifetime": run.drop_h}
    whole = np.arange(run.count if run.drop_h is None else _ended(run, drop_s))
    middle = float(np.median(_shape(run.shape, np.linspace(0, 1, 10_001))))
    each = run.asr * (1 + run.drift * whole) * middle
    value = float(np.mean([np.median(each[k::2]) for k in (0, 1)]))
    truth |= {"asr_cell": value, "overpotential": value * run.j / 1000}
    return Case(columns, {"cell.area": f"{run.area_cm2!r} cm^2", "cell.symmetric": "true"}, truth)


def _read(
    true_ma: Floats, ranges: tuple[str, ...], accuracy: float, rng: np.random.Generator
) -> dict[str, Column]:
    """Return the current as read in its ranges, and their names."""
    meter = Ammeter.drawn(ranges, accuracy, rng)
    names = np.array(ranges)[meter.range_of(true_ma)]
    return {"current": Column(true_ma + meter.error(true_ma), "mA"), "current_range": Column(names)}


def _ended(run: SymmetricRun, drop_s: float) -> int:
    """Return how many half cycles have ended before the drop: only those have a truth."""
    period = run.duration_s + run.rest_s
    return int(drop_s // period) + (drop_s % period > run.duration_s)


def _rows(run: SymmetricRun) -> Floats:
    active = np.append(np.arange(0.01, run.duration_s, run.step_s), run.duration_s - 0.01)
    return np.append(active, run.duration_s + np.arange(0.01, run.rest_s, run.step_s))


def _shape(name: str, inside: Floats) -> Floats:
    if name == "arch":
        return np.asarray(1.2 - 0.4 * np.sin(np.pi * np.clip(inside, 0, 1)))
    if name == "grows":
        return np.asarray(0.9 + 0.2 * np.clip(inside, 0, 1) ** 3)
    return np.ones_like(inside)


@dataclass(frozen=True)
class LevelSteps:
    """A staircase: levels mA/cm², duration s; limit: current density at which U is 10 % above the line.

    kind: `smooth` (a cubic excess), `sudden` (a factor from the limit on) or `none`. rise: of the slow part within
    a level, relative to the excess. wave: amplitude of an alternating current, relative to the level.
    ranges, accuracy: of the current, as of `SymmetricRun`.
    """

    levels: tuple[float, ...] = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
    duration_s: float = 600.0
    limit: float = 0.37
    kind: str = "smooth"
    asr: float = 80.0
    area_cm2: float = 0.385
    rise: float = 0.5
    wave: float = 0.0
    offset_v: float = 3e-4
    noise_v: float = 5e-5
    step_s: float = 2.0
    both: bool = True
    ranges: tuple[str, ...] = ()
    accuracy: float = 1e-3


def linear_staircase(seed: int = 0, setup: LevelSteps | None = None) -> Case:
    """Record a staircase, each level in one or both directions after a rest; the truth has limit and R·A."""
    steps = setup or LevelSteps()
    rng = np.random.default_rng(seed)
    ways = (1, -1) if steps.both else (1,)
    plan = [0.0, *(way * level for level in steps.levels for way in ways)]
    inner = np.arange(0.01, steps.duration_s, steps.step_s)
    t = np.concatenate([k * steps.duration_s + inner for k in range(len(plan))])
    asked = np.repeat(plan, len(inner))
    inside = np.tile(inner / steps.duration_s, len(plan))
    wave = steps.wave * asked * np.sin(2 * np.pi * t / 37.0)
    level = np.abs(asked)
    slow = 1 - steps.rise * np.exp(-inside / 0.1)
    excess = _excess(steps, level) * slow
    u = steps.asr / 1000 * (asked * (1 + excess) + wave) + steps.offset_v
    columns = {
        "time": Column(t, "s"),
        "current": Column((asked + wave) * steps.area_cm2, "mA"),
        "voltage": Column(u + steps.noise_v * rng.standard_normal(len(t)), "V"),
    }
    if steps.ranges:
        columns |= _read((asked + wave) * steps.area_cm2, steps.ranges, steps.accuracy, rng)
    if steps.wave:
        columns["current_setpoint"] = Column(asked * steps.area_cm2, "mA")
    names = ["we_oxidised", "we_reduced"][: len(ways)]
    truth = {f"asr_{name}": steps.asr for name in names}
    if steps.kind != "none":
        truth |= {f"linear_limit_{name}": steps.limit for name in names}
    return Case(columns, {"cell.area": f"{steps.area_cm2!r} cm^2"}, truth)


def _excess(steps: LevelSteps, level: Floats) -> Floats:
    if steps.kind == "none":
        return np.zeros_like(level)
    if steps.kind == "sudden":
        return np.where(level >= steps.limit, 0.8, 0.0)
    return np.asarray(0.10 * (level / steps.limit) ** 6)
