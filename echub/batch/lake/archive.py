"""What an archive says: the latest line about each source in all ledgers, without keeping the lines."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echub.batch.lake.rows import state_of
from echub.batch.ledger import LINE, OFFSET, Entry, packed
from echub.errors import CommandError, DataError
from echub.files.output import LEDGER
from echub.structured import parse_written
from echub.text import argument, encodable

_GONE, _UNSEEN, _THERE = range(3)
"""Of a source: deleted; its whole folder cannot be seen now, such as a share that is not mounted; there."""
_MANY = 50_000
"""Sources that are looked up together: a few MB."""

Numbers = NDArray[np.int64]


class Archive:
    """The ledgers of a folder of conversions; `DataError` if it has none.

    The valid lines have numbers, from 0, in the order in which they were written. Of a line only hashes and its
    place are kept, 37 bytes: a million sources take 37 MB, their names alone would take 100. A source whose folder
    cannot be seen now counts as there: it stays in the lake. `unreachable` counts these, `damaged` names lines
    that cannot be read. Kinds are those that are gathered, all if there are none.
    """

    def __init__(self, folder: Path, kinds: Sequence[str] = ()) -> None:
        self.folder, self.kinds = folder, kinds
        self.damaged: list[str] = []
        self._there: dict[str, bool] = {}
        try:
            self._names = sorted(name for name in os.listdir(folder) if LEDGER.fullmatch(name))
        except OSError:
            self._names = []
        if not self._names:
            raise DataError(
                f"{folder} has no ledger",
                expected="a folder that `echub convert SRC -o DST` wrote",
                hint=f"echub convert SRC -o {argument(folder)}",
            )
        self._index = _Index(kinds)
        for number, name in enumerate(self._names):
            self._read(number, name)
        self._index.settle()
        self.unreachable = self._index.unseen

    def __len__(self) -> int:
        return len(self._index.place)

    def _read(self, ledger: int, name: str) -> None:
        offset = 0
        with (self.folder / name).open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.endswith(b"\n"):  # the last line of a run at work may be unfinished
                    try:
                        told = parse_written(line, LINE)
                    except CommandError:
                        self.damaged.append(f"{name} line {number}")
                    else:
                        presence = self._presence(told["source"], told["path"])
                        self._index.add(told["source"], packed(ledger, offset), line, presence)
                offset += len(line)

    def _presence(self, source: str, path: str) -> int:
        """Return whether a source still exists, or whether its whole tree cannot be seen."""
        if "://" in path or os.path.lexists(os.path.join(self.folder, path)) or not path.endswith(source):
            return _THERE  # joined files have the name of their run, not of a file
        root = os.path.join(self.folder, path.removesuffix(source))
        if root not in self._there:
            self._there[root] = os.path.isdir(root) and bool(os.listdir(root))
        return _GONE if self._there[root] else _UNSEEN

    def compare(self, known: Iterable[tuple[str, str]]) -> tuple[Numbers, list[str], list[str]]:
        """Compare with what is known: source and state of its line.

        Returns the numbers of the lines that are new or say something else, the known sources that these replace,
        and those of which there is no line.
        """
        same = np.zeros(len(self), bool)
        replaced: list[str] = []
        gone: list[str] = []
        pairs = iter(known)
        while some := list(islice(pairs, _MANY)):
            number = self._index.numbers_of([source for source, _ in some])
            stated = np.array([int(state or "0", 16) for _, state in some], np.uint64)
            found = number >= 0
            equal = found & (self._index.state[np.maximum(number, 0)] == stated) if len(self) else found
            same[number[equal]] = True
            replaced += [some[at][0] for at in np.flatnonzero(found & ~equal)]
            gone += [some[at][0] for at in np.flatnonzero(~found)]
        return np.flatnonzero(~same), replaced, gone

    def by_source(self, numbers: Numbers) -> Numbers:
        """Sort the numbers of lines by the names of their sources."""
        numbers = numbers[np.argsort(self._index.place[numbers])]
        names = [encodable(parse_written(line, LINE)["source"]) for line in self._lines(numbers)]
        return numbers[sorted(range(len(names)), key=names.__getitem__)]

    def entries(self, numbers: Numbers) -> Iterator[tuple[Entry, str]]:
        """Read lines by their numbers, ledger after ledger; return each with its state.

        A name that is not UTF-8, which no Parquet file can hold, has escapes in place of its bytes.
        """
        for line in self._lines(numbers):
            entry = Entry.parse(line)
            yield replace(entry, source=encodable(entry.source)), state_of(line, self.kinds)

    def _lines(self, numbers: Numbers) -> Iterator[bytes]:
        places = self._index.place[numbers]
        for ledger in np.unique(places >> OFFSET):
            with (self.folder / self._names[ledger]).open("rb") as file:
                for place in places[places >> OFFSET == ledger].tolist():
                    file.seek(place & (1 << OFFSET) - 1)
                    yield file.readline()


class _Index:
    """Places and states of lines, by the hash of their source.

    Hashes of 128 bits: that two of a million sources share one has a probability of 10⁻²⁷.
    """

    def __init__(self, kinds: Sequence[str]) -> None:
        self.kinds = kinds
        self._keys, self._places, self._states = bytearray(), array("q"), bytearray()
        self._presence = bytearray()
        self.place, self.state, self.unseen = np.empty(0, np.int64), np.empty(0, np.uint64), 0
        self._key, self._order = np.empty((0, 2), np.uint64), np.empty(0, np.int64)

    def add(self, source: str, place: int, line: bytes, presence: int) -> None:
        """Add a line; the last one about a source counts."""
        self._keys += _hashed(source)
        self._places.append(place)
        self._states += int(state_of(line, self.kinds), 16).to_bytes(8, "little")
        self._presence.append(presence)

    def settle(self) -> None:
        """Keep the last line about each source that is there, and sort the hashes for questions."""
        key, presence = _words(self._keys), np.frombuffer(self._presence, np.uint8)
        order = np.lexsort((key[:, 1], key[:, 0]))  # stable: the lines about a source keep their order
        ordered = key[order]
        last = np.append((ordered[1:] != ordered[:-1]).any(axis=1), len(order) > 0)[: len(order)]
        kept = np.sort(order[last])
        self.unseen = int((presence[kept] == _UNSEEN).sum())
        kept = kept[presence[kept] != _GONE]
        self.place = np.frombuffer(self._places, np.int64)[kept]
        self.state = np.frombuffer(self._states, "<u8").astype(np.uint64)[kept]
        key = key[kept]
        self._order = np.argsort(key[:, 0], kind="stable")
        self._key = key[self._order]
        self._keys, self._places, self._states, self._presence = bytearray(), array("q"), bytearray(), bytearray()

    def numbers_of(self, sources: list[str]) -> Numbers:
        """Return the numbers of the lines about some sources; -1 if there is none."""
        asked = _words(b"".join(map(_hashed, sources)))
        if not len(self._key):
            return np.full(len(asked), -1)
        # A first half that two sources share hides one of them: it is then read again, which does no harm.
        at = np.minimum(np.searchsorted(self._key[:, 0], asked[:, 0]), len(self._key) - 1)
        return np.where((self._key[at] == asked).all(axis=1), self._order[at], -1)


def _hashed(source: str) -> bytes:
    return hashlib.blake2b(encodable(source).encode(), digest_size=16).digest()


def _words(digests: bytes | bytearray) -> NDArray[np.uint64]:
    return np.frombuffer(digests, "<u8").astype(np.uint64).reshape(-1, 2)
