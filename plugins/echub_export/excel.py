"""Write a record as an Excel workbook: a sheet per dataset, and what is known about it on sheets of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from echub.plugin import DataError, Dataset, Record, series_of
from echub.text import encodable, rows_by_columns, with_article
from echub_export.shape import shaped

if TYPE_CHECKING:
    from echub_export.options import ExportOptions

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""A sheet has no more (Microsoft, "Excel specifications and limits")."""
LONGEST_CELL, LONGEST_NAME = 32_767, 31
"""Characters of a cell and of the name of a sheet (the same source)."""
MOST_WHOLE = 2**53
"""The largest whole number of a cell: cells are float64, which would round the digits of a larger one."""
_HEADS = 2
"""Rows above the numbers: names, and units."""
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


def write(record: Record, options: ExportOptions) -> Iterator[tuple[str, Callable[[BinaryIO], None]]]:
    """Return one part: the workbook. Raises `DataError` for more rows or columns than a sheet holds."""
    chosen = shaped(record, options)
    for dataset in chosen.datasets.values():
        _require_room(dataset)
    yield ".xlsx", partial(write_workbook, chosen)


def _require_room(dataset: Dataset) -> None:
    if any(len(column.axes) > 1 for column in dataset.columns.values()):
        raise DataError(
            f"{with_article(dataset.kind)} dataset is not a table and has no sheet", hint="--to native keeps it"
        )
    if dataset.rows + _HEADS > MOST_ROWS or len(dataset.plain()) > MOST_COLUMNS:
        raise DataError(
            f"the {dataset.name} dataset does not fit on a sheet of Excel",
            expected=f"at most {MOST_ROWS - _HEADS} rows and {MOST_COLUMNS} columns",
            found=rows_by_columns(dataset.rows, len(dataset.plain())),
            hint="--to csv or --to parquet; --columns writes some of them",
        )


def write_workbook(record: Record, file: BinaryIO) -> None:
    """Write numbers as numbers and texts as texts, never as formulas; a missing value is an empty cell.

    A whole number with more digits than a cell holds, such as an identifier, is written as text.
    """
    import xlsxwriter

    # In constant memory rows are written in order and forgotten; zip is what Excel reads anyway. It is packed
    # in memory: an archive that a full disk has cut prints a traceback when Python forgets it.
    packed = BytesIO()
    book = xlsxwriter.Workbook(
        packed, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    # The same record gives the same bytes.
    book.set_properties({"created": datetime(2000, 1, 1)})
    bold = book.add_format({"bold": True})
    taken: set[str] = set()
    for dataset in record.datasets.values():
        _table(book.add_worksheet(_sheet_name(dataset.name, taken)), dataset, bold)
    for title, headers, rows in _about(record):
        _lines(book.add_worksheet(_sheet_name(title, taken)), headers, rows, bold)
    book.close()
    file.write(packed.getbuffer())


def _table(sheet: Any, dataset: Dataset, bold: Any) -> None:  # noqa: ANN401
    """Write names, units and rows; the first two stay in view."""
    plain = dataset.plain()
    units = [column.unit if (column := dataset.columns.get(name)) and column.unit != "1" else "" for name in plain]
    _row(sheet, 0, list(plain), bold)
    _row(sheet, 1, units, bold)
    sheet.freeze_panes(_HEADS, 0)
    lists = [_cells(values) for values in plain.values()]
    for number, row in enumerate(zip(*lists, strict=True), _HEADS):
        _row(sheet, number, row)


def _cells(values: NDArray[Any]) -> list[Any]:
    """Return values as a sheet takes them; single precision as its shortest decimals, not as 59.99999823."""
    import polars as pl

    if values.dtype == object:
        return list(values.tolist())
    series = series_of("", values)
    return (series.cast(pl.String).cast(pl.Float64) if values.dtype == np.float32 else series).to_list()


def _lines(sheet: Any, headers: Sequence[str], rows: Sequence[Sequence[Any]], bold: Any) -> None:  # noqa: ANN401
    _row(sheet, 0, headers, bold)
    for number, row in enumerate(rows, 1):
        _row(sheet, number, row)


def _row(sheet: Any, number: int, cells: Sequence[Any], style: Any = None) -> None:  # noqa: ANN401
    for at, cell in enumerate(cells):
        if isinstance(cell, str):
            if cell:
                sheet.write_string(number, at, encodable(cell)[:LONGEST_CELL], style)
        elif isinstance(cell, bool):
            sheet.write_boolean(number, at, cell, style)
        elif isinstance(cell, int) and abs(cell) > MOST_WHOLE:
            sheet.write_string(number, at, str(cell), style)
        elif cell is not None and np.isfinite(cell):
            sheet.write_number(number, at, cell, style)
        elif cell is not None:  # a sheet has no such number
            sheet.write_string(number, at, "NaN" if cell != cell else "inf" if cell > 0 else "-inf", style)


def _about(record: Record) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    """Return title, headers and rows of the sheets about the data."""
    columns = [
        (dataset.name, column.name, column.quantity, column.unit, column.origin, column.header)
        for dataset in record.datasets.values()
        for column in dataset.columns.values()
    ]
    yield "columns", ("dataset", "column", "quantity", "unit", "origin", "source"), columns
    entries = [(entry.path, _plain(entry.value), entry.unit, entry.source) for entry in record.metadata.entries]
    yield "metadata", ("path", "value", "unit", "source"), entries
    remarks = [(notice.code, notice.text) for notice in record.notices]
    remarks += [("dropped", f"{dropped.what}: {dropped.why}") for dropped in record.dropped]
    yield "warnings", ("code", "text"), remarks


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value if isinstance(value, (str, int, float)) else str(value)


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that Excel accepts and that is not taken; it compares them without case."""
    short = name.translate(_FORBIDDEN)[:LONGEST_NAME] or "data"
    found, number = short, 2
    while found.lower() in taken:
        found = f"{short[: LONGEST_NAME - len(str(number)) - 1]}_{number}"
        number += 1
    taken.add(found.lower())
    return found
