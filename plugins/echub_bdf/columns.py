"""BDF 1.3.0's columns: preferred label, machine-readable name, unit, and the quantity that each one is.

BDF counts a current that charges the cell as positive. Oxidation at the positive electrode is
charging, so a working electrode that is the negative one turns the signs of `turns`, and swaps
the columns that name a direction (`swaps`).
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "1.3.0"
IRI = "https://w3id.org/battery-data-alliance/ontology/battery-data-format#"


@dataclass(frozen=True, slots=True)
class BdfColumn:
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
}
"""Labels of other versions."""
_BY_NAME = {column.name: column for column in COLUMNS}
_BY_TEXT = (
    {column.label: column for column in COLUMNS}
    | _BY_NAME
    | {label: _BY_NAME[name] for label, name in _OLDER.items()}
)
_BY_STEM = {column.stem: column for column in COLUMNS}


def known(header: str) -> BdfColumn | None:
    """Find the column that a header names, by label or machine-readable name."""
    return _BY_TEXT.get(header)


def misnamed(header: str) -> tuple[BdfColumn, str] | None:
    """Find the column that a header names with another unit than BDF's: ``Current / mA``."""
    stem, slash, unit = header.partition(" / ")
    column = _BY_STEM.get(stem) if slash else None
    return (column, unit.strip()) if column is not None and not column.text else None


def split_header(head: bytes) -> list[str]:
    """Split the first line of a file at its commas."""
    line = head.partition(b"\n")[0].decode("utf-8-sig", "replace").strip()
    return [cell.strip().strip('"').strip() for cell in line.split(",")]


def working(column: BdfColumn, polarity: str) -> str:
    """Return the quantity that a column is, seen from the working electrode of that polarity."""
    return column.swaps if column.swaps and polarity == "negative" else column.quantity
