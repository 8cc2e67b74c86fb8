"""Trains of pulses of which something is odd: what is said of it, with its numbers and its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from echub.testing import synth
from tests.oracles.told import World

TICK, LEVEL, START = 0.005, 0.5, 3.0
SILENT = ("~", "=", "u(", "n(", "note(", "charge.", "blocks.", "pulses", "pulse_", "rest_", "charge_", "asr_",
          "relaxation", "stripping_capacity:")  # fmt: skip


def several(count: int, pulse: float = 1.0, rest: float = 2.0) -> list[tuple[float, float]]:
    """Return pulses and the rests after them, s."""
    return [(pulse, rest)] * count


@dataclass(frozen=True)
class Odd:
    """Pulses of 0.5 mA/cm² and rests after them, s; U is 0.1 V and reaches no cut-off, or 3.5 V at the end of one.

    capacity: what is counted, or is passed at least, in seconds of current. spike: pulse in whose middle a single
    row is at 3.5 V. counter: the instrument's charge over the real one. block: the one that is asked for.
    """

    pulses: Sequence[tuple[float, float]]
    capacity: float | None
    flags: dict[str, tuple[str, str]]
    crossed: int | None = None
    spike: int | None = None
    counter: float = 1.0
    block: int = 0
    params: dict[str, str] = field(default_factory=dict)

    def begin(self, number: int) -> float:
        """Return when a pulse begins, s."""
        return START + sum(pulse + rest for pulse, rest in self.pulses[:number])

    def world(self) -> World:
        """Return it with its flags and the bounds of its capacity."""
        t, on, u = [np.arange(0, START - 0.05, 0.1), [START - TICK]], [np.zeros(31)], [np.zeros(31)]
        for k, (pulse, rest) in enumerate(self.pulses):
            within = np.r_[TICK, np.arange(0.1, pulse - 0.05, 0.1), pulse - TICK]
            after = np.r_[TICK, np.arange(0.1, rest - 0.05, 0.1), rest - TICK] if rest else np.zeros(0)
            rises = np.full(len(within), 0.1)
            if k == self.spike:
                rises[len(rises) // 2] = 3.5
            if k == self.crossed:
                rises[-3:] = 3.5
            t += [self.begin(k) + within, self.begin(k) + pulse + after]
            on += [np.ones(len(within)), np.zeros(len(after))]
            u += [rises, np.zeros(len(after))]
        t, on, u = map(np.concatenate, (t, on, u))
        passed = sum(np.clip(t - self.begin(k), 0, pulse) for k, (pulse, _) in enumerate(self.pulses))
        columns = {"time": synth.Column(t, "s"), "current": synth.Column(0.4 * LEVEL * on, "mA"),
                   "voltage": synth.Column(u, "V"), "current_setpoint": synth.Column(0.4 * LEVEL * on, "mA"),
                   "charge": synth.Column(self.counter * 0.4 * LEVEL * passed / 3600, "mA*h")}  # fmt: skip
        expected = dict(self.flags)
        if self.capacity is not None:
            expected["low(stripping_capacity)"] = self.counter * LEVEL * self.capacity / 3600
        params = {"block": str(self.block)} | self.params
        return World("pulsed-stripping", synth.Case(columns, {"cell.area": "0.4 cm^2"}).record(), expected, params,
                     within=1e-4, silent=SILENT)  # fmt: skip


def below(
    end: float, until: str = "the file ends", more: str = "", top: float = 0.1
) -> dict[str, tuple[str, str]]:
    """Return the flag of a series that does not reach the cut-off until a time, s."""
    text = f"U stays below 3 V (largest {top:g} V) until {until}: a lower bound{more}"
    return {"!right-censored": (text, f"t = {end:.5g} s")}


TWO = [*several(5), *several(6, rest=8.0)]
"""A pulse goes with the rest before it, so that the sixth is of the first block."""
BLOCKS = ("the file holds 2 blocks of different rests, levels or platings: none is its capacity alone",
          "table blocks")  # fmt: skip
NOT_FRESH = {"!not-fresh": ("block 2 begins on an electrode that was stripped: its capacity is not its rest's",
                            "pulse 7")}  # fmt: skip
ODD = {
    "ends in a pulse": Odd([*several(5), (0.4, 0.0)], 5.4 - TICK, {
        **below(START + 15.4 - TICK),
        "!ends-mid-pulse": ("the file ends 0.395 s into a pulse of 1 s", f"t = {START + 15.4 - TICK:.5g} s")}),
    "two rests": Odd(TWO, None, {
        "!several-blocks": BLOCKS, **NOT_FRESH,
        **below(START + 24 - TICK, "the next block begins", " (and 1 block more)")}),
    "the second of two": Odd(TWO, 5.0, {**NOT_FRESH, **below(START + 15 + 54 - TICK)}, block=2),
    "a spike": Odd(several(6), 6.0, {
        **below(START + 18 - TICK, top=3.5),
        "!spikes-beyond-cut-off": ("U is beyond the cut-off in 1 row, and back at once: a spike, no crossing",
                                   f"t = {START + 6.5:.5g} s")}, spike=2),
    "charges disagree": Odd(several(6), 6.0, {
        **below(START + 18 - TICK),
        "!charges-disagree": ("charge counts +5.0% against commanded level and edges", "table charge")},
        counter=1.05),
}  # fmt: skip
WORLDS = {f"odd pulses: {name}": one.world for name, one in ODD.items()}
