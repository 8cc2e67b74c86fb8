"""Questions to a lake in SQL, answered by DuckDB."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from echub.batch.lake.places import FILES, FORMAT, OUTCOMES, told
from echub.errors import DataError, PluginError, UnknownOption

ALWAYS = ("timeseries", "impedance")
"""Views that exist even if the lake has no such table, so that a question has an empty answer."""
HELD_BYTES = 4 << 20
"""A smaller table of files, of some 30 000, is held in memory: 20 ms at the opening. DuckDB binds the more than
hundred columns of a view anew for each question, which takes longer than to count 2000 files."""
_AT_ONCE = 10_000
"""Rows taken from DuckDB at a time."""
_EMPTY = "source VARCHAR, dataset VARCHAR, technique VARCHAR, month VARCHAR, instrument VARCHAR"
_FORMS = {
    ".csv": "FORMAT csv, HEADER",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".json": "FORMAT json, ARRAY true",
}
"""What DuckDB is told, by the suffix of the file."""


class Lake:
    """A lake opened for questions: `files`, `outcomes`, a view for each table, and `units`.

    `is_outdated`: an older echub gathered it, and not as this one would.
    `DataError` if the folder is not a lake, `PluginError` without DuckDB.
    """

    def __init__(self, folder: Path) -> None:
        self.is_outdated = told(folder)["format"] != FORMAT
        if not (folder / FILES).is_file():  # killed in its first run
            raise DataError(f"nothing was gathered into {folder} yet", hint="repeat echub gather")
        self.folder = folder
        self.connection = _duckdb().connect(config={"autoinstall_known_extensions": "false"})
        try:
            self._views()
        except _duckdb().Error as error:
            raise DataError(
                "the lake cannot be opened",
                path=str(folder),
                found=str(error).splitlines()[0],
                cause="a part was changed or deleted by another program, or a run of echub gather ended meanwhile",
                hint="repeat the question; if that fails, delete the lake and gather again",
            ) from None

    def _views(self) -> None:
        run = self.connection.execute
        held = "TABLE" if (self.folder / FILES).stat().st_size <= HELD_BYTES else "VIEW"
        for form, name, file in ((held, "files", FILES), ("VIEW", "outcomes", OUTCOMES)):
            run(f"CREATE {form} {name} AS SELECT * FROM read_parquet({_text(self.folder / file)})")
        tables: dict[str, list[str]] = {kind: [] for kind in ALWAYS}
        for (part,) in run("SELECT DISTINCT unnest(parts) AS part FROM files ORDER BY part").fetchall():
            tables.setdefault(part.split("/", 1)[0], []).append(part)
        for kind, parts in tables.items():
            run(f'CREATE VIEW "{kind}" AS {self._select(parts)}')
        run(f"CREATE VIEW units AS {self._units({'files': [FILES], **tables, 'outcomes': [OUTCOMES]})}")

    def _units(self, tables: dict[str, list[str]]) -> str:
        """Return the question for all units: only one that asks for them reads the metadata of every part."""
        written = " UNION ALL ".join(
            f'SELECT {_quoted(name)} AS "table", key, value FROM parquet_kv_metadata({self._paths(parts)})'
            for name, parts in tables.items()
            if parts
        )
        pairs = """unnest(map_entries(from_json(decode(value), '"MAP(VARCHAR, VARCHAR)"')))"""
        return (
            'SELECT DISTINCT "table", pair.key AS "column", pair.value AS unit'
            f" FROM (SELECT \"table\", {pairs} AS pair FROM ({written}) WHERE decode(key) = 'units') ORDER BY ALL"
        )

    def _paths(self, parts: list[str]) -> str:
        return f"[{', '.join(_text(self.folder / part) for part in parts)}]"

    def _select(self, parts: list[str]) -> str:
        if not parts:
            columns = ", ".join(f"NULL::{kind} AS {name}" for name, kind in map(str.split, _EMPTY.split(", ")))
            return f"SELECT {columns} WHERE false"
        return (
            f"SELECT * FROM read_parquet({self._paths(parts)}, hive_partitioning = true, "
            "hive_types_autocast = false, union_by_name = true)"
        )

    def ask(self, sql: str) -> LakeAnswer:
        """Ask one question; `DataError` with DuckDB's own words if it cannot be answered."""
        with self.refusing():
            self._require_question(sql)
            cursor = self.connection.execute(sql)
            names = [column[0].lower() for column in cursor.description or ()]
            if len(set(names)) < len(names):
                # Equal ones, as in a join: DuckDB numbers them, as it does where it writes a file.
                cursor = self.connection.execute(f"FROM query({_quoted(sql)})")
        return LakeAnswer(self, sql, tuple(column[0] for column in cursor.description or ()))

    def _require_question(self, sql: str) -> None:
        found = self.connection.extract_statements(sql)
        if len(found) != 1 or found[0].type != _duckdb().StatementType.SELECT:
            raise UnknownOption(
                "echub query takes one question",
                expected="one SELECT, FROM, DESCRIBE or SUMMARIZE",
                found=f"{len(found)} statements" if len(found) != 1 else found[0].type.name,
                hint="-o FILE writes the answer; DuckDB itself opens the lake for anything else",
            )

    def write(self, sql: str, path: Path, *, force: bool = False) -> None:
        """Write the answer as CSV, Parquet or JSON, by the suffix of the file; whole or not at all."""
        from echub.files.output import require_free, write_atomically

        form = _FORMS.get(path.suffix.lower())
        if form is None:
            raise UnknownOption("-o takes a file", expected=" or ".join(_FORMS), found=path.name)
        require_free(path, force=force)
        with self.refusing():
            self._require_question(sql)
            # What is wrong is said of the question, not of the copy that it becomes below.
            self.connection.sql(sql)
            write_atomically([(path, partial(self._put, sql, form))])

    def _put(self, sql: str, form: str, path: Path) -> None:
        self.connection.execute(f"COPY (FROM query({_quoted(sql)})) TO {_quoted(str(path))} ({form})")

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Turn what DuckDB refuses into a `DataError` with its words, and what helps."""
        try:
            yield
        except _duckdb().Error as error:
            first, *rest = str(error).splitlines()
            said = " ".join(line.strip() for line in rest if line.strip(" ^"))
            raise DataError(
                first,
                expected="SQL over files, outcomes, units, timeseries, impedance and further kinds",
                found=said[:300] or None,
                hint='SELECT * FROM units lists columns; a name with a dot is quoted: "cell.temperature"',
            ) from None


@dataclass(frozen=True)
class LakeAnswer:
    """The answer to a question, not yet fetched; it can be fetched once, before the next question."""

    lake: Lake
    sql: str
    names: tuple[str, ...]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Return the rows, a few at a time."""
        with self.lake.refusing():
            while rows := self.lake.connection.fetchmany(_AT_ONCE):
                yield from rows

    def objects(self) -> Iterator[dict[str, Any]]:
        """Return the rows as JSON objects; what JSON has no number for is null."""
        for row in self.rows():
            yield dict(zip(self.names, map(plain_cell, row), strict=True))


_BARE = frozenset(map(chr, range(32, 127))) - set("\"'\\")
"""Bytes of a BLOB that DuckDB writes as they are; it escapes all others, as `\\x00`."""


def plain_cell(value: Any) -> Any:  # noqa: ANN401
    """Return a value of DuckDB as a plain JSON type."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, (list, tuple)):
        return [plain_cell(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain_cell(item) for key, item in value.items()}
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return "".join(chr(byte) if chr(byte) in _BARE else f"\\x{byte:02X}" for byte in value)
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def _duckdb() -> Any:  # noqa: ANN401
    try:
        import duckdb
    except ImportError as error:
        raise PluginError("duckdb is not installed", hint="pip install 'echub[lake]'") from error
    return duckdb


def _text(path: Path) -> str:
    """Quote a path for SQL; DuckDB takes `*`, `?` and `[` for patterns, which a class of one character escapes."""
    return _quoted("".join(f"[{c}]" if c in "*?[" else c for c in str(path)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
