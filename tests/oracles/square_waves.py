"""Half cycles of constant current through a cell whose R grows by a straight line, until it falls at once."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, pi, sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.odd_waves import DECIDES
from tests.oracles.plain import NORMAL_95, course
from tests.oracles.told import World

ROWS, RESTS = 100, 10
WAYS = {1: "we_oxidised", -1: "we_reduced"}
ROUNDED = {f"u({name})": 1e-4 for name in ("asr_cell", "asr_interface", "overpotential")} | {
    f"{name}: scatter of the half cycles": 1e-4 for name in ("asr_cell", "asr_interface")}  # fmt: skip
"""A robust standard deviation is known to the digits of its factor."""
HEAD, MIDDLE, TAIL = 6.5, 49.5, 97.0
"""Rows whose value is the median of a tenth after the first two, of all, and of the last twentieth."""


PUBLISHED = {
    "tip2025": ("doi:10.1039/d5eb00071h", "U settles at half or less; highest level survived"),
    "querel2021": ("Quérel et al., Na | Na3.4Zr2Si2.4P0.6O12",
                   "soft short on the next plating; highest stripping level"),
    "nak2025": ("doi:10.1039/d5eb00097a", "U goes to zero; level of the short"),
    "sun2023": ("doi:10.1038/s41467-023-42308-0", "sudden drop; level of the drop"),
    "lowack2026": ("arXiv:2603.23340",
                   "5 % nonlinearity of a ramp while oxidising: another quantity, see ramp-onset"),
}  # fmt: skip
"""What the five publications call the critical current density, as `docs/analyses/ccd.md` has it."""


@dataclass(frozen=True)
class Waves:
    """Two half cycles at each level, mA/cm²; the first is of the direction `first`. asr: Ω·cm², grows by `growth`.

    shorts: half cycle (from 0) in whose row 60 R falls to a part `left`, for good. charge: mA·h/cm² of each half
    cycle, else all last as long. skew: R of oxidations over that of reductions. counter: the charge is recorded.
    bulk: R·A of the electrolyte, Ω·cm², as parameter or as thickness and conductivity; interfaces: their number.
    wide: uncertainty of the area, %. basis, interest: of the area, and the electrode that is named. full: ranges
    of the current, of which each level is in the smallest that holds it, mA; accuracy: of the range, %. criterion:
    of the failure.
    """

    levels: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0, 2.5)
    first: int = 1
    asr: float = 60.0
    growth: float = 0.0137
    shorts: int | None = 7
    left: float = 0.4
    charge: float | None = None
    lasts: float = 500.0
    skew: float = 1.0
    area: float | None = 0.8
    counter: bool = True
    repeats: int = 1
    direction: str = "either"
    report: str = "ccd"
    bulk: float | None = None
    by_metadata: bool = False
    interfaces: int | None = None
    wide: float = 0.0
    basis: str = ""
    interest: str = ""
    full: tuple[float, ...] = ()
    accuracy: float = 0.1
    criterion: str = "r_drop_or_below_bulk"

    def range_of(self, level: float) -> float:
        """Return the range of a level, mA."""
        return min(one for one in self.full if one >= level * (self.area or 1.0))

    def off_by(self, level: float | None) -> float:
        """Return by how much a level may be off by its range, in its unit."""
        return self.accuracy / 100 * self.range_of(level) / (self.area or 1.0) if self.full and level else 0.0

    @property
    def flows(self) -> np.ndarray:
        """Return the level of each half cycle."""
        return np.repeat(self.levels, 2 * self.repeats)

    @property
    def signs(self) -> np.ndarray:
        """Return the direction of each half cycle."""
        return self.first * np.where(np.arange(len(self.flows)) % 2, -1, 1)

    @property
    def steps(self) -> np.ndarray:
        """Return the time between rows of each half cycle, s."""
        if self.charge is not None:
            return 3600 * self.charge / self.flows / ROWS
        return np.full(len(self.flows), self.lasts / ROWS)

    @property
    def begins(self) -> np.ndarray:
        """Return when each half cycle starts, s."""
        return course(self.steps, ROWS, RESTS)[3]

    def resistance(self, k: int, row: Any) -> Any:
        """Return R·A in some row of a half cycle, Ω·cm²."""
        row = np.asarray(row)
        r = self.asr * (self.skew if self.signs[k] > 0 else 1.0) * (1 + self.growth * row / ROWS)
        low = self.shorts is not None and k >= self.shorts
        return r * np.where(low and (k > (self.shorts or 0)) | (row >= 60), self.left, 1.0)

    def rows(self) -> tuple[np.ndarray, ...]:
        """Return s, mA/cm², V, mA·h/cm²."""
        t, half, row, begins = course(self.steps, ROWS, RESTS)
        flows = np.r_[self.signs * self.flows, 0.0]
        r = np.array([float(self.resistance(k, n)) if k >= 0 else 0.0 for k, n in zip(half, row, strict=True)])
        # A rest has the number of the half cycle that follows it.
        u = np.where(half >= 0, flows[half] * r / 1000, 1e-4 * (1 + np.searchsorted(begins, t)))
        ends = begins + ROWS * self.steps
        lasted = np.clip(t[:, None], begins, ends) - begins
        return t, flows[half], u, (lasted * flows[:-1]).sum(axis=1) / 3600

    def case(self) -> synth.Case:
        """Return its columns, of the whole cell."""
        t, j, u, q = self.rows()
        area = self.area or 1.0
        columns = {"time": synth.Column(t, "s"), "current": synth.Column(j * area, "mA"),
                   "voltage": synth.Column(u, "V")}  # fmt: skip
        if self.counter:
            columns["charge"] = synth.Column(q * area, "mA*h")
        if self.full:
            columns["current_range"] = synth.Column(np.array([f"{self.range_of(x):g} mA" for x in np.abs(j)]))
        stated = {"cell.area": f"{self.area} cm^2" if self.area else "", "cell.area_basis": self.basis,
                  "cell.electrode_of_interest": self.interest,
                  "cell.n_interfaces": str(self.interfaces or "")}  # fmt: skip
        if self.bulk and self.by_metadata:
            stated |= {"cell.thickness": f"{0.005 * self.bulk} cm", "cell.electrolyte_conductivity": "5 mS/cm"}
        return synth.Case(columns, {path: text for path, text in stated.items() if text})

    def world(self) -> World:
        """Return it with its outcome."""
        found = {**_half_cycles(self), **_charges(self), **_tables(self), **_interface(self)}
        found |= _cycles(self) if self.report == "cycles" else {**_answer(self), **_doubts(self)}
        params = {"direction": self.direction, "report": self.report, "area_uncertainty": f"{self.wide} %",
                  "range_accuracy": f"{self.accuracy} %", "criterion": self.criterion}  # fmt: skip
        if self.bulk and not self.by_metadata:
            params["electrolyte_asr"] = f"{self.bulk} ohm*cm^2"
        return World("ccd", self.case().record(), found, params, within=1e-6,
                     loose={"detectors.fall": 0.02} | ROUNDED,
                     silent=("half_cycles.noise", "detectors.fall_sigma", "detectors.sharpness"))  # fmt: skip


def _of_rows(waves: Waves, row: float) -> np.ndarray:
    return np.array([_at(waves, k, row) for k in range(len(waves.flows))])


def _at(waves: Waves, k: int, row: float) -> float:
    """Return R·A in a row, or the mean of two."""
    return float(np.mean([waves.resistance(k, int(np.floor(row))), waves.resistance(k, int(np.ceil(row)))]))


def _half_cycles(waves: Waves) -> dict[str, Any]:
    count = len(waves.flows)
    start, end = (_of_rows(waves, row) for row in (HEAD, TAIL))
    middle = np.array([np.median(waves.resistance(k, np.arange(ROWS))) for k in range(count)])
    j = waves.signs * waves.flows
    before = np.r_[waves.steps[0], waves.steps[:-1]]
    rest = RESTS * waves.steps + (waves.steps - before) / 2
    t, flows, u, _ = waves.rows()
    failed = _failed(waves) if waves.report != "cycles" else None
    fell = [] if failed is None else [waves.begins[failed] + 60.5 * waves.steps[failed]]
    series = {
        "t": t, "U": u, "j": flows, "begin": waves.begins, "end": waves.begins + ROWS * waves.steps,
        "R_start": start, "R_end": end, "sign": waves.signs, "level": waves.flows,
        "failed": [] if failed is None else [failed], "failed_at": fell,
    }  # fmt: skip
    columns = {
        "half_cycle": np.arange(1, count + 1), "direction": [WAYS[s] for s in waves.signs], "level": waves.flows,
        "j": j, "begin": waves.begins, "duration": ROWS * waves.steps, "complete": [True] * count,
        "U_start": j * start / 1000, "U_end": j * end / 1000, "U_median": j * middle / 1000,
        "R_start": start, "R_end": end, "rise": 100 * (end / start - 1), "rest_before": rest,
        "U_rest": 1e-4 * np.arange(1, count + 1), "rows": [ROWS] * count,
    }  # fmt: skip
    shown = {f"~{name}": values for name, values in series.items() if len(values)}
    return shown | {f"half_cycles.{name}": values for name, values in columns.items()}


def _charges(waves: Waves) -> dict[str, Any]:
    j, count = waves.signs * waves.flows, len(waves.flows)
    whole = j * ROWS * waves.steps / 3600
    # The counter is read in the last row, half a step before the end, and in the last of the rest.
    read = whole * (ROWS - 0.5) / ROWS if waves.counter else np.full(count, np.nan)
    inside = whole * (ROWS - 1) / ROWS
    reference = read if waves.counter else whole
    columns = {
        "half_cycle": np.arange(1, count + 1), "instrument": read, "edges": whole, "integral": inside,
        "edges_error": 100 * (whole - reference) / np.abs(reference),
        "integral_error": 100 * (inside - reference) / np.abs(reference),
        "edge_uncertainty": np.full(count, 100 / ROWS / sqrt(6)),
    }  # fmt: skip
    return {f"charge.{name}": values for name, values in columns.items()}


def _failed(waves: Waves) -> int | None:
    """Return the half cycle that fails in the direction that is asked for."""
    if waves.shorts is None or waves.direction not in ("either", WAYS[int(waves.signs[waves.shorts])]):
        return None
    return waves.shorts


def _ends(waves: Waves, failed: int | None) -> tuple[float | None, float | None]:
    """Return the last level survived, and the first failed."""
    if failed is None:
        return waves.levels[-1], None
    at = failed // (2 * waves.repeats)
    return waves.levels[at - 1] if at else None, waves.levels[at]


def _answer(waves: Waves) -> dict[str, Any]:
    failed = _failed(waves)
    survived, first = _ends(waves, failed)
    known = waves.flows[: failed if failed is not None else len(waves.flows)]
    name = "critical_current_density" if waves.area else "critical_current"
    protocol = "constant time" if waves.charge is None else "constant charge"
    words = [waves.criterion.replace("_or_", " or "), spoken(waves, failed), protocol,
             f"{waves.basis} area" if waves.basis else ""]  # fmt: skip
    area = waves.wide / 100
    low = None if survived is None else survived * (1 - NORMAL_95 * area) - waves.off_by(survived)
    found: dict[str, Any] = {
        f"low({name})": low, f"high({name})": first and first * (1 + NORMAL_95 * area) + waves.off_by(first),
        f"note({name})": ", ".join(word for word in words if word),
        **_resistance(waves, np.full(len(known), _at(waves, 0, MIDDLE))),
        "=criterion": waves.criterion, "=direction": waves.direction,
        "=area_basis": waves.basis or "not stated",
        "=protocol": protocol,
    }  # fmt: skip
    for name, level in (("last_survived", survived), ("first_failed", first)):
        if level is None:
            continue
        off = waves.off_by(level) / sqrt(3)
        found |= {name: level, f"u({name})": hypot(area * level, off) or None,
                  f"{name}: area": area * level or None,
                  f"{name}: accuracy of the current range": off or None}  # fmt: skip
    if failed is not None:
        step = waves.steps[failed]
        whole = waves.flows[failed] * ROWS * step / 3600
        found["half_cycle_charge"] = whole * (ROWS - 0.5) / ROWS if waves.counter else whole
        # Both edges lie anywhere between two rows; the range may be off all the time.
        charge = found["half_cycle_charge"]
        parts = {"edges between rows": waves.flows[failed] * step / 3600 / sqrt(6), "area": area * charge,
                 "accuracy of the current range": waves.off_by(first) * ROWS * step / 3600 / sqrt(3)}  # fmt: skip
        found |= {f"half_cycle_charge: {part}": u or None for part, u in parts.items()}
        found["u(half_cycle_charge)"] = hypot(*parts.values())
    if waves.charge is None:
        found["=half_cycle_time"] = waves.lasts
    else:
        found["=half_cycle_charge"] = waves.charge
    return found


def spoken(waves: Waves, failed: int | None) -> str:
    """Name the direction of a half cycle, and what the electrode of interest does in it."""
    if failed is None:
        return ""
    sign = waves.signs[failed]
    if not waves.interest:
        return WAYS[sign]
    stripped = (sign > 0) == (waves.interest == "working")
    return f"{WAYS[sign]} ({'strip' if stripped else 'plate'})"


def _resistance(waves: Waves, values: np.ndarray) -> dict[str, Any]:
    """Return R of the cell, the median of these half cycles, by their scatter and the area."""
    name, value = "asr_cell" if waves.area else "resistance_cell", float(np.median(values))
    parts = {"scatter of the half cycles": error_of_median(values), "area": value * waves.wide / 100,
             "accuracy of the current range": value * _off(waves, len(values))}  # fmt: skip
    found: dict[str, Any] = {name: value, f"n({name})": len(values), f"note({name})": "median of the half cycles",
                             f"u({name})": hypot(*parts.values()) or None}  # fmt: skip
    shared = waves.wide or waves.full
    return found | {f"{name}: {part}": u for part, u in parts.items() if u and shared}


def _off(waves: Waves, count: int) -> float:
    """Return the relative uncertainty of the current in the middle of the first half cycles: uniform within ±."""
    return float(np.median([waves.off_by(level) / level for level in waves.flows[:count]])) / sqrt(3)


def _interface(waves: Waves) -> dict[str, Any]:
    """Return R·A of an interface: without the electrolyte, over their number."""
    if not (waves.bulk and waves.interfaces):
        return {}
    end = _failed(waves)
    values = _of_rows(waves, MIDDLE)[: end if waves.report == "ccd" else None]
    value, scatter = float(np.median(values)), error_of_median(values) / waves.interfaces
    parts = {"scatter of the half cycles": scatter, "area": value * waves.wide / 100 / waves.interfaces,
             "accuracy of the current range": value * _off(waves, len(values)) / waves.interfaces}  # fmt: skip
    note = f"({value:.4g} - {waves.bulk:.4g}) Ω·cm² over {waves.interfaces} interfaces"
    return {"asr_interface": (value - waves.bulk) / waves.interfaces, "note(asr_interface)": note,
            "u(asr_interface)": hypot(*parts.values()) or None,
            **{f"asr_interface: {part}": u for part, u in parts.items()
               if u and (waves.wide or waves.full)}}  # fmt: skip


def error_of_median(values: np.ndarray) -> float:
    """Return the standard error of a median, by the deviations from it: √(π/2) of that of a mean."""
    apart = float(np.median(np.abs(values - np.median(values))))
    return apart / 0.67448975 * sqrt(pi / 2) / sqrt(len(values)) if apart > 1e-9 else 0.0


def _doubts(waves: Waves) -> dict[str, Any]:
    """Return the flags."""
    failed, unit = _failed(waves), "mA/cm²" if waves.area else "mA"
    found = {}
    by_r = waves.criterion in ("r_drop", "r_drop_or_below_bulk")
    if failed is not None and by_r and not _below_bulk(waves) and waves.left >= 0.1:
        left = _at(waves, failed, TAIL)
        reason = "R·A of the electrolyte is not known"
        if waves.bulk:
            reason = f"R·A stays at {left:.4g}, not below the electrolyte's {waves.bulk:.4g} Ω·cm²"
        text = (f"R falls, which alone does not show a short: 100 % of the fall happens at once, but {reason}; a "
                "contact that closes looks the same")  # fmt: skip
        found["!r-drop-alone"] = (text, f"half cycle {failed + 1} ({waves.flows[failed]:g} {unit})")
        if not waves.bulk:
            found["hint(!r-drop-alone)"] = DECIDES
    if failed is None and waves.shorts is not None:
        survived, first = _ends(waves, waves.shorts)
        said = f"[{survived:g}, {first:g}) {unit}"
        text = (f"R is low for good from different levels on, r_drop: {said}; half_drop: {said}; near_zero: > "
                f"{waves.levels[-1]:g} {unit}")  # fmt: skip
        found["!criteria-disagree"] = (text, "")
    if failed == len(waves.flows) - 1:
        text = "the file ends with the half cycle that failed: none follows that confirms it"
        found["!not-confirmed"] = (text, f"half cycle {failed + 1} ({waves.flows[failed]:g} {unit})")
    if not waves.area:
        found["!no-area"] = ("no area is stated: the levels are currents", "")
    used = {waves.range_of(x): x for x in _ends(waves, failed)[::-1] if x} if waves.full else {}
    if len(used) > 1:
        on = ", ".join(f"{one:g} mA (at {x:g} {unit})" for one, x in sorted(used.items()))
        text = f"the current was measured in {len(used)} ranges: {on}; the intervals hold the accuracy of each"
        found["!several-ranges"] = (text, "")
    if not waves.full:
        text = "the current range is not known: its accuracy is not in the interval"
        found["!current-range-unknown"] = (text, "")
    return found


def _below_bulk(waves: Waves) -> bool:
    return bool(waves.bulk) and waves.asr * waves.left < 0.95 * (waves.bulk or 0.0)


def _tables(waves: Waves) -> dict[str, Any]:
    count, shorts = len(waves.flows), waves.shorts
    here = [k == shorts for k in range(count)]
    yes = ["yes" if one else "no" for one in here]
    never = ["no"] * count
    # Once U is next to nothing, what is left is below what can be told from it.
    zero = ["no" if k < (shorts or 0) else "yes" if here[k] else None for k in range(count)]
    zero = zero if waves.left < 0.1 else never
    survived, failed = _ends(waves, shorts)
    top = waves.levels[-1]
    seen, none = (survived, failed), (top, None)
    criteria = {"r_drop": seen, "below_bulk": seen if _below_bulk(waves) else none, "half_drop": seen,
                "near_zero": seen if waves.left < 0.1 else none}  # fmt: skip
    if not waves.bulk:
        del criteria["below_bulk"]
    second = shorts is not None and shorts % 2 == 1
    at = None if shorts is None else shorts // 2
    # R below the electrolyte's fails again in each later half cycle.
    later = "failed" if _below_bulk(waves) else "after the failure"
    fates = ["passed" if at is None or n < at else "failed" if n == at else later
             for n in range(len(waves.levels))]  # fmt: skip
    if _failed(waves) is None:
        fates = ["passed"] * len(waves.levels)
    # Each publication takes its own end; a fall to 40 % is half a drop, and is not near zero.
    said = {
        "survived": ("=", survived) if survived else ("<", failed),
        "stripped": ("=", failed) if second else ("=", survived) if survived else ("<", failed),
        "failed": ("=", failed),
    }
    reports = [
        said["survived"],
        said["stripped"],
        said["failed"] if waves.left < 0.1 else (">", top),
        said["failed"],
        ("", None),
    ]
    if shorts is None:
        reports = [(">", top)] * 4 + [("", None)]
    fell = [float(waves.begins[shorts] + 60.5 * waves.steps[shorts]) if one and shorts is not None else ...
            for one in here]  # fmt: skip
    asymmetric = ["no" if k else None for k in range(count)]
    if shorts:
        asymmetric[shorts] = "yes"
    return {
        "detectors.half_cycle": np.arange(1, count + 1), "detectors.level": waves.flows,
        "detectors.r_drop": yes, "detectors.half_drop": yes,
        "detectors.below_bulk": _low(waves), "detectors.eis_vanish": None, "detectors.near_zero": zero,
        "detectors.asymmetry": asymmetric, "detectors.growth": never, "detectors.limit": never,
        "detectors.fall": [100 * (1 - waves.left) if one else ... for one in here], "detectors.fell_at": fell,
        "criteria.criterion": list(criteria), "criteria.last_survived": [low for low, _ in criteria.values()],
        "criteria.first_failed": [high for _, high in criteria.values()],
        "levels.run": [1] * len(waves.levels), "levels.level": waves.levels,
        "levels.half_cycles": [2 * waves.repeats] * len(waves.levels),
        "levels.first": 1 + 2 * waves.repeats * np.arange(len(waves.levels)),
        "levels.fate": fates,
        "definitions.source": list(PUBLISHED),
        "definitions.relation": [relation for relation, _ in reports],
        "definitions.value": [value for _, value in reports],
        "definitions.publication": [publication for publication, _ in PUBLISHED.values()],
        "definitions.definition": [words for _, words in PUBLISHED.values()],
    }  # fmt: skip


def _low(waves: Waves) -> list[str] | None:
    """Return in which half cycles R ends below the electrolyte's: in that of the short, and after it."""
    if not waves.bulk:
        return None
    return ["yes" if waves.shorts is not None and k >= waves.shorts and _below_bulk(waves) else "no"
            for k in range(len(waves.flows))]  # fmt: skip


def _cycles(waves: Waves) -> dict[str, Any]:
    pairs = np.arange(0, len(waves.flows), 2)
    middle = _of_rows(waves, MIDDLE)
    over = middle * waves.flows / 1000
    whole = waves.flows * ROWS * waves.steps / 3600
    name = "asr_cell" if waves.area else "resistance_cell"
    columns = {
        "cycle": np.arange(1, len(pairs) + 1), "time": waves.begins[pairs], "level": waves.flows[pairs],
        "charge": whole[pairs] * (ROWS - 0.5) / ROWS if waves.counter else whole[pairs],
        "overpotential": (over[pairs] + over[pairs + 1]) / 2, name: (middle[pairs] + middle[pairs + 1]) / 2,
        "asymmetry": np.full(len(pairs), 100 * (waves.skew - 1)),
    }  # fmt: skip
    found = {f"cycles.{name}": values for name, values in columns.items()}
    found |= {**_resistance(waves, middle), "asymmetry": 100 * (waves.skew - 1), "n(asymmetry)": len(pairs),
              "note(asymmetry)": "median of the cycles"}  # fmt: skip
    if len(waves.levels) > 1:
        text = f"{len(waves.levels)} levels, so there is no single overpotential; the table `cycles` lists each"
        found["!several-levels"] = (text, "")
    if waves.bulk and waves.interfaces:
        found["cycles.asr_interface"] = ((middle[pairs] + middle[pairs + 1]) / 2 - waves.bulk) / waves.interfaces
    if len(waves.levels) == 1:
        note = f"median |U| of {len(over)} half cycles at {waves.levels[0]:g} mA/cm²"
        found |= {"overpotential": float(np.median(over)), "n(overpotential)": len(over),
                  "u(overpotential)": error_of_median(over), "note(overpotential)": note}  # fmt: skip
    return found


WAVES = {
    "shorts while reduced": Waves(),
    "shorts while oxidised": Waves(shorts=6),
    "constant charge, no area": Waves(charge=0.2, area=None, shorts=5),
    "first reduced, no counter": Waves(first=-1, counter=False, shorts=3, levels=(0.2, 0.4, 0.6, 0.8)),
    "survives": Waves(shorts=None),
    "the other direction": Waves(direction="we_oxidised"),
    "an electrolyte": Waves(bulk=11.0, interfaces=2, wide=2.0, basis="geometric", interest="working"),
    "below the electrolyte": Waves(bulk=30.0, by_metadata=True, interfaces=3, shorts=6, interest="counter"),
    "to nothing": Waves(left=0.05, wide=3.0, first=-1, shorts=4, interest="counter"),
    "by the voltage": Waves(criterion="half_drop"),
    "by r_drop alone": Waves(criterion="r_drop", bulk=11.0),
    "by the electrolyte": Waves(criterion="below_bulk", bulk=30.0, shorts=5),
    "by next to nothing": Waves(criterion="near_zero", left=0.05),
    "two ranges": Waves(full=(1.3, 20.0), accuracy=0.4, wide=1.0),
    "a range, no area": Waves(full=(5.0,), area=None, shorts=4),
    "the first level": Waves(shorts=1),
    "the last half cycle": Waves(shorts=9, interest="working", first=-1),
    "cycles of an interface": Waves(
        levels=(0.3,), repeats=5, shorts=None, skew=1.08, report="cycles", bulk=12.0, interfaces=2, wide=1.0
    ),
    "cycles": Waves(levels=(0.3,), repeats=6, shorts=None, skew=1.08, report="cycles"),
    "cycles, first reduced": Waves(
        levels=(0.3, 0.6), repeats=3, shorts=None, skew=0.93, report="cycles", first=-1
    ),
}
WORLDS = {f"waves: {name}": waves.world for name, waves in WAVES.items()}
