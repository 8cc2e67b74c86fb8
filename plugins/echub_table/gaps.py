"""Cells without a number: empty, or a word for no value, is missing; anything else is NaN."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.plugin import MISSING
from echub.text import NO_VALUE


def without_value(cells: pl.Series) -> pl.Series:
    """Return which of these texts (n,) say that there is no value; null counts as empty."""
    words = cells.fill_null("").str.strip_chars().str.to_lowercase()
    return (words == "") | words.is_in(list(NO_VALUE))


def with_gaps(numbers: pl.Series, cells: pl.Series) -> NDArray[np.float64]:
    """Return numbers (n,) as an array: where one is null or NaN, its text says whether it is missing."""
    values = numbers.fill_null(np.nan).to_numpy()
    lost = np.isnan(values)
    return np.where(lost & without_value(cells).to_numpy(), MISSING, values) if lost.any() else values
