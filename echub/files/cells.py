"""The cells of a table that a person keeps: a CSV as any Excel saves it, or a workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from echub.errors import DataError, EchubError, PluginError
from echub.model.panics import panics_caught
from echub.text import decimal_mark, decode, encoding_of, from_spreadsheet

WORKBOOKS = (".xlsx", ".xlsm")
LARGEST = 100_000_000
"""Bytes that a workbook may unpack to: a table that people fill in has thousands of rows, not millions."""
DIGITS = 15
"""Significant digits of a cell: all that a spreadsheet shows; the 17 that it stores make 0.1 from 0.1 + 1e-17."""

Rows = list[list[str]]


def rows_of(path: Path, first: str) -> tuple[Rows, str]:
    """Return the cells of a table as text, header first, and what had to be assumed about its encoding.

    Commas, semicolons or tabs may divide a CSV. A workbook gives the first sheet with `first` in its header.
    Raises `OSError`, `DataError` if it is damaged, `PluginError` without what reads workbooks.
    """
    data = path.read_bytes()
    if path.suffix.lower() in WORKBOOKS:
        return _of_workbook(data, first), ""
    encoding = encoding_of(data, whole=True)
    if encoding.value is None:
        raise DataError("it is not a text", found=encoding.evidence, expected="CSV, or a workbook (.xlsx)")
    text = decode(data, encoding.value)
    line = text.partition("\n")[0]
    delimiter = max(",;\t", key=line.count)
    try:
        rows = [
            [from_spreadsheet(cell.strip()) for cell in row]
            for row in csv.reader(io.StringIO(text), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise DataError(f"it is not a CSV: {error}") from None
    return rows, "" if encoding.value.startswith("utf") else f"as {encoding.value}"


def with_points(rows: Rows, numeric: Sequence[bool]) -> Rows:
    """Return rows with decimal points for the decimal commas in columns of numbers, which units may follow.

    `rows` are without their header. Raises `DataError` if the marks contradict each other, or if 1,234 may be a
    thousand.
    """
    numbers = [
        cell.partition(" ")[0] for row in rows for cell, wanted in zip(row, numeric, strict=False) if wanted
    ]
    if not any("," in number for number in numbers):
        return rows
    mark = decimal_mark(numbers)
    if mark.value is None:
        raise DataError(
            "the decimal mark of its numbers is open",
            found=mark.evidence,
            expected="decimal points, or decimal commas of which one has not exactly three digits behind it",
        )
    if mark.value == ".":
        return rows
    return [
        [_with_point(cell) if wanted else cell for cell, wanted in zip(row, _padded(numeric, row), strict=True)]
        for row in rows
    ]


def _padded(numeric: Sequence[bool], row: list[str]) -> list[bool]:
    return [*numeric, *[False] * len(row)][: len(row)]


def _with_point(cell: str) -> str:
    number, blank, unit = cell.partition(" ")
    return f"{number.replace(',', '.')}{blank}{unit}"


def _of_workbook(data: bytes, first: str) -> Rows:
    try:
        import fastexcel
    except ImportError as error:
        raise PluginError("a workbook needs fastexcel", hint="pip install 'echub[excel]'") from error
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST:
                raise DataError("the workbook is too large", expected=f"at most {LARGEST >> 20} MB unpacked")
        with panics_caught():
            book = fastexcel.read_excel(data)
            sheets = (_rows(book, name) for name in book.sheet_names)
            return next((rows for rows in sheets if rows and first in rows[0]), [[]])
    except EchubError:
        raise
    except Exception as error:  # whatever a damaged archive makes of the libraries
        first = str(error).splitlines()[0] if str(error) else repr(error)
        raise DataError(f"the workbook is damaged: {first}") from None


def _rows(book: Any, name: str) -> Rows:  # noqa: ANN401
    """Return the cells of a sheet, numbers as they were typed: as text, the library gives nine decimals."""
    header = book.load_sheet(name, header_row=None, n_rows=1, dtypes="string")
    names = [_text(cell) for row in header.to_polars().rows() for cell in row]
    if not names:
        return []
    below = book.load_sheet(name, header_row=None, skip_rows=1, schema_sample_rows=None).to_polars()
    return [names, *([_text(cell) for cell in row] for row in below.rows())]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.{DIGITS}g}"
    if isinstance(cell, bool):
        return str(cell).lower()
    return cell.isoformat() if isinstance(cell, datetime) else str(cell).strip()
