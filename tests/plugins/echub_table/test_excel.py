"""Workbooks: the same rules, numbers as the workbook holds them, a sheet named or asked for."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import numpy as np
import pytest

import echub
from echub.errors import Ambiguous, ReadError
from echub.model.source import Source
from echub_table import excel
from echub_table.excel import _require_filled
from echub_table.options import ExcelOptions
from fixtures.tables import workbook
from fixtures.tables.nasty.case import CURRENT, TIME, VOLTAGE

pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")
openpyxl = pytest.importorskip("openpyxl", reason="openpyxl writes the workbooks of this test")


def test_the_committed_workbook_reads_as_it_was_written():
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


def test_whole_numbers_beyond_64_bits_are_numbers(tmp_path):
    large = [1e19, -1e19, 2.0**63, 3e300, 1.0, 2.0]
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, VOLTAGE, large))
    assert echub.read(path)["timeseries"]["current"].tolist() == large


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
    (said,) = [notice.message for notice in record.notices if notice.code == "unparsable-rows"]
    assert said == "1 of 6 rows does not parse: line 2: U / V is 'OVL', no number"  # the header is line 1


def test_a_damaged_workbook_says_so(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, VOLTAGE, CURRENT))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ReadError, match="cannot be opened"):
        echub.read(path)


# -- durations, days, sheets ---------------------------------------------------------------------


def _formatted(path, form, values, header="Total Time", beside=None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([header, "U / V"] if beside is None else [beside[0], header, "U / V"])
    for number, value in enumerate(values):
        sheet.append([value, 3.5] if beside is None else [beside[1][number], value, 3.5])
        if form:
            sheet.cell(number + 2, 1 if beside is None else 2).number_format = form
    book.save(path)
    return path


HOURS = [20.0, 30.0, 500.0, 1000.25]
DURATIONS = {
    "timedelta": ("[h]:mm:ss", [dt.timedelta(hours=h) for h in HOURS]),
    "a number as [h]:mm:ss": ("[h]:mm:ss", [h / 24 for h in HOURS]),
    "a number as [h]:mm:ss.000": ("[h]:mm:ss.000", [h / 24 for h in HOURS]),
}


@pytest.mark.parametrize("name", DURATIONS)
@pytest.mark.parametrize("header", ["Total Time", "Test Time", "Time (h:m:s)", "Time (hh:mm:ss)"])
def test_a_duration_is_an_elapsed_time(tmp_path, name, header):
    form, values = DURATIONS[name]
    record = echub.read(_formatted(tmp_path / "a.xlsx", form, values, header))
    column = record["timeseries"].column("time")
    np.testing.assert_allclose(column.values, np.array(HOURS) * 3600, atol=2e-3)
    assert column.origin == "measured"
    assert record.metadata.value("experiment.start") is None


def test_a_day_beside_a_time_of_day(tmp_path):
    days = [dt.date(2024, 9, 27), dt.date(2024, 9, 27), dt.date(2024, 9, 28)]
    clocks = [dt.time(23, 59, 58), dt.time(23, 59, 59), dt.time(0, 0, 0)]
    record = echub.read(_formatted(tmp_path / "a.xlsx", "", clocks, "Time", ("Date", days)))
    assert record["timeseries"]["time"].tolist() == [0, 1, 2]
    assert record.metadata.value("experiment.start") == "2024-09-27T23:59:58"


def test_dates_with_a_time_of_day_stay_instants(tmp_path):
    moments = [dt.datetime(2024, 9, 27, 0, 0, s) for s in range(3)]
    record = echub.read(_formatted(tmp_path / "a.xlsx", "", moments, "DateTime"))
    assert record["timeseries"]["time"].tolist() == [0, 1, 2]
    assert record["timeseries"].column("time").origin == "derived"


def test_the_sheet_with_the_table_is_found_and_said(tmp_path):
    path = _workbook(
        tmp_path / "a.xlsx",
        Info=[["Operator", "x"], ["Mass (g)", 1.5]],
        Record=_rows(TIME, VOLTAGE, CURRENT),
        Cycles=[["Cycle", "Efficiency"], [1, 0.99], [2, 0.98], [3, 0.97]],
    )
    record = echub.read(path)
    assert record.settings["sheet"] == "Record"
    (said,) = [notice.message for notice in record.notices if notice.code == "sheet-chosen"]
    assert "Record" in said


COUNTED = ("Data_Point", "Test_Time(s)", "Step_Index", "Cycle_Index", "Current(A)", "Voltage(V)")
RECORDS = [COUNTED, *([n, 10.0 * n, n // 3 + 1, n // 6 + 1, 0.5, 3.5 + n / 100] for n in range(12))]
PER_CYCLE = [
    ("Cycle_Index", "Test_Time(s)", "Current(A)", "Voltage(V)"),
    (1, 50.0, 0.5, 3.55),
    (2, 110.0, 0.5, 3.61),
]
PER_STEP = [
    ("Cycle Index", "Step Index", "Step Time(s)", "Voltage(V)"),
    *([n // 2 + 1, n + 1, 20.0, 3.5] for n in range(4)),
]


def test_the_records_are_told_from_the_rows_of_cycles_and_steps(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", cycle=PER_CYCLE, record=RECORDS, step=PER_STEP)
    record = echub.read(path)
    assert record["timeseries"]["voltage"].tolist() == [3.5 + n / 100 for n in range(12)]
    (said,) = [notice.message for notice in record.notices if notice.code == "sheet-chosen"]
    assert said == (
        "record is read, of 3 sheets with cells: it is the only one with a table of several measured rows per "
        "cycle or step; --option sheet=… names another"
    )


@pytest.mark.parametrize("order", [("one", "two", "three"), ("three", "one", "two")])
def test_records_that_go_on_in_other_sheets_are_one_table(tmp_path, order):
    parts = {"one": RECORDS[:5], "two": [COUNTED, *RECORDS[5:9]], "three": [COUNTED, *RECORDS[9:]]}
    path = _workbook(tmp_path / "a.xlsx", **{name: parts[name] for name in order}, cycle=PER_CYCLE)
    record = echub.read(path)
    assert record["timeseries"]["time"].tolist() == [10.0 * n for n in range(12)]
    assert record["timeseries"]["voltage"].tolist() == [3.5 + n / 100 for n in range(12)]
    assert record.settings["sheet"] == "one, two, three"
    (said,) = [notice.message for notice in record.notices if notice.code == "sheet-chosen"]
    assert said.startswith(
        "one, two, three are read, of 4 sheets with cells: they are one table, whose rows are counted"
    )
    assert echub.read(path, options={"sheet": "two"})["timeseries"].rows == 4


@pytest.mark.parametrize("second", [RECORDS[:8], [COUNTED, *RECORDS[10:]]], ids=["another channel", "a gap"])
def test_records_that_do_not_go_on_are_refused_and_the_rows_of_cycles_are_not_offered(tmp_path, second):
    path = _workbook(tmp_path / "a.xlsx", one=RECORDS[:8], two=second, cycle=PER_CYCLE)
    with pytest.raises(ReadError, match="2 sheets") as caught:
        echub.read(path)
    assert caught.value.hint == '--option sheet="one" or --option sheet="two"'


def test_no_sheet_with_a_table_names_what_there_is(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", One=[["a", "b"], [1, 2]], Two=[["c"], ["d"]])
    with pytest.raises(ReadError) as caught:
        echub.read(path)
    assert '--option sheet="' in caught.value.hint


def test_a_column_of_numbers_as_text_with_decimal_commas(tmp_path):
    path = _workbook(
        tmp_path / "a.xlsx", Data=_rows(TIME, [f"{v:.4f}".replace(".", ",") for v in VOLTAGE], CURRENT)
    )
    record = echub.read(path)
    assert record["timeseries"]["voltage"].tolist() == VOLTAGE
    assert "numbers-as-text" in {notice.code for notice in record.notices}


def test_formulas_without_values_are_said(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, VOLTAGE, [f"=A{i + 2}*2" for i in range(6)]))
    record = echub.read(path)
    assert {"formulas-without-values", "no-number"} <= {notice.code for notice in record.notices}
    assert record["timeseries"]["voltage"].tolist() == VOLTAGE


FORMULA = "<f>A2*2</f>"
SPELLINGS = [
    *((FORMULA, empty) for empty in ("", "<v/>", "<v />", "<v></v>", "<v\n/>", "<v></v >")),
    ('<f t="shared" si="0"/>', ""),
    ('<f t="shared" si="0" />', "<v></v>"),
    (FORMULA, "\n<v/>\n"),
]
"""What XML allows for a formula whose value is empty, and for one that another cell states."""


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def prefixed(text):
    """Return a part whose elements have the prefix of their namespace, as some programs write them."""
    return re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", text).replace(MAIN, MAIN.replace("xmlns=", "xmlns:x="))


@pytest.mark.parametrize("as_written", [str, prefixed], ids=["plain", "prefixed"])
@pytest.mark.parametrize(("formula", "empty"), SPELLINGS)
def test_every_spelling_of_a_formula_without_a_value_is_the_same_workbook(tmp_path, formula, empty, as_written):
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, VOLTAGE, ["=A2*2"] * 6))
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name], changed = re.subn("<f>[^<]*</f>(<v ?/>|<v></v>)?</c>", f"{formula}{empty}</c>", parts[name])
    assert changed == 6
    parts[name] = as_written(parts[name])
    with zipfile.ZipFile(path, "w") as book:
        for part, text in parts.items():
            book.writestr(part, text)
    record = echub.read(path)
    said = [notice.message for notice in record.notices if notice.code == "formulas-without-values"]
    assert [text.split()[0] for text in said] == ["6"]
    assert (record["timeseries"]["time"].tolist(), record["timeseries"]["voltage"].tolist()) == (TIME, VOLTAGE)
    assert np.isnan(record["timeseries"]["current"]).all()


def test_a_state_sets_the_sign_in_a_workbook_too(tmp_path):
    header = ("t / s", "I / mA", "Status")
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, [1.0] * 6, ["Chg"] * 3 + ["DChg"] * 3, header=header))
    assert echub.read(path)["timeseries"]["current"].tolist() == [1.0] * 3 + [-1.0] * 3


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="B99999999999999999999">',
        b"<c r='B1048577000'>",
        b'<c s="1"\nr="b9999999999"  t="n">',
        b'<c r="ABCDEFGHI5">',
        b'<row r="99999999999">',
    ],
)
@pytest.mark.parametrize("prefix", [b"", b"x:", b"ss:"])
def test_a_cell_where_no_sheet_has_one_is_refused_before_the_library_sees_it(cell, prefix):
    sheet = b'<row r="1"><c r="A1"><v>1</v></c></row>' + cell
    sheet = re.sub(rb"<(/?)", rb"<\1" + prefix, sheet)
    with pytest.raises(ReadError, match="far more memory") as refused:
        _require_filled(sheet, "sheet1.xml", Source.from_bytes(b"PK", "a.xlsx"))
    assert "spread over" in refused.value.found


@pytest.mark.parametrize(
    ("written", "options"),
    [
        (["1,234.5", "1,233.5", "999.5", "0.5", "-2,000.25", "12.0"], {}),
        (["1.234,5", "1.233,5", "999,5", "0,5", "-2.000,25", "12,0"], {}),
        (["1,234", "1,233", "2,500", "1,000", "1,750", "1,125"], {"decimal": "comma"}),
    ],
    ids=["points", "commas", "said"],
)
def test_texts_with_groups_of_thousands_are_numbers(tmp_path, written, options):
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, VOLTAGE, written))
    record = echub.read(path, options=options)
    plain = [
        text if text.rfind(",") < text.rfind(".") else text.replace(".", "").replace(",", ".") for text in written
    ]
    assert record["timeseries"]["current"].tolist() == [float(text.replace(",", "")) for text in plain]
    assert "numbers-as-text" in {notice.code for notice in record.notices}


def test_texts_whose_decimal_mark_is_open_are_refused_and_not_lost(tmp_path):
    path = _workbook(
        tmp_path / "a.xlsx", Data=_rows(TIME, VOLTAGE, ["1,234", "1,233", "2,500", "1,000", "1,7", "1,1"])
    )
    assert echub.read(path)["timeseries"]["current"].tolist() == [1.234, 1.233, 2.5, 1.0, 1.7, 1.1]
    path = _workbook(tmp_path / "b.xlsx", Data=_rows(TIME, VOLTAGE, [f"1,{n}00" for n in range(6)]))
    with pytest.raises(Ambiguous, match="decimal mark") as caught:
        echub.read(path)
    assert (caught.value.where, "decimal=comma" in caught.value.hint) == ("column I / mA", True)


def test_another_column_of_texts_settles_an_open_decimal_mark(tmp_path):
    volts = ["3,7", "3,65", "3,6", "3,55", "3,5", "3,45"]
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, volts, [f"1,{n}00" for n in range(6)]))
    assert echub.read(path)["timeseries"]["current"].tolist() == [1.0, 1.1, 1.2, 1.3, 1.4, 1.5]


NAN = float("nan")
UNITED, WORDED = "U", "U / V"
TEXTS = {
    # cells of a column that bears a name and stands beside numbers: what is read of them, and what is said
    "three digits behind a point, beside a comma": (
        WORDED,
        ["1.234,5", "2.345", 2.5, "3,5"],
        [1234.5, 2345, 2.5, 3.5],
    ),
    "a point among commas": (WORDED, ["1.234", "1,5", 2.5, "3,5"], [NAN, 1.5, 2.5, 3.5]),
    "points": (WORDED, ["1.5", "1.234", 2.5, "-3.25"], [1.5, 1.234, 2.5, -3.25]),
    "no mark": (WORDED, ["1234", "-5", 2.5, "3e2"], [1234, -5, 2.5, 300]),
    "units and commas": (UNITED, ["1,5 V", "1,234 V", "-2,5 V", "3,75 V"], [1.5, 1.234, -2.5, 3.75]),
    "units and points": (UNITED, ["1.5 V", "1.234 V", "-2.5 V", "3.75 V"], [1.5, 1.234, -2.5, 3.75]),
    "a typeset minus": (WORDED, ["−1,5", "–2,25", -2.5, "3,5"], [-1.5, -2.25, -2.5, 3.5]),
    "parentheses and commas": (WORDED, ["(1,5)", "(1,234)", "(2,5)", "(3,5)"], [-1.5, -1.234, -2.5, -3.5]),
    "words between tiny numbers": (WORDED, [1e-10, "off", 2.5e-11, "on"], [1e-10, NAN, 2.5e-11, NAN]),
    "words, numbers and texts": (WORDED, ["off", 0.1234567890123, "2,5", "on"], [NAN, 0.1234567890123, 2.5, NAN]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_a_number_by_the_decimal_mark_of_the_texts(tmp_path, name):
    header, cells, values = TEXTS[name]
    path = _workbook(
        tmp_path / "a.xlsx", Data=_rows(TIME[:4], cells, CURRENT[:4], header=("t / s", header, "I / mA"))
    )
    read = echub.read(path)["timeseries"]["voltage"]
    np.testing.assert_array_equal(read, values)


OPEN = {
    "texts": (WORDED, ["1.234", 2.5, 2.5, "1.235"], "a number", "1.234 may be a decimal or a group of thousands"),
    "units": (UNITED, ["1,234 V", "2,500 V", "2,500 V", "2,500 V"], "a number",
              "1,234 may be a decimal or a group of thousands"),
    "parentheses": (WORDED, ["(1,234)", "(2,500)", "off", "(1,300)"], "a number",
                    "1,234 may be a decimal or a group of thousands"),
    "both marks": (WORDED, ["1.5", "1,25", 2.5, 3.5], "one decimal mark", "both marks occur: 1.5 and 1,25"),
}  # fmt: skip


@pytest.mark.parametrize("name", OPEN)
def test_a_text_of_two_readings_is_refused_unless_another_column_or_the_user_settles_it(tmp_path, name):
    header, cells, expected, found = OPEN[name]
    names = ("t / s", header, "I / mA")
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME[:4], cells, CURRENT[:4], header=names))
    with pytest.raises(Ambiguous, match="stored as text is not settled") as refused:
        echub.read(path)
    remark = refused.value
    assert (remark.where, remark.found, remark.expected.split(" that")[0]) == (f"column {header}", found, expected)
    said = echub.read(path, options={"decimal": "point"})["timeseries"]["voltage"]
    plain = [str(cell).replace(",", "").strip("( V)") for cell in cells]
    sign = -1 if "(" in cells[0] else 1
    expected = [
        NAN if text == "off" else float(text) if cell != "1,25" else NAN
        for text, cell in zip(plain, cells, strict=True)
    ]
    np.testing.assert_array_equal(said, [sign * value for value in expected])


INLINE = re.compile(r't="inlineStr"><is><t>([^<]*)</t></is></c>')
CELLS = {
    "in its cell": 't="inlineStr"><is><t>{}</t></is></c>',
    "after blanks": 't="inlineStr"><is><t xml:space="preserve">  {}</t></is></c>',
    "of a formula": 't="str"><f>A1</f><v>{}</v></c>',
    "in a list": 't="s"><v>{}</v></c>',
}
"""How the text of a cell may be written in a workbook."""


@pytest.mark.parametrize("as_written", [str, prefixed], ids=["plain", "prefixed"])
@pytest.mark.parametrize("name", CELLS)
def test_a_text_is_told_from_a_number_however_the_workbook_stores_it(tmp_path, name, as_written):
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME[:3], ["1.234", "+1,5", "3,5"], CURRENT[:3]))
    with zipfile.ZipFile(path) as book:
        parts = {part: book.read(part).decode() for part in book.namelist()}
    sheet, shared = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
    texts = INLINE.findall(parts[sheet])
    written = iter(range(len(texts)) if name == "in a list" else texts)
    parts[sheet] = INLINE.sub(lambda _: CELLS[name].format(next(written)), parts[sheet])
    if name == "in a list":
        listed = "".join(f"<si><t>{text}</t></si>" for text in texts)
        parts[shared] = f'<sst {MAIN} count="{len(texts)}" uniqueCount="{len(texts)}">{listed}</sst>'
    with zipfile.ZipFile(path, "w") as book:
        for part, text in parts.items():
            book.writestr(part, as_written(text) if part in (sheet, shared) else text)
    np.testing.assert_array_equal(echub.read(path)["timeseries"]["voltage"], [NAN, 1.5, 3.5])


def test_a_sheet_of_codes_keeps_its_texts_and_the_digits_of_its_numbers(tmp_path):
    cells = ["1,234", "a b", 0.1 + 0.2, 1e-10, 7, "1.5"]
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, cells, CURRENT, header=("t / s", "code", "I / mA")))
    column = echub.read(path)["timeseries"].column("vendor_code")
    assert column.plain().tolist() == ["1,234", "a b", "0.3", "1e-10", "7", "1.5"]


def test_whole_numbers_beyond_those_of_64_bits_are_numbers(tmp_path):
    densities = [1e21, 2e21, 5e18, 9.3e18, 1e19, 1e20]
    path = _workbook(
        tmp_path / "a.xlsx", Data=_rows(TIME, densities, CURRENT, header=("t / s", "n / 1/cm^3", "I / mA"))
    )
    assert echub.read(path)["timeseries"]["vendor_n_1_cm_3"].tolist() == densities


@pytest.mark.parametrize(
    "first", ["000000000001", "12345678901234567890"], ids=["zeros in front", "twenty digits"]
)
def test_texts_of_digits_that_name_something_stay_texts(tmp_path, first):
    codes = [first, *(str(n) for n in range(10, 15))]
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, codes, CURRENT, header=("t / s", "Barcode", "I / mA")))
    record = echub.read(path)
    assert record["timeseries"]["vendor_barcode"].tolist() == codes
    assert "numbers-as-text" not in {notice.code for notice in record.notices}


PARTS = [0.6055, 0.07, 1.0, None, 0.29, 0.123]


def _shown_as(path, formats, header="SOC / %", corner=1):
    """Write a sheet of which the second column, from row `corner` on, has a format in each cell."""
    book = openpyxl.Workbook()
    sheet = book.active
    for n, row in enumerate(_rows(TIME, PARTS, CURRENT, header=("t / s", header, "I / mA"))):
        for m, value in enumerate(row):
            sheet.cell(corner + n, corner + m, value)
    for n, code in enumerate(formats, corner + 1):
        sheet.cell(n, corner + 1).number_format = code
    book.save(path)
    return path


@pytest.mark.parametrize("code", ["0%", "0.00%", "0.0%", '[<0]"n.d.";0.000%'])
@pytest.mark.parametrize(("corner", "header"), [(1, "SOC / %"), (3, "SOC / %"), (1, "Zr (at%)")])
def test_cells_shown_as_percentages_are_read_as_shown(tmp_path, code, corner, header):
    path = _shown_as(tmp_path / "a.xlsx", [code] * len(PARTS), header, corner)
    record = echub.read(path)
    column = next(c for c in record["timeseries"].columns.values() if c.header == header)
    np.testing.assert_array_equal(column.values, [60.55, 7, 100, NAN, 29, 12.3])
    text = f"the cells of {header} are shown as percentages and hold fractions: read as shown, times 100"
    assert [n.message for n in record.notices if n.code == "percent-cells"] == [text]


@pytest.mark.parametrize(("code", "header"), [("General", "SOC / %"), ('0.0"%"', "SOC / %"), ("0.0%", "SOC")])
def test_numbers_that_are_no_percentages_stay_as_they_are(tmp_path, code, header):
    record = echub.read(_shown_as(tmp_path / "a.xlsx", [code] * len(PARTS), header))
    column = next(c for c in record["timeseries"].columns.values() if c.header == header)
    np.testing.assert_array_equal(column.values, [NAN if part is None else part for part in PARTS])
    assert "percent-cells" not in {notice.code for notice in record.notices}


def test_a_column_of_which_some_cells_are_shown_as_percentages_is_refused(tmp_path):
    with pytest.raises(Ambiguous, match="some cells of a column are shown as percentages") as caught:
        echub.read(_shown_as(tmp_path / "a.xlsx", ["0.0%", "0.0%"]))
    found = "2 of 5 cells are shown as percentages: they hold a hundredth of what is seen"
    assert (caught.value.where, caught.value.found) == ("column SOC / %", found)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_refusal_says_which_sheets_are_hidden(tmp_path, state):
    rows = _rows(TIME, VOLTAGE, CURRENT)
    path = _workbook(tmp_path / "a.xlsx", Data=rows, Old=rows, Notes=[["a"]])
    book = openpyxl.load_workbook(path)
    book["Old"].sheet_state = state
    book.save(path)
    with pytest.raises(ReadError, match="2 sheets of the workbook hold a table") as caught:
        echub.read(path)
    assert (caught.value.found, caught.value.hint) == (
        "Data, Old (hidden), Notes",
        '--option sheet="Data" or --option sheet="Old"',
    )


def test_a_sheet_of_a_chart_is_passed_over_without_a_word(tmp_path, caplog):
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME, VOLTAGE, CURRENT))
    book = openpyxl.load_workbook(path)
    book.create_chartsheet("Chart")
    book.save(path)
    record = echub.read(path)
    assert record["timeseries"]["voltage"].tolist() == VOLTAGE
    assert (caplog.messages, [n.code for n in record.notices]) == ([], ["sign-assumed"])


def test_rows_under_other_units_in_a_sheet_are_refused(tmp_path):
    rows = _rows(TIME, VOLTAGE, CURRENT)
    path = _workbook(tmp_path / "a.xlsx", Data=[*rows, ["t / s", "U / mV", "I / A"], *rows[1:]])
    with pytest.raises(ReadError, match="other names or units") as caught:
        echub.read(path)
    assert caught.value.where == "line 8"


def test_a_summary_of_fewer_columns_below_the_rows_of_a_sheet_is_another_table(tmp_path):
    summary = [["Cycle", "Q / mAh"], [1, 2.0], [2, 1.9]]
    path = _workbook(tmp_path / "a.xlsx", Data=[*_rows(TIME, VOLTAGE, CURRENT), [], *summary])
    with pytest.raises(ReadError, match="other names or units") as caught:
        echub.read(path)
    assert caught.value.where == "line 9"


def test_a_mean_below_the_rows_of_a_sheet_is_no_row(tmp_path):
    path = _workbook(tmp_path / "a.xlsx", Data=[*_rows(TIME, VOLTAGE, CURRENT), [], ["Mean", 3.2, 1.0]])
    assert echub.read(path)["timeseries"]["voltage"].tolist() == VOLTAGE


@pytest.mark.parametrize(
    "again", [["t / s", "U / V", "I / mA"], ["t / s", "U / V", "I / mA", None], ["[s]", "[V]", "[mA]"]]
)
def test_names_and_units_that_are_repeated_in_a_sheet_are_no_other_table(tmp_path, again):
    names, *rows = _rows(
        TIME, VOLTAGE, CURRENT, header=("t", "U", "I") if "[" in again[0] else ("t / s", "U / V", "I / mA")
    )
    head = [names, again] if "[" in again[0] else [names]
    path = _workbook(tmp_path / "a.xlsx", Data=[*head, *rows, again, *rows])
    record = echub.read(path)
    np.testing.assert_array_equal(record["timeseries"]["voltage"], [*VOLTAGE, NAN, *VOLTAGE])
    line = len(head) + len(rows) + 1
    assert record.settings["unparsable_rows"] == [
        f"line {line}: {n} is {cell!r}, no number" for n, cell in zip(names, again, strict=False)
    ]


ROOM = [
    # the row of the last cell, letters of the widest one, filled cells
    (384_615, "Z", 1, True),
    (384_616, "Z", 1, False),  # 26 columns, as any sheet may have
    (370_370, "AA", 1, True),  # 27
    (370_371, "AA", 1, False),
    (312_500, "AF", 1, True),  # 32: ten million exactly
    (312_501, "AF", 1, False),
    (375_000, "AF", 600_000, True),  # twenty times the cells exactly
    (375_001, "AF", 600_000, False),
    (461_538, "Z", 600_000, True),
    (461_539, "Z", 600_000, False),
]


@pytest.mark.parametrize(("row", "letters", "count", "fits"), ROOM)
def test_a_sheet_may_have_ten_million_places_or_twenty_times_its_cells(row, letters, count, fits):
    last = f'<row r="{row}"><c r="{letters}{row}"><v>1</v></c></row>'.encode()
    sheet = b'<row r="1"><c r="A1"><v>1</v></c></row>' + b"<c />" * (count - 2) + last
    source = Source.from_bytes(b"PK", "a.xlsx")
    if fits:
        _require_filled(sheet, "sheet1.xml", source)
        return
    with pytest.raises(ReadError, match="far more memory") as refused:
        _require_filled(sheet, "sheet1.xml", source)
    columns = {"Z": 26, "AA": 27, "AF": 32}[letters]
    cells = max(count, 2)
    assert refused.value.found == f"sheet1.xml: {cells} cells spread over {row:,} rows and {columns} columns"


@pytest.mark.parametrize("order", [1, -1])
def test_the_farthest_of_several_cells_counts_wherever_it_stands(order):
    """Row and column are those of different cells, and neither is that of the last one."""
    rows = ['<row r="1"><c r="A1"/></row>', '<c r="B9000000"/>', '<c r="ZZ2"/>', '<c r="AA8000000"/>'][::order]
    with pytest.raises(ReadError) as refused:
        _require_filled("".join(rows).encode(), "sheet1.xml", Source.from_bytes(b"PK", "a.xlsx"))
    assert refused.value.found == "sheet1.xml: 4 cells spread over 9,000,000 rows and 702 columns"


@pytest.mark.parametrize("less", [0, 1])
def test_a_workbook_may_unpack_to_its_limit(monkeypatch, less):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", bytes(90_000))
        archive.writestr("b.xml", bytes(10_000))
    data = held.getvalue()
    monkeypatch.setattr(excel, "_UNPACKED", 100_000 - 100 * len(data) - less)
    source = Source.from_bytes(data, "a.xlsx")
    if not less:
        excel._require_modest(data, source)
        return
    with pytest.raises(ReadError) as refused:
        excel._require_modest(data, source)
    assert refused.value.found == f"100,000 bytes unpacked, from {len(data):,}"
    assert refused.value.expected == "cells next to each other, and at most 100 times its size unpacked"


FAR = b'<c r="B9999999"/>'


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("xl/worksheets/sheet1.xml", True),
        ("xl/worksheets/other.xml", True),
        ("xl/worksheets/_rels/sheet1.xml.rels", False),
        ("xl/media/sheet1.xml", False),
    ],
)
def test_every_sheet_and_nothing_else_is_looked_at_for_far_cells(name, refused):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("xl/worksheets/sheet0.xml", b'<c r="A1"/>')
        archive.writestr(name, FAR)
    source = Source.from_bytes(held.getvalue(), "a.xlsx")
    if not refused:
        excel._require_modest(held.getvalue(), source)
        return
    with pytest.raises(ReadError, match="far more memory") as caught:
        excel._require_modest(held.getvalue(), source)
    assert caught.value.found.startswith(f"{name}: 1 cells spread over 9,999,999 rows and 26 columns")


def test_two_columns_of_durations_are_both_clocks(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Total Time", "Step Time", "U / V"])
    for n, hours in enumerate(HOURS):
        book.active.append([hours / 24, n / 24, 3.5])
        for column in (1, 2):
            book.active.cell(n + 2, column).number_format = "[h]:mm:ss"
    book.save(tmp_path / "a.xlsx")
    series = echub.read(tmp_path / "a.xlsx")["timeseries"]
    np.testing.assert_allclose(series["time"], np.array(HOURS) * 3600, atol=2e-3)
    np.testing.assert_allclose(series["step_time"], [0, 3600, 7200, 10_800], atol=2e-3)


def test_two_columns_of_texts_have_each_its_decimal_mark(tmp_path):
    volts, amps = ["1,5 V", "1,234 V", "-2,5 V"], ["1.5 mA", "1.234 mA", "-2.5 mA"]
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(TIME[:3], volts, amps, header=("t / s", "U", "I")))
    series = echub.read(path)["timeseries"]
    assert (series["voltage"].tolist(), series["current"].tolist()) == ([1.5, 1.234, -2.5],) * 2


def test_a_sheet_may_have_units_behind_all_of_its_numbers(tmp_path):
    path = _workbook(
        tmp_path / "a.xlsx", Data=_rows(["0 s", "1 s", "2 s"], ["1.5 V", "2.5 V", "3.5 V"], header=("t", "U"))
    )
    series = echub.read(path)["timeseries"]
    assert (series["time"].tolist(), series["voltage"].tolist()) == ([0, 1, 2], [1.5, 2.5, 3.5])


def test_every_word_in_a_column_of_numbers_is_listed_and_a_column_without_a_name_by_its_place(tmp_path):
    volts, other = [["OVL", 2.5, "OVL", *[3.5] * 300], [*[1.5] * 301, "on", "1,5"]]
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(range(303), volts, other, header=("t / s", "U / V", None)))
    record = echub.read(path)
    assert record.settings["unparsable_rows"] == [
        "line 2: U / V is 'OVL', no number",
        "line 4: U / V is 'OVL', no number",
        "line 303: column 3 is 'on', no number",
    ]
    notices = {notice.code: notice.message for notice in record.notices}
    assert notices["numbers-as-text"] == "column 3: 1 cell holds a number as text, read as such"
    assert notices["unparsable-rows"].startswith("3 of 303 rows do not parse: line 2: U / V is 'OVL', no number;")


def test_twenty_words_of_a_column_are_listed_and_all_are_counted(tmp_path):
    cells = [*["OVL"] * 22, *[1.5] * 28]
    path = _workbook(tmp_path / "a.xlsx", Data=_rows(range(50), cells, range(50)))
    record = echub.read(path)
    assert record.settings["unparsable_rows"] == [f"line {n}: U / V is 'OVL', no number" for n in range(2, 22)]
    assert np.isnan(record["timeseries"]["voltage"]).sum() == 22


def test_a_sheet_whose_packed_bytes_are_damaged_says_so(tmp_path):
    data = bytearray(workbook.FILE.read_bytes())
    with zipfile.ZipFile(workbook.FILE) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    begin = info.header_offset + 30 + len(info.filename)
    data[begin : begin + 8] = b"\xff" * 8
    with pytest.raises(ReadError) as caught:
        excel.read(Source.from_bytes(bytes(data), "a.xlsx"), ExcelOptions())
    assert caught.value.message == "the workbook cannot be opened"
    assert caught.value.cause == "it is damaged, or protected by a password"
