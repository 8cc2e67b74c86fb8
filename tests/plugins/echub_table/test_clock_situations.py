"""A column of h:m:s is an elapsed time or a time of day: what stands beside it decides, and each way is tried."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import Ambiguous, ReadError


def hms(seconds):
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def table(names, rows):
    return (",".join(names) + "\n" + "\n".join(",".join(map(str, row)) for row in rows) + "\n").encode()


ROWS = 40
START = 9 * 3600 + 1800
TEN = [10 * n for n in range(ROWS)]
VOLTS = [3 + n / 100 for n in range(ROWS)]


def read(columns, **options):
    names, values = zip(*columns.items(), strict=True)
    return echub.read(table(names, zip(*values, strict=True)), reader="table", options=options)


def times_of(record):
    data = next(iter(record.datasets.values()))
    return [c.header for c in data.columns.values() if c.quantity == "time" and c.origin == "measured"]


DATES = [f"2024-03-14 {hms(START + s)}" for s in TEN]
PLAIN = {"Ewe/V": VOLTS}


def test_a_clock_equal_to_the_dates_beside_it_is_a_time_of_day():
    record = read({"Time": [hms(START + s) for s in TEN], "DateTime": DATES, **PLAIN})
    assert times_of(record) == []


def test_a_clock_unlike_the_dates_beside_it_is_elapsed():
    record = read({"Time": [hms(4321 + s) for s in TEN], "DateTime": DATES, **PLAIN})
    assert times_of(record) == ["Time"]
    values = next(iter(record.datasets.values()))["time"]
    assert values == pytest.approx(4321 + np.array(TEN))


def test_a_clock_beside_an_elapsed_time_in_seconds_is_a_time_of_day():
    record = read({"Time": [hms(START + s) for s in TEN], "test time/s": TEN, **PLAIN})
    assert times_of(record) == ["test time/s"]


@pytest.mark.parametrize(("clock", "times"), [("elapsed", ["Time"]), ("time-of-day", [])])
def test_a_lone_clock_is_asked_and_the_option_says_which(clock, times):
    columns = {"Time": [hms(START + s) for s in TEN], **PLAIN}
    with pytest.raises(Ambiguous) as caught:
        read(columns)
    assert f"{START} s at the first row, {START + TEN[-1]} s at the last" in caught.value.found
    assert caught.value.where == "column Time"
    assert times_of(read(columns, clock=clock)) == times


@pytest.mark.parametrize("first", [0, 10, 20])
def test_a_clock_that_starts_within_two_rows_of_zero_is_elapsed(first):
    assert times_of(read({"Time": [hms(first + s) for s in TEN], **PLAIN})) == ["Time"]


def test_a_clock_beyond_a_day_is_elapsed():
    record = read({"Time": [f"{23 + n}:30:00" for n in range(ROWS)], **PLAIN})
    assert times_of(record) == ["Time"]


def test_a_clock_that_falls_at_midnight_is_a_time_of_day():
    record = read({"Time": [hms(86_400 - 200 + s) for s in TEN], **PLAIN})
    assert times_of(record) == []


def test_an_elapsed_time_that_agrees_with_the_dates_is_not_mentioned():
    record = read({"time/s": TEN, "DateTime": DATES, **PLAIN})
    assert "clocks-differ" not in {notice.code for notice in record.notices}


def test_an_elapsed_time_in_another_unit_than_printed_is_refused_with_it():
    with pytest.raises(ReadError) as caught:
        read({"time/s": [1000 * s for s in TEN], "DateTime": DATES, **PLAIN})
    assert (caught.value.where, caught.value.cause) == ("column time/s", "the column is in ms")
    assert "390 s" in caught.value.expected
    assert caught.value.found == "390000 s"


def test_a_pause_in_the_dates_is_said_with_both_columns():
    late = [f"2024-03-14 {hms(START + s + (3000 if n > 20 else 0))}" for n, s in enumerate(TEN)]
    record = read({"time/s": TEN, "DateTime": late, **PLAIN})
    found = [notice.message for notice in record.notices if notice.code == "clocks-differ"]
    assert found == ["time/s spans 390 s but the wall clock 3390 s: a pause, or a clock that was set (DateTime)"]


LONG = [float(n) for n in range(60)]


def restarting(every, least=0.0):
    """Return a clock that goes back to its least value every so many rows."""
    return [least + n % every for n in range(60)]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_clock_that_restarts_from_near_zero_beside_one_that_does_not_is_that_of_the_step(swapped):
    columns = {"Time/s": restarting(20), "Total Time/s": LONG}
    columns = dict(reversed(columns.items())) if swapped else columns
    data = next(iter(read({**columns, "Ewe/V": LONG}).datasets.values()))
    assert data["time"] == pytest.approx(LONG)
    assert data["step_time"] == pytest.approx(restarting(20))


@pytest.mark.parametrize(("least", "of_step"), [(1.0, True), (15.0, False)])
def test_only_a_restart_from_less_than_a_tenth_is_that_of_a_step(least, of_step):
    """From 20 back to 1 is; from 34 back to 15 is not."""
    data = next(
        iter(read({"Time/s": restarting(20, least), "Total Time/s": LONG, "Ewe/V": LONG}).datasets.values())
    )
    assert ("step_time" in data.columns) is of_step


def test_of_two_clocks_that_both_restart_none_is_that_of_a_step():
    columns = {"Time/s": restarting(20), "Total Time/s": restarting(30), "Ewe/V": LONG}
    data = next(iter(read(columns).datasets.values()))
    assert "step_time" not in data.columns


RESTARTS = [(), (13,), (27,), (13, 27)]
"""Rows at which a clock goes back to where it started, or the date goes on to the next day."""


@pytest.mark.parametrize("days", RESTARTS)
@pytest.mark.parametrize("falls", RESTARTS)
def test_a_clock_belongs_to_the_dates_beside_it_if_it_goes_back_only_where_they_change(falls, days):
    """A day may start at a later hour than the day before ended, an elapsed time may restart within a day."""
    seconds = [START + 10 * (n - max((at for at in falls if at <= n), default=0)) for n in range(ROWS)]
    day = [sum(at <= n for at in days) for n in range(ROWS)]
    record = read({"Date": [f"2024-03-{14 + d}" for d in day], "Time": [hms(s) for s in seconds], **PLAIN})
    joined = [c for data in record.datasets.values() for c in data.columns.values() if c.header == "Date + Time"]
    assert bool(joined) is (set(falls) <= set(days))
    assert times_of(record) == ([] if joined else ["Time"])
    for column in joined:
        assert np.diff(column.values) == pytest.approx(np.diff(np.array(day) * 86_400.0 + seconds))


def test_an_hour_that_occurs_twice_is_no_pause_if_the_zone_is_stated():
    """Rows of 30 min through the night of 27 October 2024, in which 2:00 to 3:00 comes twice in Berlin."""
    night = [f"27.10.2024 {hour}:{minute}:00" for hour in ("01", "02", "02", "03") for minute in ("00", "30")]
    text = "Test_Time(s);Date_Time;Voltage(V)\n" + "".join(f"{1800 * n};{at};3.2\n" for n, at in enumerate(night))
    (said,) = [n.message for n in echub.read(text.encode()).notices if n.code == "clocks-differ"]
    assert said == (
        "Test_Time(s) spans 12600 s but the wall clock 9000 s: the clocks changed meanwhile (state the time "
        "zone), a pause, or a clock that was set (Date_Time)"
    )
    stated = echub.read(text.encode(), options={"timezone": "Europe/Berlin"})
    assert "clocks-differ" not in {notice.code for notice in stated.notices}
    assert np.diff(stated["timeseries"]["unix_time"]).tolist() == [1800.0] * 7
