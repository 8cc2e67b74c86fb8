"""Read a MASsoft text export: trends (one row per cycle) and scans (one row per cycle and mass)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from echub.plugin import (
    Dataset,
    Dropped,
    Metadata,
    Notice,
    ReadError,
    Record,
    Source,
    SourceColumn,
    build_dataset,
    plain_text,
)
from echub.text import decode, encoding_of, several
from echub_hiden.columns import read_columns
from echub_hiden.header import Header, Scan, cells, describe, parse
from echub_hiden.options import MassoftOptions
from echub_hiden.scans import (
    ScanBlock,
    ScanTable,
    blocks,
    groups,
    marked,
    ranged_scans,
    reject_other_scans,
    reject_sweeps_of_one_detector,
    scan_of_sweeps,
    sweeps,
    tables,
    the_scan,
)

_TIME = "Time"
"""The column of a clock with full seconds."""


def read(source: Source, options: MassoftOptions) -> Record:
    """Read an export of either layout, in any locale.

    Raises `ReadError` for a damaged header, a row that does not fit, two exports in one file, and
    a decimal comma between commas.
    """
    source, remarks = plain_text(source)
    lines, ends = _lines(source)
    header = parse(lines)
    header.notices += remarks
    dropped: list[Dropped] = []
    found = _blocks(header, lines, ends, dropped)
    metadata = Metadata()
    settings = describe(header, metadata, options.dates)
    if options.dwell > 0:
        metadata.set("sims.dwell_time", options.dwell, "s", source="--option dwell")
    parts = [len(groups(block.header.names)) for block in found]
    datasets = _labelled(
        [
            dataset
            for at, block in enumerate(found)
            for dataset in _datasets(block, sum(parts[:at]), sum(parts), options)
        ]
    )
    return Record(datasets, metadata=metadata, settings=settings, notices=header.notices, dropped=dropped)


def _labelled(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Number the datasets of a kind that has several: `mass_spectrum_1`, `mass_spectrum_2` …"""
    kinds = [dataset.kind for dataset in datasets]
    named = []
    for at, dataset in enumerate(datasets):
        label = f"{dataset.kind}_{kinds[: at + 1].count(dataset.kind)}" if kinds.count(dataset.kind) > 1 else ""
        attrs = {**dataset.attrs, "part": dataset.attrs.get("part", f"scan {at + 1}")} if label else dataset.attrs
        named.append(replace(dataset, label=label, attrs=attrs))
    return named


def _datasets(block: ScanBlock, before: int, total: int, options: MassoftOptions) -> list[Dataset]:
    """Return the datasets of a block: one for a trend, one per scan otherwise.

    `before`: how many tables of scans earlier blocks have; `total`: those of all blocks.
    """
    header = block.header
    reject_other_scans(header)
    parts = len(groups(header.names))
    columns = _cells(header, block.rows, ragged=parts > 1)
    if not parts:
        return [build_dataset("timeseries", read_columns(header, columns, options))]
    return [
        dataset
        for number, table in enumerate(tables(block, columns), before)
        for dataset in _scan(table, number, total, options)
    ]


def _scan(table: ScanTable, number: int, total: int, options: MassoftOptions) -> list[Dataset]:
    """Return the dataset of a table of scans, or one per scan if several of them follow one another in it."""
    header = table.header
    columns = [replace(c, index=table.positions[c.index or 0]) for c in read_columns(header, table.cells, options)]
    mass = next(column.values for column in columns if column.quantity == "mass_to_charge")
    detectors = [column.attrs["detector"] for column in columns if "detector" in column.attrs]
    known = ranged_scans(header, detectors)
    if len(known) > total:  # several scans in the table
        sweep = sweeps(mass, known)
        scans = scan_of_sweeps(known, mass, sweep)
        each = {scan.name: scan for scan in scans}
        return [_one_scan(columns, table.row, sweep, scans, scan) for scan in each.values()]
    sweep = sweeps(mass, ())
    return [_spectrum(columns, table.row, sweep, the_scan(known, number, total, mass, detectors))]


def _one_scan(
    columns: Sequence[SourceColumn],
    row: NDArray[np.int64],
    sweep: NDArray[np.int64],
    scans: Sequence[Scan],
    scan: Scan,
) -> Dataset:
    """Return the rows of one of several scans that follow one another; `scans`: that of each sweep."""
    of_sweep = np.array([one.name == scan.name for one in scans])
    kept = of_sweep[sweep]
    taken = [replace(column, values=column.values[kept]) for column in columns]
    return replace(_spectrum(taken, row[kept], sweep[kept], scan), attrs={"part": scan.name})


def _spectrum(
    columns: Sequence[SourceColumn], row: NDArray[np.int64], sweep: NDArray[np.int64], scan: Scan | None
) -> Dataset:
    """Return the rows of one scan, with what the header says of it; cycles are counted if none are printed."""
    _, firsts, counted = np.unique(sweep, return_index=True, return_inverse=True)
    printed = next((column.values for column in columns if column.quantity == "cycle"), None)
    if printed is not None and scan is not None:
        reject_sweeps_of_one_detector(scan, printed[firsts])
    added = (
        [SourceColumn("(sweep)", counted + 1, "cycle", "1", origin="derived")]
        if printed is None and len(firsts) > 1
        else []
    )
    return build_dataset("mass_spectrum", [*(marked(column, scan) for column in columns), *added], row=row)


def _lines(source: Source) -> tuple[list[str], int]:
    """Return the lines without their ends, and how many bytes an end takes."""
    data = source.read()
    found = encoding_of(source.head, whole=len(data) <= len(source.head))
    if found.value is None:
        raise ReadError("the file is not text", found=found.evidence, cause="it is damaged, or no export")
    text = decode(data, found.value)
    ends = 2 if "\r\n" in text else 1
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ends


def _blocks(header: Header, lines: Sequence[str], ends: int, dropped: list[Dropped]) -> list[ScanBlock]:
    """Return the rows of data by block, checked against the number and the length that line 1 states."""
    rows = list(lines[header.first_row :])
    complete = bool(rows) and not rows[-1]
    while rows and not rows[-1].strip():
        rows.pop()
    _reject_second_export(header, rows)
    found = blocks(header, rows)
    _drop_cut_row(found[-1], found, ends, complete, dropped)
    for block in found:
        _reject_decimal_commas(block.header, block.rows)
        if not header.is_resaved:
            _check_lengths(block.header, block.rows, ends, complete or block is not found[-1], len(found) == 1)
    count = sum(len(block.rows) for block in found)
    if count != header.rows:
        text = f"line 1 says {several(header.rows, 'row')}, the file has {count}: it was truncated or edited"
        header.notices.append(Notice("row-count", text))
    if not count:
        header.notices.append(Notice("no-rows", "the export has no rows of data"))
    return found


def _drop_cut_row(
    last: ScanBlock, found: Sequence[ScanBlock], ends: int, complete: bool, dropped: list[Dropped]
) -> None:
    """Leave out the last row if the file ends in the middle of it; later blocks have a length of their own."""
    rows = last.rows
    if not complete and rows and _is_cut(last, found, ends):
        dropped.append(Dropped(f"the last row, {rows[-1]!r}", "it is cut"))
        text = "the last row is cut and left out: the file was truncated"
        last.header.notices.append(Notice("last-row-cut", text))
        rows.pop()


def _is_cut(last: ScanBlock, found: Sequence[ScanBlock], ends: int) -> bool:
    """Return whether the last row is shorter than those before it, or lacks the delimiter that ends others.

    One with all its delimiters is whole, if one ends each row: its last cell was never written.
    """
    *before, row = last.rows
    delimiter = last.header.delimiter
    ended = bool(before) and row.endswith(delimiter) and before[-1].endswith(delimiter)
    if ended and row.count(delimiter) == before[-1].count(delimiter):
        return False
    if len(found) == 1:
        return len(row) + ends < last.header.row_length
    if before:
        return len(row) < len(before[-1])
    others = [line for block in found[:-1] for line in block.rows]
    return bool(others) and others[-1].endswith(delimiter) and not row.endswith(delimiter)


def _reject_second_export(header: Header, rows: Sequence[str]) -> None:
    again = next((n for n, row in enumerate(rows) if re.match(r'"?\d+"?[,;\t]\s*"?scans"?[,;\t]', row)), None)
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


def _check_lengths(header: Header, rows: Sequence[str], ends: int, complete: bool, only: bool) -> None:
    """Every row has the length of line 1, less one where CRLF became LF.

    In one of several blocks it has that of the block's first row.
    """
    allowed = {header.row_length - 2 + step for step in ((0, 1) if ends == 1 else (0,))}
    checked = rows if complete else rows[:-1]
    at = header.names.index(_TIME) if _TIME in header.names else None
    lengths = [len(row) - _hundreds(row, at, header.delimiter) for row in checked]
    if not only:
        allowed = set(lengths[:1])
    if checked and only and _ends_unfilled(header, checked):
        lengths[-1] = lengths[0]  # its length is that of cells which were never written
    odd = next((n for n, length in enumerate(lengths) if length not in allowed), None)
    if odd is None:
        return
    if len(set(lengths)) == 1:
        header.notices.append(
            Notice(
                "row-length",
                f"line 1 says {header.row_length} bytes per row, the rows have {len(rows[odd]) + ends}",
            )
        )
        return
    expected = header.row_length if only else len(rows[0]) + ends
    raise ReadError(
        f"a row has another length than {'line 1 says' if only else 'the first of its block'}",
        where=f"line {header.first_row + odd + 1}",
        expected=f"{expected} bytes with the line's end",
        found=f"{len(rows[odd]) + ends} bytes: {rows[odd][:60]}",
        cause="the file was damaged or edited by hand",
        hint="export it again from MASsoft",
    )


def _ends_unfilled(header: Header, rows: Sequence[str]) -> bool:
    """Return whether the last row has all its cells, the last of them empty: the cycle was stopped in it."""
    last, delimiter = rows[-1], header.delimiter
    return last.count(delimiter) == rows[0].count(delimiter) and len(cells(last, delimiter)) < len(header.names)


def _hundreds(row: str, at: int | None, delimiter: str) -> int:
    """Return by how much the clock makes a row longer: from 100 h on it has more digits."""
    if at is None or row.count(delimiter) < at:
        return 0
    hours, colon, _ = row.split(delimiter, at + 1)[at].strip().partition(":")
    return max(0, len(hours) - len("00")) if colon else 0


def _cells(header: Header, rows: Sequence[str], *, ragged: bool = False) -> list[tuple[str, ...]]:
    """Split the rows to columns of cells; every row has as many as there are names.

    `ragged`: scans side by side may end before others, with empty cells. Other rows may end with empty cells if
    their delimiters are there: nothing is cut.
    """
    count = len(header.names)
    split = [cells(row, header.delimiter) for row in rows]
    # Of a row that is filled: where there is none, names are too many.
    filled = (line for line, row in zip(rows, split, strict=True) if len(row) == count)
    delimiters = next(filled, "").count(header.delimiter) or -1
    for number, row in enumerate(split):
        if ragged or rows[number].count(header.delimiter) == delimiters:
            row += [""] * (count - len(row))
        if len(row) != count:
            raise _misfit(header, number, row, count)
    return list(zip(*split, strict=True)) if split else [()] * count


def _misfit(header: Header, number: int, row: Sequence[str], count: int) -> ReadError:
    comma = header.delimiter == "," and len(row) > count
    return ReadError(
        "a row does not fit the column names",
        where=f"line {header.first_row + number + 1}",
        expected=f"{several(count, 'cell')}: {', '.join(header.names)}",
        found=several(len(row), "cell"),
        cause="decimal commas between commas, which cannot be told apart" if comma else "the file is damaged",
        hint="export it from MASsoft with another list separator" if comma else None,
    )
