"""Metadata that people add: folder and file sidecars, tables, and values on the command line."""

from __future__ import annotations

import csv
import fnmatch
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from echub.errors import EchubError, MetadataError, PluginError
from echub.metadata import Metadata
from echub.notice import Notice
from echub.source import Source

FOLDER_FILE = "echub.toml"
SIDECAR_SUFFIX = ".echub.toml"


@dataclass
class MetaTable:
    """A table of metadata by file: a column `file` of names or globs, then paths with units.

    `matched` collects the row numbers that met a file, so that the others can be reported.
    """

    name: str
    rows: list[dict[str, str]]
    matched: set[int] = field(default_factory=set)

    @classmethod
    def load(cls, path: str | Path) -> MetaTable:
        """Read a CSV (comma, semicolon or tab); `MetadataError` where it is no such table."""
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise MetadataError(f"the metadata table cannot be read: {error}", path=str(path)) from None
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if any(row)]
        if not rows or "file" not in [cell.strip() for cell in rows[0]]:
            raise MetadataError(
                "the metadata table has no column `file`",
                path=str(path),
                where="line 1",
                expected="file, then paths with units, such as cell.area / cm^2",
                found=first.strip() or "an empty file",
                hint="`echub meta init FOLDER` writes such a table",
            )
        names = [cell.strip() for cell in rows[0]]
        return cls(path.name, [dict(zip(names, (cell.strip() for cell in row), strict=False)) for row in rows[1:]])

    def apply(self, source: Source, metadata: Metadata) -> bool:
        """Add what the rows for this file say; tell whether any row is for it."""
        found = False
        for number, row in enumerate(self.rows):
            if not _matches(row["file"], source):
                continue
            found = True
            self.matched.add(number)
            for header, text in row.items():
                if header != "file" and text:
                    path, _, unit = (part.strip() for part in header.partition("/"))
                    metadata.set(path, text, unit or None, source=f"{self.name} row {number + 2}")
        return found

    def unmatched(self) -> list[str]:
        """List the rows that met no file."""
        return [row["file"] for number, row in enumerate(self.rows) if number not in self.matched]


def _matches(pattern: str, source: Source) -> bool:
    posix = source.path.as_posix() if source.path else source.name
    return (
        pattern == source.name or fnmatch.fnmatch(source.name, pattern) or fnmatch.fnmatch(posix, f"*/{pattern}")
    )


@dataclass
class Annotations:
    """All that the user adds, in the order in which the later wins: tables, then single values."""

    tables: list[MetaTable] = field(default_factory=list)
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tables: Iterable[str | Path] = (), values: Mapping[str, str] | None = None) -> Annotations:
        """Load tables by path, and take single values (`cell.area` to `0.785 cm^2`)."""
        return cls([MetaTable.load(path) for path in tables], dict(values or {}))

    def apply(self, source: Source, metadata: Metadata) -> list[Notice]:
        """Add folder file, sidecar, tables and values to what the file says; report contradictions."""
        for path in _sidecars(source):
            for leaf, value in _flatten(_load_toml(path)):
                _set(metadata, leaf, value, path.name)
        for table in self.tables:
            table.apply(source, metadata)
        for leaf, text in self.values.items():
            metadata.set(leaf, text, source="--set")
        return metadata.contradictions()


def _sidecars(source: Source) -> Iterator[Path]:
    """Find `echub.toml` of the folder, then `<file>.echub.toml`."""
    if source.path is not None:
        candidates = (source.path.parent / FOLDER_FILE, source.path.with_name(source.name + SIDECAR_SUFFIX))
        yield from (path for path in candidates if path.is_file())


def _load_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PluginError(
            "the sidecar cannot be read",
            path=str(path),
            found=str(error),
            expected='TOML, such as [cell] area = "0.785 cm^2"',
        ) from None


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(value, Mapping):
            yield from _flatten(value, path)
        else:
            yield path, value


def _set(metadata: Metadata, path: str, value: Any, source: str) -> None:  # noqa: ANN401
    try:
        metadata.set(path, value, source=source)
    except EchubError as error:
        error.path = error.path or source
        raise
