"""Half cycles of constant current through a cell whose R grows by a straight line, until it falls at once."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.plain import course
from tests.oracles.told import World

ROWS, RESTS = 100, 10
WAYS = {1: "we_oxidised", -1: "we_reduced"}
HEAD, MIDDLE, TAIL = 6.5, 49.5, 97.0
"""Rows whose value is the median of a tenth after the first two, of all, and of the last twentieth."""


@dataclass(frozen=True)
class Waves:
    """Two half cycles at each level, mA/cm²; the first is of the direction `first`. asr: Ω·cm², grows by `growth`.

    shorts: half cycle (from 0) in whose row 60 R falls to a part `left`, for good. charge: mA·h/cm² of each half
    cycle, else all last as long. skew: R of oxidations over that of reductions. counter: the charge is recorded.
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
        return synth.Case(columns, {"cell.area": f"{self.area} cm^2"} if self.area else {})

    def world(self) -> World:
        """Return it with its outcome."""
        found = {**_half_cycles(self), **_charges(self)}
        found |= _cycles(self) if self.report == "cycles" else {**_answer(self), **_tables(self)}
        silent = ("half_cycles.noise", "detectors.fall_sigma", "detectors.sharpness", "!", "note(", "u(",
                  "last_survived:", "first_failed:", "low(asr", "high(asr", "asr_cell:", "resistance_cell:",
                  "low(res", "high(res", "low(cri", "high(cri", "overpotential:", "asymmetry:",
                  "low(over", "high(over", "low(asym", "high(asym")  # fmt: skip
        if self.report == "cycles":
            silent = (*silent, "detectors.", "criteria.", "levels.", "definitions.")
        return World("ccd", self.case().record(), found, {"direction": self.direction, "report": self.report},
                     within=1e-6, loose={"detectors.fall": 0.02}, silent=silent)  # fmt: skip


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
    found: dict[str, Any] = {
        "last_survived": survived, "first_failed": first,
        "asr_cell" if waves.area else "resistance_cell": _at(waves, 0, MIDDLE),
        f"n({'asr_cell' if waves.area else 'resistance_cell'})": len(known),
        "=criterion": "r_drop_or_below_bulk", "=direction": waves.direction, "=area_basis": "not stated",
        "=protocol": "constant time" if waves.charge is None else "constant charge",
    }  # fmt: skip
    if failed is not None:
        whole = waves.flows[failed] * ROWS * waves.steps[failed] / 3600
        found["half_cycle_charge"] = whole * (ROWS - 0.5) / ROWS if waves.counter else whole
    if waves.charge is None:
        found["=half_cycle_time"] = waves.lasts
    else:
        found["=half_cycle_charge"] = waves.charge
    return found


def _tables(waves: Waves) -> dict[str, Any]:
    count, shorts = len(waves.flows), waves.shorts
    here = [k == shorts for k in range(count)]
    yes = ["yes" if one else "no" for one in here]
    never = ["no"] * count
    survived, failed = _ends(waves, shorts)
    top = waves.levels[-1]
    second = shorts is not None and shorts % 2 == 1
    at = None if shorts is None else shorts // 2
    fates = ["passed" if at is None or n < at else "failed" if n == at else "after the failure"
             for n in range(len(waves.levels))]  # fmt: skip
    if _failed(waves) is None:
        fates = ["passed"] * len(waves.levels)
    # Each publication takes its own end; a fall to 40 % is half a drop, and is not near zero.
    said = {
        "survived": ("=", survived),
        "stripped": ("=", failed if second else survived),
        "failed": ("=", failed),
    }
    reports = [said["survived"], said["stripped"], (">", top), said["failed"], ("", None)]
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
        "detectors.below_bulk": None, "detectors.eis_vanish": None, "detectors.near_zero": never,
        "detectors.asymmetry": asymmetric, "detectors.growth": never, "detectors.limit": never,
        "detectors.fall": [60.0 if one else ... for one in here], "detectors.fell_at": fell,
        "criteria.criterion": ["r_drop", "half_drop", "near_zero"],
        "criteria.last_survived": [survived, survived, top], "criteria.first_failed": [failed, failed, None],
        "levels.run": [1] * len(waves.levels), "levels.level": waves.levels,
        "levels.half_cycles": [2] * len(waves.levels), "levels.first": 1 + 2 * np.arange(len(waves.levels)),
        "levels.fate": fates,
        "definitions.source": ["tip2025", "querel2021", "nak2025", "sun2023", "lowack2026"],
        "definitions.relation": [relation for relation, _ in reports],
        "definitions.value": [value for _, value in reports],
        "definitions.publication": [...] * 5, "definitions.definition": [...] * 5,
    }  # fmt: skip


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
    ordered = np.sort(middle)
    found |= {name: (ordered[len(ordered) // 2] + ordered[len(ordered) // 2 - 1]) / 2, f"n({name})": len(middle),
              "asymmetry": 100 * (waves.skew - 1), "n(asymmetry)": len(pairs)}  # fmt: skip
    if len(waves.levels) == 1:
        found |= {"overpotential": float(np.median(over)), "n(overpotential)": len(over)}
    return found


WAVES = {
    "shorts while reduced": Waves(),
    "shorts while oxidised": Waves(shorts=6),
    "constant charge, no area": Waves(charge=0.2, area=None, shorts=5),
    "first reduced, no counter": Waves(first=-1, counter=False, shorts=3, levels=(0.2, 0.4, 0.6, 0.8)),
    "survives": Waves(shorts=None),
    "the other direction": Waves(direction="we_oxidised"),
    "cycles": Waves(levels=(0.3,), repeats=6, shorts=None, skew=1.08, report="cycles"),
    "cycles, first reduced": Waves(
        levels=(0.3, 0.6), repeats=3, shorts=None, skew=0.93, report="cycles", first=-1
    ),
}
WORLDS = {f"waves: {name}": waves.world for name, waves in WAVES.items()}
