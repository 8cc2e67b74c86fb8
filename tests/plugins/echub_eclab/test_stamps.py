"""Columns of dates: EC-Lab's own spelling at once, all others piece by piece, and both as single dates are."""

import datetime as dt

import polars as pl
import pytest

from echub_eclab.stamps import DAY_FIRST, MONTH_FIRST, moments, stamp

DATES = [
    ("12/31/99 23:59:58", MONTH_FIRST, dt.datetime(1999, 12, 31, 23, 59, 58)),
    ("12/31/80 00:00:00", MONTH_FIRST, dt.datetime(1980, 12, 31)),
    ("1/2/79 1:02:03", MONTH_FIRST, dt.datetime(2079, 1, 2, 1, 2, 3)),
    ("1.2.24 1:02:03", DAY_FIRST, dt.datetime(2024, 2, 1, 1, 2, 3)),
    ("2024-02-01 13:02:03.5", DAY_FIRST, dt.datetime(2024, 2, 1, 13, 2, 3, 500_000)),
    ("01/02/2024 12:02:03 AM", MONTH_FIRST, dt.datetime(2024, 1, 2, 0, 2, 3)),
    ("01/02/2024 12:02:03 PM", MONTH_FIRST, dt.datetime(2024, 1, 2, 12, 2, 3)),
    ("01/02/2024 11:02:03 PM", MONTH_FIRST, dt.datetime(2024, 1, 2, 23, 2, 3)),
]


@pytest.mark.parametrize(("text", "order", "moment"), DATES)
def test_a_column_is_read_as_a_single_date_is(text, order, moment):
    assert stamp(text, order) == moment
    assert moments(pl.Series([text, text]), order).to_list() == [moment, moment]
