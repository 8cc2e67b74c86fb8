"""Read native files through the hub's own storage layer."""

from __future__ import annotations

from echub.plugin import NoOptions, Record, Source, native_content, read_native


def read(source: Source, _options: NoOptions) -> Record:
    """Read a native file back to the record that was written."""
    return read_native(source)


def outline(source: Source, _options: NoOptions) -> Record:
    """Read all but the values of a native file."""
    return read_native(source, values=False)


def content(source: Source) -> str:
    """Return the content hash that was written with a native file."""
    return native_content(source)
