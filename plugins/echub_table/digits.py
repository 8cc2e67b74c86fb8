"""Numbers in columns that came as text: thousands in groups, a unit behind each, words between them."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.text import several, some_of
from echub_table.cells import DOUBLE, MINUS_SIGNS, MISSING_TOKENS, PARENTHESISED, WITH_E
from echub_table.gaps import with_gaps

_BLANKS = r"[ '’\u00a0\u202f\u2009]"
_MOSTLY = 0.5
"""Share of the filled cells that must be numbers, or the column is one of words: most of them."""
CODE = r"^(?:0\d+|\d{16,})$"
"""A whole number that a float64 does not hold as printed: with a zero in front, or of 16 digits, as 2⁵³ has."""
Note = Callable[[str, str], None]


def numbers_of(
    texts: pl.Series, decimal: str, *, united: bool, name: str, wanted: bool, note: Note
) -> tuple[NDArray[np.float64] | None, str]:
    """Read a column of text as numbers, and the unit that stands behind each; None where it is one of words.

    Thousands stand in groups of three, or as in India of two after the first three. A cell that is not a number is
    NaN and said, if the header asks for numbers (`wanted`) and most cells are such; else the column stays text.
    """
    cells = texts.fill_null("").str.strip_chars().str.replace(f"^[{MINUS_SIGNS}]", "-")
    cells, negative = _without_parentheses(cells)
    unit = _common_unit(cells) if united else ""
    cells = cells.str.strip_suffix(unit).str.strip_chars_end() if unit else cells
    empty = (cells == "") | cells.str.to_lowercase().is_in(list(MISSING_TOKENS))
    plain, open_cells = ungrouped(cells, decimal)
    if decimal == ",":
        pointed = plain.str.contains(".", literal=True)
        plain = plain.str.replace_all(",", ".", literal=True).zip_with(~pointed, pl.Series(["\0"]))
    numbers = plain.cast(pl.Float64, strict=False)
    bad = numbers.is_null() & ~empty
    if empty.all() or (bad.any() and not wanted) or int(bad.sum()) > _MOSTLY * int((~empty).sum()):
        return None, ""
    _report(cells, bad, open_cells, name, note)
    if negative:
        text = f"{several(len(negative), 'cell')} of {name} in parentheses read as negative: {negative[0]!r}"
        note("negative-in-parentheses", text)
    return with_gaps(numbers, cells), unit


def are_codes(texts: pl.Series) -> bool:
    """Return whether whole numbers (rows,) name something, as a barcode does: as numbers they would lose digits.

    Zeros stand in front of some, or more digits than a float64 holds.
    """
    cells = texts.drop_nulls().str.strip_chars()
    cells = cells.filter(cells != "")
    whole = bool(cells.str.contains(r"^\d+$").all()) and len(cells) > 0
    return whole and bool(cells.str.contains(CODE).any())


def _without_parentheses(cells: pl.Series) -> tuple[pl.Series, list[str]]:
    """Return cells with `(0.3)` as `-0.3`, and the cells that were so written."""
    written = [cell for cell in cells.filter(cells.str.starts_with("(")) if PARENTHESISED.match(cell)]
    return cells.replace(written, [f"-{cell[1:-1]}" for cell in written]) if written else cells, written


def _common_unit(cells: pl.Series) -> str:
    words = cells.str.extract(r"(\s[^\s\d]\S*|%)$").str.strip_chars().drop_nulls().unique()
    return str(words[0]) if len(words) == 1 else ""


def ungrouped(cells: pl.Series, decimal: str) -> tuple[pl.Series, pl.Series]:
    """Take the marks of thousands out, and tell the cells in which one may be the other decimal mark.

    `1.500` under decimal commas is 1500 or 1.5: only another cell of the column, such as `1.500,5` or `1.500.000`,
    proves that its points group thousands.
    """
    cells = cells.str.replace(DOUBLE, WITH_E)
    thousands = "." if decimal == "," else ","
    mark = re.escape(thousands)
    group = rf"[1-9]\d{{0,2}}(?:(?:{mark}\d{{3}})+|(?:{_BLANKS}\d{{3}})+)"
    lakh = rf"[1-9]\d?(?:{mark}\d{{2}})+{mark}\d{{3}}"
    tail = rf"(?:{re.escape(decimal)}\d*)?(?:[eE][-+]?\d+)?$"
    grouped = cells.str.contains(rf"^[-+]?(?:{group}|{lakh}){tail}")
    alone = cells.str.contains(rf"^[-+]?[1-9]\d{{0,2}}{mark}\d{{3}}$")
    proven = (grouped & cells.str.contains(thousands, literal=True) & ~alone).any()
    lone = alone if not proven and thousands == "." else pl.Series([False]).new_from_index(0, len(cells))
    plain = cells.str.replace_all(_BLANKS, "").str.replace_all(thousands, "", literal=True)
    return plain.zip_with(grouped & ~lone, cells), lone


def _report(cells: pl.Series, bad: pl.Series, open_cells: pl.Series, name: str, note: Note) -> None:
    """Say which cells are NaN and why."""
    lone, other = bad & open_cells, bad & ~open_cells
    if lone.any():
        open_ones = several(int(lone.sum()), "cell")
        shown = ", ".join(map(repr, cells.filter(lone).unique(maintain_order=True)[:3]))
        note(
            "open-thousands",
            f"{name}: {open_ones} may be thousands or decimals, read as NaN: {shown}; "
            "export them without groups of thousands",
        )
    if other.any():
        shown = ", ".join(map(repr, cells.filter(other).unique(maintain_order=True)[:3]))
        note(
            "unparsable-rows",
            some_of(
                int(other.sum()),
                len(cells),
                "cell",
                f"of {name} is not a number and is NaN: {shown}",
                f"of {name} are not numbers and are NaN: {shown}",
            ),
        )
