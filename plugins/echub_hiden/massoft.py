"""Read a MASsoft text export: trends (one row per cycle) and scans (one row per cycle and mass)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.dates import date_texts, wall_clock
from echub.plugin import Dropped, Metadata, Notice, ReadError, Record, Source, SourceColumn, build_dataset
from echub.text import decimal_mark, decode, encoding_of, parse_clock
from echub_hiden import MassoftOptions
from echub_hiden.header import Header, cells, describe, parse
from echub_hiden.units import scan_meaning, trend_meaning

_STRANGE = {"1.#INF": np.inf, "-1.#INF": -np.inf, "1.#IND": np.nan, "-1.#IND": np.nan, "1.#QNAN": np.nan}
"""How the C library of old Windows prints what is not a number."""
_TWELVE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})\s*([AP])M\Z", re.IGNORECASE)


def read(source: Source, options: MassoftOptions) -> Record:
    """Read an export of either layout, in any locale.

    Raises `ReadError` for a damaged header, a row that does not fit, two exports in one file, and
    a decimal comma between commas.
    """
    lines, ends = _lines(source)
    header = parse(lines)
    dropped: list[Dropped] = []
    rows = _rows(header, lines, ends, dropped)
    table = _cells(header, rows)
    metadata = Metadata()
    settings = describe(header, metadata, options.dates)
    if options.dwell > 0:
        metadata.set("sims.dwell_time", options.dwell, "s", source="--option dwell")
    columns = _columns(header, table, options)
    kind = "mass_spectrum" if _is_scan(header) else "timeseries"
    dataset = build_dataset(kind, columns)
    return Record([dataset], metadata=metadata, settings=settings, notices=header.notices, dropped=dropped)


def _lines(source: Source) -> tuple[list[str], int]:
    """Return the lines without their ends, and how many bytes an end takes."""
    data = source.read()
    found = encoding_of(source.head, whole=len(data) <= len(source.head))
    if found.value is None:
        raise ReadError("the file is not text", found=found.evidence, cause="it is damaged, or no export")
    text = decode(data, found.value)
    ends = 2 if "\r\n" in text else 1
    return text.replace("\r\n", "\n").split("\n"), ends


def _rows(header: Header, lines: Sequence[str], ends: int, dropped: list[Dropped]) -> list[str]:
    """Return the rows of data, checked against the number and the length that line 1 states."""
    rows = list(lines[header.first_row :])
    complete = bool(rows) and not rows[-1]
    while rows and not rows[-1].strip():
        rows.pop()
    _reject_second_export(header, rows)
    if not complete and rows and len(rows[-1]) + ends < header.row_length:
        dropped.append(Dropped(f"the last row, {rows[-1]!r}", "it is cut"))
        header.notices.append(Notice("last-row-cut", "the last row is cut and left out: the file was truncated"))
        rows.pop()
    _reject_decimal_commas(header, rows)
    if not header.is_resaved:
        _check_lengths(header, rows, ends, complete)
    if len(rows) != header.rows:
        header.notices.append(
            Notice(
                "row-count",
                f"line 1 says {header.rows} rows, the file has {len(rows)}: it was truncated or edited",
            )
        )
    if not rows:
        header.notices.append(Notice("no-rows", "the export has no rows of data"))
    return rows


def _reject_second_export(header: Header, rows: Sequence[str]) -> None:
    again = next((n for n, row in enumerate(rows) if re.match(r'"?\d+"?[,;]\s*"?scans"?[,;]', row)), None)
    if again is not None:
        raise ReadError(
            "the file holds two exports, one after the other",
            where=f"line {header.first_row + again + 1}",
            expected="rows of numbers to the end",
            found=rows[again][:60],
            hint="split the file there",
        )


def _reject_decimal_commas(header: Header, rows: Sequence[str]) -> None:
    """Refuse rows that all have more cells than there are names: numbers are cut in two by their commas."""
    if header.delimiter == "," and rows:
        counts = [len(cells(row, ",")) for row in (rows[0], rows[-1])]
        if min(counts) > len(header.names):
            raise _misfit(header, 0, cells(rows[0], ","), len(header.names))


def _check_lengths(header: Header, rows: Sequence[str], ends: int, complete: bool) -> None:
    """Every row has the length of line 1, less one where CRLF became LF."""
    allowed = {header.row_length - 2 + step for step in ((0, 1) if ends == 1 else (0,))}
    checked = rows if complete else rows[:-1]
    odd = next((n for n, row in enumerate(checked) if len(row) not in allowed), None)
    if odd is None:
        return
    if len({len(row) for row in checked}) == 1:
        header.notices.append(
            Notice(
                "row-length",
                f"line 1 says {header.row_length} bytes per row, the rows have {len(rows[odd]) + ends}",
            )
        )
        return
    raise ReadError(
        "a row has another length than line 1 says",
        where=f"line {header.first_row + odd + 1}",
        expected=f"{header.row_length} bytes with the line's end",
        found=f"{len(rows[odd]) + ends} bytes: {rows[odd][:60]}",
        cause="the file was damaged or edited by hand",
        hint="export it again from MASsoft",
    )


def _cells(header: Header, rows: Sequence[str]) -> list[tuple[str, ...]]:
    """Split the rows to columns of cells; every row has as many as there are names."""
    count = len(header.names)
    split = [cells(row, header.delimiter) for row in rows]
    for number, row in enumerate(split):
        if len(row) != count:
            raise _misfit(header, number, row, count)
    return list(zip(*split, strict=True)) if split else [()] * count


def _misfit(header: Header, number: int, row: Sequence[str], count: int) -> ReadError:
    comma = header.delimiter == "," and len(row) > count
    return ReadError(
        "a row does not fit the column names",
        where=f"line {header.first_row + number + 1}",
        expected=f"{count} cells: {', '.join(header.names)}",
        found=f"{len(row)} cells",
        cause="decimal commas between commas, which cannot be told apart" if comma else "the file is damaged",
        hint="export it from MASsoft with another list separator" if comma else None,
    )


def _is_scan(header: Header) -> bool:
    return any(name.lower().startswith("mass") for name in header.names) and "ms" in header.names


def _columns(header: Header, table: Sequence[tuple[str, ...]], options: MassoftOptions) -> list[SourceColumn]:
    """Return the columns, `ms` first: it is the time; `Time` is the same, truncated to seconds."""
    numbers: list[SourceColumn] = []
    decimal = _decimal(header, table)
    clocks = {at: column for at in range(len(header.names)) if (column := _dates(header, at, table[at], options))}
    legends = [n for n, name in enumerate(header.names) if name not in ("Time", "ms") and n not in clocks]
    for at, name in enumerate(header.names):
        if name == "Time":
            continue
        if at in clocks:
            numbers.append(clocks[at])
            continue
        values = _numbers(header, at, table[at], decimal)
        if name == "ms":
            numbers.insert(0, SourceColumn(name, values, "time", "ms", index=at))
        elif _is_scan(header):
            numbers.append(scan_meaning(name, values, at))
        else:
            numbers.append(trend_meaning(header, legends.index(at), name, values, at, options))
    if "Time" in header.names:
        at = header.names.index("Time")
        numbers.append(SourceColumn("Time", np.array(table[at], dtype=object), index=at))
        _check_clock(header, table[at], numbers[0].values)
    return numbers


def _dates(header: Header, at: int, texts: Sequence[str], options: MassoftOptions) -> SourceColumn | None:
    """Read a column of dates and times; one named UTC tells instants. None for a column of anything else."""
    name = header.names[at]
    if not texts or name in ("Time", "ms") or not re.match(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d", texts[0]):
        return None
    clock = wall_clock(
        pl.Series(list(texts)), name, options.dates, [pl.Series(date_texts(header.lines), dtype=pl.String)]
    )
    utc = clock.zoned or name.strip().upper() in ("UTC", "GMT")
    attrs = {"printed_as": texts[0], "zone": "UTC" if utc else "unknown"}
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
        return np.array(plain, dtype=np.float64)
    except ValueError:
        return np.array([_number(header, at, n, text) for n, text in enumerate(plain)], dtype=np.float64)


def _number(header: Header, at: int, row: int, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        if text.upper() in _STRANGE:
            _note_once(header, "not-a-number", f"{text} is kept as NaN or infinity", header.names[at])
            return float(_STRANGE[text.upper()])
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
    if apart.any() and header.names.count("ms"):
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
