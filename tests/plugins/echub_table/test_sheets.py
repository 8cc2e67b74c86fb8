"""Which sheet of a workbook is read, why, and what is said of the others."""

from __future__ import annotations

import io

import pytest

from echub.plugin import ReadError, Source
from echub_table.excel import explain, first_profile, read
from echub_table.options import ExcelOptions

pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")
openpyxl = pytest.importorskip("openpyxl", reason="openpyxl writes the workbooks of this test")

PLAIN = [["t / s", "U / V"], [0, 1.5], [1, 2.5], [2, 3.5]]
NOTES = [["who", "what"], ["x", "y"]]
MASSES = [["Cycle", "mass / g"], [1, 2.5], [2, 3.5], [3, 4.5]]
SAMPLES = [["sample.id", "replicate", "H / GPa"], ["a", 1, 5.5], ["b", 1, 6.5], ["c", 1, 7.5]]
NAMES = ["Data_Point", "Test_Time(s)", "Cycle_Index", "Voltage(V)"]
RECORDS = [[n, 10.0 * n, n // 4 + 1, 3.5] for n in range(12)]
PER_CYCLE = [["Cycle_Index", "Test_Time(s)", "Voltage(V)"], [1, 30.0, 3.5], [2, 70.0, 3.5], [3, 110.0, 3.5]]


def book(sheets):
    made, data = openpyxl.Workbook(), io.BytesIO()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(data)
    return Source.from_bytes(data.getvalue(), "a.xlsx")


SEVERAL = "the only one with a table of several measured rows per cycle or step"
COUNTED = "one table, whose rows are counted from sheet to sheet"
OTHER = "; --option sheet=… names another"


@pytest.mark.parametrize(("sheets", "asked", "sheet", "why", "said"), [
    ({"A": PLAIN}, "", "A", "the only one with cells", []),
    ({"A": PLAIN, "B": []}, "", "A", "the only one with cells", []),
    ({"A": PLAIN, "B": PLAIN}, "B", "B", "asked for", []),
    ({"A": NOTES, "B": PLAIN, "C": MASSES}, "", "B", "the only one with a table of measured rows",
     [f"B is read, of 3 sheets with cells: it is the only one with a table of measured rows{OTHER}"]),
    ({"A": MASSES, "B": SAMPLES}, "", "B", "the only one with a table of measured rows",
     [f"B is read, of 2 sheets with cells: it is the only one with a table of measured rows{OTHER}"]),
    ({"A": PER_CYCLE, "B": [NAMES, *RECORDS]}, "", "B", SEVERAL,
     [f"B is read, of 2 sheets with cells: it is {SEVERAL}{OTHER}"]),
    ({"B": [NAMES, *RECORDS[6:]], "A": [NAMES, *RECORDS[:6]], "C": PER_CYCLE}, "", "A, B", COUNTED,
     [f"A, B are read, of 3 sheets with cells: they are {COUNTED}{OTHER}"]),
])  # fmt: skip
def test_the_sheet_that_is_read(sheets, asked, sheet, why, said):
    source, options = book(sheets), ExcelOptions(sheet=asked)
    first, *more = explain(source, options)
    assert (first.what, first.chosen, first.evidence, first.rival) == ("sheet", sheet, why, "")
    assert [one.what for one in more][:4] == ["encoding", "delimiter", "decimal mark", "header"]
    record = read(source, options)
    assert record.settings["sheet"] == sheet
    assert [notice.message for notice in record.notices if notice.code == "sheet-chosen"] == said


def test_a_first_profile_of_a_sheet_is_that_of_its_cells():
    lines = first_profile(book({"A": PLAIN}), ExcelOptions()).splitlines()
    assert lines[:4] == [
        "# A table profile, inferred from a.xlsx. Lines with (guess) are to be looked at.", "[table-profile]",
        'title = "a.xlsx"', 'files = ["*.xlsx"]  # (guess) the files that it is for',
    ]  # fmt: skip
    assert [line for line in lines if line.startswith("[columns.")] == ['[columns."t / s"]', '[columns."U / V"]']
    assert 'delimiter = "tab"  # said by the user, 2 of them numbers' in lines


@pytest.mark.parametrize(("cells", "said"), [
    (["1.5", 2.5, 3.5], ["U / V: 1 cell holds a number as text, read as such"]),
    (["1.5", "2.5", 3.5], ["U / V: 2 cells hold a number as text, read as such"]),
    ([1.5, 2.5, 3.5], []),
])  # fmt: skip
def test_numbers_that_stand_as_texts(cells, said):
    record = read(book({"A": [["t / s", "U / V"], *([n, cell] for n, cell in enumerate(cells))]}), ExcelOptions())
    assert record["timeseries"]["voltage"].tolist() == [1.5, 2.5, 3.5]
    assert [notice.message for notice in record.notices if notice.code == "numbers-as-text"] == said


def test_sheets_with_one_row_per_cycle_are_offered_if_there_are_no_others():
    longer = [*PER_CYCLE, [4, 150.0, 3.5]]
    with pytest.raises(ReadError) as caught:
        read(book({"A": PER_CYCLE, "B": longer, "C": MASSES, "D": NOTES}), ExcelOptions())
    assert caught.value.message == "2 sheets of the workbook hold a table"
    assert caught.value.hint == '--option sheet="A" or --option sheet="B"'
    assert caught.value.found == "A, B, C, D"


@pytest.mark.parametrize("counter", [0, 1])
def test_the_counter_of_the_rows_may_stand_in_any_column(counter):
    """The first sheet has the later rows; the other columns have gaps, or do not go on."""

    def rows(places):
        cells = [[f"{10.0 * n}", n % 4 + 1, 3.5] for n in places]
        return [[*row[:counter], n, *row[counter:]] for n, row in zip(places, cells, strict=True)]

    names = ["Test_Time(s)", "Cycle_Index", "Voltage(V)"]
    names.insert(counter, "Data_Point")
    record = read(book({"B": [names, *rows(range(6, 12))], "A": [names, *rows(range(6))]}), ExcelOptions())
    assert record.settings["sheet"] == "A, B"
    assert record["timeseries"]["time"].tolist() == [10.0 * n for n in range(12)]


MADE, NOTE = ["made by x"], ["on a bench"]


@pytest.mark.parametrize(("over", "below"), [([MADE], []), ([], [MADE]), ([MADE], [MADE, NOTE]), ([], [])])
def test_each_sheet_of_a_table_begins_at_its_own_row(over, below):
    """Lines above the names of one sheet cost the other no row, and none of them is one."""
    sheets = {"A": [*over, NAMES, *RECORDS[:6]], "B": [*below, NAMES, *RECORDS[6:]]}
    record = read(book(sheets), ExcelOptions())
    assert record.settings["sheet"] == "A, B"
    series = record["timeseries"]
    assert series["time"].tolist() == [10.0 * n for n in range(12)]
    assert (series["cycle"].tolist(), series["vendor_data_point"].tolist()) == (
        [n // 4 + 1 for n in range(12)], [*range(12)]
    )  # fmt: skip
    assert {notice.code for notice in record.notices} == {"vendor-columns", "sheet-chosen"}


@pytest.mark.parametrize(("unit", "joined"), [("V", True), ("mV", False)])
def test_sheets_with_other_units_are_no_one_table(unit, joined):
    names, units = ["Data_Point", "Test_Time", "Cycle_Index", "Voltage"], [None, "s", None]
    sheets = {"A": [names, [*units, "V"], *RECORDS[:6]], "B": [names, [*units, unit], *RECORDS[6:]]}
    if joined:
        assert read(book(sheets), ExcelOptions())["timeseries"]["voltage"].tolist() == [3.5] * 12
        return
    with pytest.raises(ReadError) as caught:
        read(book(sheets), ExcelOptions())
    assert caught.value.hint == '--option sheet="A" or --option sheet="B"'
