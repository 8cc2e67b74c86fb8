"""Charges and discharges at constant current, whose voltage is a straight line of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.plain import course
from tests.oracles.told import World

ROWS, RESTS = 300, 12


@dataclass(frozen=True)
class Charges:
    """Cycles: charge and discharge in mA·h, the current of both in mA, and the ends of U while charging, V.

    way: +1 if an anodic current charges. counter: quantity of the instrument's charge. split: U while
    discharging, below that while charging, V. capacity: the stated one, mA·h. named: the charge is
    named, and the electrode that is stated is the other one.
    """

    charge: tuple[float, ...] = (2.30, 2.02, 2.00, 1.99, 1.97)
    discharge: tuple[float, ...] = (2.00, 1.98, 1.96, 1.95, 1.90)
    current: tuple[float, ...] = (0.2, 0.4, 0.4, 0.4, 0.4)
    low: float = 3.2
    high: float = 4.1
    split: float = 0.15
    way: int = 1
    counter: str = ""
    mass: float | None = 0.012
    area: float | None = 1.3
    capacity: float | None = 2.0
    reference: int = 0
    at: str = ""
    named: bool = False

    @property
    def halves(self) -> np.ndarray:
        """Return the charge of each half cycle, signed as the current is, mA·h."""
        both = np.column_stack([self.charge, np.negative(self.discharge)])
        return self.way * both.ravel()

    def case(self) -> synth.Case:
        """Return its columns."""
        level = np.repeat(self.current, 2)
        steps = np.abs(self.halves) / level * 3600 / ROWS
        t, half, row, begins = course(steps, ROWS, RESTS)
        signed = np.r_[np.sign(self.halves) * level, 0.0]
        share = (row + 0.5) / ROWS
        rises = self.low + (self.high - self.low) * share
        falls = self.high - self.split - (self.high - self.low) * share
        u = np.where(half < 0, self.low, np.where(half % 2 == 0, rises, falls))
        columns = {"time": synth.Column(t, "s"), "current": synth.Column(signed[half], "mA"),
                   "voltage": synth.Column(u, "V")}  # fmt: skip
        lasted = np.clip(t[:, None], begins, begins + ROWS * steps) - begins
        running = (lasted * signed[:-1]).sum(axis=1) / 3600
        if self.counter == "charge":
            columns["charge"] = synth.Column(running, "mA*h")
        elif self.counter:
            columns["charge_increment"] = synth.Column(np.diff(running, prepend=0.0), "mA*h")
        stated = {"cell.electrodes.working.polarity": "positive" if (self.way > 0) != self.named else "negative",
                  "cell.area": f"{self.area} cm^2", "cell.capacity": f"{self.capacity} mA*h",
                  "cell.electrodes.working.mass": f"{self.mass} g"}  # fmt: skip
        return synth.Case(columns, {path: text for path, text in stated.items() if "None" not in text})

    def world(self) -> World:
        """Return it with its outcome."""
        params = {"reference": str(self.reference)} | ({"at": self.at} if self.at else {})
        if self.named:
            params["charge"] = "anodic" if self.way > 0 else "cathodic"
        silent = ("~", "note(", "u(", "low(", "high(", *(f"{name}:" for name in MEASURED))
        near = dict.fromkeys((*VOLTAGES, *(f"{t}.{n}" for t in ("cycles", "summary") for n in COLUMNS)), 2e-3)
        return World("cycling", self.case().record(), self.expected(), params, within=1e-5, silent=silent,
                     loose=near if self.counter else {})  # fmt: skip

    def expected(self) -> dict[str, Any]:
        """Return tables, values and conditions."""
        table = self._cycles()
        chosen = [int(n) - 1 for n in self.at.split(",")] if self.at else list(range(len(self.charge)))
        kept = self._shown(chosen)
        found = {f"cycles.{name}": values for name, values in table.items()}
        found |= {f"summary.{name}": [values[k] for k in kept] for name, values in table.items()}
        return found | self._rates(table) | self._ways() | self._answers(table)

    def _shown(self, chosen: list[int]) -> list[int]:
        usual = {0, 1, 2, 4, self._at, len(self.charge) - 1}
        return chosen if self.at else [k for k in chosen if k in usual]

    @property
    def _at(self) -> int:
        """Return the place of the reference: as asked, else the first at the current of the last."""
        return self.reference - 1 if self.reference else self.current.index(self.current[-1])

    def _cycles(self) -> dict[str, Any]:
        c, d, i = (np.array(one) for one in (self.charge, self.discharge, self.current))
        count = len(c)
        steps = np.abs(self.halves) / np.repeat(i, 2) * 3600 / ROWS
        t, *_, begins = course(steps, ROWS, RESTS)
        start = begins[::2] - (steps[::2] / 2 if self.counter else 0.0) - t[0]
        up, down = (self.low + self.high) / 2, (self.low + self.high) / 2 - self.split
        table: dict[str, Any] = {
            "cycle": np.arange(1, count + 1), "counter": np.full(count, np.nan), "charge": c, "discharge": d,
            "efficiency": 100 * d / c, "retention": 100 * d / d[self._at],
            "energy_efficiency": 100 * d * down / c / up,
            "U_charge": np.full(count, up), "U_discharge": np.full(count, down),
            "rate": [_rate(one / (self.capacity or d.max())) for one in i], "start": start / 3600,
            "complete": [True] * count,
        }  # fmt: skip
        for size, name in ((self.mass, "mass"), (self.area, "area")):
            if size:
                table |= {f"charge_per_{name}": c / size, f"discharge_per_{name}": d / size}
        return table

    def _rates(self, table: dict[str, Any]) -> dict[str, Any]:
        i = self.current
        firsts = [k for k in range(len(i)) if not k or i[k] != i[k - 1]]
        spans = [slice(a, b) for a, b in zip(firsts, [*firsts[1:], len(i)], strict=True)]
        columns = {
            "rate": [table["rate"][s.start] for s in spans], "current": [i[s.start] for s in spans],
            "first_cycle": [s.start + 1 for s in spans], "last_cycle": [s.stop for s in spans],
            **{name: [float(np.median(table[name][s])) for s in spans]
               for name in ("discharge", "retention", "efficiency")},
        }  # fmt: skip
        return {f"rates.{name}": values for name, values in columns.items()}

    def _ways(self) -> dict[str, Any]:
        both = sum(self.charge), sum(self.discharge)
        anodic, cathodic = both if self.way > 0 else both[::-1]
        names = [*([self.counter] if self.counter else []), "sampled current"]
        return {"charge.method": names, "charge.anodic": [anodic] * len(names),
                "charge.cathodic": [cathodic] * len(names)}  # fmt: skip

    def _answers(self, table: dict[str, Any]) -> dict[str, Any]:
        k, c, d = self._at, self.charge, self.discharge
        up, down = table["U_charge"][0], table["U_discharge"][0]
        count = len(c)
        found = {
            "cycles": count, "charge_capacity": c[k], "discharge_capacity": d[k], "mean_charge_voltage": up,
            "mean_discharge_voltage": down, "first_efficiency": 100 * d[0] / c[0], "n(first_efficiency)": 1,
            "coulombic_efficiency": float(np.median(table["efficiency"][1:])),
            "n(coulombic_efficiency)": count - 1,
            "energy_efficiency": float(np.median(table["energy_efficiency"][1:])),
            "n(energy_efficiency)": count - 1,
            "c_rate": self.current[k] / (self.capacity or max(d)),
            "=charge": "anodic" if self.way > 0 else "cathodic", "=reference_cycle": k + 1,
            "=reference_rate": table["rate"][k], "=counted_by": self.counter or "sampled current",
            "=cycles_by": "current",
        }  # fmt: skip
        if k != count - 1:
            found["retention"] = 100 * d[-1] / d[k]
        if self.mass:
            found["specific_capacity"] = d[k] / self.mass
        else:
            found["!no-mass"] = ("no active mass is stated: no specific capacity", "")
        if self.area:
            found["areal_capacity"] = d[k] / self.area
        else:
            found["!no-area"] = ("no area is stated: no areal capacity", "")
        return found


VOLTAGES = ("mean_charge_voltage", "mean_discharge_voltage", "energy_efficiency")
COLUMNS = ("U_charge", "U_discharge", "energy_efficiency")
MEASURED = ("charge_capacity", "discharge_capacity", "specific_capacity", "areal_capacity", "first_efficiency",
            "coulombic_efficiency", "energy_efficiency", "retention", "mean_charge_voltage",
            "mean_discharge_voltage", "c_rate")  # fmt: skip


def _rate(rate: float) -> str:
    """Name a rate as programmes do; the worlds have only such rates."""
    return f"{rate:g}C" if rate >= 1 else f"C/{1 / rate:g}"


CELLS = {
    "sampled": Charges(),
    "counted": Charges(counter="charge"),
    "increments, cathodic": Charges(counter="charge_increment", way=-1, mass=None),
    "a reference, no area": Charges(reference=3, area=None, at="1,3,5"),
    "no capacity is stated": Charges(capacity=None, discharge=(2.0, 1.98, 1.96, 1.95, 1.90), way=-1),
    "named anodic": Charges(named=True),
    "named cathodic": Charges(named=True, way=-1),
    "one rate, negative": Charges(current=(0.5,) * 3, charge=(1.1, 1.02, 1.01), discharge=(1.0, 1.0, 0.98), way=-1,
                                  capacity=1.0, low=0.1, high=1.2, split=0.05),
}  # fmt: skip
WORLDS = {f"charges: {name}": one.world for name, one in CELLS.items()}
