"""Tables of single values at fixed offsets (Set, LOG, ExtDev), and the loop that reads them."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import numpy as np

_GAP = 16
"""So many zeros, or more, end a run of bytes."""


class At(NamedTuple):
    """One value: its name, offset and type (a `struct` letter, or `pascal` for a counted text)."""

    name: str
    offset: int
    type: str


def decode(data: bytes, table: tuple[At, ...], shift: int = 0) -> dict[str, Any]:
    """Read every value of a table that lies within the data; the others are left out."""
    values = {}
    for at in table:
        reader = _pascal if at.type == "pascal" else _number
        value = reader(data, at.offset + shift, at.type)
        if value is not None:
            values[at.name] = value
    return values


def _number(data: bytes, offset: int, letter: str) -> int | float | None:
    layout = struct.Struct(f"<{letter}")
    if offset + layout.size > len(data):
        return None
    value: int | float = layout.unpack_from(data, offset)[0]
    return value


def _pascal(data: bytes, offset: int, _type: str) -> str | None:
    """Read a text of at most 255 bytes behind its length."""
    if offset >= len(data):
        return None
    end = offset + 1 + data[offset]
    return text(data[offset + 1 : end]) if end <= len(data) else None


def text(raw: bytes) -> str:
    """Decode the text of EC-Lab: cp1252, where NUL and the five bytes without a meaning stay visible."""
    return raw.decode("cp1252", "backslashreplace").rstrip("\0").replace("\0", "\\x00")


def verbatim(data: bytes) -> dict[str, str]:
    """Return all bytes that are not zero, as hexadecimal runs by offset: what no table names is kept too."""
    places = np.flatnonzero(np.frombuffer(data, np.uint8))
    if not len(places):
        return {}
    ends = np.flatnonzero(np.diff(places) > _GAP)
    first, last = places[[0, *(ends + 1)]], places[[*ends, -1]]
    return {f"0x{a:04x}": data[a : b + 1].hex() for a, b in zip(first.tolist(), last.tolist(), strict=True)}
