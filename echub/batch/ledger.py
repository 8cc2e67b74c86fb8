"""The ledger of a whole folder: one line for each source, with its result.

Lines are appended whole and never changed; the last line about a source is the valid one. A line
holds no time or duration, so that equal work gives equal lines. Each shard writes a ledger of
its own and reads all of them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NotRequired, TypedDict

from echub.batch import locks
from echub.batch.hashes import Hashes
from echub.errors import CommandError, UnknownOption
from echub.files.output import LEDGER, Written, not_writable, remove_stale
from echub.structured import Shape, parse_written

STEM = "echub-ledger"


@dataclass(frozen=True)
class Shard:
    """One of several disjoint parts of a folder: number `index`, from 1, of `count`."""

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read `i/N`; `UnknownOption` if it is not a shard."""
        index, _, count = text.partition("/")
        if index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count):
            return cls(int(index), int(count))
        raise UnknownOption("--shard takes i/N", expected="i/N with i from 1 to N, such as 3/16", found=text)

    def __contains__(self, key: str) -> bool:
        """Return whether a source is in this part; its path in the tree decides, on every machine alike."""
        hashed = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(hashed[:8], "big") % self.count == self.index - 1


@dataclass(frozen=True)
class Entry:
    """One line: the result for one source (or for the joined files of one run).

    `source` is its path in the tree, `path` the path to it from the ledger's folder. `settings`
    is a hash of everything else that the result depends on: versions, options, added metadata.
    `beside` holds the state of the files that the reader looked for next to the source.
    """

    source: str
    path: str
    size: int
    sha256: str
    status: str
    output: tuple[Written, ...] = ()
    reader: str = ""
    version: str = ""
    echub: str = ""
    schema: str = ""
    settings: str = ""
    content_hash: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    reason: str = ""

    def line(self) -> bytes:
        """Write the entry as one line of ASCII: file names may hold bytes that are not valid text."""
        told = {**vars(self), "output": [part._asdict() for part in self.output]}
        return json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Entry:
        """Read a line, also of a later version; `CommandError` if it is not one."""
        known = parse_written(line, LINE)
        old = known.pop("content_sha256", "")  # the key before schema 1.1
        known.setdefault("content_hash", old)
        output = tuple(Written(**part) for part in known.pop("output", ()))
        return cls(output=output, **known)


class _OutputShape(TypedDict):
    path: str
    size: int
    sha256: str


class _LineShape(TypedDict):
    source: str
    path: str
    size: int
    sha256: str
    status: str
    output: NotRequired[list[_OutputShape]]
    reader: NotRequired[str]
    version: NotRequired[str]
    echub: NotRequired[str]
    schema: NotRequired[str]
    settings: NotRequired[str]
    content_hash: NotRequired[str]
    content_sha256: NotRequired[str]
    beside: NotRequired[dict[str, str]]
    error: NotRequired[str]
    reason: NotRequired[str]


LINE = Shape("the line of the ledger", _LineShape, CommandError, unknown="drop")
"""Any version of echub may go on with the ledger of another: keys that are unknown here are left out."""


class Ledger:
    """The ledger of one run in a folder, and the entries of all ledgers there.

    Opening creates it, ends a line that a killed run left unfinished, and removes temporary files of dead runs.
    Raises `TargetBusy` while another run holds it, `TargetNotWritable` if it cannot be.
    `damaged` lists lines that cannot be read: their sources count as not converted.
    """

    def __init__(self, folder: Path, shard: Shard | None = None) -> None:
        self.folder = folder
        self.run = f"{shard.index}-of-{shard.count}" if shard else "run"
        self.path = folder / (f"{STEM}.{self.run}.jsonl" if shard else f"{STEM}.jsonl")
        self.damaged: list[str] = []
        self._outputs, self._places = Hashes(), Hashes()
        self._files = [self.path]
        self._real = os.path.realpath(folder)
        self._file = locks.create(self.path)
        self._locked = locks.lock(self._file, self.path)
        try:
            self._read_all()
        except OSError as error:
            os.close(self._file)
            raise not_writable(self.path, error) from error
        self.clean()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *raised: object) -> None:
        os.close(self._file)

    def is_output(self, path: Path) -> bool:
        """Return whether a file is one that a run wrote here."""
        return bool(self._outputs) and os.path.realpath(path) in self._outputs

    def about(self, source: str) -> tuple[Entry, ...]:
        """Return all entries about a source, oldest first."""
        found = (Entry.parse(self._line(place)) for place in self._places.of(source))
        return tuple(entry for entry in found if entry.source == source)

    def note(self, entry: Entry) -> None:
        """Append an entry, unless it equals the last one about this source."""
        line = entry.line()
        places = self._places.of(entry.source)
        if places and self._line(places[-1]) == line:
            return
        end = os.fstat(self._file).st_size
        try:
            if os.write(self._file, line) != len(line):  # the disk filled up in the middle of the line
                raise OSError(28, os.strerror(28))
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._file, end)
            raise not_writable(self.path, error) from error
        # A live folder comes to a source again.
        self._know(entry.source, [part.path for part in entry.output], packed(0, end))

    def _know(self, source: str, outputs: Iterable[str], place: int) -> None:
        self._places.add(source, place)
        for output in outputs:
            self._outputs.add(os.path.join(self._real, output))

    def _line(self, place: int) -> bytes:
        """Read a line at its place."""
        with self._files[place >> OFFSET].open("rb") as held:
            held.seek(place & (1 << OFFSET) - 1)
            return held.readline()

    def clean(self) -> None:
        """Remove the temporary files of this run and of dead ones before it."""
        if self._locked:
            remove_stale(self.folder, self.run)

    # -- opening -----------------------------------------------------------------------------

    def _read_all(self) -> None:
        names = [name for name in os.listdir(self.folder) if LEDGER.fullmatch(name)]
        # Our own comes last, so that its entries count.
        for name in sorted(sorted(names), key=lambda name: name == self.path.name):
            self._read(self.folder / name)

    def _read(self, path: Path) -> None:
        offset = 0
        if path != self.path:
            self._files.append(path)
        file = self._files.index(path)
        with path.open("rb") as held:
            for number, line in enumerate(held, 1):
                if not line.endswith(b"\n"):
                    break
                if not self._take(line, packed(file, offset)):
                    self.damaged.append(f"{path.name} line {number}")
                offset += len(line)
        if path == self.path and offset != os.fstat(self._file).st_size:
            os.ftruncate(self._file, offset)

    def _take(self, line: bytes, place: int) -> bool:
        try:
            told = parse_written(line, LINE)
        except CommandError:
            return False
        self._know(told["source"], [part["path"] for part in told.get("output", ())], place)
        return True


OFFSET = 48
"""Bits for the place of a line in its file: 256 TB, and 15 bits are left for the number of the file."""


def packed(file: int, offset: int) -> int:
    """Return the place of a line as one number: the number of its file, and the byte at which it starts."""
    return file << OFFSET | offset
