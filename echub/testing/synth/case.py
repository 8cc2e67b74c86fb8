"""A generated measurement: columns, metadata of the cell, and the true values behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.analysis.outcome import Outcome
from echub.model.build import ROWS, SourceColumn, build_dataset, build_map
from echub.model.metadata import Metadata
from echub.model.record import Provenance, Record
from echub.model.units import convert, parse_value
from echub.model.vocabulary import quantities


@dataclass(frozen=True, eq=False)
class Column:
    """One generated column: values in a unit, over one row each or over the axes of a map.

    averaged: each value is an average since the row before.
    """

    values: NDArray[Any]
    unit: str | None = None
    axes: tuple[str, ...] = ROWS
    averaged: bool = False


@dataclass(frozen=True, eq=False)
class Case:
    """A generated measurement, and what an analysis should find in it.

    `columns` by quantity; `metadata` path to text with unit; `truth` measurand to its true value
    in the unit that the analysis declares. `outcomes` for analyses that consume outcomes.
    """

    columns: Mapping[str, Column] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    truth: Mapping[str, float] = field(default_factory=dict)
    kind: str = "timeseries"
    outcomes: tuple[Outcome, ...] = ()

    def data(self) -> Any:  # noqa: ANN401
        """Return the input for `echub.analyze`: a record, or the outcomes."""
        return list(self.outcomes) if self.outcomes else self.record()

    def record(self) -> Record:
        """Return the record, as a reader would have built it."""
        built = [
            SourceColumn(name, c.values, quantity=name, unit=c.unit, axes=c.axes, averaged=c.averaged)
            for name, c in self.columns.items()
        ]
        build = build_dataset if all(c.axes == ROWS for c in self.columns.values()) else build_map
        metadata = Metadata()
        for path, text in self.metadata.items():
            metadata.set(path, text, source="generator")
        source = {"name": "generated", "size": 0, "sha256": "0" * 64}
        return Record(
            [build(self.kind, built)],
            metadata=metadata,
            provenance=Provenance(source=source, reader={"name": "generator", "version": "1"}),
        )

    # -- the same measurement in another form ------------------------------------------------

    def in_units(self, units: Mapping[str, str]) -> Case:
        """Return the same data in other units: of columns by quantity, of metadata by path."""
        columns = dict(self.columns)
        for name in units.keys() & columns.keys():
            column = columns[name]
            point = quantities()[name].point
            converted = convert(column.values, column.unit or "1", units[name], point=point)
            columns[name] = replace(column, values=converted, unit=units[name])
        metadata = dict(self.metadata)
        for path in units.keys() & metadata.keys():
            value, unit = parse_value(metadata[path])
            point = "degC" in (unit, units[path])
            metadata[path] = f"{float(convert(value, unit, units[path], point=point))!r} {units[path]}"
        return replace(self, columns=columns, metadata=metadata)

    def later(self, seconds: float) -> Case:
        """Return the same data with a clock that started earlier."""
        return self.with_values("time", self.columns["time"].values + seconds)

    def every(self, step: int) -> Case:
        """Keep every `step`-th row."""
        kept = {name: replace(c, values=c.values[::step]) for name, c in self.columns.items()}
        return replace(self, columns=kept)

    def rows(self, count: int) -> Case:
        """Keep the first rows; for a map, the first places along its first axis."""
        axis = next(iter(self.columns.values())).axes[0]
        kept = {
            name: replace(c, values=c.values.take(range(min(count, c.values.shape[at])), axis=at))
            for name, c in self.columns.items()
            if axis in c.axes
            for at in [c.axes.index(axis)]
        }
        return replace(self, columns={**self.columns, **kept})

    def with_values(self, name: str, values: NDArray[Any], unit: str | None = None) -> Case:
        """Replace or add a column, (n,) or over the axes of a map; without `unit` the unit stays."""
        known = self.columns.get(name, Column(values))
        return replace(
            self, columns={**self.columns, name: replace(known, values=values, unit=unit or known.unit)}
        )

    def without(self, *names: str) -> Case:
        """Leave out columns and metadata."""
        columns = {name: c for name, c in self.columns.items() if name not in names}
        metadata = {path: text for path, text in self.metadata.items() if path not in names}
        return replace(self, columns=columns, metadata=metadata)

    def lost(self, name: str) -> Case:
        """Replace the values of a column by NaN."""
        return self.with_values(name, np.full(self.columns[name].values.shape, np.nan))
