"""The sign and the scale of a current: proven by the table, said by the user, or assumed and said so."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import ReadError

MINUTE = np.arange(12) * 60.0
"""Times in s."""
HALF = np.arange(12) < 6
"""Rows in which the cell is charged; discharged in the others."""


def _table(header, *columns):
    rows = ([header], *zip(*columns, strict=True))
    return "".join(";".join(map(str, row)) + "\n" for row in rows).encode()


def _read(header, *columns, **options):
    return echub.read(_table(header, *columns), options=options)


def _codes(record):
    return {notice.code for notice in record.notices}


def _charge(current_a, where, scale=1.0):
    """Return the charge in A·h that 1-minute steps of a current give where it counts."""
    return np.round(np.concatenate([[0], np.cumsum(np.abs(current_a[1:]) * where[1:] / 60)]) * scale, 6)


SIGNED = np.where(HALF, 1.0, -1.0)
STATES = {
    "Step Type": ("CC Charge", "CC Discharge"),
    "Status": ("CC_Chg", "CC_DChg"),
    "State": ("C", "D"),
    "Zustand": ("CHA", "DCH"),
    "Modus": ("Laden", "Entladen"),
    "Mode": ("Charge", "Décharge"),
    "工步类型": ("恒流充电", "恒流放电"),
    "モード": ("充電", "放電"),
}


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("printed", [np.abs(SIGNED), -SIGNED, SIGNED], ids=["unsigned", "reversed", "right"])
def test_a_state_sets_the_sign(name, printed):
    up, down = STATES[name]
    record = _read(f"Time (s);Current (A);{name}", MINUTE, printed, np.where(HALF, up, down))
    column = record["timeseries"].column("current")
    np.testing.assert_array_equal(column.values, SIGNED * 1000)
    assert column.attrs["sign_evidence"] == "proven"
    assert "sign-assumed" not in _codes(record)
    assert ("sign-by-state" in _codes(record)) is not np.array_equal(printed, SIGNED)


def test_a_magnitude_stays_as_printed_beside_the_signed_current():
    record = _read("Time (s);Current (A);State", MINUTE, np.abs(SIGNED), np.where(HALF, "C", "D"))
    data = record["timeseries"]
    assert data.column("vendor_current_a").values.tolist() == [1.0] * 12
    assert (data.column("vendor_current_a").unit, data.column("current").origin) == ("A", "derived")
    assert "State" in data.column("current").attrs["recipe"]


def test_a_current_in_a_state_of_rest_has_no_direction():
    state = np.where(np.arange(12) < 4, "C", np.where(np.arange(12) < 8, "D", "R"))
    current = np.where(state == "R", 0.0, 1.0)
    values = _read("Time (s);Current (A);State", MINUTE, current, state)["timeseries"]["current"]
    assert values.tolist() == [1000.0] * 4 + [-1000.0] * 4 + [0.0] * 4


CASES = {
    "a discharge that grows under a positive current": (np.ones(12), ["Discharge capacity (Ah)"], [~HALF | HALF]),
    "both capacities, one sign": (
        np.ones(12),
        ["Charge Capacity (Ah)", "Discharge Capacity (Ah)"],
        [HALF, ~HALF],
    ),
    "both capacities under the wrong sign": (-SIGNED, ["Chg. Cap.(Ah)", "DChg. Cap.(Ah)"], [HALF, ~HALF]),
    "energies": (-SIGNED, ["Charge Energy (Wh)", "Discharge Energy (Wh)"], [HALF, ~HALF]),
    "Chinese": (-SIGNED, ["充电容量(Ah)", "放电容量(Ah)"], [HALF, ~HALF]),
    "a charge of the other sign": (SIGNED, ["Net Charge (Ah)"], [None]),
}


def _case(name):
    current, names, grows = CASES[name]
    charges = [_charge(current, w) if w is not None else np.round(-np.cumsum(current) / 60, 6) for w in grows]
    return f"Time (s);Current (A);{';'.join(names)}", MINUTE, current, *charges


@pytest.mark.parametrize("name", CASES)
def test_a_contradiction_is_refused_with_the_option_that_decides(name):
    with pytest.raises(ReadError) as caught:
        _read(*_case(name))
    assert caught.value.code == "current-sign"
    for word in ("cathodic-positive", "unsigned", "anodic-positive"):
        assert f"--option current={word}" in caught.value.hint


def test_what_is_said_decides():
    discharge = _case("a discharge that grows under a positive current")
    assert set(_read(*discharge, current="cathodic-positive")["timeseries"]["current"]) == {-1000.0}
    assert set(_read(*discharge, current="unsigned")["timeseries"]["current"]) == {-1000.0}
    insisted = _read(*discharge, current="anodic-positive")
    assert set(insisted["timeseries"]["current"]) == {1000.0}
    assert "sign-contradiction" in _codes(insisted)
    both = _case("both capacities, one sign")
    np.testing.assert_array_equal(_read(*both, current="unsigned")["timeseries"]["current"], SIGNED * 1000)


def test_a_magnitude_without_anything_that_knows_its_sign_is_no_current():
    record = _read("Time (s);Current (A);U (V)", MINUTE, np.ones(12), np.ones(12), current="unsigned")
    assert "current" not in record["timeseries"].columns
    assert record["timeseries"].column("vendor_current_a").unit == "A"
    assert "unsigned-current" in _codes(record)


def test_a_profile_holds_the_sign(tmp_path):
    (tmp_path / "lab.toml").write_text('[table-profile]\n[sign]\ncurrent = "cathodic-positive"\n')
    (tmp_path / "a.csv").write_bytes(_table("Time (s);Current (A);U (V)", MINUTE, SIGNED, np.ones(12)))
    record = echub.read(tmp_path / "a.csv")
    np.testing.assert_array_equal(record["timeseries"]["current"], -SIGNED * 1000)
    assert "sign-assumed" not in _codes(record)


def test_nothing_to_check_against_is_said():
    record = _read("Time (s);Current (A);U (V)", MINUTE, SIGNED, np.ones(12))
    assert "sign-assumed" in _codes(record)
    assert record["timeseries"].column("current").attrs["sign_evidence"] == "assumed"


def test_charges_that_agree_prove_the_sign():
    charge, discharge = _charge(SIGNED, HALF), _charge(SIGNED, ~HALF)
    record = _read(
        "Time (s);Current (A);Charge Capacity (Ah);Discharge Capacity (Ah)", MINUTE, SIGNED, charge, discharge
    )
    assert record["timeseries"].column("current").attrs["sign_evidence"] == "proven"
    assert not _codes(record) & {"sign-assumed", "scale-contradiction"}


SCALES = {
    "mA·h for A·h": ("Time (s);Current (A);Capacity (mAh)", 1.0, "1/1000"),
    "mA for A": ("Time (s);Current (mA);Capacity (Ah)", 1.0, "1000"),
    "min for s": ("Time (min);Current (A);Capacity (Ah)", 1.0, "1/60"),
    "ms for s": ("Time (ms);Current (A);Capacity (Ah)", 1.0, "1000"),
    "C for mA·h": ("Time (s);Current (mA);Capacity (mAh)", 3.6, "3.6"),
}


@pytest.mark.parametrize("name", SCALES)
def test_a_factor_between_two_units_is_said(name):
    header, scale, factor = SCALES[name]
    record = _read(header, MINUTE, SIGNED, _charge(SIGNED, np.ones(12), scale))
    (found,) = [notice.message for notice in record.notices if notice.code == "scale-contradiction"]
    assert f" is {factor} of " in found


def test_energy_against_power_and_power_against_voltage():
    energy = np.round(np.cumsum(np.full(12, 3.5)) / 60 * 1000, 3)
    power = np.full(12, 3500.0)
    header = "Time (s);Voltage (V);Current (A);Energy (Wh);Power (W)"
    record = _read(header, MINUTE, np.full(12, 3.5), np.ones(12), energy, power)
    found = [notice.message for notice in record.notices if notice.code == "scale-contradiction"]
    assert len(found) == 2
    assert all(" is 1000 of " in message for message in found)


def test_right_scales_say_nothing():
    for unit, scale in (("Ah", 1.0), ("mAh", 1000.0), ("C", 3600.0)):
        record = _read(
            f"Time (s);Current (A);Capacity ({unit})", MINUTE, SIGNED, _charge(SIGNED, np.ones(12), scale)
        )
        assert "scale-contradiction" not in _codes(record)


def test_a_current_beside_a_mass_is_an_ion_current():
    record = _read("Mass (amu);Ion Current (A)", range(1, 13), np.full(12, 1e-9))
    assert set(record.datasets) == {"mass_spectrum"}
    assert record["mass_spectrum"]["mass_to_charge"].tolist() == list(range(1, 13))
    beside = _read("m/z;Current (nA)", range(1, 13), np.full(12, 1.0))["mass_spectrum"]
    assert "current" not in beside.columns
    np.testing.assert_allclose(beside["ion_current"], 1e-9)


@pytest.mark.parametrize(
    "header", ["Ion Current (A)", "Faraday current [A]", "m/z 18 (A)", "SEM current/A", "Flow (sccm)"]
)
def test_what_is_no_cell_current_is_none(header):
    record = _read(f"Time (s);{header};U (V)", MINUTE, np.full(12, 1e-9), np.ones(12))
    assert not any(name.startswith("current") for name in record["timeseries"].columns)


def test_the_convention_of_an_instrument_stands_in_its_profile():
    text = "Cyclic Voltammetry\nInstrument Model:  CHI760E\n\nTime/sec, Potential/V, Current/A\n\n"
    record = echub.read((text + "".join(f"{i}, 0.{i}, 1.5e-3\n" for i in range(6))).encode())
    assert record["timeseries"]["current"].tolist() == [-1.5] * 6
    assert "sign-by-profile" in _codes(record)
    other = echub.read(
        (text + "".join(f"{i}, 0.{i}, 1.5e-3\n" for i in range(6))).encode(), options={"profile": "none"}
    )
    assert other["timeseries"]["current"].tolist() == [1.5] * 6


def test_a_column_of_states_of_magnitudes_by_a_profile():
    header = "Rec,Cycle C,Step,Test Time (sec),Step Time (sec),Current (A),Voltage (V),State"
    rows = "".join(f"{i},1,1,{i},{i},0.5,3.7,{'C' if i < 3 else 'D'}\n" for i in range(6))
    record = echub.read(f"{header}\n{rows}".encode())
    assert record["timeseries"]["current"].tolist() == [500.0] * 3 + [-500.0] * 3
