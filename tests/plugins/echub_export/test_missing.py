"""What is missing is null, or an empty cell, in every table that is written; an instrument's NaN is NaN."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import echub
from echub.cli import app
from echub.model.missing import MISSING
from echub.plugin import Record, SourceColumn, build_dataset

NAN = float("nan")
POTENTIAL = [3.5, MISSING, NAN, 5.0]
"""Between 3 and 4 V is one row."""


def record():
    columns = [
        SourceColumn("t", np.arange(4.0), "time", "s"),
        SourceColumn("U", np.array(POTENTIAL, np.float32), "voltage", "V", index=1),
        SourceColumn("note", np.array(["a", "", "=1", "b"], dtype=object), index=2),
    ]
    return Record([build_dataset("timeseries", columns)])


def written(folder, to, **options):
    return Path(echub.convert(record(), folder, to=to, **options).outputs[0])


def test_parquet(tmp_path):
    path = written(tmp_path, "parquet")
    frame = pl.read_parquet(path)
    assert frame["voltage"].is_null().to_list() == [False, True, False, False]
    assert frame["voltage"].is_nan().to_list() == [False, None, True, False]
    assert frame["vendor_note"].to_list() == ["a", None, "=1", "b"]
    assert frame.drop_nans("voltage")["voltage"].mean() == 4.25


def test_parquet_tells_how_many_are_missing(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    group = parquet.ParquetFile(written(tmp_path, "parquet")).metadata.row_group(0)
    counts = {
        group.column(n).path_in_schema: group.column(n).statistics.null_count for n in range(group.num_columns)
    }
    assert counts == {"row": 0, "time": 0, "voltage": 1, "vendor_note": 1}


@pytest.mark.parametrize("missing", [1, 3])
def test_duckdb_finds_what_is_between(tmp_path, missing):
    """With NaN for missing values `between` keeps them, and `> 4` drops rows: DuckDB trusts the statistics."""
    duckdb = pytest.importorskip("duckdb")
    values = np.array([3.2, 3.5, 3.6, 4.5])
    values[missing] = MISSING
    columns = [SourceColumn("t", np.arange(4.0), "time", "s"), SourceColumn("U", values, "voltage", "V")]
    path = echub.convert(Record([build_dataset("timeseries", columns)]), tmp_path, to="parquet").outputs[0]
    for question, wanted in (
        ("voltage between 3 and 4", (values > 3) & (values < 4)),
        ("voltage > 4", values > 4),
        ("voltage < 9", values < 9),
    ):
        found = duckdb.sql(f"select time from '{path}' where {question} order by time").fetchall()
        assert [row for (row,) in found] == np.flatnonzero(wanted).tolist(), question
    known = values[~np.isnan(values)]
    (answer,) = duckdb.sql(f"select count(voltage), avg(voltage) from '{path}'").fetchall()
    assert answer == (3, pytest.approx(known.mean()))


def test_csv(tmp_path):
    path = written(tmp_path, "csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines == [
        "row,time / s,voltage / V,vendor_note",
        "0,0.0,3.5,a",
        "1,1.0,,",
        "2,2.0,NaN,'=1",
        "3,3.0,5.0,b",
    ]
    again = echub.read(path)["timeseries"]
    assert again.same_as(record()["timeseries"])
    Path(f"{path}-metadata.json").unlink()  # by its headers alone
    assert echub.read(path)["timeseries"].column("voltage").missing.tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    "options", [{"decimal": ",", "delimiter": ";"}, {"style": "origin"}, {"delimiter": "tab"}]
)
def test_csv_of_every_style_comes_back(tmp_path, options):
    path = written(tmp_path, "csv", writer_options=options)
    assert echub.read(path)["timeseries"].same_as(record()["timeseries"])


def test_chosen_columns_in_other_units(tmp_path):
    path = written(tmp_path, "parquet", writer_options={"columns": "voltage", "units": "voltage=mV"})
    assert pl.read_parquet(path)["voltage"].is_null().to_list() == [False, True, False, False]


def test_workbooks(tmp_path):
    pytest.importorskip("xlsxwriter")
    openpyxl = pytest.importorskip("openpyxl")
    path = written(tmp_path, "xlsx")
    rows = list(openpyxl.load_workbook(path)["timeseries"].values)
    assert [row[2:] for row in rows[2:]] == [(3.5, "a"), (None, None), ("NaN", "=1"), (5, "b")]
    again = echub.read(path)["timeseries"]
    assert again.column("voltage").missing.tolist() == [False, True, False, False]
    assert np.isnan(again["voltage"]).tolist() == [False, True, True, False]


def test_matlab_has_nan_for_both(tmp_path):
    """A double of MATLAB has no other value for a missing one: `ismissing(NaN)` is true."""
    from scipy.io import loadmat

    found = loadmat(written(tmp_path, "mat"))["timeseries"]["voltage"][0, 0].ravel()
    assert np.isnan(found).tolist() == [False, True, True, False]


def test_info_counts(tmp_path):
    def info(*options):
        result = CliRunner().invoke(app, ["info", str(path), *options], catch_exceptions=False)
        assert result.exit_code == 0
        return result.stdout

    path = written(tmp_path, "native")
    (told,) = json.loads(info("--json"))["datasets"]
    assert (told["missing"], told["nan"]) == ({"voltage": 1, "vendor_note": 1}, {"voltage": 1})
    lines = {words[0]: words for words in map(str.split, info().splitlines()) if words}
    assert lines["column"] == ["column", "range", "missing", "unit", "origin", "source"]
    assert lines["voltage"][4:7] == ["1,", "1", "NaN"]
