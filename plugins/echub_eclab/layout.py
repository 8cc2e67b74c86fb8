"""The header of a data module: which columns a record has, and where each of them lies.

A record is packed, in id order; all flag ids share one byte at the place of the first of them.
``rows x record size = length - start`` is the check that every sound file passes, and what tells
the size of an unknown column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub.plugin import ReadError, Source
from echub_eclab.columns import column_ids
from echub_eclab.container import Module

LARGEST_ROW = 4096
"""More bytes per row than any technique records; beyond it a header is damaged."""


@dataclass(frozen=True, slots=True)
class HeaderLayout:
    """Where the numbers of a data header lie: types of the column count and ids, first record."""

    count: str
    ids_at: int
    id_type: str
    start: int


HEADERS: dict[tuple[int, int], HeaderLayout] = {
    (1, 0): HeaderLayout("<u1", 5, "<u1", 100),
    (1, 2): HeaderLayout("<u1", 5, "<u2", 405),
    (1, 3): HeaderLayout("<u1", 5, "<u2", 406),
    (2, 11): HeaderLayout("<u2", 6, "<u2", 1007),
}
"""Data headers by (header, module version)."""


@dataclass(frozen=True, slots=True)
class DataHeader:
    """What a data header says: rows, column ids, and where the records lie in the file."""

    points: int
    ids: tuple[int, ...]
    start: int
    held: int
    stated: int


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record: its column id (None: raw bytes of unknown ids), type and place."""

    id: int | None
    type: str
    offset: int


@dataclass(frozen=True, slots=True)
class RecordLayout:
    """The fields of a record, its size, and the ids whose bytes stay raw."""

    fields: tuple[Field, ...]
    size: int
    raw: tuple[int, ...] = ()

    @property
    def dtype(self) -> np.dtype[np.void]:
        """Give the NumPy type of one record; fields are named by their position."""
        return np.dtype(
            {
                "names": [str(i) for i in range(len(self.fields))],
                "formats": [field.type for field in self.fields],
                "offsets": [field.offset for field in self.fields],
                "itemsize": self.size,
            }
        )


def read_header(source: Source, module: Module) -> DataHeader:
    """Read a data header; `ReadError` for an unknown version or a header cut short."""
    layout = HEADERS.get((module.header, module.version))
    if layout is None:
        known = ", ".join(f"v{h}/{v}" for h, v in HEADERS)
        raise ReadError(
            f"data of the unknown version v{module.header}/{module.version}",
            path=source.shown,
            where=f"offset {module.offset}",
            expected=f"one of {known}",
            found=f"v{module.header}/{module.version}",
            cause="an EC-Lab newer than those known here, or a damaged header",
            hint="export the file as text (.mpt) in EC-Lab",
        )
    if module.held < layout.start:
        raise ReadError(
            "the file ends before its first record",
            path=source.shown,
            where=f"offset {module.offset + module.held}",
            expected=f"records from offset {module.offset + layout.start}",
            found=f"{module.held} bytes of data",
            cause="the file was truncated while it was copied or recorded",
        )
    raw = source.read(module.offset, layout.start)
    points = int(np.frombuffer(raw, "<u4", 1)[0])
    count = int(np.frombuffer(raw, layout.count, 1, 4)[0])
    room = (layout.start - layout.ids_at) // np.dtype(layout.id_type).itemsize
    if not 0 < count <= room:
        raise ReadError(
            f"the data header names {count} columns",
            path=source.shown,
            where=f"offset {module.offset + 4}",
            expected=f"1 to {room}",
            found=str(count),
            cause="the file is damaged",
        )
    ids = np.frombuffer(raw, layout.id_type, count, layout.ids_at)
    return DataHeader(
        points,
        tuple(int(i) for i in ids),
        module.offset + layout.start,
        module.held - layout.start,
        module.length - layout.start,
    )


def record_layout(header: DataHeader) -> RecordLayout | None:
    """Lay out a record, or give None where unknown ids leave its size open.

    With one unknown id its size follows from the size of all records; with several, only their
    sum does: then everything from the first of them to the last stays one run of raw bytes.
    """
    known = column_ids()
    if all(i in known for i in header.ids):
        fields, size = _place(header.ids, 0)
        return RecordLayout(tuple(fields), size)
    if not header.points or header.stated % header.points:
        return None
    return _with_raw_run(header.ids, header.stated // header.points)


def _place(ids: tuple[int, ...], offset: int, *, flags_seen: bool = False) -> tuple[list[Field], int]:
    """Lay known ids out one after another from an offset; give the fields and the end."""
    fields = []
    for i in ids:
        kind = column_ids()[i].type
        if kind == "flag" and flags_seen:
            continue
        flags_seen |= kind == "flag"
        dtype = "|u1" if kind in ("flag", "u1") else f"<{kind}"
        fields.append(Field(i, dtype, offset))
        offset += np.dtype(dtype).itemsize
    return fields, offset


def _with_raw_run(ids: tuple[int, ...], size: int) -> RecordLayout | None:
    known = column_ids()
    places = [n for n, i in enumerate(ids) if i not in known]
    first, last = places[0], places[-1] + 1
    flags_seen = any(known[i].type == "flag" for i in ids[:first])
    head, begin = _place(ids[:first], 0)
    tail, length = _place(ids[last:], 0, flags_seen=flags_seen)
    end = size - length
    if not begin < end <= LARGEST_ROW:
        return None
    width = end - begin
    whole = last - first == 1 and width in (1, 2, 4, 8)
    types = [(f"<u{width}", begin)] if whole else [("|u1", begin + n) for n in range(width)]
    run = [Field(None, dtype, at) for dtype, at in types]
    moved = [Field(f.id, f.type, f.offset + end) for f in tail]
    return RecordLayout((*head, *run, *moved), size, ids[first:last])
