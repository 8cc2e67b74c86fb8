"""The tables of numbers in a text, found without knowing its format; the text with other cells or rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

LEAST_ROWS = 3
"""Rows of a table with a first, a last and a middle one."""

_NUMBER = re.compile(rb"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?\Z")
_MARKS = (b"\t", b";", b",", b"|", b" ")
"""What stands between cells, a space for any number of them. Of those that fit alike, the first is meant."""
_MOST = 0.9
"""Least part of the cells of a column of numbers that are numbers; the others mark what was not measured."""

Numbers = NDArray[np.float64]


def number(cell: bytes) -> float:
    """Return the number in a cell; NaN if something else stands there."""
    return float(cell.replace(b",", b".")) if _NUMBER.match(cell) else np.nan


def is_number(cell: bytes) -> bool:
    """Return whether a cell holds a number and nothing else."""
    return _NUMBER.match(cell) is not None


@dataclass(frozen=True)
class TextTable:
    """Consecutive lines of a text that hold equally many cells, most of them numbers.

    `first` is the line of the first row, `mark` what stands between the cells.
    """

    lines: Sequence[bytes]
    first: int
    rows: int
    mark: bytes

    @property
    def body(self) -> list[bytes]:
        """Return the lines of the rows."""
        return list(self.lines[self.first : self.first + self.rows])

    @property
    def end(self) -> bytes:
        """Return what ends a line before its line feed."""
        return b"\r" if self.lines[self.first].endswith(b"\r") else b""

    @cached_property
    def cells(self) -> list[list[bytes]]:
        """Return the cells, row by row, without the blanks around them."""
        return [[line[a:b] for a, b in spans(line, self.mark)] for line in self.body]

    @cached_property
    def numbers(self) -> dict[int, Numbers]:
        """Return the columns of numbers by their place; a cell with something else is NaN."""
        columns = enumerate(zip(*self.cells, strict=True))
        found = {place: np.array([number(cell) for cell in column]) for place, column in columns}
        return {place: values for place, values in found.items() if np.isfinite(values).mean() >= _MOST}

    def written(self, rows: Sequence[bytes]) -> bytes:
        """Return the text with other lines as the rows of this table."""
        return b"\n".join([*self.lines[: self.first], *rows, *self.lines[self.first + self.rows :]])

    def with_cell(self, row: int, column: int, text: bytes) -> bytes:
        """Return the line of a row with another text in one cell, as wide as before if blanks align the cells."""
        line = self.lines[self.first + row]
        start, end = spans(line, self.mark)[column]
        if self.mark == b" ":
            return line[:start] + text.ljust(end - start) + line[end:]
        blanks = start - len(line[:start].rstrip(b" "))
        return line[: start - blanks] + text.rjust(end - start + blanks if blanks else 0) + line[end:]

    def shortened(self, row: int, cells: int) -> bytes:
        """Return the line of a row with its first cells only."""
        line = self.lines[self.first + row]
        return line[: spans(line, self.mark)[cells - 1][1]] + self.end


def spans(line: bytes, mark: bytes) -> list[tuple[int, int]]:
    """Return where each cell of a line starts and ends, without the blanks around it."""
    if mark == b" ":
        return [found.span() for found in re.finditer(rb"\S+", line)]
    found, start = [], 0
    for cell in line.split(mark):
        bare = cell.strip()
        at = start + (cell.index(bare) if bare else len(cell.rstrip(b"\r")))
        found.append((at, at + len(bare)))
        start += len(cell) + len(mark)
    return found


def find_tables(data: bytes) -> list[TextTable]:
    """Find the tables of a text, that with the most numbers first; none in what holds no lines of numbers."""
    lines = data.split(b"\n")
    found: dict[bytes, list[tuple[int, TextTable]]] = {}
    for mark in _MARKS:
        found[mark] = sorted(_runs(lines, mark), key=lambda item: -item[0])
    best = max(_MARKS, key=lambda mark: found[mark][0][0] if found[mark] else 0)  # the first of equals
    return [table for _, table in found[best]]


def _runs(lines: Sequence[bytes], mark: bytes) -> Iterator[tuple[int, TextTable]]:
    """Yield runs of lines of one shape, each with the count of its numbers."""
    shapes = enumerate(_shape(line, mark) for line in lines)
    for shape, run in itertools.groupby(shapes, key=lambda item: item[1][0]):
        rows = list(run)
        if shape and len(rows) >= LEAST_ROWS:
            yield sum(count for _, (_, count) in rows), TextTable(lines, rows[0][0], len(rows), mark)


def _shape(line: bytes, mark: bytes) -> tuple[int, int]:
    """Return how many cells a line has, and how many hold numbers; no cells if most hold something else."""
    cells = [line[a:b] for a, b in spans(line, mark)]
    numeric = sum(map(is_number, cells))
    is_row = len(cells) > 1 and numeric > 0 and 2 * numeric >= sum(map(bool, cells))
    return (len(cells), numeric) if is_row else (0, 0)
