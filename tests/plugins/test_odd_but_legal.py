"""Legal input that real files rarely have, and what its reader says of it."""

from __future__ import annotations

import codecs
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub.files.deriving import Derivation, derive
from echub.model.source import Source
from echub.plugin import Confidence, Record, SourceColumn, build_dataset
from echub_hiden.header import Header
from echub_hiden.scans import blocks
from echub_hiden.tables import _cells
from echub_table.dialect import looks_like_table
from fixtures.sims import massoft
from tests.messages.saying import Fake

MPT = (Path(__file__).parents[2] / "fixtures" / "eclab" / "gcpl.mpt").read_bytes()


# -- tables ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "sure"), [(1, "MAYBE"), (2, "MAYBE"), (3, "LIKELY"), (9, "LIKELY")])
def test_a_table_is_likely_from_three_rows_on(rows, sure):
    text = "t / s;U / V\n" + "".join(f"{n};{1.5 + n}\n" for n in range(rows))
    assert looks_like_table(Source.from_bytes(text.encode(), "a.csv")) is Confidence[sure]


@pytest.mark.parametrize("rows", [0, 2])
def test_lines_that_fill_the_head_are_judged_by_their_fields(rows):
    """Forty thousand columns: a line is longer than the head that a reader sees."""
    names = ";".join(f"U{n} / V" for n in range(40_000))
    text = "\n".join([names, *(";".join("1.25" for _ in range(40_000)) for _ in range(rows))])
    assert looks_like_table(Source.from_bytes(text.encode(), "a.csv")) is Confidence.MAYBE


def test_a_meaning_says_what_gave_it():
    record = echub.read(b"t / s;I / mA;thing\n0;1.5;7\n1;2.5;8\n2;3.5;9\n", reader="table")
    said = {d["what"]: (d["chosen"], d["evidence"]) for d in record.settings["decisions"]}
    assert said["column t / s"] == ("time in s", "by the header")
    assert said["column I / mA"] == ("current in mA", "by the header")
    assert said["column thing"][0] == "vendor column"


# -- mass spectrometers ------------------------------------------------------------------------------


@pytest.mark.parametrize("bom", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_an_export_in_utf16_is_read_as_in_ascii(bom):
    """Notepad saves a text so, of either order of bytes."""
    encoding = "utf-16-le" if bom == codecs.BOM_UTF16_LE else "utf-16-be"
    plain, wide = massoft(), bom + massoft().decode("ascii").encode(encoding)
    first, second = echub.read(plain, reader="hiden-massoft"), echub.read(wide)
    assert second.provenance.reader["name"] == "hiden-massoft"
    kind = next(iter(first.datasets))
    for name, column in first[kind].columns.items():
        other = second[kind].columns[name]
        assert np.array_equal(column.values, other.values, equal_nan=column.values.dtype.kind == "f")
        assert column.labels == other.labels


@pytest.mark.parametrize("between", [[], [""], ['"Data",2'], ["", '"Data",2', ""], ["Data ;x"]])
def test_a_block_ends_before_the_lines_that_announce_the_next(between):
    header = Header(4, 30, ",", 7, ["ms", "a"], [], False)
    rows = ["0,1", "5,2", *between, "ms,b", "0,3"]
    first, second = blocks(header, rows)
    assert (first.header.names, first.rows, first.header.first_row) == (["ms", "a"], ["0,1", "5,2"], 7)
    assert (second.header.names, second.rows) == (["ms", "b"], ["0,3"])
    assert second.header.first_row == 7 + len(rows) - 1


@pytest.mark.parametrize(("text", "said"), [
    ("x,a,b\n1,2,3\n4,5\n", ("row 3 does not fit the headers", "2 cells, not 3")),
    ("x,a\n1,2\n4\n", ("row 3 does not fit the headers", "1 cell, not 2")),
    ("x,a\n", ("the file has no rows", "1 line")),
])  # fmt: skip
def test_a_declared_table_says_which_row_does_not_fit(text, said):
    with pytest.raises(ReadError) as caught:
        _cells(Fake(told={}), Source.from_bytes(text.encode(), "x.csv"))
    assert (caught.value.message, caught.value.found) == said


# -- EC-Lab ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("started", "zero"), [
    (b"03/14/2024 09:26:53.250", "2024-03-14T09:26:53.250000 (start of the acquisition)"),
    (None, "2024-03-14T09:26:54 (first row)"),
])  # fmt: skip
def test_the_zero_of_a_printed_clock_is_said(started, zero):
    head, _, table = MPT.partition(b"mode\tox/red")
    lines = table.split(b"\n")[:20]
    names = (b"mode\tox/red" + lines[0]).rstrip().split(b"\t")
    at = names.index(b"time/s")
    rows = [line.rstrip(b"\r\n").split(b"\t") for line in lines[1:]]
    for n, row in enumerate(rows):
        row[at] = b"03/14/2024 09:26:%02d" % (54 + n) if n < 6 else b"03/14/2024 09:27:%02d" % (n - 6)
    if started is None:
        head = b"\n".join(line for line in head.split(b"\n") if b"Acquisition started" not in line)
        head = head.replace(b"lines : 48", b"lines : 47")
    data = head + b"mode\tox/red" + lines[0] + b"\n" + b"\r\n".join(b"\t".join(row) for row in rows) + b"\r\n"
    column = next(iter(echub.read(data, reader="eclab-mpt").datasets.values())).columns["time"]
    assert column.attrs["zero"] == zero
    assert column.attrs["printed_as"] == "local date and time"


# -- derived columns ---------------------------------------------------------------------------------


def test_what_cannot_be_derived_says_of_which_dataset():
    columns = [SourceColumn("t", np.arange(3.0), "time", "s", index=0)]
    record = Record([build_dataset("timeseries", columns)])
    derive(record, (Derivation.parse("current_density"),))
    (notice,) = record.notices
    assert notice.code == "not-derived"
    assert notice.message.startswith("current_density: the timeseries dataset has no current")
    assert notice.hint == "from=COLUMN names another start"
    assert record.provenance.operations == ()
