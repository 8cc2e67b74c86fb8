"""The lines of names and of units over the data, whatever marks them as comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from echub.plugin import ReadError
from echub.text import several
from echub_table.blocks import HEADER_REACH, Block, is_header
from echub_table.cells import EMPTY, MISSING, NUMBER, TEXT, kind_of

_COMMENT = re.compile(r"\s*+(?:#+|%+|//+|~+|'+|;+|!+)[ ]*+(?=\S)")
"""Marks of a comment before the first name, with the blanks behind them."""
_UNIT_MARK = re.compile(r"\A\s*(?:/|in\b)?\s*|\s+\Z")
"""What may stand around the unit in a row of units: `/ V`, `in V`."""
_WITH_BRACKET = re.compile(r"[^\s(\[]\S*(?:\s+/\s+\S+|\s*[(\[][^)\]]{0,100}[)\]])?|[(\[][^)\]]{0,100}[)\]]")
"""A name between blanks, with the unit in brackets or behind a slash that belongs to it."""


@dataclass(frozen=True)
class HeaderRows:
    """The cells of names and of units, their lines, and the lines between them and the data."""

    names: Sequence[str] = ()
    units: Sequence[str] = ()
    line: int | None = None
    units_line: int | None = None
    between: Sequence[int] = ()


def find_header(block: Block, lines: Sequence[str], said: int | None, *, named: bool, path: str) -> HeaderRows:
    """Find the lines of names and of units over the data; `said`: the line that a profile declares.

    `named`: the names are given elsewhere. Raises `ReadError` for names that are more or fewer than the fields.
    """
    count = len(lines) - (not lines[-1])  # nothing stands behind the last line end
    if said is not None and said >= count:
        raise ReadError(
            "the table ends before the line of names that its profile declares",
            path=path,
            expected=f"a line {said + 1}",
            found=several(count, "line"),
            hint="correct header_line, counted from 1, in the profile",
        )
    line = said if said is not None else _names_line(block, lines)
    if line is None:
        _require_no_misfit(block, lines, named=named, path=path)
        return HeaderRows()
    names = header_cells(lines[line], block)
    between = [i for i in range(line + 1, block.first) if lines[i].strip()]
    beside = [*between, *([line - 1] if line else [])]  # below the names, or right above them
    units_line = next((i for i in beside if _is_units(header_cells(lines[i], block), block)), None)
    units = (
        [_UNIT_MARK.sub("", cell) for cell in header_cells(lines[units_line], block)]
        if units_line is not None
        else []
    )
    return HeaderRows(names, units, line, units_line, [i for i in between if i != units_line])


def header_cells(line: str, block: Block) -> list[str]:
    """Split a line over the data as the one reading of it that has a name for each field and names best."""
    readings = [cells for found in _readings(line, block) if _fits(cells := _ended(found, block), block)]
    if not readings:
        return block.splitter.split(line)
    return readings[0] if len(readings) == 1 else max(readings, key=_known)


def _ended(cells: list[str], block: Block) -> list[str]:
    """Return the cells without an empty last one that no row has: a delimiter ends the line of names alone."""
    return cells[:-1] if len(cells) == block.width + 1 and not cells[-1].strip() else cells


def _readings(line: str, block: Block) -> Iterator[list[str]]:
    """Return the ways to split a line: as the rows are, without a comment mark, at other marks than the rows."""
    yield block.splitter.split(line)
    marked = _COMMENT.match(line)
    bare = line[marked.end() :] if marked else line
    if bare != line:
        yield block.splitter.split(bare)
    if block.delimiter == " ":
        yield re.split(r"\s{2,}|\t", bare.strip())
        yield [match[0] for match in _WITH_BRACKET.finditer(bare)]
    for other in ("\t", ";", ","):
        if other != block.delimiter and other in bare:
            yield [cell.strip() for cell in bare.split(other)]


def _fits(cells: Sequence[str], block: Block) -> bool:
    return len(cells) == block.width or (block.columns.endswith(EMPTY) and len(cells) == block.width - 1)


def _known(cells: Sequence[str]) -> int:
    from echub_table.headers import knows

    return sum(knows(cell) for cell in cells)


def _kinds(cells: Sequence[str]) -> str:
    return "".join(kind_of(cell) for cell in cells)


def _names_line(block: Block, lines: Sequence[str]) -> int | None:
    """Take the line of names: of several text lines over the data, the one that names best."""
    above = range(max(0, block.first - HEADER_REACH), block.first)
    cells = {i: header_cells(lines[i], block) for i in above if lines[i].strip()}
    found = [i for i in cells if is_header(_kinds(cells[i]), block.columns)]
    known = {i: _known(cells[i]) for i in found}
    if found and (best := max(known.values())):
        alike = [i for i in found if known[i] == best]
        return max([i for i in alike if not _is_units(cells[i], block)] or alike)  # `V` is a name too
    if cells and (last := max(cells)) not in found and _names_with_numbers(cells[last], block):
        return last
    texts = [i for i in found if not _is_units(cells[i], block)]
    return max(texts or found, default=None)  # units without names: a profile may know what they stand for


def _names_with_numbers(cells: Sequence[str], block: Block) -> bool:
    """Return whether a line names some columns by a bare number, such as a mass: `Time (s),2,18,28`."""
    if not _fits(cells, block):
        return False
    filled = [cell.strip() for cell in cells if cell.strip()]
    texts = [cell for cell in filled if kind_of(cell) == TEXT]
    numbers = [cell for cell in filled if kind_of(cell) == NUMBER]
    distinct = len(set(filled)) == len(filled) == len(texts) + len(numbers)
    return distinct and _known(texts) > 0


def _is_units(cells: Sequence[str], block: Block) -> bool:
    """Return whether a row of texts is a row of units; a cell that is none does not cost the row.

    A unit stands over numbers: `S2` alone, over names of samples, is a sample without values, not siemens squared.
    """
    from echub_table.headers import CLOCK_FORMS, bare_unit

    filled = [cell.strip() for cell in cells if cell.strip()]
    over_numbers = any(cell.strip() and kind != TEXT for cell, kind in zip(cells, block.columns, strict=False))
    if len(cells) < block.width - 1 or not over_numbers:
        return False
    bare = [_UNIT_MARK.sub("", cell) for cell in filled]
    known = sum(bare_unit(cell) is not None or bool(CLOCK_FORMS.match(cell)) for cell in bare)
    return known == len(filled) or (known >= 2 and 2 * known >= len(filled))


def begins_another(cells: Sequence[str], numbers: Sequence[int] = ()) -> bool:
    """Return whether a line without a number, among the rows, names columns or units: another table begins.

    `numbers`: the columns of numbers. Different words in all of them are names, whether or not they are known.
    """
    from echub_table.headers import bare_unit, heads

    filled = [text for cell in cells if (text := cell.strip(' "')) and kind_of(text) != MISSING]
    if len(filled) < 2 or any(kind_of(text) == NUMBER for text in filled):
        return False
    words = {cells[i].strip() for i in numbers if i < len(cells) and kind_of(cells[i]) == TEXT}
    if len(words) == len(numbers) > 1:
        return True
    return sum(map(heads, filled)) >= 2 or all(bare_unit(text) is not None for text in filled)


def joined_tables(path: str, line: int, header: str, found: str) -> ReadError:
    """Return the refusal of rows under other names or units than those of the first line of names."""
    return ReadError(
        "other names or units of columns stand among the rows",
        path=path,
        where=f"line {line}",
        expected=header[:80] or "rows of numbers",
        found=found[:80],
        cause="two tables were joined: the numbers below this line are not of the columns above it",
        hint="split the file before this line, and convert each part",
    )


def _require_no_misfit(block: Block, lines: Sequence[str], *, named: bool, path: str) -> None:
    """Refuse a header of another width: its names would stand over the wrong numbers."""
    above = next((i for i in range(block.first - 1, -1, -1) if lines[i].strip()), None)
    if named or above is None:
        return
    names, row = block.splitter.kinds(lines[above]), block.columns
    texts = sum(kind == "t" for kind in names)
    if len(names) < 2 or texts < len(names) or abs(len(names) - len(row)) > max(len(names), 2):
        return
    if len(names) != len(row):
        doubled = block.delimiter == "," and len(row) > len(names)
        raise ReadError(
            f"the header has {several(len(names), 'name')} but the rows have {several(len(row), 'field')}",
            path=path,
            where=f"lines {above + 1} and {block.first + 1}",
            expected=lines[above].strip()[:80],
            found=lines[block.first].strip()[:80],
            cause="a comma inside numbers or dates of a comma-delimited file"
            if doubled
            else "names or fields are missing",
            hint="export it with another delimiter, or name the columns in a profile (`columns = [...]`)",
        )
