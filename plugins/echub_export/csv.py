"""Write datasets as CSV: one file each, a unit for every column, numbers that read back exactly."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from echub.plugin import DataError, Dataset, Record, UnknownOption, series_of
from echub.text import encodable, for_spreadsheet, with_article
from echub_export.shape import shaped
from echub_export.sidecar import write_description

if TYPE_CHECKING:
    import polars as pl

    from echub_export.options import CsvOptions


def write(record: Record, options: CsvOptions) -> Iterator[tuple[str, Callable[[BinaryIO], None]]]:
    """Return two parts per dataset: `.timeseries.csv`, `.impedance.csv` …, and the description of each.

    The description holds what CSV cannot say, under the name that CSV on the Web gives it.
    """
    if options.decimal == "," and options.delimiter == ",":
        raise UnknownOption(
            "a comma cannot be both the decimal mark and the delimiter",
            hint="--delimiter ';' or --delimiter tab",
        )
    delimiter = "\t" if options.delimiter == "tab" else options.delimiter
    header_rows = 3 if options.style == "origin" else 1
    chosen = shaped(record, options)
    for name, dataset in chosen.datasets.items():
        yield f".{name}.csv", partial(write_dataset, dataset, options)
        if chosen is not record:  # the description is of all columns, in their canonical units
            continue
        describe = partial(write_description, record, name, delimiter, options.decimal, header_rows)
        yield f".{name}.csv-metadata.json", describe


def write_dataset(dataset: Dataset, options: CsvOptions, file: BinaryIO) -> None:
    """Write one table: UTF-8, an empty cell for a missing value, `NaN` for what the source says is not a number.

    Floats are the shortest decimals that give back the same float32 or float64. The style
    `origin` has three header rows: long name, unit, and what the source calls the column.
    """
    if any(len(column.axes) > 1 for column in dataset.columns.values()):
        raise DataError(
            f"{with_article(dataset.kind)} dataset is not a table and has no CSV", hint="--to native keeps it"
        )
    form: dict[str, Any] = {
        "separator": "\t" if options.delimiter == "tab" else options.delimiter,
        "decimal_comma": options.decimal == ",",
    }
    if options.bom:
        file.write(codecs.BOM_UTF8)
    frame = _frame(dataset, plain=options.style == "plain")
    if options.style == "origin":
        _header_rows(dataset, frame.columns).write_csv(file, include_header=False, **form)
    frame.write_csv(file, include_header=options.style == "plain", **form)


def _frame(dataset: Dataset, *, plain: bool) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(
        [
            _cells((for_spreadsheet(_header(dataset, name)) or "") if plain else name, values)
            for name, values in dataset.plain().items()
        ]
    )


def _header_rows(dataset: Dataset, names: list[str]) -> pl.DataFrame:
    """Return the rows that Origin takes as Long Name, Units and Comments."""
    import polars as pl

    rows = [
        [name.replace("_", " "), _shown(dataset, name) or None, _comment(dataset, name) or None] for name in names
    ]
    return pl.DataFrame([pl.Series(name, row, dtype=pl.String) for name, row in zip(names, rows, strict=True)])


def _header(dataset: Dataset, name: str) -> str:
    unit = _shown(dataset, name)
    return f"{name} / {unit}" if unit else name


def _shown(dataset: Dataset, name: str) -> str:
    """Return the unit as it is printed; none for counts and numbers without dimension."""
    column = dataset.columns.get(name)
    return column.unit if column is not None and column.unit and column.unit != "1" else ""


def _comment(dataset: Dataset, name: str) -> str:
    column = dataset.columns.get(name)
    return encodable(column.header) if column is not None else ""


def _cells(name: str, values: NDArray[Any]) -> pl.Series:
    """Return what polars prints exactly; texts so that a spreadsheet takes none for a formula."""
    if values.dtype == object:
        texts = [for_spreadsheet(cell) if isinstance(cell, str) else cell for cell in values.tolist()]
        return series_of(name, np.array(texts, dtype=object))
    return series_of(name, np.ascontiguousarray(values))
