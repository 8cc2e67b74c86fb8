"""Metadata of a value, as the cell of a table states them."""

from __future__ import annotations

from echub.errors import MetadataError
from echub.model.metadata import Entry, Metadata
from echub.science import ZERO_CELSIUS


def state(metadata: Metadata, path: str, cell: str, unit: str, source: str) -> None:
    """Add a metadata value; a temperature below absolute zero is kept, so that the analysis can report it."""
    try:
        metadata.set(path, cell, unit or None, source=source)
    except MetadataError as error:
        if path == "cell.temperature" and unit == "K":
            metadata.entries.append(Entry(path, float(cell) - ZERO_CELSIUS, "degC", source))
            return
        error.where = f"{source}, {path}"
        raise
