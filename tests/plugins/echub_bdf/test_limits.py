"""What decides on a table of BDF, just inside and just outside: names, clocks, widths, types of a binary file."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import polars as pl
import pytest

import echub
import echub_bdf
from echub.declare import Confidence
from echub.errors import ReadError
from echub.model.source import Source
from echub_bdf.columns import COLUMNS, has_core, known, misnamed, split_header
from echub_bdf.read import _leaves, _origins

HEADER = "Test Time / s,Voltage / V,Current / A"


def table(header, *rows, name="run.csv", **options):
    text = "\n".join([header, *rows]) + "\n"
    return echub.read(Source.from_bytes(text.encode(), name), reader="bdf-csv", options=options)


def frame(columns, name="run.parquet", **options):
    held = io.BytesIO()
    pl.DataFrame(columns).write_parquet(held)
    return echub.read(Source.from_bytes(held.getvalue(), name), options=options)


def said(record):
    return {notice.code: notice for notice in record.notices}


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("Voltage / V", "voltage_volt", None),
        (" voltage/v ", "voltage_volt", None),
        ("voltage_volt", "voltage_volt", None),
        ("voltage_v", "voltage_volt", None),
        ("Charge Capacity / Ah", "charging_capacity_ah", None),  # of an older version
        ("charge_capacity_ah", "charging_capacity_ah", None),
        ("Charge Capacity / mAh", "charging_capacity_ah", "mAh"),
        ("Voltage / mV", "voltage_volt", "mV"),
        ("voltage_millivolt", "voltage_volt", "mV"),
        ("net_capacity_mah", "net_capacity_ah", "mA*h"),
        ("Voltage /", None, None),
        ("Voltage", None, None),
        ("voltage_", None, None),
        ("voltage_furlong", None, None),
        ("Step Type / V", None, None),
    ],
)
def test_a_header_names_a_column_and_perhaps_another_unit(header, name, unit):
    found = known(header)
    other = misnamed(header)
    if unit is None:
        assert (found and found.name) == name
        assert other is None or found is not None
    else:
        assert found is None
        assert (other[0].name, other[1]) == (name, unit)


@pytest.mark.parametrize(
    ("headers", "core"),
    [
        (["Test Time / s", "Voltage / V"], True),
        (["Unix Time / s", "Current / mA"], True),
        (["Step Time / s", "Voltage / V"], False),
        (["Test Time / s", "Power / W"], False),
        ([], False),
    ],
)
def test_a_table_has_a_clock_and_a_voltage_or_current(headers, core):
    assert has_core(headers) is core


def test_a_header_is_split_at_commas_and_freed_of_quotes():
    assert split_header('\ufeff"Test Time / s" , a,"b"\r\n1,2,3'.encode()) == ["Test Time / s", "a", "b"]


@pytest.mark.parametrize(
    ("head", "name", "confidence"),
    [
        (b"PAR1", "run.parquet", Confidence.MAYBE),
        (b"ARROW1", "run.feather", Confidence.MAYBE),
        (b"PAR1", "run.BDF.parquet", Confidence.LIKELY),
        *((b"PAR1.." + column.label.encode(), "x", Confidence.LIKELY) for column in COLUMNS[:4]),
        *((b"ARROW1" + column.name.encode(), "x", Confidence.LIKELY) for column in COLUMNS[:4]),
        (b"PAR1" + COLUMNS[4].label.encode(), "x", Confidence.MAYBE),
        (b"PAR2voltage_volt", "run.bdf.parquet", Confidence.NO),
    ],
)
def test_a_binary_table_is_likely_if_its_head_or_name_says_so(head, name, confidence):
    source = Source.from_bytes(head, name)
    assert echub_bdf.sniff_binary(source) == confidence
    assert echub_bdf.is_intact(source) is False


@pytest.mark.parametrize(
    ("rows", "where", "found"),
    [
        (("0,1,2", "1,1", "2,1,2"), "line 3", "2 cells"),
        (("0,1,2", "1,1,2", "2,1,2,3"), "line 4", "4 cells"),
    ],
)
def test_a_line_of_another_width_is_refused_by_its_number(rows, where, found):
    with pytest.raises(ReadError, match="another number of cells") as caught:
        table(HEADER, *rows)
    assert (caught.value.where, caught.value.expected, caught.value.found) == (where, "3 cells", found)


def test_a_cell_too_few_and_one_too_many_do_not_make_up_for_each_other():
    with pytest.raises(ReadError, match="another number of cells") as caught:
        table(HEADER, "0,1,2", "1,1", "2,1,2,3")
    assert (caught.value.where, caught.value.expected, caught.value.found) == ("line 3", "3 cells", "2 cells")


@pytest.mark.parametrize(("clocks", "code"), [(2, "text-time"), (1, "not-a-number")])
def test_a_time_column_is_of_clocks_if_half_of_it_is(clocks, code):
    cells = [f"0:00:{n:02d}" if n < clocks else "later" for n in range(4)]
    record = table(HEADER, *(f"{cell},3.5,1" for cell in cells))
    assert code in said(record)
    data = record["timeseries"]
    if code == "text-time":
        assert np.isfinite(data["time"]).sum() == clocks
    else:
        assert data["vendor_test_time_s"].tolist() == cells


def test_one_number_makes_a_time_column_one_of_numbers():
    record = table(HEADER, "0:00:01,3.5,1", "2,3.5,1")
    assert said(record)["not-a-number"].message == "line 2 '0:00:01'"
    assert record["timeseries"]["time"][1] == 2


@pytest.mark.parametrize(("bad", "ends"), [(20, "'x'"), (21, "'x' … (21 in all)")])
def test_so_many_bad_cells_are_listed(bad, ends):
    message = said(table(HEADER, *(f"{n},3.5,x" for n in range(bad))))["not-a-number"].message
    assert message.count("line") == 20
    assert message.endswith(f"line 21 {ends}")


def test_who_made_a_column_follows_from_what_it_is():
    header = f"{HEADER},Cycle Count / 1,Step ID,Record Index / 1,Net Capacity / Ah,Power / W,Charging Energy / Wh"
    columns = table(header, "0,3.5,1,1,1,1,0,3.5,0", "1,3.5,1,1,1,2,0.1,3.5,0.2")["timeseries"].columns
    made = {name: column.origin for name, column in columns.items()}
    assert {made[name] for name in ("cycle", "step")} == {"programmed"}
    assert {made[name] for name in ("record", "charge", "power_cell")} == {"reported"}
    assert {made[name] for name in ("time", "voltage")} == {"measured"}


SECONDS = [dt.timedelta(seconds=n, milliseconds=250) for n in range(3)]
NAIVE = [dt.datetime(2024, 9, 27, 10, 0, n) for n in range(3)]
VOLTS = {"Voltage / V": [3.5, 3.25, None]}


def test_durations_of_a_binary_table_are_seconds_and_gaps_stay_gaps():
    record = frame({"Test Time / s": [*SECONDS[:2], None], **VOLTS})
    assert record["timeseries"]["time"][:2].tolist() == [0.25, 1.25]
    assert np.isnan(record["timeseries"]["time"][2])
    assert record["timeseries"].column("voltage").missing.tolist() == [False, False, True]


def test_a_duration_is_no_instant():
    record = frame({"Unix Time / s": SECONDS, "Test Time / s": [0.0, 1.0, 2.0], **VOLTS})
    assert "unix_time" not in record["timeseries"].columns
    assert record["timeseries"]["vendor_unix_time_s"].tolist() == [0.25, 1.25, 2.25]


@pytest.mark.parametrize(
    ("zone", "code", "first"),
    [("", "no-zone", None), ("Europe/Berlin", None, 1727424000), ("UTC", None, 1727431200)],
)
def test_dates_of_a_binary_table_need_a_zone(zone, code, first):
    record = frame({"Unix Time / s": NAIVE, **VOLTS}, timezone=zone)
    assert ("no-zone" in said(record)) is (code == "no-zone")
    if first is None:
        assert "unix_time" not in record["timeseries"].columns
    else:
        column = record["timeseries"].column("unix_time")
        assert (column.values[0], column.origin, column.attrs["zone"]) == (first, "assumed", zone)
    assert record["timeseries"]["time"].tolist() == [0, 1, 2]
    assert record["timeseries"].column("time").origin == "derived"


def test_the_elapsed_time_counts_from_the_first_instant_that_is_there():
    record = table("Unix Time / ms,Voltage / V", ",3.5", "5000,3.5", "7500,3.5")
    assert record["timeseries"]["time"][1:].tolist() == [0, 2.5]
    assert said(record)["derived-time"].message == (
        "the table has no elapsed time: time = Unix Time / ms - its first value"
    )


# -- what is said beside a table -------------------------------------------------------------------


def test_dates_without_a_time_are_no_clock():
    days = [dt.date(2024, 9, 27), dt.date(2024, 9, 28), None]
    record = frame({"Unix Time / s": days, "Test Time / s": [0.0, 1.0, 2.0], **VOLTS})
    notice = said(record)["not-a-number"]
    assert (notice.column, notice.message) == ("Unix Time / s", "line 2 '2024-09-27', line 3 '2024-09-28'")
    assert record["timeseries"]["time"].tolist() == [0, 1, 2]


def test_an_absolute_time_without_a_value_gives_no_elapsed_one():
    record = table("Unix Time / s,Voltage / V", ",3.5", ",3.25")
    assert "time" not in record["timeseries"].columns
    assert "derived-time" not in said(record)


@pytest.mark.parametrize(("rows", "told"), [(1, False), (2, True)])
def test_a_single_date_says_nothing_of_a_unit(rows, told):
    record = table(f"When,{HEADER}", *(f"2024-09-27 10:0{n}:00,{n},3.5,1" for n in range(rows)))
    assert ("clocks-differ" in said(record)) is told


TOLD = {
    ".bdf.csv": [{"label": "A", "origin": "measured"}, {"label": "B", "origin": "measured"}],
    ".impedance.bdf.csv": [{"label": "B", "origin": "derived"}, {"label": "C", "origin": "reported"}],
}


@pytest.mark.parametrize(
    ("name", "origins"),
    [
        ("run.bdf.csv", {"A": "measured", "B": "measured"}),
        ("run.impedance.bdf.csv", {"B": "derived", "C": "reported"}),
        ("renamed.csv", {"A": "measured", "B": "derived", "C": "reported"}),
    ],
)
def test_who_made_the_columns_of_a_file_stands_under_the_end_of_its_name(name, origins):
    assert _origins({"generator": "echub", "tables": TOLD}, name) == origins
    assert _origins({"generator": "another", "tables": TOLD}, name) == {}


def test_statements_beside_a_table_are_found_at_any_depth_and_others_are_left():
    tree = {"cell": {"area": {"value": 2, "unit": "cm^2"}, "id": {"value": "x"}, "note": 3}, "more": ["a"]}
    assert _leaves(tree, "") == [("cell.area", {"value": 2, "unit": "cm^2"}), ("cell.id", {"value": "x"})]
