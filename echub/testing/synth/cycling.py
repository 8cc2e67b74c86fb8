"""Cycles of a cell with known charge: a programme of phases, each with a current, its exact integral and a
voltage.

Two generators share the recording. `cycles` follows a cell: an open-circuit voltage against the state of charge, a
resistance, a part of each charge that is lost, a capacity that fades; constant current, a hold of the voltage that
decays exponentially, rests. `foreign_cycles` follows no cell: its half cycles are pulses with rests, a plateau
and a
step, or a current that drifts and wobbles, as other programmes and electrodes have them.

The read current is the true one times a gain of each direction, uniform within ± accuracy; or, with ranges, times
a gain of each range plus an offset of each, uniform within ± accuracy of the range. The true charge is known in
closed form, so that any way of counting can be judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from echub.testing.synth.case import Case, Column
from echub.testing.synth.instrument import Ammeter, Floats

TICK_S = 0.01
"""Time after a change of control at which an instrument records its first row, s."""
FINE = 2001
"""Points of a phase between which an error of the current, a thousandth of it, is linear."""
Curve = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Phase:
    """One phase of a programme: duration s, current mA and passed charge mA·h against its time, voltage V."""

    duration: float
    current: Curve
    charge: Curve
    voltage: Curve


@dataclass(frozen=True)
class Recorder:
    """How the instrument records: a row every `step_s`, with rows at the edges or none, averages or samples.

    accuracy: half width of the gain of each direction; drift: half width of how far the gain moves until the end.
    ranges: names of the current ranges, each row in the smallest that holds its current; each then has an offset
    and a gain within accuracy. told: whether the file says which.
    charge: a column with the instrument's own charge (`charge`, `charge_increment`, `both` ways, or none).
    """

    step_s: float = 30.0
    edges: bool = True
    averaged: bool = False
    accuracy: float = 1e-3
    drift: float = 2e-4
    offset_v: float = 1e-3
    noise_v: float = 1e-4
    noise_ma: float = 0.0
    charge: str = ""
    counter: str = "cycle"
    ranges: tuple[str, ...] = ()
    told: bool = True


@dataclass(frozen=True)
class CyclingCell:
    """A cell: capacity mA·h, fade per cycle, part of a charge that returns, resistance Ω, voltage limits V."""

    capacity: float = 2.0
    fade: float = 5e-4
    efficiency: float = 0.997
    first_efficiency: float = 0.90
    resistance: float = 40.0
    limits: tuple[float, float] = (2.8, 4.2)

    def open_circuit(self, state: Floats) -> Floats:
        """Return the open-circuit voltage, V, at a state of charge (n,) from 0 to 1; it rises strictly."""
        bends = 0.35 * np.tanh((state - 0.02) / 0.06) + 0.08 * np.tanh((state - 0.55) / 0.08)
        return np.asarray(3.1 + 0.55 * state + bends + 0.4 * np.maximum(state - 0.9, 0))

    def state_at(self, voltage: float) -> float:
        """Return the state of charge with this open-circuit voltage, by bisection."""
        low, high = -0.2, 1.6
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.open_circuit(np.array(middle)) < voltage else (low, middle)
        return (low + high) / 2


@dataclass(frozen=True)
class Programme:
    """Rates of the cycles (1/h), in order; rest s; a hold at the upper limit to this part of the current (0:
    none).

    sign: +1 if an anodic current charges. cut: part of the last discharge that is recorded (1: all of it).
    """

    rates: tuple[float, ...] = (0.1, 0.1, *(0.5,) * 8)
    rest_s: float = 600.0
    hold: float = 0.1
    sign: int = 1
    cut: float = 1.0


@dataclass(frozen=True)
class CyclingSetup:
    """A cell, a programme and a recorder."""

    cell: CyclingCell = field(default_factory=CyclingCell)
    programme: Programme = field(default_factory=Programme)
    recorder: Recorder = field(default_factory=Recorder)
    mass_mg: float = 12.0
    area_cm2: float = 0.785


def cycles(seed: int = 0, setup: CyclingSetup | None = None) -> Case:
    """Record cycles of a cell; the same seed and setup give the same rows.

    The truth is that of the reference cycle (the first at the rate of the last complete one) and of the medians,
    in true charge, not read charge.
    """
    setup = setup or CyclingSetup()
    rng = np.random.default_rng(seed)
    halves = list(_of_cell(setup))
    programme, recorder = setup.programme, setup.recorder
    count = len(programme.rates) - (programme.cut < 1)
    reference = next(k for k in range(count) if math.isclose(programme.rates[k], programme.rates[count - 1]))
    case = _recorded(halves, programme, reference, recorder, rng)
    truth = _truth([half[0].charge_of() for half in halves], reference, count)
    truth |= {
        "c_rate": programme.rates[reference],
        "specific_capacity": truth["discharge_capacity"] / setup.mass_mg * 1000,
        "areal_capacity": truth["discharge_capacity"] / setup.area_cm2,
    }
    voltage = [half[0].mean_voltage() for half in halves]
    truth |= {"mean_charge_voltage": voltage[2 * reference], "mean_discharge_voltage": voltage[2 * reference + 1]}
    metadata = {
        "cell.area": f"{setup.area_cm2!r} cm^2",
        "cell.active_mass": f"{setup.mass_mg!r} mg",
        "cell.capacity": f"{setup.cell.capacity!r} mA*h",
        "cell.electrodes.working.polarity": "positive" if programme.sign > 0 else "negative",
    }
    energy = np.array([half[0].charge_of() * v for half, v in zip(halves, voltage, strict=True)])[: 2 * count]
    ratio = 100 * energy[1::2] / energy[::2]
    truth["energy_efficiency"] = float(np.median(ratio[1:] if count > 1 else ratio))
    return Case(case, metadata, truth)


def foreign_cycles(seed: int = 0, recorder: Recorder | None = None, count: int = 8) -> Case:
    """Record cycles that no cell model makes: pulses with rests, steps, a current that wobbles."""
    rng = np.random.default_rng(seed)
    halves: list[tuple[_Half, int]] = []
    for number in range(2 * count):
        shape = (_pulses, _stepped, _wobbling)[int(rng.integers(3))] if number > 1 else _stepped
        level = float(rng.uniform(0.5, 2.0))
        way = 1 - 2 * (number % 2)
        halves.append((_Half(tuple(shape(level, rng, way))) if number != 1 else _returned(halves[0][0]), way))
    columns = _recorded(halves, Programme(rest_s=float(rng.uniform(30, 900))), 0, recorder or Recorder(), rng)
    charge = [half.charge_of() for half, _ in halves]
    return Case(columns, {"cell.electrodes.working.polarity": "positive"}, _truth(charge, 0, count))


# -- half cycles -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Half:
    """A half cycle: its phases, with the magnitude of current and charge."""

    phases: tuple[Phase, ...]

    def charge_of(self) -> float:
        return sum(float(p.charge(np.array(p.duration))) for p in self.phases)

    def mean_voltage(self) -> float:
        """Return the mean voltage weighted by charge, by a fine integral."""
        energy = 0.0
        for phase in self.phases:
            t = np.linspace(0, phase.duration, 4001)
            q = phase.charge(t)
            energy += float(np.sum(np.diff(q) * phase.voltage((t[1:] + t[:-1]) / 2)))
        return energy / self.charge_of()


def _of_cell(setup: CyclingSetup) -> Iterator[tuple[_Half, int]]:
    cell, programme = setup.cell, setup.programme
    state = cell.state_at(cell.limits[0])
    for number, rate in enumerate(programme.rates):
        size = cell.capacity * (1 - cell.fade) ** number
        kept = cell.first_efficiency if number == 0 else cell.efficiency
        current = rate * cell.capacity
        charge, state = _charged(cell, size, state, current, kept, programme.hold)
        yield charge, 1
        low = cell.state_at(cell.limits[0] + current * cell.resistance / 1000)
        share = programme.cut if number == len(programme.rates) - 1 else 1.0
        yield _Half((_constant(cell, size, state, low, current, 1.0, share),)), -1
        state = low


def _charged(
    cell: CyclingCell, size: float, state: float, current: float, kept: float, hold: float
) -> tuple[_Half, float]:
    high = max(cell.state_at(cell.limits[1] - current * cell.resistance / 1000), state + 1e-3)
    phases = [_constant(cell, size, state, high, current, kept, 1.0)]
    if not hold:
        return _Half(tuple(phases)), high
    tau, limit = 900.0, cell.limits[1]
    phases.append(
        Phase(
            -tau * math.log(hold),
            lambda t: current * np.exp(-t / tau),
            lambda t: current * tau * -np.expm1(-t / tau) / 3600,
            lambda t: np.full(np.shape(t), limit),
        )
    )
    return _Half(tuple(phases)), high + kept * current * tau * (1 - hold) / 3600 / size


def _constant(
    cell: CyclingCell, size: float, start: float, end: float, current: float, kept: float, share: float
) -> Phase:
    """Return a phase of constant current between two states of charge; `kept` of the charge moves the state."""
    sign = 1 if end > start else -1
    passed = abs(end - start) * size / kept
    drop = sign * current * cell.resistance / 1000
    return Phase(
        share * 3600 * passed / current,
        lambda t: np.full(np.shape(t), current),
        lambda t: current * np.asarray(t) / 3600,
        lambda t: cell.open_circuit(start + sign * kept * current * np.asarray(t) / 3600 / size) + drop,
    )


def _returned(half: _Half) -> _Half:
    """Return a discharge with 0.95 of the charge of a charge, as the first one has to be."""
    return _Half(
        tuple(
            Phase(p.duration, *_flat(0.95 * float(p.current(np.array(0.0)))), lambda t: 3.3 - 1e-5 * np.asarray(t))
            for p in half.phases
        )
    )


def _pulses(level: float, rng: np.random.Generator, sign: int) -> Iterator[Phase]:
    """Yield pulses with rests, as in a titration: the voltage relaxes in between."""
    length, pause = float(rng.uniform(300, 900)), float(rng.uniform(200, 600))
    for number in range(int(rng.integers(4, 9))):
        base = 3.4 + sign * 0.05 * number
        yield Phase(length, *_flat(level), lambda t, b=base: b + sign * (0.1 + 1e-4 * t))  # type: ignore[misc]
        yield Phase(pause, *_flat(0.0), lambda t, b=base: b + sign * 0.05 * np.exp(-t / 100))  # type: ignore[misc]


def _stepped(level: float, rng: np.random.Generator, sign: int) -> Iterator[Phase]:
    """Yield a plateau at one current, then a slower one."""
    for part in (1.0, 0.2):
        yield Phase(float(rng.uniform(2000, 5000)), *_flat(part * level), lambda t: 3.4 + sign * (0.04 + 2e-5 * t))


def _wobbling(level: float, rng: np.random.Generator, sign: int) -> Iterator[Phase]:
    """Yield a current that wobbles and falls, as a resistive load draws it; its integral is known."""
    period, depth = float(rng.uniform(500, 1500)), float(rng.uniform(0.1, 0.5))
    omega = 2 * np.pi / period

    def current(t: Floats) -> Floats:
        return np.asarray(level * (1 + depth * np.sin(omega * t)))

    def charge(t: Floats) -> Floats:
        return np.asarray(level * (t + depth * (1 - np.cos(omega * t)) / omega) / 3600)

    yield Phase(float(rng.uniform(3000, 6000)), current, charge, lambda t: 3.4 + sign * (0.1 + 3e-5 * t))


def _flat(level: float) -> tuple[Curve, Curve]:
    return lambda t: np.full(np.shape(t), level), lambda t: level * np.asarray(t) / 3600


def _truth(charge: list[float], reference: int, count: int) -> dict[str, float]:
    given = np.array(charge[: 2 * count]).reshape(-1, 2)
    efficiency = 100 * given[:, 1] / given[:, 0]
    truth = {
        "count": float(count),
        "charge_capacity": float(given[reference, 0]),
        "discharge_capacity": float(given[reference, 1]),
        "first_efficiency": float(efficiency[0]),
    }
    if count > 1:
        truth["coulombic_efficiency"] = float(np.median(efficiency[1:]))
    if reference < count - 1:
        truth["retention"] = float(100 * given[-1, 1] / given[reference, 1])
    return truth


# -- recording -------------------------------------------------------------------------------


def _recorded(
    halves: list[tuple[_Half, int]],
    programme: Programme,
    reference: int,
    recorder: Recorder,
    rng: np.random.Generator,
) -> dict[str, Column]:
    """Record all phases: rows, read current, voltage, and the columns that the instrument counts."""
    gain = {way: 1 + recorder.accuracy * float(rng.uniform(-1, 1)) for way in (1, -1)}
    meter = Ammeter.drawn(recorder.ranges, recorder.accuracy, rng) if recorder.ranges else None
    if meter:
        gain = {1: 1.0, -1: 1.0}
    moved = recorder.drift * float(rng.uniform(-1, 1))
    shift = float(rng.uniform(0, recorder.step_s))
    sign, before, last = programme.sign, 2 * reference + 1, 2 * (len(halves) // 2 - (programme.cut < 1)) - 1
    blocks, begin, done = [], 0.0, 0.0
    for place, (half, way) in enumerate(halves):
        # Zero at the reference, reached with the last cycle: the charge is true, the current is what is read.
        factor = gain[way] * (1 + moved * (place - before) / max(last - before, 1))
        for phase in _with_rests(half, programme, place, len(halves)):
            t = _rows(phase.duration, recorder, begin, shift)
            ends = np.append(t, phase.duration)
            true = sign * way * phase.current(t)
            passed = sign * way * phase.charge(ends) * factor
            if meter:
                fine = np.linspace(0, phase.duration, FINE)
                passed = passed + meter.charge_error(fine, sign * way * phase.current(fine), ends)
            read = sign * way * factor * phase.current(t)
            if meter:
                read = read + meter.error(true)
            blocks.append(
                (
                    begin + t,
                    read,
                    phase.voltage(t),
                    done + passed[:-1],
                    np.full(len(t), float(place)),
                    true,
                )
            )
            begin += phase.duration
            done += float(passed[-1])
    time, current, voltage, charge, number, true = (np.concatenate(column) for column in zip(*blocks, strict=True))
    if recorder.averaged:
        gone = np.diff(charge, prepend=0.0) * 3600
        since = np.diff(time, prepend=0.0)
        current = np.where(since > 0, gone / np.where(since > 0, since, 1), 0.0)
    current = current + recorder.noise_ma * rng.standard_normal(len(time)) * (current != 0)
    offset = recorder.offset_v * float(rng.uniform(-1, 1))
    columns = {
        "time": Column(time, "s"),
        "current": Column(current, "mA", averaged=recorder.averaged),
        "voltage": Column(voltage + offset + recorder.noise_v * rng.standard_normal(len(time)), "V"),
    }
    if meter and recorder.told:
        columns["current_range"] = Column(np.array(recorder.ranges)[meter.range_of(true)])
    return columns | _counted(recorder, charge, number)


def _with_rests(half: _Half, programme: Programme, number: int, count: int) -> Iterator[Phase]:
    """Yield the phases of a half cycle, the rest after it, and one before the first; none after a cut."""
    first, last = half.phases[0], half.phases[-1]
    if number == 0:
        yield _rest(300.0, float(first.voltage(np.array(0.0))))
    yield from half.phases
    if programme.rest_s and (number < count - 1 or programme.cut >= 1):
        yield _rest(programme.rest_s, float(last.voltage(np.array(last.duration))))


def _rest(duration: float, voltage: float) -> Phase:
    return Phase(duration, *_flat(0.0), lambda t: np.full(np.shape(t), voltage))


def _rows(duration: float, recorder: Recorder, begin: float, shift: float) -> Floats:
    """Return the times of the rows of a phase since its start: by edges, or by a clock that runs through."""
    if recorder.edges:
        inner = np.arange(recorder.step_s, duration - TICK_S, recorder.step_s)
        return np.concatenate([[min(TICK_S, duration / 2)], inner, [duration]])
    return np.arange((shift - begin) % recorder.step_s, duration, recorder.step_s)


def _counted(recorder: Recorder, charge: Floats, number: Floats) -> dict[str, Column]:
    counters = {"cycle": number // 2, "half": number, "none": None, "still": 0 * number}[recorder.counter]
    columns = {} if counters is None else {"cycle": Column(np.asarray(counters, dtype=np.int64))}
    grown = np.diff(charge, prepend=0.0)
    if recorder.charge == "charge":
        columns["charge"] = Column(charge, "mA*h")
    elif recorder.charge == "charge_increment":
        columns["charge_increment"] = Column(grown, "mA*h")
    elif recorder.charge == "both":
        # Each counts one direction, and restarts with every cycle.
        start = np.append(True, np.diff(number // 2) > 0)
        for name, way in (("charge_anodic", 1), ("charge_cathodic", -1)):
            total = np.cumsum(np.maximum(way * grown, 0))
            place = np.maximum.accumulate(np.where(start, np.arange(len(total)), 0))
            before = np.append(0.0, total)[place]
            columns[name] = Column(total - before, "mA*h")
    return columns
