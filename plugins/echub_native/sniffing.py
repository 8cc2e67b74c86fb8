"""Recognise a native file by its head."""

from __future__ import annotations

import struct

from echub.plugin import Confidence, Source
from echub_native import SUFFIX

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""How every HDF5 file starts."""
_TEXTS = b"metadata".ljust(16, b"\0") + b"settings".ljust(16, b"\0") + b"provenance"
"""The last names of the root group, side by side in its heap; in a file without data they are all there is."""
_OF_A_DATASET = (b"kind\0", b"history\0", b"omitted\0", b"attrs\0", b"columns\0")
"""The attributes of the first dataset's group, which is made before any values are written."""
_OF_THE_FILE = (b"schema_version", b"source_name", b"content_hash", b"provenance_hash")
"""The attributes of the file itself, which schema 1.1 makes before anything else.

Three are enough: other software that gives one another value may move it behind the head.
"""
_ENDS = {0: 40, 1: 44, 2: 28, 3: 28}
"""Where the superblock of each version says how long the file is (HDF5 File Format Specification 3.0, II.A)."""


def sniff(source: Source) -> Confidence:
    """Answer CERTAIN for the names that only our files have, MAYBE for an `.h5` too damaged to tell."""
    head = source.head
    if not head.startswith(SIGNATURE):
        return Confidence.NO
    of_the_file = sum(name in head for name in _OF_THE_FILE)
    if _TEXTS in head or of_the_file >= 3 or all(name in head for name in _OF_A_DATASET):
        return Confidence.CERTAIN
    return Confidence.MAYBE if source.suffix == SUFFIX and _is_damaged(head, source.size) else Confidence.NO


def is_intact(source: Source) -> bool:
    """Return whether HDF5 would notice damage: the file is whole, and all its metadata carry checksums.

    This is so from version 2 of the superblock on, which files of libver v110 have; damage to older ones can
    crash the library or let it loop.
    """
    head = source.head
    return len(head) > 8 and head[8] in (2, 3) and not _is_damaged(head, source.size)


def _is_damaged(head: bytes, size: int) -> bool:
    """Return whether the file is shorter than its superblock says, or has no superblock that can be read."""
    at = _ENDS.get(head[8]) if len(head) > 8 else None
    if at is None or len(head) < at + 8:
        return True
    return bool(struct.unpack_from("<Q", head, at)[0] > size)
