"""Metadata that people add: folder and file sidecars, tables, and values on the command line."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from echub.errors import DataError, EchubError, MetadataError
from echub.model.metadata import Metadata, leaf_of, leaves
from echub.model.source import Source
from echub.model.units import is_unit, parse_unit, scale_between
from echub.remark import Remark
from echub.structured import Shape, Table, read_file
from echub.text import several, with_article

FOLDER_FILE = "echub.toml"
SIDECAR_SUFFIX = ".echub.toml"
COPIES = "copies"
"""The folder in which local copies of the sources of a store lie."""
SIDECAR = Shape("the sidecar", Table, hint='it is TOML, such as [cell] area = "0.785 cm^2"')
"""Any tree: each of its paths and values is checked against the schema of the metadata."""
_GLOB = frozenset("*?[")
_HEAD = 1 << 16
"""Bytes that tell what a file is: a study names its files, often hundreds, before its steps."""
_STUDY = (re.compile(r"^files\s*=", re.MULTILINE), re.compile(r"^#?\s*\[\[step\]\]", re.MULTILINE))


@dataclass
class MetaTable:
    """A table of metadata by file: a column `file` of names or globs, then paths with units.

    `rows` are keyed by number, the header being 1; `matched` collects those that matched a file, so
    that the others can be reported.
    """

    name: str
    rows: dict[int, dict[str, str]]
    matched: set[int] = field(default_factory=set)

    @classmethod
    def load(cls, path: str | Path) -> MetaTable:
        """Read a CSV (comma, semicolon or tab) or a workbook; `MetadataError` if it is not such a table.

        Decimal commas and the encoding of another Windows are understood if there is only one reading.
        """
        from echub.files.cells import rows_of, with_points

        path = Path(path)
        with _reading(path):
            cells, assumed = rows_of(path, "file")
        names = cells[0] if cells else []
        if "file" not in names:
            raise _without_files(names, path)
        if twice := next((name for name in names if name and names.count(name) > 1), None):
            raise MetadataError(
                f"the metadata table has two columns {twice!r}", path=str(path), where="line 1",
                expected="each column once", found=", ".join(names),
            )  # fmt: skip
        numeric = [_check_header(name, path) for name in names]
        with _reading(path):
            below = with_points(cells[1:], numeric)
        rows = {n: _row(names, row, path, n) for n, row in enumerate(below, 2) if any(row)}
        if 2 in rows and _is_of_units(rows[2]):
            rows = _with_units(rows, path)
        return cls(f"{path.name} ({assumed})" if assumed else path.name, rows)

    def own(self, path: Path) -> dict[int, dict[str, str]]:
        """Return the rows for a file, and mark them as matched."""
        named, globs = self._by_name
        candidates = sorted([*named.get(path.name, ()), *globs])
        wholes = (f"/{path.as_posix()}", path.absolute().as_posix())
        own = {n: self.rows[n] for n in candidates if _matches(self.rows[n]["file"], path.name, *wholes)}
        self.matched.update(own)
        return own

    @cached_property
    def _by_name(self) -> tuple[dict[str, list[int]], list[int]]:
        """Return the rows by the name of their file, and those with a pattern, which are tried for every file."""
        named: dict[str, list[int]] = {}
        globs = []
        for number, row in self.rows.items():
            if _GLOB.isdisjoint(row["file"]):
                named.setdefault(row["file"].rpartition("/")[2], []).append(number)
            else:
                globs.append(number)
        return named, globs

    def apply(self, source: Source, metadata: Metadata) -> list[Remark]:
        """Add the metadata in the rows for this file; report if there are none."""
        own = self.own(source.path or Path(source.name))
        for number in own:
            for header, text in self.rows[number].items():
                if header != "file" and text:
                    path, _, unit = (part.strip() for part in header.partition("/"))
                    _set(metadata, path, text, f"{self.name} row {number}", unit or None)
        return [] if own else [Remark("no-metadata-row", f"no row of {self.name} is for this file")]

    def unmatched(self) -> list[str]:
        """List the rows that matched no file."""
        return [row["file"] for number, row in self.rows.items() if number not in self.matched]


def is_about_files(path: Path) -> bool:
    """Return whether a file tells echub about others: a sidecar, a table of metadata, a study; no measurement."""
    if path.name == FOLDER_FILE or path.name.endswith(SIDECAR_SUFFIX):
        return True
    if path.suffix.lower() not in (".csv", ".toml") or not os.path.isfile(path):  # opening a pipe waits forever
        return False
    try:
        with path.open("rb") as file:
            text = file.read(_HEAD).decode("utf-8-sig", "replace")
    except OSError:
        return False  # whoever opens it says why
    if path.suffix.lower() == ".toml":
        return all(part.search(text) for part in _STUDY)
    names = [name.strip(' "') for name in re.split(r"[,;\t]", text.partition("\n")[0].strip())]
    known = leaves()
    return "file" in names and any(name.partition("/")[0].strip() in known for name in names)


def _without_files(names: list[str], path: Path) -> MetadataError:
    return MetadataError(
        "the metadata table has no column `file`",
        path=str(path),
        where="line 1",
        expected="file, then paths with units, such as cell.area / cm^2",
        found=", ".join(names) or "an empty file",
        hint="`echub meta init FOLDER` writes such a table",
    )


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Name the table in what is wrong with it."""
    try:
        yield
    except DataError as error:
        told = {name: getattr(error, name) for name in ("expected", "found", "cause", "hint")}
        raise MetadataError(
            f"the metadata table cannot be read: {error.message}", path=str(path), **told
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise MetadataError(f"the metadata table cannot be read: {error}", path=str(path)) from None


def _check_header(name: str, path: Path) -> bool:
    """Return whether a column has numbers; refuse a path or a unit that the schema does not have there."""
    leaf, _, unit = (part.strip() for part in name.partition("/"))
    try:
        if name != "file" and unit:
            scale_between(unit, leaf_of(leaf).unit or "1")
        elif name != "file":
            leaf_of(leaf)
    except EchubError as error:
        error.path, error.where = str(path), f"row 1, column {name!r}"
        raise
    return name != "file" and leaf_of(leaf).type in ("number", "integer")


def _row(names: list[str], cells: list[str], path: Path, number: int) -> dict[str, str]:
    """Return the cells of a row by path; one too many is usually a decimal comma: refused, not guessed."""
    if any(cells[len(names) :]):
        raise MetadataError(
            "a row of the metadata table has more cells than its header",
            path=str(path),
            where=f"row {number}",
            expected=several(len(names), "cell"),
            found=several(len(cells), "cell"),
            cause="a decimal comma, or a text with the separator in it that is not quoted",
        )
    return dict.fromkeys(names, "") | dict(zip(names, cells, strict=False))


def _is_of_units(row: Mapping[str, str]) -> bool:
    """Return whether a row prints units for the columns: it is for no file, and has units only."""
    cells = [cell for cell in row.values() if cell]
    return bool(cells) and not row["file"] and all(map(is_unit, cells))


def _with_units(rows: Mapping[int, dict[str, str]], path: Path) -> dict[int, dict[str, str]]:
    """Return the rows below a row of units, with these in the header; refuse one that contradicts it."""
    headers = {}
    for header, cell in rows[2].items():
        leaf, _, unit = (part.strip() for part in header.partition("/"))
        if unit and cell and parse_unit(unit) != parse_unit(cell):
            raise MetadataError(
                f"the header of {leaf} says {unit}, and the row of units says {cell}",
                path=str(path),
                where="row 2",
                expected="one unit",
                found=f"{unit} and {cell}",
                hint=f"write it once, in the header: {leaf} / {cell}",
            )
        headers[header] = f"{leaf} / {cell}" if cell else header
        _check_header(headers[header], path)
    return {n: {headers[name]: cell for name, cell in row.items()} for n, row in rows.items() if n != 2}


def _addressed(row: dict[str, str]) -> dict[str, str]:
    """Return a row whose file is that of the copy, if it is an absolute path."""
    return {**row, "file": f"{COPIES}{row['file']}"} if row["file"].startswith("/") else row


def without_scheme(address: str) -> str:
    """Return an address in a store without its `s3://`; a path as it is."""
    return re.sub(r"^[A-Za-z][\w+.-]*://+", "", address)


def _matches(pattern: str, name: str, whole: str, absolute: str) -> bool:
    """Return whether a text is the name, the end of the path or a glob of either; a literal `[1]` matches.

    Of an address in a store counts what follows its `s3://`. An absolute path is that of one file, also if the
    file was named by a relative one.
    """
    pattern = without_scheme(pattern)
    if os.path.isabs(pattern) and (pattern == absolute or fnmatch.fnmatchcase(absolute, pattern)):
        return True
    if whole.endswith(f"/{pattern}"):
        return bool(pattern)
    return fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(whole, f"*/{pattern}")


@dataclass
class Annotations:
    """All that the user adds; later entries override earlier ones: tables, then single values."""

    tables: list[MetaTable] = field(default_factory=list)
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, tables: str | Path | Iterable[str | Path] = (), values: Mapping[str, str] | None = None
    ) -> Annotations:
        """Load tables by path, and parse single values (`cell.area` to `0.785 cm^2`).

        Raises `MetadataError` for what is wrong for every file: an unknown path, a wrong value, or values that are
        pairs and no mapping, of which one may name a path a second time.
        """
        if values is not None and not isinstance(values, Mapping):
            raise MetadataError(
                "values of metadata are a mapping by path",
                expected='{"cell.area": "0.785 cm^2"}',
                found=with_article(type(values).__name__),
            )
        tables = [tables] if isinstance(tables, (str, os.PathLike)) else tables
        tried = Metadata()
        for leaf, text in (values or {}).items():
            tried.set(leaf, text, source="--set")
        return cls([MetaTable.load(path) for path in tables], dict(values or {}))

    def for_files(self, paths: Iterable[Path]) -> Annotations:
        """Return the part that concerns some files, small enough to send to another process."""
        paths = list(paths)
        own = [{k: row for path in paths for k, row in table.own(path).items()} for table in self.tables]
        named = zip(self.tables, own, strict=True)
        return Annotations([MetaTable(t.name, dict(sorted(rows.items()))) for t, rows in named], self.values)

    def for_copies(self) -> Annotations:
        """Return these for copies of local files, which lie under their whole paths in a folder `COPIES`."""
        tables = [
            MetaTable(table.name, {n: _addressed(row) for n, row in table.rows.items()}, table.matched)
            for table in self.tables
        ]
        return Annotations(tables, self.values)

    def any_for(self, source: Source) -> bool:
        """Return whether there may be something to add to a source."""
        return bool(self.tables or self.values) or any(_sidecars(source))

    def apply(self, source: Source, metadata: Metadata) -> list[Remark]:
        """Add folder file, sidecar, tables and values to the metadata of the file; report contradictions.

        The content of a sidecar is not repeated if the source is a native file that already holds it:
        it would override values that outranked it when the file was made.
        """
        beside = Metadata()
        for path in _sidecars(source):
            for leaf, value in _flatten(read_file(path, SIDECAR)):
                _set(beside, leaf, value, path.name)
        metadata.entries += [entry for entry in beside.entries if entry not in metadata.entries]
        notices = [notice for table in self.tables for notice in table.apply(source, metadata)]
        for leaf, text in self.values.items():
            metadata.set(leaf, text, source="--set")
        return notices + metadata.contradictions()


def _sidecars(source: Source) -> Iterator[Path]:
    """Find `echub.toml` of the folder, then `<file>.echub.toml`."""
    if source.path is not None:
        candidates = (source.path.parent / FOLDER_FILE, source.path.with_name(source.name + SIDECAR_SUFFIX))
        yield from (path for path in candidates if os.path.isfile(path))  # False for too long a name


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(value, Mapping):
            yield from _flatten(value, path)
        else:
            yield path, value


def _set(metadata: Metadata, path: str, value: Any, source: str, unit: str | None = None) -> None:  # noqa: ANN401
    try:
        metadata.set(path, value, unit, source=source)
    except EchubError as error:
        error.path = source
        raise


def sidecar_text(values: Mapping[str, str], before: Path | None = None) -> str:
    """Return the text of a sidecar that states values, given as on the command line.

    What the sidecar of before states otherwise stays, and so do its lines of comment, which may leave out rules.
    """
    comments, lines = "", {}
    if before is not None and before.is_file():
        text = before.read_text("utf-8").splitlines(keepends=True)
        comments = "".join(f"{line.strip()}\n" for line in text if line.lstrip().startswith("#"))
        lines = {path: _as_toml(value) for path, value in _flatten(read_file(before, SIDECAR))}
    lines |= {path: _toml(path, value) for path, value in values.items()}
    return comments + "".join(f"{_key(path)} = {lines[path]}\n" for path in sorted(lines))


def _key(path: str) -> str:
    """Return a path as TOML writes it."""
    return ".".join(
        part if re.fullmatch(r"[\w-]+", part, re.ASCII) else _as_toml(part) for part in path.split(".")
    )


def _as_toml(value: Any) -> str:  # noqa: ANN401
    """Return what TOML has been read to as TOML, in one line."""
    import json

    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_as_toml(key)} = {_as_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_as_toml, value))}]"
    if isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value) if isinstance(value, (int, float)) else value.isoformat()


def _toml(path: str, value: str) -> str:
    """Return a value as TOML: counts and yes or no as such, all else as a text, a quantity with its unit."""
    kind = leaf_of(path).type
    if kind == "integer" and value.strip().isdecimal():
        return str(int(value))
    if kind == "boolean":
        return "true" if value.strip().lower() in ("true", "yes", "1") else "false"
    return _as_toml(value)
