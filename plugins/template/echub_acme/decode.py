"""Decode the text log of the ACME logger.

::

    ACME LOG 1
    cell = A-17
    area = 0.785 cm2
    t [s];U [V];I [uA];box [ppm];fan [rpm]
    0;3.40012;0.0;0.8;1200
    120;3.39994;0.0;0.8;1200
    END 2

The last line counts the rows; where it is missing, the file was cut.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from echub.plugin import Dropped, Metadata, Notice, ReadError, Record, SourceColumn, build_tables
from echub.text import parse_number

if TYPE_CHECKING:
    from echub.plugin import NoOptions, Source

QUANTITIES = {"t": "time", "U": "voltage", "I": "current", "box": "acme_box_water"}
METADATA = {"cell": "cell.id", "area": "cell.area"}
HEADER = re.compile(r"(.+) \[(.+)\]")


def read(source: Source, options: NoOptions) -> Record:
    """Read a log; what is damaged is refused, what is unknown is kept."""
    first, *lines = source.read().decode("utf-8", "backslashreplace").replace("\r\n", "\n").split("\n")
    if first != "ACME LOG 1":
        raise ReadError("this is not a log of ACME, version 1", expected="ACME LOG 1", found=first[:40])
    top = next((n for n, line in enumerate(lines) if ";" in line), None)
    if top is None:
        raise ReadError("the log has no table", expected="a line of headers, such as t [s];U [V]")
    headers, body = lines[top].split(";"), lines[top + 1 :]
    body, notices, dropped = _whole_rows(body)
    rows = [text.split(";") for text in body]
    if odd := [n for n, row in enumerate(rows) if len(row) != len(headers)]:
        where = f"line {top + 3 + odd[0]}"
        raise ReadError("a row is damaged", where=where, expected=f"{len(headers)} cells", found=body[odd[0]][:60])
    columns = [_column(n, header, [row[n] for row in rows]) for n, header in enumerate(headers)]
    return Record(
        build_tables(columns),
        metadata=_metadata(lines[:top]),
        settings={"header": lines[:top]},
        notices=notices,
        dropped=dropped,
    )


def _whole_rows(lines: list[str]) -> tuple[list[str], list[Notice], list[Dropped]]:
    """Return the lines of the table, and what is lost; the last line of a cut file is half a line."""
    end = next((n for n, line in enumerate(lines) if re.fullmatch(r"END \d+", line)), None)
    if end is None:
        *lines, half = lines or [""]
        notice = Notice("truncated", f"the file was cut: it has no last line; {len(lines)} rows are whole")
        return lines, [notice], [Dropped(half, "a line that is cut")] if half else []
    if int(lines[end][4:]) != end or any(lines[end + 1 :]):
        raise ReadError("rows are missing, or out of place", expected=lines[end], found=f"{end} rows before it")
    return lines[:end], [], []


def _column(number: int, header: str, cells: list[str]) -> SourceColumn:
    """Build a column as printed; echub converts units. Without a quantity it is kept as it is."""
    match = HEADER.fullmatch(header)
    name, unit = match.groups() if match else (header, None)
    try:
        values = np.array([parse_number(cell) for cell in cells])
    except ValueError as error:
        raise ReadError("a cell is damaged", column=header, cause=str(error)) from None
    return SourceColumn(header, values, QUANTITIES.get(name) if unit else None, unit, index=number)


def _metadata(lines: list[str]) -> Metadata:
    """State what the header says of the cell; a value without sense is refused by `set`."""
    metadata = Metadata()
    for line in lines:
        key, _, value = line.partition(" = ")
        if key in METADATA:
            metadata.set(METADATA[key], value)
    return metadata
