"""Charges and discharges of which one is odd: what `cycling` says of it, with its numbers and its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from echub.testing import synth
from tests.oracles.told import World

STEP, RESTS, LEVEL = 30.0, 10, 0.5
"""s, rows, mA."""
SILENT = ("~", "=", "?", "u(", "n(", "note(", "low(", "high(", "cycles.", "summary.", "rates.", "charge.",
          "charge_", "discharge_", "first_", "coulombic_", "energy_", "retention", "mean_", "c_rate")  # fmt: skip
BARE = {"!no-mass": ("no active mass is stated: no specific capacity", ""),
        "!no-area": ("no area is stated: no areal capacity", "")}  # fmt: skip


@dataclass(frozen=True)
class Odd:
    """Half cycles of so many rows, positive where they charge. cycles: how many are complete.

    open: no rest follows the last. gap: row that is followed by so many missing ones, by half cycle. blip: half
    cycle in whose middle row the current is reversed. counter: the instrument's charge over the real one.
    jumps: half cycle in whose row 50 the counter moves by 0.1 mA·h by itself.
    """

    rows: Sequence[int]
    cycles: int
    flags: dict[str, tuple[str, str]]
    open: bool = False
    gap: dict[int, tuple[int, int]] = field(default_factory=dict)
    blip: int | None = None
    counter: float | None = None
    jumps: int | None = None
    seen: str = "voltage"

    def begin(self, half: int) -> float:
        """Return when a half cycle starts, s: between two rows."""
        return STEP * (RESTS * (half + 1) + sum(abs(n) for n in self.rows[:half]))

    def world(self) -> World:
        """Return it with all flags, and the number of its cycles."""
        rest = np.zeros(RESTS)
        j, u, kept, moved = [rest], [rest + 3.5], [rest == 0], [rest]
        for half, signed in enumerate(self.rows):
            count = abs(signed)
            rests = 0 if self.open and half == len(self.rows) - 1 else RESTS
            flows, here, jump = np.full(count, LEVEL * np.sign(signed)), np.ones(count, bool), np.zeros(count)
            if half in self.gap:
                first, missing = self.gap[half]
                here[first + 1 : first + 1 + missing] = False
            if half == self.blip:
                flows[count // 2] *= -1
            if half == self.jumps:
                jump[50] = 0.1
            part = (np.arange(count) + 0.5) / 200
            j += [flows, np.zeros(rests)]
            u += [3.4 + 0.4 * part if signed > 0 else 3.7 - 0.4 * part, np.full(rests, 3.5)]
            kept += [here, np.ones(rests, bool)]
            moved += [jump, np.zeros(rests)]
        j, u, kept, moved = map(np.concatenate, (j, u, kept, moved))
        t = STEP * (np.arange(len(j)) + 0.5)
        columns = {"time": synth.Column(t[kept], "s"), "current": synth.Column(j[kept], "mA"),
                   self.seen: synth.Column(u[kept], "V")}  # fmt: skip
        if self.counter:
            # In the first row of a half cycle only half a step has flowed.
            passed = np.cumsum((j + np.r_[0.0, j[:-1]]) / 2) * STEP / 3600
            columns["charge"] = synth.Column((self.counter * passed + np.cumsum(moved))[kept], "mA*h")
        case = synth.Case(columns, {"cell.electrodes.working.polarity": "positive"})
        expected = {"cycles": self.cycles, **BARE, **self.flags}
        return World("cycling", case.record(), expected, {"charge": "anodic"}, silent=SILENT)


ONE = ("only cycle 1 is complete: no retention, and no efficiency of later cycles", "")
LEFT = "not complete (cut, or charged before the file starts), and not used: cycle "
SOUND = (220, -200, 205, -195, 204, -190)
ODD = {
    "ends while discharging": Odd((220, -200), 1, {
        "!one-cycle": ONE,
        "!ends-under-current": ("the file ends while current flows, and no earlier half cycle shows that this one "
                                "was complete", f"t = {STEP * (20 + 419.5):.5g} s")}, open=True),
    "cut": Odd((*SOUND[:5], -90), 2, {"!incomplete-cycles": (f"{LEFT}3", "")}, open=True),
    "discharged first": Odd((-150, *SOUND), 3, {"!incomplete-cycles": (f"{LEFT}0", "")}),
    "rows are missing": Odd(SOUND, 3, {
        "!rows-missing": ("1 half cycle has a gap with more than a tenth of its charge",
                          f"t = {STEP * 450:.5g} s")},
        gap={2: (60, 40)}),
    "rows are missing twice": Odd(SOUND, 3, {
        "!rows-missing": ("2 half cycles have a gap with more than a tenth of their charge",
                          f"t = {STEP * 450:.5g} s")}, gap={2: (60, 40), 5: (60, 40)}),
    "more is discharged": Odd((200, -210, 205, -195, 204, -190), 3, {
        "!more-discharged": ("the first complete cycle discharges 105.0 % of its charge: the cell held charge "
                             "before, or the other current is the charge", "")}),
    "counters differ": Odd(SOUND, 3, {
        "!ways-disagree": ("ways of counting the charge differ from charge: sampled current -4.8%", "")},
        counter=1.05),
    "a counter jumps": Odd(SOUND, 3, {
        "!counter-jumps": ("charge moves in 1 row by what no current near them can be: there the current counts",
                           f"t = {STEP * (RESTS * 4 + 220 + 200 + 205 + 50.5):.5g} s")}, counter=1.0, jumps=3),
    "a pulse": Odd((640, -600, 620, -590, 604, -580), 3, {
        "!short-pulses": ("1 pulse of under 0.5 % of its neighbours is not a half cycle", "")}, blip=2),
    "one electrode": Odd(SOUND, 3, {
        "!one-electrode": ("energies are of the potential against the reference, not of the cell", "")},
        seen="potential_we"),
}  # fmt: skip
WORLDS = {f"odd cycles: {name}": one.world for name, one in ODD.items()}
