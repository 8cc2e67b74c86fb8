"""The canonical schema as data: units, quantities, dataset kinds and metadata.

TOML and JSON files beside this module are the only source; code, documentation and exported
schemas are made from them.
"""

from __future__ import annotations

from pathlib import Path

VERSION = "1.2.0"
"""Version of the schema (semantic): readers take files of the same major."""


def path(name: str) -> Path:
    """Return the path of a schema file, `quantities.toml` for example."""
    return Path(__file__).parent / name
