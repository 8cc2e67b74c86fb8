"""The `.mpr` container: a magic, then modules, walked by their stated lengths.

A comment may contain the word MODULE, so the file is never searched for it. The header version
is decided for each module: one real file mixes both.
"""

from __future__ import annotations

import re
from typing import BinaryIO, NamedTuple

import numpy as np

from echub.plugin import ReadError, Source
from echub.text import argument
from echub_eclab import MAGIC

FIRST_MODULE = 52
"""Bytes before the first module: the magic text, blanks up to byte 48, four zero bytes."""
MOST_MODULES = 256
"""Real files hold two to five; more than this is not a list of modules."""
WORD = b"MODULE"
_V2_MARK = b"\xff\xff\xff\xff"
_DATE = re.compile(rb"\d\d[/.-]\d\d[/.-]\d\d")
_V1 = np.dtype([("short", "S10"), ("long", "S25"), ("length", "<u4"), ("version", "<u4"), ("date", "S8")])
_V2 = np.dtype(
    [
        ("short", "S10"),
        ("long", "S25"),
        ("max_length", "<u4"),
        ("length", "<u4"),
        ("old_version", "<u4"),
        ("version", "<u4"),
        ("date", "S8"),
    ]
)


class Module(NamedTuple):
    """One module: its names, where its data lie, and how many bytes of them the file holds.

    `header` is 1 or 2; `offset` is that of the data; `held < length` in a truncated file.
    """

    short: str
    long: str
    header: int
    version: int
    date: str
    offset: int
    length: int
    held: int

    @property
    def end(self) -> int:
        """Return the offset after the data, as stated."""
        return self.offset + self.length


class Container(NamedTuple):
    """All modules, and what follows the last one that could be walked to.

    `damage` says in words why the walk ended early (empty: it did not), at `stopped`.
    """

    modules: tuple[Module, ...]
    stopped: int
    damage: str

    def first(self, short: str) -> Module | None:
        """Return the first module of a short name."""
        return next((m for m in self.modules if m.short == short), None)


def walk(source: Source) -> Container:
    """Walk the modules by length, to the end or to where the file is damaged.

    Raises `ReadError` where not even the first module can be found.
    """
    with source.open() as file:
        _require_magic(file, source)
    container = _walk_on(source, (), FIRST_MODULE)
    if not container.modules:
        raise ReadError(
            "the file contains no module",
            path=source.shown,
            where=f"offset {min(FIRST_MODULE, source.size)}",
            expected="MODULE and a module header",
            found=container.damage or "the end of the file",
            cause="the file was truncated or overwritten; copy it again from the instrument's computer",
        )
    return container


def resume(source: Source, container: Container, module: Module, end: int) -> Container:
    """Walk on from where the data of a module end in truth, after one that states a wrong length."""
    kept = container.modules[: container.modules.index(module) + 1]
    return _walk_on(source, kept, end)


def is_boundary(source: Source, offset: int) -> bool:
    """Return whether a module can end here: the next one begins, or the file ends."""
    return offset == source.size or source.read(offset, len(WORD)) == WORD


def _walk_on(source: Source, known: tuple[Module, ...], offset: int) -> Container:
    modules, damage = list(known), ""
    with source.open() as file:
        while offset < source.size:
            full = len(modules) == MOST_MODULES
            found = f"more than {MOST_MODULES} modules" if full else _module(file, offset, source.size)
            if isinstance(found, str):
                damage = found
                break
            modules.append(found)
            if found.held < found.length:
                damage = f"the file ends inside the module {found.short}"
            offset = min(found.end, source.size)
    return Container(tuple(modules), offset, damage)


def _require_magic(file: BinaryIO, source: Source) -> None:
    magic = file.read(len(MAGIC))
    if magic != MAGIC:
        raise ReadError(
            "this is not an EC-Lab raw data file",
            path=source.shown,
            where="offset 0",
            expected=repr(MAGIC),
            found=repr(magic),
            hint=f"echub detect {argument(source.name)}",
        )


def _module(file: BinaryIO, offset: int, size: int) -> Module | str:
    """Read one module header, or say what is wrong with it."""
    file.seek(offset)
    head = file.read(len(WORD) + _V2.itemsize)
    if head.startswith(MAGIC):
        return f"a second file begins at offset {offset}: two were joined, and only the first is read"
    if not head.startswith(WORD):
        return f"no module begins at offset {offset}: found {head[:8]!r}"
    head = head[len(WORD) :]
    layout, version = (_V2, 2) if _is_v2(head) else (_V1, 1)
    if len(head) < layout.itemsize:
        return "the file ends inside a module header"
    fields = np.frombuffer(head, layout, 1)[0]
    start = offset + len(WORD) + layout.itemsize
    length = int(fields["length"])
    return Module(
        short=_text(fields["short"]),
        long=_text(fields["long"]),
        header=version,
        version=int(fields["version"]),
        date=_text(fields["date"]),
        offset=start,
        length=length,
        held=max(0, min(length, size - start)),
    )


def _is_v2(head: bytes) -> bool:
    """Tell a v2 header by its mark; a v1 header whose length is the same 2^32 - 1 by its date."""
    has_v1_date = _DATE.match(head, 43) is not None and _DATE.match(head, 51) is None
    return head[35:39] == _V2_MARK and not has_v1_date


def _text(raw: bytes) -> str:
    return bytes(raw).decode("cp1252", "replace").strip("\0 ")
