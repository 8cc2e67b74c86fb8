"""Charges and discharges at constant current, whose voltage is a straight line of time."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from tests.oracles.plain import course, half_width
from tests.oracles.told import World

ROWS, RESTS = 300, 12


@dataclass(frozen=True)
class Charges:
    """Cycles: charge and discharge in mA·h, the current of both in mA, and the ends of U while charging, V.

    way: +1 if an anodic current charges. counter: quantity of the instrument's charge. split: U while
    discharging, below that while charging, V. capacity: the stated one, mA·h. named: the charge is
    named, and the electrode that is stated is the other one. still: current that is read at rest, mA.
    accuracy, repeats, heavy, wide: of the current, its repeatability, mass and area, %; volts: of the voltage, V.
    counts: what the instrument calls a cycle, "" if it does not count. electrode: it is stated which one
    is the working electrode. full: range of the current in each cycle, mA.
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
    still: float = 0.0
    accuracy: float = 0.1
    repeats: float = 0.02
    volts: float = 1e-3
    heavy: float = 0.0
    wide: float = 0.0
    fine: float = 0.01
    counts: str = ""
    electrode: bool = True
    full: tuple[float, ...] = ()

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
        signed = np.r_[np.sign(self.halves) * level, self.still]
        share = (row + 0.5) / ROWS
        rises = self.low + (self.high - self.low) * share
        falls = self.high - self.split - (self.high - self.low) * share
        u = np.where(half < 0, self.low, np.where(half % 2 == 0, rises, falls))
        columns = {"time": synth.Column(t, "s"), "current": synth.Column(signed[half], "mA"),
                   "voltage": synth.Column(u, "V")}  # fmt: skip
        if self.counts:
            number = np.searchsorted(begins[:: 1 if self.counts == "half cycles" else 2], t)
            columns["cycle"] = synth.Column(6 + np.maximum(number, 1))
        if self.full:
            cycle = np.maximum(np.searchsorted(begins[::2], t) - 1, 0)
            columns["current_range"] = synth.Column(np.array([f"{self.full[k]:g} mA" for k in cycle]))
        lasted = np.clip(t[:, None], begins, begins + ROWS * steps) - begins
        running = (lasted * signed[:-1]).sum(axis=1) / 3600
        if self.counter == "charge":
            columns["charge"] = synth.Column(running, "mA*h")
        elif self.counter == PAIR:  # both count up
            each = lasted * signed[:-1] / 3600
            columns["charge_anodic"] = synth.Column(np.maximum(each, 0).sum(axis=1), "mA*h")
            columns["charge_cathodic"] = synth.Column(np.maximum(-each, 0).sum(axis=1), "mA*h")
        elif (
            self.counter == "charge_step"
        ):  # it starts again with each half cycle, and stands in the rest after it
            number = np.maximum(np.searchsorted(begins, t) - 1, 0)
            since = lasted[np.arange(len(t)), number] * signed[number] / 3600
            columns["charge_step"] = synth.Column(since, "mA*h")
        elif self.counter:
            columns["charge_increment"] = synth.Column(np.diff(running, prepend=0.0), "mA*h")
        stated = {"cell.electrodes.working.polarity": self._polarity(),
                  "cell.area": f"{self.area} cm^2", "cell.capacity": f"{self.capacity} mA*h",
                  "cell.electrodes.working.mass": f"{self.mass} g"}  # fmt: skip
        return synth.Case(columns, {path: text for path, text in stated.items() if "None" not in text})

    def _polarity(self) -> str:
        if not self.electrode:
            return "None"
        return "positive" if (self.way > 0) != self.named else "negative"

    def world(self) -> World:
        """Return it with its outcome."""
        params = {"reference": str(self.reference), "current_accuracy": f"{self.accuracy} %",
                  "repeatability": f"{self.repeats} %", "voltage_accuracy": f"{self.volts} V",
                  "mass_uncertainty": f"{self.heavy} %", "area_uncertainty": f"{self.wide} %",
                  "dqdv_step": f"{self.fine} V"} | ({"at": self.at} if self.at else {})  # fmt: skip
        if self.named:
            params["charge"] = "anodic" if self.way > 0 else "cathodic"
        near = dict.fromkeys((*VOLTAGES, *(f"{t}.{n}" for t in ("cycles", "summary") for n in COLUMNS)), 2e-3)
        ends = {f"{end}({name})": 2e-3 if self.counter and name in VOLTAGES else 2e-5
                for end in ("low", "high") for name in MEASURED}  # fmt: skip
        return World("cycling", self.case().record(), self.expected(), params, within=1e-5,
                     loose=(near if self.counter else {}) | ends | LOOSE)  # fmt: skip

    def expected(self) -> dict[str, Any]:
        """Return tables, values and conditions."""
        table = self._cycles()
        chosen = [int(n) - 1 for n in self.at.split(",")] if self.at else list(range(len(self.charge)))
        kept = self._shown(chosen)
        found = {f"cycles.{name}": values for name, values in table.items()}
        found |= {f"summary.{name}": [values[k] for k in kept] for name, values in table.items()}
        named = list(dict.fromkeys(f"{one:g} mA" for one in sorted(set(self.full))))
        found["=current_range"] = ", ".join(named) or "not recorded"
        if len(named) > 1:
            on = [f"{one:g} mA (cycle {self.full.index(one) + 1} on)" for one in sorted(set(self.full))]
            text = (f"the current was measured in {len(on)} ranges: {', '.join(on)}; the intervals hold the "
                    "accuracy of each")  # fmt: skip
            found["!several-ranges"] = (text, "")
        found |= self._rates(table) | self._ways() | self._answers(table) | self._curves(kept)
        return found | self._budgets(found) | self._notes(table) | self._counts()

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
            "cycle": np.arange(1, count + 1), "counter": self._counter(count), "charge": c, "discharge": d,
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

    def _counter(self, count: int) -> np.ndarray:
        """Return what the instrument calls each cycle; a half cycle more is counted in each if it counts those."""
        if not self.counts:
            return np.full(count, np.nan)
        return 7 + np.arange(count) * (2 if self.counts == "half cycles" else 1)

    def _counts(self) -> dict[str, Any]:
        if self.counts != "half cycles":
            return {}
        count = len(self.charge)
        text = f"the instrument counts {2 * count} half cycles with current, the current itself shows {count}"
        return {"!cycle-counter-differs": (text, "")}

    def _curves(self, kept: list[int]) -> dict[str, Any]:
        """Return U against the charge of each row, and dQ/dV between whole steps of U: of a straight line, one."""
        lines: dict[str, list[Any]] = {name: [] for name in ("cycle", "q", "U", "d_cycle", "d_U", "d_q")}
        share = (np.arange(ROWS) + 0.5) / ROWS
        span = self.high - self.low
        for k in kept:
            for charge, sign, start in (
                (self.charge[k], 1, self.low),
                (self.discharge[k], -1, self.high - self.split),
            ):
                u = start + sign * span * share
                # A counter is read in the row; a sampled current flows until the middle between two rows.
                q = charge * (share if self.counter else (np.arange(ROWS) + 1) / ROWS)
                first, last = (
                    round(f(min(u[0], u[-1]) / self.fine) if f is np.ceil else f(max(u[0], u[-1]) / self.fine))
                    for f in (np.ceil, np.floor)
                )
                grid = self.fine * (np.arange(first, last) + 0.5)[::sign]
                values = (
                    [k + 1] * (ROWS + 1),
                    [*q, None],
                    [*u, None],
                    [k + 1] * (len(grid) + 1),
                    [*grid, None],
                    [sign * charge / span] * len(grid) + [None],
                )
                for line, more in zip(lines.values(), values, strict=True):
                    line += more
        return {f"~{name}": line for name, line in lines.items()} | {"~step": [self.fine]}

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
            "energy_efficiency": float(np.median(table["energy_efficiency"][count > 1 :])),
            "n(energy_efficiency)": max(count - 1, 1),
            "c_rate": self.current[k] / (self.capacity or max(d)),
            "=charge": "anodic" if self.way > 0 else "cathodic", "=reference_cycle": k + 1,
            "=reference_rate": table["rate"][k], "=counted_by": self.counter or "sampled current",
            "=cycles_by": "current",
        }  # fmt: skip
        if count > 1:
            found |= {"coulombic_efficiency": float(np.median(table["efficiency"][1:])),
                      "n(coulombic_efficiency)": count - 1}  # fmt: skip
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
        return found | self._doubts(table["rate"])

    def _doubts(self, rate: list[str]) -> dict[str, Any]:
        k, found = self._at, {}
        if len(self.charge) == 1:
            text = "only cycle 1 is complete: no retention, and no efficiency of later cycles"
            found["!one-cycle"] = (text, "")
        if self.current[k] != self.current[-1]:
            text = (f"the reference cycle {k + 1} ran at {rate[k]}, the last one at {rate[-1]}: the retention is "
                    "not a fade")  # fmt: skip
            found["!rates-differ"] = (text, "")
        if len(self.charge) > 1 and len({*self.charge, *self.discharge}) == 1:
            text = ("charge and discharge are equal in all cycles, as a programme with fixed times makes them: "
                    "the efficiency is not a property of the cell")  # fmt: skip
            found["!programmed-charge"] = (text, "")
        if not self.electrode:
            text = ("an anodic current is assumed to charge the cell: it is not stated which electrode is the "
                    "working one")  # fmt: skip
            found["!direction-assumed"] = (text, "")
            found["hint(!direction-assumed)"] = (
                "--set cell.electrodes.working.polarity=negative, or --param charge=cathodic, if not"
            )
        return found

    def _offset(self) -> float:
        """Return what is read at rest as a part of the reference current, at rest and while it flows."""
        if not self.still or self.counter:
            return 0.0
        level = np.repeat(self.current, 2)
        t, half, *_ = course(np.abs(self.halves) / level * 3600 / ROWS, ROWS, RESTS)
        flowed, rested = (np.diff(t)[flows[1:]].sum() for flows in (half >= 0, half < 0))
        return self.still / self.current[self._at] * (1 + rested / flowed)

    def _open(self, charges: bool, at: int) -> float:
        """Return the part of a charge of a cycle that its two edges leave open, each between two rows.

        What is read at rest flows in both; nothing beyond the current of the half cycle itself is of it.
        """
        if self.counter:
            return 0.0
        same = self.still if charges == (self.way > 0) else 0.0
        return (1 - same / self.current[at]) / ROWS / sqrt(6)

    def _budgets(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return the parts of each uncertainty: normal ones, and half widths of uniform ones."""
        rest = self._offset()
        up, down = self._open(True, self._at), self._open(False, self._at)
        each, mean = hypot(up, down), (self.low + self.high) / 2
        whole = self._accuracy(self._at) | {"current at rest": rest}
        first, later = (self._of_ratio(k) | {"current at rest": 2 * rest} for k in (0, len(self.charge) - 1))
        volts = {"accuracy of the voltage": self.volts * (1 / (mean - self.split) - 1 / mean)}
        bent = 0.0 if self.counter else (self.high - self.low) / ROWS / sqrt(24)
        relative: dict[str, tuple[dict[str, float], dict[str, Any]]] = {
            "charge_capacity": ({"edges between rows": up}, whole),
            "discharge_capacity": ({"edges between rows": down}, whole),
            "specific_capacity": ({"edges between rows": down, "mass": self.heavy / 100}, whole),
            "areal_capacity": ({"edges between rows": down, "area": self.wide / 100}, whole),
            "first_efficiency": ({"edges between rows": hypot(self._open(True, 0), self._open(False, 0))}, first),
            "coulombic_efficiency": ({"edges between rows": self._of_median(each, found)}, later),
            "energy_efficiency": ({"edges between rows": self._of_median(each, found)}, later | volts),
            "retention": (
                {"edges between rows": sqrt(2) * down},
                {"repeatability of the current": self.repeats / 100} | self._changed(),
            ),
            "c_rate": ({}, whole),
        }
        scales = {name: found[name] for name in relative if name in found}
        for name in ("mean_charge_voltage", "mean_discharge_voltage"):
            relative[name], scales[name] = (
                ({"edges between rows": bent}, {"accuracy of the voltage": self.volts}),
                1.0,
            )
        told: dict[str, Any] = {}
        for name, scale in scales.items():
            normal = {part: scale * u for part, u in relative[name][0].items()}
            widths = {part: [scale * u for u in np.atleast_1d(one)] for part, one in relative[name][1].items()}
            parts = normal | {part: hypot(*one) / sqrt(3) for part, one in widths.items()}
            told |= {f"{name}: {part}": u for part, u in parts.items() if u}
            half = half_width(hypot(*normal.values()), [u for one in widths.values() for u in one if u])
            told |= {f"u({name})": hypot(*parts.values()), f"low({name})": found[name] - half,
                     f"high({name})": found[name] + half}  # fmt: skip
        return told

    def _accuracy(self, k: int) -> dict[str, Any]:
        """Return what a charge of a cycle is open by: offset and gain of its range; without one, a gain."""
        gain = self.accuracy / 100
        if not self.full:
            return {"accuracy of the current": gain}
        return {RANGE: (gain * self.full[k] / self.current[k], gain)}

    def _of_ratio(self, k: int) -> dict[str, Any]:
        """Return what the efficiency of a cycle is open by: an offset counts in both directions, gains are two."""
        gain = self.accuracy / 100
        if not self.full:
            return {"accuracy of the current, charging": gain, "accuracy of the current, discharging": gain}
        return {RANGE: (2 * gain * self.full[k] / self.current[k], gain, gain)}

    def _changed(self) -> dict[str, Any]:
        """Return what a retention is open by: what both cycles share of one range cancels."""
        if not self.full:
            return {}
        gain, k, last = self.accuracy / 100, self._at, len(self.charge) - 1
        offsets = [gain * self.full[n] / self.current[n] for n in (k, last)]
        return {
            RANGE: [abs(offsets[0] - offsets[1])] if self.full[k] == self.full[last] else [*offsets, gain, gain]
        }

    def _of_median(self, each: float, found: dict[str, Any]) -> float:
        """Return the error of a median: values are alike but for a part that averages out, or in an order."""
        if "coulombic_efficiency" not in found:
            return each
        values = np.asarray(found["cycles.efficiency"])[1:] / found["coulombic_efficiency"]
        apart = 1.4826 * float(np.median(np.abs(values - np.median(values)))) / each if each else 0.0
        averaged = min(sqrt(3 / len(values)), 1.0)
        return each * sqrt(1 - apart**2 + (averaged * apart) ** 2) if apart < 1 else each

    def _notes(self, table: dict[str, Any]) -> dict[str, Any]:
        at, later = self._at + 1, len(self.charge) - 1
        basis = f"{self.capacity or max(self.discharge):.4g} mA·h"
        notes = {
            "cycles": "complete", "charge_capacity": f"cycle {at}", "discharge_capacity": f"cycle {at}",
            "mean_charge_voltage": f"cycle {at}", "mean_discharge_voltage": f"cycle {at}",
            "specific_capacity": f"discharge, cycle {at}" if self.mass else None,
            "areal_capacity": f"discharge, cycle {at}" if self.area else None, "first_efficiency": "cycle 1",
            "coulombic_efficiency": f"median of {later} cycles after the first complete one" if later else None,
            "energy_efficiency": f"median of {later} cycles" if later else "cycle 1",
            "retention": f"cycle {later + 1} against cycle {at}" if at != later + 1 else None,
            "c_rate": f"{table['rate'][self._at]}, cycle {at}, of {basis} "
                      f"({'cell.capacity' if self.capacity else 'the largest discharge'})",
        }  # fmt: skip
        told = {f"note({name})": note for name, note in notes.items()}
        if rest := self._offset():
            text = (f"{rest:.2g} of the reference current is read at rest too: an offset, or a current that "
                    "flows; the intervals hold both")  # fmt: skip
            told["!current-at-rest"] = (text, "")
        return told


LOOSE = {"coulombic_efficiency: edges between rows": 1e-4, "energy_efficiency: edges between rows": 2e-3,
         "u(energy_efficiency)": 2e-3, "u(coulombic_efficiency)": 1e-4}  # fmt: skip
RANGE = "accuracy of the current range"
PAIR = "charge_anodic and charge_cathodic"
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
    "two counters": Charges(counter=PAIR),
    "a counter of each step": Charges(counter="charge_step", way=-1, area=None),
    "increments, cathodic": Charges(counter="charge_increment", way=-1, mass=None),
    "a reference, no area": Charges(reference=3, area=None, at="1,3,5"),
    "no capacity is stated": Charges(capacity=None, discharge=(2.0, 1.98, 1.96, 1.95, 1.90), way=-1),
    "named anodic": Charges(named=True),
    "named cathodic": Charges(named=True, way=-1),
    "an offset at rest": Charges(still=3e-4, accuracy=0.05, volts=0.05, heavy=2.0, wide=1.5, repeats=0.4,
                                 fine=0.02),
    "an offset at rest, cathodic": Charges(still=3e-4, accuracy=0.05, way=-1, charge=(2.02,) * 4,
                                           discharge=(1.98,) * 4, current=(0.4,) * 4),
    "a range": Charges(full=(1.0,) * 5, accuracy=0.2),
    "a range, a reference at another rate": Charges(full=(2.0,) * 5, reference=1),
    "two ranges": Charges(full=(1.0, 2.0, 2.0, 2.0, 2.0), reference=1, way=-1),
    "cycles are counted": Charges(counts="cycles"),
    "half cycles are counted": Charges(counts="half cycles", counter="charge"),
    "a reference at another rate": Charges(reference=1),
    "no electrode is stated": Charges(electrode=False),
    "a programme": Charges(charge=(2.0,) * 4, discharge=(2.0,) * 4, current=(0.4,) * 4),
    "one cycle": Charges(charge=(2.1,), discharge=(2.0,), current=(0.4,)),
    "one rate, negative": Charges(current=(0.5,) * 3, charge=(1.1, 1.02, 1.01), discharge=(1.0, 1.0, 0.98), way=-1,
                                  capacity=1.0, low=0.1, high=1.2, split=0.05),
}  # fmt: skip
WORLDS = {f"charges: {name}": one.world for name, one in CELLS.items()}
