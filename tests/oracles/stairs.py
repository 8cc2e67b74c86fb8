"""Levels of current in both directions: U follows a line through the lowest, rises slowly, and leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.plain import drawn, half_width
from tests.oracles.told import World

ROWS, STEP, RESTS = 200, 0.5, 120
WAYS = {1: "we_oxidised", -1: "we_reduced"}
SETTLED, LAST = 2, 40
"""The row whose U counts as that of the start, and how many rows make the last fifth."""


@dataclass(frozen=True)
class Stairs:
    """Levels, mA/cm², each in both directions. asr: Ω·cm² of each direction; off: part of U off the line there.

    offset: V. slow: part of U that comes within a level, as a straight line, or in `tau` rows.
    deviation, accuracy: %; volts: of the voltage, V; fit: most levels of the line. full: ranges of the current,
    of which each level is in the smallest that holds it, mA.
    """

    levels: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    asr: tuple[float, float] = (50.0, 52.0)
    off: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.2, 0.4)
    offset: float = 0.013
    slow: float = 1e-3
    first: int = 1
    area: float | None = 0.7
    rested: bool = True
    tau: float = 0.0
    deviation: float = 10.0
    fit: int = 3
    accuracy: float = 0.1
    volts: float = 1e-3
    full: tuple[float, ...] = ()

    def range_of(self, level: float) -> float:
        """Return the range of a level, mA."""
        return min(one for one in self.full if one >= level * (self.area or 1.0))

    def off_by(self, level: float) -> float:
        """Return by how much a level may be off by its range, in its unit."""
        return self.accuracy / 100 * self.range_of(level) / (self.area or 1.0) if self.full else 0.0

    def level_of(self, k: int) -> tuple[int, int]:
        """Return the number of the level and the direction of a step."""
        return k // 2, self.first * (1 if k % 2 == 0 else -1)

    def voltage(self, k: int, row: np.ndarray) -> np.ndarray:
        """Return |U| without the offset in some rows of a step, V."""
        n, sign = self.level_of(k)
        final = self.levels[n] * self.asr[0 if sign > 0 else 1] * (1 + self.off[n]) / 1000
        if self.tau:
            return final * (1 - self.slow * np.exp(-np.asarray(row) / self.tau))
        return final * (1 - self.slow * (1 - (np.asarray(row) + 1) / ROWS))

    def rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return s, mA/cm², V."""
        rests = RESTS if self.rested else 0
        j, u = [np.zeros(rests)], [np.full(rests, self.offset)]
        for k in range(2 * len(self.levels)):
            n, sign = self.level_of(k)
            j.append(np.full(ROWS, sign * self.levels[n]))
            u.append(sign * self.voltage(k, np.arange(ROWS)) + self.offset)
        return STEP * np.arange(sum(map(len, j))), np.concatenate(j), np.concatenate(u)

    def case(self) -> synth.Case:
        """Return its columns, of the whole cell."""
        t, j, u = self.rows()
        columns = {"time": synth.Column(t, "s"),
                   "current": synth.Column(j * (self.area or 1.0), "mA"),
                   "voltage": synth.Column(u, "V")}  # fmt: skip
        if self.full:
            columns["current_range"] = synth.Column(np.array([f"{self.range_of(x):g} mA" for x in np.abs(j)]))
        return synth.Case(columns, {"cell.area": f"{self.area} cm^2"} if self.area else {})

    def world(self) -> World:
        """Return it with its outcome."""
        params = {"deviation": f"{self.deviation} %", "fit": str(self.fit),
                  "current_accuracy": f"{self.accuracy} %", "voltage_accuracy": f"{self.volts} V"}  # fmt: skip
        loose = {f"asr_{way}: not settled": 0.1 for way in WAYS.values()}
        ends = {f"{end}({'asr' if self.area else 'resistance'}_{way})": 1e-4
                for way in WAYS.values() for end in ("low", "high")}  # fmt: skip
        return World("staircase-linearity", self.case().record(), self.expected, params, within=1e-6,
                     loose=loose | ends)  # fmt: skip

    def expected(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return the whole outcome; the noise of a slope is taken from it."""
        count, rests = 2 * len(self.levels), RESTS if self.rested else 0
        zero = self.offset if self.rested else 0.0
        shown = 0.0 if self.rested else self.offset
        signs = np.array([self.level_of(k)[1] for k in range(count)])
        start = np.array([float(self.voltage(k, SETTLED)) for k in range(count)]) + shown * signs
        end = (
            np.array([self.voltage(k, np.arange(ROWS - LAST, ROWS)).mean() for k in range(count)]) + shown * signs
        )
        level = np.repeat(self.levels, 2)
        deviation, answers = np.full(count, np.nan), {}
        for sign in (1, -1):  # in this order, as flags of one code are numbered
            mine = np.flatnonzero(signs == sign)
            deviation[mine], found = self._line(sign, level[mine], end[mine])
            found |= self._budget(WAYS[sign], sign, told)
            answers |= {f"{path} 2" if path in answers else path: value for path, value in found.items()}
        columns = {
            "direction": [WAYS[s] for s in signs], "level": level,
            "start": STEP * (rests + ROWS * np.arange(count)),
            "duration": np.full(count, STEP * (ROWS - 1)), "U": signs * end + zero, "step": start,
            "slow_rise": end - start, "resistance": 1000 * end / level, "deviation": 100 * deviation,
        }  # fmt: skip
        found = {f"levels.{name}": values for name, values in columns.items()} | answers
        t, j, u = self.rows()
        found |= drawn(t, U=u, I=j)
        criterion = f"{self.deviation:g} % off the line of up to {self.fit} lowest levels"
        found |= {
            "~threshold": [self.deviation],
            "~offset": [zero],
            "=observed": "voltage",
            "=criterion": criterion,
        }
        used = {self.range_of(x): x for x in reversed(self.levels)} if self.full else {}
        used = {f"{one:g} mA": x for one, x in sorted(used.items())}
        found["=current_range"] = ", ".join(used) or "not recorded"
        if len(used) > 1:
            on = ", ".join(f"{one} ({x:g} {'mA/cm²' if self.area else 'mA'} on)" for one, x in used.items())
            text = f"the current was measured in {len(used)} ranges: {on}; the intervals hold the accuracy of each"
            found["!several-ranges"] = (text, "")
        if not self.area:
            found["!no-area"] = ("no area is stated: currents", "")
        if not self.rested:
            text = "no rest before the staircase: the voltage without current is taken as 0"
            found["!offset-not-measured"] = (text, "")
        if abs(self.asr[0] / self.asr[1] - 1) > 0.015:
            share = abs(self.asr[0] - self.asr[1]) / np.mean(self.asr)
            text = f"R of both directions differs by {share:.1%}: the voltage drifts, or the interfaces differ"
            found["!directions-differ"] = (text, "")
        return found

    @property
    def _beyond(self) -> list[int]:
        return [n for n, off in enumerate(self.off) if abs(off) > self.deviation / 100]

    @property
    def _fitted(self) -> int:
        return min(self.fit, self._beyond[0] if self._beyond else self.fit)

    def _budget(self, way: str, sign: int, told: dict[str, Any]) -> dict[str, Any]:
        """Return what makes a slope uncertain: noise as it is found, accuracies, what is still to come of U."""
        name = f"{'asr' if self.area else 'resistance'}_{way}"
        noise, value, x = told[f"{name}: noise"], told[name], np.array(self.levels[: self._fitted])
        # An offset that is not seen moves U at each level of the line alike.
        missing = sqrt(3) * told.get(f"{name}: not settled", 0.0) / value  # found only to a tenth
        moved = x.sum() / (x**2).sum()
        gain = self.accuracy / 100
        limits = {"accuracy of the current": [value * gain],
                  "offset of the voltage": [0.0 if self.rested else 1000 * self.volts * moved],
                  "not settled": [missing * value]}  # fmt: skip
        if (
            self.full
        ):  # the levels of the line are in one range: its offset moves them alike, its gain in proportion
            off = self.off_by(self.levels[0])
            del limits["accuracy of the current"]
            limits["accuracy of the current range"] = [value * off * moved, value * gain]
        half = half_width(noise, [one for several in limits.values() for one in several if one])
        parts = {part: hypot(*several) / sqrt(3) for part, several in limits.items() if any(several)}
        lowest = f"{self._fitted} lowest levels" if self._fitted > 1 else "lowest level"
        found = {f"{name}: noise": ..., f"u({name})": hypot(noise, *parts.values()), f"low({name})": value - half,
                 f"high({name})": value + half, f"note({name})": f"line of the {lowest}",
                 **{f"{name}: {part}": u for part, u in parts.items()}}  # fmt: skip
        if self._missing() > 0.02:
            text = (
                f"{way}: U still rises at the end of the levels; up to {self._missing():.0%} of it may be missing"
            )
            found["!not-settled"] = (text, "")
        return found

    def _missing(self) -> float:
        """Return what U still lacks in the last fifth, and a third of it; of a small straight rise nothing."""
        if not self.tau:
            return 0.0
        left = self.slow * float(np.exp(-np.arange(ROWS - LAST, ROWS) / self.tau).mean())
        return 4 / 3 * left / (1 - left)

    def _line(self, sign: int, level: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
        """Return how far each level is off the line of up to three before it, and what is answered."""
        beyond, deviation = self._beyond, np.full(len(level), np.nan)
        for n in range(1, len(level)):
            few = slice(0, min(n, self._fitted))
            slope = (level[few] * u[few]).sum() / (level[few] ** 2).sum()
            deviation[n] = u[n] / (slope * level[n]) - 1
        few = slice(0, self._fitted)
        slope = (level[few] * u[few]).sum() / (level[few] ** 2).sum()
        name = WAYS[sign]
        found: dict[str, Any] = {f"{'asr' if self.area else 'resistance'}_{name}": 1000 * slope}
        if beyond:
            found |= {f"note(linear_limit_{name})": f"U is {self.off[beyond[0]]:+.0%} off the line",
                      f"low(linear_limit_{name})": level[beyond[0] - 1] - self.off_by(level[beyond[0] - 1]),
                      f"high(linear_limit_{name})": level[beyond[0]] + self.off_by(level[beyond[0]])}  # fmt: skip
            if beyond[0] == len(level) - 1:
                text = f"{name}: only the last level is beyond the line; no later one confirms it"
                found["!event-not-confirmed"] = (text, "")
            if self.off[beyond[0]] < 0:
                found["!falls-below-line"] = (f"{name}: U falls below the line, as at a short", "")
            if beyond[0] == 1:
                text = f"{name}: the second level is beyond already; the line is that of a single level"
                found["!one-level-line"] = (text, "")
        else:
            found |= {f"low(linear_limit_{name})": level[-1],
                      f"note(linear_limit_{name})": "linear up to the highest level",
                      "!no-event": (f"{name}: linear up to the highest level", "")}  # fmt: skip
        return deviation, found


STAIRS = {
    "leaves the line": Stairs(),
    "first reduced, no area": Stairs(first=-1, area=None, asr=(70.0, 70.3)),
    "falls below": Stairs(off=(0.0, 0.0, 0.0, -0.3, -0.4, -0.5), offset=-0.02),
    "linear": Stairs(off=(0.0, 0.0, 0.0, 0.02, 0.03, 0.04), asr=(30.0, 30.1)),
    "the last level": Stairs(off=(0.0,) * 5 + (0.15,)),
    "no rest": Stairs(rested=False, offset=0.0, asr=(50.0, 50.0), volts=2e-3, accuracy=0.4),
    "the second level": Stairs(off=(0.0, 0.3, 0.35, 0.4, 0.45, 0.5), asr=(50.0, 50.2)),
    "another line": Stairs(deviation=25.0, fit=2, off=(0.0, 0.0, 0.0, 0.2, 0.3, 0.5), asr=(40.0, 40.2)),
    "a range": Stairs(full=(2.0,), accuracy=0.3),
    "two ranges, no area": Stairs(full=(1.0, 4.0), area=None, levels=(0.2, 0.4, 0.6, 0.8, 1.2, 1.6)),
    "slow": Stairs(slow=0.2, tau=100.0, asr=(50.0, 50.0)),
}
WORLDS = {f"stairs: {name}": stairs.world for name, stairs in STAIRS.items()}
