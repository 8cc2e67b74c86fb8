"""The numbers of a sheet, also those that stand as text, whose decimal mark has to be settled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.plugin import Ambiguous, PluginError
from echub.text import decimal_mark
from echub_table.cells import MINUS_SIGNS, MISSING_TOKENS, bare_number
from echub_table.digits import ungrouped
from echub_table.gaps import with_gaps

_CLOSE = 1e-6
"""How far the two views of a number may be apart: the library prints nine decimals as text.
Relative and absolute: a millionth of a number, and what is rounded away of small ones."""
_LAST_DIGITS = 1e-12
"""Part of a number that arithmetic leaves behind it, as in 0.30000000000000004: such digits are not shown."""
_SHOWN_DIGITS = 15
"""Digits of a number that a spreadsheet shows of the 17 that it stores."""
_BLOCK = 1 << 20
"""Cells that are compared at once, as text and as numbers: some tens of megabytes."""


@dataclass(frozen=True)
class Marks:
    """The decimal mark of numbers that stand as text: as said, as a column shows, or as the others do.

    numbers, texts: the rows by both views; a cell that is a text has no number. open_in: the columns whose texts
    are read as numbers.
    """

    numbers: pl.DataFrame
    texts: pl.DataFrame
    names: Sequence[str]
    open_in: Sequence[int]
    said: str
    path: str

    def of(self, i: int) -> str:
        """Return the mark of a column; `Ambiguous` if neither it nor another column settles it."""
        own = decimal_mark(self._written(i))
        mark = self.said or own.value
        if mark is None:
            mark = decimal_mark(cell for n in self.open_in for cell in self._written(n)).value
        if mark is None:
            mixed = "both marks" in own.evidence
            raise Ambiguous(
                "the decimal mark of numbers that are stored as text is not settled",
                path=self.path,
                where=f"column {self.names[i]}",
                expected="one decimal mark" if mixed else "a number that has one reading only, such as 0,5",
                found=own.evidence,
                cause="the cells hold texts, not numbers: they were pasted, or imported under another locale",
                hint="`--option decimal=comma` or `--option decimal=point` says which",
            )
        return mark

    def _written(self, i: int) -> Iterator[str]:
        texts = self.texts.to_series(i).filter(self.numbers.to_series(i).is_null()).drop_nulls()
        return map(bare_number, texts)


@dataclass(frozen=True)
class Numbers:
    """A column of numbers; the rows in which a word stands in place of one, if any; numbers that stand as text."""

    values: NDArray[np.float64]
    faulty: NDArray[np.bool_] | None = None
    from_text: int = 0

    def times(self, factor: int) -> NDArray[np.float64]:
        """Return the values times a factor, with the digits that a spreadsheet shows: 0.6055 is 60.55 %."""
        if factor == 1:
            return self.values
        shown = pl.Series(self.values * factor).round_sig_figs(_SHOWN_DIGITS).to_numpy()
        return np.where(np.isnan(self.values), self.values, shown)


def columns_of_numbers(marks: Marks, wanted: Sequence[int]) -> Iterator[Numbers]:
    """Take the numbers of the wanted columns, many at once, and read those that stand as text.

    Both views of a number must agree.
    """
    numbers, texts = marks.numbers, marks.texts
    step = max(1, _BLOCK // max(1, texts.height))
    for start in range(0, len(wanted), step):
        places = list(wanted[start : start + step])
        values = numbers[:, places].cast(pl.Float64)
        cells = texts[:, places].select(pl.all().fill_null("").str.strip_chars())
        _require_equal(values, cells)
        nulls = values.select(pl.all().is_null()).to_numpy()
        if not nulls.any():
            yield from (Numbers(column.to_numpy()) for column in values)
            continue
        words = cells.select(pl.all().str.to_lowercase())
        empty = words.select((pl.all() == "") | pl.all().is_in(list(MISSING_TOKENS))).to_numpy()
        written = (nulls & ~empty).any(axis=0)
        for i, column in enumerate(values):
            if written[i]:
                yield _as_written(column, cells.to_series(i), nulls[:, i] & ~empty[:, i], marks.of(places[i]))
            else:
                yield Numbers(with_gaps(column, cells.to_series(i)) if nulls[:, i].any() else column.to_numpy())


def _require_equal(values: pl.DataFrame, cells: pl.DataFrame) -> None:
    shown = cells.select(pl.all().cast(pl.Float64, strict=False)).to_numpy()
    apart = np.abs(values.to_numpy() - shown) > _CLOSE * np.abs(shown) + _CLOSE  # NaN, for no number, is not
    if apart.any():
        row, column = (int(at[0]) for at in np.nonzero(apart))
        raise PluginError("the workbook reads differently as numbers and as text", found=str(cells[row, column]))


def _as_written(values: pl.Series, cells: pl.Series, written: NDArray[np.bool_], mark: str) -> Numbers:
    """Read numbers that stand as text, with their decimal mark, also if their thousands stand in groups."""
    chosen = pl.Series(written)
    plain, _ = ungrouped(cells.str.replace(f"^[{MINUS_SIGNS}]", "-"), mark)
    if mark == ",":
        pointed = plain.str.contains(".", literal=True)
        plain = plain.str.replace(",", ".", literal=True).zip_with(~pointed, pl.Series([""]))
    values = values.zip_with(~chosen, plain.cast(pl.Float64, strict=False))
    found = int((chosen & values.is_not_null()).sum())
    return Numbers(with_gaps(values, cells), (values.is_null() & chosen).to_numpy(), found)


def with_all_digits(texts: pl.Series, numbers: pl.Series, mark: str = ".") -> pl.Series:
    """Return texts in which the numbers of a sheet have all their digits, and the decimal mark of the texts."""
    shown, exact = (cells.cast(pl.Float64, strict=False) for cells in (texts, numbers))
    is_number = shown.is_not_null() & exact.is_not_null()
    is_cut = is_number & ((shown - exact).abs() > _LAST_DIGITS * exact.abs()).fill_null(False)
    whole = exact.cast(pl.String).zip_with(is_cut, texts)
    return whole.str.replace(".", mark, literal=True).zip_with(is_number, whole)
