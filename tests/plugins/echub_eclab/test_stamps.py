"""Columns of dates: EC-Lab's own spelling at once, all others piece by piece, and both as single dates are."""

import datetime as dt

import polars as pl
import pytest

from echub_eclab.stamps import DAY_FIRST, MONTH_FIRST, Order, extremes, is_stamp, moments, settle_order, stamp

DATES = [
    ("12/31/99 23:59:58", MONTH_FIRST, dt.datetime(1999, 12, 31, 23, 59, 58)),
    ("12/31/80 00:00:00", MONTH_FIRST, dt.datetime(1980, 12, 31)),
    ("1/2/79 1:02:03", MONTH_FIRST, dt.datetime(2079, 1, 2, 1, 2, 3)),
    ("1/2/00 1:02:03", MONTH_FIRST, dt.datetime(2000, 1, 2, 1, 2, 3)),
    ("1.2.24 1:02:03", DAY_FIRST, dt.datetime(2024, 2, 1, 1, 2, 3)),
    ("12/31/2024 23:59:58.125", MONTH_FIRST, dt.datetime(2024, 12, 31, 23, 59, 58, 125_000)),
    ("31/12/2024 23:59:58.125", DAY_FIRST, dt.datetime(2024, 12, 31, 23, 59, 58, 125_000)),
    ("1-2-2024 23.59.58,25", DAY_FIRST, dt.datetime(2024, 2, 1, 23, 59, 58, 250_000)),
    ("01/02/0100 00:00:00", MONTH_FIRST, dt.datetime(100, 1, 2)),
    ("2024-02-01 13:02:03.5", DAY_FIRST, dt.datetime(2024, 2, 1, 13, 2, 3, 500_000)),
    ("2024-02-01T13:02:03.1234567", MONTH_FIRST, dt.datetime(2024, 2, 1, 13, 2, 3, 123_456)),
    ("2024/2/13 下午 01:02:03", MONTH_FIRST, dt.datetime(2024, 2, 13, 13, 2, 3)),
    ("2024/2/13 上午 01:02:03", MONTH_FIRST, dt.datetime(2024, 2, 13, 1, 2, 3)),
    ("2024/2/13 午後 12:02:03", MONTH_FIRST, dt.datetime(2024, 2, 13, 12, 2, 3)),
    ("01/02/2024 12:02:03 AM", MONTH_FIRST, dt.datetime(2024, 1, 2, 0, 2, 3)),
    ("01/02/2024 1:02:03 a.m.", MONTH_FIRST, dt.datetime(2024, 1, 2, 1, 2, 3)),
    ("01/02/2024 12:02:03 PM", MONTH_FIRST, dt.datetime(2024, 1, 2, 12, 2, 3)),
    ("01/02/2024 11:02:03 PM", MONTH_FIRST, dt.datetime(2024, 1, 2, 23, 2, 3)),
    # none: a month or day that there is not, no hour of half a day, no date at all
    ("13/02/2024 01:02:03", MONTH_FIRST, None),
    ("02/13/2024 01:02:03", DAY_FIRST, None),
    ("02/30/2024 01:02:03", MONTH_FIRST, None),
    ("01/02/2024 00:02:03 PM", MONTH_FIRST, None),
    ("01/02/2024 13:02:03 PM", MONTH_FIRST, None),
    ("01/02/2024 24:02:03", MONTH_FIRST, None),
    ("xx/xx/2024 01:02:03", MONTH_FIRST, None),
    ("01/02/2024", MONTH_FIRST, None),
]


@pytest.mark.parametrize(("text", "order", "moment"), DATES)
def test_a_column_is_read_as_a_single_date_is(text, order, moment):
    assert stamp(text, order) == moment
    assert moments(pl.Series([text, text]), order).to_list() == [moment, moment]
    usual = {MONTH_FIRST: "02/03/2024 04:05:06", DAY_FIRST: "03/02/2024 04:05:06"}[order]
    mixed = moments(pl.Series([usual, text, None]), order).to_list()  # of several spellings none is taken at once
    assert mixed == [dt.datetime(2024, 2, 3, 4, 5, 6), moment, None]


ORDERS = [
    # dates of a file: the order that they prove, and the dates that do
    (["02/12/2024 01:02:03", "2/13/2024 01:02:03", "2/14/2024 01:02:03"], (MONTH_FIRST, "2/13/2024 01:02:03", "")),
    (["12/12/2024 01:02:03", "13/12/2024 01:02:03"], (DAY_FIRST, "13/12/2024 01:02:03", "")),
    (["12/12/2024 01:02:03", "2024-13-01 01:02:03", "13/14/2024 01:02:03", "no"], (MONTH_FIRST, "", "")),
    ([" 13/01/2024 01:02:03 ", "1/13/24 01:02:03"], (MONTH_FIRST, "1/13/24 01:02:03", "13/01/2024 01:02:03")),
    ([], (MONTH_FIRST, "", "")),
]


@pytest.mark.parametrize(("texts", "order"), ORDERS)
def test_a_number_above_twelve_proves_the_order_of_day_and_month(texts, order):
    found = settle_order(texts)
    assert found == Order(*order)
    assert found.contradicts is bool(order[2])
    assert settle_order(texts, DAY_FIRST) == Order(DAY_FIRST)


def test_of_a_column_the_largest_first_and_second_numbers_decide():
    texts = pl.Series(["1/2/2024 01:02:03", "9/3/2024 01:02:03", "2/14/2024 01:02:03", "none", None])
    assert extremes(texts) == ["9/3/2024 01:02:03", "2/14/2024 01:02:03"]
    assert extremes(pl.Series(["none", "no"])) == []
    assert is_stamp(texts).to_list() == [True, True, True, False, False]
