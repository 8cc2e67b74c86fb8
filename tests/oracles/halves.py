"""Half cycles at one current or two of a symmetric cell, which shorts or does not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.plain import course, half_width
from tests.oracles.told import World

ROWS, RESTS, STEP = 120, 6, 30.0
WAYS = {1: "we_oxidised", -1: "we_reduced"}


@dataclass(frozen=True)
class Halves:
    """`count` half cycles at `level` mA/cm², the later half at `later`; R·A of both directions, Ω·cm².

    shorts: half cycle (from 0) in whose row 80 the cell shorts to a part `left`. offset: V. accuracy: %.
    """

    count: int = 16
    level: float = 0.5
    later: float | None = None
    asr: tuple[float, float] = (100.0, 104.0)
    shorts: int | None = 11
    left: float = 0.1
    offset: float = 0.002
    area: float | None = 0.6
    first: int = 1
    accuracy: float = 0.2
    gain: float = 0.4

    @property
    def levels(self) -> np.ndarray:
        """Return the level of each half cycle."""
        later = np.arange(self.count) >= self.count // 2
        return np.where(later, self.later or self.level, self.level)

    @property
    def signs(self) -> np.ndarray:
        """Return the direction of each half cycle."""
        return self.first * np.where(np.arange(self.count) % 2, -1, 1)

    def resistance(self, k: int, row: np.ndarray) -> np.ndarray:
        """Return R·A in some rows."""
        r = self.asr[0 if self.signs[k] > 0 else 1] * np.ones(len(row))
        if self.shorts is None or k < self.shorts:
            return r
        return np.where((row >= 80) | (k > self.shorts), self.left * r, r)

    def case(self) -> synth.Case:
        """Return its columns."""
        t, half, row, _ = course(np.full(self.count, STEP), ROWS, RESTS)
        j = np.where(half >= 0, (self.signs * self.levels)[half], 0.0)
        r = np.array(
            [self.resistance(k, np.array([n]))[0] if k >= 0 else 0.0 for k, n in zip(half, row, strict=True)]
        )
        columns = {"time": synth.Column(t + 50, "s"), "current": synth.Column(j * (self.area or 1.0), "mA"),
                   "voltage": synth.Column(j * r / 1000 + self.offset, "V")}  # fmt: skip
        return synth.Case(columns, {"cell.area": f"{self.area} cm^2"} if self.area else {})

    def world(self) -> World:
        """Return it with its outcome."""
        params = {"current_accuracy": f"{self.accuracy} %", "voltage_gain": f"{self.gain} %"}
        return World("symmetric-cycling", self.case().record(), self.expected(), params, within=1e-5,
                     silent=("~", "note(", "!current-range"), loose=dict.fromkeys(ENDS, 1e-4))  # fmt: skip

    def expected(self) -> dict[str, Any]:
        """Return the whole outcome."""
        *_, begins = course(np.full(self.count, STEP), ROWS, RESTS)
        until = self.count if self.shorts is None else self.shorts
        # Of a half cycle that shorts at row 80 the median is that of before.
        low = [self.shorts is not None and k > self.shorts for k in range(self.count)]
        of = np.array([self.asr[0 if s > 0 else 1] for s in self.signs]) * np.where(low, self.left, 1.0)
        whole = self.offset + self.signs * self.levels * of / 1000
        over, ends = self.signs * whole, whole.copy()
        if self.shorts is not None:
            ends[self.shorts] = self.offset + self.left * (whole[self.shorts] - self.offset)
        charge = self.levels * ROWS * STEP / 3600
        resistance = 1000 * over / self.levels
        columns = {
            "half_cycle": np.arange(1, self.count + 1), "direction": [WAYS[s] for s in self.signs],
            "start": (begins - begins[0]) / 3600, "level": self.levels, "charge": charge, "overpotential": over,
            "U_end": ends, "resistance": resistance,
        }  # fmt: skip
        found: dict[str, Any] = {f"half_cycles.{name}": values for name, values in columns.items()}
        found |= self._levels(over, resistance, until) | self._life(begins)
        return found | self._answers(over, resistance, charge, until)

    def _levels(self, over: np.ndarray, resistance: np.ndarray, until: int) -> dict[str, Any]:
        cuts = [0, self.count // 2, self.count] if self.later else [0, self.count]
        spans = [slice(a, min(b, until)) for a, b in pairwise(cuts)]
        columns = {
            "level": [self.levels[a] for a in cuts[:-1]], "first": [a + 1 for a in cuts[:-1]], "last": cuts[1:],
            "overpotential": [np.median(over[s]) for s in spans],
            "resistance": [np.median(resistance[s]) for s in spans],
        }  # fmt: skip
        return {f"levels.{name}": values for name, values in columns.items()}

    def _answers(self, over: Any, resistance: Any, charge: Any, until: int) -> dict[str, Any]:
        signs = self.signs[:until]
        both = [np.mean([np.median(v[:until][signs == s]) for s in (1, -1)]) for v in (resistance, over)]
        name = "asr_cell" if self.area else "resistance_cell"
        parts = {name: (both[0], "accuracy of the current", self.accuracy),
                 "overpotential": (both[1], "gain of the voltage", self.gain),
                 "half_cycle_charge": (np.median(charge[:until]), "accuracy of the current",
                                       self.accuracy)}  # fmt: skip
        found: dict[str, Any] = {}
        for key, (value, part, percent) in parts.items():
            limit = value * percent / 100
            half = half_width(0.0, [limit])
            found |= {key: value, f"u({key})": limit / sqrt(3), f"low({key})": value - half,
                      f"high({key})": value + half, f"{key}: {part}": limit / sqrt(3)}  # fmt: skip
        found |= {f"n({name})": until, "n(overpotential)": until, "half_cycles": until,
                  "=criterion": "R falls by 50 % and stays", "=level": float(np.median(self.levels[:until])),
                  "change": 0.0 if until >= 4 else None}  # fmt: skip
        if not self.area:
            found["!no-area"] = ("no area is stated: resistances, not area-specific ones", "")
        if self.later:
            text = "2 runs at different currents: the medians are of all, the table `levels` has each"
            found["!mixed-levels"] = (text, "")
        return found

    def _life(self, begins: np.ndarray) -> dict[str, Any]:
        """Return the time from the first current, between two rows, to the fall, between two rows."""
        if self.shorts is None:
            # The current starts between the last row of rest and the first of current; it ends with its last row.
            total = begins[-1] + (ROWS - 0.5) * STEP - (begins[0] + STEP / 2)
            return {"low(lifetime)": total / 3600,
                    "!no-event": ("no sudden drop: the lifetime is a lower bound", "")}  # fmt: skip
        fell = begins[self.shorts] - begins[0] + 80 * STEP
        found: dict[str, Any] = {"lifetime": fell / 3600, "low(lifetime)": (fell - STEP) / 3600,
                                 "high(lifetime)": (fell + STEP) / 3600,
                                 "u(lifetime)": STEP / 3600 / sqrt(3)}  # fmt: skip
        if self.shorts == self.count - 1:
            text = "the file ends with the half cycle that dropped; no later one confirms it"
            found["!event-not-confirmed"] = (text, "")
        return found


ENDS = [f"{end}({n})" for end in ("low", "high")
        for n in ("asr_cell", "resistance_cell", "overpotential", "half_cycle_charge")]  # fmt: skip
HALVES = {
    "shorts": Halves(),
    "shorts while oxidised, no area": Halves(shorts=12, area=None, first=-1),
    "lives": Halves(shorts=None, offset=-0.004),
    "two levels": Halves(shorts=None, later=1.0, count=20),
    "first reduced, odd": Halves(first=-1, count=15, shorts=9, left=0.3, accuracy=0.5),
}
WORLDS = {f"halves: {name}": halves.world for name, halves in HALVES.items()}
