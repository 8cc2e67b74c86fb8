"""Currents that rise by a straight line, and voltages of two straight pieces, which cross each threshold."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.told import World

THRESHOLDS = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
VACANCY = 4e-4
"""Charge of the vacancies that a contact holds before it is lost, mA·h/cm², of the paper."""


@dataclass(frozen=True)
class Kinked:
    """A ramp of `rate` mA/cm²/h after a rest of 20 s on R·A = `asr` Ω·cm², which is steeper beyond `bends`.

    steeper: by which part of R·A. offset: V at rest. clock: of the first row, s.
    """

    rate: float = 1.2
    asr: float = 35.0
    bends: float = 0.28
    steeper: float = 4.0
    offset: float = 0.011
    area: float | None = 0.785
    way: int = 1
    clock: float = 100.0
    threshold: float = 5.0

    def onset(self, percent: float) -> float:
        """Return where U is so much above the line: steeper (x - bends) is that part of x."""
        return self.steeper * self.bends / (self.steeper - percent / 100)

    def rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return s, mA/cm², V."""
        t = np.arange(0, 20 + 3600 * 1.7 * self.bends / self.rate, 0.25)
        x = np.maximum(t - 20, 0) / 3600 * self.rate
        u = self.asr * (x + self.steeper * np.maximum(x - self.bends, 0)) / 1000
        noise = 2e-6 * np.random.default_rng(7).normal(size=len(t))
        return t, self.way * x, self.way * u + self.offset + noise

    def world(self) -> World:
        """Return it with its outcome."""
        t, x, u = self.rows()
        size = self.area or 1.0
        columns = {"time": synth.Column(t + self.clock, "s"), "current": synth.Column(x * size, "mA"),
                   "voltage": synth.Column(u, "V"), "current_setpoint": synth.Column(x * size, "mA")}  # fmt: skip
        case = synth.Case(columns, {"cell.area": f"{self.area} cm^2"} if self.area else {})
        params = {"bootstrap": "20", "threshold": f"{self.threshold} %"}
        silent = ("~", "note(", "u(", "low(", "high(", "onset_current:", "onset_current_density:", "asr_cell:",
                  "resistance_cell:", "ramp_rate:", "methods.", "!current-range", "n(")  # fmt: skip
        return World("ramp-onset", case.record(), self.expected(), params, within=2e-3, silent=silent)

    def expected(self) -> dict[str, Any]:
        """Return the outcome, but its uncertainties."""
        x = self.onset(self.threshold)
        found = {
            "onset_current_density" if self.area else "onset_current": x,
            "onset_time": self.clock + 20 + 3600 * x / self.rate,
            "asr_cell" if self.area else "resistance_cell": self.asr,
            "ramp_rate": self.rate,
            "thresholds.threshold": THRESHOLDS,
            "thresholds.onset": [self.onset(p) for p in THRESHOLDS],
            "thresholds.time": [self.clock + 20 + 3600 * self.onset(p) / self.rate for p in THRESHOLDS],
            "=method": "robust",
            "=criterion": f"{self.threshold:g} % above the ohmic line",
            "=ramp_rate": self.rate,
            "=observed": "voltage",
        }
        if not self.area:
            text = "no area is stated: the onset is a current, and no detection delay follows from it"
            return found | {"!no-area": (text, "")}
        # Of j²/2C, passed until then, the last Q made the vacancies; or of what exceeds the transport all did.
        since = sqrt(x**2 - 2 * self.rate * VACANCY)
        return found | {"detection_delay": x - since,
                        "detection_delay_above_transport": sqrt(2 * self.rate * VACANCY)}  # fmt: skip


RAMPS = {
    "kinked": Kinked(),
    "reduced": Kinked(way=-1, rate=0.5),
    "no area": Kinked(area=None, bends=0.4),
    "another threshold": Kinked(threshold=10.0, steeper=2.5, clock=0.0, offset=-0.02),
}
WORLDS = {f"ramp: {name}": ramp.world for name, ramp in RAMPS.items()}
