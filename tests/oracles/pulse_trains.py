"""Trains of pulses with straight voltages, and edges in the middle between two rows 10 ms apart."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, hypot, sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.plain import drawn
from tests.oracles.told import World

TICK = 0.005
RISE, PER_PULSE, JUMP = 0.01, 0.001, 0.02
"""Of the voltage: V/s within a pulse, V from pulse to pulse, V at its start."""
CUT = 3.0


@dataclass(frozen=True)
class Train:
    """`count` pulses of `pulse` s and `rest` s of a current, mA/cm², that starts after 3 s.

    last: the two voltages of the rows that reach the cut-off in pulse `count`, or () if none does. more: pulses
    after that. counter: column of the instrument's charge. still: current at rest as a part of the pulse's.
    accuracy, wide: of the current and of the area, %. full: range of the current, mA. seen: column of the voltage.
    """

    count: int = 6
    pulse: float = 1.0
    rest: float = 2.0
    current: float = 0.5
    area: float | None = 0.4
    way: int = 1
    last: tuple[float, ...] = (1.0, 3.5)
    more: int = 0
    counter: str = "charge"
    commanded: bool = True
    still: float = 0.0
    relaxes: float = 0.0
    accuracy: float = 0.1
    wide: float = 0.0
    full: float | None = None
    seen: str = "voltage"
    reference: str = ""

    @property
    def open(self) -> float:
        """Return the standard uncertainty of a current by its accuracy: of the value, or of offset and gain."""
        gain = self.accuracy / 100
        offset = gain * self.full / (self.area or 1.0) / self.current if self.full else 0.0
        return hypot(offset, gain) / sqrt(3)

    @property
    def size(self) -> float:
        """Return the relative uncertainty of the area, of what is per area."""
        return self.wide / 100 if self.area else 0.0

    @property
    def against(self) -> str:
        """Return what the cut-off is measured against."""
        if self.seen == "voltage":
            return "across the cell"
        return f"{self.seen} against {self.reference or 'a reference that is not stated'}"

    def rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return time, number of the pulse (-1: none), and voltage."""
        rest = np.arange(0.1, self.rest - 0.05, 0.1)
        within = np.r_[TICK, np.arange(0.1, self.pulse - 0.05, 0.1), self.pulse - TICK]
        t, number, u = [np.arange(0, 3 - 0.05, 0.1), [3 - TICK]], [np.full(31, -1)], [np.zeros(31)]
        for k in range(self.count + self.more):
            start = self.start(k)
            rising = JUMP + PER_PULSE * k + RISE * within
            if self.last and k >= self.count - 1:
                rising[5:] = self.last[-1]
                rising[4] = self.last[0]
            t += [start + within, start + self.pulse + np.r_[TICK, rest, self.rest - TICK]]
            number += [np.full(len(within), k), np.full(len(rest) + 2, -1)]
            falls = np.r_[TICK, rest, self.rest - TICK]
            relaxed = 0.01 * np.exp(-falls / self.relaxes) if self.relaxes else 0 * falls
            u += [rising, relaxed]
        return tuple(np.concatenate(part) for part in (t, number, u))

    def start(self, k: int) -> float:
        """Return when a pulse starts, s."""
        return 3 + k * (self.pulse + self.rest)

    def passed(self, t: np.ndarray) -> np.ndarray:
        """Return the charge that has flowed, mA·h/cm²."""
        k = np.floor((t - 3) / (self.pulse + self.rest))
        on = k * self.pulse + np.minimum(t - 3 - k * (self.pulse + self.rest), self.pulse)
        return self.current * (np.maximum(on, 0) + self.still * t) / 3600

    def case(self) -> synth.Case:
        """Return the rows in mA of the whole cell."""
        t, number, u = self.rows()
        area = self.way * (self.area or 1.0)
        pulse = np.where(number >= 0, self.current, 0.0)
        columns = {
            "time": synth.Column(t, "s"),
            "current": synth.Column(area * (pulse + self.still * self.current), "mA"),
            # The counter electrode is stripped while the other one is plated: its potential rises then.
            self.seen: synth.Column(u if self.seen == "potential_ce" else self.way * u, "V"),
        }
        if self.full:
            columns["current_range"] = synth.Column(np.full(len(t), f"{self.full:g} mA"))
        if self.commanded:
            columns["current_setpoint"] = synth.Column(area * pulse, "mA")
        if self.counter:
            running = area * self.passed(t)
            values = running if self.counter == "charge" else np.diff(running, prepend=running[0])
            columns[self.counter] = synth.Column(values, "mA*h")
        stated = {"cell.area": f"{self.area} cm^2" if self.area else "", "cell.reference": self.reference}
        return synth.Case(columns, {path: text for path, text in stated.items() if text})

    def share(self) -> tuple[float, float]:
        """Return where the cut-off is crossed between two rows, as the bracket of shares of the way."""
        chord = (CUT - self.last[0]) / (self.last[1] - self.last[0])
        convex = self.last[1] - self.last[0] >= self.last[0] - (JUMP + PER_PULSE * (self.count - 1) + 0.3 * RISE)
        return (chord, 1.0) if convex else (0.0, chord)

    def end(self) -> float:
        """Return when the cut-off is crossed, or the file ends, s."""
        t = self.rows()[0]
        return self.start(self.count - 1) + 0.4 + 0.1 * sum(self.share()) / 2 if self.last else float(t[-1])

    def world(self) -> World:
        """Return it with its outcome."""
        found = {**_pulses(self), **_charge(self), **_rest(self), **_shown(self)}
        params = {"current_accuracy": f"{self.accuracy} %", "area_uncertainty": f"{self.wide} %"}
        return World("pulsed-stripping", self.case().record(), found, params, within=1e-5,
                     loose={"pulses.relaxation": 1e-3, "relaxation_time": 1e-3})  # fmt: skip


def _shown(train: Train) -> dict[str, Any]:
    """Return what a figure shows: the whole trace, and the pulse in the middle with all its rows."""
    t, number, u = train.rows()
    middle = (train.count - 1) // 2
    start, end = train.start(middle), train.start(middle) + train.pulse
    part = (t > start - 0.3 * train.pulse) & (t < end + min(train.rest, 5 * train.pulse))
    return {**drawn(t, U=u, j=np.where(number >= 0, train.current, 0.0)), "~pulse_t": t[part] - start,
            "~pulse_U": u[part], "~pulse_number": [middle + 1]}  # fmt: skip


def _flows(train: Train) -> np.ndarray:
    """Return how long each pulse flows until the end, s."""
    flows = np.full(train.count, train.pulse)
    if train.last:
        flows[-1] = train.end() - train.start(train.count - 1)
    return flows


def _pulses(train: Train) -> dict[str, Any]:
    k = np.arange(train.count)
    last = np.full(train.count, JUMP + RISE * (train.pulse - TICK)) + PER_PULSE * k
    rest = np.full(train.count, train.rest)
    if train.last:
        last[-1] = train.last[0] + sum(train.share()) / 2 * (train.last[1] - train.last[0])
    if not train.more:
        rest[-1] = np.nan
    left = 0.01 * exp(-(train.rest - TICK) / train.relaxes) if train.relaxes else 0.0
    before = np.full(train.count, left)
    before[0] = 0.0
    return {
        "pulses.pulse": k + 1,
        "pulses.block": np.ones(train.count),
        "pulses.start": [train.start(n) for n in k],
        "pulses.duration": _flows(train),
        "pulses.j": np.full(train.count, train.way * train.current),
        "pulses.U_start": JUMP + RISE * TICK + PER_PULSE * k,
        "pulses.U_end": last,
        "pulses.U_jump": JUMP + RISE * TICK + PER_PULSE * k - before,
        "pulses.rest": rest,
        "pulses.U_rest_end": np.full(train.count, left),
        "pulses.relaxation": np.full(train.count, train.relaxes or np.nan),
        "pulses.charge": train.current * _flows(train) / 3600,
        # The figure has whole pulses, what follows the crossing too.
        "~charge": train.current * train.pulse / 3600 * (k + 1),
        "~U_end": [*last[:-1], train.last[-1] if train.last else last[-1]],
        "~cut_off": [CUT],
        "~end": [train.end()],
        "=cut_off": CUT,
        "=cut_off_against": train.against,
        "=direction": "we_oxidised" if train.way > 0 else "we_reduced",
        "=pulse_current_density": train.current,
        "=pulse_duration": train.pulse,
    }


def _left_open(train: Train) -> float:
    """Return how long the pulses may have lasted beyond what is counted: all edges lie alike between rows, s."""
    return TICK * (2 * train.count - bool(train.last)) / sqrt(3)


def _ways(train: Train) -> tuple[list[str], list[float]]:
    """Return the ways of counting, what each finds, and what the edges leave open."""
    flows = _flows(train)
    edges = ("commanded" if train.commanded else "measured") + " level and edges"
    names = [*([train.counter] if train.counter else []), edges, "trapezoid", "left hold", "on-samples"]
    cut = bool(train.last)
    lost = {"left hold": TICK * cut, "on-samples": 2 * TICK * train.count - TICK * cut}
    return names, [train.current * (flows.sum() - lost.get(name, 0.0)) / 3600 for name in names]


def _charge(train: Train) -> dict[str, Any]:
    names, totals = _ways(train)
    total, unit = totals[0], train.current / 3600
    low, high = train.share() if train.last else (0.0, 0.0)
    at_rest = unit * train.still * (train.end() - train.start(0) - _flows(train).sum())
    edges = 0.0 if train.counter else unit * _left_open(train)
    parts = {
        "rows around the crossing": unit * 0.1 * (high - low) / sqrt(12),
        "edges between rows": edges or None,
        "accuracy of the current range" if train.full else "accuracy of the current": total * train.open,
        "area": total * train.size,
    }
    known = {name: u for name, u in parts.items() if u}
    u, name = hypot(*known.values()), "stripping_capacity" if train.area else "stripping_charge"
    ended = "cut_off" if train.last else "file"
    answer = {f"{name}: {part}": value for part, value in known.items()} | {f"u({name})": u}
    if train.last:
        answer |= {name: total, f"low({name})": total - 1.959964 * u, f"high({name})": total + 1.959964 * u}
    else:
        answer |= {f"low({name})": total}
    count = len(names)
    return {
        **answer,
        f"note({name})": f"by {names[0]}; cut-off {CUT:g} V {train.against}",
        "=charge_by": names[0],
        "charge.method": names,
        "charge.charge": totals,
        "charge.difference": [one - total for one in totals],
        "charge.relative": [100 * (one / total - 1) for one in totals],
        "charge.at_rest": [at_rest if n < count - 3 else 0.0 for n in range(count)],
        "charge.decides": [n == 0 for n in range(count)],
        "blocks.block": [1],
        "blocks.before": ["start"],
        "blocks.rest": [train.rest],
        "blocks.j": [train.current],
        "blocks.pulse": [train.pulse],
        "blocks.pulses": [train.count],
        "blocks.capacity": [total if train.last else None],
        "blocks.uncertainty": [u],
        "blocks.more_than": [None if train.last else total],
        "blocks.ended_by": [ended],
    }


def _rest(train: Train) -> dict[str, Any]:
    accuracy, each = hypot(train.open, train.size), train.current * train.pulse / 3600
    whole, jump = train.count - bool(train.last), 1000 * (JUMP + RISE * TICK) / train.current
    rise = 1000 * RISE * 2 * TICK / sqrt(3) / train.current
    # A whole pulse has two edges, each anywhere between rows; those of all pulses alike, so that no median helps.
    edges = 0.0 if train.counter else train.current / 3600 * 2 * TICK / sqrt(3)
    name = "asr_jump" if train.area else "resistance_jump"
    found = {
        "pulses": train.count,
        "note(pulses)": "begun; the last one counted to the end",
        f"note({name})": "of the first pulse",
        "charge_per_pulse": each,
        "u(charge_per_pulse)": hypot(accuracy * each, edges),
        "n(charge_per_pulse)": whole,
        "pulse_current_density": train.current,
        "u(pulse_current_density)": accuracy * train.current,
        "n(pulse_current_density)": whole,
        "pulse_duration": train.pulse,
        "u(pulse_duration)": TICK * sqrt(2 / 3),
        "n(pulse_duration)": whole,
        "rest_duration": train.rest,
        "u(rest_duration)": TICK / sqrt(3),
        "n(rest_duration)": train.count - 1,
        name: jump,
        f"u({name})": hypot(rise, accuracy * jump),
    }
    if train.relaxes:
        found |= {"relaxation_time": train.relaxes, "n(relaxation_time)": train.count, f"u({name})": ...,
                  "u(relaxation_time)": 0.1 / sqrt(12)}  # fmt: skip
    if train.seen != "voltage":
        text = f"the cut-off is read from {train.against}, not across the cell"
        found["!one-electrode"] = (text, "")
    if not train.area:
        found["!no-area"] = ("no area is stated: a charge, not a capacity", "")
    if not train.counter:
        text = "the instrument's charge column is not there: commanded level and edges decide"
        found["!no-charge-column"] = (text, "")
        open_, whole = _left_open(train), _flows(train).sum()
        if open_ > 5e-3 * whole:
            found["!edges-uncertain"] = (f"rows leave the edges open by {open_ / whole:.1%} of the charge", "")
    if not train.last:
        top = JUMP + PER_PULSE * (train.count - 1) + RISE * (train.pulse - TICK)
        text = f"U stays below 3 V (largest {top:.4g} V) until the file ends: a lower bound"
        found["!right-censored"] = (text, f"t = {train.end():.5g} s")
    if train.more:
        follow, count = ("pulse follows", "it is") if train.more == 1 else ("pulses follow", "they are")
        text = f"{train.more} more {follow} the first crossing of the cut-off: {count} not counted"
        found["!continued-after-cut-off"] = (text, f"t = {train.end():.5g} s")
    return found


TRAINS = {
    "convex": Train(),
    "concave": Train(last=(2.0, 3.5)),
    "no area": Train(area=None),
    "reduced": Train(way=-1),
    "increments": Train(counter="charge_increment", count=9),
    "no counter": Train(counter=""),
    "no counter, reduced, no area": Train(counter="", way=-1, area=None, current=2.0),
    "not commanded": Train(commanded=False),
    "no crossing": Train(last=()),
    "no crossing, no counter": Train(last=(), counter="", pulse=2.0),
    "accuracies": Train(accuracy=0.5, wide=2.0),
    "a range, no area": Train(full=5.0, area=None, wide=2.0),
    "a range": Train(full=1.0, accuracy=0.3, counter="", wide=1.0),
    "one electrode": Train(seen="potential_we", reference="Li"),
    "the other electrode": Train(seen="potential_ce", way=-1, last=()),
    "goes on": Train(more=2),
    "relaxes": Train(relaxes=0.4),
    "relaxes, goes on": Train(relaxes=0.3, more=1, way=-1),
}
WORLDS = {f"pulses: {name}": train.world for name, train in TRAINS.items()}
