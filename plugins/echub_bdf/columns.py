"""BDF 1.3.0's columns: preferred label, machine-readable name, unit, and the quantity that each one is.

BDF counts a current that charges the cell as positive. Oxidation at the positive electrode is
charging, so a working electrode that is the negative one turns the signs of `turns`, and swaps
the columns that name a direction (`swaps`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

VERSION = "1.3.0"
IRI = "https://w3id.org/battery-data-alliance/ontology/battery-data-format#"


class BdfColumn(NamedTuple):
    """One column of BDF; `quantity` is empty for what the hub's vocabulary has no equal of."""

    label: str
    name: str
    unit: str = ""
    quantity: str = ""
    turns: bool = False
    swaps: str = ""
    required: bool = False
    text: bool = False
    reset: str = ""

    @property
    def stem(self) -> str:
        """Return the label without its unit."""
        return self.label.partition(" / ")[0]

    @property
    def iri(self) -> str:
        """Return the term in BDF's ontology."""
        return IRI + self.name


COLUMNS = (
    BdfColumn("Test Time / s", "test_time_second", "s", "time", required=True),
    BdfColumn("Voltage / V", "voltage_volt", "V", "voltage", turns=True, required=True),
    BdfColumn("Current / A", "current_ampere", "A", "current", turns=True, required=True),
    BdfColumn("Unix Time / s", "unix_time_second", "s", "unix_time"),
    BdfColumn("Record Index / 1", "record_index", "1", "record"),
    BdfColumn("Cycle Count / 1", "cycle_count", "1", "cycle"),
    BdfColumn("Step Count / 1", "step_count", "1", "step_execution"),
    BdfColumn("Step ID", "step_id", "1", "step"),
    BdfColumn("Step Type", "step_type", "", "technique", text=True),
    BdfColumn("Step Time / s", "step_time_second", "s", "step_time"),
    BdfColumn("Net Capacity / Ah", "net_capacity_ah", "A*h", "charge", turns=True),
    BdfColumn("Step Net Capacity / Ah", "step_net_capacity_ah", "A*h", "charge_step", turns=True),
    BdfColumn(
        "Charging Capacity / Ah",
        "charging_capacity_ah",
        "A*h",
        "charge_anodic",
        swaps="charge_cathodic",
        reset="never",
    ),
    BdfColumn(
        "Discharging Capacity / Ah",
        "discharging_capacity_ah",
        "A*h",
        "charge_cathodic",
        swaps="charge_anodic",
        reset="never",
    ),
    BdfColumn("Power / W", "power_watt", "W", "power_cell"),
    BdfColumn("Ambient Temperature / degC", "ambient_temperature_celsius", "degC", "temperature_ambient"),
    BdfColumn("Temperature T1 / degC", "temperature_t1_celsius", "degC", "temperature"),
    BdfColumn("Applied Pressure / Pa", "applied_pressure_pa", "Pa", "stack_pressure"),
    BdfColumn("Ambient Pressure / Pa", "ambient_pressure_pa", "Pa", "ambient_pressure"),
    BdfColumn("Frequency / Hz", "frequency_hertz", "Hz", "frequency"),
    BdfColumn("Real Impedance / ohm", "real_impedance_ohm", "ohm", "impedance_real"),
    BdfColumn("Imaginary Impedance / ohm", "imaginary_impedance_ohm", "ohm", "impedance_imag"),
    BdfColumn("Absolute Impedance / ohm", "absolute_impedance_ohm", "ohm", "impedance_abs"),
    BdfColumn("Phase / deg", "phase_degree", "deg", "phase"),
    BdfColumn("Step Index / 1", "step_index", "1"),
    BdfColumn("Cumulative Capacity / Ah", "cumulative_capacity_ah", "A*h"),
    BdfColumn("Charging Energy / Wh", "charging_energy_wh", "W*h"),
    BdfColumn("Discharging Energy / Wh", "discharging_energy_wh", "W*h"),
    BdfColumn("Net Energy / Wh", "net_energy_wh", "W*h"),
    BdfColumn("Cumulative Energy / Wh", "cumulative_energy_wh", "W*h"),
    BdfColumn("Internal Resistance / ohm", "internal_resistance_ohm", "ohm"),
)
_OLDER = {
    "Surface Temperature T1 / degC": "temperature_t1_celsius",
    "Step ID / 1": "step_id",
    "Record Index": "record_index",
    "Cycle / 1": "cycle_count",
    "Cycle Number / 1": "cycle_count",
    "Charge Capacity / Ah": "charging_capacity_ah",
    "Discharge Capacity / Ah": "discharging_capacity_ah",
    "Charge Energy / Wh": "charging_energy_wh",
    "Discharge Energy / Wh": "discharging_energy_wh",
    "Temperature / degC": "temperature_t1_celsius",
    "cycle_dimensionless": "cycle_count",
    "ambient_temperature_celcius": "ambient_temperature_celsius",
    "charge_capacity_ah": "charging_capacity_ah",
    "discharge_capacity_ah": "discharging_capacity_ah",
}
"""Labels and names of other versions."""
_UNIT_WORDS = {
    "s": "s", "second": "s", "ms": "ms", "millisecond": "ms", "min": "min", "minute": "min", "h": "h", "hour": "h",
    "v": "V", "volt": "V", "mv": "mV", "millivolt": "mV", "a": "A", "ampere": "A", "ma": "mA", "milliampere": "mA",
    "ah": "A*h", "mah": "mA*h", "wh": "W*h", "mwh": "mW*h", "w": "W", "watt": "W", "mw": "mW", "hz": "Hz",
    "hertz": "Hz",
       "ohm": "ohm", "degc": "degC", "c": "degC", "celsius": "degC", "pa": "Pa", "pascal": "Pa", "deg": "deg",
    "degree": "deg",
}  # fmt: skip
"""Units at the end of a machine-readable name, spelt out or short: `test_time_s`, `current_milliampere`."""
_BY_NAME = {column.name: column for column in COLUMNS}


def _key(header: str) -> str:
    """Return a label or a name as it is compared: in small letters, with one blank on each side of the slash."""
    return re.sub(r"\s*/\s*", " / ", re.sub(r"\s+", " ", header.strip())).lower()


_BY_TEXT = (
    {_key(column.label): column for column in COLUMNS}
    | _BY_NAME
    | {_key(label): _BY_NAME[name] for label, name in _OLDER.items()}
)
_BY_STEM = {_key(column.stem): column for column in COLUMNS} | {
    _key(label.partition(" / ")[0]): _BY_NAME[name] for label, name in _OLDER.items() if " / " in label
}
CORE = frozenset(["time", "unix_time"]), frozenset(["voltage", "current"])
"""Quantities of which a table of this format has one each: a clock, and what is measured over it."""


def known(header: str) -> BdfColumn | None:
    """Find the column that a header names, by label or machine-readable name, of this or another version."""
    found = _BY_TEXT.get(_key(header))
    if found is None and (short := _short(header)) is not None and short[1] == short[0].unit:
        return short[0]
    return found


def misnamed(header: str) -> tuple[BdfColumn, str] | None:
    """Find the column that a header names with another unit than BDF's: ``Current / mA``, ``current_mA``."""
    stem, slash, unit = _key(header).partition(" / ")
    if slash:
        column = _BY_STEM.get(stem)
        printed = header.partition("/")[2].strip()
        return (column, printed) if column is not None and not column.text and unit else None
    short = _short(header)
    return short if short is not None and short[1] != short[0].unit else None


def _short(header: str) -> tuple[BdfColumn, str] | None:
    """Split a machine-readable name into a column and the unit that its last word is."""
    stem, underscore, word = header.strip().rpartition("_")
    column = _BY_STEM.get(_key(stem.replace("_", " "))) if underscore else None
    unit = _UNIT_WORDS.get(word.lower())
    return (column, unit) if column is not None and unit is not None and not column.text else None


def has_core(headers: Iterable[str]) -> bool:
    """Return whether headers are those of a table of this format: a clock, and a voltage or a current."""
    columns = [known(header) or next(iter(misnamed(header) or ()), None) for header in headers]
    present = {column.quantity for column in columns if isinstance(column, BdfColumn)}
    return all(present & group for group in CORE)


def split_header(head: bytes) -> list[str]:
    """Split the first line of a file at its commas."""
    line = head.partition(b"\n")[0].decode("utf-8-sig", "replace").strip()
    return [cell.strip().strip('"').strip() for cell in line.split(",")]


def working(column: BdfColumn, polarity: str) -> str:
    """Return the quantity that a column is, seen from the working electrode of that polarity."""
    return column.swaps if column.swaps and polarity == "negative" else column.quantity
