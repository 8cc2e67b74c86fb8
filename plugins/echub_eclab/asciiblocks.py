"""A large table in which every line is a row, block by block in threads.

What holds for nearly every file needs neither the whole text in memory nor a second look at it. Anything else
is left to those who know what may be wrong with a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from echub.plugin import Growing, Source, in_order
from echub_eclab.asciicells import cells_of

if TYPE_CHECKING:
    import polars as pl

BLOCK = 1 << 22
"""Bytes of a block: 4 MiB keep polars busy, and what is looked for in them is found in the processor's cache."""

_LEAST_LAST = 1 << 16
"""A shorter rest is read with the block before it: the last row is judged by the rows before."""


@dataclass(frozen=True)
class RegularRows:
    """What the first rows say of all: kinds of the named columns, cells in a row, decimal mark; their start."""

    start: int
    kinds: Sequence[str]
    width: int
    mark: str

    @property
    def strange(self) -> tuple[bytes, ...]:
        """Return what no regular table holds: damage, marks of no number, the other decimal mark among numbers."""
        other = b"," if self.mark == "." else b"."
        return (b"\0", b"#") if "text" in self.kinds else (b"\0", b"#", other)


def regular_columns(
    source: Source, rows: RegularRows, ended: Callable[[bytes], bytes | None]
) -> list[pl.Series | NDArray[Any]] | None:
    """Parse all rows; None where not every line is a row of that width, with a value in each named column.

    Numbers are float64 or int64 arrays. `ended` returns the last block as far as its rows are whole; None if
    the file is cut short.
    """
    columns = _BlockColumns(rows.kinds)
    done = read = 0
    for frame, size in in_order(partial(_parsed, source, rows, ended), _blocks(source, rows.start), workers=1):
        if frame is None:
            return None
        read, done = read + size, done + len(frame)
        # 1 % more rows than it looks like, since later rows may be shorter.
        columns.add(frame.get_columns(), int(1.01 * done * (source.size - rows.start) / read))
    return columns.joined()


class _BlockColumns:
    """The columns of a table: numbers in one array for each type, texts in the blocks of polars."""

    def __init__(self, kinds: Sequence[str]) -> None:
        numbers = {kind: [n for n, each in enumerate(kinds) if each == kind] for kind in _DTYPES}
        self._numbers = [(numbers[kind], Growing(len(numbers[kind]), dtype)) for kind, dtype in _DTYPES.items()]
        self._texts: dict[int, list[pl.Series]] = {n: [] for n, kind in enumerate(kinds) if kind not in _DTYPES}

    def add(self, block: Sequence[pl.Series], expected: int) -> None:
        """Append a block; room for `expected` rows is made at once."""
        for numbers, growing in self._numbers:
            growing.add([block[n] for n in numbers], expected)
        for n, parts in self._texts.items():
            parts.append(block[n])

    def joined(self) -> list[pl.Series | NDArray[Any]]:
        """Return the whole columns in the order of the file."""
        import polars as pl

        whole: dict[int, pl.Series | NDArray[Any]] = {n: pl.concat(parts) for n, parts in self._texts.items()}
        for numbers, growing in self._numbers:
            whole |= zip(numbers, growing.joined(), strict=True)
        return [whole[n] for n in sorted(whole)]


_DTYPES = {"int": "<i8", "float": "<f8"}


def _blocks(source: Source, start: int) -> Iterator[tuple[int, int]]:
    """Cut the rows at line ends: first byte and length of each block."""
    with source.open() as file:
        while start < source.size:
            end = start + BLOCK
            if source.size - end > _LEAST_LAST:
                file.seek(end)
                end += len(file.readline())
            else:
                end = source.size
            yield start, end - start
            start = end


def _parsed(
    source: Source, rows: RegularRows, ended: Callable[[bytes], bytes | None], block: tuple[int, int]
) -> tuple[pl.DataFrame | None, int]:
    """Read and parse one block; no frame where it holds anything but rows."""
    start, size = block
    read = source.read(start, size)
    data = ended(read) if start + size == source.size else read
    if data is None or any(what in data for what in rows.strange):
        return None, size
    frame = cells_of(data if rows.mark == "." else data.replace(b",", b"."), rows.kinds, rows.width, wide=False)
    return (frame if not isinstance(frame, str) and _is_full(frame, len(rows.kinds)) else None), size


def _is_full(frame: pl.DataFrame, named: int) -> bool:
    """Return whether every named cell has a value, and no other."""
    columns = frame.get_columns()
    return not any(column.null_count() for column in columns[:named]) and all(
        column.null_count() == len(frame) for column in columns[named:]
    )
