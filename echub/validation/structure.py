"""Level 0: checks of a record that do not need its values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import get_args

from echub.errors import EchubError, UnknownUnit
from echub.model import units
from echub.model.build import ROWS
from echub.model.column import Column, Origin
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Record
from echub.model.vocabulary import Kind, Quantity, kinds, quantities
from echub.remark import Remark
from echub.validation import patterns
from echub.validation.group import Group

_ORIGINS = get_args(Origin)
_PLAIN_CONTEXT = {"cell.reference"}
"""Metadata that a quantity needs but hardly any file states; a warning each time would be noise."""


def check_dataset(dataset: Dataset, group: Group) -> Iterator[Remark]:
    """Check kind, columns, units, types, signs and origins."""
    known = kinds().get(dataset.kind)
    if known is None:
        yield Remark("unknown-kind", f"the kind {dataset.kind!r} is not known", found=dataset.kind)
    else:
        yield from _required(dataset, known, group)
    if "row" not in dataset.columns and any(column.axes == ROWS for column in dataset.columns.values()):
        yield Remark("no-source-rows", "there is no column `row`", found=", ".join(dataset.columns))
    for column in dataset.columns.values():
        yield from _column(column)


def check_metadata(record: Record, group: Group) -> Iterator[Remark]:
    """Check metadata against the core schema and the group's."""
    yield from _valid_entries(record.metadata)
    for path in group.required_metadata:
        if path not in record.metadata:
            yield Remark(
                "missing-metadata", f"{path} is not there", column=path, expected=f"required by {group.name}"
            )
    for path, limits in group.metadata_ranges.items():
        value = record.metadata.value(path)
        if value is not None and not limits.holds(value):
            found = f"{value:g}" if isinstance(value, (int, float)) else str(value)
            yield Remark(
                "metadata-out-of-range",
                f"{path} is {found} {limits.unit or ''}".rstrip(),
                column=path,
                expected=f"{limits} by {group.name}",
                found=found,
            )
    yield from _context(record)


def check_name(name: str, group: Group) -> Iterator[Remark]:
    """Check the name of a file against the group's rule."""
    if group.file_name and not patterns.matches(group.file_name, name):
        wanted = group.file_example or group.file_name
        yield Remark(
            "file-name", f"the name {name!r} does not fit", expected=f"{wanted} by {group.name}", found=name
        )


def _required(dataset: Dataset, known: Kind, group: Group) -> Iterator[Remark]:
    present = dataset.quantities
    for lack in known.missing(present):
        yield Remark(
            "missing-column",
            f"there is no {lack}",
            expected=lack,
            found=", ".join(sorted(present)) or "no quantity",
        )
    for name in group.columns.get(dataset.kind, ()):
        if name not in present:
            yield Remark("missing-column", f"there is no {name}", expected=f"{name}, required by {group.name}")


def _column(column: Column) -> Iterator[Remark]:
    if column.origin not in _ORIGINS:
        yield Remark(
            "unknown-origin",
            f"the origin of {column.name} is {column.origin!r}",
            column=column.name,
            expected=", ".join(_ORIGINS),
            found=column.origin,
        )
    if column.quantity is None:
        return
    known = quantities().get(column.quantity)
    if known is None:
        yield Remark(
            "unknown-quantity",
            f"the quantity {column.quantity!r} is not known",
            column=column.name,
            found=column.quantity,
        )
        return
    for check in _COLUMN_CHECKS:
        yield from check(column, known)


def _unit(column: Column, known: Quantity) -> Iterator[Remark]:
    if known.unit is None or column.unit == known.unit or (column.unit is None and known.unit == "1"):
        return
    given = column.unit or "no unit"
    name = column.name
    try:
        have = units.unit(given if column.unit else "")
    except UnknownUnit:
        message = f"{name} is in the unknown unit {given!r}" if column.unit else f"{name} has no unit"
        yield Remark("unknown-unit", message, expected=known.unit, found=given, column=name)
        return
    want = units.parse_unit(known.unit)
    if have.dimension != want.dimension:
        message = f"{name} is in {have}, which is not a unit of {known.name}"
        both = [f"{each} ({each.dimension})" for each in (want, have)]
        yield Remark("unit-mismatch", message, expected=both[0], found=both[1], column=name)
    else:
        message = f"{name} is in {have}, not in {want}"
        yield Remark("not-canonical", message, expected=str(want), found=str(have), column=name)


def _type(column: Column, known: Quantity) -> Iterator[Remark]:
    kind = column.dtype.kind
    if known.type == "text" and not column.labels and 0 not in column.shape:
        yield Remark(
            "wrong-type", f"{column.name} is text without a table of labels", column=column.name, found=str(kind)
        )
    elif kind not in "iuf":
        found = str(column.dtype)
        yield Remark("wrong-type", f"{column.name} is not a column of numbers", column=column.name, found=found)


def _sign(column: Column, known: Quantity) -> Iterator[Remark]:
    if column.sign != known.sign:
        yield Remark(
            "sign-mismatch",
            f"the sign convention of {column.name} is {column.sign or 'not stated'}",
            column=column.name,
            expected=known.sign or "none",
            found=column.sign or "none",
        )


_COLUMN_CHECKS: tuple[Callable[[Column, Quantity], Iterator[Remark]], ...] = (_unit, _type, _sign)


def _valid_entries(metadata: Metadata) -> Iterator[Remark]:
    for entry in metadata.entries:
        try:
            Metadata().set(entry.path, entry.value, entry.unit)
        except EchubError as error:
            yield Remark(
                "invalid-metadata",
                f"{error.message} ({entry.source})",
                column=entry.path,
                expected=error.expected or "",
                found=f"{entry.value} {entry.unit or ''}".rstrip(),
            )


def _context(record: Record) -> Iterator[Remark]:
    for dataset in record.datasets.values():
        for name in sorted(dataset.quantities & set(quantities())):
            for path in (quantities()[name].needs or "").split(", "):
                if path and path not in _PLAIN_CONTEXT and path not in record.metadata:
                    yield Remark("missing-context", f"{name} needs {path}", column=name, expected=path)
