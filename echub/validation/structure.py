"""Level 0: what can be said of a record without its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import get_args

from echub.errors import EchubError, UnknownUnit
from echub.model import units
from echub.model.build import ROWS
from echub.model.column import Column, Origin
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Record
from echub.model.vocabulary import Kind, Quantity, kinds, quantities
from echub.validation.group import Group
from echub.validation.problem import Finding

_ORIGINS = get_args(Origin)
_PLAIN_CONTEXT = {"cell.reference"}
"""Metadata that a quantity needs but nearly no file states; asking each time would be noise."""


def check_dataset(dataset: Dataset, group: Group) -> Iterator[Finding]:
    """Check kind, columns, units, types, signs and origins."""
    known = kinds().get(dataset.kind)
    if known is None:
        yield Finding("ECH105", f"the kind {dataset.kind!r} is not known", found=dataset.kind)
    else:
        yield from _required(dataset, known, group)
    if "row" not in dataset.columns and any(column.axes == ROWS for column in dataset.columns.values()):
        yield Finding("ECH115", "there is no column `row`", found=", ".join(dataset.columns))
    for column in dataset.columns.values():
        yield from _column(column)


def check_metadata(record: Record, group: Group) -> Iterator[Finding]:
    """Check metadata against their schema and the group's."""
    yield from _valid_entries(record.metadata)
    for path in group.required_metadata:
        if path not in record.metadata:
            yield Finding("ECH111", f"{path} is not there", path, expected=f"required by {group.name}")
    for path, limits in group.metadata_ranges.items():
        value = record.metadata.value(path)
        too_low = value is not None and limits.low is not None and value < limits.low
        if too_low or (value is not None and limits.high is not None and value > limits.high):
            yield Finding(
                "ECH116",
                f"{path} is {value:g} {limits.unit or ''}".rstrip(),
                path,
                expected=f"{limits} by {group.name}",
                found=f"{value:g}",
            )
    yield from _context(record)


def check_name(name: str, group: Group) -> Iterator[Finding]:
    """Check the name of a file against the group's rule."""
    if group.file_name and not re.fullmatch(group.file_name, name):
        wanted = group.file_example or group.file_name
        yield Finding(
            "ECH112", f"the name {name!r} does not fit", expected=f"{wanted} by {group.name}", found=name
        )


def _required(dataset: Dataset, known: Kind, group: Group) -> Iterator[Finding]:
    present = dataset.quantities
    for lack in known.missing(present):
        yield Finding(
            "ECH104", f"there is no {lack}", expected=lack, found=", ".join(sorted(present)) or "no quantity"
        )
    for name in group.columns.get(dataset.kind, ()):
        if name not in present:
            yield Finding("ECH104", f"there is no {name}", expected=f"{name}, required by {group.name}")


def _column(column: Column) -> Iterator[Finding]:
    if column.origin not in _ORIGINS:
        yield Finding(
            "ECH114",
            f"the origin of {column.name} is {column.origin!r}",
            column.name,
            expected=", ".join(_ORIGINS),
            found=column.origin,
        )
    if column.quantity is None:
        return
    known = quantities().get(column.quantity)
    if known is None:
        yield Finding(
            "ECH106", f"the quantity {column.quantity!r} is not known", column.name, found=column.quantity
        )
        return
    for check in _COLUMN_CHECKS:
        yield from check(column, known)


def _unit(column: Column, known: Quantity) -> Iterator[Finding]:
    if known.unit is None or column.unit == known.unit or (column.unit is None and known.unit == "1"):
        return
    given = column.unit or "no unit"
    found = partial(Finding, column=column.name)
    try:
        have = units.unit(given if column.unit else "")
    except UnknownUnit:
        yield found("ECH102", f"{column.name} is in the unknown unit {given!r}", expected=known.unit, found=given)
        return
    want = units.parse_unit(known.unit)
    if have.dimension != want.dimension:
        message = f"{column.name} is in {have}, which is no unit of {known.name}"
        both = [f"{each} ({each.dimension})" for each in (want, have)]
        yield found("ECH101", message, expected=both[0], found=both[1])
    else:
        yield found("ECH103", f"{column.name} is in {have}, not in {want}", expected=str(want), found=str(have))


def _type(column: Column, known: Quantity) -> Iterator[Finding]:
    kind = column.values.dtype.kind
    if known.type == "text" and not column.labels and column.values.size:
        yield Finding("ECH107", f"{column.name} is text without a table of labels", column.name, found=str(kind))
    elif kind not in "iuf":
        found = str(column.values.dtype)
        yield Finding("ECH107", f"{column.name} is no column of numbers", column.name, found=found)


def _sign(column: Column, known: Quantity) -> Iterator[Finding]:
    if column.sign != known.sign:
        yield Finding(
            "ECH109",
            f"the sign convention of {column.name} is {column.sign or 'not stated'}",
            column.name,
            expected=known.sign or "none",
            found=column.sign or "none",
        )


_COLUMN_CHECKS: tuple[Callable[[Column, Quantity], Iterator[Finding]], ...] = (_unit, _type, _sign)


def _valid_entries(metadata: Metadata) -> Iterator[Finding]:
    for entry in metadata.entries:
        try:
            Metadata().set(entry.path, entry.value, entry.unit)
        except EchubError as error:
            yield Finding(
                "ECH110",
                f"{error.message} ({entry.source})",
                entry.path,
                expected=error.expected or "",
                found=f"{entry.value} {entry.unit or ''}".rstrip(),
            )


def _context(record: Record) -> Iterator[Finding]:
    for dataset in record.datasets.values():
        for name in sorted(dataset.quantities & set(quantities())):
            for path in (quantities()[name].needs or "").split(", "):
                if path and path not in _PLAIN_CONTEXT and path not in record.metadata:
                    yield Finding("ECH113", f"{name} needs {path}", name, expected=path)
