"""The header of a data module, in all its versions: how many rows, which column ids, where records begin.

A version that is not listed is read like the listed one that its own numbers prove.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from echub.plugin import ReadError, Source
from echub.text import several
from echub_eclab.columns import column_ids
from echub_eclab.container import Module, is_boundary
from echub_eclab.layout import DataHeader, place


class HeaderLayout(NamedTuple):
    """Where the numbers of a data header lie: types of the column count and ids, first record."""

    counter: str
    ids_at: int
    id_type: str
    start: int

    @property
    def room(self) -> int:
        """Return how many ids there is room for."""
        return (self.start - self.ids_at) // np.dtype(self.id_type).itemsize

    def counted(self, raw: bytes) -> int:
        """Return how many columns a header claims to have."""
        return int(np.frombuffer(raw, self.counter, 1, 4)[0])


HEADERS: dict[tuple[int, int], HeaderLayout] = {
    (1, 0): HeaderLayout("<u1", 5, "<u1", 100),
    (1, 2): HeaderLayout("<u1", 5, "<u2", 405),
    (1, 3): HeaderLayout("<u1", 5, "<u2", 406),
    (2, 11): HeaderLayout("<u2", 6, "<u2", 1007),
}
"""Data headers by (header, module version)."""

UNVERIFIED = ((1, 0),)
"""Versions that no real file has confirmed."""


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


def reaching(source: Source, module: Module) -> Module:
    """Return a data module, with the rest of the file if it states less than its header and nothing begins there.

    So is that of a run which was still going: its length had not been written yet.
    """
    layout = HEADERS.get((module.header, module.version))
    cut = module.held < module.length
    if layout is None or cut or module.length >= layout.start or is_boundary(source, module.end):
        return module
    raw = source.read(module.offset, layout.start)
    named = len(raw) == layout.start and 0 < layout.counted(raw) <= layout.room
    return module._replace(held=source.size - module.offset) if named else module


def is_empty(source: Source, module: Module) -> bool:
    """Return whether a whole data module names no column and counts no row: its technique recorded nothing."""
    if module.held < module.length:
        return False
    layout = HEADERS.get((module.header, module.version))
    blank = layout is not None and module.length == layout.start
    # The last byte of a header is 1 in the newer versions.
    return not (module.length or module.held) or (blank and not any(source.read(module.offset, module.length - 1)))


def _miscounted(source: Source, module: Module, count: int, expected: str) -> ReadError:
    return ReadError(
        f"the data header names {several(count, 'column')}",
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
                return parsed._replace(assumed=f"v{header}/{version}")
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
    """Return whether every id is known and the rows of these columns fill the module."""
    known = all(i in column_ids() for i in header.ids)
    return known and place(header.ids, 0)[1] * header.points == header.stated


def _too_short(source: Source, module: Module, layout: HeaderLayout) -> ReadError:
    cut = module.held < module.length
    return ReadError(
        "the file ends before its first record" if cut else "the data module has no room for its header",
        path=source.shown,
        where=f"offset {module.offset + module.held}",
        expected=f"records from offset {module.offset + layout.start}",
        found=f"{several(module.held, 'byte')} of data",
        cause="the file was truncated while it was copied or recorded" if cut else "the file is damaged",
    )
