"""Words of axes: units, symbols, prefixes, the unit of time."""

import tomllib

import numpy as np
import pytest

import echub_schemas
from echub.drawing import axis_label, current_label, prefixed, symbol_text, time_unit, unit_text, value_text
from echub.drawing.labels import short_name


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("ohm", "Ω"),
        ("kohm", "kΩ"),
        ("ohm*cm^2", "Ω·cm²"),
        ("mA*h/cm^2", "mA·h/cm²"),
        ("um^3", "µm³"),
        ("uA", "µA"),
        ("umol", "µmol"),
        ("uohm*cm", "µΩ·cm"),
        ("degC", "°C"),
        ("deg", "°"),
        ("cm^-3", "cm⁻³"),
        ("count/s", "count/s"),
        ("1/s", "1/s"),
        ("min", "min"),
        ("%", "%"),
        ("1", ""),
        ("", ""),
    ],
)
def test_units_as_the_field_prints_them(unit, text):
    assert unit_text(unit) == text


@pytest.mark.parametrize("base", ["A", "V", "W", "F", "C", "S", "s", "m", "g", "L", "mol"])
def test_micro_is_printed_before_every_unit_that_takes_it(base):
    assert (unit_text(f"u{base}"), unit_text(f"u{base}/cm^2")) == (f"µ{base}", f"µ{base}/cm²")
    assert unit_text(f"{base}/u{base}") == f"{base}/µ{base}"


def test_powers_are_printed_high():
    assert unit_text("a^1234567890*b^-2") == "a¹²³⁴⁵⁶⁷⁸⁹⁰·b⁻²"
    assert (unit_text("degF"), unit_text("deg/min"), unit_text("uohm")) == ("°F", "°/min", "µΩ")


def test_no_unit_of_the_table_keeps_its_ascii_spelling():
    units = tomllib.loads(echub_schemas.path("units.toml").read_text(encoding="utf-8"))
    assert len(units) > 50
    assert [u for u in units if any(mark in unit_text(u) for mark in ("^", "*", "ohm", "deg"))] == []


@pytest.mark.parametrize(
    ("symbol", "text"), [("U", "$U$"), ("E_we", "$E_{\\mathrm{we}}$"), ("1/T", "1/T"), ("-Im(Z)", "-Im(Z)")]
)
def test_symbols_as_papers_set_them(symbol, text):
    assert symbol_text(symbol) == text


def test_labels_name_quantity_reference_and_unit():
    assert axis_label("U", "V") == "U / V"
    assert axis_label("E", "V", against="Na⁺/Na") == "E vs Na⁺/Na / V"
    assert axis_label("ratio", "1") == axis_label("ratio") == "ratio"


@pytest.mark.parametrize(
    ("unit", "power"),
    [("1/s", "s⁻¹"), ("1/cm^2", "cm⁻²"), ("1/kK", "kK⁻¹"), ("1/um^3", "µm⁻³"), ("count/s", "count/s")],
)
def test_one_over_a_unit_is_a_power_on_an_axis(unit, power):
    assert axis_label("x", unit) == f"x / {power}"


@pytest.mark.parametrize(("unit", "text"), [("mA", "I / mA"), ("mA/cm^2", "j / mA/cm²"), ("A/m^2", "j / A/m²")])
def test_currents_are_densities_per_area(unit, text):
    assert current_label(unit) == text


@pytest.mark.parametrize(
    ("span", "found"),
    [
        (299.0, (1, "s")),
        (300.0, (60, "min")),
        (7199.0, (60, "min")),
        (7200.0, (3600, "h")),
        (172800.0, (86400, "d")),
    ],
)
def test_time_is_in_the_unit_that_reads_well(span, found):
    assert time_unit([5.0, np.nan, 5.0 + span]) == found


def test_no_time_is_in_seconds():
    assert time_unit([]) == time_unit([np.nan]) == (1.0, "s")


@pytest.mark.parametrize(
    ("largest", "unit", "factor", "found"),
    [
        (0.02, "V", 1e3, "mV"),
        (-0.02, "V", 1e3, "mV"),
        (1.0, "V", 1.0, "V"),
        (0.9999, "V", 1e3, "mV"),
        (999.0, "mA", 1.0, "mA"),
        (1000.0, "mA", 1e-3, "A"),
        (0.004, "mA/cm^2", 1e3, "uA/cm^2"),
        (25_000.0, "ohm*cm^2", 1e-3, "kohm*cm^2"),
        (2e-16, "A", 1e12, "pA"),
        (1e15, "Hz", 1e-9, "GHz"),
        (5.0, "h", 1.0, "h"),
        (5000.0, "min", 1.0, "min"),
        (0.01, "cm", 1.0, "cm"),
        (0.001, "%", 1.0, "%"),
        (0.0, "V", 1.0, "V"),
        (np.nan, "V", 1.0, "V"),
    ],
)
def test_prefixes_bring_the_largest_value_between_1_and_1000(largest, unit, factor, found):
    have, text = prefixed(largest, unit)
    assert (have, text) == (pytest.approx(factor), found)


@pytest.mark.parametrize("base", ["A", "V", "W", "F", "C", "S", "Hz", "eV", "ohm"])
@pytest.mark.parametrize(
    ("power", "prefix"),
    [(-12, "p"), (-9, "n"), (-6, "u"), (-3, "m"), (0, ""), (3, "k"), (6, "M"), (9, "G")],
)
def test_every_prefix_stands_for_its_power_of_ten(base, power, prefix):
    factor, unit = prefixed(20.0 * 10**power, f"{base}/cm^2")
    assert (factor, unit) == (pytest.approx(10.0**-power), f"{prefix}{base}/cm^2")
    factor, unit = prefixed(20.0, f"{prefix}{base}")
    assert (factor, unit) == (1, f"{prefix}{base}")


def test_values_are_printed_to_two_digits_of_their_uncertainty():
    assert value_text(0.35123, 0.0121) == "0.351 ± 0.012"
    assert value_text(None) == "–"
    assert value_text(0.351234567) == value_text(0.351234567, 0.0) == "0.35123"


@pytest.mark.parametrize(
    ("name", "most", "short"),
    [("abcdefg", 7, "abcdefg"), ("abcdefgh", 7, "abc…fgh"), ("abcdefgh", 6, "ab…fgh"), ("", 5, "")],
)
def test_a_long_name_keeps_both_ends(name, most, short):
    assert short_name(name, most) == short
    assert len(short) <= most
