"""Where the table stands among the lines: the block with the most consistent numeric fields wins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from echub_table.cells import DATE, EMPTY, FILLED, MISSING, NUMERIC, TEXT, Splitter

DELIMITERS = ("\t", ";", ",", "|", " ")
NAMES = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "pipe", " ": "blanks"}
_SHARE = 0.9
"""Share of the filled cells that must be of one kind, or the column is text: odd cells are faults. By eye."""

HEADER_REACH = 6
"""Lines above the data among which the header is looked for: names, units, and a few more. By eye."""


@dataclass(frozen=True)
class Block:
    """The table that one delimiter gives.

    `width`: fields of a data row; `columns`: the kind of most cells of each column; `rows`: the
    line numbers that fit, from `first` on; `score`: numeric cells, weighed by their share.
    """

    delimiter: str
    width: int
    columns: str
    first: int
    rows: tuple[int, ...]
    score: float
    splitter: Splitter = field(compare=False, repr=False)

    @property
    def numeric(self) -> int:
        """Count the columns of numbers, clocks and dates."""
        return _numeric(self.columns)

    @property
    def is_table(self) -> bool:
        """Tell a table from prose with a number in it, and from a list of files."""
        # Blanks cut prose too: one or two lines with numbers are not a table. Other columns may be words. By eye.
        enough = len(self.rows) >= (3 if self.delimiter == " " else 1)
        telling = len(self.columns.replace(EMPTY, "").replace(MISSING, ""))  # a column of NaN speaks for neither
        return enough and self.numeric >= max(2, 0.3 * telling)


@lru_cache(maxsize=len(DELIMITERS))
def find_block(lines: tuple[str, ...], delimiter: str) -> Block | None:
    """Find the table under one delimiter; None where no line has two fields with a number.

    The last text is kept: whoever recognised it as a table reads it next.
    """
    splitter = Splitter(delimiter)
    kinds = [splitter.kinds(line) if line.strip() else "" for line in lines]
    counts = [sum(kind in FILLED for kind in row) for row in kinds]
    width = _width(kinds, counts)
    if width < 2:
        return None
    best = max(n for row, n in zip(kinds, counts, strict=True) if len(row) == width)
    typical = [i for i, n in enumerate(counts) if len(kinds[i]) == width and 2 * n >= best]
    columns = _columns([kinds[i] for i in typical], width)
    if _numeric(columns) < 2:  # many keys with values stand over few rows
        runs = [_columns([kinds[i] for i in run], width) for run in _runs(typical)]
        columns = next((run for run in runs if _numeric(run) >= 2), columns)
    fits = [i for i, row in enumerate(kinds) if counts[i] and _fits(row, columns)]
    if not fits:
        return None
    first = _first(fits, kinds, counts, columns, splitter)
    rows = tuple(i for i in fits if i >= first)
    filled = sum(counts[i] for i in rows)
    cells = sum(len(kinds[i]) - kinds[i].count(EMPTY) for i in rows)
    share = filled / cells
    # Blanks cut dates and texts too: another delimiter that fits as well is the one that was meant.
    weight = 0.5 if delimiter == " " else 1.0
    return Block(delimiter, width, columns, first, rows, weight * filled * share**2, splitter)


def _numeric(columns: str) -> int:
    return sum(kind in FILLED for kind in columns)


def _columns(rows: Sequence[str], width: int) -> str:
    """Return the kind of each column, without a first row of names."""
    body = rows[1:] if _begins_with_names(rows) else rows
    return "".join(_majority(row[i] for row in body) for i in range(width))


def _runs(lines: Sequence[int]) -> list[list[int]]:
    """Return the runs of neighbouring lines, longest first; of equally long ones the last, as data stand below."""
    runs: list[list[int]] = []
    for line in lines:
        if not runs or line > runs[-1][-1] + 1:
            runs.append([])
        runs[-1].append(line)
    return sorted(runs, key=lambda run: (len(run), run), reverse=True)


def _begins_with_names(rows: Sequence[str]) -> bool:
    """Return whether a first row with numbers in it names the columns: a text where no other has one."""
    if len(rows) < 3:  # with two, nothing shows which of them is the odd one
        return False
    return any(
        cell == TEXT and all(row[i] not in (TEXT, EMPTY, MISSING) for row in rows[1:])
        for i, cell in enumerate(rows[0])
    )


def _width(kinds: Sequence[str], counts: Sequence[int]) -> int:
    """Return the number of fields under which most numbers stand."""
    numbers: Counter[int] = Counter()
    for row, count in zip(kinds, counts, strict=True):
        if count:
            numbers[len(row)] += count
    return max(numbers, key=lambda n: (numbers[n], n), default=0)


def _majority(kinds: Iterable[str]) -> str:
    """Return the kind of most filled cells of a column; numbers win over missing ones."""
    counted = Counter(kind for kind in kinds if kind != EMPTY)
    if not counted:
        return EMPTY
    counted.pop(MISSING, 0)
    if not counted:
        return MISSING
    top, number = counted.most_common(1)[0]
    return top if number >= _SHARE * sum(counted.values()) else TEXT


def _fits(row: str, columns: str) -> bool:
    """Return whether each cell of a row may stand in its column."""
    if len(row) != len(columns):
        return False
    return all(
        cell in (EMPTY, MISSING, column) or column in (TEXT, EMPTY, MISSING)
        for cell, column in zip(row, columns, strict=True)
    )


def _first(
    fits: Sequence[int], kinds: Sequence[str], counts: Sequence[int], columns: str, splitter: Splitter
) -> int:
    """Return the first line of the data: a start under a header, else that of the longest run."""
    typical = sorted(counts[i] for i in fits)[len(fits) // 2]
    known = set(fits)
    starts = [i for i in fits if i - 1 not in known and 2 * counts[i] >= typical]
    starts = starts or [fits[0]]
    runs = {i: _run(i, known) for i in starts}
    longest = max(runs.values())
    named = next((i for i in starts if header_above(i, kinds, columns) is not None), None)
    if named is not None and 2 * sum(j >= named for j in fits) >= len(fits):  # half of all that fits
        return named
    return next(i for i in starts if 2 * runs[i] >= longest)


def _run(start: int, known: set[int]) -> int:
    end = start
    while end in known:
        end += 1
    return end - start


def header_above(first: int, kinds: Sequence[str], columns: str) -> int | None:
    """Find the line of names over the data: the nearest with a text for most columns."""
    for line in range(first - 1, max(-1, first - 1 - HEADER_REACH), -1):
        if is_header(kinds[line], columns):
            return line
    return None


def is_header(row: str, columns: str) -> bool:
    """Return whether a line may name these columns: as many texts, no numbers."""
    trailing = columns.endswith(EMPTY)
    if len(row) != len(columns) and not (trailing and len(row) == len(columns) - 1):
        return False
    texts = sum(kind in (TEXT, MISSING, "u") for kind in row)
    # Half of the columns: others may have no name.
    return texts >= max(2, 0.5 * len(columns)) and not any(k in NUMERIC - {MISSING, "u"} or k == DATE for k in row)
