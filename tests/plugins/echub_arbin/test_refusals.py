"""The whole refusal of each Arbin database that is not read."""

from __future__ import annotations

import builtins
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest

from echub.plugin import ReadError, Source
from echub_arbin import JET, tables
from echub_arbin.reader import _left_out, _main, _require_numbers
from echub_arbin.tables import _chosen, _parsed, _refusal, opened
from tests.messages.parts import row, said
from tests.messages.saying import Fake

SOURCE = Source.from_bytes(b"x", "run.res")
MAIN = {"Test_ID": [1], "Data_Point": [1], "Test_Time": [0.0], "Current": [1.0], "Voltage": [3.0]}


def main(**columns):
    """Return a call that takes this main table from a database."""
    table = pl.DataFrame(columns) if columns else None
    return lambda: _main(SOURCE, Fake(table=lambda _: table))


def opening(data):
    def run():
        with opened(Source.from_bytes(data, "run.res")):
            pass

    return run


def nothing_installed():
    """Look for a reader on a machine that has none."""
    real = builtins.__import__

    def found(name, *more):
        if name == "access_parser":
            raise ImportError
        return real(name, *more)

    with patch.object(tables.shutil, "which", lambda _: None), patch.object(builtins, "__import__", found):
        return _chosen(SOURCE, Path("run.res"))


NONE = "the database contains no measurement"
WANTED = "rows in Channel_Normal_Table with Test_ID, Data_Point, Test_Time, Current, Voltage"
CAUSE = "another program's database, a test that did not start, or a damaged file"
HEAD = JET.ljust(0x14, b"\0")


@pytest.mark.parametrize(("function", "parts"), [
    row(opening(b"no database" * 3), "this is not an Access database",
        expected="Standard Jet DB", found=repr(b"no databaseno databa"),
        cause="another program's file, or a beginning that was cut"),
    row(opening(HEAD + b"\0" + bytes(4096)), "the database is cut",
        expected="whole pages of 2048 bytes", found="21 bytes behind the last whole one",
        cause="a copy that was interrupted", hint="copy it again"),
    row(opening(HEAD + b"\1" + bytes(4096)), "the database is cut",
        expected="whole pages of 4096 bytes", found="21 bytes behind the last whole one",
        cause="a copy that was interrupted", hint="copy it again"),
    row(opening(HEAD + b"\5" + bytes(4096)), "the database is cut",
        expected="whole pages of 4096 bytes", found="21 bytes behind the last whole one",
        cause="a copy that was interrupted", hint="copy it again"),
    row(nothing_installed, "there is no program on this machine that reads Arbin's databases",
        expected="mdbtools, or the Python library access-parser", found="neither",
        hint="install mdbtools (apt install mdbtools, brew install mdbtools), or pip install access-parser, which "
        'is slow (pip install "echub[arbin]"); or export the test from MITS Pro as CSV or Excel, and convert '
        "that"),
    row(lambda: _refusal(SOURCE, "mdbtools", "  it broke " + "x" * 300), "mdbtools does not read this database",
        found="it broke " + "x" * 191, cause="it is damaged, still open in Arbin's software, or was cut",
        hint="export the test from MITS Pro / Data Watcher as CSV or Excel, and convert that"),
    row(lambda: _refusal(SOURCE, "access-parser", " "), "access-parser does not read this database",
        found="nothing", cause="it is damaged, still open in Arbin's software, or was cut",
        hint="export the test from MITS Pro / Data Watcher as CSV or Excel, and convert that"),
    row(main(), NONE, expected=WANTED, found="no such table", cause=CAUSE),
    row(main(**{name: values for name, values in MAIN.items() if name not in ("Current", "Test_Time")}), NONE,
        expected=WANTED, found="no Test_Time, Current", cause=CAUSE),
    row(main(**{name: [] for name in MAIN}), NONE, expected=WANTED, found="no rows", cause=CAUSE),
    row(main(**{**MAIN, "Voltage": [None]}), NONE, expected=WANTED, found="no Voltage", cause=CAUSE),
    row(main(**{**MAIN, "Current": ["over"]}), "a column of numbers holds something else",
        where="Channel_Normal_Table, column Current", expected="numbers", found="'over'",
        cause="the database is damaged"),
    row(lambda: _require_numbers(pl.DataFrame({"a": [None, "x" * 50], "b": [1, 2]}), ["b", "a"], "T", SOURCE),
        "a column of numbers holds something else",
        where="T, column a", expected="numbers", found=repr("x" * 50)[:40], cause="the database is damaged"),
])  # fmt: skip
def test_a_database_that_is_not_read_says_all_that_is_known(function, parts):
    assert said(function) == {**parts, "path": "run.res"}


def test_what_a_program_prints_instead_of_a_table():
    found = said(lambda: _parsed(SOURCE, b"a,b\n1,2,3\n"))
    assert found.pop("found")
    assert (found["message"], found["path"]) == ("mdbtools does not read this database", "run.res")


def test_rows_are_in_the_order_of_their_points():
    found = main(**{**{name: values * 3 for name, values in MAIN.items()}, "Test_ID": [2, 1, 1],
                    "Data_Point": [1, 2, 1]})()  # fmt: skip
    assert found.select("Test_ID", "Data_Point").rows() == [(1, 1), (1, 2), (2, 1)]


def test_tables_that_are_not_read_are_named_with_their_rows():
    """Access's own tables, empty ones and those that are kept are not."""
    held = {"B": pl.DataFrame({"x": [1, 2]}), "A": pl.DataFrame({"x": [1]}), "empty": pl.DataFrame({"x": []})}

    def table(name):
        if name == "broken":
            raise ReadError("it is damaged")
        return held.get(name)

    names = {"B", "A", "empty", "gone", "broken", "MSysObjects", "Channel_Normal_Table", "Auxiliary_Table",
             "Global_Table", "Version_Table", "Resume_Table", "Channel_Statistic_Table", "Event_Table",
             "Aux_Global_Data_Table", "Smart_Battery_Info_Table", "MCell_Aci_Data_Table"}  # fmt: skip
    found = list(_left_out(Fake(names=names, table=table)))
    assert [(one.what, one.why) for one in found] == [
        ("the table A, 1 row", "what its columns are is not known"),
        ("the table B, 2 rows", "what its columns are is not known"),
        ("the table broken", "it cannot be read"),
    ]  # fmt: skip
