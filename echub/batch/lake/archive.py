"""What an archive says: the latest line about each source in all ledgers, without keeping the lines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from echub.batch.lake.rows import state_of
from echub.batch.ledger import LINE, Entry
from echub.errors import CommandError, DataError
from echub.files.output import LEDGER
from echub.structured import parse_written


@dataclass(frozen=True, slots=True)
class LineAt:
    """Where the valid line about a source is: ledger, byte, length; with its hash."""

    ledger: str
    offset: int
    length: int
    state: str


class Archive:
    """The ledgers of a folder of conversions; `DataError` if it has none.

    `missing` are sources that are gone, `unreachable` those whose whole folder cannot be seen now, such as a
    share that is not mounted: these stay in the lake. `damaged` names lines that cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.missing: set[str] = set()
        self.unreachable: set[str] = set()
        self.damaged: list[str] = []
        self._there: dict[str, bool] = {}
        try:
            names = sorted(name for name in os.listdir(folder) if LEDGER.fullmatch(name))
        except OSError:
            names = []
        if not names:
            raise DataError(
                f"{folder} has no ledger",
                expected="a folder that `echub convert SRC -o DST` wrote",
                hint=f"echub convert SRC -o {folder}",
            )
        self.lines: dict[str, LineAt] = {}
        for name in names:
            self._index(name)

    def _index(self, name: str) -> None:
        offset = 0
        with (self.folder / name).open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.endswith(b"\n"):  # the last line of a run at work may be unfinished
                    self._take(name, number, offset, line)
                offset += len(line)

    def _take(self, name: str, number: int, offset: int, line: bytes) -> None:
        try:
            told = parse_written(line, LINE)
        except CommandError:
            self.damaged.append(f"{name} line {number}")
            return
        source = told["source"]
        self.lines.pop(source, None)
        if self._is_there(source, told["path"]):
            self.lines[source] = LineAt(name, offset, len(line), state_of(line))
        else:
            self.missing.add(source)

    def _is_there(self, source: str, path: str) -> bool:
        """Return whether a source still exists; True if its whole tree cannot be seen."""
        if "://" in path or os.path.lexists(os.path.join(self.folder, path)) or not path.endswith(source):
            return True  # joined files have the name of their run, not of a file
        root = os.path.join(self.folder, path.removesuffix(source))
        if root not in self._there:
            self._there[root] = os.path.isdir(root) and bool(os.listdir(root))
        if not self._there[root]:
            self.unreachable.add(source)
        return not self._there[root]

    def entries(self, sources: list[str]) -> Iterator[Entry]:
        """Read the lines about some sources."""
        for name in dict.fromkeys(self.lines[source].ledger for source in sources):
            with (self.folder / name).open("rb") as file:
                for line in (self.lines[source] for source in sources):
                    if line.ledger == name:
                        file.seek(line.offset)
                        yield Entry.parse(file.read(line.length))
