"""Wall clocks: proven orders, stated zones, and the comparison with elapsed times."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl
import pytest

import echub
from echub.dates import compare, to_utc, wall_clock, zone_in
from echub.errors import Ambiguous, ReadError


def _epoch(*parts: int) -> float:
    return datetime.datetime(*parts, tzinfo=datetime.UTC).timestamp()


FURTHER = {
    "Mon May 13 12:00:01 2024": "dmy",
    "Montag, 13. Mai 2024 12:00:01": "dmy",
    "Mo. 13.05.2024 12:00:01": "dmy",
    "Monday 5/13/2024 12:00:01 PM": "mdy",
    "13. Mai 2024 12:00:01": "dmy",
    "12:00:01 13.05.2024": "dmy",
    "12:00:01 PM 05/13/2024": "mdy",
    "20240513 120001": "ymd",
    "20240513T120001": "ymd",
    "2024年5月13日12时00分01秒": "ymd",
    "2024年5月13日 12:00:01": "ymd",
    "13/05/2024 12h00m01s": "dmy",
    "2024-05-13 12.00.01": "ymd",
}
"""One moment as programs print it that put a weekday or the time in front, use letters, or no marks at all."""


@pytest.mark.parametrize("text", FURTHER)
def test_a_table_has_its_time_from_dates_of_any_form(text):
    rows = [text, _a_second_later(text)]
    record = echub.read(("Date;U (V)\n" + "".join(f"{row};3.5\n" for row in rows)).encode())
    assert record["timeseries"]["time"].tolist() == [0, 1]
    assert record.metadata.value("experiment.start") == "2024-05-13T12:00:01"


def _a_second_later(text: str) -> str:
    """Return the text with 02 for the one 01 that is the seconds."""
    assert text.count("01") == 1
    return text.replace("01", "02")


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("2024-05-13 12:00:01", "ymd", (2024, 5, 13, 12, 0, 1)),
        ("2024-05-03T12:00:01", "ymd", (2024, 5, 3, 12, 0, 1)),
        ("13.05.2024 12:00:01", "dmy", (2024, 5, 13, 12, 0, 1)),
        ("05/13/2024 12:00:01 AM", "mdy", (2024, 5, 13, 0, 0, 1)),
        ("5/13/24 12:30 PM", "mdy", (2024, 5, 13, 12, 30)),
        ("23-Nov-23 3:56:11 PM", "dmy", (2023, 11, 23, 15, 56, 11)),
        ("Nov 3, 2026 04:05:06", "dmy", (2026, 11, 3, 4, 5, 6)),
        *((text, order, (2024, 5, 13, 12, 0, 1)) for text, order in FURTHER.items()),
    ],
)
def test_one_reading(text, order, moment):
    clock = wall_clock(pl.Series([text]), "date")
    assert (clock.order, clock.zoned, clock.seconds[0]) == (order, False, _epoch(*moment))


@pytest.mark.parametrize("text", ["04/05/2024", "04.05.24 12:00:00", "24-05-13", "12:00:01 04.05.2024"])
def test_two_readings_are_refused(text):
    with pytest.raises(Ambiguous, match="not settled") as caught:
        wall_clock(pl.Series([text]), "date")
    assert "--option dates=" in caught.value.hint


def test_what_is_said_decides_between_possible_orders_only():
    assert wall_clock(pl.Series(["04/05/2024"]), "date", "dmy").seconds[0] == _epoch(2024, 5, 4)
    assert wall_clock(pl.Series(["04/05/2024"]), "date", "mdy").seconds[0] == _epoch(2024, 4, 5)
    assert wall_clock(pl.Series(["13/05/2024"]), "date", "mdy").order == "dmy"


def test_mixed_orders_are_refused():
    with pytest.raises(Ambiguous, match="no order"):
        wall_clock(pl.Series(["13/05/2024", "05/13/2024"]), "date")


def test_a_stated_zone_gives_utc():
    clock = wall_clock(pl.Series(["2024-05-13T12:00:01+02:00", "2024-05-13T10:00:02Z"]), "date")
    assert clock.zoned
    assert clock.seconds.tolist() == [_epoch(2024, 5, 13, 10, 0, 1), _epoch(2024, 5, 13, 10, 0, 2)]


def test_a_named_zone_and_its_double_hour():
    local = np.array([_epoch(2024, 5, 13, 12), _epoch(2024, 10, 27, 2, 30)])
    utc = to_utc(local, "Europe/Berlin")
    assert utc[0] == _epoch(2024, 5, 13, 10)
    assert np.isnan(utc[1])


def test_an_unknown_zone_is_an_error():
    with pytest.raises(ReadError, match="no time zone"):
        to_utc(np.array([0.0]), "Europe/Nowhere")


@pytest.mark.parametrize("factor", [1000.0, 60.0, 3600.0, 1 / 60, 1 / 3600, 1 / 1000])
def test_a_wrong_unit_is_found_by_its_factor(factor):
    wall = np.arange(0.0, 7200.0, 60.0)
    with pytest.raises(ReadError, match="as fast as the wall clock"):
        compare(wall * factor, wall, "t / s")


def test_agreement_and_pauses():
    wall = np.arange(0.0, 7200.0, 60.0)
    assert compare(wall, wall, "t / s") == ""
    assert "pause" in compare(wall * 0.8, wall, "t / s")


def test_elapsed_time_is_derived_where_only_dates_stand():
    text = "".join(f"2024-05-13 12:00:0{i},3.7\n" for i in range(5))
    record = echub.read(f"date,U / V\n{text}".encode())
    time = record["timeseries"].column("time")
    assert time.values.tolist() == [0, 1, 2, 3, 4]
    assert (time.origin, time.attrs["recipe"]) == ("derived", "date - its first value")
    assert "unix_time" not in record["timeseries"].columns


def test_zone_by_option():
    text = "".join(f"2024-05-13 12:00:0{i},3.7\n" for i in range(5))
    column = echub.read(f"date,U / V\n{text}".encode(), options={"timezone": "Europe/Berlin"})[
        "timeseries"
    ].column("unix_time")
    assert (column.values[0], column.origin) == (_epoch(2024, 5, 13, 10), "assumed")


def test_a_time_of_day_is_no_elapsed_time():
    record = echub.read(b"time,U / V\n23:59:58,3.7\n23:59:59,3.7\n0:00:00,3.7\n")
    assert "time" not in record["timeseries"].columns
    assert "time-of-day" in {notice.code for notice in record.notices}


def test_clocks_that_are_none_are_an_error():
    with pytest.raises(ReadError, match="1 of 3 clocks"):
        echub.read(b"time,U / V\n0:00:01,3.7\n0:00:02,3.7\n0:75:00,3.7\n")


ZONES = [
    ("Date (UTC)", 0.0), ("Timestamp [UTC]", 0.0), ("date_utc", 0.0), ("UTC", 0.0), ("DateTime GMT", 0.0),
    ("Date (UTC+1)", 3600.0), ("Time (GMT-05:30)", -19800.0), ("Datum (UTC +02:00)", 7200.0), ("UTC−3", -10800.0),
    ("Date", None), ("Date (UTC/GMT+1)", None), ("Date (UTC+15)", None), ("Outcome date", None), ("utcome", None),
]  # fmt: skip


@pytest.mark.parametrize(("header", "offset"), ZONES)
def test_the_zone_that_a_header_states_is_that_of_its_dates(tmp_path, header, offset):
    assert zone_in(header) == offset
    (tmp_path / "run.csv").write_text(
        f"{header},U / V\n2024-03-14 09:26:53,3.5\n2024-03-14 09:26:55,3.4\n2024-03-14 09:26:57,3.3\n"
    )
    record = echub.read(tmp_path / "run.csv")
    series = record["timeseries"]
    assert record.metadata.value("experiment.timezone") == (None if offset is None else "UTC")
    assert series["time"].tolist() == [0.0, 2.0, 4.0]
    assert ("unix_time" in series.columns) is (offset is not None)
    if offset is not None:
        assert series["unix_time"][0] == _epoch(2024, 3, 14) + 9 * 3600 + 26 * 60 + 53 - offset


@pytest.mark.parametrize(
    ("date", "time", "offset"),
    [("Date (UTC)", "Clock", 0), ("Date", "Clock (UTC+1)", 3600), ("Date (UTC)", "Clock (UTC+1)", None)],
)
def test_a_date_and_a_time_beside_it_share_the_zone_of_either(tmp_path, date, time, offset):
    rows = "".join(f"2024-03-14,09:26:5{s},3.{s}\n" for s in range(5))
    (tmp_path / "run.csv").write_text(f"{date},{time},U / V\n{rows}")
    series = echub.read(tmp_path / "run.csv")["timeseries"]
    assert ("unix_time" in series.columns) is (offset is not None)
    if offset is not None:
        assert series["unix_time"][0] == _epoch(2024, 3, 14) + 9 * 3600 + 26 * 60 + 50 - offset
