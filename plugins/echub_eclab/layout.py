"""The header of a data module: which columns a record has, and where each of them lies.

A record is packed, in id order; all flag ids share one byte at the place of the first of them.
``rows x record size = length - start`` is the check that every sound file passes, and what tells
the size of an unknown column, or that a data version not listed here is like one that is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from echub.plugin import ReadError, Source
from echub_eclab.columns import FLAGS, column_ids
from echub_eclab.container import Module

LARGEST_VALUE = 16
"""Bytes that an unknown column may take for each row: twice the largest type seen."""


@dataclass(frozen=True, slots=True)
class HeaderLayout:
    """Where the numbers of a data header lie: types of the column count and ids, first record."""

    count: str
    ids_at: int
    id_type: str
    start: int

    @property
    def room(self) -> int:
        """Give how many ids there is room for."""
        return (self.start - self.ids_at) // np.dtype(self.id_type).itemsize

    def counted(self, raw: bytes) -> int:
        """Give how many columns a header claims to have."""
        return int(np.frombuffer(raw, self.count, 1, 4)[0])


HEADERS: dict[tuple[int, int], HeaderLayout] = {
    (1, 0): HeaderLayout("<u1", 5, "<u1", 100),
    (1, 2): HeaderLayout("<u1", 5, "<u2", 405),
    (1, 3): HeaderLayout("<u1", 5, "<u2", 406),
    (2, 11): HeaderLayout("<u2", 6, "<u2", 1007),
}
"""Data headers by (header, module version)."""

UNVERIFIED = ((1, 0),)
"""Versions that no real file has confirmed."""


@dataclass(frozen=True, slots=True)
class DataHeader:
    """What a data header says: rows, column ids, and where the records lie in the file.

    `stated` and `held` are the bytes of records that the module's length promises and that the
    file holds. `rest` is what stands between ids and records: zeros in every file seen, and a
    last byte. `assumed` names the version whose layout was taken for one that is not listed.
    """

    points: int
    ids: tuple[int, ...]
    start: int
    held: int
    stated: int
    rest: bytes = b""
    assumed: str = ""


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


# -- header ----------------------------------------------------------------------------------


def read_header(source: Source, module: Module) -> DataHeader:
    """Read a data header; `ReadError` for a version that no listed layout fits, or a cut header."""
    layout = HEADERS.get((module.header, module.version))
    if layout is None:
        return _by_fit(source, module)
    if module.held < layout.start:
        raise _too_short(source, module, layout)
    raw = source.read(module.offset, layout.start)
    if not 0 < layout.counted(raw) <= layout.room:
        raise _miscounted(source, module, layout.counted(raw), f"1 to {layout.room}")
    header = _parse(raw, module, layout)
    further = header.rest[: np.dtype(layout.id_type).itemsize]
    if not _fills(header) and (0 in header.ids or any(further)):
        raise _miscounted(source, module, len(header.ids), "as many as it lists")
    return header


def _miscounted(source: Source, module: Module, count: int, expected: str) -> ReadError:
    return ReadError(
        f"the data header names {count} columns",
        path=source.shown,
        where=f"offset {module.offset + 4}",
        expected=expected,
        found=str(count),
        cause="the file is damaged",
        hint="copy the file again from the instrument's computer, or export it as text (.mpt) in EC-Lab",
    )


def _parse(raw: bytes, module: Module, layout: HeaderLayout) -> DataHeader:
    ids = np.frombuffer(raw, layout.id_type, layout.counted(raw), layout.ids_at)
    return DataHeader(
        points=int(np.frombuffer(raw, "<u4", 1)[0]),
        ids=tuple(int(i) for i in ids),
        start=module.offset + layout.start,
        held=module.held - layout.start,
        stated=module.length - layout.start,
        rest=raw[layout.ids_at + ids.nbytes :],
    )


def _by_fit(source: Source, module: Module) -> DataHeader:
    """Read a version that is not listed like the listed one that its own numbers prove."""
    for (header, version), layout in HEADERS.items():
        raw = source.read(module.offset, min(layout.start, module.held))
        if len(raw) == layout.start and 0 < layout.counted(raw) <= layout.room:
            parsed = _parse(raw, module, layout)
            if _fills(parsed) and parsed.points and not any(parsed.rest[:-1]):
                return replace(parsed, assumed=f"v{header}/{version}")
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


def _fills(header: DataHeader) -> bool:
    """Tell whether every id is known and the rows of these columns fill the module."""
    known = all(i in column_ids() for i in header.ids)
    return known and _place(header.ids, 0)[1] * header.points == header.stated


def _too_short(source: Source, module: Module, layout: HeaderLayout) -> ReadError:
    cut = module.held < module.length
    return ReadError(
        "the file ends before its first record" if cut else "the data module has no room for its header",
        path=source.shown,
        where=f"offset {module.offset + module.held}",
        expected=f"records from offset {module.offset + layout.start}",
        found=f"{module.held} bytes of data",
        cause="the file was truncated while it was copied or recorded" if cut else "the file is damaged",
    )


# -- record ----------------------------------------------------------------------------------


def record_layout(header: DataHeader) -> RecordLayout | None:
    """Lay out a record, or give None where unknown ids leave its size open.

    With one unknown id its size follows from the size of all records; with several, only their
    sum does: then everything from the first of them to the last stays one run of raw bytes. An id
    that no text export has proven counts as unknown where the sizes contradict its type.
    """
    known = column_ids()
    unknown = {i for i in header.ids if i not in known}
    unproven = {i for i in header.ids if i in known and not known[i].pairs}
    for open_ids in (unknown, unknown | unproven):
        layout = _lay_out(header, open_ids)
        if layout is not None and layout.size * header.points == header.stated:
            return layout
    return None if unknown else _lay_out(header, ())


def _lay_out(header: DataHeader, open_ids: Collection[int]) -> RecordLayout | None:
    """Lay out a record whose open ids have the size that the others leave them."""
    fields, size = _place([i for i in header.ids if i not in open_ids], 0)
    if not open_ids:
        return RecordLayout(tuple(fields), size)
    if not header.points:  # no row tells the size, and none needs it
        return _with_raw_run(header.ids, open_ids, size + len(open_ids))
    if header.stated % header.points:
        return None
    return _with_raw_run(header.ids, open_ids, header.stated // header.points)


def _place(ids: Sequence[int], offset: int, *, flags_seen: bool = False) -> tuple[list[Field], int]:
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


def _with_raw_run(ids: tuple[int, ...], open_ids: Collection[int], size: int) -> RecordLayout | None:
    places = [n for n, i in enumerate(ids) if i in open_ids]
    first, last = places[0], places[-1] + 1
    flags_seen = any(i in FLAGS for i in ids[:last])
    head, begin = _place(ids[:first], 0)
    tail, length = _place(ids[last:], 0, flags_seen=flags_seen)
    end = size - length
    width = end - begin
    if not 0 < width <= LARGEST_VALUE * (last - first):
        return None
    whole = last - first == 1 and width in (1, 2, 4, 8)
    types = [(f"<u{width}", begin)] if whole else [("|u1", begin + n) for n in range(width)]
    run = [Field(None, dtype, at) for dtype, at in types]
    moved = [Field(f.id, f.type, f.offset + end) for f in tail]
    return RecordLayout((*head, *run, *moved), size, ids[first:last])
