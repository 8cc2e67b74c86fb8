"""The ledger of a whole folder: one line for each source, with its result.

Lines are appended whole and never changed; the last line about a source is the valid one. A line
holds no time or duration, so that equal work gives equal lines. Each shard writes a ledger of
its own and reads all of them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NotRequired, TypedDict

from echub.errors import CommandError, TargetBusy, UnknownOption
from echub.files.output import LEDGER, Written, not_writable, remove_stale
from echub.structured import Shape, parse

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
        told = {**vars(self), "output": [vars(part) for part in self.output]}
        return json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Entry:
        """Read a line, also of a later version; `CommandError` if it is not one."""
        known = parse(line, LINE, syntax="json")
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
        # Hashes and places, not texts: a million entries take 0.2 GB instead of 1 GB. Of a million sources and
        # as many outputs, two have the same hash of 64 bits with a probability of 10⁻⁷.
        self._outputs: set[int] = set()
        self._places: dict[int, tuple[int, ...]] = {}
        self._files = [self.path]
        self._real = os.path.realpath(folder)
        self._file = _open(self.path)
        self._locked = _lock(self._file, self.path)
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
        return bool(self._outputs) and hash(os.path.realpath(path)) in self._outputs

    def about(self, source: str) -> tuple[Entry, ...]:
        """Return all entries about a source, oldest first."""
        found = (Entry.parse(self._line(place)) for place in self._places.get(hash(source), ()))
        return tuple(entry for entry in found if entry.source == source)

    def note(self, entry: Entry) -> None:
        """Append an entry, unless it equals the last one about this source."""
        line = entry.line()
        places = self._places.get(hash(entry.source), ())
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
        self._know(entry, _packed(0, end, len(line)))  # a live folder comes to a source again

    def _know(self, entry: Entry, place: int) -> None:
        key = hash(entry.source)
        self._places[key] = (*self._places.get(key, ()), place)
        self._outputs.update(hash(os.path.join(self._real, part.path)) for part in entry.output)

    def _line(self, place: int) -> bytes:
        """Read a line at its place."""
        file, offset, length = _unpacked(place)
        with self._files[file].open("rb") as held:
            held.seek(offset)
            return held.read(length)

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
                self._take(line, _packed(file, offset, len(line)), f"{path.name} line {number}")
                offset += len(line)
        if path == self.path and offset != os.fstat(self._file).st_size:
            os.ftruncate(self._file, offset)

    def _take(self, line: bytes, place: int, where: str) -> None:
        try:
            entry = Entry.parse(line)
        except CommandError:
            self.damaged.append(where)
            return
        self._know(entry, place)


_LENGTH, _OFFSET = 24, 48
"""Bits for the length of a line and for its offset: 16 MB, and 256 TB."""


def _packed(file: int, offset: int, length: int) -> int:
    return (file << _OFFSET | offset) << _LENGTH | length


def _unpacked(place: int) -> tuple[int, int, int]:
    return place >> _LENGTH + _OFFSET, place >> _LENGTH & (1 << _OFFSET) - 1, place & (1 << _LENGTH) - 1


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
    except OSError as error:
        raise not_writable(path, error) from error


def hold(path: Path) -> int:
    """Create and lock a file; return it, to be closed at the end. `TargetBusy` while another process holds it."""
    file = _open(path)
    _lock(file, path)
    return file


def _lock(file: int, path: Path) -> bool:
    """Lock a ledger for as long as it is open; False if the file system knows no locks."""
    try:
        _lock_file(file)
    except BlockingIOError:
        os.close(file)
        raise TargetBusy(
            "another run is writing there",
            path=str(path),
            hint="wait for its end, write elsewhere with -o, or share the work with --shard i/N",
        ) from None
    except OSError:
        return False
    return True


def _lock_file(file: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        os.lseek(file, 1 << 40, os.SEEK_SET)  # a place that is never read or written
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError as error:
            raise BlockingIOError(*error.args) from None
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
