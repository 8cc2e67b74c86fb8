"""Names in the native file, for those that write and those that read it.

Schema 1.1 has three or four attributes for each column, where 1.0 had ten, and a checksum for every chunk.
"""

from __future__ import annotations

from typing import Any

from blake3 import blake3

FORMAT = "echub"
"""The value of the attribute `format`."""
OWN = "echub"
"""The attribute of a column or a dataset that holds all of its description, as one JSON text."""
CONTENT_HASH, PROVENANCE_HASH = "content_hash", "provenance_hash"
OLD_CONTENT_HASH = "content_sha256"
"""What schema 1.0 calls its hash: SHA-256 of the content."""


def text_of(value: Any) -> str:  # noqa: ANN401
    """Return a text that h5py reads as bytes, if its length is fixed, or as a text, as in schema 1.0."""
    return value.decode() if isinstance(value, bytes) else str(value)


def text_hash(text: str) -> str:
    """Return the hash of a text that is not part of the content."""
    return f"blake3:{blake3(text.encode()).hexdigest()}"
