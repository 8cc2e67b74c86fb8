"""Small texts beside the usual ones, each with all that is read of it: values, notices, what is left out."""

from __future__ import annotations

import pytest

from echub.plugin import Source
from echub_eclab import asciiblocks
from echub_eclab.appended import DATA, LOG, SET, parts_of
from echub_eclab.asciihead import LONGEST_LINE
from echub_eclab.columns import HeaderMeaning, meaning_of
from echub_eclab.container import Module
from echub_eclab.mpt import _mended
from tests.messages.parts import said
from tests.plugins.echub_eclab.text_support import read_mpt

HEAD = "EC-Lab ASCII FILE\nNb header lines : 3\n"
NAN = None
"""Stands for what is missing in the tables below: NaN is not equal to itself."""


def values(record):
    (data,) = record.datasets.values()
    printed = {column.header: data[name].tolist() for name, column in data.columns.items() if name != "row"}
    return {header: [NAN if value != value else value for value in found] for header, found in printed.items()}


def outcome(text, **options):
    record = read_mpt(text.encode("cp1252"), derived="none", **options)
    told = [(notice.code, notice.message) for notice in record.notices]
    return values(record), told, [(one.what, one.message) for one in record.dropped]


def word(name, count, first, line):
    cells = "1 cell is not a number" if count == 1 else f"{count} cells are not numbers"
    return ("not-a-number", f"{name}: {cells}, the first {first!r} in line {line}: read as NaN")


def missing(name, count):
    cells = f"1 cell of {name} is" if count == 1 else f"{count} cells of {name} are"
    return ("empty-cells", f"{cells} empty: missing")


TABLES = {
    "a word among numbers beside clocks and words": (
        "time/s\tnote\tEwe/V\n0:00:01\trest\t1.5\n0:00:02\tgo\tover\n0:00:03\tgo\t2.5\n",
        {"time/s": [1, 2, 3], "note": ["rest", "go", "go"], "Ewe/V": [1.5, NAN, 2.5]},
        [word("Ewe/V", 1, "over", 5)]),
    "words in the only column": ("Ewe/V\n1.5\nover\nunder\n", {"Ewe/V": [1.5, NAN, NAN]}, [
        word("Ewe/V", 2, "over", 5)]),
    "a word in one of two columns of numbers": (
        "time/s\tEwe/V\n0.5\t1.5\n1.5\tover\n", {"time/s": [0.5, 1.5], "Ewe/V": [1.5, NAN]},
        [word("Ewe/V", 1, "over", 5)]),
    "words in a column of whole numbers": (
        "Ns\tEwe/V\n0\t1.5\nx\t2.5\n1\t3.5\n", {"Ns": [0, NAN, 1], "Ewe/V": [1.5, 2.5, 3.5]},
        [word("Ns", 1, "x", 5)]),
    "a word and a fraction where whole numbers were": (
        "Ns\tEwe/V\n" + "0\t1.5\n" * 200 + "0.5\t2.5\nx\t2.5\n",
        {"Ns": [0] * 200 + [0.5, NAN], "Ewe/V": [1.5] * 200 + [2.5] * 2}, [word("Ns", 1, "x", 205)]),
    "a column of empty cells": (
        "time/s\tEwe/V\tI/mA\n0.5\t\t1.5\n1.5\t\t2.5\n",
        {"time/s": [0.5, 1.5], "Ewe/V": [NAN, NAN], "I/mA": [1.5, 2.5]}, [missing("Ewe/V", 2)]),
    "empty cells in two columns": (
        "Ns\tEwe/V\tI/mA\n0\t1.5\t\n\t2.5\t0.5\n2\t\t\n",
        {"Ns": [0, NAN, 2], "Ewe/V": [1.5, 2.5, NAN], "I/mA": [NAN, 0.5, NAN]},
        [missing("Ns", 1), missing("Ewe/V", 1), missing("I/mA", 2)]),
    "a name twice": (
        "time/s\tI/mA\tI/mA\n0.5\t1.5\t2.5\n", {"time/s": [0.5], "I/mA": [2.5]},
        [("repeated-column", "I/mA stands 2 times in the table: all are kept, what is computed uses the first")]),
    "quotes of a spreadsheet": (
        'time/s\tEwe/V\n"0,5"\t"1,5"\n1\t"2,5"\n', {"time/s": [0.5, 1], "Ewe/V": [1.5, 2.5]}, []),
    "two tabs behind names and rows": (
        "time/s\tEwe/V\t\t\n0.5\t1.5\t\t\n1.5\t2.5\t\t\n", {"time/s": [0.5, 1.5], "Ewe/V": [1.5, 2.5]}, []),
    "one name of two words": ("cycle number\n1\n2\n", {"cycle number": [1, 2]}, []),
    "lines behind the last row": (
        "time/s\tEwe/V\r\n0.5\t1.5\r\n1.5\t2.5\r\n\r\n  \r\n", {"time/s": [0.5, 1.5], "Ewe/V": [1.5, 2.5]}, []),
    "one blank line behind it": ("time/s\tNs\n0.5\t1\n1.5\t2\n\n", {"time/s": [0.5, 1.5], "Ns": [1, 2]}, []),
    "semicolons without a row": (
        "time/s;Ewe/V\n", {"time/s": [], "Ewe/V": []},
        [("separator", "semicolons stand between the columns instead of tabs: read as tabs")]),
    "commas behind semicolons that fit no row": (
        'time/s,Ewe/V,"I/mA"\n0.5,1.5,2\n1.5,"2.5",3\n',
        {"time/s": [0.5, 1.5], "Ewe/V": [1.5, 2.5], "I/mA": [2, 3]},
        [("separator", "commas stand between the columns instead of tabs: read as tabs")]),
    "half of the names known": (
        "time/s;foo;\n0.5;1.5;\n", {"time/s": [0.5], "foo": [1.5]},
        [("separator", "semicolons stand between the columns instead of tabs: read as tabs")]),
    "a name that no row has a value for": (
        "time/s\tEwe/V\t\tEwe-Ece/V\n0.5\t1.5\n", {"time/s": [0.5], "Ewe/V": [1.5]}, []),
    "no name and no row": ("\n", {}, []),
    "a time that is none in the first row": (
        "time/s\tEwe/V\nx\t1.5\n0:00:01\t2.5\n0:00:02\t3.5\n", {"time/s": [NAN, 1, 2], "Ewe/V": [1.5, 2.5, 3.5]},
        [("not-a-number", "time/s: 1 cell is not a time, the first 'x' in row 0: read as NaN")]),
    "times that are none in later rows": (
        "time/s\tEwe/V\n0:00:01\t1.5\nx\t2.5\ny\t3.5\n", {"time/s": [1, NAN, NAN], "Ewe/V": [1.5, 2.5, 3.5]},
        [("not-a-number", "time/s: 2 cells are not times, the first 'x' in row 1: read as NaN")]),
    "no time at all": (
        "time/s\tEwe/V\nx\t1.5\ny\t2.5\n", {"time/s": ["x", "y"], "Ewe/V": [1.5, 2.5]},
        [("not-a-number", "time/s: no cell is a time, the first is 'x': kept as text")]),
    "marks of infinite and undefined numbers": (
        "time/s\tEwe/V\n0.5\t-1.#INF\n1.5\t+1.#QNAN0E+000\n2.5\t1.5\n",
        {"time/s": [0.5, 1.5, 2.5], "Ewe/V": [float("-inf"), NAN, 1.5]},
        [("undefined-number", "2 cells print no number (such as -1.#IND): read as NaN or infinite")]),
}  # fmt: skip
LEFT_OUT = {"a name that no row has a value for": [("the column name Ewe-Ece/V", "no row has a value for it")]}


@pytest.mark.parametrize("name", TABLES)
def test_a_small_table_is_read_whole(name):
    text, columns, told = TABLES[name]
    assert outcome(HEAD + text) == (columns, told, LEFT_OUT.get(name, []))


LATER = "else it would be later than the first row"
DAY_FIRST = "the dates have the day first, unlike EC-Lab's own:"
START = "(start of the acquisition)"


@pytest.mark.parametrize(("start", "first", "zero", "told"), [
    ("03/12/2024 10:00:00", "14/03/2024 10:00:00", f"2024-03-12T10:00:00 {START}", [
        ("date-order", f"{DAY_FIRST} 14/03/2024 10:00:00 has no other reading"),
        ("date-order", f"the start '03/12/2024 10:00:00' has the month first: {LATER}")]),
    ("03/15/2024 10:00:00", "03/14/2024 10:00:00", "2024-03-14T10:00:00 (first row)", [
        ("clock-zero", "the stated start, 03/15/2024 10:00:00, is later: "
                       "time counts from the first row, 2024-03-14 10:00:00")]),
    ("03/14/2024 10:00:00.900", "03/14/2024 10:00:00", f"2024-03-14T10:00:00.900000 {START}", []),
])  # fmt: skip
def test_a_start_behind_the_first_row_is_not_the_zero_of_its_clock(start, first, zero, told):
    """The rows say when they were measured: 12 March and 14 March are two days apart, 3 December is none of it."""
    head = f"EC-Lab ASCII FILE\r\nNb header lines : 4\r\nAcquisition started on : {start}\r\n"
    record = read_mpt(f"{head}time/s\tEwe/V\n{first}\t1.5\n".encode())
    assert record["timeseries"].column("time").attrs["zero"] == zero
    assert [(notice.code, notice.message) for notice in record.notices] == told


TABS = {
    "message": "the tabs are gone: the columns cannot be separated", "path": "run.mpt", "where": "line 3",
    "expected": "tabs between the names of the columns", "hint": "export it again in EC-Lab",
    "cause": "the text was saved again by another program, or copied from a page",
}  # fmt: skip
MISFIT = {
    "message": "a row of the table does not fit the others", "path": "run.mpt",
    "cause": "the table was edited, or two files were joined", "hint": "export it again in EC-Lab",
}  # fmt: skip
MARK = {
    "message": "the decimal mark cannot be settled", "path": "run.mpt",
    "expected": "numbers with one decimal mark",
    "cause": "the text was edited or written by another program",
    "hint": "say which: --option decimal=comma or --option decimal=point",
}  # fmt: skip


@pytest.mark.parametrize(("text", "options", "parts"), [
    ("time/s;Ewe/V;I/mA\n1;2\n", {}, {**TABS, "found": "'time/s;Ewe/V;I/mA'"}),
    ("time/s;Ewe/V\n1;2;3\n", {}, {**TABS, "found": "'time/s;Ewe/V'"}),
    (";;\n1;2;3\n", {}, {**TABS, "found": "';;'"}),
    ("time/s;foo;bar\n1;2;3\n", {}, {**TABS, "found": "'time/s;foo;bar'"}),
    ("time/s\tEwe/V\tI/mA\n0.5\t1.5\t1.0\n1.5\tover\tunder\n", {}, {
        **MISFIT, "where": "line 5", "expected": "a number (float) in column 2", "found": "b'over'"}),
    ("time/s\tnote\t\t\n0.5\trest\t\t\n1.5\tgo\t\t7\n", {}, {
        **MISFIT, "where": "line 5", "expected": "2 values in every row",
        "found": "b'7' in column 4, which has no name"}),
    ("time/s\tnote\tEwe/V\n0.5\ta,b\t1.5\n1.5\tc.d\t2,5\n", {}, {
        **MARK, "where": "line 5", "found": "both marks occur: 0.5 and 2,5"}),
    ("time/s\tEwe/V\n01/02/2024 10:00:00\t1\n31/01/2024 23:59:59\t1\n01/31/2024 23:59:59\t1\n", {}, {
        "message": "a time of the table is not a date and time", "path": "run.mpt", "where": "row 1",
        "column": "time/s", "expected": "mm/dd/yyyy hh:mm:ss", "found": "'31/01/2024 23:59:59'",
        "cause": "the dates are of both orders, or were edited",
        "hint": "--option dates=day-first or --option dates=month-first"}),
    ("time/s\tEwe/V\n,5\t1\n", {"decimal": "point"}, {
        "message": "the table holds b',' where it cannot be", "path": "run.mpt", "where": "line 4",
        "expected": "one decimal mark, the point", "found": r"b',5\t1\n'", "cause": "the table was edited",
        "hint": "--option decimal=comma or --option decimal=point"}),
])  # fmt: skip
def test_a_small_table_that_does_not_fit_is_refused(text, options, parts):
    assert said(lambda: read_mpt((HEAD + text).encode(), **options)) == parts


@pytest.mark.parametrize(("good", "bad", "expected", "found"), [
    ("0\t1.5\n", "x\tover\n", "a number (int) in column 1", "b'x'"),
    ("0:00:01\t1.5\n", "x\tover\n", "a time h:m:s in column 1", "b'x'"),
    ("0\t1.5\n", "1\t2.5\t3.5\n", "2 values in every row", "3 cells"),
])  # fmt: skip
def test_of_a_row_behind_the_sample_the_first_cell_that_does_not_fit_is_named(good, bad, expected, found):
    """200 rows settle what each column holds; the next one is line 204. Most of its numbers are words."""
    text = f"{HEAD}time/s\tEwe/V\n{good * 200}{bad}"
    if good[1] == ":":
        text = text.replace("Ewe/V\n", "Ewe/V\tI/mA\n").replace(".5\n", ".5\t1.5\n").replace("over", "over\tunder")
    parts = {**MISFIT, "where": "line 204", "expected": expected, "found": found}
    assert said(lambda: read_mpt(text.encode())) == parts


def test_a_text_that_was_made_utf_16_twice_is_none():
    twice = f"{HEAD}time/s\tEwe/V\n0\t1\n".encode("utf-16-le").decode("latin-1").encode("utf-16")
    found = said(lambda: read_mpt(twice))
    assert (found["message"], found["found"]) == ("this is not text of EC-Lab", "utf-16-le")


@pytest.mark.parametrize(("length", "whole"), [(LONGEST_LINE, True), (LONGEST_LINE + 1, False)])
def test_a_line_may_have_a_megabyte_with_its_end(length, whole):
    text = f"EC-Lab ASCII FILE\nNb header lines : 4\n{'x' * (length - 1)}\ntime/s\tEwe/V\n0.5\t1.5\n"
    if whole:
        assert outcome(text)[0] == {"time/s": [0.5], "Ewe/V": [1.5]}
    else:
        assert said(lambda: read_mpt(text.encode()))["where"] == "line 3"


@pytest.mark.parametrize(("size", "blocks"), [
    (10, [(0, 10)]), (14, [(0, 14)]), (15, [(0, 12), (12, 3)]), (36, [(0, 12), (12, 12), (24, 12)]),
    (39, [(0, 12), (12, 12), (24, 12), (36, 3)]), (26, [(0, 12), (12, 14)]), (8, [(0, 8)]),
])  # fmt: skip
def test_a_short_rest_belongs_to_the_block_before_it(size, blocks, monkeypatch):
    """Lines of 3 bytes, blocks of 10 at least, a rest of 4 or fewer: a block ends where its line does."""
    monkeypatch.setattr(asciiblocks, "BLOCK", 10)
    monkeypatch.setattr(asciiblocks, "_LEAST_LAST", 4)
    source = Source.from_bytes((b"ab\n" * 13)[:size], "run.mpt")
    assert list(asciiblocks._blocks(source, 0)) == blocks


@pytest.mark.parametrize(("name", "known"), [
    ("\ufffdwe/V", "Ewe/V"), ("Temperature/\ufffdC", "Temperature/°C"), ("\ufffdfoo/V", None),
    ("<\ufffd>/mA", "<I>/mA"),
    ("\ufffdq/mA.h", "dq/mA.h"), ("d\ufffd/mA.h", None), ("Ewe/V", "Ewe/V"),
])  # fmt: skip
def test_a_name_with_a_destroyed_character_is_the_one_that_fits(name, known):
    """`d?/mA.h` may be dQ, the charge of a step, or dq, that of a row; a meaning of its own has neither."""
    assert _mended(name) == (known or name)


@pytest.mark.parametrize(("header", "meaning"), [
    ("control/mV", HeaderMeaning("potential_setpoint", "mV", origin="programmed")),
    ("control/uA", HeaderMeaning("current_setpoint", "uA", origin="programmed")),
    ("control/s", HeaderMeaning(unit="s", origin="reported")),
    ("Ewe/V/s", HeaderMeaning(unit="V/s", origin="reported")),
    ("Temperature/°C/%", HeaderMeaning(unit="°C/%", origin="reported")),
    ("Q charge/uA.h/g", HeaderMeaning(unit="uA.h/g", origin="reported")),
    ("Q charge/A.h", HeaderMeaning("charge_anodic", "A.h")),
])  # fmt: skip
def test_another_unit_tells_which_of_the_meanings_of_a_name_it_is(header, meaning):
    assert meaning_of(header)._replace(origin=meaning.origin) == meaning


def modules(shorts):
    return [Module(f"VMP {one}", "", 1, 0, "", 100 * n, 20, 20) for n, one in enumerate(shorts.split())]


@pytest.mark.parametrize(("shorts", "runs"), [
    ("Set data", [2]), ("Set data Set data", [2, 2]), ("Set data LOG loop Set data LOG", [4, 3]),
    ("data Set LOG Set data", [3, 2]), ("Set LOG Set data", [4]), ("Set data data Set", [3, 1]), ("", [0]),
])  # fmt: skip
def test_a_second_set_behind_data_begins_the_next_run(shorts, runs):
    assert {SET, DATA, LOG} == {"VMP Set", "VMP data", "VMP LOG"}
    found = parts_of(modules(shorts))
    assert [(one.number, one.name, len(one.modules)) for one in found] == [
        (number, f"part_{number}", length) for number, length in enumerate(runs, 1)
    ]
    assert [one for run in found for one in run.modules] == modules(shorts)
