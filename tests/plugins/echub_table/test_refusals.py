"""The whole refusal of each table that is not read: where, what was expected and found, why, and what helps."""

from __future__ import annotations

import io
import json

import pytest

import echub
from echub.plugin import Source
from echub_table.dialect import Given, infer
from echub_table.excel import _damage
from echub_table.excel import read as read_workbook
from echub_table.options import ExcelOptions, TableOptions
from echub_table.parse import Faults, judge
from echub_table.parse import parse as rows_of
from echub_table.profile import find, parse
from echub_table.reader import read
from tests.messages.parts import row, said

NAMES, ROWS = "t / s,U / V", ("0,1.5", "1,2.5", "2,3.5")


def table(*lines):
    return Source.from_bytes(("\n".join(lines) + "\n").encode(), "a.csv")


def reading(*lines, **options):
    """Return a call that reads these lines."""
    return lambda: read(table(*lines), TableOptions(**options))


def inferring(*lines, **given):
    return lambda: infer(table(*lines), Given(**given))


PROFILE = "`echub detect FILE --write-profile lab.toml`"
NO_BLOCK = {
    "path": "a.csv", "expected": "rows of at least two fields under one delimiter",
    "hint": "`--option delimiter=tab` (or comma, semicolon, pipe, blanks) insists on one",
}  # fmt: skip
LONG = "time/s,U/V," + "x" * 80
WIDTHS = ["t / s;U / V", *(f"{n};1.5" for n in range(40)), "9;8;7;6", "1;2;3", "4", "5;6;7;8"]


@pytest.mark.parametrize(("function", "parts"), [
    row(lambda: infer(Source.from_bytes(b"a\0\0b\0\0" * 9, "a.csv")), "this is not text",
        path="a.csv", expected="a delimited table", found="a NUL byte at offset 1"),
    row(reading(NAMES, *ROWS, encoding="utf-99"), "there is no encoding 'utf-99'",
        path="a.csv", expected="utf-8, utf-16, cp1252 …", found="utf-99", hint="--option encoding=cp1252"),
    row(inferring(LONG), "the table has names of columns and no rows",
        path="a.csv", where="line 1", expected="rows of numbers below the names", found=LONG[:80],
        cause="the measurement never started, or its rows were lost"),
    row(inferring("", "This is prose, in", "two lines"), "no block of lines holds numbers in columns",
        **NO_BLOCK, found="'This is prose, in'", cause="this is prose, a single column, or a binary file"),
    row(inferring("1;2", "3;4", delimiter="|"), "no block of lines holds numbers in columns",
        **NO_BLOCK, found="'1;2'", cause="another delimiter is used"),
    row(inferring(NAMES, *ROWS, header_line=2, said_by="the profile lab"),
        "the line of names stands below the first row of data",
        path="a.csv", expected="header_line before data_line", found="header_line 3, data from line 2",
        cause="the profile lab"),
    row(inferring(NAMES, *ROWS, header_line=1, said_by="the profile lab"),
        "the line of names stands below the first row of data",
        path="a.csv", expected="header_line before data_line", found="header_line 2, data from line 2",
        cause="the profile lab"),
    row(inferring(NAMES, *ROWS, data_line=8), "no data stands where the profile says",
        path="a.csv", where="line 9"),
    row(inferring(NAMES, *ROWS, columns=("t", "U", "I"), said_by="the profile lab"),
        "3 names are given but the rows have 2 fields",
        path="a.csv", where="line 2", expected="2 names", found="t, U, I", cause="the profile lab"),
    row(inferring(*ROWS, columns=("t",), said_by="the profile lab"), "1 name is given but the rows have 2 fields",
        path="a.csv", where="line 1", expected="2 names", found="t", cause="the profile lab"),
    row(reading("t / s;U / V", "0;1,500", "1;2,250"), "the decimal mark is not settled",
        path="a.csv", where="lines 2 to 3", expected="a number that has one reading only, such as 0,5",
        found="1,500 may be a decimal or a group of thousands",
        cause="every number has three digits behind its mark",
        hint="`--option decimal=comma` or `--option decimal=point` says which"),
    row(reading("t / s;U / V", "0;0,5", "1;0.25"), "the numbers mix two decimal marks",
        path="a.csv", where="lines 2 to 3", expected="one decimal mark", found="both marks occur: 0.25 and 0,5",
        cause="two programs or two locales wrote this file",
        hint="`--option decimal=comma` or `--option decimal=point` says which"),
    row(reading(*WIDTHS), "4 of 44 rows do not parse",
        path="a.csv", expected="2 fields in each row, at most 1 % of the rows with another width, without any "
        "number, or with another decimal mark",
        found="line 42: 4 fields, not 2: 9;8;7;6; line 43: 3 fields, not 2: 1;2;3; line 44: 1 field, not 2: 4",
        cause="several tables in one file, another delimiter or decimal mark, or a damaged file",
        hint="`echub detect -v FILE` shows the dialect; a profile or `--option` sets another"),
    row(reading("t / s,U / V,I / mA", "0,1.5,2", "1,2.5,3", "t / s,U / mV,I / mA", "2,3.5,4", "3,4.5,5"),
        "other names or units of columns stand among the rows",
        path="a.csv", where="line 4", expected="t / s,U / V,I / mA", found="t / s,U / mV,I / mA",
        cause="two tables were joined: the numbers below this line are not of the columns above it",
        hint="split the file before this line, and convert each part"),
    row(reading("t / s,U / V", "0,1,5", "1,2,5", "2,3,5"), "the header has 2 names but the rows have 3 fields",
        path="a.csv", where="lines 1 and 2", expected="t / s,U / V", found="0,1,5",
        cause="a comma inside numbers or dates of a comma-delimited file",
        hint="export it with another delimiter, or name the columns in a profile (`columns = [...]`)"),
    row(lambda: rows_of(infer(table(*ROWS, "3,4.5", "t / s,U / mV", *ROWS), Given(columns=("t / s", "U / V")))),
        "other names or units of columns stand among the rows",
        path="a.csv", where="line 5", expected="rows of numbers", found="t / s,U / mV",
        cause="two tables were joined: the numbers below this line are not of the columns above it",
        hint="split the file before this line, and convert each part"),
    row(reading("a;b;c", "", "", "0;1", "1;2", "2;3"), "the header has 3 names but the rows have 2 fields",
        path="a.csv", where="lines 1 and 4", expected="a;b;c", found="0;1", cause="names or fields are missing",
        hint="export it with another delimiter, or name the columns in a profile (`columns = [...]`)"),
    row(lambda: judge(Faults(broken=1, listed=["line 2: x"]), 0, 1, infer(table(NAMES, *ROWS))),
        "1 of 1 row does not parse",
        path="a.csv", expected="2 fields in each row, at most 1 % of the rows with another width, without any "
        "number, or with another decimal mark", found="line 2: x",
        cause="several tables in one file, another delimiter or decimal mark, or a damaged file",
        hint="`echub detect -v FILE` shows the dialect; a profile or `--option` sets another"),
    row(lambda: judge(Faults(), 0, 0, infer(table(NAMES, *ROWS))), "the table has no row of data",
        path="a.csv", where="line 2"),
    row(reading("a;b;c", "0;1", "1;2", "2;3"), "the header has 3 names but the rows have 2 fields",
        path="a.csv", where="lines 1 and 2", expected="a;b;c", found="0;1", cause="names or fields are missing",
        hint="export it with another delimiter, or name the columns in a profile (`columns = [...]`)"),
    row(reading(*ROWS), "the table has no line of names",
        path="a.csv", where="line 1", expected="a line with 2 names over the data, or a profile that names the "
        "columns", found="0 1.5", hint=f"{PROFILE}, put the names into `columns = [...]`, "
        "and read it with `--table-profile lab.toml`"),
    row(reading("foo,bar", *ROWS), "no column of this table is known with its unit",
        path="a.csv", expected="names such as time/s, Current (mA), Z' / ohm", found="foo, bar",
        cause="the names are those of another instrument or language, or no units are printed",
        hint=f"{PROFILE} writes a profile to complete"),
    row(reading("föö,bar", *ROWS), "no column of this table is known with its unit",
        path="a.csv", expected="names such as time/s, Current (mA), Z' / ohm", found="föö, bar",
        cause="the names are those of another instrument or language, or no units are printed",
        hint=f"{PROFILE} writes a profile to complete; `--option encoding=gbk` (or shift-jis) if names are "
        "garbled"),
    row(reading("Specimen,bar,foo", "A,1,2", "B,2,3", "C,3,4"), "no column of this table is known with its unit",
        path="a.csv", expected="names such as time/s, Current (mA), Z' / ohm", found="Specimen, bar, foo",
        cause="the names are those of another instrument or language, or no units are printed",
        hint="call the column Specimen `sample.id` if the rows are samples; else "
        f"{PROFILE} writes a profile to complete"),
    row(reading("Time,U / V", *(f"0:{n:02d}:30,{n}" for n in range(30, 35))),
        "Time is an elapsed time or a time of day",
        where="column Time", expected="a first value of 0:00:00, a fall at midnight, more than 24 hours, or a "
        "date beside it", found="1830 s at the first row, 2070 s at the last", cause="both fit what is printed",
        hint="`--option clock=elapsed` or `--option clock=time-of-day` says which"),
    row(reading("Test time,U / V", "0:00:01,1", "0:00:02,2", "0:00:03,3", *(f"0:00:{n},4" for n in range(10, 60)),
                "x:1,3", "y:2,4", "z:3,4", "w,4"),
        "4 of 57 clocks of Test time do not parse", column="Test time", found="'x:1', 'y:2', 'z:3'"),
    row(reading("t / s,I / mA,U / V", "0,=A1,1", "1,=A2,2", "2,=A3,3"),
        "the column 'I / mA' holds formulas, not values",
        column="I / mA", expected="numbers", found="=A1", cause="the sheet was exported with its formulas shown",
        hint="export the values"),
    row(reading("f / Hz,Freq / Hz,Z' / ohm", "3,3,1", "2,2,1", "1,1,1"),
        "2 columns are a frequency: f / Hz, Freq / Hz",
        expected="one frequency for each row", cause="several spectra stand side by side",
        hint="export one under the other, each under its header"),
    row(reading("f,|Z|,phase", "3,1,-0.5", "2,1,-1", "1,1,-1.25"), "phase prints no unit and may be in radians",
        column="phase", expected="degrees, some of them beyond 1.6", found="values up to 1.25",
        hint="print the unit in the header, such as `phase / deg`; radians are to be converted before"),
    row(reading("f / Hz,Z' / ohm,Z'' / ohm", "4,1,1", "3,1,1", "2,1,1", "1,1,-1"),
        "the sign of Z'' / ohm is not declared, and its values speak against it",
        column="Z'' / ohm", expected="mostly negative values, or a header -Z'' / ohm",
        found="75% of the values have the other sign",
        cause="the table prints the negated part, or the cell is inductive throughout",
        hint="`--option zimag=negated` if it prints the negated part, `--option zimag=signed` if the values are "
        "right; in a profile: [columns.\"Z'' / ohm\"] sign = \"negated\""),
    row(reading("f / Hz,Z' / ohm,-Z'' / ohm", "4,-1,1", "3,-1,1", "2,1,1", "1,-1,1"),
        "the sign of Z' / ohm is not declared, and its values speak against it",
        column="Z' / ohm", expected="mostly positive values, or a header -Z' / ohm",
        found="75% of the values have the other sign",
        cause="the table prints the negated part, or a third electrode disturbs",
        hint="in a profile: [columns.\"Z' / ohm\"] sign = \"negated\", or \"signed\" if they are right"),
])  # fmt: skip
def test_a_table_that_is_not_read_says_all_that_is_known(function, parts):
    assert said(function) == parts


@pytest.mark.parametrize(("line", "length"), [(4, 4), (20, 4)])
def test_a_declared_line_of_names_beyond_the_end(line, length):
    function = inferring(NAMES, *ROWS, header_line=line)
    assert said(function) == {
        "message": "the table ends before the line of names that its profile declares",
        "path": "a.csv", "expected": f"a line {line + 1}", "found": f"{length} lines",
        "hint": "correct header_line, counted from 1, in the profile",
    }  # fmt: skip


# -- profiles ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a table and two profiles that could be meant."""
    (tmp_path / "a.csv").write_text("\n".join([NAMES, *ROWS]) + "\n")
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text("[table-profile]\ntitle = 'x'\n")
    (tmp_path / "latin.toml").write_bytes(b"title = '\xfc'\n")
    return tmp_path


SHIPPED = "a TOML file, or one of "


def test_profiles_that_are_none_say_what_one_is(folder):
    source = Source(folder / "a.csv")
    shown = str(folder / "a.csv")
    assert said(lambda: find(source, "")) == {
        "message": "several profiles of the folder could be meant", "path": shown, "found": "one.toml, two.toml",
        "hint": "--table-profile one.toml, or `files = [...]` under [table-profile] in each",
    }  # fmt: skip
    missing = said(lambda: find(source, "no.toml"))
    listed = missing.pop("expected")
    assert missing == {
        "message": "there is no profile 'no.toml'", "path": "no.toml",
        "hint": "`echub detect a.csv --write-profile lab.toml` writes a first one",
    }  # fmt: skip
    assert listed.startswith(SHIPPED)
    assert {"landt", "maccor", "novonix"} <= set(listed.removeprefix(SHIPPED).split(", "))
    latin = str(folder / "latin.toml")
    found = said(lambda: find(source, latin))
    assert (found["message"], found["path"]) == ("the profile cannot be read", latin)
    assert "0xfc" in found["found"]
    other = folder / "other.toml"
    other.write_text("[dialect]\ndelimiter = 'tab'\n")
    assert said(lambda: find(source, str(other))) == {
        "message": "this TOML file is not a table profile", "path": "other.toml",
        "expected": "a table [table-profile]",
    }  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), [
    ("quantity = 'curent'", {"message": "'curent' is not a quantity",
                             "expected": "one of `echub schema show quantities`"}),
    ("quantity = 'current'\nsign = 'minus'", {"message": "the sign 'minus' is none",
                                              "expected": "signed or negated or as printed"}),
])  # fmt: skip
def test_a_column_of_a_profile_that_is_none(text, parts):
    function = lambda: parse(f"[columns.'I']\n{text}", "lab.toml")  # noqa: E731
    assert said(function) == {**parts, "path": "lab.toml", "where": "columns.I"}


# -- a description beside the table ------------------------------------------------------------------


def test_a_description_with_an_unknown_type_of_a_column(tmp_path):
    record = echub.read(("\n".join([NAMES, *ROWS]) + "\n").encode(), reader="table")
    echub.convert(record, path=tmp_path / "b.csv", to="csv")
    (beside,) = tmp_path.glob("*-metadata.json")
    told = json.loads(beside.read_text(encoding="utf-8"))
    text = json.dumps(told).replace('"<f8"', '"<c16"')
    assert "<c16" in text
    beside.write_text(text)
    (written,) = tmp_path.glob("*.csv")
    assert said(lambda: read(Source(written), TableOptions())) == {
        "message": "a column has an unknown type", "path": str(beside), "found": "<c16",
        "expected": "f2, f4, f8, O, b1, u1, u2, u4, u8, i1, i2, i4, i8",
    }  # fmt: skip


# -- workbooks ---------------------------------------------------------------------------------------


def book(**sheets):
    """Return a call that reads a workbook with these rows in its sheets."""
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl writes the workbooks of this test")
    made, data = openpyxl.Workbook(), io.BytesIO()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for one in rows:
            sheet.append(one)
    made.save(data)
    return Source.from_bytes(data.getvalue(), "a.xlsx")


CELLS = [["t / s", "U / V"], [0, 1.5], [1, 2.5], [2, 3.5]]
SIX = {f"s{n}": CELLS for n in range(6)}
OFFERED = " or ".join(f'--option sheet="s{n}"' for n in range(5))


@pytest.mark.parametrize(("sheets", "sheet", "parts"), [
    ({"One": CELLS, "Two": CELLS, "Empty": []}, "", {
        "message": "2 sheets of the workbook hold a table", "found": "One, Two, Empty",
        "hint": '--option sheet="One" or --option sheet="Two"'}),
    ({"One": CELLS}, "Three", {
        "message": "the workbook has no sheet 'Three'", "found": "One", "hint": '--option sheet="One"'}),
    (SIX, "", {
        "message": "6 sheets of the workbook hold a table", "found": "s0, s1, s2, s3, s4, s5", "hint": OFFERED}),
    ({"One": [], "Two": []}, "", {
        "message": "no sheets of the workbook hold a table", "found": "no cell in the sheets One, Two",
        "expected": "rows of numbers below a row of names"}),
])  # fmt: skip
def test_sheets_that_are_not_read(sheets, sheet, parts):
    pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")
    source = book(**sheets)
    assert said(lambda: read_workbook(source, ExcelOptions(sheet=sheet))) == {**parts, "path": "a.xlsx"}


def test_texts_of_a_sheet_whose_mark_is_open():
    pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")
    source = book(One=[["t / s", "U / V"], [0, "1,500"], [1, "2,250"], [2, 1.5], [3, 2.5]])
    assert said(lambda: read_workbook(source, ExcelOptions())) == {
        "message": "the decimal mark of numbers that are stored as text is not settled",
        "path": "a.xlsx", "where": "column U / V", "found": "1,500 may be a decimal or a group of thousands",
        "expected": "a number that has one reading only, such as 0,5",
        "cause": "the cells hold texts, not numbers: they were pasted, or imported under another locale",
        "hint": "`--option decimal=comma` or `--option decimal=point` says which",
    }  # fmt: skip


def test_a_damaged_workbook():
    pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")
    source = Source.from_bytes(b"PK\x03\x04" + bytes(40), "a.xlsx")
    found = said(lambda: read_workbook(source, ExcelOptions()))
    assert found.pop("found")
    assert found == {
        "message": "the workbook cannot be opened", "path": "a.xlsx",
        "cause": "it is damaged, or protected by a password",
    }  # fmt: skip


@pytest.mark.parametrize("damage", [EOFError(), EOFError("cut\noff")])
def test_a_damage_without_words_is_called_by_its_name(damage):
    pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")

    def opening():
        with _damage(Source.from_bytes(b"", "a.xlsx")):
            raise damage

    assert said(opening) == {
        "message": "the workbook cannot be opened", "path": "a.xlsx",
        "found": "cut" if str(damage) else "EOFError",
        "cause": "it is damaged, or protected by a password",
    }  # fmt: skip
