"""What a picture shows: a dataset, the file it is of, and the label and colour of that file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import DataError
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.deferred import Deferred, altered, held
from echub.model.record import Record

Floats = NDArray[np.float64]

POTENTIALS = ("potential_we", "voltage", "potential_ce")
CURRENTS = ("current", "current_density")


@dataclass(frozen=True, eq=False)
class Shown:
    """One dataset in a picture. `label` and `colour` are empty if the figure is of one file."""

    record: Record
    dataset: Dataset
    label: str = ""
    colour: str = ""

    @property
    def technique(self) -> str:
        """Return the technique as the instrument names it, in capitals; empty if it does not."""
        return str(self.record.metadata.value("technique.name") or "").upper()

    @property
    def area(self) -> float | None:
        """Return the stated area of the cell in cm², or None."""
        value = self.record.metadata.value("cell.area", "cm^2")
        return None if value is None else float(value)

    def first(self, names: Sequence[str]) -> Column | None:
        """Return the first of these columns that is there and has a number."""
        for name in names:
            column = self.dataset.columns.get(name)
            if column is not None and np.isfinite(column.values).any():
                return column
        return None

    def needed(self, names: Sequence[str]) -> Column:
        """Return the first of these columns that has a number; raise `DataError` if none has."""
        column = self.first(names)
        if column is None:
            raise DataError(f"there is no {' or '.join(names)} to draw", found=", ".join(self.dataset.columns))
        return column


def without_infinities(dataset: Dataset) -> Dataset:
    """Return a dataset with NaN for infinite values of its rows, which have no place on any axis."""
    finite = {name: _finite(column) for name, column in dataset.columns.items() if column.axes == ("row",)}
    if all(column is dataset.columns[name] for name, column in finite.items()):
        return dataset
    return replace(dataset, columns={**dataset.columns, **finite})


def _finite(column: Column) -> Column:
    values = held(column)
    if values.dtype.kind != "f":
        return column
    if isinstance(values, Deferred):
        return altered(column, values=values.map(_without_infinite, values.dtype))
    plain = _without_infinite(values)
    return column if plain is values else altered(column, values=plain)


def _without_infinite(values: NDArray[Any]) -> NDArray[Any]:
    infinite = np.isinf(values)
    return np.where(infinite, values.dtype.type(np.nan), values) if infinite.any() else values


def alike(shown: Sequence[Shown], names: Sequence[str]) -> list[Column]:
    """Return a column of each file: one that all of them have, the first of these names; else each its own.

    Raises `DataError` if a file has none with a number.
    """
    for name in names:
        found = [column for one in shown if (column := one.first((name,))) is not None]
        if len(found) == len(shown):
            return found
    return [one.needed(names) for one in shown]
