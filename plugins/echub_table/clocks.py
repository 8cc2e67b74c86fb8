"""Wall clocks in tables: dates by declared or proven order, zones only where they are stated."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.plugin import ReadError
from echub_table.dialect import Ambiguous

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_GERMAN = {"mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12}
_TIME = r"(?:[ T,]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}(?:[.,]\d+)?))? ?(?P<ap>[APap][Mm])?)?"
_ZONE = r" ?(?P<zone>Z|UTC|[-+]\d{2}:?\d{2})?\s*$"
_NUMERIC = r"^\s*(?P<a>\d{1,4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,4})" + _TIME + _ZONE
_NAMED = r"^\s*(?P<a>\d{1,2})[-/ .](?P<b>\p{L}{3})\p{L}*[-/ .,]+(?P<c>\d{2,4})" + _TIME + _ZONE
_NAMED_FIRST = r"^\s*(?P<b>\p{L}{3})\p{L}* (?P<a>\d{1,2}),? (?P<c>\d{4})" + _TIME + _ZONE
_ORDERS = {"dmy": "abc", "mdy": "bac", "ymd": "cba"}
_OFFSET = re.compile(r"([-+])(\d{2}):?(\d{2})")

RATIOS = {1000.0: "milliseconds", 60.0: "minutes", 3600.0: "hours", 1e6: "microseconds"}
"""How far an elapsed time in a wrong unit is off."""


@dataclass(frozen=True)
class WallClock:
    """Seconds since 1970-01-01 00:00 of the clock itself; `zoned` where the texts state their zone."""

    seconds: NDArray[np.float64]
    zoned: bool
    order: str
    evidence: str


def wall_clock(texts: pl.Series, name: str, order: str = "") -> WallClock:
    """Read a column of dates and times; NaN where a text is none.

    `order` (`dmy`, `mdy`, `ymd`) is needed where no date of the column settles it: `Ambiguous`.
    """
    pattern = next((p for p in (_NUMERIC, _NAMED, _NAMED_FIRST) if texts.str.contains(p).any()), None)
    if pattern is None:
        raise ReadError("these are no dates", column=name, found=str(texts[0]))
    parts = texts.str.extract_groups(pattern).struct.unnest()
    if pattern == _NUMERIC:
        order, evidence = _order(parts, name, order, texts)
    else:
        order, evidence = "dmy", "the month is a word"
        parts = parts.with_columns(_month_numbers(parts["b"]))
    named = dict(zip("dmy", _ORDERS[order], strict=True))
    day, month, year = (parts[named[part]].cast(pl.Int32, strict=False) for part in "dmy")
    year = pl.select(pl.when(year < 100).then(year + 2000).otherwise(year)).to_series()
    seconds = _seconds(parts, year, month, day)
    zoned = bool(parts["zone"].is_not_null().all())
    if zoned:
        seconds = seconds - parts["zone"].replace_strict(_offsets(parts["zone"]), return_dtype=pl.Float64)
    return WallClock(seconds.fill_null(np.nan).to_numpy(), zoned, order, evidence)


def _order(parts: pl.DataFrame, name: str, said: str, texts: pl.Series) -> tuple[str, str]:
    """Find the one order in which every date of the column is a date."""
    possible = _possible(parts)
    if len(possible) == 1:
        return possible[0], "every date is one in this order only"
    if said in possible:
        return said, "said by the user or a profile"
    raise Ambiguous(
        "the order of day, month and year is not settled" if possible else "no order makes all of these dates",
        column=name,
        expected="a date with a day beyond 12, or a year of four digits",
        found=str(texts.filter(texts != "")[0]),
        cause=f"{' and '.join(possible)} are both possible" if possible else "the column mixes two orders",
        hint=" or ".join(f"`--option dates={order}`" for order in possible or _ORDERS) + " says which",
    )


def _possible(parts: pl.DataFrame) -> list[str]:
    """List the orders that no date of the column contradicts."""
    a, b, c = (_range(parts[part]) for part in "abc")
    found = []
    if a.digits <= 2 and a.high <= 31 and b.high <= 12:
        found.append("dmy")
    if a.digits <= 2 and a.high <= 12 and b.high <= 31:
        found.append("mdy")
    if c.digits <= 2 and b.high <= 12 and c.high <= 31:
        found.append("ymd")
    return found


@dataclass(frozen=True)
class _Range:
    high: int
    digits: int


def _range(part: pl.Series) -> _Range:
    numbers = part.cast(pl.Int32, strict=False).drop_nulls().to_numpy()
    digits = part.str.len_chars().drop_nulls().to_numpy()
    return _Range(int(numbers.max(initial=0)), int(digits.max(initial=0)))


def _month_numbers(words: pl.Series) -> pl.Series:
    known = {month: number + 1 for number, month in enumerate(_MONTHS)} | _GERMAN
    return (
        words.str.to_lowercase()
        .replace_strict(known, default=None, return_dtype=pl.Int32)
        .cast(pl.String)
        .alias("b")
    )


def _seconds(parts: pl.DataFrame, year: pl.Series, month: pl.Series, day: pl.Series) -> pl.Series:
    hour = parts["H"].cast(pl.Int32, strict=False).fill_null(0)
    half = parts["ap"].str.to_lowercase().fill_null("")
    frame = pl.DataFrame({"y": year, "m": month, "d": day, "h": hour, "half": half})
    hours = (
        pl.when(pl.col("half") == "pm")
        .then(pl.col("h") % 12 + 12)
        .when(pl.col("half") == "am")
        .then(pl.col("h") % 12)
        .otherwise(pl.col("h"))
    )
    valid = pl.col("m").is_between(1, 12) & pl.col("d").is_between(1, 31)
    days = pl.when(valid).then(
        pl.date(pl.col("y"), pl.when(valid).then("m").otherwise(1), pl.when(valid).then("d").otherwise(1))
    )
    frame = frame.select((days.cast(pl.Int32).cast(pl.Float64) * 86_400.0 + hours * 3600.0).alias("t"))
    minutes = parts["M"].cast(pl.Float64, strict=False).fill_null(0.0)
    seconds = parts["S"].str.replace(",", ".", literal=True).cast(pl.Float64, strict=False).fill_null(0.0)
    return frame["t"] + minutes * 60.0 + seconds


def _offsets(zones: pl.Series) -> dict[str, float]:
    found = {}
    for zone in zones.unique().to_list():
        match = _OFFSET.fullmatch(zone)
        seconds = int(match[2]) * 3600 + int(match[3]) * 60 if match else 0
        found[zone] = float(-seconds if match and match[1] == "-" else seconds)
    return found


def to_utc(seconds: NDArray[np.float64], zone: str) -> NDArray[np.float64]:
    """Turn wall-clock seconds of a named zone into UTC seconds; NaN in the hour that occurs twice."""
    micro = pl.Series((seconds * 1e6).round()).cast(pl.Int64, strict=False).cast(pl.Datetime("us"))
    try:
        placed = micro.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    except pl.exceptions.PolarsError:
        raise ReadError(
            f"there is no time zone {zone!r}", expected="a name such as Europe/Berlin or UTC", found=zone
        ) from None
    utc = placed.dt.convert_time_zone("UTC").dt.epoch("us").cast(pl.Float64) / 1e6
    return utc.fill_null(np.nan).to_numpy()


def compare(elapsed: NDArray[np.float64], wall: NDArray[np.float64], name: str) -> str:
    """Compare an elapsed time with the wall clock; give a warning or nothing.

    Raises `ReadError` where they differ by the factor of another unit: the header is wrong.
    """
    both = np.isfinite(elapsed) & np.isfinite(wall)
    if both.sum() < 2:
        return ""
    first, last = np.flatnonzero(both)[[0, -1]]
    have, true = elapsed[last] - elapsed[first], wall[last] - wall[first]
    if true < 10 or have <= 0:
        return ""
    ratio = have / true
    for factor, word in RATIOS.items():
        for off, meant in ((ratio / factor, word), (ratio * factor, "")):
            if abs(off - 1) < 0.01 + 2.0 / true:
                raise ReadError(
                    f"the elapsed time {name!r} runs {ratio:.6g} times as fast as the wall clock",
                    column=name,
                    expected=f"{true:g} s from the first row to the last, by the dates",
                    found=f"{have:g} s",
                    cause=f"the column is in {meant}" if meant else "the unit in the header is wrong",
                    hint=f'a profile says it: [columns."{name}"] quantity = "time", unit = "ms"',
                )
    if abs(have - true) > 2.0 + 0.01 * true:
        return f"{name} spans {have:g} s but the wall clock {true:g} s: a pause, or a clock that was set"
    return ""
