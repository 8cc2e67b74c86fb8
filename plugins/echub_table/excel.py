"""Excel workbooks by the same rules: a sheet is looked at as text and read as numbers.

The text of a cell is only for the inference: the library prints numbers with nine decimals, which
would turn 1e-10 A into 0. Columns of numbers are loaded a second time, as the workbook holds them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.plugin import Decision, PluginError, ReadError, Record, Source
from echub_table.cells import NUMBER
from echub_table.dialect import Dialect
from echub_table.parse import Faults, Table, judge
from echub_table.reader import Plan, assemble, plan

if TYPE_CHECKING:
    from echub_table import ExcelOptions

_CLOSE = 1e-6


def read(source: Source, options: ExcelOptions) -> Record:
    """Read one sheet of a workbook."""
    data = source.read()
    with _damage(source):
        sheet, cells, planned = _plan(source, data, options)
        table = _table(data, sheet, cells, planned.dialect)
    record = assemble(planned, source, table)
    record.settings["sheet"] = sheet
    return record


def explain(source: Source, options: ExcelOptions) -> list[Decision]:
    """List every decision about the sheet."""
    sheet, _, planned = _plan(source, source.read(), options)
    return [
        Decision("sheet", sheet, "asked for" if options.sheet else "the only one with cells"),
        *planned.decisions,
    ]


def first_profile(source: Source, options: ExcelOptions) -> str:
    """Write a first profile from what was inferred about the sheet."""
    from echub_table.explain import first_profile as of_text

    data = source.read()
    text = _as_text(_cells(data, _sheet(data, options.sheet, source)), source)
    return of_text(text, replace(options, delimiter="tab", decimal="point"))


def _plan(source: Source, data: bytes, options: ExcelOptions) -> tuple[str, pl.DataFrame, Plan]:
    sheet = _sheet(data, options.sheet, source)
    cells = _cells(data, sheet)
    told = replace(options, delimiter="tab", decimal="point", encoding="utf-8")
    return sheet, cells, plan(_as_text(cells, source), told, source)


def _sheet(data: bytes, wanted: str, source: Source) -> str:
    """Find the sheet that was asked for, or the only one with cells."""
    import fastexcel

    with _damage(source):
        names = list(fastexcel.read_excel(data).sheet_names)
    if wanted and wanted in names:
        return wanted
    filled = [name for name in names if _cells(data, name).height]
    if not wanted and len(filled) == 1:
        return filled[0]
    raise ReadError(
        f"the workbook has no sheet {wanted!r}" if wanted else f"{len(filled)} sheets of the workbook hold cells",
        path=source.shown,
        found=", ".join(names),
        hint=f'--option sheet="{(filled or names)[0]}"',
    )


@contextmanager
def _damage(source: Source) -> Iterator[None]:
    """Say that the library finds the workbook damaged."""
    import fastexcel

    try:
        yield
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise ReadError(
            "the workbook cannot be opened",
            path=source.shown,
            found=str(error).splitlines()[0],
            cause="it is damaged, or protected by a password",
        ) from None


def _cells(data: bytes, sheet: str, **options: Any) -> pl.DataFrame:  # noqa: ANN401  options of the library
    return pl.read_excel(
        io.BytesIO(data),
        sheet_name=sheet,
        engine="calamine",
        has_header=False,
        drop_empty_rows=False,
        drop_empty_cols=False,
        raise_if_empty=False,
        read_options={"dtypes": "string", **options},
    )


def _as_text(cells: pl.DataFrame, source: Source) -> Source:
    """Write the sheet as lines of cells between tabs, for the inference."""
    plain = cells.select(pl.all().fill_null("").str.replace_all(r"[\t\r\n]+", " "))
    text = plain.write_csv(include_header=False, separator="\t", quote_style="never")
    return Source.from_bytes(text.encode(), source.name)


def _table(data: bytes, sheet: str, cells: pl.DataFrame, dialect: Dialect) -> Table:
    """Load the rows of the table: numbers as the workbook holds them, the rest as text."""
    first, last = dialect.data_line, cells.height - len(dialect.footer)
    width = dialect.width - dialect.trailing
    wanted = [i for i in range(width) if dialect.columns[i] == NUMBER]
    floats = _cells(data, sheet, dtypes="float")
    if floats.height != cells.height:
        raise PluginError("the workbook reads differently as numbers and as text", found=f"sheet {sheet}")
    texts = cells[first:last]
    keep = texts.select(pl.any_horizontal(pl.all().fill_null("").str.strip_chars() != "")).to_series()
    texts, numbers = texts.filter(keep), floats[first:last].filter(keep)
    faults = Faults()
    bad = np.zeros(texts.height, dtype=bool)
    columns: list[Any] = []
    for i in range(width):
        if i not in wanted:
            columns.append(texts.to_series(i).fill_null(""))
            continue
        values, faulty = _numbers(numbers.to_series(i), texts.to_series(i))
        for at in np.flatnonzero(faulty)[:20]:
            faults.note(first + int(at) + 1, f"{dialect.names[i]} is {texts.to_series(i)[int(at)]!r}, no number")
        bad |= faulty
        columns.append(values)
    faults.rows = int(bad.sum())
    judge(faults, texts.height, texts.height, dialect)
    return Table(columns, texts.height, texts.height, faults)


def _numbers(values: pl.Series, texts: pl.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Take numbers, and tell where a text stands in their place; both views must agree."""
    cells = texts.fill_null("").str.strip_chars()
    values = values.cast(pl.Float64)
    shown = cells.cast(pl.Float64, strict=False)
    apart = ((values - shown).abs() > _CLOSE * shown.abs() + _CLOSE).fill_null(False)
    if apart.any():
        raise PluginError(
            "the workbook reads differently as numbers and as text", found=str(cells.filter(apart)[0])
        )
    return values.fill_null(np.nan).to_numpy(), (values.is_null() & (cells != "")).to_numpy()
