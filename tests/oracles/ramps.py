"""Currents that rise by a straight line, and voltages of two straight pieces, which cross each threshold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, hypot, sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.plain import half_width
from tests.oracles.told import World

THRESHOLDS = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
SEEN = {"voltage": "the cell voltage", "potential_we": "the working electrode's potential",
        "potential_ce": "the counter electrode's potential"}  # fmt: skip


@dataclass(frozen=True)
class Kinked:
    """A ramp of `rate` mA/cm²/h after a rest of 20 s on R·A = `asr` Ω·cm², which is steeper beyond `bends`.

    steeper: by which part of R·A. offset: V at rest. clock: of the first row, s. vacancies: charge that a contact
    holds before it is lost, µA·h/cm². accuracy, wide: of the current and of the area, %. seen: column of the
    voltage. commanded: the set point is recorded. full: range of the current, mA.
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
    vacancies: float = 0.4
    accuracy: float = 0.1
    wide: float = 0.0
    seen: str = "voltage"
    commanded: bool = True
    full: float | None = None
    noise: float = 2e-6
    method: tuple[tuple[str, str], ...] = ()

    def onset(self, percent: float) -> float:
        """Return where U is so much above the line: steeper (x - bends) is that part of x."""
        return self.steeper * self.bends / (self.steeper - percent / 100)

    def rows(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return s, mA/cm², V."""
        t = np.arange(0, 20 + 3600 * 1.7 * self.bends / self.rate, 0.25)
        x = np.maximum(t - 20, 0) / 3600 * self.rate
        u = self.asr * (x + self.steeper * np.maximum(x - self.bends, 0)) / 1000
        noise = self.noise * np.random.default_rng(7).normal(size=len(t))
        return t, self.way * x, self.way * u + self.offset + noise

    def world(self) -> World:
        """Return it with its outcome."""
        t, x, u = self.rows()
        size = self.area or 1.0
        # The counter electrode is oxidised while the other is reduced: its potential rises then.
        columns = {"time": synth.Column(t + self.clock, "s"), "current": synth.Column(x * size, "mA"),
                   self.seen: synth.Column(-u if self.seen == "potential_ce" else u, "V")}  # fmt: skip
        if self.full:
            columns["current_range"] = synth.Column(np.full(len(t), f"{self.full:g} mA"))
        if self.commanded:
            columns["current_setpoint"] = synth.Column(x * size, "mA")
        case = synth.Case(columns, {"cell.area": f"{self.area} cm^2"} if self.area else {})
        params = {"bootstrap": "20", "threshold": f"{self.threshold} %", "range_accuracy": f"{self.accuracy} %",
                  "area_uncertainty": f"{self.wide} %",
                  "vacancy_charge": f"{self.vacancies} uA*h/cm^2"}  # fmt: skip
        params |= dict(self.method)
        ends = dict.fromkeys((f"{end}({name})" for end in ("low", "high") for name in NAMES), 1e-4)
        return World("ramp-onset", case.record(), self.expected, params, within=2e-3, loose=ends,
                     silent=("~resolvable",))  # fmt: skip

    def expected(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return the outcome; what noise and a narrower window do is taken from it."""
        x = self.onset(self.threshold)
        where = f"{self.threshold:g} % above the ohmic line"
        onset = "onset_current_density" if self.area else "onset_current"
        resistance = ("asr" if self.area else "resistance") + (
            "_cell" if self.seen == "voltage" else "_to_reference"
        )
        found = {
            onset: x, f"note({onset})": f"{where}, from {SEEN[self.seen]}",
            "onset_time": self.clock + 20 + 3600 * x / self.rate,
            "u(onset_time)": 3600 / self.rate * hypot(*(told.get(f"{onset}: {part}", 0.0) for part in DRAWN[:2])),
            resistance: self.asr,
            "ramp_rate": self.rate,
            "thresholds.threshold": THRESHOLDS,
            "thresholds.onset": [self.onset(p) for p in THRESHOLDS],
            "thresholds.time": [self.clock + 20 + 3600 * self.onset(p) / self.rate for p in THRESHOLDS],
            "methods.method": ["robust", "lowack2026"], "methods.onset": [x, None],
            "methods.difference": [0.0, None], "methods.refusal": ["", "no-t1"], "methods.reason": ["", ...],
            "=method": "robust",
            "=criterion": where,
            "=ramp_rate": self.rate,
            "=observed": self.seen,
        }  # fmt: skip
        top = 1.7 * self.bends
        gain = self.accuracy / 100
        # Without a range, that of one that just holds the largest current, and no gain beside it.
        limit, scale = (gain * self.full / (self.area or 1.0), gain) if self.full else (gain * top, 0.0)
        row = 0.25 * self.rate / 3600
        rows = {"rows and steps around the crossing": [row / 2]}
        found |= self._budget(onset, told, DRAWN, rows | {RANGE: [limit, scale * x]})
        # The line is fitted to 0.7 of the onset; what scales it is one part.
        found |= self._budget(resistance, told, ("noise",), {RANGE: [self.asr * hypot(limit / (0.7 * x), scale)]})
        found |= self._budget("ramp_rate", told, ("noise",), {RANGE: [self.rate * hypot(limit / top, scale)]})
        for choice in ("window 15 s", "fit_fraction 0.5"):  # the pieces are straight: neither changes much
            path = f"?{choice}: {onset}"
            found |= {path: x, f"{path} (change)": told[path] - told[onset]}
        return found | self._delay(x) | self._curves(told) | self._flags()

    def _budget(
        self, name: str, told: dict[str, Any], drawn: tuple[str, ...], limits: dict[str, list[float]]
    ) -> dict[str, Any]:
        """Return the parts of an uncertainty: as drawn, the half widths of uniform ones, and of the area."""
        value = told[name]
        normal = {part: told[f"{name}: {part}"] for part in drawn if f"{name}: {part}" in told}
        area = value * self.wide / 100 if self.area else 0.0
        half = half_width(hypot(area, *normal.values()), [u for one in limits.values() for u in one if u])
        stated = {part: hypot(*one) / sqrt(3) for part, one in limits.items()} | ({"area": area} if area else {})
        return {f"u({name})": hypot(*normal.values(), *stated.values()), f"low({name})": value - half,
                f"high({name})": value + half, **{f"{name}: {part}": ... for part in normal},
                **{f"{name}: {part}": u for part, u in stated.items()}}  # fmt: skip

    def _delay(self, x: float) -> dict[str, Any]:
        """Return how far the current rises while vacancies accumulate."""
        if not self.area:
            return {}
        # Of j²/2C, passed until then, the last Q made the vacancies; or of what exceeds the transport all did.
        charge = 2 * self.rate * self.vacancies / 1000
        return {"detection_delay": x - sqrt(x**2 - charge), "detection_delay_above_transport": sqrt(charge),
                "note(detection_delay)": f"Q = {self.vacancies:g} µA·h/cm²",
                "note(detection_delay_above_transport)": "extension of the paper"}  # fmt: skip

    def _curves(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return the rows from the start of the ramp on, the line, and how far U is above it."""
        x = np.array(told["~x"])
        line, over = self.asr * x / 1000, self.steeper * np.maximum(x - self.bends, 0)
        zero = self.way * self.offset
        u = line + self.asr * over / 1000 + zero
        t = np.array(told["~t"])
        bend = self.clock + 20 + 3600 * self.bends / self.rate
        # Elsewhere a mean of 30 s is of fewer rows, or of both pieces.
        inner = (t > t[0] + 16) & (t < t[-1] - 16) & (np.abs(t - bend) > 16)
        at = self.onset(self.threshold)
        ends = self.clock + 20 + 3600 / self.rate * np.array([0, 1.7 * self.bends])
        assert np.allclose([told["~t"][0], told["~t"][-1]], ends, rtol=0, atol=3)
        smooth = [one if known else ... for one, known in zip(u, inner, strict=True)]
        above = [100 * a / b if known and b > 0.1 * self.bends else ...
                 for a, b, known in zip(over, x, inner, strict=True)]  # fmt: skip
        return {"~x": self.rate * (t - 20 - self.clock) / 3600, "~t": ..., "~U": u, "~U_smooth": smooth,
                "~U_fit": line + zero, "~deviation": above, "~threshold": [self.threshold],
                "~fit": self.clock + 20 + np.array([30, 0.7 * 3600 * at / self.rate]), "~onset_x": [at],
                "~onset": [self.clock + 20 + 3600 * at / self.rate]}  # fmt: skip

    def _flags(self) -> dict[str, Any]:
        found = {}
        if not self.area:
            text = "no area is stated: the onset is a current, and no detection delay follows from it"
            found["!no-area"] = (text, "")
        if not self.full:
            text = ("the current range is not known: its accuracy is that of one that just holds the largest "
                    "current")  # fmt: skip
            found["!current-range-unknown"] = (text, "")
        if not self.commanded:
            text = "no set point is recorded: that the current was controlled is judged by its own course"
            found["!no-set-point"] = (text, "")
        if self.seen != "voltage":
            text = f"read from {self.seen} against the reference: the slope is not that of the whole cell"
            found["!one-electrode"] = (text, "")
        return found


@dataclass(frozen=True)
class Published(Kinked):
    """The same by the method of the paper, without noise: only the current is uncertain."""

    threshold: float = 20.0
    noise: float = 0.0
    method: tuple[tuple[str, str], ...] = (
        ("method", "lowack2026"), ("lowack_curvature", "1e-6 V/s^2"), ("lowack_offset", "rest")
    )  # fmt: skip

    def world(self) -> World:
        """Return it with its outcome."""
        return replace(super().world(), within=1e-5, silent=ROUNDING, loose=dict.fromkeys(CURVES, 2e-3))

    def expected(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return the outcome: the first row beyond the threshold, and a fit up to 0.7 of where U bends."""
        row = 0.25 * self.rate / 3600
        exact = self.onset(self.threshold)
        x = ceil(exact / row) * row
        zero = self.clock + 20
        # The average over 30 s, 60 rows on either side, notices the bend before it is there.
        t1 = zero + 3600 * self.bends / self.rate - 15
        size, end = self.area or 1.0, "_density" if self.area else ""
        resistance = ("asr" if self.area else "resistance") + (
            "_cell" if self.seen == "voltage" else "_to_reference"
        )
        gain, top = self.accuracy / 100, 1.7 * self.bends
        limit, scale = (gain * self.full / size, gain) if self.full else (gain * top, 0.0)
        said = f"{self.threshold:g} % from the line, method of the paper, from {SEEN[self.seen]}"
        onset = f"onset_current{end}"
        found = {
            onset: x, f"note({onset})": said, "onset_time": zero + 3600 * x / self.rate,
            "u(onset_time)": 0.25 / sqrt(12), resistance: self.asr, "ramp_rate": self.rate,
            "methods.method": ["robust", "lowack2026"], "methods.onset": [..., x],
            "methods.difference": [..., 0.0], "methods.refusal": ["", ""], "methods.reason": ["", ""],
            "=method": "lowack2026", "=criterion": f"{self.threshold:g} % above the ohmic line",
            "=ramp_rate": self.rate, "=observed": self.seen, "~threshold": [self.threshold],
            "~fit": [zero + 30, zero + 0.7 * (t1 - zero)], "~t1": [t1], "~onset_x": [x],
            "~onset": [zero + 3600 * x / self.rate], **self._delay(x),
            "!accuracy-only": ("the uncertainty holds the accuracy of the current and of the fit: the method "
                               "states none", ""),
        }  # fmt: skip
        found = self._curves(told) | found | self._flags()
        uniform = {onset: (x, hypot(limit, scale * x)),
                   resistance: (self.asr, self.asr * hypot(limit / (0.7 * x), scale)),
                   "ramp_rate": (self.rate, self.rate * hypot(limit / top, scale))}  # fmt: skip
        for name, (value, wide) in uniform.items():
            area = value * self.wide / 100 if self.area else 0.0
            normal = hypot(area, told.get(f"{name}: noise", 0.0))
            found |= {f"{name}: {RANGE}": wide / sqrt(3), f"u({name})": hypot(wide / sqrt(3), normal)}
            if area:
                found[f"{name}: area"] = area
            if name != onset:
                half = half_width(normal, [wide])
                found |= {f"low({name})": value - half, f"high({name})": value + half}
        return found


CURVES = ("~x", "~U", "~U_smooth", "~U_fit", "~deviation")
"""Drawn from averages of rows, which round the corners."""
ROUNDING = ("asr_cell: noise", "asr_to_reference: noise", "resistance_cell: noise", "ramp_rate: noise",
            "resistance_to_reference: noise")  # fmt: skip
RANGE = "accuracy of the current range"
DRAWN = ("noise (bootstrap)", "window (30 s against 15 s)", "fit that reaches into the rise")
NAMES = ("onset_current", "onset_current_density", "ramp_rate", "asr_cell", "resistance_cell", "asr_to_reference",
         "resistance_to_reference")  # fmt: skip
RAMPS = {
    "kinked": Kinked(),
    "reduced": Kinked(way=-1, rate=0.5),
    "no area": Kinked(area=None, bends=0.4),
    "another threshold": Kinked(threshold=10.0, steeper=2.5, clock=0.0, offset=-0.02),
    "a range": Kinked(full=1.0, accuracy=0.2),
    "a range, no area": Kinked(full=3.0, area=None),
    "one electrode": Kinked(seen="potential_we", accuracy=0.4, vacancies=0.7, commanded=False),
    "the other electrode": Kinked(seen="potential_ce", way=-1, wide=2.0, asr=20.0, offset=0.03),
    "one electrode, no area": Kinked(seen="potential_we", area=None, wide=2.0, commanded=False),
    "published": Published(),
    "published, a range": Published(full=1.0, accuracy=0.2, wide=2.0, way=-1),
    "published, a range, no area": Published(full=3.0, area=None, clock=0.0),
    "published, one electrode": Published(seen="potential_we", full=1.0, wide=1.0, offset=-0.02),
    "published, the other electrode": Published(seen="potential_ce", full=2.0, way=-1),
}
WORLDS = {f"ramp: {name}": ramp.world for name, ramp in RAMPS.items()}
