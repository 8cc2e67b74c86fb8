"""What the inference decides, with its evidence and its rival, and what it refuses to decide."""

from __future__ import annotations

import gzip

import pytest

import echub
from echub.declare import Confidence
from echub.errors import Ambiguous, ReadError, UnknownFormat
from echub.model.source import Source
from echub_table import dialect, sniff_excel, sniff_table
from echub_table.dialect import Given, infer
from fixtures.tables.nasty import CASES
from fixtures.tables.nasty.case import basic


def _infer(text: str | bytes, given: Given | None = None):
    data = text.encode() if isinstance(text, str) else text
    return infer(Source.from_bytes(data, "data"), given)


def test_ten_columns_of_nan_speak_neither_for_a_table_nor_against():
    names = "Time (s),Voltage (V)" + "".join(f",Aux{n} (V)" for n in range(10))
    rows = "".join(f"\n{n},{1 + n / 100}" + ",NaN" * 10 for n in range(5))
    assert sniff_table(Source.from_bytes((names + rows + "\n").encode(), "aux.csv")) is Confidence.LIKELY
    assert sniff_table(Source.from_bytes(b"a,b,NaN,NaN\nc,d,NaN,NaN\n" * 3, "words.csv")) is Confidence.NO


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
@pytest.mark.parametrize("decimal", [".", ","])
def test_delimiter_and_decimal_mark(delimiter, decimal):
    dialect = _infer(basic(delimiter, decimal))
    assert (dialect.delimiter, dialect.decimal, dialect.header_line, dialect.data_line) == (
        delimiter,
        decimal,
        0,
        1,
    )


@pytest.mark.parametrize(
    ("name", "encoding", "newline"),
    [
        ("utf-16.csv", "utf-16", "\n"),
        ("utf-16-bare.csv", "utf-16-be", "\n"),
        ("utf-8-mark.csv", "utf-8-sig", "\n"),
        ("cp1252.csv", "cp1252", "\n"),
        ("cr-only.csv", "utf-8", "\r"),
        ("crlf.csv", "utf-8", "\r\n"),
    ],
)
def test_encoding_and_line_ends(name, encoding, newline):
    dialect = _infer(CASES[name].data)
    assert (dialect.encoding, dialect.newline) == (encoding, newline)


def test_every_decision_has_evidence():
    decisions = _infer(basic(";", ",")).decisions
    assert [d.what for d in decisions] == ["encoding", "delimiter", "decimal mark", "header", "first data line"]
    assert all(d.evidence for d in decisions)


def test_rival_is_named():
    decisions = {d.what: d for d in _infer(basic("\t", ",")).decisions}
    assert decisions["delimiter"].chosen == "tab"
    assert decisions["delimiter"].rival.startswith("blanks: 6 lines")
    assert decisions["decimal mark"].rival.startswith("point")


def test_preamble_with_numbers_in_as_many_fields():
    text = "mass;0.0012;;\n15;12.5;;\nindex;t / s;U / V;I / mA\n" + "".join(f"{i};{i}.5;3.7;1\n" for i in range(9))
    dialect = _infer(text)
    assert (dialect.header_line, dialect.data_line) == (2, 3)


def test_units_row_and_its_names():
    dialect = _infer(CASES["units-row.csv"].data)
    assert (dialect.header_line, dialect.units_line, dialect.data_line) == (0, 1, 2)
    assert dialect.units == ("[s]", "[V]", "[mA]")


def test_footer_is_no_data():
    dialect = _infer(CASES["ragged-footer.csv"].data)
    assert [line for line in dialect.footer if line.strip()] == ["End of test, 6 points", "mean,,-1.17", ",,"]


def test_both_marks_are_refused():
    with pytest.raises(Ambiguous, match="mix two decimal marks"):
        _infer(CASES["mixed-decimals.csv"].data)


def test_groups_of_three_are_refused_under_either_mark():
    for number in ("1,234", "1.234"):
        with pytest.raises(Ambiguous, match="not settled"):
            _infer(f"t;I / mA\n1;{number}\n2;{number}\n")


def test_one_certain_number_settles_the_mark():
    assert _infer("t;I / mA\n1;1,234\n2;0,5\n").decimal == ","
    assert _infer("t;I / mA\n1;1,234\n2;0.5\n").decimal == "."


def test_what_is_said_wins():
    dialect = _infer("t;I / mA\n1;1,234\n2;2,345\n", Given(decimal=","))
    assert dialect.decimal == ","
    assert dialect.decisions[2].evidence == "said by the user"


@pytest.mark.parametrize(
    "data",
    [b"", b"a single line of prose\n", b"1\n2\n3\n", b"\x00\x01\x02\x03" * 40, b"name,size\na,b\nc,d\n"],
    ids=["empty", "prose", "one column", "binary", "texts"],
)
def test_no_table(data):
    assert sniff_table(Source.from_bytes(data, "x.csv")) == Confidence.NO
    with pytest.raises(ReadError):
        _infer(data)


def test_sniffer_looks_at_the_head_only(tmp_path, monkeypatch):
    path = tmp_path / "long.csv"
    path.write_text("t / s,U / V\n" + "0.5,3.7\n" * 20_000)
    source = Source(path)
    assert len(source.head) < source.size
    monkeypatch.setattr(Source, "open", None)
    assert sniff_table(source) == Confidence.LIKELY


def test_table_of_metadata_is_none():
    text = b"file,cell.area / cm^2,cell.temperature / degC\na.mpr,0.785,25\nb.mpr,0.785,60\n"
    assert sniff_table(Source.from_bytes(text, "cells.csv")) == Confidence.NO


def test_workbook_needs_magic_and_suffix():
    assert sniff_excel(Source.from_bytes(b"PK\x03\x04rest", "a.xlsx")) == Confidence.LIKELY
    assert sniff_excel(Source.from_bytes(b"PK\x03\x04rest", "a.zip")) == Confidence.NO
    assert sniff_excel(Source.from_bytes(b"t,U\n1,2\n", "a.xlsx")) == Confidence.NO


@pytest.mark.parametrize("rows", [3, 8, 30])
def test_many_keys_with_numbers_over_few_rows_of_as_many_fields(rows):
    head = "".join(f"Setting {n},{n}.5\n" for n in range(7))
    body = "".join(f"{n},{n / 8}\n" for n in range(rows))
    series = echub.read(f"{head}t / s,U / V\n{body}".encode(), reader="table")["timeseries"]
    assert series["time"].tolist() == list(range(rows))
    assert series["voltage"].tolist() == [n / 8 for n in range(rows)]


@pytest.mark.parametrize(
    "below",
    [
        ["Mean;3.2;1.0"],
        ["", "Max.:;3.2;1.0", "Min.:;3.0;0.5", ""],
        ["Mittelwert;3.2;1.0", "Std. Dev.;0.1;0.1"],
        ["Total (n=6): ;3.2;1.0"],
    ],
    ids=lambda lines: lines[0] or lines[1],
)
def test_a_mean_below_the_rows_is_no_row(tmp_path, below):
    rows = [f"{10 * i}.0;{3 + i / 10:.1f};{1 + i / 100:.2f}" for i in range(6)]
    (tmp_path / "a.csv").write_text("\n".join(["t / s;U / V;I / mA", *rows, *below, ""]))
    record = echub.read(tmp_path / "a.csv")
    assert record["timeseries"]["time"].tolist() == [0, 10, 20, 30, 40, 50]
    assert [line for line in record.settings["footer_lines"] if line] == [line for line in below if line]


SAMPLES = ["sample.id,density / g/cm^3,T / degC", "S1,2.5,30", "S3,2.75,40"]
SERIES = ["t / s,U / V,I / mA", "1,2,3", "2,3,4", "3,4,5"]


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize(
    ("table", "line", "may_be_row"),
    [
        (SAMPLES, "S2,2 or 3,n.d.", True),
        (SAMPLES, "S2,,", True),
        (SERIES, "x,y,1", True),
        (SERIES, "measured,by,hand", False),
        (SERIES, "Mean,y,1", False),
        (SERIES, "x,1", False),
    ],
)
def test_a_line_beside_the_rows_that_may_be_one_is_not_left_out_in_silence(table, line, may_be_row, above):
    lines = [table[0], line, *table[1:]] if above else [*table, line]
    record = echub.read("\n".join([*lines, ""]).encode(), reader="table")
    (data,) = record.datasets.values()
    said = [notice.message for notice in record.notices if notice.code == "unread-line"]
    assert data.rows == len(table) - 1
    assert said == [f"1 line beside the rows that may be one, not read: {line}"] * may_be_row


@pytest.mark.parametrize(("line", "may_be_row"), [
    ("0.0", True), ("0", True), ("2", True), ("4", True), ("-3", True), ("12.5", True),
    ("3", False), ("run A", False), ("9" * 5000, True),
])  # fmt: skip
def test_a_number_alone_over_the_rows_counts_them_or_is_what_is_left_of_one(line, may_be_row):
    record = echub.read(f"t / s;U / V\n{line}\n1;3.5\n2;3.6\n3;3.7\n".encode(), reader="table")
    said = [notice.message for notice in record.notices if notice.code == "unread-line"]
    assert record["timeseries"]["time"].tolist() == [1, 2, 3]
    assert said == [f"1 line beside the rows that may be one, not read: {line[:60]}"] * may_be_row


def test_rows_that_all_are_means_and_extremes_stay_rows(tmp_path):
    (tmp_path / "a.csv").write_text("what;U / V;I / mA\nmin;3.0;1.0\nmax;3.5;1.5\nmean;3.2;1.2\n")
    assert echub.read(tmp_path / "a.csv")["timeseries"]["voltage"].tolist() == [3.0, 3.5, 3.2]


def test_a_line_of_names_that_alone_ends_in_a_delimiter_names_the_columns(tmp_path):
    (tmp_path / "a.txt").write_text("time/s\tEwe/V\tI/mA\t\n" + "".join(f"{i}.0\t3.{i}\t0.5\n" for i in range(6)))
    data = echub.read(tmp_path / "a.txt", reader="table")["timeseries"]
    assert (data["potential_we"].tolist(), data["current"].tolist()) == ([3 + i / 10 for i in range(6)], [0.5] * 6)


@pytest.mark.parametrize("text", ["t / s;U / V;I / mA\n", "time\tvoltage\ns\tV\n"])
def test_names_without_rows_say_that_the_rows_are_missing(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(ReadError, match="names of columns and no rows") as caught:
        echub.read(tmp_path / "a.csv")
    assert (caught.value.where, caught.value.found) == ("line 1", text.splitlines()[0])
    assert sniff_table(Source.from_bytes(b"Dear Sir, time is money\n", "letter.txt")) is Confidence.NO


@pytest.mark.parametrize("row", ["/s;/V;/mA", "/ s;/ V;/ mA", "in s;in V;in mA", "s;V;mA"])
def test_a_row_of_units_may_have_marks_of_a_unit(tmp_path, row):
    (tmp_path / "a.csv").write_text(f"t;U;I\n{row}\n" + "".join(f"{i},5;3,{i};0,5\n" for i in range(6)))
    data = echub.read(tmp_path / "a.csv")["timeseries"]
    assert {name: data.columns[name].unit for name in ("time", "voltage", "current")} == {
        "time": "s",
        "voltage": "V",
        "current": "mA",
    }


@pytest.mark.parametrize(
    "names",
    ["Tid (s);Spänning (V);Ström (mA)", "tid/s;spænding/V;strøm/mA", "Tijd [s];Spanning [V];Stroom [mA]"],
)
def test_swedish_danish_and_dutch_names(tmp_path, names):
    rows = "".join(f"{i},5;3,{i};1 00{i},5\n" for i in range(6))
    (tmp_path / "a.csv").write_text(f"{names}\n{rows}", encoding="utf-8")
    data = echub.read(tmp_path / "a.csv")["timeseries"]
    assert (data["time"][0], data["voltage"][3], data["current"].tolist()) == (
        0.5,
        3.3,
        [1000.5 + i for i in range(6)],
    )


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"PK\x03\x04" + b"[Content_Types].xml" * 9, "rename it to .xlsx"),
        (gzip.compress(b"t / s;U / V\n0;1\n1;2\n", mtime=0), "gunzip"),
        ("t / s;U / V\n0;1\n1;2\n".encode("utf-32"), "iconv -f UTF-32"),
    ],
    ids=["archive", "gzip", "utf-32"],
)
def test_what_is_under_the_name_of_a_table_is_named_with_what_helps(tmp_path, data, hint):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(UnknownFormat) as caught:
        echub.read(tmp_path / "a.csv")
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("first", "delimiter"),
    [
        ("sep=;", ";"),
        ("SEP=,", ","),
        ('"sep=|"', "|"),
        ("sep=\t", "\t"),
        ("sep=", "\t"),  # a tab that a program took away
    ],
)
def test_the_line_by_which_spreadsheets_declare_a_delimiter(first, delimiter):
    rows = [("t / s", "U / V"), ("0", "1"), ("1", "2"), ("2", "3")]
    found = _infer("\n".join([first, *map(delimiter.join, rows)]) + "\n")
    decision = {d.what: d for d in found.decisions}["delimiter"]
    assert (found.delimiter, decision.evidence) == (delimiter, "the line sep= declares it, 2 of them numbers")
    assert (found.names, found.data_line) == (("t / s", "U / V"), 2)


@pytest.mark.parametrize(
    ("first", "delimiter"),
    [
        ("sample.id,x", ","),
        ('x;"sample.id"', ";"),
        ("sample.id\tx, y", "\t"),
        ("x, y\tsample.id", "\t"),
        ("\ufeffsample.id;x", ";"),
        ("sample.id", ""),
        ("sample.ids,x", ""),
    ],
)
def test_what_parts_the_name_of_samples_from_other_names_is_the_delimiter(first, delimiter):
    assert dialect._sample_line([first, "a,1"]) == delimiter


@pytest.mark.parametrize(
    ("last", "footer"),
    [
        ("from;1;to;2;points", ("from;1;to;2;points",)),  # words with numbers between them
        ("9;8;7;6", ()),  # a row that was cut
        ("9;8;rest;6", ()),
        ("Mean;8;7;6;5", ("Mean;8;7;6;5",)),
        ("9;8;7;6;rest;3", ()),  # more cells than any row has
    ],
)
def test_a_last_line_without_its_end_is_a_row_if_its_cells_are_those_of_one(last, footer):
    rows = "".join(f"{n};{n};{n};{n};{n}\n" for n in range(6))
    found = _infer(f"t / s;U / V;I / mA;T / K;P / W\n{rows}{last}")
    assert found.footer == footer


@pytest.mark.parametrize(
    ("over", "header"),
    [
        (["foo,bar", "measured,set"], 1),  # of unknown names the nearest
        (["foo,bar", "", "measured,set", ""], 2),
        (["t / s,U / V", "measured,set"], 0),
        (["t / s,U / V", "", "", "", "", ""], 0),
        (["t / s,U / V", "", "", "", "", "", ""], None),  # too far above
    ],
)
def test_the_line_of_names_over_the_rows(over, header):
    found = _infer("\n".join([*over, "0,1", "1,2", "2,3", ""]))
    assert (found.header_line, found.data_line) == (header, len(over))
