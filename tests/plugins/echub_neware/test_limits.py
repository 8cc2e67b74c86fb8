"""Limits of the Neware reader: directions of current, a header, words of the library, the active mass."""

from __future__ import annotations

import logging
import struct
import warnings

import fastnda
import numpy as np
import polars as pl
import pytest

import echub
from echub.model.source import Source
from echub_neware.intact import end_of_rows, is_intact
from echub_neware.reader import _cut, _mass, _metadata, _words
from echub_neware.signs import sign_notice
from fixtures.neware import HERE
from fixtures.neware.make import nda

TYPES = {1: "CC_Chg", 2: "CC_DChg", 4: "Rest", 7: "CCCV_Chg", 20: "CCCV_DChg"}
DIRECTIONS = {
    "along": ([1.0, -1.0, 0.0, 1.0, -1.0], [1, 2, 4, 7, 20], None),
    "a charge of each kind against": ([-1.0, -1.0], [1, 7], (2, 2)),
    "a discharge of each kind against": ([1.0, 1.0], [2, 20], (2, 2)),
    "a rest says nothing": ([-1.0, 5.0, -5.0], [2, 4, 4], None),
    "one row in twenty": ([-1.0] + [1.0] * 19, [1] * 20, None),
    "two rows in twenty": ([-1.0] * 2 + [1.0] * 18, [1] * 20, (2, 20)),
    "a thousandth says nothing": ([1.0, -1e-3, -1e-3], [1, 1, 1], None),
    "a thousandth along neither": ([-1.0] + [1e-3] * 50, [1] * 51, (1, 1)),
    "more than a thousandth": ([1.0, -1.1e-3, -1.1e-3], [1, 1, 1], (2, 3)),
    "of a largest that is missing": ([np.nan, -1.0], [1, 1], (1, 1)),
    "nothing": ([], [], None),
}  # fmt: skip


@pytest.mark.parametrize("what", DIRECTIONS)
def test_currents_against_the_names_of_their_steps(what):
    current, codes, rows = DIRECTIONS[what]
    found = [notice.message for notice in sign_notice(np.array(current), np.array(codes, int), TYPES)]
    text = "in {} of {} rows the current is against the name of its step: current and charge stay vendor columns"
    assert found == ([text.format(*rows)] if rows else [])


def head(version=29, block=(1024, 503), rows=None, length=80):
    """Return the header of a record, its places filled."""
    data = bytearray(b"NEWARE20240314".ljust(length, b"\0"))
    data[14] = version
    data[24:32] = struct.pack("<LL", *block)
    if rows:
        data[64:72] = struct.pack("<LL", *rows)
    return bytes(data[:length])


INTACT = {
    "a block that ends with the file": (head(block=(30, 50)), True),
    "a block that ends behind it": (head(block=(30, 51)), False),
    "the last version of plain blocks": (head(129, (0, 0)), True),
    "the first version of chained ones": (head(130, (0, 0)), False),
    "a header that ends with its block": (head(block=(0, 0), length=32), True),
    "a header that is cut": (head(block=(0, 0), length=32)[:31], False),
}
ENDS = {
    "as stated": (head(rows=(1527, 860)), 2387),
    "no rows": (head(rows=(1527, 0)), None),
    "another version": (head(28, rows=(1527, 860)), None),
    "a later version": (head(30, rows=(1527, 860)), None),
    "a header that ends with them": (head(rows=(1527, 860), length=72), 2387),
    "a header that is cut": (head(rows=(1527, 860), length=71), None),
}


@pytest.mark.parametrize("what", INTACT)
def test_whether_a_block_is_plain(what):
    data, whole = INTACT[what]
    assert is_intact(Source.from_bytes(data, "a.nda")) is whole


@pytest.mark.parametrize("what", ENDS)
def test_where_the_rows_end(what):
    data, end = ENDS[what]
    assert end_of_rows(Source.from_bytes(data, "a.nda")) == end


def test_what_the_library_says_is_a_notice(monkeypatch, capsys):
    """Its log from warnings on, and the warnings of Python; both are as they were afterwards."""
    read, logger = fastnda.read, logging.getLogger("fastnda")

    def talking(*given, **more):
        logger.info("all is well")
        logger.warning("%d rows are odd", 3)
        warnings.warn("a version of tomorrow", UserWarning, stacklevel=1)
        warnings.warn("and an odd one", RuntimeWarning, stacklevel=1)
        return read(*given, **more)

    monkeypatch.setattr(fastnda, "read", talking)
    before = logger.propagate, list(logger.handlers)
    record = echub.read(HERE / "cell.nda")
    said = [(notice.code, notice.message) for notice in record.notices]
    texts = ["3 rows are odd", "a version of tomorrow", "and an odd one"]
    assert said == [("library-warning", f"fastnda: {text}") for text in texts]
    assert (logger.propagate, list(logger.handlers)) == before
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(fastnda, "read", lambda *given, **more: 1 / 0)
    with pytest.raises(echub.errors.ReadError) as caught:
        echub.read(HERE / "cell.nda")
    assert caught.value.found == "ZeroDivisionError: division by zero"
    assert (logger.propagate, list(logger.handlers)) == before


MASSES = {2.5: (2.5, None), 0.5: (0.5, None), 1.0: (None, "default-value"), 0: (None, None),
          -2.5: (None, "impossible-value"), "2.5": (None, None), None: (None, None), 3: (3.0, None)}  # fmt: skip


@pytest.mark.parametrize("stated", MASSES)
def test_an_active_mass(stated):
    value, code = MASSES[stated]
    notices = []
    metadata = _metadata({"active_mass_mg": stated}, notices)
    assert metadata.value("cell.active_mass", "mg") == (value if value is None else pytest.approx(value))
    assert [notice.code for notice in notices] == ([code] if code else [])
    assert _mass(stated, metadata, []) is None


SETTINGS = {
    "the first of two parts": ({"a": {"Barcode": "one"}, "b": {"Barcode": "two"}}, {"cell.id": "one"}),
    "the first name that is there": ({"barcode": "", "Barcode": " two "}, {"cell.id": "two"}),
    "of two names the first": ({"Barcode": "two", "barcode": "one"}, {"cell.id": "one"}),
    "a list is none": ({"Barcode": ["one"]}, {}),
    "deep within": ({"a": {"b": {"c": {"SvrVer": "8"}}}}, {"instrument.firmware": "8"}),
    "no name of a step": ({"test_name": "t"}, {"technique.title": "t"}),
    "the name of its file first": (
        {"test_name": "t", "step_name": "s", "StepName": "S"},
        {"technique.title": "S"},
    ),
    "an end that cannot be read": ({"EndTime": "later"}, {}),
}  # fmt: skip


@pytest.mark.parametrize("what", SETTINGS)
def test_what_the_settings_say(what):
    settings, expected = SETTINGS[what]
    notices = []
    entries = _metadata(settings, notices).entries
    assert {entry.path: entry.value for entry in entries} == {"instrument.manufacturer": "Neware", **expected}
    assert notices == []


def test_the_fixture_is_one_of_those_that_are_read_here():
    assert is_intact(Source.from_bytes(nda(), "cell.nda"))


@pytest.mark.parametrize("name", ["current_mA", "step_type"])
def test_a_record_without_currents_or_without_steps_is_read(monkeypatch, name):
    read = fastnda.read
    monkeypatch.setattr(fastnda, "read", lambda *given, **more: read(*given, **more).drop(name))
    record = echub.read(HERE / "cell.nda")
    columns = record["timeseries"].columns
    assert ("current" in columns, "technique" in columns) == (name != "current_mA", name != "step_type")
    assert not record.notices


def test_no_step_has_no_name():
    assert _words(np.array([], int)) == {}
    assert _words(np.array([2, 2, 1, 200])) == {1: "CC_Chg", 2: "CC_DChg", 200: "type 200"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            head(rows=(1527, 860)),
            "the file ends at offset 80, inside its rows, which end at 2387: 3 were recovered",
        ),
        (head(rows=(70, 10)), None),  # they end with the file
        (head(rows=(70, 11)), "the file ends at offset 80, inside its rows, which end at 81: 3 were recovered"),
        (head(28, rows=(1527, 860)), None),
    ],
)
def test_rows_behind_the_end_of_a_file_are_said(data, said):
    notices = []
    dropped = list(_cut(Source.from_bytes(data, "a.nda"), 3, notices))
    assert [(n.code, n.message) for n in notices] == ([("truncated", said)] if said else [])
    assert [(d.what, d.why) for d in dropped] == (
        [("the rows behind the first 3", "the file ends inside or before them")] if said else []
    )


@pytest.mark.parametrize(("factor", "rows"), [(1, 0), (-1, "all")])
def test_currents_against_their_steps_cost_current_and_charge_their_quantities(monkeypatch, factor, rows):
    read = fastnda.read
    turned = pl.col("current_mA") * factor
    monkeypatch.setattr(fastnda, "read", lambda *given, **more: read(*given, **more).with_columns(turned))
    record = echub.read(HERE / "cell.nda")
    quantities = {column.header: column.quantity for column in record["timeseries"].columns.values()}
    assert (quantities["current_mA"] is None) is (rows == "all")
    assert quantities["voltage_V"] == "voltage"
    said = [notice.message for notice in record.notices]
    assert len(said) == (rows == "all")
    assert all(
        text.endswith("the current is against the name of its step: current and charge stay vendor columns")
        for text in said
    )


def test_a_row_in_the_middle_that_cannot_be_read_is_told_by_its_number():
    """The eighth of twenty rows of 86 bytes loses the mark 0x55 with which each begins: fastnda passes over it."""
    data = bytearray(nda())
    data[len(data) - 13 * 86] = 0
    record = echub.read(bytes(data))
    assert record["timeseries"].rows == 19
    assert [(n.code, n.message) for n in record.notices] == [
        (
            "row-count",
            "by their numbers 1 row is missing among those that could be read, the first behind number 7",
        )
    ]
