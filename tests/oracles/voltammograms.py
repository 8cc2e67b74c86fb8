"""Sweeps whose current is straight everywhere, so that each threshold is crossed at a potential known by hand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import hypot, sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.plain import half_width
from tests.oracles.told import World

STEP = 2e-3
THRESHOLDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
SHARE = sqrt(3)


@dataclass(frozen=True)
class Straight:
    """Sweeps start → high → low → start, so often; V and mV/s.

    level, leak: of the baseline, µA/cm² and per V. oxidises, reduces: where currents of `rises` and `falls`
    µA/cm²/V set in; halfway between two rows. bump: potential of a peak of 80 µA/cm² on the way up, after the
    first sweep. accuracy, wide: of current and area, %; potential: V. baseline: where it is
    stated to be, V. resistance: whose voltage is in the potential, Ω·cm².
    """

    high: float = 4.5
    low: float = 0.5
    rate: float = 4.0
    scans: int = 2
    level: float = 0.05
    leak: float = 0.0717
    oxidises: float | None = 4.001
    reduces: float | None = 0.901
    rises: float = 1000.0
    falls: float = 800.0
    bump: float | None = 1.0
    area: float = 0.5
    scan: int = 1
    threshold: float = 10.0
    reference: str = ""
    accuracy: float = 2.0
    wide: float = 0.0
    potential: float = 1e-3
    baseline: tuple[float, float] | None = None
    resistance: float = 0.0

    def sweeps(self) -> list[tuple[int, int, np.ndarray]]:
        """Return scan, way and potentials of each sweep."""
        turns = [2.5] + [self.high, self.low] * self.scans + [2.5]
        count = {1: 0, -1: 0}
        found = []
        for first, last in pairwise(turns):
            way = 1 if last > first else -1
            count[way] += 1
            found.append((count[way], way, np.linspace(first, last, round(abs(last - first) / STEP) + 1)))
        return found

    def base(self, way: int, e: Any) -> Any:
        """Return the baseline, µA/cm²."""
        return way * self.level + self.leak * (np.asarray(e) - 2.5)

    def beyond(self, scan: int, way: int, e: np.ndarray) -> np.ndarray:
        """Return what flows beyond it, µA/cm²."""
        flows = np.zeros(len(e))
        if self.oxidises:
            flows += self.rises * np.maximum(e - self.oxidises, 0)
        if self.reduces:
            flows -= self.falls * np.maximum(self.reduces - e, 0)
        if self.bump and way > 0 and scan > 1:
            flows += 80 * np.maximum(1 - np.abs(e - self.bump) / 0.05, 0)
        return flows

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Return potential and current density of all rows; a turn is one row."""
        parts = [
            np.array([e, self.base(way, e) + self.beyond(scan, way, e)])[:, bool(number) :]
            for number, (scan, way, e) in enumerate(self.sweeps())
        ]
        return tuple(np.concatenate(parts, axis=1))

    def world(self) -> World:
        """Return it with its outcome."""
        e, j = self.rows()
        t = np.append(0, np.cumsum(np.abs(np.diff(e)))) / self.rate * 1000
        columns = {
            "time": synth.Column(t, "s"),
            "current": synth.Column(j * self.area / 1000, "mA"),
            # What is recorded holds the voltage of the resistance.
            "potential_we": synth.Column(e + 1e-6 * j * self.resistance, "V"),
        }
        stated = {"cell.area": f"{self.area} cm^2"} | (
            {"cell.reference": self.reference} if self.reference else {}
        )
        params = {"scan": str(self.scan), "threshold": f"{self.threshold} uA/cm^2",
                  "current_accuracy": f"{self.accuracy} %", "area_uncertainty": f"{self.wide} %",
                  "voltage_accuracy": f"{self.potential} V"}  # fmt: skip
        if self.resistance:
            params["resistance"] = f"{self.resistance} ohm*cm^2"
        if self.baseline:
            params["baseline"] = f"{self.baseline[0]}:{self.baseline[1]}"
        expected = {
            **_answers(self),
            **_sweeps(self),
            **_limits(self),
            **_peaks(self),
            **_flags(self),
            **_curves(self),
        }
        silent = ("anodic_limit: noise", "anodic_limit: choice", "cathodic_limit: noise",
                  "cathodic_limit: choice", "sweeps.noise")  # fmt: skip
        return World("stability-window", synth.Case(columns, stated).record(), expected, params, silent=silent,
                     loose={"peaks.charge": 0.01, "u(capacitance)": 1e-3,
                            **dict.fromkeys(INTERVALS, 2e-5),
                            **{f"u({name[4:]}": 2e-4 for name in INTERVALS[:3]}})  # fmt: skip


INTERVALS = [f"{end}({name})" for end in ("low", "high") for name in ("anodic_limit", "cathodic_limit", "window")]


def _limit(
    name: str, at: float, slope: float, given: Straight
) -> tuple[dict[str, float], float, tuple[float, float]]:
    """Return a limit with its parts, its own error, and those that it shares with the other limit."""
    gain = given.accuracy / 100 * given.threshold / slope
    between = STEP / 2 * min(1.0, slope * STEP / given.threshold)
    area = given.wide / 100 * given.threshold / slope
    half = half_width(area, [given.potential, gain, between])
    parts = {"accuracy of the potential": given.potential, "accuracy of the current": gain,
             "between rows": between, "area": area * SHARE}  # fmt: skip
    return {
        name: at,
        f"u({name})": hypot(*parts.values()) / SHARE,
        f"low({name})": at - half,
        f"high({name})": at + half,
        **{f"{name}: {part}": value / SHARE for part, value in parts.items() if value},
    }, between / SHARE, (gain / SHARE, area)  # fmt: skip


def _answers(given: Straight) -> dict[str, Any]:
    last = given.scan > given.scans  # the last sweep goes up, and not so far
    found: dict[str, Any] = {"scan_rate": given.rate, "=threshold": given.threshold, "=scan": given.scan,
                             "=scan_rate": given.rate, "=observed": "potential_we"}  # fmt: skip
    own, shared, ends = [], [], []
    note = f"{given.threshold:g} µA/cm² beyond the baseline, scan {given.scan}"
    limits = (("anodic_limit", given.oxidises, given.rises, 1), ("cathodic_limit", given.reduces, given.falls, -1))
    for name, at, slope, way in limits:
        plated = way < 0 and bool(given.reference) and (at or 0.0) < 0
        if not (last and way < 0):
            found[f"note({name})"] = f"{note}; below it the metal itself is plated" if plated else note
        if at is None or last or plated:
            if not (last and way < 0):
                bound = 2.5 if last else given.high if way > 0 else 0.02 if plated else given.low
                found |= {f"low({name})": bound if way > 0 else None, f"high({name})": None if way > 0 else bound}
            continue
        crossed = at + way * given.threshold / slope
        values, mine, alike = _limit(name, crossed, slope, given)
        found |= values
        own, shared, ends = [*own, mine], [*shared, alike], [*ends, crossed]
    if len(ends) == 2:
        u = hypot(*(sum(one) for one in zip(*shared, strict=True)), *own)
        found |= {"window": ends[0] - ends[1], "u(window)": u, "low(window)": ends[0] - ends[1] - 1.96 * u,
                  "high(window)": ends[0] - ends[1] + 1.96 * u}  # fmt: skip
    if not last:
        found["capacitance"] = 1000 * given.level / given.rate
        both = [_quiet(given, *one) for one in given.sweeps() if one[0] == given.scan]
        middle = (max(e.min() for e in both) + min(e.max() for e in both)) / 2  # where both baselines are
        found["note(capacitance)"] = f"at {middle:.3g} V"
        found["u(capacitance)"] = found["capacitance"] * hypot(given.accuracy / 100 / SHARE, given.wide / 100)
    return found


def _quiet(given: Straight, scan: int, way: int, e: np.ndarray) -> np.ndarray:
    """Return the potentials at which nothing but the baseline flows, next to 2.5 V; or those that are stated."""
    if given.baseline:
        return e[(e >= given.baseline[0] - 1e-9) & (e <= given.baseline[1] + 1e-9)]
    quiet = np.abs(given.beyond(scan, way, e)) < 1e-9
    if given.bump and way > 0 and scan > 1:
        quiet &= e > given.bump
    return e[quiet]


def _sweeps(given: Straight) -> dict[str, Any]:
    sweeps = given.sweeps()
    lines = [_quiet(given, *sweep) for sweep in sweeps]
    charges = []
    for number, (scan, way, e) in enumerate(sweeps):
        j = given.beyond(scan, way, e)
        if number:  # the turn was recorded on the way to it
            j[0] -= 2 * way * given.level
        charges.append([np.trapezoid(np.maximum(s * j, 0)) * STEP / given.rate * s / 3600 for s in (1, -1)])
    return {
        "sweeps.scan": [scan for scan, _, _ in sweeps],
        "sweeps.direction": ["up" if way > 0 else "down" for _, way, _ in sweeps],
        "sweeps.from": [e[0] for *_, e in sweeps],
        "sweeps.to": [e[-1] for *_, e in sweeps],
        "sweeps.rate": [given.rate] * len(sweeps),
        "sweeps.baseline_low": [e.min() for e in lines],
        "sweeps.baseline_high": [e.max() for e in lines],
        "sweeps.baseline": [given.base(way, e.mean()) for (_, way, _), e in zip(sweeps, lines, strict=True)],
        "sweeps.charge_above": [above for above, _ in charges],
        "sweeps.charge_below": [below for _, below in charges],
    }


def _limits(given: Straight) -> dict[str, Any]:
    every = sorted({*THRESHOLDS, given.threshold})
    rows = [(scan, way, x, _crossed(given, way, e, x)) for scan, way, e in given.sweeps() for x in every]
    return {
        "limits.scan": [scan for scan, *_ in rows],
        "limits.limit": ["anodic" if way > 0 else "cathodic" for _, way, *_ in rows],
        "limits.threshold": [x for _, _, x, _ in rows],
        "limits.potential": [at for *_, at in rows],
        "limits.why_not": ["" if at else "not exceeded" for *_, at in rows],
    }


def _crossed(given: Straight, way: int, e: np.ndarray, threshold: float) -> float | None:
    starts, slope = (given.oxidises, given.rises) if way > 0 else (given.reduces, given.falls)
    at = starts + way * threshold / slope if starts else None
    plated = way < 0 and given.reference and (at or 0.0) < 0
    return at if at is not None and way * (e[-1] - at) > 0 and not plated else None


def _peaks(given: Straight) -> dict[str, Any]:
    seen = [scan for scan, way, _ in given.sweeps() if given.bump and way > 0 and scan > 1]
    what = ("stripping of the metal" if given.bump and given.bump < 1 else "oxidation") if given.reference else ""
    # To 5 % of the height: of a triangle but a 400th.
    charge = 80 * 0.05 * (1 - 0.05**2) / given.rate / 3600
    return {
        "peaks.scan": seen,
        "peaks.direction": ["up"] * len(seen),
        "peaks.potential": [given.bump] * len(seen),
        "peaks.height": [80.0] * len(seen),
        "peaks.charge": [charge] * len(seen),
        "peaks.what": [what] * len(seen),
    }


def _curves(given: Straight) -> dict[str, Any]:
    """Return up to 1500 rows of each sweep, with its baseline, and a gap after it."""
    parts: dict[str, list[float]] = {"E": [], "j": [], "base": [], "scan": []}
    for number, (scan, way, e) in enumerate(given.sweeps()):
        j = given.base(way, e) + given.beyond(scan, way, e)
        if number:
            j[0] -= 2 * way * given.level
        some = np.unique(np.linspace(0, len(e) - 1, 1500).astype(int))
        columns = (e, j, given.base(way, e), np.full(len(e), scan))
        for values, column in zip(parts.values(), columns, strict=True):
            values += [*column[some], np.nan]
    return {f"~{name}": values for name, values in parts.items()} | {"~threshold": [given.threshold]}


def _flags(given: Straight) -> dict[str, Any]:
    text = f"a limit is one at {given.threshold:g} µA/cm²; the table `limits` has others"
    found: dict[str, Any] = {"!threshold-stated": (text, "")}
    if given.bump and given.scan > 1:
        text = (f"+80 µA/cm² at {given.bump:g} V comes back: a couple, an impurity, or a layer that forms; which "
                "of them is the limit is not told by one threshold")  # fmt: skip
        found["!peak-comes-back"] = (text, f"scan {given.scan}, {given.bump:g} V")
    if given.scan > given.scans:
        found["!one-sweep"] = (f"scan {given.scan} has no downward sweep: no cathodic limit", "")
    if given.oxidises is None or given.scan > given.scans:
        end = given.high if given.scan <= given.scans else 2.5
        found["!window-not-left"] = (f"anodic limit: the threshold is not exceeded until {end:.3g} V", "")
    elif given.reference and (given.reduces or 0.0) < 0:
        text = f"cathodic limit: the threshold is not exceeded until {given.low:.3g} V"
        found["!window-not-left"] = (text, "")
    if given.low < 0 and given.reference:
        text = "below 0 V the metal itself is plated: what flows there is named in the table `peaks`, not counted"
        found["!metal-plated"] = (text, "")
    elif given.low < 0:
        text = f"the sweep goes to {given.low:.3g} V; that no metal is plated there is assumed"
        found["!plating-unknown"] = (text, "")
    return found


SWEEPS = {
    "two scans": Straight(),
    "second scan": Straight(scan=2),
    "last sweep": Straight(scan=3),
    "a threshold beside the table": Straight(threshold=7.0, rises=400.0, area=2.0, accuracy=0.5),
    "a stated baseline": Straight(baseline=(2.46, 2.54)),
    "a resistance": Straight(resistance=300.0),
    "an area": Straight(wide=3.0, potential=5e-3, accuracy=1.0),
    "a metal": Straight(reference="Na+/Na", low=-0.2, reduces=-0.051, bump=0.6),
    "no metal is named": Straight(low=-0.2, rate=20.0, scans=1, reduces=0.501),
    "an oxidation": Straight(reference="Li", bump=1.2),
}
WORLDS = {f"window: {name}": sweeps.world for name, sweeps in SWEEPS.items()}
