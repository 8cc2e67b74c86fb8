"""The layout of a record: which columns it has, and where each of them lies.

A record is packed, in id order; all flag ids share one byte at the place of the first of them.
``rows x record size = length - start`` is the check that every sound file passes, and what tells
the size of an unknown column.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from echub_eclab.columns import FLAGS, column_ids

LARGEST_VALUE = 16
"""Bytes that an unknown column may take for each row: twice the largest type seen."""


class DataHeader(NamedTuple):
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


class Field(NamedTuple):
    """One field of a record: its column id (None: raw bytes of unknown ids), type and place."""

    id: int | None
    type: str
    offset: int


class RecordLayout(NamedTuple):
    """The fields of a record, its size, and the ids whose bytes, if they have any, stay raw."""

    fields: tuple[Field, ...]
    size: int
    raw: tuple[int, ...] = ()

    @property
    def dtype(self) -> np.dtype[np.void]:
        """Return the NumPy type of one record; fields are named by their position."""
        return np.dtype(
            {
                "names": [str(i) for i in range(len(self.fields))],
                "formats": [field.type for field in self.fields],
                "offsets": [field.offset for field in self.fields],
                "itemsize": self.size,
            }
        )


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
    fields, size = place([i for i in header.ids if i not in open_ids], 0)
    if not open_ids:
        return RecordLayout(tuple(fields), size)
    if not header.points:  # no row tells the size, and none needs it
        return _with_raw_run(header.ids, open_ids, size + len(open_ids))
    if header.stated % header.points:
        return None
    return _with_raw_run(header.ids, open_ids, header.stated // header.points)


def place(ids: Sequence[int], offset: int, *, flags_seen: bool = False) -> tuple[list[Field], int]:
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
    run = [i for i in ids[first:last] if i not in open_ids]
    head, begin = place(ids[:first], 0)
    _, least = place([*ids[:first], *run], 0)
    flags_seen = any(i in FLAGS for i in ids[:last])
    tail, length = place(ids[last:], 0, flags_seen=flags_seen)
    end = size - length
    width = end - begin
    # Where flags stand, an unknown id may be a further bit of their byte; elsewhere one has bytes of its own.
    if end < least + (not flags_seen) or width > LARGEST_VALUE * (last - first):
        return None
    moved = [Field(f.id, f.type, f.offset + end) for f in tail]
    if not width:
        return RecordLayout((*head, *moved), size, ids[first:last])
    whole = last - first == 1 and width in (1, 2, 4, 8)
    types = [(f"<u{width}", begin)] if whole else [("|u1", begin + n) for n in range(width)]
    raw = [Field(None, dtype, at) for dtype, at in types]
    return RecordLayout((*head, *raw, *moved), size, ids[first:last])
