"""Half cycles at one current or two of a symmetric cell, which shorts or does not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import hypot, sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.plain import course, drawn, half_width
from tests.oracles.told import World

ROWS, RESTS, STEP = 120, 6, 30.0
WAYS = {1: "we_oxidised", -1: "we_reduced"}


@dataclass(frozen=True)
class Halves:
    """`count` half cycles at `level` mA/cm², the later half at `later`; R·A of both directions, Ω·cm².

    shorts: half cycle (from 0) in whose row 80 the cell shorts to a part `left`. heals: after so many half cycles
    more, if it does. offset: V. accuracy, gain, drop: %, of the current, of the voltage, and what ends the life.
    full: range of the current, mA. rise: R that many times the usual is a lost contact. growth: of R in
    each half cycle, around its middle, a part.
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
    heals: int | None = None
    drop: float = 50.0
    full: float | None = None
    rise: float = 3.0
    growth: float = 0.0

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
        if self.heals is not None and k > self.shorts + self.heals:
            return r
        return np.where((row >= 80) | (k > self.shorts), self.left * r, r)

    @property
    def ends(self) -> bool:
        """Return whether the short ends the life: it is deep enough, and stays."""
        return self.shorts is not None and self.heals is None and self.left < 1 - self.drop / 100

    def rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return s, mA/cm², V."""
        t, half, row, _ = course(np.full(self.count, STEP), ROWS, RESTS)
        j = np.where(half >= 0, (self.signs * self.levels)[half], 0.0)
        r = np.array(
            [self.resistance(k, np.array([n]))[0] if k >= 0 else 0.0 for k, n in zip(half, row, strict=True)]
        )
        r = r * (1 + self.growth * ((row + 0.5) / ROWS - 0.5))
        return t + 50, j, j * r / 1000 + self.offset

    def case(self) -> synth.Case:
        """Return its columns."""
        t, j, u = self.rows()
        columns = {"time": synth.Column(t, "s"), "current": synth.Column(j * (self.area or 1.0), "mA"),
                   "voltage": synth.Column(u, "V")}  # fmt: skip
        if self.full:
            columns["current_range"] = synth.Column(np.full(len(t), f"{self.full:g} mA"))
        return synth.Case(columns, {"cell.area": f"{self.area} cm^2"} if self.area else {})

    def world(self) -> World:
        """Return it with its outcome."""
        params = {"current_accuracy": f"{self.accuracy} %", "voltage_gain": f"{self.gain} %",
                  "drop": f"{self.drop} %", "rise": f"{self.rise}"}  # fmt: skip
        known, silent = self.expected(), ()
        if self.shorts is not None and not self.ends:  # medians of low half cycles and of others
            silent = SCATTER
            known = {path: value for path, value in known.items() if not path.startswith(SCATTER)}
        return World("symmetric-cycling", self.case().record(), known, params, within=1e-5, silent=silent,
                     loose=dict.fromkeys(ENDS, 1e-4))  # fmt: skip

    def expected(self) -> dict[str, Any]:
        """Return the whole outcome."""
        *_, begins = course(np.full(self.count, STEP), ROWS, RESTS)
        until = self.shorts if self.ends else self.count
        # Of a half cycle that shorts at row 80 the median is that of before.
        first = [self.resistance(k, np.array([0]))[0] for k in range(self.count)]
        low = [r not in self.asr for r in first]
        of = np.array([self.asr[0 if s > 0 else 1] for s in self.signs]) * np.where(low, self.left, 1.0)
        whole = self.offset + self.signs * self.levels * of / 1000
        over, ends = self.signs * whole, whole.copy()
        if self.shorts is not None:
            ends[self.shorts] = self.offset + self.left * (whole[self.shorts] - self.offset)
        ends += (ends - self.offset) * self.growth * (0.5 - 0.5 / ROWS)
        charge = self.levels * ROWS * STEP / 3600
        resistance = 1000 * over / self.levels
        columns = {
            "half_cycle": np.arange(1, self.count + 1), "direction": [WAYS[s] for s in self.signs],
            "start": (begins - begins[0]) / 3600, "level": self.levels, "charge": charge, "overpotential": over,
            "U_end": ends, "resistance": resistance,
        }  # fmt: skip
        found: dict[str, Any] = {f"half_cycles.{name}": values for name, values in columns.items()}
        t, j, u = self.rows()
        found |= drawn(t, U=u, I=j * (self.area or 1.0))
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
        accuracy, part = [self.accuracy / 100], "accuracy of the current"
        if self.full:  # its offset is the same while it flows, its gain in proportion
            accuracy.append(accuracy[0] * self.full / (self.level * (self.area or 1.0)))
            part = "accuracy of the current range"
        parts = {name: (both[0], part, accuracy), "half_cycle_charge": (np.median(charge[:until]), part, accuracy),
                 "overpotential": (both[1], "gain of the voltage", [self.gain / 100])}  # fmt: skip
        found: dict[str, Any] = {"=current_range": f"{self.full:g} mA" if self.full else "not recorded"}
        for key, (value, part, shares) in parts.items():
            limits = [value * share for share in shares]
            half, u = half_width(0.0, limits), hypot(*limits) / sqrt(3)
            found |= {key: value, f"u({key})": u, f"low({key})": value - half,
                      f"high({key})": value + half, f"{key}: {part}": u}  # fmt: skip
        found |= {f"n({name})": until, "n(overpotential)": until, "half_cycles": until,
                  "=criterion": f"R falls by {self.drop:g} % and stays",
                  "=level": float(np.median(self.levels[:until])),
                  "change": 0.0 if until >= 4 else None, "note(change)": CHANGE if until >= 4 else None,
                  f"note({name})": "median of both directions",
                  "note(half_cycles)": "before the drop" if self.ends else "all"}  # fmt: skip
        if not self.area:
            found["!no-area"] = ("no area is stated: resistances, not area-specific ones", "")
        # Half of what the directions differ by looks like an offset.
        offset = self.offset + self.level * (self.asr[0] - self.asr[1]) / 2000
        if abs(offset) > 0.1 * np.median(np.abs(over)):
            text = f"U has an offset of {1000 * offset:.3g} mV between both directions"
            found["!offset"] = (text, "")
        if self.later:
            text = "2 runs at different currents: the medians are of all, the table `levels` has each"
            found["!mixed-levels"] = (text, "")
        return found

    def _share(self, k: int) -> float:
        """Return U/j of the half cycle after the short, with the offset, over what it was in this direction."""
        k = min(k + 1, self.count - 1)
        zero, r = 1000 * self.signs[k] * self.offset / self.levels[k], self.asr[0 if self.signs[k] > 0 else 1]
        return (self.left * r + zero) / (r + zero)

    def _soft(self, begins: np.ndarray) -> dict[str, Any]:
        """Return what is said of a short that does not end the life."""
        if self.shorts is None:
            return {}
        if self.left > self.rise:  # the first half cycle that is so from its start
            after = self.shorts + 1
            text = (
                f"R rises to more than {self.rise:g} times the usual in half cycle {after + 1}: a contact is lost"
            )
            return {"!resistance-rises": (text, f"t = {50 + begins[after]:.5g} s")}
        share, fell = self._share(self.shorts), begins[self.shorts] + 80 * STEP
        if self.heals is None:
            text = (f"R falls to {share:.0%} in half cycle {self.shorts + 1} and stays, less than the drop asked "
                    "for")  # fmt: skip
            return {"!resistance-falls": (text, f"t = {50 + fell + STEP / 2:.5g} s")}
        before = (fell - STEP / 2 - STEP / 2) / 3600  # on a clock that starts with the first row, half a step late
        text = f"R drops to {share:.0%} at {before:.4g} h, and comes back: a soft short that heals"
        return {"!drop-healed": (text, f"half cycle {self.shorts + 1}")}

    def _life(self, begins: np.ndarray) -> dict[str, Any]:
        """Return the time from the first current, between two rows, to the fall, between two rows."""
        if not self.ends:
            # The current starts between the last row of rest and the first of current; it ends with its last row.
            total = begins[-1] + (ROWS - 0.5) * STEP - (begins[0] + STEP / 2)
            return {
                "low(lifetime)": total / 3600,
                "note(lifetime)": "no sudden drop until the end",
                "!no-event": ("no sudden drop: the lifetime is a lower bound", ""),
                **self._soft(begins),
            }
        fell = begins[self.shorts] - begins[0] + 80 * STEP
        found: dict[str, Any] = {"lifetime": fell / 3600, "low(lifetime)": (fell - STEP) / 3600,
                                 "high(lifetime)": (fell + STEP) / 3600,
                                 "u(lifetime)": STEP / 3600 / sqrt(3)}  # fmt: skip
        share = self._share(self.shorts)
        found["note(lifetime)"] = f"in half cycle {self.shorts + 1}, R falls to {share:.0%}"
        late = 50 + begins[self.shorts] + STEP * np.array([79.5, 80.5])
        found["~event"] = late
        if self.shorts == self.count - 2:  # after it, one is low from its start
            text = "the file ends with the half cycle that dropped; no later one confirms it"
            found["!event-not-confirmed"] = (text, "")
        return found


CHANGE = "R of the last tenth over that of the first, less 1"
SCATTER = ("u(asr", "u(over", "low(asr", "low(over", "high(asr", "high(over", "asr_cell:", "overpotential:",
           "change", "u(change", "n(change", "low(change", "high(change")  # fmt: skip
ENDS = [f"{end}({n})" for end in ("low", "high")
        for n in ("asr_cell", "resistance_cell", "overpotential", "half_cycle_charge")]  # fmt: skip
HALVES = {
    "shorts": Halves(),
    "shorts while oxidised, no area": Halves(shorts=12, area=None, first=-1),
    "lives": Halves(shorts=None, offset=-0.004),
    "two levels": Halves(shorts=None, later=1.0, count=20),
    "a soft short": Halves(left=0.7, shorts=7),
    "a soft short is enough": Halves(left=0.7, shorts=7, drop=20.0),
    "a short that heals": Halves(left=0.2, shorts=5, heals=3),
    "grows": Halves(shorts=None, growth=0.2, offset=-0.003),
    "a lost contact": Halves(left=4.0, shorts=9),
    "a lost contact, sooner": Halves(left=2.5, shorts=5, rise=2.0, first=-1),
    "an offset": Halves(shorts=None, offset=0.01),
    "the last half cycle": Halves(shorts=14, count=16, first=-1),
    "a range": Halves(full=3.0),
    "a range, no area": Halves(full=10.0, area=None, shorts=None, accuracy=0.05),
    "first reduced, odd": Halves(first=-1, count=15, shorts=9, left=0.3, accuracy=0.5),
}
WORLDS = {f"halves: {name}": halves.world for name, halves in HALVES.items()}
