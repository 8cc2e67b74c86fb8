"""Arbin results files: every number by two independent programs, counters against currents, what is missing."""

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub_arbin.columns import reset_of
from fixtures.arbin import AUXILIARY, HERE, rows
from fixtures.arbin.jet import DOUBLE, LONG, Table, database
from fixtures.arbin.make import results as made

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared/corpus"))
REAL = CORPUS / "vendors" / "navani" / "arbin_example.res"
needs_real = pytest.mark.skipif(not REAL.is_file(), reason="the corpus of real files is not here")
needs_mdbtools = pytest.mark.skipif(shutil.which("mdb-export") is None, reason="mdbtools is not on this machine")
NAMES = {
    "Test_Time": ("time", 1),
    "Step_Time": ("step_time", 1),
    "Step_Index": ("step", 1),
    "Cycle_Index": ("cycle", 1),
    "Current": ("current", 1000),
    "Voltage": ("voltage", 1),
    "Charge_Capacity": ("charge_anodic", 1000),
    "Discharge_Capacity": ("charge_cathodic", 1000),
    "DateTime": ("vendor_datetime", 1),
    "Data_Point": ("vendor_data_point", 1),
}
SINGLE = 1e-7
"""Relative: currents and voltages are stored as 32-bit numbers."""


@pytest.fixture(params=["mdbtools", "access-parser"])
def library(request, monkeypatch):
    """Read with one program, then with the other."""
    if request.param == "mdbtools" and shutil.which("mdb-export") is None:
        pytest.skip("mdbtools is not on this machine")
    if request.param == "access-parser":
        pytest.importorskip("access_parser")
        monkeypatch.setattr("echub_arbin.tables.TOOL", "mdb-export-that-is-not-there")
    return request.param


def test_the_fixture_holds_what_the_generator_wrote(library):
    record = echub.read(HERE / "test.res")
    assert library in record.settings["library"]
    data, stated = record["timeseries"], rows()
    for header, (name, factor) in NAMES.items():
        assert data[name] == pytest.approx([row[header] * factor for row in stated], rel=2 * SINGLE)
    assert data["vendor_aux_temperature_0"] == pytest.approx(AUXILIARY[1, 0])
    assert data.column("vendor_aux_temperature_0").unit == "degC"
    assert record.metadata.value("experiment.start") == "2024-03-14T09:00:00"
    assert record.metadata.value("experiment.timezone") == "unknown"
    assert record.metadata.value("experiment.file_name") == "made test"
    assert not record.notices


def test_the_fixture_is_that_of_the_generator():
    assert (HERE / "test.res").read_bytes() == made()


def test_units_are_said_to_be_those_of_the_format():
    data = echub.read(HERE / "test.res")["timeseries"]
    assert "does not print" in data.column("current").attrs["unit_origin"]
    assert "anodic" in data.column("current").attrs["made"]
    assert data.column("charge_anodic").attrs["reset"] == "never"


@pytest.mark.parametrize(
    ("counter", "reset"),
    [([0, 1, 2, 3], "never"), ([0, 1, 0, 1], "cycle"), ([1, 0, 0, 0], "step"), ([0, 1, 2, 0], "by the schedule")],
)
def test_where_a_counter_falls(counter, reset):
    assert reset_of(np.array(counter), np.array([1, 1, 2, 2]), np.array([1, 2, 2, 2])) == reset


def main_table(points, current, charge):
    columns = [
        ("Test_ID", LONG),
        ("Data_Point", LONG),
        ("Test_Time", DOUBLE),
        ("Current", DOUBLE),
        ("Voltage", DOUBLE),
    ]
    columns += [("Charge_Capacity", DOUBLE), ("Discharge_Capacity", DOUBLE)]
    measured = [[1 + (p < 0), abs(p), 60.0 * n, current, 3.5, charge * n, 0.0] for n, p in enumerate(points)]
    return Table("Channel_Normal_Table", columns, measured)


def test_a_charge_counter_that_grows_under_a_negative_current_is_said():
    record = echub.read(database([main_table([1, 2, 3, 4], -0.1, 0.01)]), reader="arbin-res")
    assert "sign-contradicted" in [n.code for n in record.notices]
    assert not {"current", "charge_anodic"} & set(record["timeseries"].names)
    assert record["timeseries"]["vendor_current"][0] == -0.1


def test_missing_points_are_said():
    record = echub.read(database([main_table([1, 2, 5, 6], 0.1, 0.01)]))
    assert "after the data point 2 comes 5" in next(n.message for n in record.notices if n.code == "missing-rows")


def test_two_tests_are_two_time_series():
    record = echub.read(database([main_table([1, 2, -1, -2, -3], 0.1, 0.01)]))
    assert {name: data.rows for name, data in record.datasets.items()} == {
        "timeseries_test_1": 2,
        "timeseries_test_2": 3,
    }


def test_a_database_without_a_measurement_is_refused():
    other = Table("Customers", [("Id", LONG)], [[1]])
    with pytest.raises(ReadError, match="contains no measurement"):
        echub.read(database([other]), reader="arbin-res")
    with pytest.raises(ReadError, match="the database is cut"):
        echub.read(made()[:-10])
    with pytest.raises(ReadError, match="not an Access database"):
        echub.read(b"TEST 1\n", reader="arbin-res")


def _auxiliary(data_type, point, x):
    columns = [("Test_ID", LONG), ("Data_Point", DOUBLE), ("Auxiliary_Index", LONG), ("Data_Type", DOUBLE)]
    return Table(
        "Auxiliary_Table", [*columns, ("X", DOUBLE)], [[1, 2.0, 0, 1.0, 25.0], [1, point, 0, data_type, x]]
    )


@pytest.mark.parametrize(("data_type", "point", "x"), [(None, 1.0, 1.0), (1.0, None, 1.0)])
def test_an_auxiliary_value_that_belongs_to_nothing_is_left_out(library, data_type, point, x):
    data = echub.read(database([main_table([1, 2, 3], 0.1, 0.01), _auxiliary(data_type, point, x)]))["timeseries"]
    assert data["vendor_aux_temperature_0"].tolist() == pytest.approx([np.nan, 25.0, np.nan], nan_ok=True)


def test_data_points_without_numbers_are_no_measurement(library):
    main = main_table([1, 2, 3], 0.1, 0.01)
    empty = Table(main.name, main.columns, [[row[0], None, *row[2:]] for row in main.rows])
    with pytest.raises(ReadError, match="no measurement") as refused:
        echub.read(database([empty, _auxiliary(1.0, 1.0, 1.0)]))
    assert refused.value.found == "no Data_Point"


def test_without_any_program_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr("echub_arbin.tables.TOOL", "mdb-export-that-is-not-there")
    monkeypatch.setitem(__import__("sys").modules, "access_parser", None)
    with pytest.raises(ReadError) as caught:
        echub.read(HERE / "test.res")
    assert "apt install mdbtools" in caught.value.hint
    assert "CSV or Excel" in caught.value.hint


def test_half_an_installation_of_mdbtools_is_refused(monkeypatch):
    """`mdb-export` is there and `mdb-tables` is not."""
    monkeypatch.setattr("echub_arbin.tables.TOOL", "true")
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "mdb-tables" else "/bin/true")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ReadError, match="mdbtools does not read this database") as caught:
        echub.read(HERE / "test.res")
    assert "mdb-tables" in caught.value.found


# -- real file -------------------------------------------------------------------------------


@needs_real
@needs_mdbtools
def test_every_number_of_the_real_file():
    command = ["mdb-export", str(REAL), "Channel_Normal_Table"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    printed = sorted(csv.DictReader(io.StringIO(text)), key=lambda row: int(row["Data_Point"]))
    data = echub.read(REAL)["timeseries"]
    assert len(printed) == data.rows == 2150
    by_header = {column.header: column for column in data.columns.values() if column.index is not None}
    assert list(by_header) == list(printed[0])
    for header, column in by_header.items():
        np.testing.assert_allclose(column.source_values(), [float(row[header]) for row in printed], rtol=1e-15)
    for header, (name, factor) in NAMES.items():
        np.testing.assert_allclose(data[name], [float(row[header]) * factor for row in printed], rtol=1e-14)


@needs_real
@needs_mdbtools
def test_a_second_program_agrees(monkeypatch):
    pytest.importorskip("access_parser")
    one = echub.read(REAL)["timeseries"]
    monkeypatch.setattr("echub_arbin.tables.TOOL", "mdb-export-that-is-not-there")
    other = echub.read(REAL)["timeseries"]
    assert one.names == other.names
    for name in one.names:
        np.testing.assert_allclose(one[name], other[name], rtol=2 * SINGLE)


@needs_real
def test_the_counters_prove_unit_and_sign():
    """The charge of each half cycle is the integral of the current, in A and s."""
    data = echub.read(REAL)["timeseries"]
    time, current = data["time"], data["current"]
    checked = 0
    for name, sign in (("charge_anodic", 1), ("charge_cathodic", -1)):
        for cycle in np.unique(data["cycle"]):
            here = (data["cycle"] == cycle) & (np.sign(current) == sign)
            if here.sum() > 20:
                passed = sign * np.trapezoid(current[here], time[here]) / 3600
                counted = data[name][here][-1] - data[name][here][0]
                assert passed == pytest.approx(counted, rel=0.02)
                checked += 1
    assert checked >= 6
    assert data.column("charge_anodic").attrs["reset"] == "cycle"
    assert echub.read(REAL).metadata.value("experiment.start") == "2023-07-24T18:50:00"


def test_an_export_without_units_counts_as_assumed(tmp_path):
    """The profile of the table reader knows the names; the numbers are those of the database."""
    names = ["Data_Point", "Test_Time", "Step_Time", "Step_Index", "Cycle_Index", "Current", "Voltage"]
    names += ["Charge_Capacity", "Discharge_Capacity"]
    lines = [",".join(names), *(",".join(repr(row[name]) for name in names) for row in rows())]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    data = echub.read(path)["timeseries"]
    whole = echub.read(HERE / "test.res")["timeseries"]
    for name in ("time", "step_time", "current", "voltage", "charge_anodic", "charge_cathodic"):
        assert data[name] == pytest.approx(whole[name], rel=2 * SINGLE)
        assert data.column(name).origin == "assumed"
    assert data.column("charge_anodic").unit == "mA*h"
