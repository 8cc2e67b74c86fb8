"""Workbooks: the same rules, numbers as the workbook holds them, a sheet named or asked for."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from fixtures.tables import workbook
from fixtures.tables.nasty.case import CURRENT, TIME, VOLTAGE

pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")
openpyxl = pytest.importorskip("openpyxl", reason="openpyxl writes the workbooks of this test")


def test_the_committed_workbook_is_what_its_generator_writes():
    assert workbook.FILE.read_bytes() == workbook.workbook()
    data = echub.read(workbook.FILE)["timeseries"]
    assert (data["time"].tolist(), data["current"].tolist()) == (TIME, workbook.TINY)


def _workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def _rows(*columns, header=("t / s", "U / V", "I / mA")):
    return [list(header), *map(list, zip(*columns, strict=True))]


def test_a_sheet_is_a_table(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", Data=[["Operator: x"], [], *_rows(TIME, VOLTAGE, CURRENT)])
    record = echub.read(path)
    data = record["timeseries"]
    assert (data["time"].tolist(), data["voltage"].tolist(), data["current"].tolist()) == (TIME, VOLTAGE, CURRENT)
    assert record.settings["sheet"] == "Data"
    assert record.settings["preamble"] == {"Operator": "x"}


def test_small_numbers_keep_all_their_digits(tmp_path):
    tiny = [1e-10, 2.5e-13, -1 / 3, 1e22, 123456789.123, 0.1]
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, VOLTAGE, tiny))
    assert echub.read(path)["timeseries"]["current"].tolist() == tiny


def test_several_sheets_want_to_be_asked_for(tmp_path):
    path = _workbook(
        tmp_path / "a.xlsx", One=_rows(TIME, VOLTAGE, CURRENT), Two=_rows(TIME, CURRENT, VOLTAGE), Empty=[]
    )
    with pytest.raises(ReadError, match="2 sheets") as caught:
        echub.read(path)
    assert '--option sheet="One"' in caught.value.hint
    assert echub.read(path, options={"sheet": "Two"})["timeseries"]["voltage"].tolist() == CURRENT
    with pytest.raises(ReadError, match="no sheet 'Three'"):
        echub.read(path, options={"sheet": "Three"})


def test_a_table_away_from_the_corner(tmp_path):
    rows = [[None, None, *row] for row in _rows(TIME, VOLTAGE, CURRENT)]
    path = _workbook(tmp_path / "a.xlsx", Data=[[], [], *rows])
    assert echub.read(path)["timeseries"]["voltage"].tolist() == VOLTAGE


def test_a_number_as_text_with_a_decimal_comma_is_read_and_said(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, ["1,5", *VOLTAGE[1:]], CURRENT))
    record = echub.read(path)
    assert record["timeseries"]["voltage"].tolist() == [1.5, *VOLTAGE[1:]]
    assert "numbers-as-text" in {notice.code for notice in record.notices}


def test_a_word_among_numbers_is_nan_and_said(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, ["OVL", *VOLTAGE[1:]], CURRENT))
    record = echub.read(path)
    assert np.isnan(record["timeseries"]["voltage"]).tolist() == [True, *[False] * 5]
    assert "unparsable-rows" in {notice.code for notice in record.notices}


def test_a_damaged_workbook_says_so(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, VOLTAGE, CURRENT))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ReadError, match="cannot be opened"):
        echub.read(path)
