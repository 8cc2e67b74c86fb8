"""The whole refusal of each text and binary file of EC-Lab: place, expectation, finding, cause and hint."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from echub.plugin import Source
from echub_eclab import container, decode, header
from echub_eclab.asciihead import LONGEST_LINE
from echub_eclab.container import Module, walk
from echub_eclab.layout import DataHeader
from echub_eclab.mps import read as read_mps
from echub_eclab.options import MpsOptions
from echub_eclab.second_opinion import _columns, _require_whole
from echub_eclab.table import _unknown_size
from fixtures.eclab import SCENARIOS, byte_map, drop_module, set_n_points
from tests.messages.parts import row, said
from tests.plugins.echub_eclab.support import fixture
from tests.plugins.echub_eclab.text_support import read_mpt

LINES = "state the lines up to the column names: --option header_lines=N"
AGAIN = "export it again in EC-Lab"
TEXT = "export the file as text (.mpt) in EC-Lab"
MARK = "--option decimal=comma or --option decimal=point"
LAST = "a" * 30
LONG = "EC-Lab ASCII FILE\r\nNb header lines : 5\r\n" + "x" * LONGEST_LINE + "\r\n"


def text(*lines, **options):
    """Return a call that reads these lines as an export."""
    return lambda: read_mpt("\n".join(lines).encode("cp1252"), **options)


@pytest.mark.parametrize(("function", "parts"), [
    row(text("EC-Lab ASCII FILE", "Nb header lines : 9", "", "mode"),
        "the file ends after 4 of its 9 header lines",
        expected="the names of the columns and the data behind the header", found="43 bytes",
        cause="the text was truncated, or its header was edited",
        hint="export it again in EC-Lab, or state the lines: --option header_lines=N"),
    row(text("time/s\tEwe/V", "0\t1", header_lines=3), "the file ends after 2 of its 3 header lines",
        expected="the names of the columns and the data behind the header", found="16 bytes",
        cause="the text was truncated, or its header was edited",
        hint="export it again in EC-Lab, or state the lines: --option header_lines=N"),
    row(text(f"time/s\t{LAST}Ewe"), "the file ends inside the names of its columns",
        where="line 1", expected="names, and the end of their line", found=repr("a" * 17 + "Ewe"),
        cause="the text was truncated", hint=AGAIN),
    row(text("time/s\0\tEwe/V", "0\t1", ""), "this is not text of EC-Lab",
        where="a NUL byte at offset 6", expected="cp1252 or UTF-8", found="binary data",
        cause="the file was damaged, or saved again by another program", hint="echub detect run.mpt"),
    row(text("EC-Lab ASCII FILE", "y" * 70, "else", "last"), "the text does not say how many header lines it has",
        where="line 2", expected="Nb header lines : N", found=repr(b"y" * 60),
        cause="the header was edited or the file was truncated",
        hint="count the lines up to the column names: --option header_lines=N"),
    row(text(LONG), "line 3 is longer than 1,048,576 bytes",
        where="line 3", expected="lines of text", found=repr(b"x" * 24),
        cause="this is not an EC-Lab text, or its line ends are lost"),
    row(text("EC-Lab ASCII FILE", "Nb header lines : 3", "time/s Ewe/V I/mA", "1 2 3", ""),
        "the tabs are gone: the columns cannot be separated",
        where="line 3", expected="tabs between the names of the columns", found="'time/s Ewe/V I/mA'",
        cause="the text was saved again by another program, or copied from a page", hint=AGAIN),
    row(text("time/s\tEwe/V", "0\t1.5", "1\t2.5", "2\t3.5\t4", ""), "a row of the table does not fit the others",
        where="line 4", expected="2 values in every row", found="3 cells",
        cause="the table was edited, or two files were joined", hint=AGAIN),
    row(text("time/s\tEwe/V", "0\t1\t2\t3\t", ""), "the table has 2 names for 4 values",
        where="line 2", expected="2 values", found="5 cells",
        cause="the header count is wrong, or the table was edited", hint=LINES),
    row(text("EC-Lab ASCII FILE", "Nb header lines : 3", "1.5\t2.5", "3.5\t4.5", ""),
        "the line of the column names holds numbers",
        where="line 3", expected="names such as time/s", found=r"'1.5\t2.5'",
        cause="the header has fewer lines than it states", hint=LINES),
    row(text("foo\tbar", "1\t2", ""), "this is not an EC-Lab text",
        where="line 1", expected="EC-Lab ASCII FILE, or column names such as time/s", found=r"'foo\tbar'",
        cause="another program's text, or a header that was cut", hint="echub detect run.mpt"),
    row(text("time/s\tEwe/V", "0,5\t1", "1,5\t2", "2.5\t3,5", ""), "the decimal mark cannot be settled",
        where="line 4", expected="numbers with one decimal mark", found="both marks occur: 2.5 and 0,5",
        cause="the text was edited or written by another program",
        hint="say which: --option decimal=comma or --option decimal=point"),
    row(text("time/s\tEwe/V", "0\t1.234", "1\t2.345", ""), "the decimal mark cannot be settled",
        where="line 2", expected="numbers with one decimal mark",
        found="1.234 may be a decimal or a group of thousands",
        cause="the text was edited or written by another program",
        hint="say which: --option decimal=comma or --option decimal=point"),
    row(text("time/s\tEwe/V", *["0.5\t1.5"] * 9000, "1\t2.5\0\0\0", ""),
        r"the table holds b'\x00' where it cannot be", where="line 9002", expected="text",
        found=r"b'1\t2.5\x00\x00\x00\n'",
        cause="the file was damaged: a block of it was never written", hint=AGAIN),
    row(text("time/s\tEwe/V", "0\t1.5", *(f"{n}\t2.5" for n in range(1, 30)), "30\t3,5", ""),
        "the table holds b',' where it cannot be",
        where="line 32", expected="one decimal mark, the point", found=r"b'30\t3,5\n'",
        cause="the table was edited", hint=MARK),
    row(text("time/s\tEwe/V", "0\t1,5", *(f"{n}\t2,5" for n in range(1, 30)), "30\t3.5", ""),
        "the table holds b'.' where it cannot be",
        where="line 32", expected="one decimal mark, the comma", found=r"b'30\t3.5\n'",
        cause="the table was edited", hint=MARK),
    row(text("EC-Lab ASCII FILE", "Nb header lines : 3", "time/s\tEwe/V", "0\t1.5", "BT-Lab ASCII FILE", ""),
        "the file holds two exports, one behind the other",
        where="line 5", expected="rows of numbers to the end", found="'BT-Lab ASCII FILE'",
        cause="texts were joined; each has its own head, units and clock",
        hint="split the file where the second begins, and convert each part"),
    row(text("time/s\tEwe/V", "31/01/2024 23:59:59.500\t1.5", "01/31/2024 23:59:59.750\t1.5", ""),
        "a time of the table is not a date and time",
        where="row 0", column="time/s", expected="mm/dd/yyyy hh:mm:ss", found="'31/01/2024 23:59:59.500'",
        cause="the dates are of both orders, or were edited",
        hint="--option dates=day-first or --option dates=month-first"),
])  # fmt: skip
def test_a_text_that_is_not_read_says_all_that_is_known(function, parts):
    assert said(function) == {**parts, "path": "run.mpt"}


@pytest.mark.parametrize(("data", "found"), [(b"", "an empty file"), (b"x" * 50 + b"\n", repr("x" * 40))])
def test_a_file_that_holds_no_settings(data, found):
    assert said(lambda: read_mps(Source.from_bytes(data, "run.mps"), MpsOptions())) == {
        "message": "this is not a settings or log file of EC-Lab", "path": "run.mps", "where": "line 1",
        "expected": "EC-LAB SETTING FILE, EC-Lab LOG FILE, or the same of BT-Lab", "found": found,
        "cause": "another program's file, or one that was cut", "hint": "echub detect run.mps",
    }  # fmt: skip


def test_settings_whose_techniques_are_missing():
    data = b"EC-LAB SETTING FILE\r\n\r\nNumber of linked techniques : 2\r\n"
    assert said(lambda: read_mps(Source.from_bytes(data, "run.mps"), MpsOptions())) == {
        "message": "the settings name 2 techniques and hold none", "path": "run.mps", "where": "line 3",
        "expected": "Technique : 1", "found": "the end of the file", "cause": "the file was truncated",
    }  # fmt: skip


# -- binary files ------------------------------------------------------------------------------------

WHOLE = SCENARIOS["ocv"]().data
HELD = byte_map(WHOLE)["VMP data"].length
DAMAGED = Source.from_bytes(WHOLE[:-3], "run.mpr")
MAGIC = container.MAGIC
FIRST = container.FIRST_MODULE
EMPTY = MAGIC.ljust(FIRST, b"\0")


def binary(data):
    return Source.from_bytes(data, "run.mpr")


def module(held=20, length=20, version=2):
    return Module("VMP data", "", 1, version, "", 100, length, held)


def records(points=3, ids=(4, 9999, 8888), held=20, stated=21):
    return DataHeader(points, ids, 505, held, stated)


CUT = "the file was truncated or overwritten; copy it again from the instrument's computer"


@pytest.mark.parametrize(("function", "parts"), [
    row(lambda: walk(binary(b"another program's file")), "this is not an EC-Lab raw data file",
        where="offset 0", expected=repr(MAGIC), found=repr(b"another program's file"[: len(MAGIC)]),
        hint="echub detect run.mpr"),
    row(lambda: walk(binary(EMPTY)), "the file contains no module",
        where="offset 52", expected="MODULE and a module header", found="the end of the file", cause=CUT),
    row(lambda: walk(binary(EMPTY[:-10])), "the file contains no module",
        where=f"offset {max(42, len(MAGIC))}", expected="MODULE and a module header", found="the end of the file",
        cause=CUT),
    row(lambda: walk(binary(EMPTY + b"MODUL VMP data")), "the file contains no module",
        where="offset 52", expected="MODULE and a module header",
        found="no module begins at offset 52: found b'MODUL VM'", cause=CUT),
    row(lambda: walk(binary(EMPTY + b"MODULEVMP")), "the file contains no module",
        where="offset 52", expected="MODULE and a module header", found="the file ends inside a module header",
        cause=CUT),
    row(lambda: decode.misfit(binary(b""), records(points=1), 7),
        "the size of the records does not fit the size of the data",
        where="offset 505", expected="1 row of 7 bytes, 7 in all", found="20 bytes",
        cause="a damaged header, or a column of another size than known here", hint=TEXT),
    row(lambda: _unknown_size(binary(b""), module(), records()),
        "unknown column ids 9999, 8888, and the data do not tell their size",
        where="offset 100", expected="3 rows in 21 bytes", found="20 bytes",
        cause="a truncated or damaged file of an EC-Lab newer than those known here", hint=TEXT),
    row(lambda: header.read_header(binary(bytes(120)), module(version=9)), "data of the unknown version v1/9",
        where="offset 100", expected="one of v1/0, v1/2, v1/3, v2/11", found="v1/9",
        cause="an EC-Lab newer than those known here, or a damaged header", hint=TEXT),
    row(lambda: header.read_header(binary(bytes(120)), module(length=900)),
        "the file ends before its first record",
        where="offset 120", expected="records from offset 505", found="20 bytes of data",
        cause="the file was truncated while it was copied or recorded"),
    row(lambda: header.read_header(binary(bytes(120)), module()), "the data module has no room for its header",
        where="offset 120", expected="records from offset 505", found="20 bytes of data",
        cause="the file is damaged"),
    row(lambda: header.read_header(binary(bytes(505)), module(held=405, length=405)),
        "the data header names 0 columns",
        where="offset 104", expected="1 to 200", found="0", cause="the file is damaged",
        hint="copy the file again from the instrument's computer, or export it as text (.mpt) in EC-Lab"),
    row(lambda: _require_whole(DAMAGED), "galvani does not read damaged files",
        found="the file ends inside the module VMP LOG", cause="the file was truncated or changed",
        hint="--reader eclab-mpr recovers the whole rows"),
    row(lambda: _require_whole(binary(drop_module(WHOLE, "VMP data"))), "galvani does not read damaged files",
        found="0 rows in 0 bytes", cause="the file was truncated or changed",
        hint="--reader eclab-mpr recovers the whole rows"),
    row(lambda: _require_whole(binary(set_n_points(WHOLE, HELD + 1))), "galvani does not read damaged files",
        found=f"{HELD + 1:,} rows in {HELD:,} bytes", cause="the file was truncated or changed",
        hint="--reader eclab-mpr recovers the whole rows"),
])  # fmt: skip
def test_a_binary_file_that_is_not_read_says_all_that_is_known(function, parts):
    assert said(function) == {**parts, "path": "run.mpr"}


def test_a_whole_file_is_no_damaged_one():
    for data in (fixture("ocv"), set_n_points(WHOLE, HELD)):
        assert _require_whole(binary(data)) is None


def test_columns_of_another_reader_are_those_of_the_text_and_its_flags_one_each():
    """Flags that no text prints are left out; `Ewe/V` is a potential, the imaginary part is negated."""
    data = np.array([(1, 2.5, 3.5), (5, 4.5, 0.5)], [("flags", "u1"), ("Ewe/V", "f4"), ("-Im(Z)/Ohm", "f4")])
    masks = {"mode": 3, "other": 4, "ox/red": 4}
    theirs = SimpleNamespace(data=data, flags_dict=masks, get_flag=lambda name: data["flags"] & masks[name] > 0)
    assert [(c.header, c.quantity, c.unit, c.negate, c.index, c.values.tolist()) for c in _columns(theirs)] == [
        ("Ewe/V", "potential_we", "V", False, 0, [2.5, 4.5]),
        ("-Im(Z)/Ohm", "impedance_imag", "ohm", True, 1, [3.5, 0.5]),
        ("mode", "control_mode", None, False, 2, [1, 1]), ("ox/red", "oxidation_flag", None, False, 3, [0, 1]),
    ]  # fmt: skip
    bare = SimpleNamespace(data=data[["Ewe/V"]])
    assert [column.header for column in _columns(bare)] == ["Ewe/V"]
