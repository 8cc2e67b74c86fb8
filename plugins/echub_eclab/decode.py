"""Records to columns: how many whole records the file holds, and their fields as arrays."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Dropped, Notice, ReadError, Source
from echub.text import several
from echub_eclab.container import WORD, Module, is_boundary
from echub_eclab.layout import DataHeader, RecordLayout
from echub_eclab.records import CHUNK

TIME = 4
"""The column id of time/s."""

_SERIES = 2
"""Rows whose clock can go on: one alone may be any bytes."""

_BLOCK = 512
"""Bytes of a disk sector: what was not written starts at a multiple of it."""


class Extent(NamedTuple):
    """How many records are read, where their module ends, and what the user has to know of it.

    `doubtful`: neither statement of the file confirms the number; the clock has to.
    """

    rows: int
    end: int
    notices: tuple[Notice, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    doubtful: bool = False


def extent(source: Source, module: Module, header: DataHeader, layout: RecordLayout) -> Extent:
    """Decide how many records to read.

    A sound file states the number twice, as points and by its length. Of two that disagree the
    one counts behind which a module begins or the file ends. Where the file ends before, its
    whole records are read; where nothing fits, `ReadError`. Each gives a notice.
    """
    held, size = header.held, layout.size
    agree = header.points * size == header.stated
    if agree and held == header.stated:
        return _with_rows_behind(source, module, header, layout)
    counted = header.start + header.points * size
    if not agree and is_boundary(source, counted):
        text = f"the module {module.short} states {max(header.stated, 0)} bytes of rows, its {header.points} rows"
        return Extent(header.points, counted, (Notice("module-length", f"{text} are {header.points * size}"),))
    if held < header.stated:
        return _cut_short(source, header, size, doubtful=not agree)
    if held % size == 0:
        text = f"the header counts {several(header.points, 'row')}, the data hold {held // size}; all were read"
        return Extent(held // size, module.end, (Notice("row-count", text),), doubtful=True)
    raise misfit(source, header, size)


def _with_rows_behind(source: Source, module: Module, header: DataHeader, layout: RecordLayout) -> Extent:
    """Add the rows behind those that the header states: a run that was still going had written them only.

    They reach to the next module or to the end of the file, and their clock goes on from the last stated row.
    """
    stated = Extent(header.points, module.end)
    clock = next((str(n) for n, field in enumerate(layout.fields) if field.id == TIME), None)
    if is_boundary(source, module.end) or clock is None:
        return stated
    size, rest = layout.size, source.read(module.end)
    ends = (match.start() for match in re.finditer(WORD, rest))
    more = next((end for end in ends if end % size == 0), len(rest)) // size
    written = -(-len(rest[: more * size].rstrip(b"\0")) // size)  # zeros behind them are space reserved for more
    last = min(header.points, 1)
    times = np.frombuffer(source.read(module.end - last * size, (last + written) * size), layout.dtype)[clock]
    if not written or last + written < _SERIES or not (is_clock(times) and times[0] < times[-1]):
        return stated
    rows = several(written, "row stands", "rows stand")
    text = f"{rows} behind the {header.points} that the header counts, and its clock goes on: all were read"
    return Extent(header.points + more, module.end + more * size, (Notice("row-count", text),))


def _cut_short(source: Source, header: DataHeader, size: int, *, doubtful: bool) -> Extent:
    """Keep the whole records of a file that ends inside its data."""
    whole = header.held // size
    rows = min(whole, header.points or whole)
    text = f"the file ends at offset {source.size}, inside its data: {rows} of {header.points} rows were recovered"
    rest = header.held - rows * size
    if rest < size:
        lost = Dropped(f"{several(rest, 'byte')} of the incomplete row {rows}", "the file ends inside it")
    else:
        lost = Dropped(f"{several(rest, 'byte')} behind {several(rows, 'row')}", "the header counts no more rows")
    return Extent(rows, source.size, (Notice("truncated", text),), (lost,) if rest else (), doubtful)


def without_zero_tail(source: Source, header: DataHeader, layout: RecordLayout, found: Extent) -> Extent:
    """Leave out rows at the end that are nothing but zero bytes: space that was reserved and never written.

    The row before them is left out too if its own end is zero from the edge of a disk block on.
    """
    size, rows = layout.size, found.rows
    if rows < 2 or any(source.read(header.start + (rows - 1) * size, size)):
        return found
    last = _last_written(source, header.start, rows * size)
    kept = -(-last // size)
    edge = (header.start + last + _BLOCK - 1) // _BLOCK * _BLOCK - header.start
    if edge < kept * size:
        kept -= 1
    offset = header.start + kept * size
    unwritten = several(rows - kept, "row is", "rows are")
    text = f"zero bytes from row {kept} (offset {offset}) to the end of the data: {unwritten} not data"
    lost = Dropped(f"{several(rows - kept, 'row')} of zero bytes from row {kept}", "they were never written")
    return found._replace(
        rows=kept, notices=(*found.notices, Notice("zero-tail", text)), dropped=(*found.dropped, lost)
    )


def _last_written(source: Source, start: int, length: int) -> int:
    """Return how many bytes from `start` there are up to the last one that is not zero, within `length`."""
    end = length
    while end > 0:
        begin = max(0, end - CHUNK)
        written = source.read(start + begin, end - begin).rstrip(b"\0")
        if written:
            return begin + len(written)
        end = begin
    return 0


def misfit(source: Source, header: DataHeader, size: int) -> ReadError:
    """Say that the records have another size than the columns give them."""
    return ReadError(
        "the size of the records does not fit the size of the data",
        path=source.shown,
        where=f"offset {header.start}",
        expected=f"{several(header.points, 'row')} of {several(size, 'byte')}, {header.points * size:,} in all",
        found=several(header.held, "byte"),
        cause="a damaged header, or a column of another size than known here",
        hint="export the file as text (.mpt) in EC-Lab",
    )


def is_clock(time: NDArray[np.float64]) -> bool:
    """Return whether numbers (n,) can be elapsed seconds: those read at a wrong place are wild or tiny."""
    # 10¹⁰ s are 300 years, 1 ns is below any clock. Rows that go back are a few; of random numbers half do.
    size = np.abs(time)
    if not (np.isfinite(time) & (size < 1e10) & ((size > 1e-9) | (size == 0))).all():
        return False
    steps = np.diff(time)
    return not steps.size or bool(np.mean(steps >= 0) > 0.9)
