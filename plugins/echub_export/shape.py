"""Some columns of a record, in other units: what `--columns` and `--units` ask of a table format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from echub.plugin import Column, Dataset, Record, UnitMismatch, UnknownColumn, UnknownOption, parse_unit
from echub.text import nearest

if TYPE_CHECKING:
    from echub_export.options import ExportOptions


def shaped(record: Record, options: ExportOptions) -> Record:
    """Return the record with the chosen columns in the chosen units.

    A dataset without any of the chosen columns is left out. A current in a unit per area becomes the column
    `current_density`. Raises `UnknownColumn` for a name that no dataset has, `UnitMismatch`, and `UnknownOption`
    for an area that is not stated.
    """
    names = [name.strip() for name in options.columns.split(",") if name.strip()]
    units = _pairs(options.units)
    if not names and not units:
        return record
    _require_known(record, [*names, *units])
    kept = [_select(dataset, names) for dataset in record.datasets.values() if _has(dataset, names)]
    datasets = [_in_units(dataset, units, record) for dataset in kept]
    return Record(
        datasets,
        metadata=record.metadata,
        settings=record.settings,
        notices=record.notices,
        dropped=record.dropped,
        provenance=record.provenance,
    )


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, unit = part.partition("=")
        if not equals or not unit.strip():
            raise UnknownOption("units are name=unit", expected="--units current=A,time=h", found=part)
        if (name := name.strip()) in found:
            twice = f"{name}={found[name]} and {name}={unit.strip()}"
            raise UnknownOption(f"--units names {name} twice", expected="each column once", found=twice)
        found[name] = unit.strip()
    return found


def _require_known(record: Record, names: list[str]) -> None:
    there = {name for dataset in record.datasets.values() for name in dataset.names}
    for name in names:
        if name not in there:
            raise UnknownColumn(
                f"no dataset has a column {name!r}",
                found=", ".join(sorted(there)),
                hint=nearest(name, sorted(there)),
            )


def _has(dataset: Dataset, names: list[str]) -> bool:
    return not names or any(name in dataset.names for name in names)


def _select(dataset: Dataset, names: list[str]) -> Dataset:
    """Keep the named columns in the order asked for; a bit field brings its packed column."""
    if not names:
        return dataset
    holders = {bits.name: column.name for column, bits in dataset.bit_fields()}
    kept = dict.fromkeys(holders.get(name, name) for name in names if name in dataset.names)
    return replace(dataset, columns={name: dataset.columns[name] for name in kept}, omitted=())


def _in_units(dataset: Dataset, units: Mapping[str, str], record: Record) -> Dataset:
    columns = {}
    for name, column in dataset.columns.items():
        new = _converted(dataset, column, units[name], record) if name in units else column
        columns[new.name] = new
    return replace(dataset, columns=columns)


def _converted(dataset: Dataset, column: Column, unit: str, record: Record) -> Column:
    symbol = parse_unit(unit).symbol
    try:
        return replace(column, values=dataset.to(column.name, symbol), unit=symbol, source_dtype="")
    except UnitMismatch:
        if column.quantity != "current" or not symbol.endswith(("/cm^2", "/m^2", "/um^2", "/mm^2")):
            raise
    area = record.metadata.value("cell.area", "cm^2")
    if area is None:
        raise UnknownOption(
            f"a current in {symbol} needs the area",
            expected="cell.area in the metadata",
            found="no area is stated",
            hint='--set cell.area="0.785 cm^2"',
        )
    density = replace(
        column,
        name="current_density",
        quantity="current_density",
        values=dataset.to(column.name, "mA") / area,
        unit="mA/cm^2",
        origin="derived",
        source_dtype="",
        attrs={**column.attrs, "recipe": f"{column.name} / cell.area, {area:g} cm^2"},
    )
    held = Dataset(dataset.kind, {density.name: density})
    return replace(density, values=held.to(density.name, symbol), unit=symbol)
