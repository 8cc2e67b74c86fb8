"""Source tables as contracts compare them: text as text, rows counted over all datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.model.dataset import Dataset
from echub.model.record import Record

Table = Mapping[tuple[int, str], NDArray[Any]]

TABULAR = ("row",)


def is_table(dataset: Dataset) -> bool:
    """Return whether all columns of a dataset are over its rows (not those of an ion map)."""
    return all(column.axes == TABULAR for column in dataset.columns.values())


def tables(record: Record) -> list[Dataset]:
    """Return the datasets that are tables."""
    return [dataset for dataset in record.datasets.values() if is_table(dataset)]


def rows_of(record: Record) -> int:
    """Count the rows of all datasets."""
    return sum(dataset.rows for dataset in record.datasets.values())


def parts(record: Record) -> dict[str, list[Dataset]]:
    """Return the datasets that are tables, grouped by the source table they come from; most sources have one."""
    found: dict[str, list[Dataset]] = {}
    for dataset in tables(record):
        found.setdefault(part_of(dataset), []).append(dataset)
    return found


def part_of(dataset: Dataset) -> str:
    """Return the prefix of a dataset's headers in the source table: nothing, or the name of its part."""
    return f"{dataset.attrs['part']}: " if dataset.label else ""


def same_numbers(one: NDArray[Any], other: NDArray[Any], *, tolerance: float = 0.0) -> bool:
    """Compare arrays of any types by shape and value; NaN equals NaN, and a text what is printed so."""
    if one.shape != other.shape:
        return False
    if one.dtype.kind in "fiucb" and other.dtype.kind in "fiucb":
        return bool(np.allclose(one, other, rtol=tolerance, atol=0.0, equal_nan=True))
    return [str(value) for value in one] == [str(value) for value in other]
