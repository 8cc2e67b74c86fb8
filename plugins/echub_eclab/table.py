"""The data module as a table: header, record layout and extent, then its columns with their meaning."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from numpy.typing import NDArray

from echub.plugin import Deferred, Notice, ReadError, Source, SourceColumn, unread
from echub.text import several
from echub_eclab.columns import (
    ANALOG_INPUTS,
    FLAGS,
    LOOP_END,
    column_ids,
    current_range_labels,
    meaning_of,
    meaning_of_input,
)
from echub_eclab.container import Module
from echub_eclab.decode import TIME, Extent, extent, is_clock, misfit, without_zero_tail
from echub_eclab.header import UNVERIFIED, read_header
from echub_eclab.layout import DataHeader, Field, RecordLayout, record_layout
from echub_eclab.records import Records

Values = NDArray[Any] | Deferred
WORKING_POTENTIAL, CURRENT_RANGE = 6, 39
"""Column ids."""


class BinaryTable(NamedTuple):
    """A data module whose records are located: where they lie, how they are laid out, how many."""

    module: Module
    header: DataHeader
    layout: RecordLayout
    extent: Extent


class PrintedNames(NamedTuple):
    """What the settings say of the names of columns.

    `inputs`: the headers of analog inputs, by column id; `cell_voltage`: id 6 is the cell's
    voltage, printed as Ecell.
    """

    inputs: Mapping[int, str] = MappingProxyType({})
    cell_voltage: bool = False


def locate(source: Source, module: Module) -> BinaryTable:
    """Find the records of a data module; `ReadError` where its header contradicts itself."""
    header = read_header(source, module)
    layout = record_layout(header)
    if layout is None:
        raise _unknown_size(source, module, header)
    held = extent(source, module, header, layout)
    return BinaryTable(module, header, layout, without_zero_tail(source, header, layout, held))


def _unknown_size(source: Source, module: Module, header: DataHeader) -> ReadError:
    unknown = ", ".join(str(i) for i in header.ids if i not in column_ids())
    return ReadError(
        f"unknown column ids {unknown}, and the data do not tell their size",
        path=source.shown,
        where=f"offset {module.offset}",
        expected=f"{several(header.points, 'row')} in {several(header.stated, 'byte')}",
        found=several(header.held, "byte"),
        cause="a truncated or damaged file of an EC-Lab newer than those known here",
        hint="export the file as text (.mpt) in EC-Lab",
    )


def notices(table: BinaryTable) -> list[Notice]:
    """Say what the user has to know about how the table was read."""
    header, found = table.header, list(table.extent.notices)
    version = f"v{table.module.header}/{table.module.version}"
    if (table.module.header, table.module.version) in UNVERIFIED:
        text = f"no real file has confirmed how data of the version {version} are read; their sizes fit"
        found.append(Notice("unverified-version", text))
    if header.assumed:
        text = f"data of the unknown version {version} were read as {header.assumed}, which their sizes prove"
        found.append(Notice("assumed-version", text))
    if repeated := sorted({i for i in header.ids if header.ids.count(i) > 1}):
        text = f"the column ids {repeated} stand twice in the header; all are kept"
        found.append(Notice("repeated-column", text))
    if raw := table.layout.raw:
        ids = ", ".join(map(str, raw))
        bits = all(field.id is not None for field in table.layout.fields)
        kept = "they have no bytes but bits of the flags" if bits else "their bytes are kept raw"
        text = f"the column ids {ids} include unknown ones: {kept}, their meaning is open"
        found.append(Notice("unknown-column", text))
    return found


def read_columns(source: Source, table: BinaryTable, names: PrintedNames) -> list[SourceColumn]:
    """Return the records as source columns, in file order; large ones are read when they are used.

    Raises `ReadError` where the number or size of the rows is in doubt and the times are not times.
    """
    fields, dtype = table.layout.fields, table.layout.dtype
    clock = next((name for f, name in zip(fields, dtype.names or (), strict=True) if f.id == TIME), "")
    arrays = Records(source, table.header.start, dtype, table.extent.rows, clock).columns()
    if _is_misread(table, next((v for f, v in zip(fields, arrays, strict=True) if f.id == TIME), None)):
        raise misfit(source, table.header, table.layout.size)
    return [
        _column(place, index, table, values, names)
        for index, (place, values) in enumerate(zip(fields, arrays, strict=True))
    ]


def _is_misread(table: BinaryTable, clock: Values | None) -> bool:
    """Look at the clock where the file contradicts itself, or where an unknown id fits any size."""
    if clock is None:
        return table.extent.doubtful
    if not table.extent.doubtful and not table.layout.raw:
        return False
    return not is_clock(clock.load() if isinstance(clock, Deferred) else clock)


def _column(place: Field, index: int, table: BinaryTable, values: Values, names: PrintedNames) -> SourceColumn:
    if place.id is None:
        return _raw(place, index, table.layout, values)
    if place.id in FLAGS:
        return _flags(table.header, values, index)
    known = column_ids()[place.id]
    printed = _printed(place.id, known.header, names)
    meaning = meaning_of_input(printed) if place.id in ANALOG_INPUTS else meaning_of(printed)
    return meaning.column(
        printed,
        unread(values),
        index,
        labels=current_range_labels(values) if place.id == CURRENT_RANGE else {},
        attrs={"source_id": str(place.id)} | ({} if known.pairs else {"name_confirmed": "no"}),
    )


def _raw(place: Field, index: int, layout: RecordLayout, values: Values) -> SourceColumn:
    """Name bytes without a meaning by the ids they belong to, and by their place among them."""
    ids = " ".join(map(str, layout.raw))
    parts = [f for f in layout.fields if f.id is None]
    part = f" byte {place.offset - parts[0].offset}" if len(parts) > 1 else ""
    attrs = {"source_id": ids}
    return SourceColumn(f"unknown id {ids}{part}", unread(values), origin="reported", index=index, attrs=attrs)


def _flags(header: DataHeader, values: Values, index: int) -> SourceColumn:
    """Describe the shared status byte by the flag ids that the header names."""
    ids = [i for i in dict.fromkeys(header.ids) if i in FLAGS]
    bits = (*(FLAGS[i] for i in ids), LOOP_END)
    attrs = {"source_id": " ".join(map(str, ids))}
    return SourceColumn("flags", unread(values), "flags", origin="reported", index=index, bits=bits, attrs=attrs)


def _printed(column: int, header: str, names: PrintedNames) -> str:
    """Return the header as EC-Lab would print it for this file."""
    if column == WORKING_POTENTIAL and names.cell_voltage:
        return "Ecell/V"
    return names.inputs.get(column) or header
