"""Symmetric cells on a current staircase that short, heal, grow pores, open, or do nothing: known true values.

A half cycle at the current density j has U = j · ASR · (changes so far). Events are counted in half cycles,
so that 2.5 is the middle of the third one; nothing happens at rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from echub.testing.synth.case import Case, Column
from echub.testing.synth.instrument import CONTROL_TICK_S, Floats, Instrument

HOUR_S = 3600.0
QUIET = Instrument(range_ma=20.0, noise_ma=1e-4, accuracy=0.0)


@dataclass(frozen=True)
class Short:
    """A permanent loss of resistance by the fraction `depth`: 0.95 is a hard short, 0.2 a soft one.

    fraction: where in the failing half cycle, None is random. creep: how long it takes, in half cycles;
    0 is at once. noise: factor on the noise of U from then on. recovers: after this many half cycles the
    bridge burns out.
    """

    depth: float = 0.6
    fraction: float | None = None
    creep: float = 0.0
    noise: float = 3.0
    recovers: float | None = None


@dataclass(frozen=True)
class Healing:
    """A contact that improves with the charge plated: `depth` of the resistance goes with exp(-x / span).

    begins, span: in half cycles. at_rest: all of it during the rest before a half cycle, unobserved.
    """

    depth: float = 0.34
    begins: float | None = None
    span: float = 1.0
    at_rest: bool = False


@dataclass(frozen=True)
class Staircase:
    """A staircase on a symmetric cell; currents in mA/cm², times in s, asr in Ω·cm², charge in mA·h/cm².

    charge: of each half cycle; None takes `time_s` instead. times: the duration of each level, as formation
    cycles have it. fails_above: the critical current density, the first level at or above it shorts; None is
    never. fails_in: the direction in which it does (+1 oxidises the working electrode), 0 is random.
    opens_above: from this level on, the contact is lost and U goes to the instrument's limit.
    growth: (R at the end)/(R at the start) - 1 of each half cycle, from pores that the reversal heals.
    offset_ma: current of the instrument at rest. least_rows: in each half cycle, even a short one; rests
    have a row every `sampling_s`. one_way: the current never reverses.
    stops: fraction of the last half cycle after which the file ends.
    """

    levels: tuple[float, ...] = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
    charge: float | None = 0.25
    time_s: float = 1800.0
    times: tuple[float, ...] = ()
    cycles: int = 1
    rest_s: float = 60.0
    first: int = 1
    area_cm2: float = 0.785
    asr: float = 30.0
    fails_above: float | None = 5.5
    fails_in: int = 0
    short: Short = field(default_factory=Short)
    healing: Healing | None = None
    growth: float = 0.0
    opens_above: float | None = None
    offset_ma: float = 0.0
    thermo_v: float = 0.0
    sampling_s: float = 10.0
    least_rows: int = 60
    stops: float = 1.0
    one_way: bool = False
    instrument: Instrument = QUIET

    def plan(self) -> list[tuple[float, float]]:
        """Return (signed current density, duration) of each half cycle."""
        turns = (self.first,) if self.one_way else (self.first, -self.first)
        return [
            (turn * level, self._duration(number))
            for number, level in enumerate(self.levels)
            for _ in range(self.cycles)
            for turn in turns
        ]

    def _duration(self, number: int) -> float:
        if self.times:
            return self.times[number]
        return self.time_s if self.charge is None else self.charge / self.levels[number] * HOUR_S


@dataclass(frozen=True)
class _Fate:
    """The events, in half cycles from the first: shorted, opened and healing from there on."""

    shorted: float = np.inf
    opened: float = np.inf
    heals: float = np.inf


def staircase(seed: int = 0, setup: Staircase | None = None) -> Case:
    """Record a staircase; the same seed and setup give the same rows.

    The true values are the critical current density, the level and the half cycle (from 0) that failed, the last
    level below it, the area-specific resistance at the start, and the time of the short.
    """
    setup = setup or Staircase()
    rng = np.random.default_rng(seed)
    plan = setup.plan()
    fate = _fate(setup, plan, rng)
    parts = list(_parts(setup, plan, fate))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    quiet = np.where(columns["position"] >= fate.shorted, setup.short.noise, 1.0)
    voltage = columns["voltage"] + setup.instrument.noise_v * (quiet - 1) * rng.standard_normal(len(quiet))
    read = {
        "time": Column(columns["time"], "s"),
        "voltage": Column(setup.instrument.potential(voltage + setup.thermo_v, rng), "V"),
        "current": Column(setup.instrument.current(columns["current"] + setup.offset_ma, rng), "mA"),
        "charge_increment": Column(columns["charge"] + setup.offset_ma * columns["gap"] / HOUR_S, "mA*h"),
        "half_cycle": Column(columns["half_cycle"].astype(np.int64)),
        "step": Column(columns["step"].astype(np.int64)),
    }
    stated = {"cell.area": f"{setup.area_cm2!r} cm^2", "cell.temperature": "30.0 degC", "cell.symmetric": "true"}
    return Case(read, stated, _truth(setup, plan, fate, columns))


def spots(seed: int = 0, setup: Staircase | None = None) -> list[Case]:
    """Record one level per file, each on a fresh spot: one half cycle, `setup.first` its direction.

    Spots at or above `fails_above` short; the true values of each say whether it did (`failed`, 0 or 1).
    """
    setup = setup or Staircase()
    cases = []
    for number, level in enumerate(setup.levels):
        times = (setup.times[number],) if setup.times else ()
        case = staircase(seed + number, replace(setup, levels=(level,), times=times, one_way=True, cycles=1))
        failed = setup.fails_above is not None and level >= setup.fails_above
        cases.append(replace(case, truth={**case.truth, "failed": float(failed), "level": level}))
    return cases


def _fate(setup: Staircase, plan: list[tuple[float, float]], rng: np.random.Generator) -> _Fate:
    place = setup.short.fraction if setup.short.fraction is not None else rng.uniform(0.05, 0.95)
    turn = setup.fails_in or int(rng.choice([1, -1]))
    begins = rng.uniform(0.5, max(len(plan) - 3, 1))
    heals = np.inf if setup.healing is None else begins if setup.healing.begins is None else setup.healing.begins
    if setup.healing is not None and setup.healing.at_rest:
        heals = np.ceil(heals)
    return _Fate(_first(plan, setup.fails_above, turn) + place, _first(plan, setup.opens_above, 0), heals)


def _first(plan: list[tuple[float, float]], level: float | None, turn: int) -> float:
    """Return the first half cycle at or above a level, in the given direction if its level has one."""
    if level is None:
        return np.inf
    high = [k for k, (j, _) in enumerate(plan) if abs(j) >= level]
    alike = [k for k in high if turn == 0 or np.sign(plan[k][0]) == turn]
    same = [k for k in alike if abs(plan[k][0]) == abs(plan[high[0]][0])]
    return float((same or high)[0]) if high else np.inf


def _parts(setup: Staircase, plan: list[tuple[float, float]], fate: _Fate) -> Iterator[dict[str, Floats]]:
    """Return the true rows of each rest and half cycle; each starts a tick after the end of the one before."""
    clock, step = 0.0, 0
    for number, (j, duration) in enumerate(plan):
        for level, length in ((0.0, setup.rest_s), (j, duration)):
            if not length:
                continue
            ends = length * (setup.stops if number == len(plan) - 1 and level else 1.0)
            least = setup.least_rows if level else 1
            elapsed = _times(setup, length, ends, least, first=clock == 0.0)
            yield _rows(setup, fate, number, level, elapsed, length) | {
                "time": clock + elapsed,
                "step": np.full(len(elapsed), step % 2),
            }
            clock, step = clock + ends, step + 1


def _times(setup: Staircase, length: float, ends: float, least: int, *, first: bool) -> Floats:
    every = min(setup.sampling_s, length / least)
    regular = np.arange(1, int(ends / every * (1 - 1e-9)) + 1) * every
    return np.concatenate([[0.0 if first else min(CONTROL_TICK_S, every / 2)], regular, [ends]])


def _rows(
    setup: Staircase, fate: _Fate, number: int, j: float, elapsed: Floats, length: float
) -> dict[str, Floats]:
    inside = elapsed / length if j else np.zeros(len(elapsed))
    position = number + inside
    voltage = np.asarray(j * setup.asr * _change(setup, fate, position, inside) / 1000)
    current = np.full(len(elapsed), j * setup.area_cm2)
    if j and number >= fate.opened:
        voltage = np.full(len(elapsed), np.sign(j) * setup.instrument.compliance_v)
        current = current * 1e-3
    gap = np.diff(elapsed, prepend=0.0)
    return {
        "position": position,
        "voltage": voltage,
        "current": current,
        "charge": current * gap / HOUR_S,
        "gap": gap,
        # The counter changes when the current reverses: a rest belongs to the half cycle before it.
        "half_cycle": np.full(len(elapsed), float(number if j else max(number - 1, 0))),
    }


def _change(setup: Staircase, fate: _Fate, position: Floats, inside: Floats) -> Floats:
    """Return R divided by its first value."""
    grown = 1 / (1 - setup.growth / (1 + setup.growth) * inside)
    return np.asarray(grown * _healed(setup.healing, fate, position) * _shorted(setup.short, fate, position))


def _healed(healing: Healing | None, fate: _Fate, position: Floats) -> Floats | float:
    if healing is None:
        return 1.0
    if healing.at_rest:
        return np.where(position > fate.heals, 1 - healing.depth, 1.0)
    since = np.maximum(position - fate.heals, 0)
    return np.asarray(1 - healing.depth * -np.expm1(-since / healing.span))


def _shorted(short: Short, fate: _Fate, position: Floats) -> Floats:
    if np.isinf(fate.shorted):
        return np.ones(len(position))
    since = position - fate.shorted
    lost = np.where(since >= 0, np.minimum(since / short.creep, 1) if short.creep else 1.0, 0.0)
    if short.recovers is not None:
        lost = np.where(since >= short.recovers, 0.0, lost)
    return np.asarray(1 - short.depth * lost)


def _truth(
    setup: Staircase, plan: list[tuple[float, float]], fate: _Fate, columns: dict[str, Floats]
) -> dict[str, float]:
    truth = {"asr_cell": setup.asr, "resistance_cell": setup.asr / setup.area_cm2}
    if setup.fails_above is not None:
        truth["critical_current_density"] = setup.fails_above
    if np.isfinite(fate.shorted):
        failed = int(fate.shorted)
        level = abs(plan[failed][0])
        truth |= {
            "failed_level": level,
            "failed_half_cycle": float(failed),
            "failed_sign": np.sign(plan[failed][0]),
        }
        truth["short_time"] = float(columns["time"][np.searchsorted(columns["position"], fate.shorted)])
        below = [abs(j) for j, _ in plan if abs(j) < level]
        truth |= {"last_level": max(below)} if below else {}
    return truth
