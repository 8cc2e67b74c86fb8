"""Dates: orders that any date of a file proves, clocks of twelve hours, factors between clocks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from echub.dates import (
    clock_12,
    clock_ratio,
    compare,
    date_texts,
    order_word,
    to_utc,
    wall_clock,
    without_zone,
    zone_in,
)
from echub.errors import Ambiguous, ReadError


def _day(text, order="", others=()):
    series = [pl.Series(list(other)) for other in others]
    seconds = wall_clock(pl.Series([text]), "date", order, series).seconds[0]
    return str(np.datetime64(int(seconds), "s"))[:10]


def test_another_date_of_the_file_proves_the_order():
    assert _day("03/04/2024", others=[["03/30/2024"]]) == "2024-03-04"
    assert _day("03/04/2024", others=[["30/03/2024"]]) == "2024-04-03"
    assert _day("03/04/2024", others=[["01/02/2024"], ["x"], ["3/30/2024"]]) == "2024-03-04"
    with pytest.raises(Ambiguous):
        _day("03/04/2024", others=[["01/02/2024"]])


def test_one_number_for_day_and_month_leaves_nothing_open():
    assert _day("03/03/2024") == "2024-03-03"


def test_what_is_said_stands_before_what_others_prove():
    assert _day("03/04/2024", "day-first", [["03/30/2024"]]) == "2024-04-03"


@pytest.mark.parametrize(
    ("said", "order"), [("auto", ""), ("day-first", "dmy"), ("month-first", "mdy"), ("ymd", "ymd")]
)
def test_words_for_orders(said, order):
    assert order_word(said) == order


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年9月27日", "2024-09-27"),
        ("5 févr. 2024", "2024-02-05"),
        ("5-Dez-24", "2024-12-05"),
        ("27. 9. 2024", None),
    ],
)
def test_dates_of_other_countries(text, day):
    if day is None:
        assert date_texts([text]) == []
    else:
        assert _day(text) == day


def test_dates_within_lines():
    lines = ["Date of Test:,03/04/2024 3:56 PM", "version 1.2.3", "2024-05-06T10:00 and 1/2/24"]
    assert date_texts(lines) == ["03/04/2024", "2024-05-06", "1/2/24"]


def test_twelve_hours():
    found = clock_12(pl.Series(["12:00:00 AM", "11:59:59.5 pm", "12:30 PM", "1:00 a.m.", "13:00"]))
    assert found.to_list() == [0.0, 86399.5, 45000.0, 3600.0, None]


@pytest.mark.parametrize(("factor", "unit"), [(1000.0, "ms"), (1 / 60, "min"), (1 / 3600, "h"), (1e6, "us")])
def test_the_factor_of_another_unit(factor, unit):
    wall = np.arange(0.0, 7200.0, 60.0)
    found = clock_ratio(wall * factor, wall)
    assert found.factor == pytest.approx(factor)
    assert found.unit() == unit


def test_clocks_that_agree_or_say_too_little_have_no_factor():
    wall = np.arange(0.0, 7200.0, 60.0)
    assert clock_ratio(wall, wall).factor is None
    assert clock_ratio(wall[:1], wall[:1]) is None
    assert clock_ratio(np.array([0.0, 5.0]), np.array([0.0, 5.0])) is None


# -- both clocks -----------------------------------------------------------------------------------


def test_an_elapsed_time_in_another_unit_is_refused_with_both_spans():
    """The column says s, but an hour on the wall is 60 in it."""
    wall = 1e9 + np.array([0.0, 1800, 3600])
    with pytest.raises(ReadError) as refused:
        compare(np.array([0.0, 30, 60]), wall, "t")
    error = refused.value
    assert error.message == "the elapsed time 't' runs 0.0166667 times as fast as the wall clock"
    assert (error.where, error.found) == ("column t", "60 s")
    assert error.expected == "3600 s from the first row to the last, by the dates"
    assert error.cause == "the column is in min"
    assert error.hint == 'a profile says it: [columns."t"] quantity = "time", unit = "min"'
    with pytest.raises(ReadError) as refused:  # minutes by the header, but a thousandth of them: 60 ms
        compare(np.array([0.0, 1.8e6, 3.6e6]), wall, "t", 60.0)
    assert refused.value.cause == "the unit in the header is wrong"
    assert refused.value.hint == 'a profile says it: [columns."t"] quantity = "time", unit = "?"'


@pytest.mark.parametrize(("elapsed", "silent"), [(102.9, True), (103.1, False), (97.1, True), (96.9, False)])
def test_a_pause_is_said_beyond_two_seconds_and_a_hundredth(elapsed, silent):
    text = compare(np.array([0.0, elapsed]), np.array([0.0, 100.0]), "t")
    said = f"t spans {elapsed:g} s but the wall clock 100 s: a pause, or a clock that was set"
    assert text == ("" if silent else said)


def test_a_clock_of_a_few_seconds_says_nothing():
    assert compare(np.array([0.0, 9000.0]), np.array([0.0, 9.0]), "t") == ""


def test_what_is_no_date_or_no_zone_is_refused():
    with pytest.raises(ReadError) as refused:
        wall_clock(pl.Series(["soon", "later"]), "when")
    assert (refused.value.where, refused.value.found) == ("column when", "soon")
    with pytest.raises(ReadError) as refused:
        to_utc(np.array([0.0]), "Middle/Earth")
    assert refused.value.found == "Middle/Earth"
    assert refused.value.expected == "a name such as Europe/Berlin or UTC"


def test_an_order_that_is_open_or_impossible_is_refused_with_each_that_is_left():
    with pytest.raises(Ambiguous) as refused:
        wall_clock(pl.Series(["", "03/04/2024"]), "when")
    error = refused.value
    assert error.message == "the order of day, month and year is not settled"
    assert (error.where, error.found, error.cause) == (
        "column when",
        "03/04/2024",
        "dmy and mdy are both possible",
    )
    assert error.hint == "`--option dates=dmy` or `--option dates=mdy` says which"
    assert error.expected == "a date with a day beyond 12, or a year of four digits"
    with pytest.raises(Ambiguous) as refused:
        wall_clock(pl.Series(["13/04/2024", "04/13/2024"]), "when")
    assert refused.value.message == "no order makes all of these dates"
    assert refused.value.cause == "the column mixes two orders"
    assert refused.value.hint == "`--option dates=dmy` or `--option dates=mdy` or `--option dates=ymd` says which"


# -- the hour that occurs twice --------------------------------------------------------------------

BACK = np.datetime64("2024-10-27T02:00").astype("datetime64[s]").astype(float)
"""Berlin's clocks show this moment twice: 00:00 UTC, and 01:00 UTC after they went back at 03:00."""


@pytest.mark.parametrize(
    ("minutes", "utc"),
    [
        ([-30, 0, 30, 0, 30, 60], [-30, 0, 30, 60, 90, 120]),  # both passes, with the step back between them
        ([-30, 0, 30], [-30, 0, 30]),  # only the first pass: it follows the hour before
        ([0, 30, 60], [60, 90, 120]),  # only the second: the hour after follows it
        ([0, 30], [None, None]),
        ([-120, 20, 40, 180], [-120, None, None, 240]),  # a gap on both sides
        ([-30, 0, 30, 0, 20, 10, 60], [-30, None, None, None, None, None, 120]),  # two steps back
    ],
)
def test_rows_of_the_repeated_hour_follow_those_beside_them(minutes, utc):
    """Before the step back, Berlin is two hours ahead of UTC; after it, one."""
    found = to_utc(BACK + 60.0 * np.array(minutes), "Europe/Berlin") - (BACK - 7200.0)
    wanted = np.array([np.nan if one is None else one + 60.0 * 0 for one in utc]) * 60.0
    assert np.array_equal(found, wanted, equal_nan=True)


@pytest.mark.parametrize(
    ("name", "offset", "bare"),
    [
        ("Clock (UTC+1)", 3600.0, "Clock"), ("time_utc", 0.0, "time"), ("Date GMT-03:30", -12600.0, "Date"),
        ("t UTC+14", 50400.0, "t"), ("t UTC+15", None, "t UTC+15"), ("UTC or GMT", None, "UTC or GMT"),
        ("t", None, "t"),
    ],
)  # fmt: skip
def test_the_zone_in_a_name(name, offset, bare):
    assert (zone_in(name), without_zone(name)) == (offset, bare)


@pytest.mark.parametrize(
    ("text", "utc"),
    [("2024-02-29 10:00:00+02:00", "2024-02-29T08:00"), ("2024-02-29 22:00:00 -0330", "2024-03-01T01:30"),
     ("2024-02-29 10:00Z", "2024-02-29T10:00")],
)  # fmt: skip
def test_a_zone_in_the_text_is_taken_off(text, utc):
    found = wall_clock(pl.Series([text]), "t")
    assert found.zoned
    assert np.datetime64(int(found.seconds[0]), "s") == np.datetime64(utc)
