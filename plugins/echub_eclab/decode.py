"""Records to columns: how many whole records the file holds, and their fields as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Dropped, Notice, ReadError, Source
from echub_eclab.container import Module
from echub_eclab.layout import DataHeader, RecordLayout

CHUNK = 1 << 19
"""Bytes read at once: small enough for the processor's cache (at 4 MiB it takes half as long again)."""


@dataclass(frozen=True)
class Extent:
    """How many records are read, and what the user has to know about that number."""

    rows: int
    notices: tuple[Notice, ...] = ()
    dropped: tuple[Dropped, ...] = ()


def extent(source: Source, module: Module, header: DataHeader, layout: RecordLayout) -> Extent:
    """Decide how many records to read.

    A sound file states the number twice, as points and by its length. Where the two disagree the
    whole records that are there are read, with a notice; where neither fits, `ReadError`.
    """
    held, size = header.held, layout.size
    if header.points * size == header.stated == held:
        return Extent(header.points)
    whole = held // size
    if held < header.stated:
        return _cut_short(source, module, header, min(whole, header.points), size)
    if held % size == 0:
        text = f"the header counts {header.points} rows, the data hold {whole}; all {whole} were read"
        return Extent(whole, (Notice("row-count", text),))
    raise ReadError(
        "the size of the records does not fit the size of the data",
        path=source.shown,
        where=f"offset {header.start}",
        expected=f"{header.points} rows of {size} bytes, {header.points * size} in all",
        found=f"{held} bytes",
        cause="a damaged header, or a column of another size than known here",
        hint="export the file as text (.mpt) in EC-Lab",
    )


def _cut_short(source: Source, module: Module, header: DataHeader, rows: int, size: int) -> Extent:
    """Keep the whole records of a file that ends, or whose stated length is wrong."""
    after = header.start + header.points * size
    if header.points * size <= header.held and source.read(after, 6) in (b"", b"MODULE"):
        text = f"the module {module.short} states {module.length} bytes, more than the file holds"
        return Extent(header.points, (Notice("module-length", text),))
    text = f"the file ends at offset {source.size}, inside its data: {rows} of {header.points} rows were recovered"
    rest = header.held - rows * size
    lost = Dropped(f"{rest} bytes of the incomplete row {rows}", "the file ends inside it")
    return Extent(rows, (Notice("truncated", text),), (lost,) if rest else ())


def read_fields(source: Source, header: DataHeader, layout: RecordLayout, rows: int) -> list[NDArray[Any]]:
    """Read records into one contiguous array per field, in bounded memory."""
    dtype = layout.dtype
    names = dtype.names or ()
    columns = [np.empty(rows, dtype[name]) for name in names]
    step = max(1, CHUNK // layout.size)
    buffer = bytearray(min(step, rows) * layout.size)
    with source.open() as file:
        file.seek(header.start)
        for first in range(0, rows, step):
            count = min(step, rows - first)
            view = memoryview(buffer)[: count * layout.size]
            if file.readinto(view) != len(view):  # type: ignore[attr-defined]
                raise ReadError("the file shrank while it was read", path=source.shown)
            records = np.frombuffer(view, dtype)
            for column, name in zip(columns, names, strict=True):
                column[first : first + count] = records[name]
    return columns
