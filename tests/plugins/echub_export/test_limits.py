"""The limits of the formats that are written: what just fits, and what just does not."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from echub.plugin import DataError, Dropped, Notice, Record, SourceColumn, build_dataset
from echub_export import csv, excel, matlab
from echub_export.csv import write_dataset as write_csv
from echub_export.excel import MOST_COLUMNS, MOST_ROWS, _require_room
from echub_export.options import CsvOptions
from echub_export.parquet import write_dataset as write_parquet
from echub_export.sidecar import write_description
from echub_export.spectra import _column, _plain, _scientific


def sized(rows=1, columns=1, axes=1, nbytes=8):
    """Return what looks like a dataset of so many rows and columns."""
    column = SimpleNamespace(axes=("row",) * axes, values=SimpleNamespace(nbytes=nbytes))
    return SimpleNamespace(
        rows=rows,
        kind="cube",
        name="part",
        columns=dict.fromkeys(map(str, range(min(columns, 2))), column),
        plain=lambda: dict.fromkeys(range(columns)),
    )


@pytest.mark.parametrize(
    ("rows", "columns", "found"),
    [
        (1_048_574, 16_384, None),  # two rows of names and units above them
        (1_048_575, 16_384, "1048575 rows, 16384 columns"),
        (1_048_574, 16_385, "1048574 rows, 16385 columns"),
    ],
)
def test_a_sheet_holds_so_many_rows_and_columns(rows, columns, found):
    assert (MOST_ROWS, MOST_COLUMNS) == (1_048_576, 16_384)
    if found is None:
        _require_room(sized(rows, columns))
        return
    with pytest.raises(DataError, match="the part dataset does not fit") as caught:
        _require_room(sized(rows, columns))
    assert caught.value.expected == "at most 1048574 rows and 16384 columns"
    assert caught.value.found.replace(",", "").replace(" ", "") == found.replace(",", "").replace(" ", "")


@pytest.mark.parametrize(
    "write",
    [
        _require_room,
        lambda cube: write_csv(cube, CsvOptions(), None),
        lambda cube: write_parquet(None, cube, None),
    ],
    ids=["xlsx", "csv", "parquet"],
)
def test_a_cube_is_no_table(write):
    with pytest.raises(DataError, match="a cube dataset is not a table") as caught:
        write(sized(axes=3))
    assert caught.value.hint == "--to native keeps it"


@pytest.mark.parametrize(("nbytes", "said"), [(2**30 - 1, None), (2**30, "has 2.0 GB"), (3 * 2**29, "has 3.0 GB")])
def test_a_variable_of_matlab_is_below_two_gigabytes(nbytes, said):
    """Of two columns with so many bytes each."""
    record = SimpleNamespace(datasets={"part": sized(columns=2, nbytes=nbytes)})
    options = SimpleNamespace(columns="", units="")
    if said is None:
        assert [ending for ending, _ in matlab.write(record, options)] == [".mat"]
    else:
        with pytest.raises(DataError, match=said):
            list(matlab.write(record, options))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (1.0, "1"),
        (-2.5, "-2.5"),
        (1e-4, "0.0001"),
        (-1e-4, "-0.0001"),
        (9.9e-5, "9.9E-05"),
        (-9.9e-5, "-9.9E-05"),
        (9e15, "9000000000000000"),
        (1e16, "1E+16"),
        (0.0, "0E+00"),
        (np.float32(0.1), "0.1"),
    ],
)
def test_a_number_of_relaxis_is_spelt_out_if_that_is_short(value, plain):
    assert _plain(value) == plain


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "1.000000E+00"), (-0.125, "-1.250000E-01"), (1.23456789, "1.23456789E+00"), (1e-100, "1.000000E-100")],
)
def test_a_number_of_zview_has_six_digits_or_all_it_needs(value, shown):
    assert _scientific(value) == shown


class _Sheet:
    """What is written to a sheet: the kind, the place and the value of each cell."""

    def __init__(self):
        self.cells = []

    def __getattr__(self, name):
        return lambda row, column, value, style: self.cells.append((name.removeprefix("write_"), column, value))


def test_each_kind_of_value_is_a_cell_of_its_kind():
    sheet = _Sheet()
    excel._row(sheet, 0, [True, 1, 1.5, "a", "", None, np.nan, np.inf, -np.inf, False, 0])
    assert sheet.cells == [
        ("boolean", 0, True), ("number", 1, 1), ("number", 2, 1.5), ("string", 3, "a"), ("string", 6, "NaN"),
        ("string", 7, "inf"), ("string", 8, "-inf"), ("boolean", 9, False), ("number", 10, 0),
    ]  # fmt: skip
    assert [type(value) for _, _, value in sheet.cells][:2] == [bool, int]


def test_a_whole_number_with_more_digits_than_a_cell_holds_is_a_text():
    """2^53 + 1 is the first whole number that a float64 does not hold."""
    sheet = _Sheet()
    excel._row(sheet, 0, [9007199254740992, 9007199254740993, -9007199254740993, 18446744073709551615, 1e300])
    assert sheet.cells == [
        ("number", 0, 9007199254740992), ("string", 1, "9007199254740993"), ("string", 2, "-9007199254740993"),
        ("string", 3, "18446744073709551615"), ("number", 4, 1e300),
    ]  # fmt: skip


def test_what_was_dropped_stands_behind_the_notices_in_order():
    record = Record(
        [], notices=[Notice("a", "one", column="U"), Notice("b", "two")],
        dropped=[Dropped("first", "cut"), Dropped("second", "odd")],
    )  # fmt: skip
    sheets = {title: (headers, rows) for title, headers, rows in excel._about(record)}
    assert list(sheets) == ["columns", "metadata", "warnings"]
    assert sheets["warnings"] == (
        ("code", "text"),
        [("a", "U: one"), ("b", "two"), ("dropped", "first: cut"), ("dropped", "second: odd")],
    )


def test_a_text_that_is_missing_is_empty_in_matlab_and_in_csv():
    cells = np.array(["=a", None, "b"], dtype=object)
    assert matlab._texts(cells.tolist()).tolist() == ["=a", "", "b"]
    assert csv._cells("note", cells).to_list() == ["'=a", None, "b"]


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_the_rows_of_a_header_are_in_the_description(rows):
    record = Record([build_dataset("timeseries", [SourceColumn("t", [0.0], "time", "s")])])
    held = io.BytesIO()
    write_description(record, "timeseries", ";", ",", rows, held)
    assert json.loads(held.getvalue())["dialect"] == {
        "delimiter": ";", "header": bool(rows), "headerRowCount": rows, "encoding": "utf-8",
    }  # fmt: skip


def test_a_column_beside_a_spectrum_is_written_in_the_unit_of_its_format():
    spectrum = build_dataset("impedance", [
        SourceColumn("f", [2.0, 1.0], "frequency", "Hz"), SourceColumn("E", [0.5, 0.25], "potential_we", "V"),
    ])  # fmt: skip
    assert _column(spectrum, "potential_we", "V").tolist() == [0.5, 0.25]
    assert _column(spectrum, "potential_we", "mV").tolist() == [500, 250]
    assert _column(spectrum, "time", "s") is None


def test_names_of_columns_and_what_matlab_is_told_of_them():
    """`units` and `names` are fields of their own; a second name that is the same in MATLAB has a number."""
    headers = ["units", "names", "a b", "a_b", "1st"]
    columns = [SourceColumn(header, [float(n)], None, None) for n, header in enumerate(headers)]
    struct = matlab._struct(build_dataset("timeseries", [*columns, SourceColumn("t", [5.0], "time", "s")]))
    fields = ["vendor_units", "vendor_names", "vendor_a_b", "vendor_a_b__2", "vendor_1st", "time"]
    assert [struct[field].tolist() for field in fields] == [[0], [1], [2], [3], [4], [5]]
    assert struct["names"] == {"row": "", **dict(zip(fields, [*headers, "t"], strict=True))}
    assert struct["units"] == {"row": "", **dict.fromkeys(fields[:-1], ""), "time": "s"}


@pytest.mark.parametrize(
    ("names", "accepted"),
    [
        (["units", "names"], ["units_2", "names_2"]),
        (["a b", "a_b", "a-b"], ["a_b", "a_b_2", "a_b_3"]),
        (["1st", "_x", "é"], ["x1st", "x_x", "x_"]),
        (["a" * 64, "a" * 63, "a" * 62], ["a" * 63, f"{'a' * 61}_2", "a" * 62]),
    ],
)
def test_names_that_matlab_accepts(names, accepted):
    taken = {"units", "names"}
    assert [matlab._name(name, taken) for name in names] == accepted


def test_all_that_a_parquet_file_says_of_its_columns():
    columns = [SourceColumn("t/s", [0.0, 1.0], "time", "s"), SourceColumn("What", [1.0, 2.0], None, "mV")]
    record = Record([build_dataset("timeseries", columns)])
    record.metadata.set("sample.id", "S 1")
    held = io.BytesIO()
    write_parquet(record, record["timeseries"], held)
    texts = pl.read_parquet_metadata(io.BytesIO(held.getvalue()))
    assert (texts.pop("kind"), bool(texts.pop("ARROW:schema"))) == ("timeseries", True)
    told = {key: json.loads(value) for key, value in texts.items()}
    assert told["units"] == {"row": "1", "time": "s", "vendor_what": "mV"}
    assert told["columns"] == {
        name: {"quantity": c.quantity, "origin": c.origin, "sign": c.sign, "source_header": c.header}
        for name, c in record["timeseries"].columns.items()
    }
    assert told["metadata"] == record.metadata.tree()
    assert told["provenance"] == record.provenance.as_dict()
    assert set(told) == {"units", "columns", "metadata", "provenance", "echub"}
