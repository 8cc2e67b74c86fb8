"""What a laboratory does to a table: a cell that is empty or says something, a dead column, a row too many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from echub.testing.text_table import TextTable, is_number, number

BUDGET = 1 << 18
"""Bytes read in all copies of a sample with odd columns together: of large samples, fewer columns are made odd."""
MOST_COLUMNS, LEAST_COLUMNS = 12, 2
MOST_TABLES = 3
"""Tables of a sample whose rows are made odd: blocks of one format are alike."""
NO_NUMBERS = (b"", b"---", b"#N/A")
"""What stands in a cell in which an instrument or a spreadsheet has no number."""


@dataclass(frozen=True)
class OddTable:
    """A copy of a text with an odd table: what was done, the bytes, and what the table holds now.

    `rows` are the rows of the sample that stand there, in their order; `changed` the numbers that stand elsewhere,
    by column and row (NaN: none).
    """

    what: str
    data: bytes
    rows: NDArray[np.int64]
    changed: Mapping[int, Mapping[int, float]] = field(default_factory=dict)


def odd_rows(table: TextTable) -> Iterator[OddTable]:
    """Repeat a row, leave it out, put a blank line before it; shorten the first row and the last one."""
    body, every, middle = table.body, np.arange(table.rows), table.rows // 2
    before, behind, line = body[:middle], body[middle:], table.first + middle + 1
    twice = table.written([*before, body[middle], *behind])
    yield OddTable(f"line {line} twice", twice, np.insert(every, middle, middle))
    yield OddTable(f"without line {line}", table.written([*before, *behind[1:]]), np.delete(every, middle))
    yield OddTable(f"a blank line before line {line}", table.written([*before, table.end, *behind]), every)
    filled = [place for place, cell in enumerate(table.cells[-1]) if cell]
    yield _shortened(table, table.rows - 1, filled[-2], "the last row without its last cell")
    behind_first = next((place for place, cell in enumerate(table.cells[0]) if is_number(cell)), filled[-1])
    if behind_first < filled[-1]:
        yield _shortened(table, 0, behind_first, "the first row with its first number only")


def _shortened(table: TextTable, row: int, last: int, what: str) -> OddTable:
    """Cut a row behind one of its cells."""
    body, gone = table.body, range(last + 1, len(table.cells[row]))
    body[row] = table.shortened(row, last + 1)
    return OddTable(what, table.written(body), np.arange(table.rows), {place: {row: np.nan} for place in gone})


def odd_columns(table: TextTable, columns: Sequence[int]) -> Iterator[OddTable]:
    """Make one cell of a column odd, then all of them; one column after the other."""
    every = np.arange(table.rows)
    for column in columns:
        for what, changed in _odd_cells(table, column):
            body = table.body
            for row, text in changed.items():
                body[row] = table.with_cell(row, column, text)
            held = {row: number(text) for row, text in changed.items()}
            yield OddTable(what, table.written(body), every, {column: held})


def chosen(columns: Sequence[int], size: int) -> list[int]:
    """Choose the columns that are made odd: all of a small sample, a few of a large one, evenly."""
    each = size * (len(NO_NUMBERS) + 3)
    many = min(len(columns), max(LEAST_COLUMNS, min(MOST_COLUMNS, BUDGET // each)))
    return [columns[round(place)] for place in np.linspace(0, len(columns) - 1, many)] if many else []


def _odd_cells(table: TextTable, column: int) -> Iterator[tuple[str, dict[int, bytes]]]:
    """Yield what is done to a column, and the new texts of its rows."""
    cells = [row[column] for row in table.cells]
    known = [row for row, cell in enumerate(cells) if is_number(cell)]
    row = known[len(known) // 2]
    cell = cells[row]
    place = f"in line {table.first + row + 1}, cell {column + 1}"
    for text in (*NO_NUMBERS, _another(cell, cells[known[0]])):
        yield f"{text.decode() or 'nothing'} for {cell.decode()} {place}", {row: text}
    for text in dict.fromkeys((_zero(cell), cell)):
        yield f"{text.decode()} in all cells {column + 1}", dict.fromkeys(known, text)


def _another(cell: bytes, first: bytes) -> bytes:
    """Return another number of the kind: that of the first row, or if it is the same, with another last digit."""
    if number(first) != number(cell):
        return first
    mantissa = re.split(rb"[eE]", cell)[0].rstrip(b".,")
    digit = str((int(mantissa[-1:]) + 1) % 10).encode()
    return mantissa[:-1] + digit + cell[len(mantissa) :]


def _zero(cell: bytes) -> bytes:
    """Return zero with as many digits as a number has."""
    mantissa, *power = re.split(rb"(?=[eE])", cell.lstrip(b"+-"))
    return re.sub(rb"\d", b"0", mantissa) + re.sub(rb"[-+]?\d+", b"+00", b"".join(power))
