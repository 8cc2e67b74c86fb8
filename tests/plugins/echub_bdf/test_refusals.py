"""The whole refusal of a table that is not BDF, and of a record that cannot be written as such."""

from __future__ import annotations

import io
import json

import numpy as np
import polars as pl
import pytest

import echub
from echub.plugin import Metadata, Record, Source, SourceColumn, build_dataset
from echub_bdf.binary import read as read_binary
from echub_bdf.frames import read_frame
from echub_bdf.options import BdfOptions, BdfReadOptions
from echub_bdf.read import read
from echub_bdf.write import write
from tests.messages.parts import row, said

HEAD = "Test Time / s,Voltage / V,Current / A"


def table(*lines, end="\n", **options):
    """Return a call that reads these lines."""
    source = Source.from_bytes(("\n".join(lines) + end).encode(), "run.bdf.csv")
    return lambda: read(source, BdfReadOptions(**options))


def parquet(**columns):
    data = io.BytesIO()
    pl.DataFrame(columns).write_parquet(data)
    return Source.from_bytes(data.getvalue(), "run.bdf.parquet")


@pytest.mark.parametrize(("function", "parts"), [
    row(table("Zeit,Spannung", "0,1"), "this is not a BDF table",
        path="run.bdf.csv", where="line 1",
        expected="a header with labels of BDF, such as Test Time / s,Voltage / V,Current / A",
        found=repr(b"Zeit,Spannung")),
    row(table("Voltage / V,what,else", "0,1,2"), "this is not a BDF table",
        path="run.bdf.csv", where="line 1",
        expected="a header with labels of BDF, such as Test Time / s,Voltage / V,Current / A",
        found=repr(b"Voltage / V,what,else")),
    row(table(HEAD, "0,1,2", "1,1", "2,1,2"), "a line has another number of cells than the header",
        path="run.bdf.csv", where="line 3", expected="3 cells", found="2 cells",
        cause="the line is damaged, or commas are decimal marks"),
    row(lambda: read_binary(parquet(a=[1.0], b=[2.0]), BdfReadOptions()), "this is not a BDF table",
        path="run.bdf.parquet",
        expected="columns with labels of BDF, such as Test Time / s, Voltage / V, Current / A",
        found="a, b", hint="export it as CSV, which is read by its headers"),
])  # fmt: skip
def test_a_table_that_is_not_read_says_all_that_is_known(function, parts):
    assert said(function) == parts


@pytest.mark.parametrize(("lines", "end", "said_of_it", "lost"), [
    ((HEAD, "0,1,2", "1,1.5,2"), "\n", [], []),
    ((HEAD, "0,1,2", "1,1.5,2"), "", [("no-line-end", "the last line has no end: its last number may be cut", "")],
     []),
    ((HEAD, "0,1,2", "1,1.5"), "", [], [("the last line '1,1.5'", "it is cut")]),
    ((HEAD, "0,x,2", "1,1.5,2", "2,over,2"), "\n", [("not-a-number", "line 2 'x', line 4 'over'", "Voltage / V")],
     []),
    ((HEAD, *(f"{n},over,2" for n in range(22))), "\n",
     [("not-a-number", ", ".join(f"line {n + 2} 'over'" for n in range(20)) + " … (22 in all)",
       "Voltage / V")], []),
])  # fmt: skip
def test_what_is_odd_in_lines_is_said(lines, end, said_of_it, lost):
    record = table(*lines, end=end)()
    codes = {"no-line-end", "not-a-number"}
    assert [(n.code, n.message, n.column) for n in record.notices if n.code in codes] == said_of_it
    assert [(d.what, d.why) for d in record.dropped] == lost


# -- writing -----------------------------------------------------------------------------------------


def record(metadata=(), kind="timeseries", **quantities):
    units = {"time": "s", "current": "mA", "voltage": "V", "potential_we": "V", "mass_to_charge": "1"}
    columns = [
        SourceColumn(name, np.array(values), name, units[name], index=index)
        for index, (name, values) in enumerate(quantities.items())
    ]
    found = Metadata()
    for path, value in dict(metadata).items():
        found.set(path, value)
    return Record([build_dataset(kind, columns)] if columns else [], metadata=found)


POLARITY = "cell.electrodes.working.polarity"
POSITIVE = {POLARITY: "positive"}
TIMED = {"time": [0.0, 1.0], "current": [1.0, 1.0]}
ANY = "--to csv or --to parquet writes any table"


@pytest.mark.parametrize(("made", "parts"), [
    (record(), {"message": "the record has no table of the Battery Data Format", "found": "no dataset",
                "expected": "a dataset of timeseries or impedance", "hint": ANY}),
    (record(kind="mass_spectrum", mass_to_charge=[1.0, 2.0]), {
        "message": "the record has no table of the Battery Data Format", "found": "mass_spectrum",
        "expected": "a dataset of timeseries or impedance", "hint": ANY}),
    (record(**TIMED, voltage=[3.0, 3.0]), {
        "message": "BDF counts charging as positive; whether that is anodic at the working electrode is unknown",
        "where": POLARITY, "expected": "positive (charging is anodic there) or negative", "found": "not stated",
        "hint": f"--set {POLARITY}=positive"}),
    (record(POSITIVE, **TIMED, potential_we=[3.0, 3.0]), {
        "message": "BDF needs the cell's voltage; the working electrode's potential is that in two-electrode "
        "cells only", "where": "cell.configuration", "expected": "two_electrode", "found": "not stated",
        "hint": "--set cell.configuration=two_electrode"}),
    (record({**POSITIVE, "cell.configuration": "three_electrode"}, **TIMED, potential_we=[3.0, 3.0]), {
        "message": "BDF needs the cell's voltage; the working electrode's potential is that in two-electrode "
        "cells only", "where": "cell.configuration", "expected": "two_electrode", "found": "three_electrode",
        "hint": "--to csv or --to parquet"}),
    (record(POSITIVE, **TIMED), {
        "message": "BDF requires Voltage / V, and the timeseries dataset has no voltage", "expected": "voltage",
        "found": "row, time, current", "hint": ANY}),
])  # fmt: skip
def test_a_record_that_cannot_be_bdf_says_what_is_missing(made, parts):
    assert said(lambda: list(write(made, BdfOptions()))) == parts


def test_what_bdf_has_no_column_for_is_said():
    made = record({**POSITIVE, "cell.configuration": "two_electrode"}, **TIMED, potential_we=[3.0, 3.0])
    assert [suffix for suffix, _ in write(made, BdfOptions())] == [".bdf.csv", ".bdf.metadata.json"]
    assert [notice.message for notice in made.notices] == []
    made = record(POSITIVE, **TIMED, voltage=[3.0, 3.0], potential_we=[3.0, 3.0])
    list(write(made, BdfOptions()))
    assert [(notice.code, notice.message) for notice in made.notices] == [
        ("not-exported", "BDF has no column for timeseries/potential_we"),
    ]  # fmt: skip


def test_a_dataset_that_is_not_written_is_listed_column_by_column():
    made = record(POSITIVE, **TIMED, voltage=[3.0, 3.0])
    other = record(kind="mass_spectrum", mass_to_charge=[1.0, 2.0])
    made.datasets |= other.datasets
    *_, (_, put) = write(made, BdfOptions())
    held = io.BytesIO()
    put(held)
    assert json.loads(held.getvalue())["not_exported"] == [
        {"dataset": "mass_spectrum", "column": "mass_to_charge", "source_header": "mass_to_charge"}
    ]


def test_the_units_in_a_binary_table_are_those_of_its_columns_that_have_one():
    made = record(POSITIVE, **TIMED, voltage=[3.0, 3.0])
    words = SourceColumn("Step", np.array(["REST", "CC"], dtype=object), "technique", index=3)
    columns = [SourceColumn(n, made["timeseries"][n], n, u) for n, u in (("time", "s"), ("current", "mA"),
                                                                        ("voltage", "V"))]  # fmt: skip
    made.datasets = Record([build_dataset("timeseries", [*columns, words])]).datasets
    (_, put), _ = write(made, BdfOptions(format="parquet"))
    held = io.BytesIO()
    put(held)
    metadata = pl.read_parquet_metadata(io.BytesIO(held.getvalue()))
    assert (metadata["bdf_version"], json.loads(metadata["units"])) == (
        "1.3.0",
        {"Test Time / s": "s", "Voltage / V": "V", "Current / A": "A", "Record Index / 1": "1"},
    )
    assert pl.read_parquet(io.BytesIO(held.getvalue()))["Step Type"].to_list() == ["REST", "CC"]


def test_a_damage_without_words_is_called_by_its_name(monkeypatch):
    def broken(_):
        raise OSError

    monkeypatch.setattr(pl, "read_parquet", broken)
    assert said(lambda: read_frame(parquet(a=[1.0]))) == {
        "message": "the table cannot be read", "path": "run.bdf.parquet", "found": "OSError",
        "cause": "the file is damaged or cut off",
    }  # fmt: skip


@pytest.mark.parametrize("polarity", ["positive", "negative"])
def test_all_that_is_written_beside_a_table(polarity):
    made = record({POLARITY: polarity, "cell.area": "2 cm^2", "sample.id": "S 1"}, **TIMED, voltage=[3.0, 3.0])
    *_, (_, put) = write(made, BdfOptions())
    held = io.BytesIO()
    put(held)
    told = json.loads(held.getvalue())
    described = [
        ("Test Time / s", "test_time_second", "s", "time"), ("Voltage / V", "voltage_volt", "V", "voltage"),
        ("Current / A", "current_ampere", "A", "current"), ("Record Index / 1", "record_index", "1", "record"),
    ]  # fmt: skip
    terms = "https://w3id.org/battery-data-alliance/ontology/battery-data-format#"
    headers = {"record": "", "time": "time", "voltage": "voltage", "current": "current"}
    origins = {"record": "reported"}
    assert told.pop("tables") == {
        ".bdf.csv": [
            {"label": label, "name": name, "iri": terms + name, "unit": unit, "quantity": quantity,
             "origin": origins.get(quantity, "measured"), "source_header": headers[quantity]}
            for label, name, unit, quantity in described
        ]
    }  # fmt: skip
    assert told.pop("provenance") == made.provenance.as_dict()
    assert told.pop("metadata") == made.metadata.tree()
    assert told == {
        "bdf_version": "1.3.0", "generator": "echub", "working_electrode": polarity, "not_exported": []
    }  # fmt: skip


def test_what_is_written_beside_a_table_is_read_with_its_units(tmp_path):
    made = record({**POSITIVE, "cell.area": "2 cm^2", "sample.id": "S 1"}, **TIMED, voltage=[3.0, 3.0])
    path, _ = echub.convert(made, tmp_path, to="bdf").outputs
    found, stated = ({(e.path, e.value, e.unit, e.source) for e in one.metadata.entries}
                     for one in (echub.read(path), made))  # fmt: skip
    assert found == stated
    assert ("cell.area", 2.0, "cm^2", "file") in found


def test_another_unit_than_that_of_the_format_is_said():
    notices = table("Test Time / ms,Voltage / mV,Current / A", "0,3500,1", "1000,3500,1")().notices
    assert [(n.code, n.message, n.column) for n in notices] == [
        ("bdf-unit", "BDF fixes the unit of Test Time to s", "Test Time / ms"),
        ("bdf-unit", "BDF fixes the unit of Voltage to V", "Voltage / mV"),
    ]


@pytest.mark.parametrize(("unit", "factor", "text"), [
    ("s", 1000, "Test Time / s runs 1000 times as fast as When"), ("ms", 1000, None), ("s", 1, None),
    ("min", 1, "Test Time / min runs 60 times as fast as When"),
])  # fmt: skip
def test_a_time_is_compared_with_dates_in_its_unit(unit, factor, text):
    rows = [f"2024-09-27 10:{n:02d}:00,{60 * n * factor},3.5,1" for n in range(12)]
    found = table(f"When,Test Time / {unit},Voltage / V,Current / A", *rows)()
    said_of_it = [n.message.partition(" (")[0] for n in found.notices if n.code == "clocks-differ"]
    assert said_of_it == ([text] if text else [])


@pytest.mark.parametrize(("unix", "text"), [
    (60, "Test Time / s spans 11 s but Unix Time / s 660 s, 60 times as much: a unit is wrong"), (1, None),
])  # fmt: skip
def test_a_time_is_compared_with_the_unix_time_beside_it(unix, text):
    rows = [f"{n},{1700000000 + n * unix},3.5,1" for n in range(12)]
    found = table("Test Time / s,Unix Time / s,Voltage / V,Current / A", *rows)()
    assert [n.message for n in found.notices if n.code == "clocks-differ"] == ([text] if text else [])
