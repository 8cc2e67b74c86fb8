"""The parameter table of a text: 20-character columns, one per sequence, as names and values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from echub.text import parse_clock, parse_number

WIDTH = 20
"""Characters of a column of the parameter table, in `.mpt` and `.mps`."""
Parameters = dict[str, Any]
"""The parameters of one sequence: printed name to number, word, ``pass`` or None (an empty cell)."""

_MARKED = re.compile(r"[-+]?\d*([.,])\d+(?:[eE][-+]?\d+)?\Z")
_NOT_PARAMETERS = ("Turn to OCV", "Do not turn")
DESTROYED = "\ufffd"
_MENDED = {f"{DESTROYED}A": "µA", f"{DESTROYED}A.h": "µA.h", f"{DESTROYED}A/s": "µA/s", f"{DESTROYED}C": "°C"}


def is_parameter_line(line: str) -> bool:
    """Return whether a line has the shape of a table row: a name in 20 characters, then cells."""
    shaped = len(line) > WIDTH and line[0] not in " \t" and line[WIDTH - 1] == " "
    return shaped and " : " not in line and "\t" not in line.rstrip("\t") and not line.startswith(_NOT_PARAMETERS)


def settings_mark(cells: Iterable[str]) -> str | None:
    """Find the decimal mark of a parameter table; None where both occur.

    EC-Lab never groups thousands, so that here one mark in a number is always the decimal.
    """
    marks = {match[1] for cell in cells for part in cell.split(":")[-1:] if (match := _MARKED.match(part))}
    return None if len(marks) > 1 else next(iter(marks), ".")


def table_mark(lines: Sequence[str]) -> str | None:
    """Find the decimal mark of the lines of a parameter table; None where both occur."""
    return settings_mark(cell for line in lines for cell in _cells(line))


def read_sequences(lines: Sequence[str], decimal: str | None = None) -> list[Parameters]:
    """Read a parameter table: one mapping per sequence, in the words and the order of the text.

    A name that is printed more than once gets ` [2]`, ` [3]` …; durations `h:m:s` become seconds.
    Where both decimal marks occur the cells stay text.
    """
    rows = [(line[:WIDTH].strip(), _cells(line)) for line in lines]
    width = max((len(cells) for _, cells in rows), default=0)
    mark = decimal or table_mark(lines)
    sequences: list[Parameters] = [{} for _ in range(width)]
    for name, (_, cells) in zip(unique_names(name for name, _ in rows), rows, strict=True):
        for sequence, cell in zip(sequences, cells + [""] * (width - len(cells)), strict=True):
            sequence[name] = _value(cell, mark)
    return sequences


def _cells(line: str) -> list[str]:
    cells = [line[at : at + WIDTH].strip() for at in range(WIDTH, len(line), WIDTH)]
    while len(cells) > 1 and not cells[-1] and len(line) % WIDTH:
        cells.pop()
    return cells


def unique_names(printed: Iterable[str]) -> list[str]:
    """Return the names under which parameters are kept: `vs.`, then `vs. [2]` for the second of that name."""
    names: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for name in printed:
        kept = name
        while kept in names:
            numbers[name] = numbers.get(name, 1) + 1
            kept = f"{name} [{numbers[name]}]"
        names[kept] = None
    return list(names)


def _value(cell: str, mark: str | None) -> Any:  # noqa: ANN401
    if not cell:
        return None
    cell = _MENDED.get(cell, cell)
    if mark is None:
        return cell
    try:
        return parse_clock(cell) if cell.count(":") == 2 else _number(cell, mark)
    except ValueError:
        return cell


def _number(cell: str, mark: str) -> int | float:
    return int(cell) if re.fullmatch(r"[-+]?\d+", cell) else parse_number(cell, mark)
