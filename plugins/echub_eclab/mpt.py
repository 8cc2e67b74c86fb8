"""Read EC-Lab and BT-Lab data texts (.mpt, .txt): prose, settings, table, derived columns."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Notice, ReadError, Record, Source, SourceColumn, build_tables
from echub.text import clocks, several
from echub_eclab.asciihead import Head, plain_source, read_head
from echub_eclab.asciitable import MARKS, AsciiTable, read_table
from echub_eclab.columns import current_range_labels, meaning_of, meanings
from echub_eclab.derive import derived_columns, loop_numbers
from echub_eclab.options import MptOptions
from echub_eclab.prose import WORDS, Prose, read_prose, set_start
from echub_eclab.sequences import DESTROYED
from echub_eclab.stamps import DAY_FIRST, MONTH_FIRST, extremes, is_stamp, moments, stamp
from echub_eclab.steps import mark_unused

if TYPE_CHECKING:
    import polars as pl

_FRACTION = re.compile(r".*\s\d+[:.]\d\d[:.]\d\d[.,](\d+)(?:\s*[AaPp]\.?[Mm]\.?)?\Z")
"""A time with a fraction of a second; dots may stand between hours, minutes and seconds as well."""
_DOUBLY_ENCODED = "ï¿½"
_PRINTED = dt.timedelta(seconds=1)
"""Times of rows may be printed to the second only."""


def read(source: Source, options: MptOptions) -> Record:
    """Read a data text to a record.

    Raises `ReadError` where the text is damaged, and where decimal mark, dates or header cannot be
    settled; the error names the option that settles it.
    """
    source, remarks = plain_source(source)
    head = read_head(source, options.header_lines)
    mark = MARKS.get(options.decimal)
    try:
        table = read_table(source, head, mark)
    except ReadError:
        _require_one_export(source, head)
        raise
    prose = read_prose(head.lines, mark, options.dates, _dates_of(table))
    prose.notices += [*remarks, *head.remarks]
    columns = _columns(source, table, prose)
    mark_unused(prose.metadata, columns)
    columns += loop_numbers([first for first, _ in prose.loops], len(table.columns[0]) if table.columns else 0)
    if options.derived == "standard":
        columns += derived_columns(columns)
    return Record(
        build_tables(columns),
        metadata=prose.metadata,
        settings=_settings(head.lines, prose, len(table.columns[0]) if table.columns else 0),
        notices=[*prose.notices, *table.notices],
        dropped=table.dropped,
    )


def _require_one_export(source: Source, head: Head) -> None:
    """Refuse a file that holds two exports, one behind the other."""
    body = source.read(head.first_row)
    found = re.search(rb"(?:EC|BT)-Lab ASCII FILE", body, re.IGNORECASE)
    if found is None:
        return
    line = len(head.lines) + 2 + body.count(b"\n", 0, found.start())
    raise ReadError(
        "the file holds two exports, one behind the other",
        path=source.shown,
        where=f"line {line}",
        expected="rows of numbers to the end",
        found=repr(found[0].decode("ascii")),
        cause="texts were joined; each has its own head, units and clock",
        hint="split the file where the second begins, and convert each part",
    )


def _dates_of(table: AsciiTable) -> list[str]:
    """Return the dates in columns of times that may decide the order of day and month."""
    texts = [c for n, c in zip(table.names, table.columns, strict=True) if is_text(c) and is_time(n)]
    return [date for column in texts for date in extremes(column)]


def _settings(lines: Sequence[str], prose: Prose, rows: int) -> dict[str, Any]:
    """Keep the head verbatim, and what of it is a table."""
    settings: dict[str, Any] = {"lines": list(lines), "parameters": prose.sequences}
    if prose.loops:
        settings["loop"] = {"first_rows": [*(first for first, _ in prose.loops), prose.loops[-1][1] + 1]}
        if prose.loops[-1][1] + 1 != rows:
            text = f"the loops end at row {prose.loops[-1][1]}, the table has {several(rows, 'row')}"
            prose.notices.append(Notice("row-count", text))
    if prose.modifications:
        settings["modifications"] = prose.modifications
    return settings


# -- columns ---------------------------------------------------------------------------------


def _columns(source: Source, table: AsciiTable, prose: Prose) -> list[SourceColumn]:
    columns = []
    for name, times in Counter(table.names).items():
        if name.strip() and times > 1:
            text = f"{name} stands {times} times in the table: all are kept, what is computed uses the first"
            prose.notices.append(Notice("repeated-column", text, column=name))
    for number, (name, series) in enumerate(zip(table.names, table.columns, strict=True)):
        printed = name.strip() or f"unnamed {number + 1}"
        column = _column(printed, series, number, table.digits[number])
        if is_text(series):
            column = _timed(source, column, series, prose)
        columns.append(column)
    if any(DESTROYED in name or _DOUBLY_ENCODED in name for name in table.names):
        text = "characters of the column names were destroyed before (µ, °, ²): read by the names that fit"
        prose.notices.append(Notice("destroyed-characters", text))
    return columns


def _column(printed: str, cells: pl.Series | NDArray[Any], number: int, digits: int) -> SourceColumn:
    meaning = meaning_of(_mended(printed))
    values: NDArray[Any] = cells if isinstance(cells, np.ndarray) else cells.to_numpy()
    return meaning.column(
        printed,
        values,
        number,
        labels=current_range_labels(values) if printed == "I Range" and values.dtype.kind == "i" else {},
        attrs={"printed_digits": str(digits)} if digits else {},
    )


def _mended(printed: str) -> str:
    """Return the known name that a name with destroyed characters must have been."""
    text = printed.replace(_DOUBLY_ENCODED, DESTROYED)
    if DESTROYED not in text:
        return printed
    pattern = re.compile(re.escape(text).replace(re.escape(DESTROYED), ".") + r"\Z")
    fitting = [name for name in meanings() if pattern.match(name)]
    return fitting[0] if len({meanings()[name] for name in fitting}) == 1 else printed


def _timed(source: Source, column: SourceColumn, series: pl.Series, prose: Prose) -> SourceColumn:
    """Turn elapsed `h:m:s` or local dates and times into seconds; a column of words stays text."""
    if column.quantity != "time" and column.quantity != "step_time":
        return column
    elapsed, dated = clocks(series), is_stamp(series)
    read = dated if dated.sum() > len(series) - elapsed.null_count() else elapsed.is_not_null()
    if not read.any():
        text = f"{column.header}: no cell is a time, the first is {series[0]!r}: kept as text"
        prose.notices.append(Notice("not-a-number", text))
        return replace(column, quantity=None, unit=None)
    if not read.all():
        row = int((~read).arg_max() or 0)
        cells = several(int((~read).sum()), "cell is not a time", "cells are not times")
        text = f"{column.header}: {cells}, the first {series[row]!r} in row {row}"
        prose.notices.append(Notice("not-a-number", f"{text}: read as NaN"))
    if read is not dated:
        return _with_seconds(column, elapsed.to_numpy(), {"printed_as": "h:m:s"})
    instants = _moments(source, column.header, series, dated, prose)
    start, how = _reference(instants, prose)
    seconds = (instants - np.datetime64(start, "us")) / np.timedelta64(1, "s")
    return _with_seconds(
        column,
        seconds,
        {
            "printed_as": "local date and time",
            "printed_resolution": _resolution(series.filter(dated)[0]),
            "zero": f"{start.isoformat()} ({how})",
        },
    )


def is_text(cells: pl.Series | NDArray[Any]) -> TypeGuard[pl.Series]:
    """Return whether a column holds words."""
    return not isinstance(cells, np.ndarray) and cells.dtype.base_type().__name__ == "String"


def is_time(name: str) -> bool:
    """Return whether a printed name is that of a time."""
    return meaning_of(name).quantity in ("time", "step_time")


def _resolution(text: str) -> str:
    """Return the last printed place of a time, in seconds; no more than the microseconds that are kept."""
    decimals = len(_FRACTION.sub(r"\1", text.strip())) if _FRACTION.match(text.strip()) else 0
    return f"1e-{min(decimals, 6)}"


def _with_seconds(column: SourceColumn, seconds: NDArray[Any], attrs: dict[str, str]) -> SourceColumn:
    return replace(column, values=seconds, attrs={**column.attrs, **attrs})


def _moments(source: Source, header: str, series: pl.Series, dated: pl.Series, prose: Prose) -> NDArray[Any]:
    """Parse local dates and times in the order of day and month that the file has."""
    parsed = moments(series, prose.rows_order.value)
    wrong = parsed.is_null() & dated
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        raise ReadError(
            "a time of the table is not a date and time",
            path=source.shown,
            where=f"row {row}",
            column=header,
            expected="mm/dd/yyyy hh:mm:ss",
            found=repr(series[row]),
            cause="the dates are of both orders, or were edited",
            hint="--option dates=day-first or --option dates=month-first",
        )
    return parsed.to_numpy()


def _reference(moments: NDArray[Any], prose: Prose) -> tuple[dt.datetime, str]:
    """Find the zero of the clock: the stated start, as in the binary file, else the first row.

    A start behind the first row is none; it may be one whose day and month are in the other order.
    """
    first = moments[~np.isnat(moments)][0].astype("datetime64[us]").item()
    if prose.start is not None and prose.start > first + _PRINTED:
        _start_before(first, prose)
    if prose.start is not None and prose.start <= first + _PRINTED:
        return prose.start, "start of the acquisition"
    why = f"the stated start, {prose.started}, is later" if prose.start else "no start is stated"
    prose.notices.append(Notice("clock-zero", f"{why}: time counts from the first row, {first}"))
    return first, "first row"


def _start_before(first: dt.datetime, prose: Prose) -> None:
    """Read the start in the other order of day and month if it is then before the first row; report it."""
    other = DAY_FIRST if prose.order.value == MONTH_FIRST else MONTH_FIRST
    start = stamp(prose.started, other)
    if start is None or start > first + _PRINTED:
        return
    text = f"the start {prose.started!r} has the {WORDS[other]} first: else it would be later than the first row"
    prose.notices.append(Notice("date-order", text))
    set_start(start, prose)
