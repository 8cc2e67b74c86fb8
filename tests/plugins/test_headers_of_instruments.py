"""What each printed header of an instrument means, written down apart from its reader: quantity, unit, origin."""

from __future__ import annotations

import numpy as np
import pytest

from echub_arbin import columns as arbin
from echub_bdf import columns as bdf
from echub_gamry import columns as gamry
from echub_gamry.explain import GamryTable
from echub_ivium.reader import COLUMNS as IVIUM
from echub_neware import columns as neware

ONES = np.array([20.0, 21.0, 22.0])


def cells(text):
    """Return the rows of a table of facts; `-` is nothing."""
    return [tuple(None if c == "-" else c for c in line.split()) for line in text.strip().splitlines()]


GAMRY = """
T time s measured
Time time s measured
Vf potential_we V measured
Vm potential_we mV measured
Voltage potential_we V measured
Im current A measured signed
Current current mA measured signed
Pwr power_we W reported signed
Cycle cycle # reported
Temp temperature deg_C measured
Freq frequency Hz measured
Zreal impedance_real ohm measured
Zimag impedance_imag ohm measured
Zmod impedance_abs ohm reported
Zphz phase ° reported
Idc current A measured signed
Vdc potential_we V measured
Sig - V programmed
Zsig - V programmed
Pt - # reported
IERange - # reported
Over - bits reported
ZrealDrCor - ohm reported
ZimagDrCor - ohm reported
ZmodDrCor - ohm reported
ZphzDrCor - ° reported
Vu - V measured
Ach - V measured
Imod - A measured
Vmod - V measured
"""


@pytest.mark.parametrize("current_sign", [1, -1, None])
@pytest.mark.parametrize("fact", cells(GAMRY), ids=lambda fact: fact[0])
def test_headers_of_gamry(fact, current_sign):
    header, quantity, unit, origin, *signed = fact
    block = GamryTable("CURVE", 3, (header,), (unit.replace("_", " "),), 0, 0, 0)
    notices = []
    column = gamry.column_of(block, 0, ONES, current_sign, notices)
    known = None if signed and current_sign is None else quantity
    assert (column.header, column.quantity, column.origin) == (header, known, origin)
    assert column.negate is (bool(signed) and current_sign == -1)
    assert column.index == 0
    assert notices == []


ARBIN = """
Test_ID - 1 reported
Data_Point - 1 reported
Test_Time time s measured
Step_Time step_time s measured
DateTime - d measured
Step_Index step 1 programmed
Cycle_Index cycle 1 reported
Is_FC_Data - 1 reported
Current current A measured signed
Voltage voltage V measured
Charge_Capacity charge_anodic A*h reported signed
Discharge_Capacity charge_cathodic A*h reported signed
Charge_Energy - W*h reported
Discharge_Energy - W*h reported
dV/dt - V/s reported
Internal_Resistance - ohm reported
AC_Impedance - ohm reported
ACI_Phase_Angle - deg reported
Something - - reported
"""


@pytest.mark.parametrize("fact", cells(ARBIN), ids=lambda fact: fact[0])
def test_headers_of_arbin(fact):
    header, quantity, unit, origin, *signed = fact
    column = arbin.column_of(header, ONES, 7, {"Charge_Capacity": "cycle"})
    assert (column.header, column.quantity, column.unit, column.origin) == (header, quantity, unit, origin)
    assert column.index == 7
    attrs = {}
    if unit not in (None, "1"):
        attrs["unit_origin"] = "fixed by the format; the file does not print it"
    if signed:
        attrs["made"] = "charging is positive: anodic at the electrode of the positive terminal"
    if header == "DateTime":
        attrs["made"] = "days since 1899-12-30, local time without a zone"
    if header == "Charge_Capacity":
        attrs["reset"] = "cycle"
    assert column.attrs == attrs
    assert (header in arbin.SIGNED) is bool(signed)


@pytest.mark.parametrize(
    ("kind", "header", "unit"),
    [(0, "aux_voltage_3", "V"), (1, "aux_temperature_3", "degC"), (2, "aux_type_2_3", None)],
)
def test_auxiliary_inputs_of_arbin(kind, header, unit):
    column = arbin.auxiliary_of(kind, 3, ONES, 5)
    assert (column.header, column.quantity, column.unit, column.index) == (header, None, unit, 5)
    assert bool(column.attrs) is (unit is not None)


NEWARE = """
index - 1 reported
voltage_V voltage V measured
current_mA current mA measured charger
step_time_s step_time s measured filled
total_time_s time s reported added
cycle_count cycle 1 reported
step_count step_execution 1 reported
step_index step 1 programmed
step_type technique - programmed
capacity_mAh charge_step mA*h reported charger filled
energy_mWh - mW*h reported step filled
unix_time_s - s measured local filled
aux1_temperature_degC - degC measured
aux2_voltage_V - V measured
aux3_thing_xyz - - measured
else - - reported
"""
NOTES = {
    "charger": "charging is positive: anodic at the electrode of the positive terminal",
    "added": "the times of all steps, added up by fastnda",
    "step": "of the step; positive where it charges",
    "local": "local time, no UTC",
    "filled": "between the stored run information fastnda fills it in, from current and time",
}


@pytest.mark.parametrize("is_utc", [False, True])
@pytest.mark.parametrize("fact", cells(NEWARE), ids=lambda fact: fact[0])
def test_headers_of_neware(fact, is_utc):
    header, quantity, unit, origin, *notes = fact
    column = neware.column_of(header, ONES, 4, is_utc=is_utc)
    filled = is_utc and "filled" in notes
    if header == "unix_time_s":
        quantity = "unix_time" if is_utc else None
        notes = ["filled"] if is_utc else ["local"]
    assert (column.header, column.quantity, column.unit, column.index) == (header, quantity, unit, 4)
    assert column.origin == ("reported" if filled else origin)
    said = [NOTES[note] for note in notes if note != "filled" or is_utc]
    assert column.attrs == ({"made": "; ".join(said)} if said else {})
    assert (header in neware.SIGNED) is ("charger" in notes)


def test_columns_of_a_spectrum_of_ivium():
    assert IVIUM == (("Z'", "impedance_real", "ohm"), ("Z''", "impedance_imag", "ohm"), ("f", "frequency", "Hz"))


BDF = """
Test_Time time s required
Voltage voltage V required turns
Current current A required turns
Unix_Time unix_time s
Record_Index record 1
Cycle_Count cycle 1
Step_Count step_execution 1
Step_Time step_time s
Net_Capacity charge A*h turns
Step_Net_Capacity charge_step A*h turns
Charging_Capacity charge_anodic A*h never:charge_cathodic
Discharging_Capacity charge_cathodic A*h never:charge_anodic
Power power_cell W
Ambient_Temperature temperature_ambient degC
Temperature_T1 temperature degC
Applied_Pressure stack_pressure Pa
Ambient_Pressure ambient_pressure Pa
Frequency frequency Hz
Real_Impedance impedance_real ohm
Imaginary_Impedance impedance_imag ohm
Absolute_Impedance impedance_abs ohm
Phase phase deg
Step_Index - 1
Cumulative_Capacity - A*h
Charging_Energy - W*h
Discharging_Energy - W*h
Net_Energy - W*h
Cumulative_Energy - W*h
Internal_Resistance - ohm
"""
SPELT = {
    "s": "second", "V": "volt", "A": "ampere", "1": "", "A*h": "ah", "W*h": "wh", "W": "watt", "degC": "celsius",
    "Pa": "pa", "Hz": "hertz", "ohm": "ohm", "deg": "degree",
}  # fmt: skip
"""How a unit ends a machine-readable name."""


@pytest.mark.parametrize("fact", cells(BDF), ids=lambda fact: fact[0])
def test_columns_of_the_battery_data_format(fact):
    stem, quantity, unit, *more = fact
    printed = {"A*h": "Ah", "W*h": "Wh"}.get(unit, unit)
    label = f"{stem.replace('_', ' ')} / {printed}"
    name = "_".join(part for part in (stem.lower(), SPELT[unit]) if part)
    column = bdf.known(label)
    assert column is bdf.known(name)
    assert (column.label, column.name, column.unit, column.quantity) == (label, name, unit, quantity or "")
    assert (column.required, column.turns, column.text) == ("required" in more, "turns" in more, False)
    reset, _, swaps = next((word for word in more if ":" in word), ":").partition(":")
    assert (column.reset, column.swaps) == (reset, swaps)
    for polarity in ("positive", "negative"):
        assert bdf.working(column, polarity) == (swaps if swaps and polarity == "negative" else quantity or "")


OLDER = [
    ("Surface Temperature T1 / degC", "Temperature T1 / degC"), ("Step ID / 1", "Step ID"),
    ("Record Index", "Record Index / 1"), ("Cycle / 1", "Cycle Count / 1"),
    ("Cycle Number / 1", "Cycle Count / 1"), ("Charge Capacity / Ah", "Charging Capacity / Ah"),
    ("Discharge Capacity / Ah", "Discharging Capacity / Ah"), ("Charge Energy / Wh", "Charging Energy / Wh"),
    ("Discharge Energy / Wh", "Discharging Energy / Wh"), ("Temperature / degC", "Temperature T1 / degC"),
    ("cycle_dimensionless", "Cycle Count / 1"), ("ambient_temperature_celcius", "Ambient Temperature / degC"),
    ("charge_capacity_ah", "Charging Capacity / Ah"), ("discharge_capacity_ah", "Discharging Capacity / Ah"),
]  # fmt: skip


@pytest.mark.parametrize(("older", "label"), OLDER)
def test_labels_of_other_versions(older, label):
    assert bdf.known(older).label == label


MISNAMED = [
    ("Current / mA", "Current / A", "mA"), ("current_mA", "Current / A", "mA"),
    ("test_time_h", "Test Time / s", "h"), ("test_time_hour", "Test Time / s", "h"),
    ("test_time_min", "Test Time / s", "min"), ("voltage_mv", "Voltage / V", "mV"),
    ("test_time_minute", "Test Time / s", "min"), ("test_time_ms", "Test Time / s", "ms"),
    ("test_time_millisecond", "Test Time / s", "ms"), ("voltage_millivolt", "Voltage / V", "mV"),
    ("current_milliampere", "Current / A", "mA"), ("net_capacity_mah", "Net Capacity / Ah", "mA*h"),
    ("net_energy_mwh", "Net Energy / Wh", "mW*h"), ("power_mw", "Power / W", "mW"),
]  # fmt: skip
SHORT = [
    ("test_time_s", "s"), ("voltage_v", "V"), ("current_a", "A"), ("power_w", "W"), ("frequency_hz", "Hz"),
    ("phase_deg", "deg"), ("temperature_t1_degc", "degC"), ("temperature_t1_c", "degC"),
    ("applied_pressure_pascal", "Pa"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "label", "unit"), MISNAMED)
def test_units_of_other_names(header, label, unit):
    column, found = bdf.misnamed(header)
    assert (column.label, found) == (label, unit)


@pytest.mark.parametrize(("header", "unit"), SHORT)
def test_short_names_of_the_same_unit(header, unit):
    assert bdf.known(header).unit == unit
    assert bdf.misnamed(header) is None


def test_columns_of_texts():
    for name in ("Step ID", "Step Type"):
        column = bdf.known(name)
        assert (column.label, column.name) == (name, name.lower().replace(" ", "_"))
    assert bdf.known("Step Type").text
    assert (bdf.known("Step Type").quantity, bdf.known("Step ID").quantity) == ("technique", "step")
    assert (bdf.known("Step Type").unit, bdf.known("Step ID").unit) == ("", "1")
    assert len(bdf.COLUMNS) == len(cells(BDF)) + 2
