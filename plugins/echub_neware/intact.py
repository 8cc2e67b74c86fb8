"""Whether a library may take a record apart in this process: an archive with its checksums, or one plain block."""

from __future__ import annotations

import struct

from echub.plugin import Source, is_whole_zip
from echub_neware import NDA

_UNPACKED, _RATIO = 100_000_000, 100
"""Bytes that any archive may unpack to, and beyond these how many times its size; real ones reach 15."""
_VERSION, _BLOCK = 14, 24
"""Places of the version, and of start and length of a block in front of the rows, in the header of an .nda."""
_CHAINED = 130
"""From this version on, blocks point at each other; before, the rows are one block."""


def is_intact(source: Source) -> bool:
    """Return whether nothing in a record can lead the library astray, other than to wrong values."""
    head = source.head
    if not head.startswith(NDA):
        return is_whole_zip(source, _UNPACKED + _RATIO * source.size)
    if len(head) < _BLOCK + 8 or head[_VERSION] >= _CHAINED:
        return False
    start, length = struct.unpack_from("<LL", head, _BLOCK)
    return bool(start + length <= source.size)


_BLOCKS, _ROWS = 29, 64
"""The version whose header is known to list its blocks, and the place of start and length of the rows in it."""


def end_of_rows(source: Source) -> int | None:
    """Return where the rows of an .nda end, as its header states; None where it does not."""
    head = source.head
    if len(head) < _ROWS + 8 or head[_VERSION] != _BLOCKS:
        return None
    start, length = struct.unpack_from("<LL", head, _ROWS)
    return int(start + length) if length else None
