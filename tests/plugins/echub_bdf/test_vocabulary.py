"""Every column of BDF 1.3.0: label, machine-readable name, unit of the hub, quantity; and spellings of others."""

from __future__ import annotations

import pytest

from echub_bdf.columns import COLUMNS, IRI, VERSION, has_core, known, misnamed, split_header, working

SPECIFIED = """
Test Time / s | test_time_second | s | time | required
Voltage / V | voltage_volt | V | voltage | required turns
Current / A | current_ampere | A | current | required turns
Unix Time / s | unix_time_second | s | unix_time |
Record Index / 1 | record_index | 1 | record |
Cycle Count / 1 | cycle_count | 1 | cycle |
Step Count / 1 | step_count | 1 | step_execution |
Step ID | step_id | 1 | step |
Step Type | step_type | | technique | text
Step Time / s | step_time_second | s | step_time |
Net Capacity / Ah | net_capacity_ah | A*h | charge | turns
Step Net Capacity / Ah | step_net_capacity_ah | A*h | charge_step | turns
Charging Capacity / Ah | charging_capacity_ah | A*h | charge_anodic | never
Discharging Capacity / Ah | discharging_capacity_ah | A*h | charge_cathodic | never
Power / W | power_watt | W | power_cell |
Ambient Temperature / degC | ambient_temperature_celsius | degC | temperature_ambient |
Temperature T1 / degC | temperature_t1_celsius | degC | temperature |
Applied Pressure / Pa | applied_pressure_pa | Pa | stack_pressure |
Ambient Pressure / Pa | ambient_pressure_pa | Pa | ambient_pressure |
Frequency / Hz | frequency_hertz | Hz | frequency |
Real Impedance / ohm | real_impedance_ohm | ohm | impedance_real |
Imaginary Impedance / ohm | imaginary_impedance_ohm | ohm | impedance_imag |
Absolute Impedance / ohm | absolute_impedance_ohm | ohm | impedance_abs |
Phase / deg | phase_degree | deg | phase |
Step Index / 1 | step_index | 1 | |
Cumulative Capacity / Ah | cumulative_capacity_ah | A*h | |
Charging Energy / Wh | charging_energy_wh | W*h | |
Discharging Energy / Wh | discharging_energy_wh | W*h | |
Net Energy / Wh | net_energy_wh | W*h | |
Cumulative Energy / Wh | cumulative_energy_wh | W*h | |
Internal Resistance / ohm | internal_resistance_ohm | ohm | |
"""
"""Those that turn are negated where the working electrode is the negative one, as BDF's charging is positive."""


def test_the_columns_are_those_of_the_specification():
    rows = []
    for one in COLUMNS:
        marks = {"required": one.required, "turns": one.turns, "text": one.text, one.reset: bool(one.reset)}
        said = [mark for mark, is_set in marks.items() if is_set]
        rows.append(" | ".join((one.label, one.name, one.unit, one.quantity, " ".join(said))).rstrip())
    assert [" ".join(row.split()) for row in rows] == [
        " ".join(line.split()) for line in SPECIFIED.strip().splitlines()
    ]
    assert VERSION == "1.3.0"
    assert COLUMNS[0].iri == f"{IRI}test_time_second"
    assert IRI == "https://w3id.org/battery-data-alliance/ontology/battery-data-format#"


@pytest.mark.parametrize(("polarity", "charging"), [
    ("positive", "charge_anodic"), ("negative", "charge_cathodic"),
])  # fmt: skip
def test_charging_is_anodic_at_the_positive_electrode(polarity, charging):
    named = {one.name: working(one, polarity) for one in COLUMNS}
    both = {"charge_anodic", "charge_cathodic"}
    assert named["charging_capacity_ah"] == charging
    assert {named["discharging_capacity_ah"]} == both - {charging}
    assert (named["current_ampere"], named["net_energy_wh"]) == ("current", "")


@pytest.mark.parametrize(("header", "name"), [
    *((one.label, one.name) for one in COLUMNS), *((one.name, one.name) for one in COLUMNS),
    ("  test time/S", "test_time_second"), ("Step ID / 1", "step_id"), ("Record Index", "record_index"),
    ("Cycle / 1", "cycle_count"), ("Cycle Number / 1", "cycle_count"), ("cycle_dimensionless", "cycle_count"),
    ("Charge Capacity / Ah", "charging_capacity_ah"), ("Discharge Capacity / Ah", "discharging_capacity_ah"),
    ("charge_capacity_ah", "charging_capacity_ah"), ("discharge_capacity_ah", "discharging_capacity_ah"),
    ("Charge Energy / Wh", "charging_energy_wh"), ("Discharge Energy / Wh", "discharging_energy_wh"),
    ("Temperature / degC", "temperature_t1_celsius"), ("Surface Temperature T1 / degC", "temperature_t1_celsius"),
    ("ambient_temperature_celcius", "ambient_temperature_celsius"), ("test_time_s", "test_time_second"),
    ("current_a", "current_ampere"), ("frequency_hz", "frequency_hertz"),
])  # fmt: skip
def test_headers_of_this_and_of_other_versions(header, name):
    assert known(header).name == name


@pytest.mark.parametrize(("header", "name", "unit"), [
    ("Current / mA", "current_ampere", "mA"), ("current_milliampere", "current_ampere", "mA"),
    ("Test Time / h", "test_time_second", "h"), ("test_time_min", "test_time_second", "min"),
    ("test_time_hour", "test_time_second", "h"), ("test_time_ms", "test_time_second", "ms"),
    ("voltage_millivolt", "voltage_volt", "mV"), ("charge_capacity_mah", "charging_capacity_ah", "mA*h"),
    ("net_energy_mwh", "net_energy_wh", "mW*h"), ("power_mw", "power_watt", "mW"),
])  # fmt: skip
def test_another_unit_than_that_of_the_format(header, name, unit):
    assert known(header) is None
    column, printed = misnamed(header)
    assert (column.name, printed) == (name, unit)


@pytest.mark.parametrize("header", ["what", "what_ever", "Current / ", "Step Type / 1", "current_kelvin", "_s"])
def test_headers_of_other_tables(header):
    assert known(header) is None
    assert misnamed(header) is None


@pytest.mark.parametrize(("headers", "core"), [
    ("Test Time / s,Voltage / V", True), ("unix_time_second,current_mA", True), ("Test Time / s", False),
    ("Voltage / V,Current / A", False), ("Test Time / s,Power / W", False),
])  # fmt: skip
def test_a_table_of_the_format_has_a_clock_and_a_voltage_or_a_current(headers, core):
    assert has_core(headers.split(",")) is core


def test_a_header_is_cut_at_its_commas():
    assert split_header(b'\xef\xbb\xbf"a / s" , b\r\n1,2\n') == ["a / s", "b"]


WORDS = {
    "s": "s second", "ms": "ms millisecond", "min": "min minute", "h": "h hour", "V": "v volt",
    "mV": "mv millivolt",
    "A": "a ampere", "mA": "ma milliampere", "A*h": "ah", "mA*h": "mah", "W*h": "wh", "mW*h": "mwh", "W": "w watt",
    "mW": "mw", "Hz": "hz hertz", "ohm": "ohm", "degC": "degc c celsius", "Pa": "pa pascal", "deg": "deg degree",
}  # fmt: skip


@pytest.mark.parametrize("unit", WORDS)
def test_each_unit_at_the_end_of_a_name(unit):
    """Under a name that has another unit, or the same one spelt out or short."""
    for word in WORDS[unit].split():
        for spelling in (word, word.upper()):
            found = misnamed(f"net_energy_{spelling}")
            column = known(f"net_energy_{spelling}")
            assert (found[1] if found else column.unit) == unit
            assert (found[0] if found else column).name == "net_energy_wh"
            assert (found is None) is (unit == "W*h")
