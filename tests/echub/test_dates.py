"""Dates: orders that any date of a file proves, clocks of twelve hours, factors between clocks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from echub.dates import clock_12, clock_ratio, date_texts, order_word, wall_clock
from echub.errors import Ambiguous


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
