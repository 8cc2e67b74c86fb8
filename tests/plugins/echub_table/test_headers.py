"""Headers to quantities: names with units, signs, references, and contradictions."""

from __future__ import annotations

import pytest

from echub.errors import UnitMismatch
from echub.plugin import quantities, unit
from echub_table.headers import Meaning, aliases, bare_unit, contradict, meaning_of


@pytest.mark.parametrize(
    ("header", "quantity", "unit"),
    [
        ("Current / A", "current", "A"),
        ("I (mA)", "current", "mA"),
        ("I [mA]", "current", "mA"),
        ("I/mA", "current", "mA"),
        ("Current_mA", "current", "mA"),
        ("current_A", "current", "A"),
        ("current_ampere", "current", "A"),
        ("I / mA cm-2", "current_density", "mA/cm^2"),
        ("j (mA/cm²)", "current_density", "mA/cm^2"),
        ("Ewe/V", "potential_we", "V"),
        ("Voltage / V", "voltage", "V"),
        ("time/s", "time", "s"),
        ("t(h)", "time", "h"),
        ("Test Time (sec)", "time", "s"),
        ("test_time_second", "time", "s"),
        ("Time in min", "time", "min"),
        ("freq/Hz", "frequency", "Hz"),
        ("Frequency (Hz)", "frequency", "Hz"),
        ("Re(Z)/Ohm", "impedance_real", "ohm"),
        ("Z' (Ω)", "impedance_real", "ohm"),
        ("Zim / kOhm", "impedance_imag", "kohm"),
        ("|Z|/Ohm", "impedance_abs", "ohm"),
        ("Phase(Z)/deg", "phase", "deg"),
        ("temperature_1_C", "temperature", "degC"),
        ("Temperature (°C)", "temperature", "degC"),
        ("charge_capacity_Ah", "charge_anodic", "A*h"),
        ("capacity / mAh/g", "specific_charge", "mA*h/g"),
        ("cycle", "cycle", None),
        ("Cycle Number", "cycle", None),
        ("current__2 / mA", "current", "mA"),
        ("Cur(mA)", "current", "mA"),
        ("Pot/V", "potential_we", "V"),
        ("Capacitance_Chg(mAh)", "charge_anodic", "mA*h"),
        ("Capacitance_DChg(mAh)", "charge_cathodic", "mA*h"),
        ("Cap_Chg(mAh)", "charge_anodic", "mA*h"),
        ("Corrected time (s)", "time", "s"),
        ("TestTime/Sec.", "time", "s"),
        ("Step Time (min.)", "step_time", "min"),
        ("Time (msec)", "time", "ms"),
        ("Cycle #", "cycle", None),
        ("Step No.", "step", None),
        ("U_cell [V]", "voltage", "V"),
        ("I_cell [A]", "current", "A"),
        ("Spec. Capacity (mAh/g)", "specific_charge", "mA*h/g"),
        # as MATLAB and R write `Current (mA)`, `Test Time (s)` and `U / V` where a header has to be a variable
        ("Current_mA_", "current", "mA"),
        ("TestTime_s_", "time", "s"),
        ("Current..mA.", "current", "mA"),
        ("Test.Time..s.", "time", "s"),
        ("U...V", "voltage", "V"),
        ("Temp.C", "temperature", "degC"),
    ],
)
def test_name_and_unit(header, quantity, unit):
    meaning = meaning_of(header)
    assert (meaning.quantity, meaning.unit, meaning.negate) == (quantity, unit, False)


@pytest.mark.parametrize(
    ("header", "quantity"),
    [
        ("-Z''/Ohm", "impedance_imag"),
        ("-Im(Z)/Ohm", "impedance_imag"),
        ("-Zim (Ohm)", "impedance_imag"),
        ("−Z'' / Ω", "impedance_imag"),
        ("-Z' / ohm", "impedance_real"),
        ("-phase / deg", "phase"),
    ],
)
def test_minus_in_the_header_declares_the_sign(header, quantity):
    meaning = meaning_of(header)
    assert (meaning.quantity, meaning.negate, meaning.declared_sign) == (quantity, True, True)


def test_case_counts_for_symbols():
    assert meaning_of("T / K").quantity == "temperature"
    assert meaning_of("t / s").quantity == "time"
    assert meaning_of("CURRENT / A").quantity == "current"
    assert meaning_of("z / ohm").quantity is None


def test_reference_is_kept():
    meaning = meaning_of("E vs. Na/Na+ (V)")
    assert (meaning.quantity, meaning.unit, meaning.reference) == ("potential_we", "V", "Na/Na+")


@pytest.mark.parametrize("header", ["Current / kg", "Voltage (A)", "time/V", "freq/s", "T / Ohm"])
def test_contradiction_names_the_dimension(header):
    with pytest.raises(UnitMismatch) as caught:
        meaning_of(header)
    assert header in str(caught.value)
    assert "dimension" in caught.value.expected


@pytest.mark.parametrize("header", ["current", "test_time", "E vs. Na/Na+", "f", "Z'"])
def test_name_without_a_unit_is_no_quantity(header):
    meaning = meaning_of(header)
    assert meaning.quantity is None
    assert meaning.candidates
    assert meaning.problem == "no unit is printed"


def test_unit_of_a_profile_and_of_the_units_row():
    assert meaning_of("f", units={"frequency": "Hz"}).quantity == "frequency"
    assert meaning_of("current", "[mA]").unit == "mA"


@pytest.mark.parametrize(
    ("header", "unit"), [("Something / V", "V"), ("step_name", None), ("dVdt (V/h)", "V/h"), ("q (Ah/V)", "Ah/V")]
)
def test_unknown_name_keeps_a_known_unit(header, unit):
    meaning = meaning_of(header)
    assert (meaning.quantity, meaning.candidates, meaning.unit) == (None, (), unit)


def test_unknown_unit_is_reported():
    assert meaning_of("Current (foo)").problem == "the unit 'foo' is unknown"


def test_bare_units():
    assert bare_unit("[mA]") == "mA"
    assert bare_unit("voltage") is None
    assert bare_unit("") is None


def test_no_name_and_unit_mean_two_quantities():
    from echub.plugin import quantities, unit

    for alias in aliases():
        symbol = quantities()[alias.quantity].unit
        if symbol in (None, "1"):
            continue
        for name in alias.names:
            rivals = [
                other.quantity
                for other in aliases()
                if name in other.names
                and quantities()[other.quantity].unit not in (None, "1")
                and unit(quantities()[other.quantity].unit).dimension == unit(symbol).dimension
            ]
            assert rivals == [alias.quantity], name


@pytest.mark.parametrize("header", ["Aux_Temperature_1", "Voltage_2", "T_10"])
def test_the_number_of_a_sensor_is_no_unit(header):
    meaning = meaning_of(header)
    assert (meaning.quantity, meaning.unit) == (None, None)


OPEN = "no unit is printed"


@pytest.mark.parametrize(
    ("header", "cell", "meant"),
    [
        ("-Current", "", Meaning(candidates=("current",), problem=OPEN)),
        ("-foo (V)", "", Meaning(unit="V")),
        ("Current (foo)", "", Meaning(unit="foo", candidates=("current",), problem="the unit 'foo' is unknown")),
        ("Current (max)", "", Meaning(candidates=("current",), problem="the unit 'max' is unknown")),
        ("Current (12)", "", Meaning(candidates=("current",), problem="the unit '12' is unknown")),
        ("Current", "foo", Meaning(unit="foo", candidates=("current",), problem="the unit 'foo' is unknown")),
        ("Im(Z)", "", Meaning(candidates=("impedance_imag",), problem=OPEN)),
        ("Voltage vs. Li/Li+ / V", "", Meaning("potential_we", "V", reference="Li/Li+")),
        ("Voltage / V vs. Li/Li+", "", Meaning("potential_we", "V", reference="Li/Li+")),
        ("Voltage", "V vs. Li/Li+", Meaning("potential_we", "V", reference="Li/Li+")),
        ("E", "(V vs Ag/AgCl (sat.))", Meaning("potential_we", "V", reference="Ag/AgCl (sat.)")),
        ("E vs. SHE / V", "V vs. Li/Li+", Meaning("potential_we", "V", reference="SHE")),
        ("Voltage vs. Ref. / V", "", Meaning("voltage", "V")),
    ],
)
def test_all_that_a_header_and_its_cell_of_the_row_of_units_mean(header, cell, meant):
    assert meaning_of(header, cell) == meant


def test_a_profile_with_units_of_both_quantities_of_a_name_leaves_it_open():
    units = {"current": "mA", "current_density": "mA/cm^2"}
    assert meaning_of("I", units=units) == Meaning(candidates=("current", "current_density"))


def test_a_name_of_several_quantities_is_told_apart_by_its_unit():
    """No two quantities share a name and a dimension, so the first that a unit fits is the only one."""
    of_name = {}
    for alias in aliases():
        symbol = quantities()[alias.quantity].unit
        for name in alias.names:
            of_name.setdefault(name, []).append(symbol and unit(symbol).dimension)
    shared = [dimensions for dimensions in of_name.values() if len(dimensions) > 1]
    assert shared
    assert all(len(set(dimensions)) == len(dimensions) for dimensions in shared)


@pytest.mark.parametrize(
    "header", ["Z’ / ohm", "Z´ / ohm", "Z′ / ohm", "Z’’ / ohm", "Z″ / ohm", 'Z" / ohm', "Z´´ / ohm"]
)
def test_every_mark_of_a_prime_is_one(header):
    name = header.partition(" ")[0]
    part = "impedance_real" if len(name) == 2 and name[1] not in '″"' else "impedance_imag"
    assert meaning_of(header) == Meaning(part, "ohm")


@pytest.mark.parametrize("header", ["sample.id / V", "sample.id (V)"])
def test_a_text_has_no_unit(header):
    with pytest.raises(UnitMismatch) as caught:
        meaning_of(header)
    assert caught.value.message == f"the column {header!r} names sample_id, but its unit V does not fit"
    assert (caught.value.expected, caught.value.found[:3]) == ("no unit", "V (")


@pytest.mark.parametrize(
    ("meaning", "text", "contradicts"),
    [
        (Meaning("voltage", "V"), "mV", True),
        (Meaning("voltage", "V"), "V", False),
        (Meaning("temperature", "degC"), "C", False),
        (Meaning("temperature", "degC"), "K", True),
        (Meaning(None, "degC"), "C", True),  # a coulomb, where nothing says that it is a temperature
        (Meaning(None, "A*h"), "Ah", False),
        (Meaning("charge", "C"), "A*s", False),
        (Meaning("voltage", None), "V", False),
        (Meaning("voltage", "V"), "foo", False),
    ],
)
def test_two_units_contradict_each_other_if_they_are_known_and_not_the_same(meaning, text, contradicts):
    assert contradict(meaning, text) is contradicts


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("log(f/Hz)", None),  # the slash stands within the name: no unit is behind it
        ("log10(|Z|/ohm)", None),
        ("ln(j/mA cm-2)", None),
        ("d(Q)/dV (Ah/V)", "Ah/V"),
        ("file.d", None),  # a name with a point whose last letter happens to be a unit
        ("Foo_V_", "V"),
    ],
)
def test_the_unit_of_a_name_that_nobody_knows(header, unit):
    assert meaning_of(header) == Meaning(unit=unit)


@pytest.mark.parametrize("header", ["Working Electrode vs. NHE (V)", "Working electrode (V vs. NHE)"])
def test_a_name_of_several_words_has_a_reference_too(header):
    assert meaning_of(header) == Meaning("potential_we", "V", reference="NHE")
