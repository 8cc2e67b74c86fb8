"""Times of tables: elapsed or of the day, of the test or of the step, with and without a date and a zone."""

from __future__ import annotations

import datetime as dt

import pytest

import echub
from echub.errors import ReadError


def _read(header, *rows, **options):
    text = "\n".join([header, *rows]) + "\n"
    return echub.read(text.encode(), options=options)


def _time(record, name="time"):
    return record["timeseries"][name].tolist()


def _codes(record):
    return {notice.code for notice in record.notices}


def _epoch(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC).timestamp()


RESTARTS = [0, 1, 2, 0, 1, 2, 0, 1]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("Time (s)", "Total Time (s)"), str),
        (("Time", "Total Time"), lambda s: f"00:00:0{s}"),
        (("t/s", "Test Time / s"), str),
        (("时间", "总时间"), lambda s: f"0:00:0{s}.0"),
        (("Zeit", "Gesamtzeit"), lambda s: f"00:00:0{s}"),
    ],
)
def test_the_clock_that_restarts_with_the_step_is_its_time(names, shown, swapped):
    columns = [(names[0], RESTARTS), (names[1], list(range(8)))]
    columns = columns[::-1] if swapped else columns
    rows = [
        f"{shown(a)},{shown(b)},{1 + i // 3},3.7"
        for i, (a, b) in enumerate(zip(*(c for _, c in columns), strict=True))
    ]
    record = _read(",".join([*(n for n, _ in columns), "Step", "U (V)"]), *rows)
    assert _time(record) == list(range(8))
    assert _time(record, "step_time") == RESTARTS
    assert "time__2" not in record["timeseries"].columns


def test_a_clock_that_restarts_with_a_state_in_words():
    rows = [f"{t},{i},{'Rest' if i < 3 else 'CC Chg' if i < 6 else 'Rest'},3.7" for i, t in enumerate(RESTARTS)]
    record = _read("Time (s),Total Time (s),Step Type,U (V)", *rows)
    assert (_time(record), _time(record, "step_time")) == (list(range(8)), RESTARTS)


def test_restarts_away_from_the_steps_are_those_of_the_run():
    rows = [f"{t},{1 + i // 4},3.7" for i, t in enumerate(RESTARTS)]
    record = _read("Time (s),Step,U (V)", *rows)
    assert _time(record) == RESTARTS
    assert "clock-restarts" in _codes(record)


def test_of_two_elapsed_times_the_one_with_more_digits_is_the_time():
    text = [f"{w},{e},3.7" for w, e in zip((0, 0, 1, 1), (0.0, 0.5, 1.0, 1.5), strict=True)]
    assert _time(_read("Total Time (s),Test Time (s),U (V)", *text)) == [0.0, 0.5, 1.0, 1.5]


DAYS = {
    "ISO": ("2024-09-27", "2024-09-28", "{:02d}:{:02d}:{:02d}"),
    "dotted": ("27.09.2024", "28.09.2024", "{:02d}:{:02d}:{:02d}"),
    "slashes": ("09/27/2024", "09/28/2024", "{:d}:{:02d}:{:02d}"),
    "Chinese": ("2024年9月27日", "2024年9月28日", "{:02d}:{:02d}:{:02d}"),
}


@pytest.mark.parametrize("name", DAYS)
@pytest.mark.parametrize("swapped", [False, True])
def test_a_date_beside_a_time_makes_an_instant(name, swapped):
    first, second, form = DAYS[name]
    clocks = [(23, 59, 58), (23, 59, 59), (0, 0, 0), (0, 0, 1)]
    cells = [(first if c[0] else second, form.format(*c)) for c in clocks]
    rows = [",".join([*(pair[::-1] if swapped else pair), "3.7"]) for pair in cells]
    record = _read("Time,Date,U (V)" if swapped else "Date,Time,U (V)", *rows)
    assert _time(record) == [0, 1, 2, 3]
    assert record.metadata.value("experiment.start") == "2024-09-27T23:59:58"


def test_a_date_beside_a_clock_of_twelve_hours():
    cells = ["2024-09-27,11:59:59 PM", "2024-09-28,12:00:00 AM", "2024-09-28,12:00:01 am", "2024-09-28,1:00 p.m."]
    record = _read("Date,Time,U (V)", *(f"{cell},3.7" for cell in cells))
    assert _time(record) == [0, 1, 2, 1 + 13 * 3600]
    zoned = _read("Date,Time,U (V)", *(f"{cell},3.7" for cell in cells), timezone="Asia/Tokyo")
    assert _time(zoned, "unix_time")[0] == _epoch(2024, 9, 27, 14, 59, 59)


def test_a_date_beside_an_elapsed_time_stays_apart():
    rows = [f"2024-09-2{7 + h // 24},{h}:00:00,3.7" for h in range(0, 48, 12)]
    record = _read("Date,Test Time,U (V)", *rows)
    assert _time(record) == [h * 3600.0 for h in range(0, 48, 12)]
    assert record["timeseries"].column("time").origin == "measured"


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        (["0.00:00:00.5", "0.00:00:01.5", "1.00:00:00.5"], [0.5, 1.5, 86400.5]),
        (["0 days 00:00:00", "0 days 00:00:01", "1 days 00:00:01"], [0, 1, 86401]),
        (["1-02:03:04", "1-02:03:05", "1-02:03:06"], [93784, 93785, 93786]),
        (["2d 00:00:00", "2d 00:00:01", "2d 00:00:02"], [172800, 172801, 172802]),
        (["99:59:59", "100:00:00", "100:00:01"], [359999, 360000, 360001]),
    ],
)
def test_elapsed_times_in_all_forms(cells, seconds):
    assert _time(_read("Time,U (V)", *(f"{cell},3.7" for cell in cells))) == seconds


def test_a_lone_time_that_may_be_a_clock_is_asked():
    rows = [f"10:23:{s:02d},3.7" for s in range(5)]
    with pytest.raises(ReadError, match="elapsed time or a time of day") as caught:
        _read("Time,U (V)", *rows)
    assert "clock=elapsed" in caught.value.hint
    assert "clock=time-of-day" in caught.value.hint
    assert _time(_read("Time,U (V)", *rows, clock="elapsed"))[0] == 10 * 3600 + 23 * 60
    of_day = _read("Time,U (V)", *rows, clock="time-of-day")
    assert "time" not in of_day["timeseries"].columns
    assert "time-of-day" in _codes(of_day)


@pytest.mark.parametrize(
    "cells",
    [
        ["11:59:59 PM", "12:00:00 AM", "12:00:01 AM"],
        ["23:59:59", "00:00:00", "00:00:01"],
        ["9:59:59 am", "10:00:00 am", "10:00:01 am"],
    ],
)
def test_a_time_of_day_is_said(cells):
    record = _read("Time,U (V)", *(f"{cell},3.7" for cell in cells))
    assert "time-of-day" in _codes(record)
    assert "time" not in record["timeseries"].columns


AUTUMN = ["02:59:58", "02:59:59", "02:00:00", "02:00:01", "03:00:00"]


def test_the_order_of_the_rows_decides_in_the_hour_that_occurs_twice():
    rows = [f"2022-10-30 {clock},3.7" for clock in AUTUMN]
    record = _read("Date,U (V)", *rows, timezone="Europe/Berlin")
    assert _time(record) == [0, 1, 2, 3, 3602]
    assert _time(record, "unix_time")[0] == _epoch(2022, 10, 30, 0, 59, 58)
    open_ = _read("Date,U (V)", *rows)
    assert any("local dates" in notice.message for notice in open_.notices)


def test_an_hour_that_is_left_out_takes_no_time():
    rows = [f"2022-03-13 {clock},3.7" for clock in ("01:59:59", "03:00:00", "03:00:01")]
    assert _time(_read("Date,U (V)", *rows, timezone="America/New_York")) == [0, 1, 2]


def test_before_and_after_the_repeated_hour_the_neighbours_decide():
    before = [f"2022-10-30 {clock},3.7" for clock in ("01:59:58", "01:59:59", "02:00:00", "02:00:01")]
    assert _time(_read("Date,U (V)", *before, timezone="Europe/Berlin")) == [0, 1, 2, 3]
    after = [f"2022-10-30 {clock},3.7" for clock in ("02:59:58", "02:59:59", "03:00:00", "03:00:01")]
    assert _time(_read("Date,U (V)", *after, timezone="Europe/Berlin")) == [0, 1, 2, 3]


def test_the_zone_of_the_command_line_reaches_the_reader(tmp_path):
    from typer.testing import CliRunner

    from echub.cli import app

    table = tmp_path / "a.csv"
    table.write_text("Date,U (V)\n" + "".join(f"2022-10-30 {clock},3.7\n" for clock in AUTUMN))
    shown = CliRunner().invoke(app, ["info", str(table), "--timezone", "Europe/Berlin", "--json"])
    assert '"unix_time"' in shown.stdout


ORDERS = {
    "another column": ("Start,Date,t / s,U (V)", ["03/30/2024,03/04/2024 10:00:0{},{},3.7"]),
    "the preamble": ("exported: 03/30/2024\nlab: x\nDate,t / s,U (V)", ["03/04/2024 10:00:0{},{},3.7"]),
}


@pytest.mark.parametrize("name", ORDERS)
def test_any_date_of_the_file_proves_the_order(name):
    header, (form,) = ORDERS[name]
    record = _read(header, *(form.format(i, i) for i in range(5)))
    assert record["timeseries"]["vendor_date"][0] == _epoch(2024, 3, 4, 10)


@pytest.mark.parametrize(("word", "month"), [("day-first", 4), ("month-first", 3), ("dmy", 4), ("mdy", 3)])
def test_the_option_says_the_order(word, month):
    rows = [f"03/04/2024 10:00:0{i},3.7" for i in range(5)]
    with pytest.raises(ReadError, match="order of day"):
        _read("Date,U (V)", *rows)
    record = _read("Date,U (V)", *rows, dates=word)
    assert record["timeseries"]["vendor_date"][0] == _epoch(2024, month, 7 - month, 10)


@pytest.mark.parametrize(
    ("header", "step", "unit"),
    [
        ("Time (s)", 1 / 60, "min"),
        ("Time (s)", 1000, "ms"),
        ("Time (s)", 1 / 3600, "h"),
        ("Time (min)", 60 / 60, "s"),
    ],
)
def test_a_wrong_unit_of_time_is_refused_with_the_right_one(header, step, unit):
    rows = [f"2024-09-27 1{m // 60}:{m % 60:02d}:00,{m * 60 * step},3.7" for m in range(0, 120, 10)]
    with pytest.raises(ReadError) as caught:
        _read(f"Date,{header},U (V)", *rows)
    assert f'unit = "{unit}"' in caught.value.hint


def test_a_time_since_1970_in_milliseconds_gives_no_elapsed_time():
    counted = [1_709_287_200_000 + 10_000 * n for n in range(6)]  # 2024-03-01 10:00 UTC, in ms
    rows = "".join(f"{clock},3.5\n" for clock in counted)
    record = echub.read(f"Unix Time (s),U / V\n{rows}".encode(), reader="table")
    data = record["timeseries"]
    assert [(c.name, c.unit) for c in data.columns.values()] == [
        ("row", "1"), ("vendor_unix_time_s", None), ("voltage", "V"),
    ]  # fmt: skip
    assert data["vendor_unix_time_s"].tolist() == counted
    text = "Unix Time (s) gives dates between 1990 and 2100 only in ms, not in s: kept as a vendor column"
    assert [n.message for n in record.notices if n.code == "unix-time-unit"] == [text]


@pytest.mark.parametrize(
    ("first", "start"),
    [("10:11:12.500", "2024-09-27T10:11:12.500"), ("10:11:12.000", "2024-09-27T10:11:12"),
     ("10:11:12", "2024-09-27T10:11:12"), ("10:11:12.9996", "2024-09-27T10:11:13")],
)  # fmt: skip
def test_a_start_keeps_its_milliseconds(first, start):
    """Start and elapsed time together are the date of each row: half a second less would be the wrong one."""
    record = _read("Date,U (V)", f"2024-09-27 {first},3.7", "2024-09-27 10:11:14.000,3.7")
    assert record.metadata.value("experiment.start") == start
