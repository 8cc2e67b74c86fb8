"""What a later minor version of the schema says in a native file beside what is known here.

Such a file is read without it, and a notice says so. The content hash of any version covers the metadata, the
settings, and every key in the descriptions of datasets and columns: the known ones with their defaults, a later
one only where the file has it. So the descriptions are kept as they stand, for `content_hash`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import echub_schemas
from echub.files.layout import DESCRIBED
from echub.files.texts import known_keys
from echub.remark import Remark

Descriptions = Mapping[tuple[str, str], Mapping[str, Any]]
"""Descriptions as they stand in a file, by dataset and column; of a dataset itself, the column is empty."""
_OF_VALUES = {"dtype", "shape", "hash", "columns", DESCRIBED}
"""Keys about the values, or the columns, which the content hash counts in its own way."""
_SHOWN = 5
"""Keys that the notice names: enough to see what it is about."""


def is_later(version: str) -> bool:
    """Return whether a version of the schema is a later minor one than this echub has."""
    stated, own = (tuple(int(part) for part in text.split(".")[:2]) for text in (version, echub_schemas.VERSION))
    return stated > own


def counted(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the content hash counts of the description of a dataset or a column."""
    return {key: value for key, value in said.items() if key not in _OF_VALUES}


def unknown(what: str, said: Mapping[str, Any], of: str = "") -> list[str]:
    """Name the keys of a text that are not known here; `what`: its shape, `of`: whose description it is."""
    return [f"{of or what}: {key}" for key in sorted(set(said) - known_keys(what))]


def notice(version: str, names: Iterable[str]) -> Remark:
    """Say which keys are not read."""
    found = list(names)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    text = f"the file has schema {version}, later than {echub_schemas.VERSION}; it is read without what that adds"
    return Remark("later-schema", f"{text} ({', '.join(found[:_SHOWN])}{more})")
