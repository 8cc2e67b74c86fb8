"""Zip archives as formats use them: whether one is whole, before a library takes it apart."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echub.model.source import Source

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What `zipfile` raises for damage, for methods that it does not know, and for a password."""


def is_whole_zip(source: Source, most: int) -> bool:
    """Return whether each member of an archive has its checksum, and all unpack to at most so many bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.read())) as archive:
            if sum(member.file_size for member in archive.infolist()) > most:
                return False
            return archive.testzip() is None
    except _DAMAGE:
        return False
