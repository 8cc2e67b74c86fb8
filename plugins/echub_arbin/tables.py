"""The tables of an Access database: through mdbtools where that is on the machine, else access-parser."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from echub.plugin import ReadError, Source
from echub_arbin import JET

if TYPE_CHECKING:
    import polars as pl

TOOL = "mdb-export"
_VERSION_AT = 0x14
_PAGES = {b"\0": 2048, b"\1": 4096}
"""Bytes of a page by the version of the database, of Access 97 and of later ones."""
_SECONDS, _BYTES_PER_SECOND = 30, 1 << 20
"""How long one table may take: a damaged database may send a program round in circles."""
INSTALL = (
    "install mdbtools (apt install mdbtools, brew install mdbtools), or pip install access-parser, which is slow "
    '(pip install "echub[arbin]"); or export the test from MITS Pro as CSV or Excel, and convert that'
)


class Database(Protocol):
    """An open database."""

    library: str
    names: set[str]
    """Of all tables, those of Access itself among them."""

    def table(self, name: str) -> pl.DataFrame | None:
        """Return a table whole, None where the database has none of the name."""


@contextmanager
def opened(source: Source) -> Iterator[Database]:
    """Open a database; raises `ReadError` where it is none, or nothing on the machine reads it."""
    if not source.head.startswith(JET):
        raise ReadError(
            "this is not an Access database",
            path=source.shown,
            expected="Standard Jet DB",
            found=repr(source.head[:20]),
            cause="another program's file, or a beginning that was cut",
        )
    page = _PAGES.get(source.head[_VERSION_AT : _VERSION_AT + 1], _PAGES[b"\1"])
    if source.size % page:
        raise ReadError(
            "the database is cut",
            path=source.shown,
            expected=f"whole pages of {page} bytes",
            found=f"{source.size % page} bytes behind the last whole one",
            cause="a copy that was interrupted",
            hint="copy it again",
        )
    with source.on_disk() as path:
        yield _chosen(source, path)


def _chosen(source: Source, path: Path) -> Database:
    if tool := shutil.which(TOOL):
        return _Mdbtools(source, path, tool)
    try:
        import access_parser  # noqa: F401
    except ImportError:
        raise ReadError(
            "there is no program on this machine that reads Arbin's databases",
            path=source.shown,
            expected="mdbtools, or the Python library access-parser",
            found="neither",
            hint=INSTALL,
        ) from None
    return _AccessParser(source, path)


def _refusal(source: Source, what: str, found: str) -> ReadError:
    return ReadError(
        f"{what} does not read this database",
        path=source.shown,
        found=found.strip()[:200] or "nothing",
        cause="it is damaged, still open in Arbin's software, or was cut",
        hint="export the test from MITS Pro / Data Watcher as CSV or Excel, and convert that",
    )


# -- mdbtools --------------------------------------------------------------------------------


class _Mdbtools:
    """The command mdb-export: a program of its own, called as a user would."""

    def __init__(self, source: Source, path: Path, tool: str) -> None:
        self.source, self.path, self.tool = source, path, tool
        self.limit = _SECONDS + source.size // _BYTES_PER_SECOND
        version = self._run(tool, "--version")
        self.library = version.decode("utf-8", "replace").strip() or "mdbtools"
        tables = self._run(shutil.which("mdb-tables") or "mdb-tables", "-1", str(path)).decode()
        self.names = set(filter(None, tables.split("\n")))

    def table(self, name: str) -> pl.DataFrame | None:
        """Return a table whole; numbers as polars reads them."""
        if name not in self.names:
            return None
        text = self._run(self.tool, "-b", "hex", str(self.path), name)
        return _parsed(self.source, text)

    def _run(self, *command: str) -> bytes:
        try:
            done = subprocess.run(command, capture_output=True, timeout=self.limit, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _refusal(self.source, "mdbtools", str(error)) from None
        if done.returncode or done.stderr:
            raise _refusal(self.source, "mdbtools", done.stderr.decode("utf-8", "replace"))
        return done.stdout


def _parsed(source: Source, text: bytes) -> pl.DataFrame:
    import polars as pl

    try:
        return pl.read_csv(io.BytesIO(text), infer_schema_length=None, encoding="utf8-lossy")
    except pl.exceptions.PolarsError as error:
        raise _refusal(source, "mdbtools", str(error).splitlines()[0]) from None


# -- access-parser ---------------------------------------------------------------------------


class _AccessParser:
    """The Python library access-parser: complete on the files seen, some twenty-five times slower."""

    def __init__(self, source: Source, path: Path) -> None:
        from importlib.metadata import version

        self.source = source
        self.library = f"access-parser {version('access-parser')}"
        self.database = self._tried(path)
        self.names = set(self.database.catalog)

    def _tried(self, path: Path) -> Any:  # noqa: ANN401
        from access_parser import AccessParser

        try:
            return AccessParser(str(path))
        except Exception as error:  # another program's boundary: it raises whatever it meets
            raise _refusal(self.source, "access-parser", f"{type(error).__name__}: {error}") from None

    def table(self, name: str) -> pl.DataFrame | None:
        """Return a table whole."""
        import polars as pl

        if name not in self.names:
            return None
        try:
            columns = self.database.parse_table(name)
            table = pl.DataFrame(
                {key: values if isinstance(values, list) else [] for key, values in columns.items()}
            )
            return table.with_columns(pl.col(pl.Boolean).cast(pl.UInt8))  # as mdb-export prints them
        except Exception as error:  # another program's boundary: it raises whatever it meets
            raise _refusal(self.source, "access-parser", f"{type(error).__name__}: {error}") from None
