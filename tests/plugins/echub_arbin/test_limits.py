"""Limits of the Arbin reader: counters against currents, starts, data points, and what a refusal names."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub_arbin.reader import _against_counters, _check_points, _metadata
from fixtures.arbin.jet import DOUBLE, LONG, TEXT, Table, database

COUNTERS = {
    # current, charge counter, discharge counter; rows that are against it, of those that say anything
    "along": ([1.0, 1, 1], [0.0, 1, 2], [0.0, 0, 0], None),
    "against": ([-1.0, -1, -1], [0.0, 1, 2], [0.0, 0, 0], (2, 2)),
    "discharge against": ([1.0, 1, 1], [0.0, 0, 0], [0.0, 1, 2], (2, 2)),
    "discharge along": ([-1.0, -1, -1], [0.0, 0, 0], [0.0, 1, 2], None),
    "half of them": ([1.0, -1, 1], [0.0, 1, 2], [0.0, 0, 0], None),
    "two thirds": ([1.0, -1, -1, 1], [0.0, 1, 2, 3], [0.0, 0, 0, 0], (2, 3)),
    "the first row says nothing": ([-1.0, 1], [0.0, 1], [0.0, 0], None),
    "a thousandth of the current": ([1.0, 1, -1e-3, -1e-3], [0.0, 1, 2, 3], [0.0, 0, 0, 0], None),
    "more than a thousandth": ([1.0, 1, -1.01e-3, -1.01e-3], [0.0, 1, 2, 3], [0.0, 0, 0, 0], (2, 3)),
    "of the largest, which is negative": ([-1.0, 1, -1e-3], [0.0, 1, 2], [0.0, 0, 0], None),
    "counters that stand": ([-1.0, -1, -1], [1.0, 1, 1], [1.0, 1, 1], None),
    "a counter that was reset": ([1.0, 1, 1], [5.0, 0, 0.5], [0.0, 0, 0], None),
    "another that was reset": ([-1.0, -1, -1], [0.0, 0, 0], [5.0, 0, 0.5], None),
    "a missing current": ([np.nan, -1, -1], [0.0, 1, 2], [0.0, 0, 0], (2, 2)),
    "no current": ([np.nan, np.nan], [0.0, 1], [0.0, 0], None),
    "nothing": ([], [], [], None),
}  # fmt: skip


@pytest.mark.parametrize("what", COUNTERS)
def test_counters_against_the_current(what):
    current, charge, discharge, rows = COUNTERS[what]
    arrays = {"Current": np.array(current), "Charge_Capacity": np.array(charge),
              "Discharge_Capacity": np.array(discharge)}  # fmt: skip
    text = "in {} of {} rows the charge counters say the opposite of the current"
    assert _against_counters(arrays) == (text.format(*rows) if rows else "")
    for name in ("Charge_Capacity", "Discharge_Capacity"):
        assert not _against_counters({key: values for key, values in arrays.items() if key != name})


STARTS = {
    32_874: None, 32_874.5: "1990-01-01T12:00:00", 73_050.25: "2099-12-31T06:00:00", 73_051: None,
    45_000 + 1.4 / 86_400: "2023-03-15T00:00:01", 45_000 + 1.6 / 86_400: "2023-03-15T00:00:02",
    "45000": None, None: None,
}  # fmt: skip
"""Days since 1899-12-30: 32874 is the first of 1990, 73051 that of 2100; to the nearest second."""


@pytest.mark.parametrize("days", STARTS)
def test_a_start_is_a_day_of_this_century(days):
    notices = []
    metadata = _metadata([{"Start_DateTime": days}], notices)
    assert metadata.value("experiment.start") == STARTS[days]
    assert metadata.value("experiment.timezone") == ("unknown" if STARTS[days] else None)
    text = "the file states no start" if days is None else f"the start {days!r} is not a date of this century"
    said = [] if STARTS[days] else [text]
    assert [notice.message for notice in notices] == said


POINTS = {
    "one by one": ([3, 4, 5], None), "one": ([3], None), "none": ([], None), "a gap": ([1, 2, 5], (2, 5)),
    "twice": ([1, 1, 2], (1, 1)), "the first of two gaps": ([1, 3, 9], (1, 3)),
    "one without a number": ([1, np.nan, 2], None), "a gap behind it": ([np.nan, 2, 5], (2, 5)),
}  # fmt: skip


@pytest.mark.parametrize("what", POINTS)
def test_data_points_go_on_one_by_one(what):
    points, said = POINTS[what]
    notices = []
    _check_points(np.array(points), notices)
    text = "after the data point {} comes {}: rows are missing or doubled"
    assert [notice.message for notice in notices] == ([text.format(*said)] if said else [])


HEADS = [("Test_ID", LONG), ("Data_Point", LONG), ("Test_Time", DOUBLE), ("Current", DOUBLE), ("Voltage", DOUBLE)]
ROW = [1, 1, 0.5, 0.25, 3.5]


def main(columns=HEADS, rows=(ROW,)):
    return Table("Channel_Normal_Table", columns, rows)


REFUSED = {
    "no table": ([Table("Mine", [("n", LONG)], [[1]])], {"found": "no such table"}),
    "no rows": ([main(rows=[])], {"found": "no rows"}),
    "no rows and no column": ([main(HEADS[:-1], [])], {"found": "no rows"}),
    "no column": ([main(HEADS[:-1], [ROW[:-1]])], {"found": "no Voltage"}),
    "no columns": ([main(HEADS[:-2], [ROW[:-2]])], {"found": "no Current, Voltage"}),
    "a column without a value": ([main(rows=[[1, 1, None, 0.25, 3.5]] * 2)], {"found": "no Test_Time"}),
    "words in a column": (
        [main([*HEADS, ("Note", TEXT)], [[*ROW, None], [*ROW, "w" * 60]])],
        {"where": "Channel_Normal_Table, column Note", "expected": "numbers", "found": "'" + "w" * 39,
         "cause": "the database is damaged"},
    ),
    "words in the inputs": (
        [main(), Table("Auxiliary_Table", [(name, TEXT if name == "X" else LONG) for name in
                                           ("Test_ID", "Data_Point", "Auxiliary_Index", "Data_Type", "X")],
                       [[1, 1, 0, 0, "warm"]])],
        {"where": "Auxiliary_Table, column X", "found": "'warm'"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_and_what_is_named(what):
    tables, parts = REFUSED[what]
    with pytest.raises(ReadError) as caught:
        echub.read(database(tables), reader="arbin-res")
    assert {part: getattr(caught.value, part) for part in parts} == parts
    is_empty = "where" not in parts
    assert (caught.value.message == "the database contains no measurement") == is_empty
    if is_empty:
        assert caught.value.expected == (
            "rows in Channel_Normal_Table with Test_ID, Data_Point, Test_Time, Current, Voltage"
        )


def test_a_column_of_notes_without_one_is_kept_as_missing():
    columns = [*HEADS, ("Note", TEXT)]
    data = echub.read(database([main(columns, [[*ROW, None]])]), reader="arbin-res")["timeseries"]
    assert data.column("vendor_note").missing.tolist() == [True]


def test_inputs_without_their_keys_are_left_out():
    """A table of inputs that does not say to which point a value belongs."""
    inputs = Table("Auxiliary_Table", [("Test_ID", LONG), ("X", DOUBLE)], [[1, 20.0]])
    data = echub.read(database([main(), inputs]), reader="arbin-res")["timeseries"]
    assert not [name for name in data.names if "aux" in name]


def test_the_first_value_of_an_input_at_a_point_counts():
    names = ("Test_ID", "Data_Point", "Auxiliary_Index", "Data_Type", "X")
    rows = [[1, 1, 0, 1, 20.0], [1, 1, 0, 1, 21.0], [2, 1, 0, 1, 22.0]]
    inputs = Table("Auxiliary_Table", [(name, DOUBLE if name == "X" else LONG) for name in names], rows)
    data = echub.read(database([main(), inputs]), reader="arbin-res")["timeseries"]
    assert data["vendor_aux_temperature_0"].tolist() == [20.0]


INDEXED = [*HEADS, ("Cycle_Index", LONG), ("Step_Index", LONG), ("Charge_Capacity", DOUBLE)]


@pytest.mark.parametrize("further", [[], [("Discharge_Capacity", DOUBLE)]])
def test_each_counter_of_charge_has_its_reset_whichever_others_there_are(further):
    """The charge counter goes on from step to step and starts again with the cycle; the other one never does."""
    rows = [[1, n + 1, n / 2, 0.25, 3.5, n // 4 + 1, n // 2 + 1, (n % 4) / 8, *[0.0] * len(further)]
            for n in range(8)]  # fmt: skip
    series = echub.read(database([main([*INDEXED, *further], rows)]), reader="arbin-res")["timeseries"]
    assert series.column("charge_anodic").attrs["reset"] == "cycle"
    assert ("charge_cathodic" in series.columns) is bool(further)


STATED = "stated in Aux_Global_Data_Table"
FIXED = "fixed by the format; the file does not print it"
INPUTS = {
    # kind and number of an input, the units that the file states of it, and what its column is
    "a temperature of which nothing is stated": (1, 0, [], ("aux_temperature_0", "degC", {"unit_origin": FIXED})),
    "a temperature in C": (1, 0, ["C"], ("aux_temperature_0", "degC", {"unit_origin": STATED})),
    "a temperature in F": (1, 2, ["F"], ("aux_temperature_2", "degF", {"unit_origin": STATED})),
    "a temperature stated twice": (1, 0, ["K", "K "], ("aux_temperature_0", "K", {"unit_origin": STATED})),
    "a temperature of two units": (1, 0, ["C", "F"], ("aux_temperature_0", "degC", {"unit_origin": FIXED})),
    "a temperature of a blank": (1, 0, [" "], ("aux_temperature_0", "degC", {"unit_origin": FIXED})),
    "a voltage": (0, 1, [], ("aux_voltage_1", "V", {"unit_origin": FIXED})),
    "a voltage in mV": (0, 1, ["mV"], ("aux_voltage_1", "mV", {"unit_origin": STATED})),
    "another input": (7, 3, [], ("aux_type_7_3", None, {})),
    "another input in C": (7, 3, ["C"], ("aux_type_7_3", "C", {"unit_origin": STATED})),
}  # fmt: skip


@pytest.mark.parametrize("what", INPUTS)
def test_an_input_is_a_vendor_column_in_the_unit_that_is_stated_of_it(what):
    kind, number, units, (header, unit, attrs) = INPUTS[what]
    names = ("Test_ID", "Data_Point", "Auxiliary_Index", "Data_Type", "X", "dX/dt")
    inputs = Table("Auxiliary_Table", [(name, DOUBLE if "X" in name else LONG) for name in names],
                   [[1, 1, number, kind, 20.5, 0.25], [1, 1, number + 1, kind, 30.5, 0.5]])  # fmt: skip
    about = Table("Aux_Global_Data_Table", [("Data_Type", LONG), ("Auxiliary_Index", LONG), ("Unit", TEXT)],
                  [[kind, number, text] for text in units] or [[9, 9, "K"]])  # fmt: skip
    series = echub.read(database([main(), inputs, about]), reader="arbin-res")["timeseries"]
    columns = {c.header: c for c in series.columns.values() if c.header.startswith("aux")}
    following = header[:-1] + str(number + 1)
    assert list(columns) == [header, f"{header}_dX/dt", following, f"{following}_dX/dt"]
    column, rate = columns[header], columns[f"{header}_dX/dt"]
    assert (column.values.tolist(), column.unit, column.attrs, column.quantity) == ([20.5], unit, attrs, None)
    assert (rate.values.tolist(), rate.unit, rate.origin) == ([0.25], None, "reported")
    assert [c.index for c in columns.values()] == [5, 6, 7, 8]
    assert columns[following].unit == {0: "V", 1: "degC"}.get(kind)


def test_tables_of_access_itself_are_not_named():
    tables = [main(), *(Table(name, [("n", LONG)], [[1]]) for name in ("MSysACEs", "MSyMine", "Mine"))]
    assert [lost.what for lost in echub.read(database(tables), reader="arbin-res").dropped] == [
        "the table MSyMine, 1 row", "the table Mine, 1 row",
    ]  # fmt: skip
