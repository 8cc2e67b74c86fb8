"""What the cycles say: capacities at the reference, efficiencies, retention, mean voltages, rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from echub.drawing import unit_text
from echub.plugin import Measurand, Refusal, current_ranges
from echub.science import RANGE_ACCURACY, CurrentRanges, robust_sigma
from echub.text import several
from echub_cycling import CyclingParams
from echub_cycling.data.charge import Floats
from echub_cycling.data.halves import CellTrace, Halves
from echub_cycling.data.offset import offset_of, rest_share
from echub_cycling.data.ranges import RangeShares, shares_of
from echub_cycling.method.cycles import Cycles
from echub_cycling.method.direction import Direction
from echub_cycling.method.rates import SAME, rate_names
from echub_cycling.outcome import accuracy
from echub_cycling.outcome.ranges import RangesUsed
from echub_cycling.outcome.values import ErrorBudget, drawn, measurand

MEDIAN_OF_EDGES = 1.73
"""Standard error of a median over that of a mean: 1.25 for normal errors, √3 for uniform ones, as at edges."""
SHARED = 1.5
"""Variance of an efficiency whose charge and discharge meet in one edge, over that of four: what one gains there
the other loses, so that it counts four times instead of twice, 1 + 4 + 1 over 4."""
COUNTED_BY_INSTRUMENT = ("charge_increment", "charge", "charge_anodic and charge_cathodic", "charge_step")
"""Ways of counting that are not of the rows, so that an offset of the rows need not be in them."""
OFFSET = "current at rest"
DIGIT_U, DIGIT_J = "digit of the voltage", "digit of the current"
PROGRAMMED = 1e-3
"""Relative difference up to which charges are equal by a clock: clocks and currents repeat ten times better, cells
that a voltage limits repeat ten times worse."""


@dataclass(frozen=True, eq=False)
class CyclesFound:
    """Everything found: trace, half cycles, cycles, direction; places of the reference and the last whole cycle.

    nominal: capacity that a C-rate refers to, in the charge unit; nominal_stated: it comes from the metadata.
    """

    trace: CellTrace
    halves: Halves
    cycles: Cycles
    direction: Direction
    params: CyclingParams
    whole: np.ndarray
    reference: int
    nominal: float
    nominal_stated: bool

    @classmethod
    def of(
        cls, trace: CellTrace, halves: Halves, cycles: Cycles, direction: Direction, params: CyclingParams
    ) -> CyclesFound:
        """Choose the reference cycle and the nominal capacity."""
        whole = np.flatnonzero(cycles.complete)
        reference = _reference(cycles, whole, params.reference)
        stated = trace.data.meta("cell.capacity")
        if stated and trace.charge_unit != "mA*h":
            stated = None
        nominal = float(stated or np.nanmax(cycles.discharge[whole]))
        return cls(trace, halves, cycles, direction, params, whole, reference, nominal, bool(stated))

    @property
    def last(self) -> int:
        """Return the place of the last complete cycle."""
        return int(self.whole[-1])

    @cached_property
    def mass(self) -> float | None:
        """Return the active mass of the electrode of interest in g, None if it is not stated."""
        data = self.trace.data
        which = data.meta("cell.electrode_of_interest") or "working"
        found = data.meta(f"cell.electrodes.{which}.mass") or data.meta("cell.active_mass")
        return float(found) if found else None

    @cached_property
    def offset(self) -> float:
        """Return the part of the reference current that is read at rest; 0 if the instrument counts the charge.

        It may be an offset of the reading, which every charge holds, or have flowed.
        """
        if self.trace.counted[0].name in COUNTED_BY_INSTRUMENT:
            return 0.0
        found = offset_of(self.trace.current, self.params.current_accuracy / 100, self.ranges)
        rests = 1.0 if not found else rest_share(self.trace.t, self.trace.current)
        return abs(found) * (1 + rests) / float(self.cycles.discharge_level[self.reference])

    def inside(self, values: Floats, half: str, k: int) -> float:
        """Return the largest value (m,) of the half cycles that make the `charge` or `discharge` of a cycle."""
        sign = self.direction.sign if half == "charge" else -self.direction.sign
        return float(values[(self.cycles.of == k) & (self.halves.sign == sign)].max())

    def read(self, half: str, k: int) -> float:
        """Return by what part the digit of the current moves a charge at most; 0 if the instrument counts it."""
        by_instrument = self.trace.counted[0].name in COUNTED_BY_INSTRUMENT
        return 0.0 if by_instrument else self.inside(self.halves.coarse_current, half, k)

    @cached_property
    def ranges(self) -> CurrentRanges:
        """Return the ranges in which the rows of the current were measured."""
        return current_ranges(self.trace.data, self.params.current_accuracy, self.trace.unit)

    @cached_property
    def measured_in(self) -> dict[str, RangeShares]:
        """Return in which ranges the charge and the discharge of each cycle were measured."""
        shares, count = shares_of(self.trace, self.halves, self.ranges), len(self.cycles)
        inward = self.halves.sign == self.direction.sign
        ways = {"charge": inward, "discharge": ~inward}
        return {way: shares.summed(chosen, self.cycles.of, count) for way, chosen in ways.items()}

    @cached_property
    def ranges_used(self) -> RangesUsed:
        """Return the ranges of the complete cycles, and what is to be said of them."""
        charge, discharge = self.measured_in["charge"], self.measured_in["discharge"]
        both = replace(charge, charge=charge.charge + discharge.charge)
        called = [f"cycle {number}" for number in self.cycles.number[self.whole].tolist()]
        return RangesUsed.of(both, self.whole, called, self.trace.data)

    @property
    def efficiency(self) -> Floats:
        """Return discharge over charge of each cycle, in %."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(100 * self.cycles.discharge / self.cycles.charge)

    @property
    def energy_efficiency(self) -> Floats:
        """Return discharged over charged energy of each cycle, in %; NaN if both directions spend energy."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = 100 * self.cycles.discharge_energy / self.cycles.charge_energy
        return np.where(ratio > 0, ratio, np.nan)

    @property
    def retention(self) -> Floats:
        """Return the discharge of each cycle over that of the reference, in %."""
        return np.asarray(100 * self.cycles.discharge / self.cycles.discharge[self.reference])

    @property
    def rate(self) -> Floats:
        """Return the C-rate of each discharge, 1/h."""
        return self.cycles.discharge_level / self.nominal

    @cached_property
    def rate_names(self) -> list[str]:
        """Return the names of the rates."""
        return rate_names(self.rate, stated=self.nominal_stated)

    def voltage(self, half: str) -> Floats:
        """Return the mean voltage of `charge` or `discharge`, weighted by charge, V."""
        with np.errstate(divide="ignore", invalid="ignore"):
            energy = getattr(self.cycles, f"{half}_energy")
            return np.asarray(1000 * energy / getattr(self.cycles, half))

    def is_programmed(self) -> bool:
        """Return whether the charge was limited, not the voltage: equal each way, and from cycle to cycle."""
        if len(self.whole) < 2:
            return bool(self.trace.data.meta("cell.symmetric"))
        charge, discharge = self.cycles.charge[self.whole], self.cycles.discharge[self.whole]
        equal = np.median(np.abs(charge - discharge)) < PROGRAMMED * np.median(charge)
        return bool(equal and np.ptp(discharge) < PROGRAMMED * discharge[0])


def _reference(cycles: Cycles, whole: np.ndarray, asked: int) -> int:
    """Return the place of the reference: the one asked for, else the first whole one at the last one's current."""
    if asked:
        found = [int(k) for k in whole if cycles.number[k] == asked]
        if not found:
            numbers = cycles.number[whole]
            raise Refusal(
                "no-such-cycle",
                f"cycle {asked} is the reference, but complete are {numbers[0]} … {numbers[-1]} ({len(numbers)})",
                hint=f"--param reference={numbers[0]}",
            )
        return found[0]
    level = cycles.discharge_level[whole]
    return int(whole[np.abs(level / level[-1] - 1) <= SAME][0])


# -- measurands ------------------------------------------------------------------------------


def measurands(found: CyclesFound) -> dict[str, Measurand]:
    """Return the measurands that the file and its metadata allow."""
    cycles, k = found.cycles, found.reference
    at = f"cycle {cycles.number[k]}"
    unit = found.trace.charge_unit
    result = {"cycles": Measurand("1", float(len(found.whole)), note="complete")}
    for half in ("charge", "discharge"):
        value, spread = (float(getattr(cycles, name)[k]) for name in (half, f"{half}_spread"))
        limits = accuracy.of_charge(found.measured_in[half], k, value)
        read = found.read(half, k) * value
        budget = ErrorBudget(
            {"edges between rows": spread}, {**limits, OFFSET: found.offset * value, DIGIT_J: read}
        )
        result[f"{half}_capacity"] = measurand(unit, value, budget, note=at)
    result |= _normalised(found, at)
    result |= _efficiencies(found)
    result |= _retention(found)
    for half in ("charge", "discharge"):
        budget = ErrorBudget(
            {"edges between rows": found.inside(found.halves.blur, half, k)},
            {
                "accuracy of the voltage": found.params.voltage_accuracy,
                DIGIT_U: found.inside(found.halves.coarse, half, k),
            },
        )
        result[f"mean_{half}_voltage"] = measurand("V", float(found.voltage(half)[k]), budget, note=at)
    basis = "cell.capacity" if found.nominal_stated else "the largest discharge"
    note = f"{found.rate_names[k]}, {at}, of {found.nominal:.4g} {unit_text(unit)} ({basis})"
    rate = float(found.rate[k])
    limits = accuracy.of_level(found.measured_in["discharge"], k, float(cycles.discharge_level[k]), rate)
    read = found.inside(found.halves.coarse_current, "discharge", k) * rate
    edges = found.inside(found.halves.open_level, "discharge", k) * rate
    budget = ErrorBudget({"edges between rows": edges}, {**limits, OFFSET: found.offset * rate, DIGIT_J: read})
    result["c_rate"] = measurand("1/h", rate, budget, note=note)
    return result


def _normalised(found: CyclesFound, at: str) -> dict[str, Measurand]:
    """Return the discharge capacity per mass and per area, if these are stated."""
    value, spread = float(found.cycles.discharge[found.reference]), found.cycles.discharge_spread[found.reference]
    params, shares = found.params, found.measured_in["discharge"]
    per_area = found.trace.charge_unit != "mA*h"
    by = {
        "specific_capacity": ("mA*h/g", None if per_area else found.mass, params.mass_uncertainty, "mass"),
        "areal_capacity": ("mA*h/cm^2", 1.0 if per_area else found.trace.area, params.area_uncertainty, "area"),
    }
    result = {}
    for name, (unit, size, own, what) in by.items():
        if size:
            each = value / size
            budget = ErrorBudget(
                {"edges between rows": float(spread) / size, what: own / 100 * each},
                {
                    **accuracy.of_charge(shares, found.reference, each),
                    OFFSET: found.offset * each,
                    DIGIT_J: found.read("discharge", found.reference) * each,
                },
            )
            result[name] = measurand(unit, each, budget, note=f"discharge, {at}")
    return result


def _efficiencies(found: CyclesFound) -> dict[str, Measurand]:
    """Return the efficiency of the first cycle, and the medians of all later ones."""
    first, later = int(found.whole[0]), found.whole[1:]
    result = {"first_efficiency": _efficiency(found, first, f"cycle {found.cycles.number[first]}")}
    if len(later):
        note = f"median of {several(len(later), 'cycle')} after the first complete one"
        result["coulombic_efficiency"] = _median(found, found.efficiency[later], later, note)
    chosen = later if len(later) else found.whole
    if min(np.min(found.voltage(half)[chosen]) for half in ("charge", "discharge")) <= 0:
        return result  # both directions spend energy, as in a symmetric cell
    energy = found.energy_efficiency[chosen]
    note = f"median of {len(chosen)} cycles" if len(chosen) > 1 else f"cycle {found.cycles.number[chosen[0]]}"
    result["energy_efficiency"] = _median(found, energy, chosen, note, voltage=True)
    return result


def _efficiency(found: CyclesFound, k: int, note: str) -> Measurand:
    return _median(found, found.efficiency[[k]], np.array([k]), note)


def _median(
    found: CyclesFound, values: Floats, chosen: np.ndarray, note: str, *, voltage: bool = False
) -> Measurand:
    """Return the median of the ratios of these cycles: the accuracy of each direction stays, what lies between
    rows
    averages out. How much the cycles differ is in the table; it is a property of the cell, not an uncertainty.
    """
    value = float(np.median(values))
    cycles, k = found.cycles, accuracy.middle(values, chosen)
    ways = (cycles.charge_spread, cycles.charge), (cycles.discharge_spread, cycles.discharge)
    each = np.hypot(*(spread[chosen] / size[chosen] for spread, size in ways))
    each *= np.sqrt(np.where(_meet(found)[chosen], SHARED, 1.0))
    scatter = of_median(values, float(np.median(each)) * value)
    uniform: dict[str, float | tuple[float, ...]] = {OFFSET: 2 * found.offset * value}  # one direction has it more
    uniform[DIGIT_J] = tuple(found.read(half, k) * value for half in ("charge", "discharge"))
    if voltage:
        parts = [_of_voltage(found, half, k, value) for half in ("charge", "discharge")]
        scatter = float(np.hypot.reduce([scatter, *(blur for blur, _ in parts)]))
        uniform[DIGIT_U] = tuple(coarse for _, coarse in parts)
        mean = np.median([found.voltage(half)[chosen] for half in ("charge", "discharge")], axis=1)
        offset = found.params.voltage_accuracy * abs(1 / mean[1] - 1 / mean[0]) * value
        uniform["accuracy of the voltage"] = float(offset)
    both = found.measured_in["charge"], found.measured_in["discharge"]
    normal = {"edges between rows": scatter}
    draws = accuracy.median_ratios(*both, values, chosen, found.trace.data.rng())
    if draws is not None:
        return drawn("%", value, RANGE_ACCURACY, draws, ErrorBudget(normal, uniform), n=len(values), note=note)
    budget = ErrorBudget(normal, {**accuracy.of_ratio(*both, k, value), **uniform})
    return measurand("%", value, budget, n=len(values), note=note)


def _of_voltage(found: CyclesFound, half: str, k: int, value: float) -> tuple[float, float]:
    """Return what a coarse clock, and at most the digit, leave open of a ratio of energies by its mean voltage."""
    mean = abs(float(found.voltage(half)[k]))
    blur, coarse = (found.inside(part, half, k) for part in (found.halves.blur, found.halves.coarse))
    return value * blur / mean if found.trace.data.clock_step else 0.0, value * coarse / mean


def _meet(found: CyclesFound) -> NDArray[np.bool_]:
    """Return for each cycle whether its discharge starts where its charge ends, without a rest between them."""
    rows = found.halves.rows
    meets = np.append(rows.stop[:-1] == rows.start[1:], False) & (found.halves.sign == found.direction.sign)
    met = np.zeros(len(found.cycles), dtype=bool)
    met[found.cycles.of[meets]] = True
    return met


def of_median(values: Floats, each: float) -> float:
    """Return the standard error of the median of values that are known to `each`.

    Values that differ by more than that are in an order that it does not change: then it is the error of one.
    Values that differ by less share the rest of their error, as cycles do that take a whole number of rows: only
    what differs averages out.
    """
    apart = robust_sigma(values) / each if each else 0.0
    seen = min(apart, 1.0)
    averaged = min(MEDIAN_OF_EDGES / float(np.sqrt(len(values))), 1.0)
    return each * max(float(np.sqrt(1 - seen**2 + (averaged * seen) ** 2)), min((apart - 1) / 2, 1.0))


def _retention(found: CyclesFound) -> dict[str, Measurand]:
    """Return the retention of the last complete cycle: of one direction: in one range its accuracy cancels."""
    k, last = found.reference, found.last
    if k == last:
        return {}
    cycles = found.cycles
    value = float(found.retention[last])
    spread = np.hypot(*(cycles.discharge_spread[[k, last]] / cycles.discharge[[k, last]]))
    repeat = found.params.repeatability / 100 * value
    limits = accuracy.of_change(found.measured_in["discharge"], k, last, value)
    read = tuple(found.read("discharge", place) * value for place in (k, last))
    budget = ErrorBudget(
        {"edges between rows": float(spread) * value},
        {**limits, "repeatability of the current": repeat, DIGIT_J: read},
    )
    note = f"cycle {cycles.number[last]} against cycle {cycles.number[k]}"
    return {"retention": measurand("%", value, budget, note=note)}
