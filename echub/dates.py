"""Dates and times of day in texts: their order is proven or stated, their zone only ever stated.

One place for every reader: no order of day and month is taken for granted, and daylight saving time is
resolved by the order of the rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from echub.errors import Ambiguous, ReadError
from echub.remark import Notice

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from echub.model.build import SourceColumn

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OTHER_MONTHS = {
    "mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12,
    "fév": 2, "fev": 2, "avr": 4, "aoû": 8, "aou": 8, "déc": 12,
    "ene": 1, "abr": 4, "ago": 8, "dic": 12, "gen": 1, "mag": 5, "giu": 6, "lug": 7, "set": 9, "ott": 10,
}  # fmt: skip
"""First three letters of months in German, French, Spanish and Italian, if they differ from English."""
_TIME = r"(?:[ T,_]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}(?:[.,]\d+)?))? ?(?P<ap>[APap][.]? ?[Mm][.]?)?)?"
_ZONE = r" ?(?P<zone>Z|UTC|[-+]\d{2}:?\d{2})?\s*$"
_NUMERIC = r"^\s*(?P<a>\d{1,4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,4})" + _TIME + _ZONE
_NAMED = r"^\s*(?P<a>\d{1,2})[-/ .]+(?P<b>\p{L}{3})\p{L}*[-/ .,]+(?P<c>\d{2,4})" + _TIME + _ZONE
_NAMED_FIRST = r"^\s*(?P<b>\p{L}{3})\p{L}* (?P<a>\d{1,2}),? (?P<c>\d{4})" + _TIME + _ZONE
_CLOCK_12 = r"^\s*(?P<h>\d{1,2}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d(?:[.,]\d*)?))? ?(?P<ap>[APap])[.]? ?[Mm][.]?\s*$"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
HALF_DAYS = {"上午|午前|오전": "AM", "下午|午後|오후": "PM"}
"""Words for the halves of a day that Chinese, Japanese and Korean programs print in front of the time."""
_HALF_DAY = "[\u00a0\u202f午전후]"
_DAY = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
_WORD = r"[^\W\d_]"
_WEEKDAYS = (
    r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?|Mo|Di|Mi|Do|Fr|Sa|So"
    r"|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Sonnabend"
)
FORMS = (
    (rf"^\s*(?:{_WEEKDAYS})[.,]*\s+", ""),
    (rf"^\s*({_WORD}{{3,9}}) +(\d{{1,2}}) +({_CLOCK}) +(\d{{4}})\s*$", r"\1 \2 \4 \3"),
    (rf"^\s*({_CLOCK}(?: ?[APap][.]?[Mm][.]?)?)[ ,;]+({_DAY})\s*$", r"\2 \1"),
    (r"^\s*(\d{4})(\d\d)(\d\d)[ T_](\d\d)(\d\d)(\d\d)", r"\1-\2-\3 \4:\5:\6"),
    (r"^\s*(\d{4})年(\d{1,2})月(\d{1,2})日? ?", r"\1-\2-\3 "),
    (rf"^\s*({_DAY})[ T]+(\d\d?) ?[h时時] ?(\d\d) ?(?:min|[m分]) ?(\d\d(?:[.,]\d+)?) ?[s秒]?\s*$", r"\1 \2:\3:\4"),
    (r"^\s*(\d{4}-\d\d-\d\d)[ T](\d\d)\.(\d\d)\.(\d\d)\s*$", r"\1 \2:\3:\4"),
)
"""Further forms of a date, and what they are in the form of most: in front a weekday; the year behind the time, as
C prints it; the time in front; without marks, as in names of files; in Chinese; hours, minutes and seconds by
their letters, or between points. In their order: what one gives, the next may change."""
_ENOUGH = 100
"""Dates by which the form of a column is told: a program writes all in one."""
_ORDERS = {"dmy": "abc", "mdy": "bac", "ymd": "cba"}
_OFFSET = re.compile(r"([-+])(\d{2}):?(\d{2})")
_NAMED_ZONE = re.compile(
    r"(?<![^\W_])(?:UTC|GMT)(?:\s?(?P<sign>[-+−])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?)?(?![^\W_])",
    re.IGNORECASE,
)
_FARTHEST = 14
"""Hours by which a local time differs from UTC at most: that of Kiribati."""

ORDER_CHOICES = ("auto", "day-first", "month-first", "year-first", "dmy", "mdy", "ymd")
"""Values of the option `dates` of a reader; the first three words and the last three mean the same orders."""
_ORDER_WORDS = {"day-first": "dmy", "month-first": "mdy", "year-first": "ymd", "auto": ""}

RATIOS = (1000.0, 60.0, 3600.0, 1e6)
"""Factors by which an elapsed time in a wrong unit is off."""
_UNITS_S = {1e-9: "ns", 1e-6: "us", 1e-3: "ms", 1.0: "s", 60.0: "min", 3600.0: "h", 86_400.0: "d"}
"""Units of time by their duration in seconds."""


_ERA = 631_152_000.0, 4_102_444_800.0
"""Seconds since 1970 of the years 1990 and 2100: between them instruments measure."""


@dataclass(frozen=True)
class WallClock:
    """Seconds since 1970-01-01 00:00 on the clock itself, (n,); `zoned` if texts or name state the zone."""

    seconds: NDArray[np.float64]
    zoned: bool
    order: str
    evidence: str
    dated: bool = False
    """The texts hold only dates, without a time of day."""


def order_word(said: str) -> str:
    """Return the order that the option `dates` means: `dmy`, `mdy`, `ymd`, or nothing for `auto`."""
    return _ORDER_WORDS.get(said, said)


def wall_clock(texts: pl.Series, name: str, order: str = "", others: Sequence[pl.Series] = ()) -> WallClock:
    """Read a column of dates and times; NaN if a text is not a date.

    `order` (`dmy`, `mdy`, `ymd`) is needed if no date settles it, neither in the column nor among `others`,
    further dates of the same file that are written alike: else `Ambiguous`. Raises `ReadError` if nothing is
    a date.
    """
    import numpy as np
    import polars as pl

    texts = _plain(texts)
    pattern = next((p for p in (_NUMERIC, _NAMED, _NAMED_FIRST) if texts.str.contains(p).any()), None)
    if pattern is None:
        raise ReadError("these are not dates", where=f"column {name}", found=str(texts[0]))
    parts = texts.str.extract_groups(pattern).struct.unnest()
    if pattern == _NUMERIC:
        order, evidence = _order(parts, name, order_word(order), texts, others)
    else:
        order, evidence = "dmy", "the month is a word"
        parts = parts.with_columns(_month_numbers(parts["b"]))
    named = dict(zip("dmy", _ORDERS[order], strict=True))
    day, month, year = (parts[named[part]].cast(pl.Int32, strict=False) for part in "dmy")
    # Two digits are a year of this century: older files with two digits are not expected.
    year = pl.select(pl.when(year < 100).then(year + 2000).otherwise(year)).to_series()
    seconds = _seconds(parts, year, month, day)
    zoned = bool(parts["zone"].is_not_null().any() and (parts["zone"].is_not_null() | parts["a"].is_null()).all())
    dated = bool(parts["H"].is_null().all())
    if zoned:
        seconds = seconds - parts["zone"].replace_strict(
            _offsets(parts["zone"]), default=None, return_dtype=pl.Float64
        )
    elif not dated and parts["zone"].is_null().all() and (offset := zone_in(name)) is not None:
        seconds, zoned = seconds - offset, True
    return WallClock(seconds.fill_null(np.nan).to_numpy(), zoned, order, evidence, dated)


def zone_in(name: str) -> float | None:
    """Return the offset from UTC, s, that the name of a column states: `Date (UTC)`, `time_utc`, `Time (GMT+1)`.

    None if it states none, or two.
    """
    stated = list(_NAMED_ZONE.finditer(name))
    if len(stated) != 1:
        return None
    hours, minutes = (int(stated[0][part] or 0) for part in ("hours", "minutes"))
    if hours > _FARTHEST:
        return None
    return (-1.0 if stated[0]["sign"] in ("-", "−") else 1.0) * (hours * 3600.0 + minutes * 60.0)


def without_zone(name: str) -> str:
    """Return the name of a column without the zone that it states: `Clock` of `Clock (UTC+1)`."""
    return _NAMED_ZONE.sub("", name).strip(" ()[]_/,") if zone_in(name) is not None else name


def _plain(texts: pl.Series) -> pl.Series:
    """Write `2024年9月27日 下午 1:02` as `2024-9-27 1:02 PM`, and other `FORMS` likewise."""
    texts = with_am_pm(texts)
    first = texts.filter(texts != "").head(_ENOUGH).to_list()
    for form, plain in FORMS:
        if any(re.match(form, text) for text in first):
            first = [re.sub(form, plain, text) for text in first]
            texts = texts.str.replace(form, re.sub(r"\\(\d)", r"${\1}", plain))
    return texts


def in_plain_form(text: str) -> str:
    """Write one date of the `FORMS` as most programs do; any other text as it is."""
    for form, plain in FORMS:
        text = re.sub(form, plain, text)
    return text


def with_am_pm(texts: pl.Series) -> pl.Series:
    """Write the halves of a day as `1:02:03 PM`: also those of East Asia, and narrow blanks as ordinary ones."""
    if not texts.str.contains(_HALF_DAY).any():
        return texts
    for words, half in HALF_DAYS.items():
        texts = texts.str.replace_all(rf"(?:{words})\s*({_CLOCK})", f"${{1}} {half}")
    return texts.str.replace_all("[\u00a0\u202f]", " ")


def _order(
    parts: pl.DataFrame, name: str, said: str, texts: pl.Series, others: Sequence[pl.Series]
) -> tuple[str, str]:
    """Find the one order in which every date of the column, and every other in the file, is valid."""
    possible = _possible(parts)
    if len(possible) == 1:
        return possible[0], "every date is one in this order only"
    if said in possible or (said and not possible and _has_one(parts, said)):
        return said, "said by the user or a profile"
    if possible and (parts["a"].str.zfill(2) == parts["b"].str.zfill(2)).all() and "ymd" not in possible:
        return possible[0], "day and month are the same number in every date"
    for other in others:
        proven, text = _proven(other)
        if proven in possible:
            return proven, f"{text} in the same file is a date in this order only"
    orders = possible or [order for order in _ORDERS if _has_one(parts, order)]
    raise Ambiguous(
        "the order of day, month and year is not settled" if possible else "no order makes all of these dates",
        where=f"column {name}",
        expected="a date with a day beyond 12, or a year of four digits",
        found=str(texts.filter(texts != "")[0]),
        cause=_cause(possible, orders),
        hint=" or ".join(f"`--option dates={order}`" for order in orders) + " says which" if orders else "",
    )


def _cause(possible: Sequence[str], orders: Sequence[str]) -> str:
    """Say why the order is open: several fit all dates; or none does, and one or more fit some."""
    if possible:
        return f"{' and '.join(possible)} are possible"
    return "some of the dates are damaged" if len(orders) == 1 else "the column mixes two orders"


def _has_one(parts: pl.DataFrame, order: str) -> bool:
    """Return whether any date of the column may be one in this order: then those that are not are missing."""
    import polars as pl

    day, month = (parts[_ORDERS[order][n]] for n in (0, 1))
    fits = [
        (part.str.len_chars() <= 2) & part.cast(pl.Int32, strict=False).is_between(1, most)
        for part, most in ((day, 31), (month, 12))
    ]
    return bool((fits[0] & fits[1]).any())


def _proven(texts: pl.Series) -> tuple[str, str]:
    """Return the order that other dates of a file prove, and the first of them; empty if they prove none."""
    dates = texts.filter(texts.str.contains(_NUMERIC))
    if not len(dates):
        return "", ""
    parts = dates.str.extract_groups(_NUMERIC).struct.unnest()
    possible = _possible(parts)
    if len(possible) != 1:
        return "", ""
    deciding = max(dates.to_list(), key=lambda text: max(map(int, re.findall(r"\d{1,2}", text)[:2])))
    return possible[0], str(deciding)


def _possible(parts: pl.DataFrame) -> list[str]:
    """List the orders that no date of the column contradicts."""
    a, b, c = (_range(parts[part]) for part in "abc")
    found = []
    if a.is_day and b.is_month:
        found.append("dmy")
    if a.is_month and b.is_day:
        found.append("mdy")
    if c.is_day and b.is_month:
        found.append("ymd")
    return found


@dataclass(frozen=True)
class _Range:
    """The numbers at one place of all dates, and the most digits that one has."""

    low: int
    high: int
    digits: int

    @property
    def is_day(self) -> bool:
        return self.low >= 1 and self.high <= 31 and self.digits <= 2

    @property
    def is_month(self) -> bool:
        return self.is_day and self.high <= 12


def _range(part: pl.Series) -> _Range:
    import polars as pl

    numbers = part.cast(pl.Int32, strict=False).drop_nulls().to_numpy()
    digits = part.str.len_chars().drop_nulls().to_numpy()
    return _Range(int(numbers.min(initial=1)), int(numbers.max(initial=0)), int(digits.max(initial=0)))


def _month_numbers(words: pl.Series) -> pl.Series:
    import polars as pl

    known = {month: number + 1 for number, month in enumerate(_MONTHS)} | _OTHER_MONTHS
    return (
        words.str.to_lowercase()
        .replace_strict(known, default=None, return_dtype=pl.Int32)
        .cast(pl.String)
        .alias("b")
    )


def _seconds(parts: pl.DataFrame, year: pl.Series, month: pl.Series, day: pl.Series) -> pl.Series:
    import polars as pl

    hour = parts["H"].cast(pl.Int32, strict=False).fill_null(0)
    half = parts["ap"].str.to_lowercase().str.replace_all("[. ]", "").fill_null("")
    frame = pl.DataFrame({"y": year, "m": month, "d": day, "h": hour, "half": half})
    hours = (
        pl.when(pl.col("half") == "pm")
        .then(pl.col("h") % 12 + 12)
        .when(pl.col("half") == "am")
        .then(pl.col("h") % 12)
        .otherwise(pl.col("h"))
    )
    year_of = pl.col("y")
    is_leap = (year_of % 4 == 0) & ((year_of % 100 != 0) | (year_of % 400 == 0))
    last = pl.when(pl.col("m") == 2).then(28 + is_leap.cast(pl.Int32)).otherwise(31)
    last = pl.when(pl.col("m").is_in([4, 6, 9, 11])).then(30).otherwise(last)
    valid = pl.col("m").is_between(1, 12) & pl.col("d").is_between(1, last)
    days = pl.when(valid).then(
        pl.date(pl.col("y"), pl.when(valid).then("m").otherwise(1), pl.when(valid).then("d").otherwise(1))
    )
    frame = frame.select((days.cast(pl.Int32).cast(pl.Float64) * 86_400.0 + hours * 3600.0).alias("t"))
    minutes = parts["M"].cast(pl.Float64, strict=False).fill_null(0.0)
    seconds = parts["S"].str.replace(",", ".", literal=True).cast(pl.Float64, strict=False).fill_null(0.0)
    return frame["t"] + minutes * 60.0 + seconds


def _offsets(zones: pl.Series) -> dict[str, float]:
    found = {}
    for zone in zones.drop_nulls().unique().to_list():
        match = _OFFSET.fullmatch(zone)
        seconds = int(match[2]) * 3600 + int(match[3]) * 60 if match else 0
        found[zone] = float(-seconds if match and match[1] == "-" else seconds)
    return found


def unlike_dates(values: NDArray[np.float64], name: str, unit: str, printed_s: float) -> str:
    """Say in which other unit a time since 1970 (n,) gives dates of our time; nothing if as printed, or in none.

    `unit` is that of the header, which lasts `printed_s`.
    """
    import numpy as np

    known = values[np.isfinite(values)]
    middle = float(np.median(known)) if known.size else 0.0
    fits = [length for length in _UNITS_S if length <= 1 and _ERA[0] <= middle * length < _ERA[1]]
    if not fits or _ERA[0] <= middle * printed_s < _ERA[1]:
        return ""
    actual = _UNITS_S[fits[0]]
    return f"{name} gives dates between 1990 and 2100 only in {actual}, not in {unit}: kept as a vendor column"


def dated(column: SourceColumn, notices: list[Notice]) -> SourceColumn:
    """Return a time since 1970 without its quantity, noted, if its dates need another unit than is printed."""
    import numpy as np

    from echub.model.units import unit

    if column.quantity != "unix_time" or column.unit is None or "zone" in column.attrs:
        return column  # instants that were read from texts have no such unit
    values = np.asarray(column.values, dtype=np.float64)
    if not (text := unlike_dates(values, column.header, column.unit, float(unit(column.unit).factor))):
        return column
    notices.append(Notice("unix-time-unit", text))
    return replace(column, quantity=None, unit=None)


def clock_12(texts: pl.Series) -> pl.Series:
    """Parse times of a 12-hour clock (`11:59:57 PM`) to seconds of the day, float64; null if a text is not one."""
    import polars as pl

    parts = with_am_pm(texts).str.extract_groups(_CLOCK_12).struct.unnest()
    hour, minute = (parts[part].cast(pl.Float64, strict=False) for part in "hm")
    second = parts["s"].str.replace(",", ".", literal=True).cast(pl.Float64, strict=False).fill_null(0.0)
    afternoon = (parts["ap"].str.to_lowercase() == "p").cast(pl.Float64)
    return (hour % 12 + 12 * afternoon) * 3600.0 + minute * 60.0 + second


def to_utc(seconds: NDArray[np.float64], zone: str) -> NDArray[np.float64]:
    """Return UTC seconds (n,) for wall-clock seconds (n,) of a named zone.

    In the hour that occurs twice the order of the rows decides: rows before the clock steps back are the first
    pass, those after it the second. NaN if it does not, and in the hour that is skipped. Raises `ReadError`
    for an unknown zone.
    """
    import numpy as np
    import polars as pl

    micro = pl.Series((np.asarray(seconds) * 1e6).round()).cast(pl.Int64, strict=False).cast(pl.Datetime("us"))
    try:
        passes = [
            micro.dt.replace_time_zone(zone, ambiguous=which, non_existent="null")
            for which in ("earliest", "latest")
        ]
    except pl.exceptions.PolarsError:
        raise ReadError(
            "there is no time zone of this name", expected="a name such as Europe/Berlin or UTC", found=zone
        ) from None
    first, second = (
        (moments.dt.convert_time_zone("UTC").dt.epoch("us").cast(pl.Float64) / 1e6).fill_null(np.nan).to_numpy()
        for moments in passes
    )
    doubled = second > first
    if not doubled.any():
        return first
    return np.where(doubled, _by_order(np.asarray(seconds), first, second, doubled), first)


def _by_order(
    local: NDArray[np.float64], first: NDArray[np.float64], second: NDArray[np.float64], doubled: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Choose between the two passes of a repeated hour, block by block."""
    import numpy as np

    edges = np.flatnonzero(np.diff(np.concatenate([[False], doubled, [False]]).astype(np.int8)))
    found = np.full(len(local), np.nan)
    ordinary = np.diff(local)
    step = float(np.median(ordinary[ordinary > 0])) if (ordinary > 0).any() else 0.0
    near = min(2 * step, 3599.0)  # a gap of an hour or more leaves either pass open
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        falls = np.flatnonzero(np.diff(local[start:stop]) < 0) + start + 1
        if len(falls) == 1:
            found[start : falls[0]], found[falls[0] : stop] = first[start : falls[0]], second[falls[0] : stop]
        elif not len(falls) and start and 0 <= first[start] - first[start - 1] <= near:
            found[start:stop] = first[start:stop]
        elif not len(falls) and stop < len(local) and 0 <= second[stop] - second[stop - 1] <= near:
            found[start:stop] = second[start:stop]
    return found


@dataclass(frozen=True)
class ClockRatio:
    """Elapsed time compared with the wall clock: both spans in s, and the factor to another unit."""

    elapsed: float
    wall: float
    factor: float | None

    @property
    def ratio(self) -> float:
        """Return how many times as fast as the wall clock the elapsed time runs."""
        return self.elapsed / self.wall

    def unit(self, printed_s: float = 1.0) -> str:
        """Return the actual unit of a column whose header states a unit of `printed_s` seconds."""
        true = printed_s / (self.factor or 1.0)
        # 1 %: the spans of `clock_ratio` agree to this, and no two units of time are nearly so close.
        return next((unit for length, unit in _UNITS_S.items() if abs(true / length - 1) < 0.01), "")

    def __str__(self) -> str:
        return f"{self.elapsed:g} s elapsed, {self.wall:g} s by the wall clock"


def clock_ratio(elapsed: NDArray[np.float64], wall: NDArray[np.float64]) -> ClockRatio | None:
    """Compare an elapsed time with the wall clock, both (n,), s; None if the clock spans too little to tell."""
    import numpy as np

    both = np.isfinite(elapsed) & np.isfinite(wall)
    if both.sum() < 2:
        return None
    first, last = np.flatnonzero(both)[[0, -1]]
    have, true = float(elapsed[last] - elapsed[first]), float(wall[last] - wall[first])
    if true < 10 or have <= 0:  # a clock with whole seconds is too coarse for spans below ten of them
        return None
    for factor in RATIOS:
        for candidate in (factor, 1 / factor):
            # 1 % for clocks that drift or pause, and 2 s: both ends of the wall clock may be rounded to a second.
            if abs(have / true / candidate - 1) < 0.01 + 2.0 / true:
                return ClockRatio(have, true, candidate)
    return ClockRatio(have, true, None)


def compare(elapsed: NDArray[np.float64], wall: NDArray[np.float64], name: str, printed_s: float = 1.0) -> str:
    """Compare an elapsed time with the wall clock, both (n,), s; return a warning or nothing.

    `printed_s`: duration of the printed unit, s. Raises `ReadError` if they differ by the factor of another unit:
    the header is wrong.
    """
    found = clock_ratio(elapsed, wall)
    if found is None:
        return _stands_still(elapsed, wall, name)
    if found.factor is not None:
        unit = found.unit(printed_s)
        raise ReadError(
            f"the elapsed time {name!r} runs {found.ratio:.6g} times as fast as the wall clock",
            where=f"column {name}",
            expected=f"{found.wall:g} s from the first row to the last, by the dates",
            found=f"{found.elapsed:g} s",
            cause=f"the column is in {unit}" if unit else "the unit in the header is wrong",
            hint=f'a profile says it: [columns."{name}"] quantity = "time", unit = "{unit or "?"}"',
        )
    # 2 s for rounding at both ends, 1 % for drift: a larger difference is a pause, or a clock that was set.
    if abs(found.elapsed - found.wall) > 2.0 + 0.01 * found.wall:
        spans = f"{name} spans {found.elapsed:g} s but the wall clock {found.wall:g} s"
        is_hour = abs(abs(found.elapsed - found.wall) - 3600) <= 2.0
        summer = "the clocks changed meanwhile (state the time zone), " if is_hour else ""
        return f"{spans}: {summer}a pause, or a clock that was set"
    return ""


def rates_differ(name: str, seconds: NDArray[np.float64], other: str, others: NDArray[np.float64]) -> str:
    """Say that two times of a table, each (n,), s, differ by the factor of another unit; empty if they do not."""
    for here, there, names in ((seconds, others, (name, other)), (others, seconds, (other, name))):
        found = clock_ratio(here, there)
        if found is not None and found.factor is not None:
            (short, of_short), (long, of_long) = sorted(zip((found.elapsed, found.wall), names, strict=True))
            factor = f"{max(found.factor, 1 / found.factor):g} times as much"
            return f"{of_short} spans {short:g} s but {of_long} {long:g} s, {factor}: a unit is wrong"
    return ""


def _stands_still(elapsed: NDArray[np.float64], wall: NDArray[np.float64], name: str) -> str:
    """Say that an elapsed time has one value only while the wall clock goes on for ten seconds or more."""
    import numpy as np

    both = np.isfinite(elapsed) & np.isfinite(wall)
    if both.sum() < 2 or np.ptp(elapsed[both]) or (spans := float(wall[both][-1] - wall[both][0])) < 10:
        return ""
    return f"{name} stands still at {elapsed[both][0]:g} s while the wall clock goes on for {spans:g} s"


def date_texts(lines: Iterable[str]) -> list[str]:
    """Return all texts in lines that look like a date of three numbers: these can prove an order."""
    return [
        match[0] for line in lines for match in re.finditer(r"(?<!\d)\d{1,4}([-/.])\d{1,2}\1\d{2,4}(?!\d)", line)
    ]


def instants(*ways: Sequence[object]) -> list[dt.datetime] | None:
    """Return the starts of several files as comparable instants, in the first way in which all state theirs.

    ways: ISO 8601 texts or None per file, such as those in UTC, then those on the wall clock. None if no way has
    all, or if some state a zone and others do not: their order is not known.
    """
    for way in ways:
        if None in way:
            continue
        moments = [dt.datetime.fromisoformat(str(start)) for start in way]
        if len({moment.tzinfo is None for moment in moments}) == 1:
            return moments
    return None
