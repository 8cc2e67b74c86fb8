"""Names in the native file, for those that write and those that read it.

Schema 1.1 has three or four attributes for each column, where 1.0 had ten, and a checksum for every chunk. Schema
1.2 repeats the descriptions of all columns in that of their dataset, and has a hash for each text, so that two
columns of a file can be read, and what is said about them checked, without a look at the others.
"""

from __future__ import annotations

from typing import Any

from blake3 import blake3

FORMAT = "echub"
"""The value of the attribute `format`."""
OWN = "echub"
"""The attribute of a column or a dataset that holds all of its description, as one JSON text."""
CONTENT_HASH, PROVENANCE_HASH = "content_hash", "provenance_hash"
HASHES = "hashes"
"""The attribute of the file that holds the hash of each text, by the name of its array or group, as JSON."""
DESCRIBED = "described"
"""In the description of a dataset, those of its columns, as each column itself has it, with type and shape."""
OLD_CONTENT_HASH = "content_sha256"
"""What schema 1.0 calls its hash: SHA-256 of the content."""


def text_of(value: Any) -> str:  # noqa: ANN401
    """Return a text that h5py reads as bytes, if its length is fixed, or as a text, as in schema 1.0."""
    return value.decode() if isinstance(value, bytes) else str(value)


def text_hash(text: str | bytes) -> str:
    """Return the hash of a text as it is stored."""
    return f"blake3:{blake3(text if isinstance(text, bytes) else text.encode()).hexdigest()}"
