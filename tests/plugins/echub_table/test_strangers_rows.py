"""Rows and cells as other programs write them: over several lines, with the D of Fortran, or unlike the others."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from fixtures.tables.workbook import book

ROWS = 300
TIME, VOLTS, AMPS = np.arange(ROWS) * 0.5, 3 + np.arange(ROWS) / 1024, np.arange(ROWS) / 64 - 2
HEADER = "Time (s),Voltage (V),Current (mA)"


def lines(note="", header=HEADER):
    return [header, *(f"{t},{u},{i}{note}" for t, u, i in zip(TIME, VOLTS, AMPS, strict=True))]


def table(rows, end="\n"):
    return echub.read((end.join(rows) + end).encode(), reader="table")


def codes(record):
    return {notice.code for notice in record.notices} - {"sign-assumed", "vendor-columns"}


def assert_whole(record):
    series = record["timeseries"]
    for name, truth in (("time", TIME), ("voltage", VOLTS), ("current", AMPS)):
        assert np.array_equal(series[name], truth), name


# -- cells over several lines ------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_names_over_two_lines_are_read_with_their_units(end):
    record = table(lines(header='"Time\n(s)","Voltage\n(V)","Current\n(mA)"'), end)
    assert_whole(record)
    assert record["timeseries"].columns["voltage"].header == "Voltage (V)"
    assert "cells" in {decision["what"] for decision in record.settings["decisions"]}


@pytest.mark.parametrize("row", [1, 2, 150, ROWS])
@pytest.mark.parametrize("cell", ['"a\nb, c"', '"5"" pipe\n\n7,8,9"', '"x\n"'])
def test_a_remark_over_several_lines_costs_no_row(row, cell):
    rows = lines(",", HEADER + ",Note")
    rows[row] += cell
    record = table(rows)
    assert_whole(record)
    assert codes(record) == set()
    assert record["timeseries"]["vendor_note"][row - 1] == cell[1:-1].replace("\n", " ").replace('""', '"').strip()


def test_a_remark_far_behind_the_head_costs_no_row():
    rows = [f"{n},{n / 64},{-n / 64}," for n in range(30_000)]
    rows[29_000] += '"a\nb"'
    record = table([HEADER + ",Note", *rows])
    assert np.array_equal(record["timeseries"]["time"], np.arange(30_000))
    assert codes(record) == set()


def test_marks_of_inches_do_not_join_lines():
    with pytest.raises(ReadError, match="rows do not parse") as caught:
        table(lines(',5" pipe', HEADER + ",Tube"))
    assert "an open quote" in caught.value.found


# -- the D of Fortran --------------------------------------------------------------------------


@pytest.mark.parametrize("letter", "dD")
@pytest.mark.parametrize(("between", "mark"), [(",", "."), ("  ", "."), (";", ","), ("\t", ",")])
def test_exponents_of_double_precision_are_numbers(letter, between, mark):
    names = between.join(("Time(s)", "Voltage(V)", "Current(mA)"))
    numbers = np.column_stack([TIME, VOLTS, AMPS])
    rows = [between.join(f"{x:.16E}".replace("E", letter).replace(".", mark) for x in row) for row in numbers]
    record = table([names, *rows])
    assert_whole(record)
    assert codes(record) == set()


def test_a_letter_behind_whole_numbers_is_a_name():
    record = table([HEADER + ",Cell", *(f"{row},1D2" for row in lines()[1:])])
    assert record["timeseries"].columns["vendor_cell"].labels[0] == "1D2"


# -- rows that do not fit ----------------------------------------------------------------------

MISFITS = {"a field more": "{row},9", "a field less": "0.5,3", "another kind": "2024-01-01 00:00:00,3,1"}


@pytest.mark.parametrize("misfit", ["a field more", "a field less"])
@pytest.mark.parametrize("row", [0, 1, 2, 150, ROWS - 2])
def test_a_row_that_does_not_fit_is_told_wherever_it_stands(row, misfit):
    rows = lines()
    rows[row + 1] = MISFITS[misfit].format(row=rows[row + 1])
    record = table(rows)
    assert np.array_equal(record["timeseries"]["row"], np.delete(np.arange(ROWS), row))
    assert np.array_equal(record["timeseries"]["time"], np.delete(TIME, row))
    assert codes(record) == {"unparsable-rows"}
    assert [dropped.what for dropped in record.dropped] == ["1 row with another number of fields"]


def test_a_first_row_of_another_kind_is_told():
    rows = lines()
    rows[1] = MISFITS["another kind"]
    record = table(rows)
    assert record["timeseries"].rows == ROWS - 1
    assert "line 2: other cells: 2024-01-01" in record.notices[-1].message or "unparsable-rows" in codes(record)


def test_first_rows_that_do_not_fit_count_like_others():
    rows = lines()
    for n in range(1, 5):
        rows[n] += ",9"
    with pytest.raises(ReadError, match="4 of 300 rows do not parse"):
        table(rows)


@pytest.mark.parametrize("between", ["300", "measured,measured,set", "s,V,mA", "---,---,---", "rest at 25 degC"])
def test_lines_of_words_and_a_count_under_the_names_are_no_rows(between):
    rows = lines()
    record = table([rows[0], between, *rows[1:]])
    assert_whole(record)
    assert codes(record) == set()


def test_a_negative_time_is_not_the_start_of_a_step():
    rows = lines(",ok", HEADER + ",State")
    rows[-1] = "-149.5,3.0,1.0,end"
    series = table(rows)["timeseries"]
    assert series["time"][-1] == -149.5
    assert "step_time" not in series.columns


# -- units -------------------------------------------------------------------------------------


@pytest.mark.parametrize("printed", ["T (°F)", "T / degF", "Temperature [ºF]"])
def test_degrees_fahrenheit_are_points_on_their_scale(printed):
    rows = [f"{n},{3 + n / 64},{77 + 9 * n}" for n in range(9)]
    series = table([f"Time (s),Voltage (V),{printed}", *rows])["timeseries"]
    assert series["temperature"] == pytest.approx([25 + 5 * n for n in range(9)], abs=1e-12)
    printed_values = series.columns["temperature"].source_values()
    assert printed_values == pytest.approx([77 + 9 * n for n in range(9)], rel=1e-15)


def test_exponents_of_double_precision_in_a_workbook():
    pytest.importorskip("fastexcel")
    rows = [[f"{x:.16E}".replace("E", "D") for x in row] for row in zip(TIME, VOLTS, AMPS, strict=True)]
    assert_whole(echub.read(book([HEADER.split(","), *rows]), reader="excel"))
