"""Rows of one cell: an analysis of a time series does not take those of several for one."""

from __future__ import annotations

from typing import Any

import numpy as np

from echub.analysis.outcome import Refusal
from echub.analysis.parts import condition_on
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.text import names_a_cell

FEWEST_ROWS = 2
"""Rows per value, on average, of a column that names cells: with fewer it counts the rows."""
SHOWN = 4
"""Values that a message lists."""


def require_one_cell(data: Dataset) -> None:
    """Raise `Refusal` (several-cells) if a column of a time series names several cells or channels."""
    if data.kind != "timeseries":  # a long table of ions has channels of its own
        return
    for name, column in data.columns.items():
        if not _may_name_cells(column):
            continue
        values = [value for value in dict.fromkeys(data[name].tolist()) if value == value]  # without NaN
        if 1 < len(values) <= data.rows / FEWEST_ROWS:
            raise _refusal(name, values, each=column.values.dtype.kind != "f")


def _may_name_cells(column: Column) -> bool:
    values = column.values
    if column.unit not in (None, "1") or values.ndim != 1 or not names_a_cell(column.header):
        return False
    return bool(column.labels) or values.dtype.kind in "iu" or not np.mod(values[np.isfinite(values)], 1).any()


def _refusal(name: str, values: list[Any], *, each: bool) -> Refusal:
    listed = ", ".join(map(str, values[:SHOWN])) + (", …" if len(values) > SHOWN else "")
    takes = f'--select "{condition_on(name, values[0])}" takes one'
    return Refusal(
        "several-cells",
        f"the rows are of {len(values)} cells or channels: {name} is {listed}",
        where=f"column {name}",
        hint=f"{takes}, --each {name} analyses each" if each else takes,
    )
