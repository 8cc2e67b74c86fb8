"""Encode tables for the ACME plotter, one file per dataset.

::

    ACME PLOT 1
    time	voltage	current
    s	V	mA
    0.0	3.40011	0.0
    120.0	3.40008	0.0

Columns are parted by tabs. An empty cell is a value that is missing; NaN is what the source says is not a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from echub.plugin import DataError, is_missing

if TYPE_CHECKING:
    from echub.plugin import Dataset, Record
    from echub_acme import PlotOptions

FORBIDDEN = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
"""What would end a cell or a row, and what stands for it in a text."""


def write(record: Record, options: PlotOptions) -> Iterator[tuple[str, Callable[[BinaryIO], None]]]:
    """Return a part per dataset: its suffix, and the function that writes it to an open file.

    What the format cannot hold is refused here, before a file is there.
    """
    for name, dataset in record.datasets.items():
        if any(len(column.axes) > 1 for column in dataset.columns.values()):
            raise DataError(f"{name} is not a table", expected="a value per row", hint="--to native keeps it")
        yield f".{name}.acme-plot", partial(_table, dataset, options)


def _table(dataset: Dataset, options: PlotOptions, file: BinaryIO) -> None:
    """Write a table; `plain` has a column per bit field too, and the texts of codes."""
    columns = dataset.plain()
    units = [(dataset.columns[name].unit if name in dataset.columns else None) or "" for name in columns]
    cells = [_cells(values, options.decimal) for values in columns.values()]
    for row in (["ACME PLOT 1"], list(columns), units, *zip(*cells, strict=True)):
        file.write(("\t".join(row) + "\n").encode("utf-8"))


def _cells(values: np.ndarray, decimal: str) -> list[str]:
    """Print values so that they read back exactly: the fewest digits of a float32 or float64."""
    if values.dtype.kind == "f":
        return ["" if gap else _number(x, decimal) for x, gap in zip(values, is_missing(values), strict=True)]
    return ["" if value is None else str(value).translate(FORBIDDEN) for value in values]


def _number(value: float, decimal: str) -> str:
    return "NaN" if np.isnan(value) else str(value).replace(".", decimal)
