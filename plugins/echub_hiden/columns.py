"""The columns of a MASsoft export: numbers, clocks and their meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.dates import date_texts, wall_clock
from echub.plugin import MISSING, Notice, ReadError, SourceColumn
from echub.text import decimal_mark, not_finite, parse_clock, several
from echub_hiden.header import Header
from echub_hiden.options import MassoftOptions
from echub_hiden.scans import is_mass
from echub_hiden.units import scan_meaning, scans_of_legends, trend_meaning

_TWELVE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})\s*([AP])M\Z", re.IGNORECASE)


def read_columns(header: Header, table: Sequence[tuple[str, ...]], options: MassoftOptions) -> list[SourceColumn]:
    """Return the columns, `ms` first: it is the time; `Time` is the same, truncated to seconds."""
    numbers: list[SourceColumn] = []
    is_scan = any(is_mass(name) for name in header.names)
    decimal = _decimal(header, table)
    clocks = {at: column for at in range(len(header.names)) if (column := _dates(header, at, table[at], options))}
    legends = [n for n, name in enumerate(header.names) if name not in ("Time", "ms") and n not in clocks]
    scans = {} if is_scan else scans_of_legends(header, legends)
    for at, name in enumerate(header.names):
        if name == "Time":
            continue
        if at in clocks:
            numbers.append(clocks[at])
            continue
        values = _numbers(header, at, table[at], decimal)
        if name == "ms":
            numbers.insert(0, SourceColumn(name, values, "time", "ms", index=at))
        elif is_scan:
            numbers.append(scan_meaning(header, name, values, at, options))
        else:
            numbers.append(trend_meaning(header, scans.get(at), name, values, at, options))
    if "Time" in header.names:
        at = header.names.index("Time")
        numbers.append(SourceColumn("Time", np.array(table[at], dtype=object), index=at))
        if "ms" in header.names:
            _check_clock(header, table[at], numbers[0].values)
    return numbers


def _dates(header: Header, at: int, texts: Sequence[str], options: MassoftOptions) -> SourceColumn | None:
    """Read a column of dates and times; one named UTC tells instants. None for a column of anything else."""
    name = header.names[at]
    printed = next((text for text in texts if text.strip()), "")
    if name in ("Time", "ms") or not re.match(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d", printed):
        return None
    clock = wall_clock(
        pl.Series(list(texts)), name, options.dates, [pl.Series(date_texts(header.lines), dtype=pl.String)]
    )
    utc = clock.zoned or name.strip().upper() in ("UTC", "GMT")
    attrs = {"printed_as": printed, "zone": "UTC" if utc else "unknown"}
    return SourceColumn(name, clock.seconds, "unix_time" if utc else None, "s", index=at, attrs=attrs)


def _decimal(header: Header, table: Sequence[tuple[str, ...]]) -> str:
    if header.delimiter == ",":
        return "."
    counted = [n for n, name in enumerate(header.names) if name not in ("Time", "UTC")]
    found = decimal_mark(text for n in counted for text in table[n])
    if found.value is None:
        raise ReadError("the decimal mark is not clear", expected="points or commas", found=found.evidence)
    return found.value


def _numbers(header: Header, at: int, texts: Sequence[str], decimal: str) -> NDArray[np.float64]:
    plain = [text.replace(",", ".") for text in texts] if decimal == "," else texts
    try:
        values = np.array(plain, dtype=np.float64)
        if not np.isinf(values).any():
            return values
    except ValueError:
        pass
    name = header.names[at]
    if (empty := sum(not text.strip() for text in plain)) and not is_axis(name):
        text = f"{several(empty, 'cell is', 'cells are')} empty: the values are missing"
        header.notices.append(Notice("empty-cells", text, column=name))
    is_kept = is_axis(name)
    return np.array(
        [_number(header, at, n, text) if is_kept or text.strip() else MISSING for n, text in enumerate(plain)],
        dtype=np.float64,
    )


def is_axis(name: str) -> bool:
    """Return whether a column says where a row is, by time or mass: without it the row says nothing."""
    return name == "ms" or is_mass(name)


def _number(header: Header, at: int, row: int, text: str) -> float:
    try:
        value = float(text)
        if not (math.isinf(value) and any(char.isdigit() for char in text)):  # `7e505` is beyond any detector
            return value
    except ValueError:
        if (known := not_finite(text.strip())) is not None:
            _note_once(header, "not-a-number", f"{text} is kept as NaN or infinity", header.names[at])
            return known
    raise ReadError(
        "a cell is not a number",
        where=f"line {header.first_row + row + 1}",
        column=header.names[at],
        found=repr(text),
        cause="the file is damaged, or two files were joined",
    ) from None


def _check_clock(header: Header, texts: Sequence[str], seconds: NDArray[np.float64]) -> None:
    """Compare the printed clock with `ms`, which is the one that counts."""
    try:
        clock = np.array([_clock(text) for text in texts], dtype=np.float64)
    except ValueError as error:
        _note_once(header, "clock-unreadable", f"the column Time cannot be read, ms is used: {error}", "Time")
        return
    with np.errstate(invalid="ignore"):
        apart = np.abs(clock - np.floor(seconds / 1000)) > 1
    if apart.any():
        at = int(np.flatnonzero(apart)[0])
        text = f"Time says {texts[at]} where ms says {seconds[at]:g}; ms counts"
        _note_once(header, "clock-disagrees", text)


def _clock(text: str) -> float:
    """Read elapsed time; spreadsheets turn 00:00:01 into 12:00:01 AM."""
    if match := _TWELVE.match(text):
        hour = int(match[1]) % 12 + 12 * (match[4].upper() == "P")
        return hour * 3600.0 + int(match[2]) * 60 + int(match[3])
    return parse_clock(text)


def _note_once(header: Header, code: str, message: str, column: str = "") -> None:
    if not any(notice.code == code for notice in header.notices):
        header.notices.append(Notice(code, message, column=column))
