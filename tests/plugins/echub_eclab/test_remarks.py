"""Every remark of a small text, and of what a binary file lacks, word by word."""

from __future__ import annotations

import numpy as np
import pytest

from echub.plugin import Source
from echub_eclab import mpr
from echub_eclab.appended import DATA, SET
from echub_eclab.container import Container, Module
from echub_eclab.mpr import _data_module, _Findings, _located, _too_large, _without_a_row
from echub_eclab.parameters import read_parameters
from echub_eclab.prose import read_prose
from tests.messages.parts import said
from tests.messages.saying import Fake
from tests.plugins.echub_eclab.text_support import read_mpt


def text(*lines, **options):
    """Return what is said of an export, code and message, and what is left out."""
    record = read_mpt("\n".join(lines).encode("cp1252"), **options)
    told = [(notice.code, notice.message) for notice in record.notices]
    return told, [(one.what, one.why) for one in record.dropped]


NAMES = "time/s\tEwe/V\tI/mA"
ROWS = ("0.5\t1.25\t2.5", "1.5\t1.50\t2.5", "2.5\t1.75\t2.5")
STRANGE = "no number (such as -1.#IND): read as NaN or infinite"


@pytest.mark.parametrize(("lines", "told", "lost"), [
    ((NAMES, *ROWS, ""), [], []),
    ((NAMES, "0.5\t-1.#IND\t2.5", *ROWS, ""), [("undefined-number", f"1 cell prints {STRANGE}")], []),
    ((NAMES, "0.5\t-1.#IND\t1.#INF", *ROWS, ""), [("undefined-number", f"2 cells print {STRANGE}")], []),
    ((NAMES, *ROWS, "3.5\tover\t2.5", "4.5\tOVL\t2.5", ""), [
        ("not-a-number", "Ewe/V: 2 cells are not numbers, the first 'over' in line 5: read as NaN")], []),
    ((NAMES, *ROWS, "3.5\tover\t2.5", ""), [
        ("not-a-number", "Ewe/V: 1 cell is not a number, the first 'over' in line 5: read as NaN")], []),
    ((NAMES, *ROWS, "3.5\t\t2.5", ""), [("empty-cells", "1 cell of Ewe/V is empty: missing")], []),
    ((NAMES, *ROWS, "3.5\t\t2.5", "4.5\t\t2.5", ""), [("empty-cells", "2 cells of Ewe/V are empty: missing")], []),
    ((f"{NAMES}\t\tEwe-Ece/V", *ROWS, ""), [], [("the column name Ewe-Ece/V", "no row has a value for it")]),
    ((NAMES, *ROWS, "3.5\t1."), [
        ("truncated", "the file ends inside row 3: that row was left out")],
     [("6 bytes of the incomplete last row", "the file ends inside it")]),
    ((NAMES.replace("\t", ";"), *(row.replace("\t", ";") for row in ROWS), ""), [
        ("separator", "semicolons stand between the columns instead of tabs: read as tabs")], []),
    ((NAMES.replace("\t", ","), *(row.replace("\t", ",") for row in ROWS), ""), [
        ("separator", "commas stand between the columns instead of tabs: read as tabs")], []),
    ((NAMES, ROWS[0], "", *ROWS[1:], "", "\t", "\t", *ROWS, ""), [
        ("blank-lines", "4 blank lines in the table left out: line 3, 6, 7 …")], []),
    (("time/s\tEwe/V", "0:00:01\t1", "x\t2", "0:00:03\t3", ""), [
        ("not-a-number", "time/s: 1 cell is not a time, the first 'x' in row 1: read as NaN")], []),
    (("time/s\tEwe/V", "x\t1", "y\t2", ""), [
        ("not-a-number", "time/s: no cell is a time, the first is 'x': kept as text")], []),
    (("time/s\tEwe/V", "03/14/2024 10:00:00.5\t1", "03/14/2024 10:00:01.5\t2", ""), [
        ("clock-zero", "no start is stated: time counts from the first row, 2024-03-14 10:00:00.500000")], []),
])  # fmt: skip
def test_what_is_odd_in_a_text(lines, told, lost):
    assert text(*lines, derived="none") == (told, lost)


def test_a_text_that_was_saved_again_in_two_bytes():
    record = read_mpt("\n".join([NAMES, *ROWS, ""]).encode("utf-16"))
    assert [(notice.code, notice.message) for notice in record.notices] == [
        ("encoding", "the text is in UTF-16 (a byte order mark): another program saved it again"),
    ]  # fmt: skip


HEAD = ("EC-Lab ASCII FILE", "Nb header lines : 9", "", "Cyclic Voltammetry", "")


@pytest.mark.parametrize(("lines", "told"), [
    ((), []),
    (("Acquisition started on : 03/14/2024 10:00:00.250",), []),
    (("Acquisition started on : yesterday",), [
        ("no-start", "the start 'yesterday' is not a date and time: it stays unknown")]),
    (("Electrode surface area : 2 apples",), [("unread-setting", "cell.area: '2 apples' is kept verbatim only")]),
    (("Modify on : 03/14/2024 10:00:00", "Modify on : 03/14/2024 11:00:00"), [
        ("settings-modified", "the settings were changed 2 times while running, last on 03/14/2024 11:00:00")]),
    (("Modify on : 03/14/2024 10:00:00",), [
        ("settings-modified", "the settings were changed 1 time while running, last on 03/14/2024 10:00:00")]),
])  # fmt: skip
def test_what_the_head_says_that_cannot_be_used(lines, told):
    prose = read_prose([*HEAD, *lines])
    assert [(notice.code, notice.message) for notice in prose.notices] == told
    assert prose.metadata.value("technique.name") == "CV"


def test_a_technique_without_a_name():
    prose = read_prose(["EC-Lab ASCII FILE", "Nb header lines : 4", "", "Dance"])
    assert [(notice.code, notice.message) for notice in prose.notices] == [
        ("unknown-technique", "the technique 'Dance' has no code name known here"),
    ]  # fmt: skip
    assert "technique.name" not in prose.metadata


def test_changes_have_their_time_after_the_start():
    """Minutes alone are printed of the first, 9:30 after the start at half past ten."""
    prose = read_prose([
        *HEAD, "Acquisition started on : 03/14/2024 10:30:00.500", "Loop 0 from point number 0 to 9",
        "Modify on : 03/14/2024 10:40", "Loop 1 from point number 10 to 99", "Modify on : 03/14/2024 10:41:00.250",
        "Modify on : then",
    ])  # fmt: skip
    assert [(one["on"], one.get("time_s")) for one in prose.modifications] == [
        ("03/14/2024 10:40", 599.5), ("03/14/2024 10:41:00.250", 659.75), ("then", None),
    ]  # fmt: skip
    assert prose.loops == [(0, 9), (10, 99)]


@pytest.mark.parametrize("later", ["01/04/2024 10:00", "01/04/2024 10:00:00"])
def test_changes_are_dated_in_the_order_of_their_file(later):
    """The fourteenth of March has its day first: the change is of April the first, 18 days after."""
    prose = read_prose([*HEAD, "Acquisition started on : 14/03/2024 10:00:00", f"Modify on : {later}"])
    assert [one["time_s"] for one in prose.modifications] == [18 * 86400]


# -- binary files ------------------------------------------------------------------------------------


def module(short=DATA, held=20, length=20):
    return Module(short, "", 1, 2, "", 100, length, held)


def container(*names, damage=""):
    return Container(tuple(module(name) for name in names), 1234, damage)


SOURCE = Source.from_bytes(bytes(600), "run.mpr")
NEVER = "the technique never recorded a row, or the file was cut there"


@pytest.mark.parametrize(("names", "damage", "parts"), [
    ((SET, "VMP LOG"), "", {"message": "the file contains no data module", "expected": "VMP data",
                            "found": "VMP Set, VMP LOG", "cause": NEVER}),
    (("VMP LOG",), "the file ends", {"message": "the file contains no data module", "expected": "VMP data",
                                     "found": "VMP LOG", "cause": "the file ends"}),
    ((DATA, "VMP LOG"), "", {"message": "the data module is empty, and there are no settings",
                             "expected": "VMP Set and VMP data", "found": "VMP data, VMP LOG", "cause": NEVER}),
])  # fmt: skip
def test_a_file_without_a_row(names, damage, parts):
    found = said(lambda: _without_a_row(SOURCE, container(*names, damage=damage)))
    assert found == {**parts, "path": "run.mpr", "where": "offset 1234"}


def test_a_file_whose_technique_recorded_nothing():
    found = _Findings()
    assert _data_module(SOURCE, container(SET, "VMP LOG", "VMP loop"), found) is None
    assert [(one.code, one.message) for one in found.notices] == [(
        "no-data", "there is no data module: the technique never recorded a row, and only its settings are known",
    )]  # fmt: skip
    found = _Findings()
    assert _located(SOURCE, module(held=0, length=0), found, is_first=True) is None
    assert [(one.code, one.message) for one in found.notices] == [
        ("no-data", "the data module at offset 100 names neither columns nor rows: nothing was recorded"),
    ]  # fmt: skip


def test_a_second_data_module_that_cannot_be_read_is_left_out():
    found, short = _Findings(), module(held=3, length=30)
    assert _located(SOURCE, short, found, is_first=False) is None
    text = "the data module at offset 100 cannot be read: the file ends before its first record"
    assert [(one.code, one.message) for one in found.notices] == [("unread-data", text)]
    assert [(one.what, one.why) for one in found.dropped] == [("3 bytes from offset 100", text)]


def test_a_settings_module_that_is_larger_than_any_known():
    found = _Findings()
    _too_large(module("VMP Set", held=50, length=60), found)
    text = "the module 'VMP Set' of 60 bytes is larger than any known and not kept"
    assert [(one.code, one.message) for one in found.notices] == [("module-too-large", text)]
    assert [(one.what, one.why) for one in found.dropped] == [("50 bytes from offset 100", text)]


def test_a_part_without_settings_or_log():
    found, none = _Findings(), Fake(first=lambda _: None)
    mpr._date(none, found)
    assert [(one.code, one.message) for one in found.notices] == [
        ("no-settings", "there is no settings module: technique, parameters, area and electrodes are unknown"),
        ("no-log", "there is no LOG module (an unfinished run, or a cut file): the start time is unknown, and "
         "whether Ewe is a cell voltage, as in BT-Lab files"),
    ]  # fmt: skip


def table(parameters, stride, rows=1):
    """Return a Set module whose parameter table has rows of zeros."""
    data = bytearray(0x572 + 4 + rows * stride + 410)
    data[0x572:0x576] = np.array([rows, parameters], "<u2").tobytes()
    return bytes(data)


@pytest.mark.parametrize(("data", "technique", "settings", "message"), [
    (b"", "CV", {}, "the parameter table was not found; its bytes are kept raw"),
    (table(3, 5), "XYZ", {"parameter_rows": ["00" * 5]},
     "no layout is known for 3 parameters in 5 bytes of XYZ: 1 row is kept raw"),
    (table(3, 5, rows=2), None, {"parameter_rows": ["00" * 5] * 2},
     "no layout is known for 3 parameters in 5 bytes of this technique: 2 rows are kept raw"),
])  # fmt: skip
def test_parameters_that_are_not_known(data, technique, settings, message):
    found, notices = read_parameters(data, technique, 2)
    assert found == settings
    assert [(one.code, one.message) for one in notices] == [("unknown-parameters", message)]
