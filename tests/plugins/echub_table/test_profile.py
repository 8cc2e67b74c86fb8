"""Profiles: shipped, in the folder, asked for; what they settle and how they are wrong."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import EchubError, PluginError, ReadError
from echub.model.source import Source
from echub_table.profile import Profile, _profile_in, parse, shipped
from fixtures.tables.nasty import CASES
from fixtures.tables.nasty.case import FREQUENCY, IMAGINARY, REAL, TIME, VOLTAGE, lines
from tests.messages.saying import Fake

LAB = """
[table-profile]
title = "our cycler"
files = ["run*.csv"]

[columns."test_time"]
quantity = "time"
unit = "h"

[columns."potential"]
quantity = "voltage"
unit = "mV"

[columns."temp"]
quantity = ""

[preamble]
"Area" = { path = "cell.area", unit = "cm^2" }
"Mass" = { path = "cell.active_mass", unit = "mg", placeholder = "1,0" }
"Started" = { path = "experiment.start", dates = "dmy" }

[metadata]
"cell.temperature" = "60 degC"
"extra.operator" = "x"
"""
TABLE = (
    "Area: 0,785\nMass: 1,0\nStarted: 04.05.2024 12:00:00\nOperator: x\n"
    "test_time;potential;temp\n0,5;3700,5;25\n1,0;3650,0;26\n"
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "run1.csv").write_text(TABLE)
    (tmp_path / "lab.toml").write_text(LAB)
    return tmp_path


def test_the_one_in_the_folder_is_found(folder):
    record = echub.read(folder / "run1.csv")
    data = record["timeseries"]
    assert data["time"].tolist() == [1800.0, 3600.0]
    assert data["voltage"].tolist() == [3.7005, 3.65]
    assert data["vendor_temp"].tolist() == [25.0, 26.0]
    assert record.provenance.siblings == ("lab.toml",)
    assert data.column("time").attrs["unit_from"] == "profile"


def test_preamble_and_constants_become_metadata(folder):
    record = echub.read(folder / "run1.csv")
    assert record.metadata.value("cell.area", "cm^2") == 0.785
    assert record.metadata.value("experiment.start") == "2024-05-04T12:00:00"
    assert record.metadata.value("cell.temperature") == 60.0
    assert record.metadata.value("extra.operator") == "x"
    assert "cell.active_mass" not in record.metadata
    assert "placeholder" in {notice.code for notice in record.notices}
    assert record.settings["preamble"] == {
        "Area": "0,785",
        "Mass": "1,0",
        "Started": "04.05.2024 12:00:00",
        "Operator": "x",
    }


def test_a_profile_for_other_files_is_not_taken(folder):
    (folder / "other.csv").write_text(TABLE)
    with pytest.raises(EchubError, match="no column of this table is known"):
        echub.read(folder / "other.csv")
    assert echub.read(folder / "other.csv", options={"profile": str(folder / "lab.toml")})["timeseries"].rows == 2


def test_two_profiles_that_fit_are_refused(folder):
    (folder / "second.toml").write_text(LAB)
    with pytest.raises(EchubError, match="several profiles") as caught:
        echub.read(folder / "run1.csv")
    assert "lab.toml, second.toml" in caught.value.found


def test_profile_none_turns_it_off(folder):
    with pytest.raises(EchubError, match="no column of this table is known"):
        echub.read(folder / "run1.csv", options={"profile": "none"})


def test_a_profile_names_the_columns_of_a_headless_table(tmp_path):
    path = tmp_path / "spectrum.csv"
    path.write_text(lines(FREQUENCY, REAL, IMAGINARY))
    (tmp_path / "lab.toml").write_text(
        "[table-profile]\ntitle = 'bare'\n[dialect]\ncolumns = ['f / Hz', \"Z' / ohm\", \"Z'' / ohm\"]\n"
    )
    spectrum = echub.read(path)["impedance"]
    assert spectrum["frequency"].tolist() == FREQUENCY
    assert spectrum["impedance_imag"].tolist() == IMAGINARY


def test_too_few_names_are_refused(tmp_path):
    (tmp_path / "spectrum.csv").write_text(lines(FREQUENCY, REAL, IMAGINARY))
    (tmp_path / "lab.toml").write_text("[table-profile]\ntitle = 'bare'\n[dialect]\ncolumns = ['f / Hz']\n")
    with pytest.raises(EchubError, match="1 name is given but the rows have 3 fields"):
        echub.read(tmp_path / "spectrum.csv")


@pytest.mark.parametrize(("sign", "factor"), [("negated", -1.0), ("signed", 1.0)])
def test_a_profile_declares_the_sign(tmp_path, sign, factor):
    profile = tmp_path / "lab.toml"
    profile.write_text(
        "[table-profile]\ntitle = 'x'\n[columns.\"Z''\"]\nquantity = 'impedance_imag'\nunit = 'ohm'\n"
        f"sign = '{sign}'\n"
        "[units]\nfrequency = 'Hz'\nimpedance_real = 'ohm'\n"
    )
    case = CASES["undeclared-sign.csv"]
    spectrum = echub.read(case.data, options={"profile": str(profile)})["impedance"]
    assert spectrum["impedance_imag"].tolist() == [-factor * z for z in IMAGINARY]


@pytest.mark.parametrize(
    ("order", "option", "cell", "start", "zone"),
    [
        ("dmy", "", "04/05/2024 12:00:00", "2024-05-04T12:00:00", None),
        ("dmy", "mdy", "04/05/2024 12:00:00", "2024-04-05T12:00:00", None),
        ("", "", "2024-05-04 12:00:00", "2024-05-04T12:00:00", None),
        ("", "", "04/05/2024 12:00:00", None, None),
        ("iso", "", "2024-05-04T12:00:00+02:00", "2024-05-04T10:00:00", "UTC"),
        ("dmy", "", "yesterday", None, None),
        ("iso", "", "2024-02-31 12:00:00", None, None),
    ],
)
def test_the_start_in_the_preamble(folder, order, option, cell, start, zone):
    (folder / "lab.toml").write_text(LAB.replace('"dmy"', f'"{order}"'))
    (folder / "run1.csv").write_text(TABLE.replace("04.05.2024 12:00:00", cell))
    record = echub.read(folder / "run1.csv", options={"dates": option} if option else {})
    paths = ("experiment.start", "experiment.timezone")
    assert [record.metadata.value(path) if path in record.metadata else None for path in paths] == [start, zone]
    assert "date-order-open" not in {notice.code for notice in record.notices} or cell.startswith("04/05")
    left = [f"Started = {cell} as experiment.start"] if start is None and not cell.startswith("04/05") else []
    assert [dropped.what for dropped in record.dropped] == left


def test_dialect_of_a_profile(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("t / s;I / mA\n0;1,234\n1;2,345\n")
    (tmp_path / "lab.toml").write_text("[table-profile]\ntitle = 'x'\n[dialect]\ndecimal = 'comma'\n")
    assert echub.read(path)["timeseries"]["current"].tolist() == [1.234, 2.345]


def test_the_shipped_ones():
    cyclers = {"arbin", "basytec", "beep", "landt", "maccor", "neware", "neware-chinese", "novonix"}
    assert cyclers | {"bdf", "chi", "generic-eis", "massspec", "palmsens", "zplot", "relaxis"} == set(shipped())
    assert all(profile.title for profile in shipped().values())
    assert not any(profile.dialect for profile in shipped().values())  # they are found by what was read
    assert list(shipped())[-1] == "generic-eis"


def test_a_shipped_one_by_name():
    text = lines(TIME, VOLTAGE, header="Test Time (sec),Voltage")
    record = echub.read(text.encode(), options={"profile": "maccor"})
    assert record["timeseries"]["voltage"].tolist() == VOLTAGE
    assert record.settings["profile"] == "maccor"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = [", "not TOML"),
        ("[dialekt]\ndelimiter = 'tab'", "dialekt"),
        ("[dialect]\nseparator = 'tab'", "dialect.separator"),
        ("[columns.'I']\nquantity = 'curent'", "'curent' is not a quantity|where: columns.I"),
        ("[columns.'I']\nquantity = 'current'\nfactor = 2", "columns.I.factor"),
        ("[columns.'I']\nquantity = 'current'\nsign = 'minus'", "the sign 'minus' is none|where: columns.I"),
        ("dialect = 3", "dialect"),
    ],
)
def test_a_wrong_profile_says_where(text, words):
    with pytest.raises(PluginError) as caught:
        parse(text, "lab.toml")
    for word in (*words.split("|"), "lab.toml"):
        assert word in str(caught.value)


def test_a_profile_that_is_not_there(tmp_path):
    with pytest.raises(PluginError, match="there is no profile") as caught:
        echub.read(b"t / s,U / V\n1,2\n", options={"profile": "lab.toml"})
    assert "landt" in caught.value.expected


NEWARE = """DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(A),Voltage(V),DChg. Cap.(Ah)
1,1,1,Rest,00:00:05,00:00:05,0.0,3.5,0.0
2,1,2,CC Chg,00:00:00,00:00:05,0.5,3.51,0.0
3,2,3,CC DChg,00:00:01,26:00:00,-0.5,3.51,0.002
"""
CHINESE = """数据序号,循环号,工步号,工步类型,时间,总时间,电流(A),电压(V)
1,1,1,搁置,00:00:05,00:00:05,0.0,3.5
2,1,2,恒流充电,00:00:00,00:00:05,0.5,3.51
3,2,3,恒流放电,00:00:01,26:00:00,-0.5,3.51
"""


@pytest.mark.parametrize("text", [NEWARE, CHINESE], ids=["english", "chinese"])
def test_neware_has_a_clock_of_the_step_and_one_of_the_test(text):
    record = echub.read(text.encode(), reader="table")
    series = record["timeseries"]
    assert record.settings["profile"].startswith("neware")
    assert series["time"].tolist() == [5, 5, 26 * 3600]
    assert series["step_time"].tolist() == [5, 0, 1]
    assert series["cycle"].tolist() == [1, 1, 2]
    assert series["step"].tolist() == [1, 2, 3]
    assert series["current"].tolist() == [0, 500, -500]
    assert "time__2" not in series.columns


def test_the_clock_of_a_step_is_no_time_of_day_beside_dates():
    names = "DataPoint,Cycle Index,Step Index,Step Type,Date,Time,Total Time,Current(A),Voltage(V)"
    rows = "".join(f"{n},1,1,Rest,2024-03-14,00:00:0{n},00:01:0{n},0.0,3.5\n" for n in (5, 6, 7))
    series = echub.read(f"{names}\n{rows}".encode(), reader="table")["timeseries"]
    assert (series["time"].tolist(), series["step_time"].tolist()) == ([65, 66, 67], [5, 6, 7])
    assert not [column.header for column in series.columns.values() if column.header == "Date + Time"]


def test_units_of_beep_are_assumed():
    names = "cycle_index,test_time,current,voltage,charge_capacity,discharge_capacity,date_time_iso"
    rows = "".join(f"0,{n}.0,0.5,3.2,0.00{n},0,2017-05-12T18:00:0{n}+00:00\n" for n in (1, 2))
    series = echub.read(f"{names}\n{rows}".encode(), reader="table")["timeseries"]
    assert series["charge_anodic"].tolist() == [1, 2]
    assert {series.column(name).origin for name in ("time", "current", "voltage", "charge_anodic")} == {"assumed"}


def test_basytec_names_its_columns_after_a_tilde():
    head = "~Resultfile from Basytec Battery Test System\r\n~Name of Test: x\r\n~\r\n"
    names = "~Time[h]\tDataSet\tt-Step[h]\tCommand\tU[V]\tI[A]\tCyc-Count\r\n"
    rows = "0.5\t1\t0.0\tPause\t2.875\t0\t1\r\n1.0\t2\t0.25\tCharge\t2.876\t0.005\t2\r\n"
    series = echub.read((head + names + rows).encode(), reader="table")["timeseries"]
    assert series["time"].tolist() == [1800, 3600]
    assert series["step_time"].tolist() == [0, 900]
    assert series["current"].tolist() == [0, 5]
    assert series["cycle"].tolist() == [1, 2]


PALMSENS = "Date and time:,2026-01-15 10:11:12\nNotes:\n\n{titles}\n{started}\n{units}\n{rows}\n"


@pytest.mark.parametrize(
    ("units", "title", "quantities"),
    [
        (
            "V,µA",
            "Cyclic Voltammetry: CV i vs E",
            {"potential_we": [0.1, 0.2, 0.3], "current": [0.003, 0.004, 0.005]},
        ),
        ("s,mA", "Chronoamperometry: CA i vs t", {"time": [0.1, 0.2, 0.3], "current": [3, 4, 5]}),
    ],
    ids=["against-potential", "against-time"],
)
def test_palmsens_has_units_in_place_of_names(units, title, quantities):
    started = "Date and time measurement:,2026-01-15 10:11:13"
    text = PALMSENS.format(titles=title, started=started, units=units, rows="0.1,3\n0.2,4\n0.3,5")
    record = echub.read(text.encode("utf-16"), reader="table")
    assert {name: record["timeseries"][name].tolist() for name in quantities} == quantities
    assert record.metadata.value("experiment.start") == "2026-01-15T10:11:12"


def test_curves_of_palmsens_stand_side_by_side_and_end_where_they_do():
    started = ",".join(["Date and time measurement:,2026-01-15 10:11:13"] * 2)
    text = PALMSENS.format(titles="CV 1,,CV 2,", started=started, units="V,µA,V,µA", rows="1,2,1,3\n2,3,,")
    series = echub.read(text.encode("utf-16"), reader="table")["timeseries"]
    assert series["current"].tolist() == [0.002, 0.003]
    np.testing.assert_array_equal(series["current__2"], [0.003, np.nan])


def test_units_without_names_and_without_a_profile_are_refused():
    with pytest.raises(ReadError) as caught:
        echub.read(b"s,mA\n0,1\n1,2\n2,3\n", reader="table")
    assert caught.value.found == "s, mA"


def test_masses_of_pfeiffer_have_no_unit_until_one_is_said():
    names = "Time Relative (sec)\tTime Absolute (UTC)\tPressure_(mBar)\t17_amu\t28_amu\n"
    rows = "0.5\t1714500000.5\t1.2e-6\t1.5e-10\t2.5e-9\n1.5\t1714500001.5\t1.3e-6\t1.6e-10\t2.6e-9\n"
    series = echub.read((names + rows).encode(), reader="table")["timeseries"]
    assert series["time"].tolist() == [0.5, 1.5]
    assert series.column("ambient_pressure").header == "Pressure_(mBar)"
    assert series.column("vendor_17_amu").unit is None


HEADERS, OVER = ("t / s", "Spannung", "I / mA"), ("Lab of x", "made by y")
TABLE_OF = Fake(names=HEADERS, preamble=OVER)
KNOWN = {"time": None, "current": None}


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({}, False),
        ({"first_line": "Lab"}, True),
        ({"first_line": "made"}, False),
        ({"line": "made"}, True),
        ({"line": "by"}, False),
        ({"headers": ["t / s", "I / mA"]}, True),
        ({"headers": ["t / s", "U / V"]}, False),
        ({"any_headers": [["U / V"], ["t / s", "Spannung"]]}, True),
        ({"any_headers": [["U / V"], ["t / s", "Strom"]]}, False),
        ({"quantities": ["time", "current"]}, True),
        ({"quantities": ["time", "voltage"]}, False),
        ({"any_of": [["voltage"], ["time", "current"]]}, True),
        ({"any_of": [["voltage"], ["time", "voltage"]]}, False),
        ({"line": "made", "quantities": ["time"]}, True),
        ({"line": "made", "quantities": ["voltage"]}, False),
    ],
    ids=str,
)
def test_a_profile_fits_a_table_by_all_of_its_rules(match, fits):
    assert Profile("lab", match=match).fits(TABLE_OF, KNOWN) is fits


def test_no_first_line_begins_with_anything():
    assert Profile("lab", match={"first_line": ""}).fits(Fake(names=(), preamble=()), {}) is False


@pytest.mark.parametrize("size", [1_000_000, 1_000_001])
def test_a_profile_has_a_megabyte_at_most(size):
    text = b"[table-profile]\ntitle = 'x'\n#"
    found = _profile_in(Source.from_bytes(text + b" " * (size - len(text)), "lab.toml"))
    assert (found is None) is (size > 1_000_000)
    assert found is None or (found.name, found.title) == ("lab.toml", "x")


@pytest.mark.parametrize("name", ["echub.toml", "run.echub.toml"])
def test_the_settings_of_the_hub_are_no_profile(name):
    assert _profile_in(Source.from_bytes(b"[table-profile]\ntitle = 'x'\n", name)) is None


def test_a_date_with_a_zone_that_is_not_the_start_says_nothing_of_the_zone(folder):
    (folder / "lab.toml").write_text(
        LAB.replace('"experiment.start", dates = "dmy"', '"extra.exported", dates = "iso"')
    )
    (folder / "run1.csv").write_text(TABLE.replace("04.05.2024 12:00:00", "2024-05-04T12:00:00+02:00"))
    metadata = echub.read(folder / "run1.csv").metadata
    assert metadata.value("extra.exported") == "2024-05-04T10:00:00"
    assert "experiment.timezone" not in metadata
