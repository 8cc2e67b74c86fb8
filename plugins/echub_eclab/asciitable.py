"""The table of an EC-Lab text: names, widths, decimal mark, and its columns through polars.

A sample of the first rows settles types and the decimal mark; whatever in the file contradicts it
is an error that names the line, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from echub.plugin import Dropped, Notice, ReadError, Source
from echub.text import argument, decimal_mark, several
from echub_eclab import asciiblocks
from echub_eclab.asciiblocks import RegularRows, regular_columns
from echub_eclab.asciicells import CLOCK, INTEGER, NUMBER, parse_cells
from echub_eclab.asciihead import Head
from echub_eclab.asciilines import Lines, with_tabs, without_blank_lines
from echub_eclab.columns import meaning_of, meanings

if TYPE_CHECKING:
    import polars as pl

SAMPLE_ROWS = 200
"""Rows that settle what a column holds. By eye."""
MARK_ROWS = 20
"""Rows that settle the decimal mark; the whole table is then searched for the other one."""
_TAIL = 4096
"""Bytes at the end of a table in which its last rows are looked for."""
MARKS = {"point": ".", "comma": ","}

_UNFILLED = {"Ewe-Ece/V"}
"""Names that EC-Lab prints behind an empty one, without values: seen in two exports with a counter electrode."""

_DIGITS = re.compile(rb"\d+")
_LINE_ENDS = (b"\n", b"\r\n", b"\r")


@dataclass
class AsciiTable:
    """The columns of a text table in the order of the file, with what the user has to know.

    Texts are series of polars; numbers are that or arrays.
    `digits` are the significant digits of each column as printed (0: whole numbers).
    """

    names: list[str]
    columns: list[pl.Series | NDArray[Any]]
    digits: list[int]
    decimal: str
    notices: list[Notice] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


def read_table(source: Source, head: Head, decimal: str | None = None) -> AsciiTable:
    """Read the rows behind a head.

    Raises `ReadError` where rows differ in width from the names or from each other, where the
    decimal mark cannot be settled, and where a cell is of another kind than its column.
    """
    if (
        source.size - head.first_row > asciiblocks.BLOCK
        and (regular := _regular_table(source, head, decimal)) is not None
    ):
        return regular
    data = source.read(head.first_row)
    if b"\n" not in data and data.count(b"\r") > 1:
        data = data.replace(b"\r", b"\n")
    _require_text(source, Lines(len(head.lines) + 2), data)
    table = AsciiTable([], [], [], ".")
    head, data = with_tabs(source, head, data, table.notices)
    data, lines = without_blank_lines(data, len(head.lines) + 2, table.notices)
    sample = _sample(data)
    table.names = names = _fitting_names(source, head, sample, table)
    if sample:
        data = _whole_rows(data, sample[0], table)
        sample = _sample(data)
    if not sample:
        table.columns, table.digits = [_empty(name) for name in names], [0] * len(names)
        return table
    mark, kinds = _outline(source, lines, sample, names, decimal)
    if mark == ",":
        data = _with_points(source, lines, data, kinds)
    elif "text" not in kinds:
        _require_absent(source, lines, data, b",", "one decimal mark, the point")
    table.decimal = mark
    columns, notices = parse_cells(source, lines, data, names, kinds, len(sample[0]))
    table.columns = [*columns]
    table.notices += notices
    table.digits = _digits(kinds, sample[0])
    return table


def _regular_table(source: Source, head: Head, decimal: str | None) -> AsciiTable | None:
    """Read a large table in which every line is a row; None where anything is amiss, which is then looked at."""
    first = source.read(head.first_row, asciiblocks.BLOCK)
    sample = _sample(first)
    table = AsciiTable([], [], [], ".")
    lines = Lines(len(head.lines) + 2)
    if not sample or b"\n" not in first or "\t" not in head.names:
        return None
    try:
        table.names = _fitting_names(source, head, sample, table)
        table.decimal, kinds = _outline(source, lines, sample, table.names, decimal)
    except ReadError:  # a blank line or damage before it would be told first
        return None

    def ended(data: bytes) -> bytes | None:
        before = len(table.dropped)
        whole = _whole_rows(data, sample[0], table)
        return whole if len(table.dropped) == before else None

    columns = regular_columns(source, RegularRows(head.first_row, kinds, len(sample[0]), table.decimal), ended)
    if columns is None:
        return None
    table.columns, table.digits = columns, _digits(kinds, sample[0])
    return table


def _outline(
    source: Source, lines: Lines, sample: Sequence[Sequence[bytes]], names: Sequence[str], decimal: str | None
) -> tuple[str, list[str]]:
    """Settle by the first rows the decimal mark and what each column holds."""
    mark = decimal or _settled_mark(source, lines, sample)
    return mark, [_kind(name, [row[n] for row in sample if n < len(row)]) for n, name in enumerate(names)]


def _digits(kinds: Sequence[str], row: Sequence[bytes]) -> list[int]:
    return [_significant(cell) if kind == "float" else 0 for kind, cell in zip(kinds, row, strict=False)]


def _sample(data: bytes) -> list[list[bytes]]:
    """Cut the first rows into cells; blank lines are none."""
    lines = data[: 1 << 20].split(b"\n", SAMPLE_ROWS)[:SAMPLE_ROWS]
    rows = [line.rstrip(b"\r").split(b"\t") for line in lines]
    return [cells for cells in rows if cells != [b""]]


# -- names -----------------------------------------------------------------------------------


def _fitting_names(source: Source, head: Head, sample: Sequence[Sequence[bytes]], table: AsciiTable) -> list[str]:
    """Fit the names to the rows, which may end in a tab or not.

    Only empty names at the end are dropped, and only if the counts then agree; one that stands
    among the others is a column without a name. EC-Lab prints one name behind an empty one that
    has no values.
    """
    names = head.names.split("\t")
    _require_names(source, head, names)
    _require_own_names(source, head, names)
    if not sample:
        return [name for name in names if name]
    cells = sample[0]
    whole = len(names)
    while whole and not names[whole - 1].strip():
        whole -= 1
    gap = names.index("") if "" in names[:whole] else whole
    unfilled = [name for name in names[gap:whole] if name]
    for count in dict.fromkeys((whole, len(names) - 1, len(names), gap)):
        dropped = unfilled if count == gap < whole else []
        fits = whole <= count <= len(cells) if not dropped else set(dropped) <= _UNFILLED and count <= len(cells)
        if count and fits and not any(cells[count:]):
            for name in dropped:
                table.dropped.append(Dropped(f"the column name {name}", "no row has a value for it"))
            return names[:count]
    raise ReadError(
        f"the table has {whole} names for {several(len(cells) - (not cells[-1]), 'value')}",
        path=source.shown,
        where=f"line {len(head.lines) + 2}",
        expected=several(whole, "value"),
        found=several(len(cells), "cell"),
        cause="the header count is wrong, or the table was edited",
        hint="state the lines up to the column names: --option header_lines=N",
    )


def _require_names(source: Source, head: Head, names: Sequence[str]) -> None:
    """Refuse a line of numbers as names: its row and all before it would be lost."""
    if any(names) and all(NUMBER.match(name.strip().encode()) for name in names if name):
        raise ReadError(
            "the line of the column names holds numbers",
            path=source.shown,
            where=f"line {len(head.lines) + 1}",
            expected="names such as time/s",
            found=repr(head.names[:40]),
            cause="the header has fewer lines than it states",
            hint="state the lines up to the column names: --option header_lines=N",
        )


def _require_own_names(source: Source, head: Head, names: Sequence[str]) -> None:
    """Refuse a text without a head whose first line names no column of EC-Lab."""
    if not head.kind and not meanings().keys() & set(names):
        raise ReadError(
            "this is not an EC-Lab text",
            path=source.shown,
            where="line 1",
            expected="EC-Lab ASCII FILE, or column names such as time/s",
            found=repr(head.names[:40]),
            cause="another program's text, or a header that was cut",
            hint=f"echub detect {argument(source.name)}",
        )


# -- marks -----------------------------------------------------------------------------------


def _settled_mark(source: Source, lines: Lines, sample: Sequence[Sequence[bytes]]) -> str:
    cells = (cell.decode("latin-1") for row in sample[:MARK_ROWS] for cell in row if NUMBER.match(cell))
    found = decimal_mark(cells)
    if found.value is not None:
        return found.value
    raise ReadError(
        "the decimal mark cannot be settled",
        path=source.shown,
        where=f"line {lines.of(_row_of_other_mark(sample))}",
        expected="numbers with one decimal mark",
        found=found.evidence,
        cause="the text was edited or written by another program",
        hint="say which: --option decimal=comma or --option decimal=point",
    )


def _row_of_other_mark(sample: Sequence[Sequence[bytes]]) -> int:
    """Find the row that brings a second decimal mark, or the first row with one."""
    seen: set[str | None] = set()
    for number, row in enumerate(sample[:MARK_ROWS]):
        seen |= {mark for mark in ",." for cell in row if NUMBER.match(cell) and mark.encode() in cell}
        if len(seen) > 1:
            return number
    return 0


def _require_text(source: Source, lines: Lines, data: bytes) -> None:
    _require_absent(source, lines, data, b"\0", "text", "the file was damaged: a block of it was never written")


def _require_absent(
    source: Source, lines: Lines, data: bytes, what: bytes, expected: str, cause: str = "the table was edited"
) -> None:
    at = data.find(what)
    if at < 0:
        return
    begin, row = data.rfind(b"\n", 0, at) + 1, data.count(b"\n", 0, at)
    raise ReadError(
        f"the table holds {what!r} where it cannot be",
        path=source.shown,
        where=f"line {lines.of(row)}",
        expected=expected,
        found=repr(data[max(begin, at - 20) : at + 20]),
        cause=cause,
        hint="export it again in EC-Lab" if what == b"\0" else "--option decimal=comma or --option decimal=point",
    )


def _with_points(source: Source, lines: Lines, data: bytes, kinds: Sequence[str]) -> bytes:
    """Turn decimal commas into points, where no point stands in the table already."""
    if "text" not in kinds:
        _require_absent(source, lines, data, b".", "one decimal mark, the comma")
    return data.replace(b",", b".")


# -- rows ------------------------------------------------------------------------------------


def _whole_rows(data: bytes, first: Sequence[bytes], table: AsciiTable) -> bytes:
    """Leave out a last row that the file cuts short.

    EC-Lab ends its files without a line end, so that the last number itself has to tell.
    """
    tail = data[-_TAIL:]
    if tail.endswith((b"\n", b"\r")):
        end = tail[len(tail.rstrip(b"\r\n ")) :]
        return data if end in _LINE_ENDS else data[: len(data) - len(end)] + b"\n"
    begin = data.rfind(b"\n") + 1
    cells = data[begin:].split(b"\t")
    before = data[data.rfind(b"\n", 0, max(begin - 1, 0)) + 1 : begin].rstrip(b"\r\n").split(b"\t")
    if len(cells) == len(first) - 1 and not first[-1]:  # rows end in a tab, which the last one lost
        first, before = first[:-1], before[: len(cells)]
    filled = len(cells) == len(first) and cells[len(table.names) - 1].strip()
    if filled and _is_whole(cells[-1], first[-1], before[-1]):
        if INTEGER.match(cells[-1]) and cells[-1] != before[-1]:
            text = f"the last line has no line end: its last number, {cells[-1].decode()}, may lack digits"
            table.notices.append(Notice("unterminated", text))
        return data
    text = f"the file ends inside row {data.count(10)}: that row was left out"
    table.notices.append(Notice("truncated", text))
    what = f"{several(len(data) - begin, 'byte')} of the incomplete last row"
    table.dropped.append(Dropped(what, "the file ends inside it"))
    return data[:begin]


def _is_whole(cell: bytes, first: bytes, before: bytes) -> bool:
    """Return whether the last cell has all its digits: as many as its column prints, no fewer than before."""
    if INTEGER.match(cell) and INTEGER.match(before):
        return len(cell) >= len(before)
    return _shape(cell) == _shape(first)


def _shape(cell: bytes) -> tuple[int, ...]:
    """Return the lengths of the digit groups: 2.5E+000 is (1, 1, 3)."""
    return tuple(len(digits) for digits in _DIGITS.findall(cell))


def _kind(name: str, cells: Sequence[bytes]) -> str:
    """Return what a column holds by its first rows: int, float, clock or text.

    Words among numbers, or where the name promises a quantity, make no column of words: the first
    of them is an error.
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    for kind, pattern in (("int", INTEGER), ("float", NUMBER), ("clock", CLOCK)):
        if filled and all(pattern.match(cell) for cell in filled):
            return kind
    is_time = meaning_of(name).quantity in ("time", "step_time")
    promised = meaning_of(name).quantity is not None and not is_time
    return "float" if not filled or promised or any(NUMBER.match(cell) for cell in filled) else "text"


def _significant(cell: bytes) -> int:
    mantissa = re.split(rb"[eE]", cell.strip())[0]
    return sum(character in b"0123456789" for character in mantissa)


def _empty(name: str) -> pl.Series:
    import polars as pl

    return pl.Series(name, [], dtype=pl.Float64)
