"""Write datasets as CSV: one file each, a unit in every header, numbers that read back exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Dataset, NoOptions, PluginError, Record
from echub_export.sidecar import write_description


def write(record: Record, _options: NoOptions) -> Iterator[tuple[str, Callable[[BinaryIO], None]]]:
    """Give two parts per dataset: `.timeseries.csv`, `.impedance.csv` …, and the description of each.

    The description holds what CSV cannot say, under the name that CSV on the Web gives it.
    """
    for dataset in record.datasets.values():
        yield f".{dataset.name}.csv", partial(write_dataset, dataset)
        yield f".{dataset.name}.csv-metadata.json", partial(write_description, record, dataset.name, ",", ".", 1)


def write_dataset(dataset: Dataset, file: BinaryIO) -> None:
    """Write one table: comma, decimal point, UTF-8, `name / unit` headers, empty for NaN.

    Floats are the shortest decimals that give back the same float32 or float64.
    """
    import polars as pl

    if any(len(column.axes) > 1 for column in dataset.columns.values()):
        raise PluginError(f"a {dataset.kind} dataset is no table and has no CSV", hint="--to native keeps it")
    columns = [
        pl.Series(_header(dataset, name), _cells(values), strict=False) for name, values in dataset.plain().items()
    ]
    pl.DataFrame(columns).write_csv(file)


def _header(dataset: Dataset, name: str) -> str:
    column = dataset.columns.get(name)
    unit = column.unit if column is not None else None
    return f"{name} / {unit}" if unit and unit != "1" else name


def _cells(values: NDArray[Any]) -> Any:  # noqa: ANN401  a polars Series or a list
    """Give what polars prints exactly: NaN as an empty cell, text as text."""
    import polars as pl

    if values.dtype == object:
        return values.tolist()
    series = pl.Series(np.ascontiguousarray(values))
    return series.fill_nan(None) if values.dtype.kind == "f" else series
