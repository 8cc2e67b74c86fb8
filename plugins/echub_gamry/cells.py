"""The rows of one table, through polars; what does not fit is an error that names the line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import MISSING, Dropped, Notice, ReadError, Source
from echub.text import NOT_FINITE, decimal_mark, finitely_printed, parse_number, several
from echub_gamry.explain import Explain, GamryTable

if TYPE_CHECKING:
    import polars as pl

MARKS = {"point": ".", "comma": ","}
SAMPLE_ROWS = 50
"""CellRows that take part in settling the decimal mark; the whole table is then searched for the other one."""
_STRANGE = re.compile(NOT_FINITE.encode())
_NUMBER = re.compile(r"[-+]?(?=[.,]?\d)[\d.,]+(?:[eE][-+]?\d+)?\Z")
_BEFORE = "before"
"""The name of what stands before the first tab of a row: nothing."""
_TEXT_UNIT = "bits"
_COUNT_UNIT = "#"


@dataclass(frozen=True)
class Words:
    """A column of letters: the different texts in the order of their appearance, and which one each row has."""

    codes: NDArray[np.unsignedinteger[Any]]
    texts: list[str]


@dataclass
class CellRows:
    """The columns of a table in the order of the file, with what the user has to know."""

    columns: list[NDArray[Any] | Words]
    notices: list[Notice]
    dropped: list[Dropped]

    @property
    def count(self) -> int:
        """Count the rows."""
        first = self.columns[0]
        return len(first.codes if isinstance(first, Words) else first)


def header_numbers(explain: Explain) -> Iterable[str]:
    """Walk the numbers of the header."""
    for entry in explain.entries:
        if entry.kind in ("QUANT", "POTEN", "TWOPARAM", "VARIABLEANDUNITS"):
            yield from (text for text in entry.fields if _NUMBER.match(text))


def table_numbers(explain: Explain, block: GamryTable) -> Iterable[str]:
    """Walk the numbers of the first rows of a table."""
    at = block.start
    for _ in range(SAMPLE_ROWS):
        line = explain.line(at, block.end)
        at += len(line) + 1
        yield from (cell for cell in line.decode("latin-1").split() if _NUMBER.match(cell))


def header_mark(explain: Explain, option: str) -> str:
    """Return the decimal mark of the header; the point where its numbers do not settle it."""
    return MARKS.get(option) or decimal_mark(header_numbers(explain)).value or "."


def table_mark(source: Source, explain: Explain, block: GamryTable, option: str) -> tuple[str, str]:
    """Return the decimal mark of a table and what says so: its rows, else the header.

    Raises `ReadError` where both marks stand in its rows.
    """
    if option in MARKS:
        return MARKS[option], "--option decimal"
    found = decimal_mark(table_numbers(explain, block))
    if found.value is not None:
        return found.value, found.evidence
    both = decimal_mark([*header_numbers(explain), *table_numbers(explain, block)])
    if both.value is not None:
        return both.value, both.evidence
    raise ReadError(
        "the decimal mark cannot be settled",
        path=source.shown,
        where=f"in {block.name}",
        expected="numbers with one decimal mark",
        found=found.evidence,
        cause="the file was edited or put together from two",
        hint="--option decimal=comma or --option decimal=point",
    )


def read_rows(source: Source, explain: Explain, block: GamryTable, mark: str) -> CellRows:
    """Read the rows of a table; raises `ReadError` where one does not fit."""
    body = _Body(source, explain, block, mark)
    return CellRows(body.read(), body.notices, body.dropped)


class _Body:
    """The rows of one block on their way from bytes to columns."""

    def __init__(self, source: Source, explain: Explain, block: GamryTable, mark: str) -> None:
        self.source, self.explain, self.block, self.mark = source, explain, block, mark
        self.width = len(block.names)
        self.notices: list[Notice] = []
        self.dropped: list[Dropped] = []
        cells = explain.line(block.start, block.end).decode("latin-1").split("\t")[1:]
        self.kinds = [_kind(block, n, cells[n].strip() if n < len(cells) else "") for n in range(self.width)]

    def read(self) -> list[NDArray[Any] | Words]:
        """Return the columns: at once where all rows are even, else after a look at every line."""
        data = self.explain.data[self.block.start : self.block.end]
        frame = self._parsed(data) if data.endswith(b"\n") else None
        if frame is None or not self._is_even(frame):
            data = self._even(data)
            frame = self._parsed(data)
        if frame is None:
            raise self._bad_cell(data)
        columns = [frame[str(n)] for n in range(self.width)]
        self._require_one_mark(data, columns)
        return [self._filled(n, column) for n, column in enumerate(columns)]

    # -- lines -----------------------------------------------------------------------------

    def _is_even(self, frame: pl.DataFrame) -> bool:
        """Return whether no row lacks a cell, and nothing stands before the first tab of any."""
        empty = {name: series.null_count() for name, series in frame.to_dict().items()}
        return empty.pop(_BEFORE) == frame.height and not any(empty.values())

    def _even(self, data: bytes) -> bytes:
        """Return whole rows of equal width: what is cut or was edited is mended, dropped or refused."""
        if b"\0" in data:
            raise self._refusal("the table holds zero bytes", data.index(b"\0"), "a block of it was never written")
        data = _STRANGE.sub(finitely_printed, data)
        return self._mended(data, data.endswith(b"\n"))

    def _mended(self, data: bytes, ended: bool) -> bytes:
        """Look at every line: rows whose tabs became blanks are read by their words."""
        kept: list[bytes] = []
        blanks = 0
        lines = data.split(b"\n")
        last = max((n for n, line in enumerate(lines) if line.strip()), default=-1)
        at_end = not ended and self.block.end == len(self.explain.data)
        for number, line in enumerate(lines[: last + 1]):
            plain = line.rstrip(b"\r")
            if not plain.strip():
                continue
            cells = plain.split(b"\t")
            if len(cells) == self.width + 1 and not cells[0].strip():
                kept.append(plain)
            elif len(words := plain.split()) == self.width:
                kept.append(b"\t" + b"\t".join(words))
                blanks += 1
            elif number == last and at_end:
                self._drop_last(plain)
                at_end = False
            else:
                raise self._misfit(number, cells)
        if blanks:
            name = self.block.name
            rows = several(blanks, f"row of {name} has", f"rows of {name} have")
            text = f"{rows} blanks between their values, not tabs: edited by hand"
            self.notices.append(Notice("blanks-for-tabs", text))
        if at_end and kept and self._ends_in_a_cut_number(kept):
            self._drop_last(kept.pop())
            at_end = False
        if at_end and kept and not self._ends_whole(kept):
            text = f"the file ends inside the last row of {self.block.name}: its last value may be cut"
            self.notices.append(Notice("last-row-cut", text))
        return b"\n".join(kept) + b"\n" if kept else b""

    def _drop_last(self, line: bytes) -> None:
        text = line.decode("latin-1").strip()[:60]
        self.dropped.append(Dropped(f"the last row of {self.block.name}, {text!r}", "it is cut"))
        text = f"the last row of {self.block.name} is cut and left out: the file was truncated"
        self.notices.append(Notice("last-row-cut", text))

    def _ends_in_a_cut_number(self, rows: Sequence[bytes]) -> bool:
        """Return whether the last number cannot be whole: `2.5E+`, or a shorter exponent than above."""
        if self.kinds[-1] == "text":
            return False
        last, *before = [row.rpartition(b"\t")[2].strip().decode("latin-1") for row in reversed(rows[-2:])]
        exponents = [len(cell.upper().partition("E")[2]) for cell in (last, *before)]
        return bool(last) and (not _parses(last, self.mark) or exponents[0] < exponents[-1])

    def _ends_whole(self, rows: Sequence[bytes]) -> bool:
        """Return whether the last cell cannot be cut: a text as long as in the row before."""
        lengths = {len(row.rpartition(b"\t")[2]) for row in rows[-2:]}
        return self.kinds[-1] == "text" and len(rows) > 1 and len(lengths) == 1

    # -- cells -----------------------------------------------------------------------------

    def _parsed(self, data: bytes) -> pl.DataFrame | None:
        """Parse all cells, None where one does not fit; a counter with decimals is read as numbers."""
        import polars as pl

        types = {"int": pl.Int64, "float": pl.Float64, "text": pl.String}
        for integer in (pl.Int64, pl.Float64):
            schema: dict[str, Any] = {_BEFORE: pl.String}
            schema |= {str(n): {**types, "int": integer}[kind] for n, kind in enumerate(self.kinds)}
            if not data:
                return pl.DataFrame(schema=schema)
            try:
                return pl.read_csv(
                    data,
                    separator="\t",
                    has_header=False,
                    schema=schema,
                    quote_char=None,
                    decimal_comma=self.mark == ",",
                )
            except pl.exceptions.PolarsError:
                continue
        return None

    def _require_one_mark(self, data: bytes, columns: Sequence[pl.Series]) -> None:
        """Refuse points among decimal commas: polars takes either."""
        if self.mark != ",":
            return
        texts = [c for c, kind in zip(columns, self.kinds, strict=True) if kind == "text"]
        if data.count(b".") != sum(int(c.str.count_matches(".", literal=True).sum()) for c in texts):
            raise self._bad_cell(data)

    def _filled(self, number: int, column: pl.Series) -> NDArray[Any] | Words:
        """Return the values of a column, empty cells marked as missing, said once."""
        import polars as pl

        if self.kinds[number] == "text":
            texts = column.fill_null("").unique(maintain_order=True).to_list()
            codes = column.fill_null("").cast(pl.Enum(texts)).to_physical().to_numpy()
            return Words(codes.astype(np.min_scalar_type(len(texts))), texts)
        empty = column.null_count()
        if not empty:
            return column.to_numpy()
        where = f"{self.block.names[number]} in {self.block.name}"
        self.notices.append(
            Notice(
                "empty-cells", f"{several(empty, f'cell of {where} is', f'cells of {where} are')} empty: missing"
            )
        )
        return column.cast(pl.Float64).fill_null(MISSING).to_numpy()

    # -- refusals --------------------------------------------------------------------------

    def _bad_cell(self, data: bytes) -> ReadError:
        """Find the first cell that is not a number, and say where it stands."""
        for number, line in enumerate(data.split(b"\n")):
            cells = line.rstrip(b"\r").decode("latin-1").split("\t")[1:]
            for name, cell, kind in zip(self.block.names, cells, self.kinds, strict=False):
                if kind != "text" and cell.strip() and not _parses(cell, self.mark):
                    return self._refusal(
                        "a cell of a table is not a number",
                        0,
                        "the file is damaged, was edited, or has two decimal marks",
                        where=f"line {self._line(number)}, column {name} of {self.block.name}",
                        expected=f"a number with the decimal mark {self.mark!r}",
                        found=repr(cell[:40]),
                    )
        return self._refusal("the table cannot be read", 0, "the file is damaged")

    def _misfit(self, number: int, cells: Sequence[bytes]) -> ReadError:
        first = cells[0].decode("latin-1").strip()
        before = f" behind {first[:40]!r}, where a row begins with a tab" if first and len(cells) > 1 else ""
        return self._refusal(
            "a row does not fit the names of its table",
            0,
            "the file was edited, or two tables were mixed",
            where=f"line {self._line(number)}, in {self.block.name}",
            expected=f"{several(self.width, 'value')}: {', '.join(self.block.names)}",
            found=several(len(cells) - 1, "value") + before,
        )

    def _line(self, row: int) -> int:
        return self.explain.line_at(self.block.start) + row

    def _refusal(
        self, message: str, at: int, cause: str, *, where: str = "", expected: str = "", found: str = ""
    ) -> ReadError:
        place = where or f"line {self.explain.line_at(self.block.start + at)}, in {self.block.name}"
        return ReadError(
            message,
            path=self.source.shown,
            where=place,
            expected=expected,
            found=found,
            cause=cause,
            hint="take the file that the Framework wrote",
        )


def _kind(block: GamryTable, number: int, cell: str) -> str:
    """Say what a column holds: letters, whole numbers, or numbers.

    The printed unit says so; a column without one that begins with a word is one of words.
    """
    unit = block.unit(number)
    if unit == _TEXT_UNIT or (not unit and cell and not _NUMBER.match(cell) and not _STRANGE.match(cell.encode())):
        return "text"
    return "int" if unit == _COUNT_UNIT else "float"


def _parses(cell: str, mark: str) -> bool:
    try:
        parse_number(cell, mark)
    except ValueError:
        return False
    return True
