"""The records of a data module, read block by block: fields as columns, and as their shuffled bytes."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cached_property, partial
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Deferred, ReadError, Source, shuffled, unshuffled

CHUNK = 1 << 19
"""Bytes read at once: small enough for the processor's cache (at 4 MiB it takes half as long again)."""
_ALONE = 1
"""Columns that are read alone, beside the clock; who asks for another gets all, which are in the same bytes."""
KEPT = 1 << 26
"""Bytes up to which clock and codes are kept when all rows have been looked at: nearly everything needs them."""
_LOOK = 1 << 18
"""Rows whose codes are looked at together: as many as the cache holds, since each call of NumPy costs 1 µs."""
_LARGE, _ALIGNED = 1 << 22, 64
"""Bytes of an array from which on NumPy asks for large pages, and those of a line of the processor's cache."""
_CODES = 2
"""Bytes of an integer up to which all values that can occur make a small table."""


class Records:
    """Records of one layout in a file; `dtype` has a field for each column.

    A file of one block is read at once. The columns of a larger one are read when they are asked for, except
    `clock`, one of them, which is read when the codes are looked at.
    """

    def __init__(self, source: Source, start: int, dtype: np.dtype[Any], rows: int, clock: str = "") -> None:
        self.source, self.start, self.dtype, self.rows, self.clock = source, start, dtype, rows, clock
        self.names = dtype.names or ()
        self._step = max(1, CHUNK // dtype.itemsize)
        self._offsets = {name: int(place[1]) for name, place in (dtype.fields or {}).items()}
        self._block = threading.local()
        self._asked: set[str] = set()
        self._alone = 0
        self._read: dict[str, NDArray[Any]] = {}
        self._reading = threading.Lock()

    def columns(self) -> list[NDArray[Any] | Deferred]:
        """Return one array for each field, in order."""
        if self.rows * self.dtype.itemsize <= CHUNK:
            arrays = self._split(self.names)
            return [arrays[name] for name in self.names]
        return [self._deferred(name) for name in self.names]

    def _deferred(self, name: str) -> Deferred:
        is_whole = self.dtype[name].kind == "u"
        return Deferred(
            self.dtype[name],
            (self.rows,),
            partial(self._part, name),
            whole=partial(self._whole, name),
            planes=partial(self._planes_of, name),
            distinct=partial(self._codes_of, name) if self._is_code(name) else None,
            ends=partial(self._ends_of, name) if is_whole and not self._is_code(name) else None,
            infinite=None if is_whole else partial(self._infinite_of, name),
        )

    # -- blocks ----------------------------------------------------------------------------

    def _load(self, first: int, last: int) -> NDArray[Any]:
        """Read records first to last, valid until the next block is read in this thread."""
        self._forget()
        with self.source.open() as file:
            file.seek(self.start + first * self.dtype.itemsize)
            records = self._next(file, last - first)
        self.source.require_unchanged()
        return records

    def _forget(self) -> None:
        """Note that the latest block of this thread is no longer there."""
        self._block.rows, self._block.records = (0, 0), np.empty(0, self.dtype)
        self._block.fields = {}

    def _next(self, file: BinaryIO, count: int) -> NDArray[Any]:
        """Read the next records into the buffer of this thread: new memory would take half of the time."""
        length = count * self.dtype.itemsize
        buffer: bytearray = getattr(self._block, "buffer", bytearray())
        if len(buffer) < length:
            buffer = self._block.buffer = bytearray(length)
        view = memoryview(buffer)[:length]
        _fill(file, view, self.source)
        return np.frombuffer(view, self.dtype)

    def _part(self, name: str, first: int, last: int) -> NDArray[Any]:
        """Return a field of records first to last, read-only.

        Each thread keeps its latest block, with the record before it: what is derived may look one row back.
        A field is taken out of the whole block once: several columns are derived from it, in smaller blocks.
        """
        start, end = getattr(self._block, "rows", (0, 0))
        if not start <= first <= last <= end or not end:
            start, self._block.planes = max(0, first - 1), None
            self._block.records = self._load(start, last)
            self._block.rows = start, last
        fields: dict[str, NDArray[Any]] = self._block.fields
        if name not in fields:
            fields[name] = self._field(name)
            fields[name].flags.writeable = False
        return fields[name][first - start : last - start]

    def _field(self, name: str) -> NDArray[Any]:
        """Return a field of the block of this thread: from its planes, if there are any, and the record before."""
        before: NDArray[Any] = self._block.records[name]
        place: tuple[tuple[int, int], NDArray[np.uint8]] | None = self._block.planes
        if place is None:
            return np.array(before)
        count = place[1].shape[1]
        field = np.empty(len(before) + count, self.dtype[name])
        field[: len(before)] = before
        unshuffled(self._planes_in(place[1], name), field[len(before) :].view(np.uint8).reshape(count, -1))
        return field

    def _planes_of(self, name: str, first: int, last: int) -> NDArray[np.uint8]:
        """Return the bytes of a field, shuffled, valid until the next block is asked for in this thread.

        A block that is transposed as a whole has those of all its fields.
        """
        place: tuple[tuple[int, int], NDArray[np.uint8]] | None = getattr(self._block, "planes", None)
        if place is None or place[0] != (first, last):
            place = self._block.planes = (first, last), self._transposed(first, last)
        return self._planes_in(place[1], name)

    def _planes_in(self, planes: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
        return planes[self._offsets[name] : self._offsets[name] + self.dtype[name].itemsize]

    def _transposed(self, first: int, last: int) -> NDArray[np.uint8]:
        """Read records first to last and return their bytes, shuffled, piece by piece while they are in the cache.

        Of the block of this thread there are then its planes, and the record before them.
        """
        self._forget()
        self._block.planes = None
        start, size = max(0, first - 1), self.dtype.itemsize
        planes = self._room((last - first) * size).reshape(size, last - first)
        with self.source.open() as file:
            file.seek(self.start + start * size)
            before = self._next(file, first - start).copy()
            for at in range(0, last - first, self._step):
                records = self._next(file, min(self._step, last - first - at))
                shuffled(records.view(np.uint8).reshape(-1, size), planes[:, at : at + len(records)])
        self.source.require_unchanged()
        self._block.rows, self._block.records = (start, last), before
        return planes

    def _room(self, size: int) -> NDArray[np.uint8]:
        """Return memory of this thread for the bytes of a block, used again for the next one."""
        room: NDArray[np.uint8] | None = getattr(self._block, "room", None)
        if room is None or len(room) < size:
            room = self._block.room = np.empty(size, np.uint8)
        return room[:size]

    # -- whole columns ---------------------------------------------------------------------

    def _whole(self, name: str) -> NDArray[Any]:
        with self._reading:
            if name not in self._read:
                self._alone += name != self.clock
                self._asked.add(name)
                wanted = [n for n in self.names if n not in self._asked] if self._alone > _ALONE else []
                self._read |= self._split([name, *wanted])
                self._asked.update(wanted)
            return self._read.pop(name)

    def _split(self, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Read fields into one contiguous array each, in one pass."""
        columns = self._new_columns(names)
        size, step = self.dtype.itemsize, self._step
        buffer = bytearray(min(step, self.rows) * size)
        with self.source.open() as file:
            file.seek(self.start)
            for first in range(0, self.rows, step):
                count = min(step, self.rows - first)
                view = memoryview(buffer)[: count * size]
                _fill(file, view, self.source)
                records = np.frombuffer(view, self.dtype)
                for name, column in columns.items():
                    column[first : first + count] = records[name]
        self.source.require_unchanged()
        return columns

    # -- what occurs -----------------------------------------------------------------------

    def _codes_of(self, name: str) -> NDArray[Any]:
        return np.flatnonzero(self._seen[name]).astype(self.dtype[name])

    def _ends_of(self, name: str) -> tuple[Any, Any]:
        low, high = self._seen[name]
        return low, high

    def _infinite_of(self, name: str) -> NDArray[np.intp]:
        return self._seen[name]

    @cached_property
    def _seen(self) -> dict[str, NDArray[Any]]:
        """Look at all fields in one pass: a table of the codes that occur, or both extremes of other whole
        numbers, or the rows of infinite numbers.

        Clock and codes are copied on the way, and kept unless they are too large.
        """
        whole = [name for name in self.names if self.dtype[name].kind == "u"]
        seen = {n: np.zeros(1 << 8 * self.dtype[n].itemsize, dtype=bool) for n in whole if self._is_code(n)}
        ends: dict[str, list[Any]] = {name: [] for name in whole if name not in seen}
        infinite: dict[str, list[Any]] = {name: [] for name in self.names if name not in whole}
        kept = self._kept([*seen, *([self.clock] if self.clock else [])])
        room = {name: np.empty(min(_LOOK, self.rows), self.dtype[name]) for name in whole if name not in kept}
        for first in range(0, self.rows, _LOOK):
            last = min(first + _LOOK, self.rows)
            columns = {name: column[first:last] for name, column in kept.items()}
            columns |= {name: column[: last - first] for name, column in room.items()}
            self._copy(first, last, columns, infinite)
            for name, table in seen.items():
                codes = columns[name]
                table[codes[:-1][codes[1:] != codes[:-1]]] = True  # codes change rarely down the rows
                table[codes[-1]] = True
            for name, found in ends.items():
                found += [columns[name].min(), columns[name].max()]
        with self._reading:
            self._read |= {name: column for name, column in kept.items() if name not in self._asked}
            self._asked.update(kept)
        extremes = {name: np.array([min(found), max(found)]) for name, found in ends.items()}
        return seen | extremes | {name: np.array(rows, np.intp) for name, rows in infinite.items()}

    def _copy(
        self, first: int, last: int, columns: dict[str, NDArray[Any]], infinite: dict[str, list[Any]]
    ) -> None:
        """Copy fields of records first to last into arrays of as many rows; note the rows of infinite numbers."""
        for at in range(first, last, self._step):
            records = self._load(at, min(at + self._step, last))
            for name, column in columns.items():
                column[at - first : at - first + len(records)] = records[name]
            for name, rows in infinite.items():
                rows += (at + np.flatnonzero(np.isinf(records[name]))).tolist()

    def _kept(self, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Return new arrays for fields, or none if together they are too large to keep."""
        fields = list(names)
        if self.rows * sum(self.dtype[name].itemsize for name in fields) > KEPT:
            return {}
        return self._new_columns(fields)

    def _new_columns(self, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Return a new array for each field; those too small for large pages of the system share one array.

        Filling it takes a third of the time. All of it lives as long as one of its columns.
        """
        types = {name: self.dtype[name] for name in names}
        places, end = {}, 0
        for name, dtype in types.items():
            length = self.rows * dtype.itemsize
            if length < _LARGE:
                places[name] = end, end + length
                end += -(-length // _ALIGNED) * _ALIGNED
        shared = np.empty(end, np.uint8)
        return {
            name: shared[slice(*places[name])].view(dtype) if name in places else np.empty(self.rows, dtype)
            for name, dtype in types.items()
        }

    def _is_code(self, name: str) -> bool:
        return self.dtype[name].kind == "u" and self.dtype[name].itemsize <= _CODES


def _fill(file: BinaryIO, view: memoryview, source: Source) -> None:
    if file.readinto(view) != len(view):  # type: ignore[attr-defined]
        raise ReadError("the file shrank while it was read", path=source.shown)
