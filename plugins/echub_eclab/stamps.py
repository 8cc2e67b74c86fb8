"""Local dates and times as EC-Lab prints them in every locale, and which of day and month comes first.

EC-Lab writes the month first. Exports edited or written under another locale put the day first; a
number above 12 in any date of the file decides. Where none does, EC-Lab's own order counts.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

MONTH_FIRST, DAY_FIRST = "month-first", "day-first"
_PATTERN = (
    r"^\s*(?P<a>\d{1,4})[/.-](?P<b>\d{1,2})[/.-](?P<c>\d{1,4})[ T,]\s*"
    r"(?:(?P<before>上午|下午|午前|午後)\s*)?"
    r"(?P<h>\d{1,2})[:.](?P<m>\d{2})[:.](?P<s>\d{2})(?:[.,](?P<f>\d+))?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?\s*$"
)
_STAMP = re.compile(_PATTERN)
_USUAL = {MONTH_FIRST: "%m/%d/%Y %H:%M:%S%.f", DAY_FIRST: "%d/%m/%Y %H:%M:%S%.f"}
"""EC-Lab's own spelling: a column of it is parsed at once, others piece by piece."""
_AFTERNOON = ("p", "下午", "午後")
_CENTURY = 100
"""Years below this are printed with two digits; before 80 they belong to this century, as in EC-Lab's modules."""


class Order(NamedTuple):
    """Which of day and month comes first, and the date that says so (empty: none does)."""

    value: str
    proof: str = ""
    contradiction: str = ""

    @property
    def contradicts(self) -> bool:
        """Return whether the file has dates of both orders."""
        return bool(self.contradiction)


def settle_order(texts: Iterable[str], wanted: str = "auto") -> Order:
    """Find the order of day and month in dates; `wanted` decides unless it is `auto`."""
    if wanted != "auto":
        return Order(wanted)
    proofs: dict[str, str] = {}
    for text in texts:
        match = _STAMP.match(text)
        if match and len(match["a"]) <= 2:
            first, second = int(match["a"]), int(match["b"])
            if (first > 12) != (second > 12):
                proofs.setdefault(DAY_FIRST if first > second else MONTH_FIRST, text.strip())
    if len(proofs) == 2:
        return Order(MONTH_FIRST, proofs[MONTH_FIRST], proofs[DAY_FIRST])
    value, proof = next(iter(proofs.items()), (MONTH_FIRST, ""))
    return Order(value, proof)


def stamp(text: str, order: str = MONTH_FIRST) -> dt.datetime | None:
    """Read a local date and time; None if it is none (`xx/xx/…`), or no date in this order.

    `02/01/2022 14:05:33.250`, with dots or dashes, `14.05.33`, two-digit years, AM and PM, or the
    year first.
    """
    match = _STAMP.match(text)
    if match is None:
        return None
    first, second, third = (int(match[name]) for name in "abc")
    if len(match["a"]) > 2:
        year, month, day = first, second, third
    else:
        year = third if third >= _CENTURY else third + (2000 if third < 80 else 1900)
        month, day = (first, second) if order == MONTH_FIRST else (second, first)
    half = match["half"] or match["before"]
    hour = int(match["h"])
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half.lower() in _AFTERNOON)
    micro = int((match["f"] or "0").ljust(6, "0")[:6])
    try:
        return dt.datetime(year, month, day, hour, int(match["m"]), int(match["s"]), micro)
    except ValueError:
        return None


def extremes(texts: pl.Series) -> list[str]:
    """Return the dates of a column that decide an order if any does: the largest first and second numbers."""
    parts = texts.str.extract_groups(_PATTERN)
    found = []
    for name in "ab":
        numbers = parts.struct.field(name).cast(int, strict=False)
        at = numbers.arg_max()
        if at is not None:
            found.append(str(texts[at]))
    return found


def is_stamp(texts: pl.Series) -> pl.Series:
    """Return which texts have the shape of a date and time."""
    return texts.str.contains(_PATTERN).fill_null(False)


def moments(texts: pl.Series, order: str) -> pl.Series:
    """Parse a column of local dates and times to microseconds; null where a text is none in this order."""
    import polars as pl

    usual = texts.str.strip_chars().str.to_datetime(_USUAL[order], time_unit="us", strict=False)
    # A year of two digits is taken literally there: the first century.
    if not usual.null_count() and not (usual.dt.year() < _CENTURY).any():
        return usual
    parts = texts.str.extract_groups(_PATTERN)
    first, second, third, hour = (parts.struct.field(n).cast(pl.Int64, strict=False) for n in ("a", "b", "c", "h"))
    year_first = parts.struct.field("a").str.len_chars() > 2
    month, day = (first, second) if order == MONTH_FIRST else (second, first)
    year = third + (third < _CENTURY).cast(pl.Int64) * (1900 + 100 * (third < 80).cast(pl.Int64))
    year, month, day = (
        other.zip_with(year_first, one) for one, other in ((year, first), (month, second), (day, third))
    )
    half = parts.struct.field("half").fill_null(parts.struct.field("before")).str.to_lowercase()
    named = half.is_not_null()
    hour = (hour % 12 + 12 * half.is_in(list(_AFTERNOON)).fill_null(False).cast(pl.Int64)).zip_with(
        named & (hour >= 1) & (hour <= 12),
        hour.set(named, None),
    )
    fields = [series.cast(pl.String) for series in (year, month, day, hour)]
    minute, second_, fraction = (parts.struct.field(n) for n in ("m", "s", "f"))
    frame = pl.DataFrame(dict(zip("ymdHMSf", [*fields, minute, second_, fraction.fill_null("0")], strict=True)))
    text = frame.select(
        pl.format("{}-{}-{} {}:{}:{}.{}", *(pl.col(n).str.zfill(2) for n in "ymdHMS"), pl.col("f"))
    )
    return text.to_series().str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
