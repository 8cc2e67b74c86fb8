"""Levels of current in both directions: U follows a line through the lowest, rises slowly, and leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.told import World

ROWS, STEP, RESTS = 200, 0.5, 120
WAYS = {1: "we_oxidised", -1: "we_reduced"}
SETTLED, LAST = 2, 40
"""The row whose U counts as that of the start, and how many rows make the last fifth."""


@dataclass(frozen=True)
class Stairs:
    """Levels, mA/cm², each in both directions. asr: Ω·cm² of each direction; off: part of U off the line there.

    offset: V. slow: part of U that comes as a straight line within a level.
    """

    levels: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    asr: tuple[float, float] = (50.0, 52.0)
    off: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.2, 0.4)
    offset: float = 0.013
    slow: float = 1e-3
    first: int = 1
    area: float | None = 0.7
    rested: bool = True

    def level_of(self, k: int) -> tuple[int, int]:
        """Return the number of the level and the direction of a step."""
        return k // 2, self.first * (1 if k % 2 == 0 else -1)

    def voltage(self, k: int, row: np.ndarray) -> np.ndarray:
        """Return |U| without the offset in some rows of a step, V."""
        n, sign = self.level_of(k)
        final = self.levels[n] * self.asr[0 if sign > 0 else 1] * (1 + self.off[n]) / 1000
        return final * (1 - self.slow * (1 - (np.asarray(row) + 1) / ROWS))

    def case(self) -> synth.Case:
        """Return its columns, of the whole cell."""
        rests = RESTS if self.rested else 0
        j, u = [np.zeros(rests)], [np.full(rests, self.offset)]
        for k in range(2 * len(self.levels)):
            n, sign = self.level_of(k)
            j.append(np.full(ROWS, sign * self.levels[n]))
            u.append(sign * self.voltage(k, np.arange(ROWS)) + self.offset)
        j, u = np.concatenate(j), np.concatenate(u)
        columns = {"time": synth.Column(STEP * np.arange(len(j)), "s"),
                   "current": synth.Column(j * (self.area or 1.0), "mA"),
                   "voltage": synth.Column(u, "V")}  # fmt: skip
        return synth.Case(columns, {"cell.area": f"{self.area} cm^2"} if self.area else {})

    def world(self) -> World:
        """Return it with its outcome."""
        silent = ("~", "note(", "asr_", "resistance_we", "u(", "low(asr", "high(asr", "low(res", "high(res",
                  "=criterion", "=observed")  # fmt: skip
        return World("staircase-linearity", self.case().record(), self.expected(), within=1e-6, silent=silent)

    def expected(self) -> dict[str, Any]:
        """Return the whole outcome, but the uncertainties."""
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
            answers |= {f"{path} 2" if path in answers else path: value for path, value in found.items()}
        columns = {
            "direction": [WAYS[s] for s in signs], "level": level,
            "start": STEP * (rests + ROWS * np.arange(count)),
            "duration": np.full(count, STEP * (ROWS - 1)), "U": signs * end + zero, "step": start,
            "slow_rise": end - start, "resistance": 1000 * end / level, "deviation": 100 * deviation,
        }  # fmt: skip
        found = {f"levels.{name}": values for name, values in columns.items()} | answers
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

    def _line(self, sign: int, level: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
        """Return how far each level is off the line of up to three before it, and what is answered."""
        beyond = [n for n, off in enumerate(self.off) if abs(off) > 0.1]
        deviation = np.full(len(level), np.nan)
        for n in range(1, len(level)):
            few = slice(0, min(n, 3, beyond[0] if beyond else 3))
            slope = (level[few] * u[few]).sum() / (level[few] ** 2).sum()
            deviation[n] = u[n] / (slope * level[n]) - 1
        few = slice(0, min(3, beyond[0] if beyond else 3))
        slope = (level[few] * u[few]).sum() / (level[few] ** 2).sum()
        name = WAYS[sign]
        found: dict[str, Any] = {f"{'asr' if self.area else 'resistance'}_{name}": 1000 * slope}
        if beyond:
            found |= {f"low(linear_limit_{name})": level[beyond[0] - 1],
                      f"high(linear_limit_{name})": level[beyond[0]]}  # fmt: skip
            if beyond[0] == len(level) - 1:
                text = f"{name}: only the last level is beyond the line; no later one confirms it"
                found["!event-not-confirmed"] = (text, "")
            if self.off[beyond[0]] < 0:
                found["!falls-below-line"] = (f"{name}: U falls below the line, as at a short", "")
        else:
            found |= {f"low(linear_limit_{name})": level[-1],
                      "!no-event": (f"{name}: linear up to the highest level", "")}  # fmt: skip
        return deviation, found


STAIRS = {
    "leaves the line": Stairs(),
    "first reduced, no area": Stairs(first=-1, area=None, asr=(70.0, 70.3)),
    "falls below": Stairs(off=(0.0, 0.0, 0.0, -0.3, -0.4, -0.5), offset=-0.02),
    "linear": Stairs(off=(0.0, 0.0, 0.0, 0.02, 0.03, 0.04), asr=(30.0, 30.1)),
    "the last level": Stairs(off=(0.0,) * 5 + (0.15,)),
    "no rest": Stairs(rested=False, offset=0.0, asr=(50.0, 50.0)),
}
WORLDS = {f"stairs: {name}": stairs.world for name, stairs in STAIRS.items()}
