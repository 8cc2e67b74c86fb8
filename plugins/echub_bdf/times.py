"""Time columns of BDF that hold texts, and the elapsed time where the table has an absolute one only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from echub.dates import clock_ratio, rates_differ, to_utc, wall_clock
from echub.plugin import MISSING, Ambiguous, Notice, ReadError, SourceColumn, unit
from echub.text import clocks

if TYPE_CHECKING:
    from echub_bdf.options import BdfReadOptions

Note = Callable[[str, str], None]


def clock_column(
    header: str, cells: pl.Series, quantity: str, index: int, options: BdfReadOptions, notices: list[Notice]
) -> SourceColumn | None:
    """Read a time column of texts: `h:m:s` as seconds, dates as instants where their zone is known.

    None where most of its texts are neither: then it is read as numbers.
    """
    if cells.dtype.is_temporal():
        return _temporal(header, cells, quantity, index, options, notices)
    texts = cells.cast(pl.String).fill_null("").str.strip_chars()
    if texts.cast(pl.Float64, strict=False).is_not_null().any():
        return None
    if quantity != "unix_time":
        seconds = clocks(texts)
        if seconds.null_count() <= 0.5 * len(seconds):  # most are clocks
            notices.append(Notice("text-time", f"{header} holds h:m:s where seconds should be: read as such"))
            return SourceColumn(header, seconds.fill_null(MISSING).to_numpy(), quantity, "s", index=index)
    if quantity == "step_time":  # no date is the time of a step
        return None
    try:
        clock = wall_clock(texts, header, options.dates)
    except Ambiguous:
        raise
    except ReadError:
        return None
    notices.append(Notice("text-time", f"{header} holds dates where seconds should be: read as such"))
    return _placed(header, clock.seconds, index, options, notices, zoned=clock.zoned)


def _temporal(
    header: str, cells: pl.Series, quantity: str, index: int, options: BdfReadOptions, notices: list[Notice]
) -> SourceColumn | None:
    """Read instants, dates and durations of a binary table."""
    if cells.dtype == pl.Duration:
        seconds = cells.dt.total_microseconds().cast(pl.Float64).fill_null(MISSING).to_numpy() / 1e6
        return SourceColumn(header, seconds, quantity if quantity != "unix_time" else None, "s", index=index)
    if cells.dtype != pl.Datetime:
        return None
    zoned = getattr(cells.dtype, "time_zone", None) is not None
    seconds = cells.dt.epoch("us").cast(pl.Float64).fill_null(MISSING).to_numpy() / 1e6
    return _placed(header, seconds, index, options, notices, zoned=zoned)


def _placed(
    header: str, seconds: np.ndarray, index: int, options: BdfReadOptions, notices: list[Notice], *, zoned: bool
) -> SourceColumn:
    """Make an instant of a wall clock where its zone is known; else keep the clock as a vendor column."""
    if zoned:
        return SourceColumn(header, seconds, "unix_time", "s", index=index, attrs={"zone": "as printed"})
    if options.timezone:
        utc = to_utc(seconds, options.timezone)
        return SourceColumn(
            header, utc, "unix_time", "s", "assumed", index=index, attrs={"zone": options.timezone}
        )
    text = f"{header} holds dates without a zone: they are not instants; --timezone says it"
    notices.append(Notice("no-zone", text))
    return SourceColumn(header, seconds, None, "s", index=index, attrs={"zone": "unknown"})


def derived_time(columns: Sequence[SourceColumn], note: Note) -> list[SourceColumn]:
    """Derive the elapsed time from the absolute one, where the table has no other."""
    if any(c.quantity == "time" for c in columns):
        return []
    clock = next((c for c in columns if c.quantity == "unix_time"), None)
    clock = clock or next((c for c in columns if c.attrs.get("zone") == "unknown"), None)
    if clock is None or clock.unit is None:
        return []
    seconds = _seconds(clock)
    finite = seconds[np.isfinite(seconds)]
    if not finite.size:
        return []
    recipe = f"{clock.header} - its first value"
    note("derived-time", f"the table has no elapsed time: time = {recipe}")
    return [SourceColumn("time", seconds - finite[0], "time", "s", origin="derived", attrs={"recipe": recipe})]


def _seconds(time: SourceColumn) -> np.ndarray:
    return np.asarray(time.values, dtype=np.float64) * float(unit(time.unit or "s").factor)


def compare_dates(columns: Sequence[SourceColumn], order: str, note: Note) -> None:
    """Compare the elapsed time with instants and further columns of dates, and say where it is in another unit."""
    time = next((c for c in columns if c.quantity == "time" and c.index is not None and c.unit), None)
    if time is None:
        return
    elapsed = _seconds(time)
    for column in columns:
        is_instant = column.quantity == "unix_time" or column.attrs.get("zone") == "unknown"
        if is_instant and (said := rates_differ(time.header, elapsed, column.header, _seconds(column))):
            note("clocks-differ", said)
        if column.quantity is not None or column.values.dtype.kind not in "OUT":
            continue
        if not any(character.isdigit() for text in column.values[:20] for character in str(text)):
            continue  # states and remarks
        try:
            clock = wall_clock(pl.Series([str(text) for text in column.values]), column.header, order)
        except ReadError:
            continue
        found = clock_ratio(elapsed, clock.seconds)
        if found is not None and found.factor is not None:
            true = found.unit(float(unit(time.unit or "s").factor)) or "another unit"
            note(
                "clocks-differ",
                f"{time.header} runs {found.factor:g} times as fast as {column.header} ({found}): it is in {true}",
            )
