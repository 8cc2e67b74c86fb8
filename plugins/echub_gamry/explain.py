"""The objects of a data file: header entries, notes and tables, cut out of the bytes.

A file is a sequence of objects, one per line: name, type, values and label between tabs. Two types
take further lines: NOTES, as many as it says, and TABLE, whose lines all begin with a tab.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

from echub.plugin import Notice, ReadError, Source, plain_text
from echub.text import decode, encoding_of
from echub_gamry import SIGNATURE

_TABLE_END = re.compile(rb"\n(?=[^\t \r\n0-9+\-.,])")
"""A line that begins with neither a tab nor a number is the next object."""
_TABLE = "TABLE"
_NOTES = "NOTES"
_NOTE_STARTS = (b"\t", b"\r", b"\n")
_TAG = "TAG"
"""The only object of two fields: the name is followed by its value, without a type."""


@dataclass(frozen=True)
class ExplainEntry:
    """One object of the header: its name, its type, and what stands behind them, as printed."""

    name: str
    kind: str
    fields: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GamryTable:
    """One table: where its rows lie in the bytes, and what is printed above them.

    `declared` is the number of rows that its first line states, None where it states none. `at` is
    the offset of its first line, `start` that of its first row.
    """

    name: str
    declared: int | None
    names: tuple[str, ...]
    units: tuple[str, ...] | None
    at: int
    start: int
    end: int

    def unit(self, number: int) -> str:
        """Return the unit printed for a column; empty where there is none, or the line of units was cut."""
        return self.units[number] if self.units is not None and number < len(self.units) else ""


@dataclass
class Explain:
    """A file cut into its objects; the blocks point into `data`."""

    data: bytes
    entries: list[ExplainEntry] = field(default_factory=list)
    blocks: list[GamryTable] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)

    def line(self, at: int, end: int | None = None) -> bytes:
        """Return the bytes from an offset to the end of its line, without the line feed."""
        stop = len(self.data) if end is None else end
        found = self.data.find(b"\n", at, stop)
        return self.data[at : stop if found < 0 else found]

    def line_at(self, offset: int) -> int:
        """Return the 1-based number of the line at an offset."""
        return self.data.count(b"\n", 0, offset) + 1

    def first(self, name: str) -> ExplainEntry | None:
        """Return the first entry of a name."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def text(self, name: str) -> str:
        """Return the first value of an entry without blanks around it; empty where there is none."""
        entry = self.first(name)
        return entry.fields[0].strip() if entry and entry.fields else ""


def parse(source: Source) -> Explain:
    """Cut a file into its objects.

    Raises `ReadError` for a file without the signature, for one whose tabs are gone, and for two
    files one after the other.
    """
    notices: list[Notice] = []
    data, encoding = _plain(source, notices)
    cut = _ExplainCutter(source, Explain(data, notices=notices), encoding)
    cut.run()
    return cut.found


# -- bytes -----------------------------------------------------------------------------------


def _plain(source: Source, notices: list[Notice]) -> tuple[bytes, str]:
    """Return the bytes with tabs and line feeds whatever they were saved with, and their encoding."""
    source, remarks = plain_text(source)
    notices += remarks
    data = source.read()
    encoding = encoding_of(source.head, whole=len(data) <= len(source.head)).value or "cp1252"
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    first = SIGNATURE.match(data)
    if first is None:
        raise ReadError(
            "this is not a Gamry data file",
            path=source.shown,
            where="line 1",
            expected="EXPLAIN, and TAG in the next line",
            found=repr(data[:24]),
            cause="another program's file, or a beginning that was cut",
        )
    return _tabbed(source, data, encoding.replace("-sig", ""), notices)


def _tabbed(source: Source, data: bytes, encoding: str, notices: list[Notice]) -> tuple[bytes, str]:
    """Return a text whose fields are separated by tabs, also when a spreadsheet saved it otherwise."""
    separator = data[(at := data.index(b"TAG") + 3) : at + 2].lstrip(b'"')[:1]
    if separator == b"\t":
        return data, encoding
    if separator == b" ":
        raise ReadError(
            "the tabs of the file are gone",
            path=source.shown,
            where="line 2",
            expected="name, type and values between tabs",
            found=repr(data[: data.find(b"\n", 10)][-40:]),
            cause="an editor or a mail program turned tabs into blanks",
            hint="take the file that the Framework wrote",
        )
    mark = separator.decode("ascii")
    text = decode(data, encoding)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        lines = ["\t".join(cells).replace("\n", " ").rstrip("\t ") for cells in rows]
    except csv.Error as error:
        raise ReadError(
            "the file was saved by another program and is damaged",
            path=source.shown,
            expected=f"fields between {mark!r}",
            found=str(error),
            cause="a spreadsheet, and then a cut",
            hint="take the file that the Framework wrote",
        ) from None
    words = f"its fields stand between {mark!r}, not tabs: another program saved it, and may have rounded numbers"
    notices.append(Notice("saved-again", words))
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"), "utf-8"


# -- objects ---------------------------------------------------------------------------------


class _ExplainCutter:
    """Walk the lines of a file from object to object."""

    def __init__(self, source: Source, found: Explain, encoding: str) -> None:
        self.source, self.found, self.encoding = source, found, encoding
        self.at = 0

    def run(self) -> None:
        """Cut the whole file; every step takes at least one line."""
        self._next()
        while self.at < len(self.found.data):
            at = self.at
            self._object(self._next(), at)

    def _next(self) -> str:
        """Return the next line without its end."""
        line = self.found.line(self.at)
        self.at += len(line) + 1
        return decode(line, self.encoding).rstrip("\r")

    def _object(self, text: str, at: int) -> None:
        name, *fields = text.split("\t")
        kind = fields[0].strip() if fields else ""
        if name == "EXPLAIN":
            raise ReadError(
                "the file holds two data files, one after the other",
                path=self.source.shown,
                where=f"line {self.found.line_at(at)}",
                expected="one line EXPLAIN, the first",
                found=text[:40],
                cause="two files were joined",
                hint="split the file there",
            )
        if not name.strip():
            self._stray(text, at)
        elif kind == _TABLE:
            self._table(name.strip(), fields[1:], at)
        elif name == _TAG:
            self.found.entries.append(ExplainEntry(_TAG, "", tuple(fields)))
        elif kind == _NOTES:
            self.found.entries.append(ExplainEntry(name, kind, tuple(fields[1:]), self._notes(fields[1:])))
        else:
            self.found.entries.append(ExplainEntry(name, kind, tuple(fields[1:])))

    def _stray(self, text: str, at: int) -> None:
        """Keep a line that belongs to no object; rows behind the end of their table are an error."""
        if not text.strip():
            return
        cells = text.split()
        if self.found.blocks and len(cells) > 2 and all(_is_number(cell) for cell in cells[:3]):
            raise ReadError(
                "rows of a table stand behind its end",
                path=self.source.shown,
                where=f"line {self.found.line_at(at)}",
                expected="an object: name, type and values",
                found=repr(text[:40]),
                cause="a line of the table is damaged or was edited",
            )
        self.found.stray.append(text)

    def _notes(self, fields: list[str]) -> tuple[str, ...]:
        """Return as many lines as a NOTES object says; all of them begin with a tab."""
        lines: list[str] = []
        while len(lines) < (_count(fields) or 0) and self.found.data[self.at : self.at + 1] in _NOTE_STARTS:
            lines.append(self._next().removeprefix("\t"))
        return tuple(lines)

    def _table(self, name: str, fields: list[str], at: int) -> None:
        rows = _count(fields)
        names = self._above()
        units = self._above() if self._states_units() else None
        start = min(self.at, len(self.found.data))
        match = _TABLE_END.search(self.found.data, max(start - 1, 0))
        end = match.start() + 1 if match else len(self.found.data)
        self.found.blocks.append(GamryTable(name, rows, names, units, at, start, end))
        self.at = end

    def _above(self) -> tuple[str, ...]:
        """Return the cells of a line above the rows, without the empty one before the first tab."""
        if self.found.data[self.at : self.at + 1] != b"\t":
            return ()
        return tuple(cell.strip() for cell in self._next().rstrip("\t ").split("\t")[1:])

    def _states_units(self) -> bool:
        """Return whether the line of units is there: a row begins with a number."""
        line = self.found.line(self.at)
        first = line.lstrip(b"\t").split(b"\t")[0].strip().decode("latin-1")
        return line[:1] == b"\t" and bool(first) and not _is_number(first.split()[0])


def _count(fields: list[str]) -> int | None:
    """Return the count that stands first behind the type of an object, None where there is none."""
    text = fields[0].strip() if fields else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None  # fits 64 bits


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True
