"""An IviumSoft file cut into its settings (`key=value`) and its objects of rows.

Behind the line `Data Objects` stand objects: a name, then for `primary_data` the number of columns, the
number of rows and the rows; for `osc_data` the number of blocks, each with its own two numbers and rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from echub.plugin import Dropped, Notice, ReadError, Source
from echub.text import several
from echub_ivium import is_ivium

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")
PRIMARY, OSCILLOSCOPE = "primary_data", "osc_data"


@dataclass(frozen=True)
class IviumBlock:
    """Rows of one object, whole ones only; `line` is the 1-based line of its name."""

    columns: int
    rows: list[list[float]]
    line: int


@dataclass
class Objects:
    """A file cut into its parts, with what the user has to know."""

    settings: dict[str, str] = field(default_factory=dict)
    primary: list[IviumBlock] = field(default_factory=list)
    oscilloscope: list[list[list[float]]] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    """Rows of several numbers, by their line, beyond those that their object states."""
    further: list[str] = field(default_factory=list)
    """Settings that stand behind the first object, or give a key another value."""
    notices: list[Notice] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


def parse(source: Source) -> Objects:
    """Cut a file; raises `ReadError` for another program's file and for rows that are not numbers."""
    if not is_ivium(source.head):
        raise ReadError(
            "this is not an IviumSoft data file",
            path=source.shown,
            expected="the keys Method, Data Options and Mconfig",
            found=repr(source.head[:24]),
            cause="another program's file, or a file that was cut in its settings",
        )
    return _ObjectCutter(source).run()


class _ObjectCutter:
    """Walk the lines of a file."""

    def __init__(self, source: Source) -> None:
        data = source.read()
        self.source = source
        self.lines = data.decode("cp1252", "replace").replace("\r\n", "\n").split("\n")
        self.at = 0
        self.found = Objects()

    def run(self) -> Objects:
        """Cut the whole file; every step takes at least one line."""
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            self.at += 1
            if line == PRIMARY:
                self.found.primary.append(self._block(PRIMARY))
            elif line == OSCILLOSCOPE:
                self._traces(self._count())
            elif "=" in line:
                self._setting(line)
            elif self.found.primary and _is_row(line):
                self.found.unread.append((self.at, line))
        self._report_unread()
        return self.found

    def _setting(self, line: str) -> None:
        """Keep the first value of each key, and all other settings as they are printed."""
        key, _, value = line.partition("=")
        if self.found.primary or self.found.settings.setdefault(key, value) != value:
            self.found.further.append(line)

    def _traces(self, stated: int) -> None:
        """Read as many traces as there are; fewer than stated are reported."""
        for number in range(stated):
            if not self._left() or not self.lines[self.at].strip():
                has = f"states {several(stated, 'block')} and has {number}"
                self.found.notices.append(
                    Notice("row-count", f"{OSCILLOSCOPE} {has}: the file was cut, or edited")
                )
                return
            self.found.oscilloscope.append(self._block(OSCILLOSCOPE).rows)

    def _report_unread(self) -> None:
        """Say which rows stand behind as many as their object states."""
        if unread := self.found.unread:
            rows = f"{several(len(unread), 'row')} from line {unread[0][0]}"
            text = f"{rows} on: they stand behind as many as their object states, and are not read"
            self.found.notices.append(Notice("row-count", text))
            self.found.dropped.append(
                Dropped(rows, "the file was edited, or its count is wrong; they are in the settings")
            )

    def _left(self) -> int:
        return max(0, len(self.lines) - self.at)

    def _count(self) -> int:
        """Return the whole number of the next line; none is 0 rows of nothing."""
        text = self.lines[self.at].strip() if self._left() else ""
        self.at += 1
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0

    def _block(self, name: str) -> IviumBlock:
        line = self.at
        columns, stated = self._count(), self._count()
        rows = list(self._rows(name, columns, stated))
        if len(rows) < stated:
            has = f"states {several(stated, 'row')} of {several(columns, 'number')} and has {len(rows)}"
            text = f"{name} {has}: the file was cut, or edited"
            self.found.notices.append(Notice("row-count", text))
        return IviumBlock(columns, rows, line)

    def _rows(self, name: str, columns: int, stated: int) -> Iterator[list[float]]:
        for _ in range(min(stated, self._left())):
            cells = self.lines[self.at].split()
            if cells in ([PRIMARY], [OSCILLOSCOPE]):
                return  # another object begins
            if not cells and not any(map(str.strip, self.lines[self.at :])):
                return  # the file was cut behind a whole row
            if self.at == len(self.lines) - 1:  # it has no line end
                self.found.dropped.append(Dropped(f"the last row of {name}", "the file ends inside it"))
                self.at += 1
                return
            yield self._numbers(name, cells, columns)
            self.at += 1

    def _numbers(self, name: str, cells: list[str], columns: int) -> list[float]:
        try:
            numbers = [float(cell) for cell in cells]
        except ValueError:
            numbers = []
        if len(numbers) == columns:
            return numbers
        raise ReadError(
            "a row is not one of numbers",
            path=self.source.shown,
            where=f"line {self.at + 1}, in {name}",
            expected=several(columns, "number"),
            found=repr(self.lines[self.at][:60]),
            cause="the file is damaged or was edited",
        )


def _is_row(line: str) -> bool:
    """Return whether a line holds several numbers; a single one stands behind the rows of a real file."""
    cells = line.split()
    return len(cells) > 1 and all(map(_NUMBER.fullmatch, cells))


def nested(settings: dict[str, str]) -> dict[str, Any]:
    """Return the settings as a tree: `Frequencies.freq[2]` is the second of a list, if it has no value itself."""
    tree: dict[str, Any] = {}
    for key, value in settings.items():
        stem, bracket, number = key.rstrip("]").partition("[")
        if bracket and number.isascii() and number.isdecimal() and stem not in settings:
            tree.setdefault(stem, []).append(value)
        else:
            tree[key] = value
    return tree
