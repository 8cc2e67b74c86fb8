"""Numbers of declared text tables: one x for all species, or x and y side by side."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import MISSING, ReadError, Source
from echub.text import decode, encoding_of, parse_number, several
from echub_hiden.declared import DeclaredPart, open_beside

_SEPARATORS = (";", "\t", ",")


@dataclass(frozen=True)
class Place:
    """Where a channel stands in its file: headers and positions of x and y."""

    x: str
    y: str
    x_index: int
    y_index: int


def read_table(
    part: DeclaredPart, source: Source
) -> Iterator[tuple[Place, NDArray[np.float64], NDArray[np.float64]]]:
    """Return each channel of a profile file: its place, x, and y.

    In `pairs` a channel ends where its cells do. Raises `ReadError` for cells that are no
    numbers, rows that do not fit, and a file without rows.
    """
    file = open_beside(source, str(part.told["file"]))
    headers, rows = _cells(part, file)
    paired = part.told["layout"] == "pairs"
    if paired and len(headers) % 2:
        raise _misfit(file, "pairs need an even number of columns", f"{len(headers)}: {', '.join(headers)}")
    if len(headers) < 2:
        raise _misfit(file, "the file has no two columns", ", ".join(headers))
    _require_named(part, file, headers)
    decimal = str(part.told.get("decimal", "."))
    columns = [_numbers([row[n] for row in rows], file, headers[n], decimal) for n in range(len(headers))]
    for at in range(1, len(headers), 2 if paired else 1):
        x_at = at - 1 if paired else 0
        x, y = columns[x_at], columns[at]
        kept = ~(np.isnan(x) & np.isnan(y)) if paired else np.ones(len(x), bool)
        yield Place(headers[x_at], headers[at], x_at, at), x[kept], y[kept]


def _require_named(part: DeclaredPart, file: Source, headers: list[str]) -> None:
    """Refuse a declared species whose header is not in the file: its column would keep another label."""
    unknown = [header for header in part.told.get("species", {}) if header not in headers]
    if unknown:
        raise ReadError(
            f"{part.where}: species names headers that the file does not have",
            path=file.shown,
            expected=", ".join(headers),
            found=", ".join(unknown),
            cause="a header is spelt in another way, or another separator was used",
        )


def _cells(part: DeclaredPart, file: Source) -> tuple[list[str], list[list[str]]]:
    data = file.read()
    encoding = encoding_of(data, whole=True)
    if encoding.value is None:
        raise ReadError("the file is not text", path=file.shown, found=encoding.evidence)
    text = decode(data, encoding.value)
    first = text.partition("\n")[0]
    separator = str(part.told.get("separator") or next((s for s in _SEPARATORS if s in first), ","))
    table = [
        row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(cell.strip() for cell in row)
    ]
    if len(table) < 2:
        raise _misfit(file, "the file has no rows", several(len(table), "line"))
    if all(not row[-1].strip() for row in table):  # every line ends in a separator
        table = [row[:-1] for row in table]
    headers = [cell.strip() for cell in table[0]]
    for number, row in enumerate(table[1:], 2):
        if len(row) != len(headers):
            raise _misfit(
                file, f"row {number} does not fit the headers", f"{several(len(row), 'cell')}, not {len(headers)}"
            )
    return headers, table[1:]


def _numbers(texts: list[str], file: Source, header: str, decimal: str) -> NDArray[np.float64]:
    """Parse one column; an empty cell is missing."""
    values = np.full(len(texts), MISSING)
    for n, text in enumerate(texts):
        try:
            if text.strip():
                values[n] = parse_number(text, decimal)
        except ValueError as error:
            raise _misfit(file, f"row {n + 2} of {header} is not a number", str(error)) from None
    return values


def _misfit(file: Source, what: str, found: str) -> ReadError:
    return ReadError(
        what,
        path=file.shown,
        found=found,
        cause="the layout, the separator or the decimal mark is declared wrongly, or the file is damaged",
    )
