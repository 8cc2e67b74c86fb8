"""One column of every kind, and what each file holds of it, read by another program than echub."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.model.build import SourceColumn, build_dataset
from echub.model.missing import MISSING
from echub.model.record import Provenance, Record
from echub.plugin import Dropped, Metadata, Notice
from echub_export.excel import LONGEST_CELL, LONGEST_NAME, _sheet_name
from echub_export.matlab import LONGEST, _name

A = np.array
KINDS = {
    # header: values, quantity, unit, what stands in a cell of text
    "time/s": (A([0.0, 0.5, 1.25, 2.0]), "time", "s", ["0.0", "0.5", "1.25", "2.0"]),
    "I/mA": (A([0.1, -0.2, 0.3, 1e-7], dtype=np.float32), "current", "mA", ["0.1", "-0.2", "0.3", "1e-7"]),
    "Ewe/V": (A([1.5, MISSING, np.nan, np.inf]), "potential_we", "V", ["1.5", "", "NaN", "inf"]),
    "cycle number": (A([1, 1, 2, 2]), "cycle", "1", ["1", "1", "2", "2"]),
    "note": (A(["=1+1", "", "a;b", "µ"], dtype=object), None, None, None),
    "P/kPa": (A([1.0, 2.0, 3.0, 4.0]), None, "kPa", ["1.0", "2.0", "3.0", "4.0"]),
}
NAMES = ("time", "current", "potential_we", "cycle", "vendor_note", "vendor_p_kpa")


@pytest.fixture(scope="module")
def record():
    metadata = Metadata()
    metadata.set("cell.area", "2 cm^2", source="by hand")
    metadata.set("sample.id", "S 7", source="the file")
    columns = [SourceColumn(h, v, q, u, index=n) for n, (h, (v, q, u, _)) in enumerate(KINDS.items())]
    return Record(
        [build_dataset("timeseries", columns)], metadata=metadata,
        notices=[Notice("truncated", "the file was cut")], dropped=[Dropped("3 bytes", "no column")],
        provenance=Provenance(source={"name": "a.x", "size": 5, "sha256": "f"}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def names(record):
    """Return the name of each column by its header."""
    return {column.header: name for name, column in record["timeseries"].columns.items() if column.header in KINDS}


def written(record, folder, to, **options):
    done = echub.convert(record, folder, to=to, writer_options=options)
    return [Path(path) for path in done.outputs]


def table_of(path, **how):
    return list(csv.reader(path.read_text("utf-8-sig").splitlines(), **how))


def expected_cells(header):
    return ["'=1+1", None, "a;b", "µ"] if header == "note" else KINDS[header][3]


@pytest.mark.parametrize(("options", "how"), [
    ({}, {}), ({"delimiter": ";"}, {"delimiter": ";"}), ({"delimiter": "tab"}, {"delimiter": "\t"}),
    ({"delimiter": ";", "decimal": ","}, {"delimiter": ";"}), ({"bom": "true"}, {}),
], ids=str)  # fmt: skip
def test_a_plain_csv_has_each_cell(tmp_path, record, names, options, how):
    path = written(record, tmp_path, "csv", **options)[0]
    assert (path.parent / f"{path.name}-metadata.json").is_file()
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") is ("bom" in options)
    head, *rows = table_of(path, **how)
    for header, (_, _, unit, cells) in KINDS.items():
        shown = f" / {unit}" if unit not in (None, "1") else ""
        found = [row[head.index(names[header] + shown)] for row in rows]
        if header == "note":
            assert found[1:] == ["", "a;b", "µ"]
            assert not found[0].startswith("=")
        elif options.get("decimal") == ",":
            assert [cell.replace(",", ".") for cell in found] == cells
            assert not any("." in cell for cell in found)
        else:
            assert found == cells


def test_origin_has_names_units_and_headers_of_the_source(tmp_path, record, names):
    path = written(record, tmp_path, "csv", style="origin")[0]
    long, units, comments, *rows = table_of(path)
    assert len(rows) == 4
    for header, (_, _, unit, _) in KINDS.items():
        at = long.index(names[header].replace("_", " "))
        assert units[at] == (unit if unit not in (None, "1") else "")
        assert comments[at] == header


def test_chosen_columns_have_no_description(tmp_path, record):
    (path,) = written(record, tmp_path, "csv", columns="time,current", units="current=uA")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    head, first, *_ = table_of(path)
    assert head == ["time / s", "current / uA"]
    assert first[0] == "0.0"
    assert float(first[1]) == pytest.approx(100.0, rel=1e-6)


def test_a_workbook_has_each_cell_and_all_that_is_known(tmp_path, record, names):
    openpyxl = pytest.importorskip("openpyxl")
    (path,) = written(record, tmp_path, "xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["timeseries", "columns", "metadata", "warnings"]
    sheet = book["timeseries"]
    assert sheet.freeze_panes == "A3"
    assert all(cell.font.bold for row in (1, 2) for cell in sheet[row] if cell.value)
    assert not any(cell.font.bold for cell in sheet[3])
    head, units, *rows = sheet.values
    for header, (_, _, unit, cells) in KINDS.items():
        at = head.index(names[header])
        assert units[at] == (unit if unit not in (None, "1") else None)
        found = [row[at] for row in rows]
        if header == "note":
            assert found == ["=1+1", None, "a;b", "µ"]
        elif header == "Ewe/V":
            assert found == [1.5, None, "NaN", "inf"]
        else:
            assert found == [float(cell) for cell in cells]
    columns = list(book["columns"].values)
    assert columns[0] == ("dataset", "column", "quantity", "unit", "origin", "source")
    for column in record["timeseries"].columns.values():
        told = (column.quantity, column.unit, column.origin, column.header or None)
        assert ("timeseries", column.name, *told) in columns
    assert next(book["metadata"].values) == ("path", "value", "unit", "source")
    assert ("cell.area", 2, "cm^2", "by hand") in list(book["metadata"].values)
    assert ("sample.id", "S 7", None, "the file") in list(book["metadata"].values)
    assert list(book["warnings"].values) == [
        ("code", "text"), ("truncated", "the file was cut"), ("dropped", "3 bytes: no column")
    ]  # fmt: skip


def test_matlab_has_each_column_with_unit_and_header(tmp_path, record, names):
    io = pytest.importorskip("scipy.io")
    (path,) = written(record, tmp_path, "mat")
    found = io.loadmat(path, simplify_cells=True)
    struct = found["timeseries"]
    for header, (values, _, unit, _) in KINDS.items():
        name = names[header]
        printed = struct["units"][name]
        assert (printed if np.size(printed) else "") == (unit if unit not in (None, "1") else "")
        assert struct["names"][name] == header
        if header == "note":
            assert [str(cell) if np.size(cell) else "" for cell in struct[name]] == ["=1+1", "", "a;b", "µ"]
        else:
            assert np.array_equal(struct[name], values, equal_nan=True)
            assert struct[name].dtype.kind == record["timeseries"][name].dtype.kind
    assert json.loads(found["echub"]["metadata"])["cell"]["area"]["value"] == 2
    assert json.loads(found["echub"]["provenance"])["source"]["name"] == "a.x"
    assert str(np.atleast_1d(found["echub"]["warnings"])[0]) == "the file was cut"


def test_parquet_has_each_column(tmp_path, record, names):
    parquet = pytest.importorskip("pyarrow.parquet")
    (path,) = written(record, tmp_path, "parquet")
    table = parquet.read_table(path)
    for header, (values, _, _, _) in KINDS.items():
        found = table[names[header]].to_pylist()
        if header == "note":
            assert [cell or "" for cell in found] == ["=1+1", "", "a;b", "µ"]
        elif header == "Ewe/V":
            assert found[:2] == [1.5, None]
            assert np.isnan(found[2])
            assert np.isposinf(found[3])
        else:
            assert found == values.tolist()


@pytest.mark.parametrize("to", ["native", "csv", "parquet"])
def test_what_is_read_back_is_the_record(tmp_path, record, names, to):
    path = next(path for path in written(record, tmp_path, to) if path.suffix in (".h5", ".csv", ".parquet"))
    again = echub.read(path)
    for header in KINDS:
        before, after = record["timeseries"].columns[names[header]], again["timeseries"].columns[names[header]]
        for what in ("quantity", "unit", "origin", "header", "index", "scale"):
            assert getattr(after, what) == getattr(before, what), (header, what)
        assert after.values.dtype == before.values.dtype
        assert np.array_equal(
            before.plain(), after.plain(), equal_nan=before.values.dtype.kind == "f" and not before.labels
        )
    # A table is looked at again, and no reader has looked at this record.
    infinite = [n.message for n in again.notices if n.code == "non-finite"]
    assert infinite == ([] if to == "native" else ["Ewe/V has 1 infinite value, the first in row 3"])
    assert [(n.code, n.message) for n in again.notices if n.code not in ("read-back", "non-finite")] == [
        (n.code, n.message) for n in record.notices
    ]
    assert [d.as_dict() for d in again.dropped] == [d.as_dict() for d in record.dropped]
    assert again.metadata.tree() == record.metadata.tree()


# -- names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "made"), [
    ("a/b", "a_b"), ("3x", "x3x"), ("", "x"), ("_a", "x_a"), ("µ", "x_"), ("a" * 70, "a" * LONGEST),
    ("a" * LONGEST, "a" * LONGEST),
])  # fmt: skip
def test_a_name_for_matlab(name, made):
    taken = set()
    assert _name(name, taken) == made
    second = _name(name, taken)
    assert second == f"{made[: LONGEST - 2]}_2"
    assert _name(name, taken) == f"{made[: LONGEST - 2]}_3"
    assert taken == {made, second, f"{made[: LONGEST - 2]}_3"}


@pytest.mark.parametrize(("name", "made"), [
    ("a/b", "a_b"), ("[x]:*?\\'", "_x______"), ("", "data"), ("s" * 40, "s" * LONGEST_NAME),
])  # fmt: skip
def test_a_name_for_a_sheet(name, made):
    taken = set()
    assert _sheet_name(name, taken) == made
    assert _sheet_name(name.upper(), taken).lower() == f"{made[: LONGEST_NAME - 2]}_2".lower()


@pytest.mark.parametrize("length", [LONGEST_CELL, LONGEST_CELL + 1])
def test_a_long_text_is_cut_to_what_a_cell_holds(tmp_path, length):
    openpyxl = pytest.importorskip("openpyxl")
    columns = [
        SourceColumn("t", A([0.0]), "time", "s"),
        SourceColumn("n", A(["x" * length], dtype=object), None, None),
    ]
    (path,) = written(Record([build_dataset("timeseries", columns)]), tmp_path, "xlsx")
    rows = list(openpyxl.load_workbook(path)["timeseries"].values)
    assert max(len(cell) for cell in rows[2] if isinstance(cell, str)) == LONGEST_CELL
