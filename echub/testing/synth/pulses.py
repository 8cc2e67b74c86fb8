"""Stripping pulses with rests until the contact is lost, with known capacity.

Voids. Each pulse takes metal from the interface; diffusion and creep refill what it left during the
rest r, apart from the fraction

    f(r) = unhealed + (1 - unhealed) · exp(-r / healing).

The voids left open cover the contact when they amount to `void_charge`, so that the capacity
C(r) = void_charge / f(r) rises with the rest, from `void_charge` to the plateau void_charge / unhealed.
The contact that is left after the charge Q is θ = 1 - Q/C, and in a pulse

    U = j · (asr_bulk + asr_contact / θ) + polarisation · s,

where s, the concentration polarisation, builds up in the pulse and relaxes in the rest with one time
constant. The first crossing of the cut-off is found in this formula by bisection, never from rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from echub.analysis.outcome import Condition, Measurand, Outcome
from echub.testing.synth.case import Case, Column
from echub.testing.synth.instrument import CONTROL_TICK_S, Floats, Instrument

HOUR_S = 3600.0
NO_CONTACT = 1e-6
"""Share of the contact that always remains: the instrument's compliance limits the voltage before."""
QUIET = Instrument(sampling_s=0.1, noise_ma=1e-5, quantum_ma=0.0, accuracy=0.0)
RESTS_S = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


@dataclass(frozen=True)
class Voids:
    """A stripped electrode: area cm², asr Ω·cm², void_charge mA·h/cm², times s."""

    area_cm2: float = 0.385
    asr_bulk: float = 30.0
    asr_contact: float = 10.0
    void_charge: float = 0.005
    unhealed: float = 0.2
    healing_s: float = 1.0
    polarisation_v: float = 0.02
    relaxation_s: float = 0.3

    def capacity(self, rest_s: float) -> float:
        """Return the charge at which no contact is left, mA·h/cm²."""
        return self.void_charge / (self.unhealed + (1 - self.unhealed) * math.exp(-rest_s / self.healing_s))


@dataclass(frozen=True)
class Pulses:
    """A series of pulses: one block for each of `rests_s`; j in mA/cm², times in s.

    direction: +1 oxidises the working electrode. `limit`: the capacity limit of each block, mA·h/cm².
    `replated`: between blocks the metal is plated back. edge_rows: the instrument adds rows before and
    after each edge; limit_row: it ends a tick after the cut-off is reached, else in the rest that follows.
    offset: current at rest, as a fraction of the pulse's; it flows (`offset_flows`) or is only read. gain: true
    current over the read one, less 1. charge: the column in which the instrument counts charge.
    """

    cell: Voids = Voids()
    instrument: Instrument = QUIET
    rests_s: tuple[float, ...] = (2.0,)
    j: float = 1.0
    pulse_s: float = 1.0
    direction: int = 1
    cut_off_v: float = 3.0
    lead_s: float = 5.0
    limit: float | None = None
    replated: bool = True
    edge_rows: bool = True
    limit_row: bool = True
    offset: float = 0.0
    offset_flows: bool = True
    gain: float = 0.0
    charge: Literal["charge", "charge_increment", ""] = "charge"


@dataclass(frozen=True)
class PlannedBlock:
    """Rows of one block, s from its first pulse: j as read, U, charge as counted, and true."""

    time: Floats
    j: Floats
    set_point: Floats
    voltage: Floats
    counted: Floats
    passed: float
    reached: bool
    lost: float


class PlannedTrain:
    """One block: when current flows, the charge passed, and the voltage needed.

    lost: share of the contact that blocks before have taken.
    """

    def __init__(self, setup: Pulses, rest_s: float, lost: float) -> None:
        self.setup, self.rest_s, self.lost = setup, rest_s, lost
        self.period = setup.pulse_s + rest_s
        self.capacity = setup.cell.capacity(rest_s)

    def passed(self, t: Floats, offset: float, gain: float = 0.0) -> Floats:
        """Return the charge since the start of the first pulse, mA·h/cm², with a current at rest of `offset`·j."""
        number = np.floor((t - 1e-7) / self.period)
        on = number * self.setup.pulse_s + np.clip(t - number * self.period, 0, self.setup.pulse_s)
        return np.asarray(self.setup.j * (on + offset * t) * (1 + gain) / HOUR_S)

    def flows(self, t: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Return for times (n,), s, whether the pulse flows: from just after its start to its end."""
        phase = t - np.floor((t - 1e-7) / self.period) * self.period
        return np.asarray((t > 1e-7) & (phase <= self.setup.pulse_s + 1e-7))

    def voltage(self, t: Floats) -> Floats:
        """Return U (n,), V, counted positive, at times (n,), s, without the limit of the instrument."""
        s, cell = self.setup, self.setup.cell
        real = s.offset if s.offset_flows else 0.0
        left = 1 - self.lost - self.passed(t, real, s.gain) / self.capacity
        asr = cell.asr_bulk + cell.asr_contact / np.maximum(left, NO_CONTACT)
        j = s.j * (1 + s.gain) * (self.flows(t) + real)
        return np.asarray(j * asr / 1000 + cell.polarisation_v * self._polarised(t))

    def _polarised(self, t: Floats) -> Floats:
        """Return the share of the polarisation that has built up, in closed form."""
        s, tau = self.setup, self.setup.cell.relaxation_s
        number = np.maximum(np.floor((t - 1e-7) / self.period), 0)
        phase = t - number * self.period
        decay = math.exp(-self.period / tau)
        steady = -math.expm1(-s.pulse_s / tau) * math.exp(-self.rest_s / tau) / (1 - decay)
        begin = steady * (1 - decay**number)
        on = np.clip(phase, 0, s.pulse_s)
        return np.asarray((1 - (1 - begin) * np.exp(-on / tau)) * np.exp(-np.maximum(phase - s.pulse_s, 0) / tau))

    def crossing(self) -> float:
        """Find when U first reaches the cut-off, s after the start of the first pulse."""
        s = self.setup
        least = s.j * s.pulse_s / HOUR_S
        ends = np.arange(int(self.capacity / least) + 2) * self.period + s.pulse_s
        first = float(ends[int(np.argmax(self.voltage(ends) >= s.cut_off_v))])
        low, high = first - s.pulse_s, first
        for _ in range(100):
            middle = (low + high) / 2
            beyond = float(self.voltage(np.array([middle]))[0]) >= s.cut_off_v
            low, high = (low, middle) if beyond else (middle, high)
        return high

    def limited(self) -> float:
        """Find when the capacity limit of the block ends it, s; inf without one."""
        s = self.setup
        if s.limit is None:
            return math.inf
        number, part = divmod(s.limit * HOUR_S / s.j, s.pulse_s)
        if part < 1e-6 * s.pulse_s:
            number, part = number - 1, s.pulse_s
        return number * self.period + part

    def block(self) -> PlannedBlock:
        """Record it."""
        s = self.setup
        at, limit = self.crossing(), self.limited()
        reached = at <= limit
        t = self._times(min(at, limit), reached=reached)
        flows, offset = self.flows(t), np.full(len(t), s.offset)
        total = float(self.passed(np.array([min(at, limit)]), s.offset if s.offset_flows else 0.0, s.gain)[0])
        return PlannedBlock(
            t,
            s.j * (flows + offset),
            np.where(flows, s.j, 0.0),
            self.voltage(t),
            self.passed(t, s.offset),
            total,
            reached,
            self.lost + total / self.capacity,
        )

    def _times(self, end: float, *, reached: bool) -> Floats:
        s, step = self.setup, self.setup.instrument.sampling_s
        last = end
        if reached:
            number = math.floor((end - 1e-7) / self.period)
            last = end + CONTROL_TICK_S if s.limit_row else number * self.period + s.pulse_s + self.rest_s / 2
        regular = np.arange(step, last, step)
        if not s.edge_rows:
            return np.append(regular, last)
        begin = np.arange(0.0, last, self.period)
        edges = np.concatenate([begin, begin + s.pulse_s])
        rows = np.concatenate([regular, edges, edges + CONTROL_TICK_S])
        return np.append(np.unique(np.round(rows[(rows > 1e-6) & (rows < last - 1e-6)], 7)), last)


def pulses(seed: int = 0, setup: Pulses | None = None) -> Case:
    """Record a series of stripping pulses; the same seed and setup give the same rows.

    The truth holds `stripping_capacity` if one block reached the cut-off (else `passed`), that of
    each rest (`capacity_2s` …), the plateau, `charge_per_pulse`, `asr_jump` and `relaxation_time`.
    """
    setup = setup or Pulses()
    cell, rng = setup.cell, np.random.default_rng(seed)
    blocks = list(_blocks(setup))
    rows = [np.concatenate(part) for part in zip(*_joined(blocks, setup), strict=True)]
    time, j, set_point, voltage, counted = rows
    area, sign = cell.area_cm2, setup.direction
    voltage = setup.instrument.potential(voltage * sign, rng)
    columns = {
        "time": Column(time, "s"),
        "current": Column(setup.instrument.current(j * area * sign, rng), "mA"),
        "current_setpoint": Column(set_point * area * sign, "mA"),
        "voltage": Column(voltage, "V"),
    }
    if setup.charge:
        running = counted * area * sign
        values = running if setup.charge == "charge" else np.diff(running, prepend=0.0)
        columns[setup.charge] = Column(values, "mA*h")
    truth = {
        "charge_per_pulse": setup.j * setup.pulse_s * (1 + setup.gain) / HOUR_S,
        "asr_jump": cell.asr_bulk + cell.asr_contact,
        "relaxation_time": cell.relaxation_s,
        "plateau": cell.void_charge / cell.unhealed,
        **{f"capacity_{rest:g}s": b.passed for rest, b in zip(setup.rests_s, blocks, strict=True) if b.reached},
    }
    if len(blocks) == 1:
        truth["stripping_capacity" if blocks[0].reached else "passed"] = blocks[0].passed
    return Case(columns, {"cell.area": f"{area!r} cm^2", "cell.temperature": "30.0 degC"}, truth)


def _blocks(setup: Pulses) -> Iterator[PlannedBlock]:
    lost = 0.0
    for rest in setup.rests_s:
        block = PlannedTrain(setup, rest, lost).block()
        lost = 0.0 if setup.replated else block.lost
        yield block


def _joined(blocks: list[PlannedBlock], setup: Pulses) -> Iterator[tuple[Floats, ...]]:
    """Insert a rest before the first block, and plating or a rest before each further one."""
    start, charge = 0.0, 0.0
    for number, block in enumerate(blocks):
        pause = HOUR_S * blocks[number - 1].passed / setup.j if number and setup.replated else 0.0
        plating = -setup.j * (pause > 0)
        lead = np.unique([CONTROL_TICK_S, *np.arange(60.0, pause, 60.0), pause]) if pause else np.zeros(0)
        charged = charge + plating * lead / HOUR_S
        yield (
            start + lead,
            np.full(len(lead), plating),
            np.full(len(lead), plating),
            0.05 * plating + 0 * lead,
            charged,
        )
        start, charge = start + pause, charge + plating * pause / HOUR_S
        rest = np.arange(CONTROL_TICK_S if number else 0.0, setup.lead_s, setup.instrument.sampling_s)
        rest = np.append(rest[rest < setup.lead_s - 1e-6], setup.lead_s)
        still = np.full(len(rest), setup.offset * setup.j)
        charged = charge + still * rest / HOUR_S
        yield start + rest, still, 0 * rest, 0 * rest, charged
        start, charge = start + setup.lead_s, float(charged[-1])
        yield start + block.time, block.j, block.set_point, block.voltage, charge + block.counted
        start, charge = start + float(block.time[-1]), charge + float(block.counted[-1])


def rest_series(
    seed: int = 0, setup: Pulses | None = None, rests_s: tuple[float, ...] = RESTS_S
) -> tuple[Case, ...]:
    """Record one file for each rest."""
    setup = setup or Pulses()
    return tuple(pulses(seed + n, replace(setup, rests_s=(rest,))) for n, rest in enumerate(rests_s))


def stripped(seed: int = 0, cell: Voids | None = None, scatter: float = 0.02, cells: int = 3) -> Case:
    """Generate the outcomes of several cells at rests around and far beyond healing; the plateau is known."""
    cell, rng = cell or Voids(), np.random.default_rng(seed)
    rests = [cell.healing_s * factor for factor in (0.1, 0.3, 1.0, 3.0, 10.0, 20.0, 40.0)]
    outcomes = tuple(
        _outcome(rest, cell.capacity(rest) * (1 + scatter * rng.standard_normal()), scatter, number)
        for rest in rests
        for number in range(cells)
    )
    return Case(truth={"capacity_plateau": cell.capacity(math.inf)}, outcomes=outcomes)


def _outcome(rest_s: float, capacity: float, scatter: float, number: int) -> Outcome:
    measurands = {
        "stripping_capacity": Measurand("mA*h/cm^2", capacity, scatter * capacity),
        "rest_duration": Measurand("s", rest_s),
    }
    conditions = {"cut_off": Condition(3.0, "V"), "direction": Condition("we_oxidised")}
    return Outcome(
        measurands,
        conditions=conditions,
        analysis="pulsed-stripping",
        label=f"rest {rest_s:g} s, cell {number + 1}",
    )
