"""The values of one column of a native file, read when they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from echub.files import filters
from echub.files.damage import damage_of
from echub.files.hdf5 import (
    OpenFile,
    Stored,
    all_values,
    chunk_at,
    our_chunk,
    rows_of,
)
from echub.model.deferred import STEP, Deferred, Said, shuffled, unshuffled
from echub.model.workers import in_order

_RUN = 8
"""Chunks that a thread reads before it hands over what it found: one takes 0.3 ms, handing over up to 0.1."""
_SMALL = 1 << 15
"""Bytes of a column that stays in memory with its file: validation reads one seven times, 0.1 ms each."""


class StoredColumn(NamedTuple):
    """A column in a file, with the type and shape that it must have."""

    file: OpenFile
    dataset: str
    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    def deferred(self) -> Deferred:
        """Return the values, to be read when they are used."""
        is_plain = len(self.shape) == 1 and self.dtype == self.dtype.newbyteorder("<")
        planes = self.planes if is_plain else None
        small = int(np.prod(self.shape)) * self.dtype.itemsize <= _SMALL
        kept = small and self.file.fits
        return Deferred(
            self.dtype, self.shape, self.part, self.whole, planes, stream=self.stream, each=self.each, kept=kept
        )

    def part(self, first: int, last: int) -> NDArray[Any]:
        """Read rows first to last."""
        with self._array() as array:
            if first % STEP or our_chunk(array) != STEP:
                return rows_of(array, first, last)
            found = [self._block(chunk_at(array, start), STEP, start)[1] for start in range(first, last, STEP)]
            return (found[0] if len(found) == 1 else np.concatenate(found))[: last - first]

    def planes(self, first: int, last: int) -> NDArray[np.uint8]:
        """Return the bytes of rows first to last, shuffled: a chunk's are, as it is stored."""
        with self._array() as array:
            size = our_chunk(array)
            if not size or first % size or last - first > size:
                values = np.ascontiguousarray(rows_of(array, first, last), self.dtype)
                return shuffled(values.view(np.uint8).reshape(last - first, -1))
            found = filters.inflate(chunk_at(array, first), self.dtype.itemsize, size)
            return np.ascontiguousarray(found[:, : last - first])

    def whole(self) -> NDArray[Any]:
        """Read all values, inflated in threads."""
        with self._array() as array:
            size = our_chunk(array)
            if not size:
                return all_values(array, self.dtype, self.shape)
            values = np.empty(self.shape, self.dtype)

            def fill(firsts: range) -> None:
                for first in firsts:
                    self._read_chunk(array, first, values[first : first + size], size)

            for _ in in_order(fill, self._runs(size)):
                pass
            return values

    def each(self, look: Callable[[NDArray[Any]], Said]) -> Iterator[Said]:
        """Yield what a function says of the rows of each chunk, in order, called in threads.

        The rows are there during the call only: memory that is new for each chunk takes a fifth of the time.
        """
        with self._array() as array:
            if our_chunk(array) != STEP:
                yield from (look(part) for _, part in self.stream())
                return

            def look_at(firsts: range) -> list[Said]:
                room = np.empty(STEP, self.dtype)
                return [look(self._read_chunk(array, n, room[: self.shape[0] - n], STEP)) for n in firsts]

            for said in in_order(look_at, self._runs(STEP)):
                yield from said

    def _runs(self, size: int) -> Iterator[range]:
        """Yield the first rows of chunks that one thread reads one after the other."""
        return (
            range(self.shape[0])[first : first + _RUN * size : size]
            for first in range(0, self.shape[0], _RUN * size)
        )

    def _read_chunk(self, array: Stored, first: int, rows: NDArray[Any], size: int) -> NDArray[Any]:
        """Read a chunk of `size` rows into `rows`, which are fewer at the end of the column; return them."""
        planes = filters.inflate(chunk_at(array, first), self.dtype.itemsize, size)[:, : len(rows)]
        unshuffled(planes, rows.view(np.uint8).reshape(len(rows), -1))
        return rows

    def stream(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield all rows in order, without keeping them; the file stays open meanwhile."""
        with self._array() as array:
            if our_chunk(array) == STEP:
                yield from self._inflated(array, STEP)
            else:
                rows = self.shape[0]
                yield from ((n, rows_of(array, n, min(n + STEP, rows))) for n in range(0, rows, STEP))

    def _inflated(self, array: Stored, size: int) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield the rows chunk by chunk: read one after the other, inflated in threads."""
        chunks = ((chunk_at(array, first), size, first) for first in range(0, self.shape[0], size))
        return in_order(lambda chunk: self._block(*chunk), chunks)

    def _block(self, chunk: bytes, size: int, first: int) -> tuple[int, NDArray[Any]]:
        """Return the rows of a chunk, without those behind the last one of the column."""
        return first, filters.unpack(chunk, self.dtype, size)[: self.shape[0] - first]

    @contextmanager
    def _array(self) -> Iterator[Stored]:
        with damage_of(self.file.source, self.name), self.file.opened() as root:
            yield self.file.array(root, self.dataset, self.name, self.dtype, self.shape)
