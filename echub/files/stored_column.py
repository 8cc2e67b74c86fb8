"""The values of one column of a native file, read when they are used."""

from __future__ import annotations

from collections.abc import Iterator
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
    local_array,
    local_group,
    our_chunk,
    require_form,
    rows_of,
)
from echub.model.deferred import STEP, Deferred, shuffled
from echub.model.workers import in_order


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
        return Deferred(self.dtype, self.shape, self.part, self.whole, planes, stream=self.stream)

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
            for first, part in self._inflated(array, size):
                values[first : first + len(part)] = part
            return values

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
            array = self.file.arrays.get((self.dataset, self.name))
            if array is None:
                array = local_array(local_group(root, self.dataset), self.name)
                require_form(array, self.dtype, self.shape)
                if self.file.stays_open:
                    self.file.arrays[self.dataset, self.name] = array
            yield array
