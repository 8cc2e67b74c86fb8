"""Columns over which no name stands, and numbers with a unit behind each: their names, and what is kept."""

from __future__ import annotations

import datetime as dt

import pytest

import echub
from echub.errors import ReadError, UnitMismatch
from echub.plugin import Source
from echub_table.explain import explain
from echub_table.options import TableOptions

LONG = 12345678901234567
MORNING = dt.datetime(2024, 1, 1, 10, tzinfo=dt.UTC).timestamp()


def read(names, *columns, **options):
    rows = [",".join(map(str, row)) for row in zip(*columns, strict=True)]
    return echub.read(("\n".join([names, *rows]) + "\n").encode(), reader="table", options=options)


def of_vendor(record):
    """Return what the record holds of each column without a quantity: header, unit, values."""
    columns = next(iter(record.datasets.values())).columns.values()
    return [(c.header, c.unit, c.plain().tolist()) for c in columns if c.quantity is None]


def said(record, code):
    return [(notice.message, notice.column) for notice in record.notices if notice.code == code]


@pytest.mark.parametrize(
    ("cells", "unit", "values"),
    [
        ([5, 6, 7], None, [5, 6, 7]),
        ([LONG, LONG + 1, LONG + 2], None, [LONG, LONG + 1, LONG + 2]),
        (["0:00:05", "1:00:00", "2:00:00"], "s", [5, 3600, 7200]),
        (["on", "off", "on"], None, ["on", "off", "on"]),
        (["5 mA", "6 mA", "7.5 mA"], "mA", [5, 6, 7.5]),
        (["5 apples", "6 apples", "7 apples"], "apples", [5, 6, 7]),
        (["5 x", "6 x", "7 x"], None, [5, 6, 7]),
    ],
)
def test_a_column_without_a_name_is_called_by_its_place(cells, unit, values):
    record = read("t / s,,U / V", range(3), cells, range(3))
    assert of_vendor(record) == [("column 2", unit, values)]
    assert said(record, "vendor-columns") == [
        ("kept as vendor columns, as their names map to no quantity: column 2", "")
    ]


def test_two_columns_of_dates_without_names_are_two():
    days = [[f"{year}-01-0{n} 10:00:00" for n in (1, 2)] for year in (2024, 2025)]
    record = read("sample.id,,,x / V", "ab", *days, [1, 2])
    year = 366 * 86_400
    assert of_vendor(record)[:2] == [
        ("column 2", "s", [MORNING, MORNING + 86_400]),
        ("column 3", "s", [MORNING + year, MORNING + year + 86_400]),
    ]


def test_a_column_with_neither_a_name_nor_a_value_is_left_out_and_one_with_a_late_value_is_not():
    record = read("t / s,,,U / V", range(3), [""] * 3, ["", "", 7], range(3))
    assert [(d.what, d.why) for d in record.dropped] == [("column 2", "it has neither a name nor a value")]
    assert [header for header, _, _ in of_vendor(record)] == ["column 3"]
    assert of_vendor(record)[0][2][2] == 7


def test_a_word_among_the_numbers_of_a_column_without_a_name_is_told_by_its_place():
    record = read("t / s,,U / V", range(200), ["x" if n == 50 else n for n in range(200)], range(200))
    text = "1 of 200 rows does not parse: line 52: column 2 is 'x', no number"
    assert said(record, "unparsable-rows") == [(text, "")]


def test_a_decision_about_a_column_without_a_name_states_its_place():
    source = Source.from_bytes(b"t / s,,U / V\n0,1,2\n1,2,3\n2,3,4\n", "a.csv")
    named = [tuple(decision)[:3] for decision in explain(source, TableOptions())][-3:]
    assert named == [
        ("column t / s", "time in s", "by the header"),
        ("column 2", "vendor column", "the name maps to no quantity"),
        ("column U / V", "voltage in V", "by the header"),
    ]


@pytest.mark.parametrize(
    ("name", "unit", "read_in"),
    [
        ("foo", "mA", "mA"),  # the name is unknown, and the unit is not lost
        ("foo / mA", "mA", "mA"),
        ("foo / mA", "x", "mA"),
        ("foo", "raw", None),
    ],
)
def test_the_unit_behind_the_numbers_of_an_unknown_name_is_kept(name, unit, read_in):
    record = read(f"t / s,{name},U / V", range(3), [f"{n}.5 {unit}" for n in range(3)], range(3))
    assert of_vendor(record) == [(name, read_in, [0.5, 1.5, 2.5])]


@pytest.mark.parametrize(
    ("name", "unit", "quantity", "values"),
    [
        ("U", "mV", "voltage", [0.0005, 0.0015, 0.0025]),
        ("U / V", "V", "voltage", [0.5, 1.5, 2.5]),
        ("Temperature / degC", "C", "temperature", [0.5, 1.5, 2.5]),
        ("Charge capacity / C", "A*s", "charge_anodic", [0.5 / 3.6, 1.5 / 3.6, 2.5 / 3.6]),
    ],
)
def test_a_unit_behind_the_numbers_is_that_of_the_header_however_it_is_spelt(name, unit, quantity, values):
    record = read(f"t / s,{name}", range(3), [f"{n}.5 {unit}" for n in range(3)])
    assert record["timeseries"][quantity] == pytest.approx(values, rel=1e-12)
    assert said(record, "unit-mismatch") == []


@pytest.mark.parametrize(
    ("name", "header", "cell"),
    [("U / mV", "mV", "V"), ("foo / mV", "mV", "V"), ("U / V", "V", "mA"), ("Temperature / K", "K", "C")],
)
def test_numbers_behind_which_another_unit_stands_than_in_the_header_stay_text(name, header, cell):
    cells = [f"{n}.5 {cell}" for n in range(3)]
    record = read(f"t / s,{name}", range(3), cells)
    assert of_vendor(record) == [(name, None, cells)]
    text = f"the header of {name} says {header}, and its cells say {cell}; kept as text"
    assert said(record, "unit-mismatch") == [(text, name)]


@pytest.mark.parametrize(
    ("name", "cell", "quantity", "unit"),
    [
        ("U / V", "[V]", "voltage", "V"),
        ("U / mV", "mV", "voltage", "V"),
        ("U", "mV", "voltage", "V"),
        ("Z' / Ohm", "Ω", "impedance_real", "ohm"),
        ("Temperature / °C", "C", "temperature", "degC"),
        ("E / V", "V vs. SHE", "potential_we", "V"),
        ("U / V", "measured", "voltage", "V"),
        ("foo / V", "V", None, "V"),
    ],
)
def test_a_row_of_units_may_repeat_that_of_the_header(name, cell, quantity, unit):
    record = read(f"t / s,{name},I / mA", ["s", 0, 1, 2], [cell, 1, 2, 3], ["mA", 1, 1, 1])
    column = list(next(iter(record.datasets.values())).columns.values())[2]
    assert (column.header, column.quantity, column.unit) == (name, quantity, unit)
    assert said(record, "unit-mismatch") == []


@pytest.mark.parametrize(
    ("name", "cell", "header"),
    [("U / mV", "V", "mV"), ("foo / mV", "[V]", "mV"), ("U / V", "mA", "V"), ("Temperature / K", "°C", "K")],
)
def test_a_column_over_which_two_units_stand_has_none(name, cell, header):
    record = read(f"t / s,{name},I / mA", ["s", 0, 1, 2], [cell, 1, 2, 3], ["mA", 1, 1, 1])
    assert of_vendor(record) == [(name, None, [1, 2, 3])]
    text = f"the header of {name} says {header}, and the row of units says {cell.strip('[]')}"
    assert said(record, "unit-mismatch") == [(f"{text}; kept as a vendor column without a unit", "")]


def test_a_unit_that_the_name_cannot_have_stays_with_its_column():
    record = read("t / s,U / kg,I / mA", range(3), range(3), range(3))
    assert of_vendor(record) == [("U / kg", "kg", [0, 1, 2])]
    text = (
        "the column 'U / kg' names voltage, but its unit kg does not fit; name and unit contradict each other: "
        "expected a unit of the dimension of V (voltage); kept as a vendor column with its unit"
    )
    assert said(record, "unit-mismatch") == [(text, "")]


def test_a_unit_behind_the_numbers_that_the_name_cannot_have_is_refused():
    with pytest.raises(UnitMismatch) as caught:
        read("t / s,Current", range(3), ["1 V", "2 V", "3 V"])
    assert (caught.value.where, caught.value.expected) == (
        "column Current (V)",
        "a unit of the dimension of mA (current)",
    )


def test_texts_are_numbered_as_they_appear():
    words = ["off", "on", "rest", "charge", "pause", "a", "z", "b"] * 3
    record = read("t / s,state,U / V", range(24), words, range(24))
    assert record["timeseries"].column("vendor_state").labels == dict(enumerate(words[:8]))
    assert record["timeseries"].column("vendor_state").values.tolist() == [*range(8)] * 3


@pytest.mark.parametrize("name", ["Date", "Clock"])
def test_how_a_date_or_a_clock_was_printed_is_kept(name):
    cells = [f"{'2024-01-01 ' * (name == 'Date')}10:00:0{n}" for n in range(3)]
    record = read(f"t / s,{name},U / V", range(3), cells, range(3))
    column = record["timeseries"].column(f"vendor_{name.lower()}")
    assert column.attrs["printed_as"] == ("2024-01-01 10:00:00" if name == "Date" else "h:m:s")


def test_formulas_under_a_name_without_a_unit_are_refused_too():
    with pytest.raises(ReadError) as caught:
        read("t / s,Current,U / V", range(3), ["1", "=A2", "=A3"], range(3))
    assert (caught.value.message, caught.value.found) == ("the column 'Current' holds formulas, not values", "=A2")


@pytest.mark.parametrize(
    "cells",
    [
        ["0010", "0011", "0012"],
        ["12345678901234567890", "12345678901234567891", "12345678901234567892"],
        ["007", "8", ""],
    ],
    ids=["zeros in front", "twenty digits", "some"],
)
def test_whole_numbers_that_name_something_keep_all_their_digits(cells):
    record = read("t / s,Barcode,U / V", range(3), cells, range(3))
    assert of_vendor(record) == [("Barcode", None, cells)]


def test_a_counter_with_zeros_in_front_is_a_counter():
    assert read("t / s,Cycle,U / V", range(3), ["001", "002", "010"], range(3))["timeseries"][
        "cycle"
    ].tolist() == [
        1,
        2,
        10,
    ]


def test_the_second_of_two_equal_names_is_known_although_pandas_numbers_it():
    data = read("t / s,U / V,U / V.1", range(3), [3, 4, 5], [6, 7, 8])["timeseries"]
    found = [(c.name, c.unit, c.header) for c in data.columns.values()][1:]
    assert found == [("time", "s", "t / s"), ("voltage", "V", "U / V"), ("voltage__2", "V", "U / V.1")]
    assert data["voltage__2"].tolist() == [6, 7, 8]


def test_a_column_of_texts_is_not_called_one_without_a_unit():
    record = read("t / s,U,I / mA", range(3), ["3 V", "3100 mV", "3.2 V"], range(3))
    assert of_vendor(record) == [("U", None, ["3 V", "3100 mV", "3.2 V"])]
    text = "U should be voltage but holds text such as '3 V'; kept as text"
    assert (said(record, "no-numbers"), said(record, "unit-unknown")) == ([(text, "U")], [])


@pytest.mark.parametrize("blank", ["", " "])
@pytest.mark.parametrize("header", ["SOC", "SOC / %"])
def test_a_sign_of_percent_behind_a_number_is_its_unit(header, blank):
    record = read(f"t / s,{header},U / V", range(3), [f"{n}.5{blank}%" for n in range(3)], range(3))
    assert of_vendor(record) == [(header, "%", [0.5, 1.5, 2.5])]


def test_a_sign_of_percent_behind_a_current_contradicts_its_header():
    cells = ["0.5%", "1.5%", "2.5%"]
    record = read("t / s,I / mA,U / V", range(3), cells, range(3))
    assert of_vendor(record) == [("I / mA", None, cells)]
    text = "the header of I / mA says mA, and its cells say %; kept as text"
    assert said(record, "unit-mismatch") == [(text, "I / mA")]


@pytest.mark.parametrize(
    ("cells", "rest", "volts"),
    [
        (("1.234,5 V", "1.250,25 V", "3,5 V"), "0,5", (1234.5, 1250.25, 3.5)),
        (("1 234,5 mV", "1 250,25 mV", "998,5 mV"), "0,5", (1.2345, 1.25025, 0.9985)),
        (("1,234.5 mV", "1,250.25 mV", "998.5 mV"), "0.5", (1.2345, 1.25025, 0.9985)),
        (("-1'234.5 mV", "1'250.25 mV", "0 mV"), "0.5", (-1.2345, 1.25025, 0.0)),
    ],
)
def test_thousands_may_stand_in_groups_before_a_unit(tmp_path, cells, rest, volts):
    rows = "".join(f"{60 * k};{cell};{rest}\n" for k, cell in enumerate(cells))
    path = tmp_path / "a.csv"
    path.write_text(f"time/s;Voltage;I/mA\n{rows}", "utf-8")
    data = echub.read(path)["timeseries"]
    assert data["voltage"].tolist() == pytest.approx(volts)
    assert data["current"].tolist() == [0.5] * 3


def test_a_remark_with_another_mark_has_no_say_in_that_of_the_numbers(tmp_path):
    """Of the numbers 0.5 has one reading; the remarks stay what they are."""
    path = tmp_path / "a.csv"
    path.write_text("time/s;set;I/mA\n0;1.234,5 V;0.5\n60;1.250,5 V;0.6\n120;1.300,5 V;0.7\n", "utf-8")
    data = echub.read(path)["timeseries"]
    assert data["current"].tolist() == [0.5, 0.6, 0.7]
    assert list(data["vendor_set"]) == ["1.234,5 V", "1.250,5 V", "1.300,5 V"]


@pytest.mark.parametrize("second", ["1,5 V", "1.234,5 V", "7"])
def test_a_remark_in_the_first_of_three_rows_is_no_name_of_a_column(tmp_path, second):
    path = tmp_path / "a.csv"
    path.write_text(f"time/s;note;voltage/V\n0;S2,2 or 3;1,5\n60;{second};1,6\n120;-;1,7\n", "utf-8")
    data = echub.read(path)["timeseries"]
    assert data["voltage"].tolist() == [1.5, 1.6, 1.7]
    assert list(data["vendor_note"]) == ["S2,2 or 3", second, "-"]


@pytest.mark.parametrize("above", ["s,V,mA", "x,y,z\ns,V,mA", "[s],[V],[mA]"])
def test_a_row_of_units_may_stand_above_the_names(above):
    record = read(f"{above}\nTime,Voltage,Current", range(3), [3, 4, 5], [6, 7, 8])
    found = [(c.name, c.unit, c.plain().tolist()) for c in record["timeseries"].columns.values()][1:]
    assert found == [("time", "s", [0, 1, 2]), ("voltage", "V", [3, 4, 5]), ("current", "mA", [6, 7, 8])]


def test_a_known_name_with_a_unit_that_nobody_knows_is_one_whose_unit_is_open():
    record = read("t / s,U / kiloV,foo / bar", range(3), [3, 4, 5], [6, 7, 8])
    assert of_vendor(record) == [("U / kiloV", "kiloV", [3, 4, 5]), ("foo / bar", "bar", [6, 7, 8])]
    text = (
        "kept as vendor columns, as their unit is open: U / kiloV (the unit 'kiloV' is unknown); a profile says it"
    )
    assert said(record, "unit-unknown") == [(f"{text} (`echub detect FILE --write-profile lab.toml`)", "")]
    text = "kept as vendor columns, as their names map to no quantity: foo / bar"
    assert said(record, "vendor-columns") == [(text, "")]
