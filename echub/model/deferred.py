"""Values that stay on the disk until somebody asks for them.

A large column knows its type and shape; its values are read when `values` is first used, or block by
block by whoever passes through a file once, such as the converter and the validator.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

STEP = 65_536
"""Rows that are read together: as many as are stored together in a native file."""

_STRIP = 256
"""Items that are shuffled at once: 15 KB of records of 60 bytes, half of the processor's nearest cache.

With 512 it takes a tenth longer, with all at once half as long again.
"""
_NARROW = 16
"""Bytes of an item up to which all items are shuffled at once, byte by byte: half the time of strips."""

Array = NDArray[Any]
Holder = TypeVar("Holder")
Said = TypeVar("Said")


class Deferred:
    """An array whose values are read when asked for, along its first axis.

    `part(first, last)` reads rows, `whole()` all of them at once if there is a faster way. `planes(first,
    last)`, if there is a faster way, gives the bytes of rows shuffled as HDF5 does, (itemsize, rows),
    `distinct()` the values that occur, ascending, `ends()` the smallest and the largest, `stream()` all
    rows in order, `STEP` at a time, each part with its first row, and `each(look)` what a function says of
    each of these parts, in order, called in threads.

    `infinite()` gives the rows of infinite values, where a pass over the source knows them.

    With `kept`, all values are read at the first use of any, and stay: a small column is read many times over.
    """

    def __init__(
        self,
        dtype: np.dtype[Any],
        shape: tuple[int, ...],
        part: Callable[[int, int], Array],
        whole: Callable[[], Array] | None = None,
        planes: Callable[[int, int], NDArray[np.uint8]] | None = None,
        distinct: Callable[[], Array] | None = None,
        ends: Callable[[], tuple[Any, Any]] | None = None,
        stream: Callable[[], Iterator[tuple[int, Array]]] | None = None,
        each: Callable[[Callable[[Array], Any]], Iterator[Any]] | None = None,
        *,
        infinite: Callable[[], NDArray[np.intp]] | None = None,
        kept: bool = False,
    ) -> None:
        self.dtype, self.shape = np.dtype(dtype), shape
        self._part, self._whole = part, whole
        self.planes, self.distinct, self.ends, self._stream, self._each = planes, distinct, ends, stream, each
        self.infinite, self._kept = infinite, kept
        self._loaded: Array | None = None

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def ndim(self) -> int:
        """Return the number of axes."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """Return the bytes that the values take in memory."""
        return int(np.prod(self.shape)) * self.dtype.itemsize

    def part(self, first: int, last: int) -> Array:
        """Return rows first to last, without keeping them."""
        values = self._in_memory()
        return self._part(first, last) if values is None else values[first:last]

    def load(self) -> Array:
        """Return all values; they are read once and kept."""
        if self._loaded is None:
            self._loaded = self._read()
        return self._loaded

    def fresh(self) -> Array:
        """Return all values without keeping them."""
        values = self._in_memory()
        return self._read() if values is None else values

    def stream(self) -> Iterator[tuple[int, Array]]:
        """Yield all rows in order, `STEP` at a time, each part with its first row, without keeping them."""
        if self._stream is not None and self._in_memory() is None:
            return self._stream()
        return ((first, self.part(first, min(first + STEP, len(self)))) for first in range(0, len(self), STEP))

    def each(self, look: Callable[[Array], Said]) -> Iterator[Said]:
        """Yield what a function says of the rows, `STEP` at a time, in order; it may be called in threads.

        It must not keep the rows. A thread that looks at what it has read itself waits for no other one.
        """
        if self._each is not None and self._in_memory() is None:
            return self._each(look)
        return (look(part) for _, part in self.stream())

    def _in_memory(self) -> Array | None:
        return self.load() if self._kept else self._loaded

    def _read(self) -> Array:
        return self._whole() if self._whole is not None else self._joined()

    def _joined(self) -> Array:
        values = np.empty(self.shape, self.dtype)
        for first, part in parts(self):
            values[first : first + len(part)] = part
        return values

    def map(self, function: Callable[[Array], Array], dtype: np.dtype[Any]) -> Deferred:
        """Return values that a function makes of these, one by one, when they are asked for."""
        known = self.distinct
        return Deferred(
            dtype,
            self.shape,
            lambda first, last: function(self.part(first, last)),
            lambda: function(self.load()),
            distinct=None if known is None else lambda: _ascending(function(known())),
        )


def parts(values: Array | Deferred, step: int = STEP) -> Iterator[tuple[int, Array]]:
    """Yield the rows in order, `step` at a time, each part with its first row."""
    if not values.ndim:
        yield 0, held_or_loaded(values)
        return
    if isinstance(values, Deferred) and step == STEP:
        yield from values.stream()
        return
    for first in range(0, len(values), step):
        last = min(first + step, len(values))
        yield first, values.part(first, last) if isinstance(values, Deferred) else values[first:last]


class Passed(NamedTuple):
    """What one pass over a column (n,) finds: its ends, both NaN if any value is, and how it runs down the rows.

    `rises`: each value is larger than the one before; `falls`: some value is not at least as large, or is NaN.
    """

    low: Any
    high: Any
    rises: bool
    falls: bool


class _Seen(NamedTuple):
    """What is seen of one part of a column: its ends, its first and last value, and how it runs."""

    low: Any
    high: Any
    first: Any
    last: Any
    rises: bool
    falls: bool


def passed(values: Array | Deferred) -> Passed:
    """Pass over a column once, block by block; it must not be empty."""
    seen = list(_each(values, _run))
    pairs = list(itertools.pairwise(seen))
    return Passed(
        np.array([part.low for part in seen]).min(),
        np.array([part.high for part in seen]).max(),
        rises=all(part.rises for part in seen) and all(later.first > part.last for part, later in pairs),
        falls=any(part.falls for part in seen) or not all(later.first >= part.last for part, later in pairs),
    )


def _run(part: Array) -> _Seen:
    with np.errstate(invalid="ignore"):  # which each thread has for itself
        rises = bool((part[1:] > part[:-1]).all())
        falls = not rises and not bool((part[1:] >= part[:-1]).all())
    return _Seen(*_ends(part), part[0], part[-1], rises, falls)


def _ends(part: Array) -> tuple[Any, Any]:
    with np.errstate(invalid="ignore"):
        return part.min(), part.max()


def _each(values: Array | Deferred, look: Callable[[Array], Said]) -> Iterator[Said]:
    """Yield what a function says of the parts of a column (n,)."""
    return values.each(look) if isinstance(values, Deferred) else (look(part) for _, part in parts(values))


def extremes(values: Array | Deferred) -> tuple[Any, Any]:
    """Return the smallest and the largest value; both are NaN if any value is. The array must not be empty."""
    if not isinstance(values, Deferred) or values.ndim != 1:
        whole = held_or_loaded(values)
        return whole.min(), whole.max()
    if values.distinct is not None:
        known = values.distinct()
        return known[0], known[-1]
    if values.ends is not None:
        return values.ends()
    found = np.array(list(values.each(_ends)))
    return found[:, 0].min(), found[:, 1].max()


def occurring(values: Array | Deferred) -> Array:
    """Return the values that occur in (n,), ascending; quick for those that change rarely down the rows."""
    if isinstance(values, Deferred) and values.distinct is not None:
        return values.distinct()
    found = [np.empty(0, values.dtype)]
    for _, part in parts(values):
        found += [part[:-1][part[1:] != part[:-1]], part[-1:]]
    return _ascending(np.concatenate(found))


def _ascending(values: Array) -> Array:
    """Return the different values, ascending; whole numbers without `np.unique`: it imports masked arrays."""
    if values.dtype.kind not in "iu":
        return np.unique(values)
    ordered = np.sort(values)
    differs = np.append(True, ordered[1:] != ordered[:-1])
    found: Array = ordered[differs[: len(ordered)]]
    return found


def held_or_loaded(values: Array | Deferred) -> Array:
    """Return an array as it is, and the values of any other."""
    return values.load() if isinstance(values, Deferred) else values


def fresh(column: Any) -> Array:  # noqa: ANN401
    """Return the values of a column for one use: those of a large file are not kept."""
    values = held(column)
    return values.fresh() if isinstance(values, Deferred) else values


def shuffled(octets: NDArray[np.uint8], room: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Transpose the bytes of items (n, itemsize), into `room` (itemsize, n) if it is given."""
    made = np.empty(octets.shape[::-1], np.uint8) if room is None else room
    if octets.shape[1] <= _NARROW:
        for number, plane in enumerate(made):
            plane[...] = octets[:, number]
        return made
    for first in range(0, len(octets), _STRIP):
        made[:, first : first + _STRIP] = octets[first : first + _STRIP].T
    return made


def unshuffled(planes: NDArray[np.uint8], room: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Undo `shuffled`: return the bytes of items (n, itemsize), in `room` if it is given."""
    made = np.empty(planes.shape[::-1], np.uint8) if room is None else room
    for number, plane in enumerate(planes):  # two to four times as fast as assigning the transposed array
        made[:, number] = plane
    return made


def unread(values: Array | Deferred) -> Array:
    """Return values for a field `values`, which is typed as the array that its users see."""
    return cast("Array", values)


class _Values:
    """The attribute `values` of a column: what is held, read when it is first used."""

    def __init__(self, slot: Any) -> None:  # noqa: ANN401
        self.slot = slot

    def __get__(self, column: object, owner: type | None = None) -> Any:  # noqa: ANN401
        return self if column is None else held_or_loaded(self.slot.__get__(column))

    def __set__(self, column: object, values: Array | Deferred) -> None:
        self.slot.__set__(column, values)


def deferring(column: type[Holder]) -> type[Holder]:
    """Let the field `values` of a dataclass with slots hold values that are read when they are used."""
    column._held = column.values  # type: ignore[attr-defined]
    column.values = _Values(column.values)  # type: ignore[attr-defined]
    return column


def held(column: Any) -> Array | Deferred:  # noqa: ANN401
    """Return what a column holds, without reading it."""
    found: Array | Deferred = column._held  # the slot of `values` itself
    return found


def altered(column: Holder, **changes: Any) -> Holder:  # noqa: ANN401
    """Return a column with changes, as `dataclasses.replace` does, without reading its values."""
    return dataclasses.replace(column, **{"values": held(column), **changes})  # type: ignore[type-var]
