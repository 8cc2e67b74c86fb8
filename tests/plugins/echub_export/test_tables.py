"""Excel, MATLAB, chosen columns and units: every number is where a spreadsheet or MATLAB looks for it."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import echub
from echub.errors import DataError, UnitMismatch, UnknownColumn, UnknownOption
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Record
from fixtures.eclab.make import FOLDER


def written(tmp_path, to, name="gcpl.mpr", metadata=None, **options):
    given = echub.Annotations.of((), metadata or {})
    done = echub.convert(FOLDER / name, tmp_path, to=to, writer_options=options, annotations=given)
    return [Path(path) for path in done.outputs]


def sheets(path):
    openpyxl = pytest.importorskip("openpyxl")
    return openpyxl.load_workbook(path)


# -- Excel ---------------------------------------------------------------------------------------


def test_a_workbook_has_typed_cells_a_row_of_units_and_what_is_known(tmp_path):
    pytest.importorskip("xlsxwriter")
    (path,) = written(tmp_path, "xlsx")
    book = sheets(path)
    assert book.sheetnames == ["timeseries", "columns", "metadata", "warnings"]
    rows = list(book["timeseries"].values)
    data = echub.read(FOLDER / "gcpl.mpr")["timeseries"]
    at = rows[0].index("potential_we")
    assert rows[1][at] == "V"
    assert rows[1][rows[0].index("cycle")] in (None, "")
    assert len(rows) - 2 == data.rows
    # Shortest decimals of single precision: the number that was recorded, and not one digit more.
    assert [np.float32(row[at]) for row in rows[2:]] == data["potential_we"].tolist()
    assert len(str(rows[3][at])) <= 10
    paths = [row[0] for row in book["metadata"].values]
    assert "technique.name" in paths


def strange():
    columns = [
        SourceColumn("t", [0.0, 1.0, 2.0, 3.0], "time", "s"),
        SourceColumn("U", [1.5, np.nan, np.inf, -np.inf], "voltage", "V"),
        SourceColumn("=1+1", np.array(["=cmd()", "+1", "a", "b"], dtype=object), None, None),
    ]
    return Record([build_dataset("timeseries", columns)])


def test_no_text_becomes_a_formula_and_no_gap_a_zero(tmp_path):
    pytest.importorskip("xlsxwriter")
    (path,) = map(Path, echub.convert(strange(), tmp_path, to="xlsx").outputs)
    rows = list(sheets(path)["timeseries"].values)
    assert [cell.data_type for cell in list(sheets(path)["timeseries"].rows)[2]].count("f") == 0
    voltage = [row[rows[0].index("voltage")] for row in rows[2:]]
    assert voltage == [1.5, "NaN", "inf", "-inf"]
    words = next(n for n, name in enumerate(rows[0]) if str(rows[2][n]) == "=cmd()")
    assert [row[words] for row in rows[2:]] == ["=cmd()", "+1", "a", "b"]


def test_the_same_record_gives_the_same_workbook(tmp_path):
    pytest.importorskip("xlsxwriter")
    (one,), (two,) = written(tmp_path / "a", "xlsx"), written(tmp_path / "b", "xlsx")
    assert one.read_bytes() == two.read_bytes()


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path):
    pytest.importorskip("xlsxwriter")
    long = Record([build_dataset("timeseries", [SourceColumn("t", np.zeros(1_048_575), "time", "s")])])
    with pytest.raises(DataError, match="does not fit on a sheet"):
        echub.convert(long, tmp_path, to="xlsx")
    assert not list(tmp_path.iterdir())


# -- MATLAB --------------------------------------------------------------------------------------


def test_matlab_gets_columns_units_and_metadata(tmp_path):
    from scipy.io import loadmat

    (path,) = written(tmp_path, "mat", "geis_with_dc.mpr")
    loaded = loadmat(path, simplify_cells=True)
    record = echub.read(FOLDER / "geis_with_dc.mpr")
    assert {"timeseries", "impedance", "echub"} <= set(loaded)
    assert np.array_equal(loaded["impedance"]["frequency"], record["impedance"]["frequency"])
    assert loaded["impedance"]["frequency"].dtype == record["impedance"]["frequency"].dtype
    assert loaded["impedance"]["units"]["frequency"] == "Hz"
    assert json.loads(loaded["echub"]["metadata"])["technique"]["name"]["value"] == "GEIS"


def test_names_that_matlab_refuses_are_told_apart(tmp_path):
    from scipy.io import loadmat

    long = "a" * 80
    columns = [SourceColumn(f"{long}{n}", [float(n)], None, None) for n in range(3)]
    (path,) = map(Path, echub.convert(Record([build_dataset("timeseries", columns)]), tmp_path, to="mat").outputs)
    found = loadmat(path, simplify_cells=True)["timeseries"]
    assert sorted(v for name, v in found.items() if name not in ("row", "units", "names")) == [0, 1, 2]
    assert all(len(name) <= 63 for name in found)


# -- columns and units -----------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_chosen_columns_in_chosen_units(tmp_path, to):
    files = written(tmp_path, to, columns="time,potential_we,current", units="time=h, current=uA", metadata=None)
    assert len(files) == 1
    data = echub.read(FOLDER / "gcpl.mpr")["timeseries"]
    frame = pl.read_csv(files[0]) if to == "csv" else pl.read_parquet(files[0])
    names = (
        ["time / h", "potential_we / V", "current / uA"] if to == "csv" else ["time", "potential_we", "current"]
    )
    assert frame.columns == names
    assert frame[:, 0].to_numpy() == pytest.approx(data["time"] / 3600)
    assert frame[:, 2][5] == pytest.approx(float(data["current"][5]) * 1000)


def test_a_current_per_area_needs_the_area_and_says_what_it_is(tmp_path):
    with pytest.raises(UnknownOption, match="needs the area"):
        written(tmp_path, "csv", units="current=mA/cm^2")
    (file,) = written(
        tmp_path, "csv", columns="current", units="current=A/m^2", metadata={"cell.area": "0.5 cm^2"}
    )
    frame = pl.read_csv(file)
    assert frame.columns == ["current_density / A/m^2"]
    mean = np.nanmean(echub.read(FOLDER / "gcpl.mpr")["timeseries"]["current"])
    assert frame.mean().item() == pytest.approx(float(mean) / 0.5 * 10)


def test_a_dataset_without_the_columns_is_left_out(tmp_path):
    files = written(tmp_path, "csv", "geis_with_dc.mpr", columns="frequency,impedance_real")
    assert [file.name for file in files] == ["geis_with_dc.mpr.impedance.csv"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"columns": "nothing"}, UnknownColumn),
        ({"units": "nothing=A"}, UnknownColumn),
        ({"units": "time=V"}, UnitMismatch),
        ({"units": "time"}, UnknownOption),
        ({"units": "time=h,current=A, time = s"}, UnknownOption),
        ({"units": "current=V/cm^2", "columns": "current"}, UnitMismatch),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path, options, error):
    with pytest.raises(error):
        written(tmp_path, "csv", metadata={"cell.area": "0.5 cm^2"}, **options)
    assert not list(tmp_path.iterdir())


def test_a_table_with_chosen_units_is_read_again_by_its_headers(tmp_path):
    (file,) = written(tmp_path, "csv", columns="time,potential_we,current", units="time=h")
    again = echub.read(file)["timeseries"]
    assert again.column("time").unit == "s"
    assert again["time"][1:] == pytest.approx(echub.read(FOLDER / "gcpl.mpr")["timeseries"]["time"][1:])


def test_excel_knows_utf8_by_the_mark(tmp_path):
    (file,) = written(tmp_path, "csv", bom="true", columns="time,current")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert echub.read(file)["timeseries"].rows == 265
