"""The cells of an EC-Lab text as columns: what is printed for no number, empty cells, and rows that do not fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from echub.plugin import MISSING, Notice, ReadError, Source
from echub.text import NOT_FINITE, finitely_printed, several
from echub_eclab.asciilines import Lines

if TYPE_CHECKING:
    import polars as pl

_NO_NUMBER = NOT_FINITE.encode()
_STRANGE = re.compile(_NO_NUMBER)

INTEGER = re.compile(rb"[-+]?\d{1,18}\Z")
NUMBER = re.compile(
    rb"[-+]?(?:\d++[.,]?\d*+|[.,]\d++)(?:[eE][-+]?\d+)?\Z|[-+]?(?i:nan|inf)\Z|" + _NO_NUMBER + rb"\Z"
)
CLOCK = re.compile(rb"-?(?:\d+[-d] ?)?\d+:\d\d?:\d\d?(?:[.,]\d*)?\Z")
_PATTERNS = {"int": INTEGER, "float": NUMBER, "clock": CLOCK}
_EXPECTED = {"clock": "a time h:m:s", "text": "a word"}


def parse_cells(
    source: Source, lines: Lines, data: bytes, names: Sequence[str], kinds: Sequence[str], width: int
) -> tuple[list[pl.Series], list[Notice]]:
    """Parse rows of `width` tab-separated cells to one column per name, its kind int, float, clock or text.

    An empty cell among numbers is missing, said in a notice; the column is float then. What is
    printed for no number is NaN. Raises `ReadError` for a row of another width or a cell of another kind.
    """
    notices: list[Notice] = []
    if b"#" in data:
        data, strange = _STRANGE.subn(finitely_printed, data)
        if strange:
            cells = several(strange, "cell prints", "cells print")
            text = f"{cells} no number (such as -1.#IND): read as NaN or infinite"
            notices.append(Notice("undefined-number", text))
    parsed = cells_of(data, kinds, width)
    if isinstance(parsed, str):
        printed = _words(data, width)
        whole = printed is not None and _even(data, width, len(printed))
        found = _numbers(printed, names, kinds, lines) if printed is not None and whole else None
        if found is None:
            raise _bad_row(source, lines, data, kinds, width, parsed)
        frame, remarks = found
        notices += remarks
    else:
        frame = parsed
    columns = frame.get_columns()[: len(kinds)]
    empty = {n: column.null_count() for n, column in enumerate(columns) if column.null_count()}
    tail = frame.get_columns()[len(kinds) :]
    if any(column.null_count() < len(frame) for column in tail) or (empty and not _even(data, width, len(frame))):
        raise _bad_row(source, lines, data, kinds, width, "an empty cell, or a row of another width")
    if any(kinds[n] not in ("int", "float") for n in empty):
        raise _bad_row(source, lines, data, kinds, width, "an empty cell among times or words")
    for n, count in empty.items():
        columns[n] = columns[n].cast(frame.schema[str(n)].from_python(float)).fill_null(MISSING)
        cells = several(count, f"cell of {names[n]} is", f"cells of {names[n]} are")
        notices.append(Notice("empty-cells", f"{cells} empty: missing", column=names[n]))
    return columns, notices


def cells_of(data: bytes, kinds: Sequence[str], width: int, *, wide: bool = True) -> pl.DataFrame | str:
    """Parse all cells, or return what polars says of the first that does not fit.

    If `wide`, a column that is whole numbers at first and others later is tried as numbers.
    """
    import polars as pl

    problem = ""
    types = {"int": pl.Int64, "float": pl.Float64, "clock": pl.String, "text": pl.String}
    for number in (pl.Int64, pl.Float64)[: 1 + wide]:
        types["int"] = number
        schema: dict[str, Any] = {str(n): types[kind] for n, kind in enumerate(kinds)}
        schema |= {str(n): pl.String for n in range(len(kinds), width)}
        try:
            return pl.read_csv(data, separator="\t", has_header=False, schema=schema, quote_char=None)
        except pl.exceptions.PolarsError as error:
            problem = str(error).splitlines()[0]
    return problem


def _words(data: bytes, width: int) -> pl.DataFrame | None:
    """Read all cells as they are printed; None if a row has too many."""
    import polars as pl

    schema = {str(n): pl.String for n in range(width)}
    try:
        return pl.read_csv(data, separator="\t", has_header=False, schema=schema, quote_char=None)
    except pl.exceptions.PolarsError:
        return None


def _numbers(
    printed: pl.DataFrame, names: Sequence[str], kinds: Sequence[str], lines: Lines
) -> tuple[pl.DataFrame, list[Notice]] | None:
    """Parse columns of numbers with words among them: a word is NaN, reported by column and line.

    None if most numbers of a row are words: that row is the head of another table.
    """
    import polars as pl

    columns, notices, words = printed.get_columns(), [], []
    for n in (n for n, kind in enumerate(kinds) if kind in ("int", "float")):
        cells = columns[n].str.strip_chars()
        columns[n], wrong = _with_nan(cells, kinds[n])
        words.append(wrong.cast(pl.Int32).alias(str(n)))
        if wrong.any():
            row, count = int(wrong.arg_max() or 0), int(wrong.sum())
            first = f"the first {cells[row]!r} in line {lines.of(row)}"
            text = several(count, "cell is not a number", "cells are not numbers")
            notices.append(Notice("not-a-number", f"{names[n]}: {text}, {first}: read as NaN"))
    most = pl.DataFrame(words).sum_horizontal().max() if len(words) > 1 else 0
    if isinstance(most, int) and 2 * most > len(words):
        return None
    return pl.DataFrame(columns), notices


def _with_nan(cells: pl.Series, kind: str) -> tuple[pl.Series, pl.Series]:
    """Parse the cells of a column; return them with NaN for each word, and which are words."""
    import polars as pl

    for dtype in (pl.Int64, pl.Float64) if kind == "int" else (pl.Float64,):
        values = cells.cast(dtype, strict=False)
        wrong = values.is_null() & cells.is_not_null() & (cells != "")
        if not wrong.any():
            return values, wrong
    return values.zip_with(~wrong, pl.repeat(float("nan"), len(values), eager=True)), wrong


def _even(data: bytes, width: int, rows: int) -> bool:
    """Return whether all rows have as many cells, by their number of tabs."""
    return data.count(b"\t") == rows * (width - 1)


def _bad_row(
    source: Source, lines: Lines, data: bytes, kinds: Sequence[str], width: int, problem: str
) -> ReadError:
    """Find the first row that does not fit, and say how."""
    where, found, expected = "", problem, f"{several(len(kinds), 'value')} in every row"
    for number, line in enumerate(data.removesuffix(b"\n").split(b"\n")):
        cells = line.rstrip(b"\r").split(b"\t")
        wrong = [n for n, kind in enumerate(kinds) if n < len(cells) and not _fits(cells[n], kind)]
        beyond = [n for n, cell in enumerate(cells) if n >= len(kinds) and cell]
        if len(cells) != width or wrong or beyond:
            where = f"line {lines.of(number)}"
            found = several(len(cells), "cell")
            if len(cells) == width and beyond:
                found = f"{cells[beyond[0]][:40]!r} in column {beyond[0] + 1}, which has no name"
            elif len(cells) == width:
                kind = kinds[wrong[0]]
                expected = f"{_EXPECTED.get(kind, f'a number ({kind})')} in column {wrong[0] + 1}"
                found = repr(cells[wrong[0]][:40])
            break
    return ReadError(
        "a row of the table does not fit the others",
        path=source.shown,
        where=where or None,
        expected=expected,
        found=found,
        cause="the table was edited, or two files were joined",
        hint="export it again in EC-Lab",
    )


def _fits(cell: bytes, kind: str) -> bool:
    pattern = _PATTERNS.get(kind)
    if pattern is None:
        return bool(cell.strip())
    return bool(pattern.match(cell.strip())) or (kind in ("int", "float") and not cell.strip())
