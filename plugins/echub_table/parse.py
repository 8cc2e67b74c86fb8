"""The rows of a table as arrays: polars reads them in chunks, with the dialect that was inferred.

A chunk in which every line has its number of fields goes to polars as it is. Only where that is
not so, or where a number came out empty, is the chunk looked at line by line, and still never in
a Python loop over rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.plugin import Growing, ReadError, in_order
from echub.text import is_cut_number, several, some_of
from echub_table.cells import (
    CLOCK,
    DATE,
    DOUBLE,
    EMPTY,
    MINUS_SIGNS,
    MISSING,
    MISSING_TOKENS,
    NUMBER,
    TEXT,
    UNITED,
    WITH_E,
    Splitter,
    is_cut_clock,
    spreadsheet_error,
)
from echub_table.dialect import Dialect
from echub_table.digits import CODE
from echub_table.gaps import with_gaps
from echub_table.header_rows import begins_another, joined_tables
from echub_table.stream import CHUNK, Text, without_footer, without_lines

LISTED = 20
"""Faults that are listed with their line; the others are counted. As many as can be read at a glance."""

ALLOWED = 0.01
"""Share of rows that may be broken: of another width, without any number, or with another decimal mark. More
makes the file an error, as then the dialect is wrong (decision 20). Single cells that are not numbers never do."""

LOOKED_AT = 100
"""Lines without a number that are looked at, per chunk, for other names: more than files repeat theirs."""

_WHOLE = "whole"
"""Kind of a column of whole numbers that a float64 does not hold as they are printed."""
_TAB = "\t"


@dataclass
class Faults:
    """What did not parse: rows with a fault, how many of them are `broken`, and the first of them in words."""

    rows: int = 0
    broken: int = 0
    listed: list[str] = field(default_factory=list)
    missing: int = 0
    open_quotes: int = 0
    joined: bool = False
    repeated: list[int] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    truncated: str = ""
    unended: bool = False
    recoded: bool = False

    def note(self, line: int, what: str) -> None:
        """List one fault."""
        if len(self.listed) < LISTED:
            self.listed.append(f"line {line}: {what}")


@dataclass
class Table:
    """The columns: float64 or int64 arrays, or polars text; `row` where some source rows are left out.

    decimals: the decimal mark of columns of text that do not have that of the dialect.
    """

    columns: Sequence[NDArray[np.float64] | NDArray[np.int64] | pl.Series]
    rows: int
    total: int
    faults: Faults
    row: NDArray[np.int64] | None = None
    decimals: Mapping[int, str] = field(default_factory=dict)


def parse(dialect: Dialect, size: int = CHUNK) -> Table:
    """Parse all rows; `ReadError` where more than `ALLOWED` of them have a fault."""
    reader = _Reader(dialect)
    columns = _GrowingColumns(reader.kinds[: reader.width])
    for frame in reader.frames(size):
        columns.add(frame.get_columns(), reader.expected_rows)
    if reader.faults.open_quotes and not dialect.text.joined:
        again = parse(replace(dialect, text=replace(dialect.text, joined=True)), size)
        again.faults.joined = True
        return again
    values = columns.joined()
    rows = len(values[0])
    judge(reader.faults, rows, reader.seen, dialect)
    return Table(values, rows, reader.seen, reader.faults, reader.row_numbers(rows))


class _GrowingColumns:
    """The growing columns of a table: numbers in one array, the rest as blocks of text."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self._numbers = [i for i, kind in enumerate(kinds) if kind == NUMBER]
        self._growing = Growing(len(self._numbers))
        self._texts = {i: _Texts(kind) for i, kind in enumerate(kinds) if kind != NUMBER}

    def add(self, block: Sequence[pl.Series], expected: int) -> None:
        """Append a chunk; `expected` rows are made room for at once."""
        self._growing.add([block[i] for i in self._numbers], expected)
        for i, column in self._texts.items():
            column.add(block[i])

    def joined(self) -> list[NDArray[np.float64] | NDArray[np.int64] | pl.Series]:
        """Return the whole columns in the order of the table."""
        numbers = dict(zip(self._numbers, self._growing.joined(), strict=True))
        texts = {i: column.joined() for i, column in self._texts.items()}
        return [numbers[i] if i in numbers else texts[i] for i in range(len(numbers) + len(texts))]


class _Texts:
    """A column of text, or of whole numbers that a float64 does not hold as they are printed."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._parts: list[pl.Series] = []

    def add(self, series: pl.Series) -> None:
        """Append a chunk."""
        self._parts.append(series)

    def joined(self) -> NDArray[np.int64] | pl.Series:
        """Return the whole column."""
        texts: pl.Series = pl.concat(self._parts)
        if self._kind == _WHOLE:
            whole = texts.str.strip_chars().cast(pl.Int64, strict=False)
            if whole.null_count() == 0 and not texts.str.contains(r"^\s*[-+]?0\d").any():
                return whole.to_numpy()
        return texts


class _Reader:
    """State of one pass over the file."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.width = dialect.width - dialect.trailing
        self.kinds = [_parsed_kind(dialect, i) for i in range(dialect.width)]
        self.separator = _TAB if dialect.delimiter == " " else dialect.delimiter
        self._splitter = Splitter(dialect.delimiter)
        self.faults = Faults()
        self.line = dialect.data_line
        self.seen = 0
        self.bytes_seen = 0
        self._left_out: list[int] = []
        self._header = dialect.header_text.strip()
        self._units = dialect.units_text.strip()
        self._note_misfits()

    def _note_misfits(self) -> None:
        """Count the rows over the first one that fits: they are left out like any other that does not."""
        for number, text in self.dialect.misfits.items():
            fields = len(self._splitter.kinds(text))
            what = (
                f"{several(fields, 'field')}, not {self.dialect.width}"
                if fields != self.dialect.width
                else "other cells"
            )
            self.faults.note(number + 1, f"{what}: {text.strip()[:60]}")
        count = len(self.dialect.misfits)
        self.faults.rows, self.faults.broken, self.seen = count, count, count
        self._left_out += range(count)

    # -- chunks ----------------------------------------------------------------------------

    def frames(self, size: int) -> Iterator[pl.DataFrame]:
        """Return one frame per chunk, of `width` columns, numbers as float64 and the rest as text."""
        for data, last, frame in in_order(self._tried, self._pieces(self.dialect.text, size), workers=1):
            yield self._frame(data, frame, last)

    def _tried(self, piece: tuple[bytes, bool]) -> tuple[bytes, bool, pl.DataFrame | None]:
        """Read a chunk in a thread, if it is regular."""
        data, last = piece
        return data, last, self._regular(data)

    def _pieces(self, text: Text, size: int) -> Iterator[tuple[bytes, bool]]:
        """Return the chunks without preamble and footer, and whether each is the last."""
        chunks = text.chunks(size)
        data = without_lines(next(chunks, b""), self.dialect.data_line)
        for following in chunks:
            yield self._recoded(data), False
            data = following
        data = without_footer(data, len(self.dialect.footer))
        self.faults.unended = self._is_unended() and not self.dialect.footer
        if self.faults.unended and self._is_cut_in_its_last_value(data):
            data = self._without_cut_row(data)
        yield self._recoded(data), True

    def _is_unended(self) -> bool:
        """Return whether the file ends within a line: its last value may be cut."""
        return not self.dialect.text.tail.endswith("\n")

    def _is_cut_in_its_last_value(self, data: bytes) -> bool:
        """Return whether the last value has fewer digits than all of the rows before, which have as many."""
        separator = self.separator.encode()
        # As many rows as show whether all have as many decimals. By eye.
        last = [
            row.rpartition(separator)[2].decode("utf-8", "replace")
            for row in data.rstrip(b"\n").split(b"\n")[-20:]
            if row.strip()
        ]
        if self.dialect.columns[self.width - 1] in (CLOCK, DATE):
            return is_cut_clock(last)
        return is_cut_number(last, self.dialect.decimal)

    def _without_cut_row(self, data: bytes) -> bytes:
        kept, _, cut = data.rstrip(b"\n").rpartition(b"\n")
        self.faults.truncated = cut.decode("utf-8", "replace")
        return kept + b"\n"

    def _frame(self, data: bytes, frame: pl.DataFrame | None, last: bool) -> pl.DataFrame:
        self.bytes_seen += len(data)
        if frame is None:
            return self._irregular(data, last=last)
        frame = self._checked(frame, data, range(self.line, self.line + frame.height))
        self.line += frame.height
        self.seen += frame.height
        return frame

    def _is_special(self, data: bytes) -> bool:
        """Return whether blanks delimit, or anything is quoted or commented."""
        comment = self.dialect.comment.encode()
        marked = bool(comment) and (data.startswith(comment) or b"\n" + comment in data)
        return self.dialect.delimiter == " " or b'"' in data or marked

    def _has_header(self, frame: pl.DataFrame) -> bool:
        """Return whether names may stand among the rows, these or others: a row without any number."""
        numbers = [f"c{i}" for i, kind in enumerate(self.kinds) if kind == NUMBER]
        empty = all(frame[name].null_count() for name in numbers)
        return (
            empty
            and bool(numbers)
            and bool(frame.select(pl.all_horizontal(pl.col(numbers).is_null()).any()).item())
        )

    def _regular(self, data: bytes) -> pl.DataFrame | None:
        """Read a chunk as it is; None where not every line is a row with its number of fields.

        polars raises for a line with more; one with fewer leaves the last field null, and then
        counting tells. Runs beside the thread that takes the columns over, and changes nothing.
        """
        if self._is_special(data):
            return None
        try:
            frame = self._read(data)
        except pl.exceptions.PolarsError:
            return None
        if self._has_header(frame):
            return None
        if frame[f"c{self.dialect.width - 1}"].null_count() == 0:
            return frame
        lines = data.count(b"\n")
        full = data.count(self.separator.encode()) == lines * (self.dialect.width - 1) and frame.height == lines
        return frame if full else None

    def _irregular(self, data: bytes, *, last: bool) -> pl.DataFrame:
        """Sort the lines of a chunk: data, repeated headers, comments, blanks, and those of another width."""
        texts = data.decode("utf-8", "replace").split("\n")[:-1]
        lines = pl.Series("line", texts, dtype=pl.String)
        numbers = np.arange(self.line, self.line + len(lines))
        self.line += len(lines)
        bare = lines.str.strip_chars()
        if self.dialect.delimiter == " ":
            lines = bare.str.replace_all(r"[ \t]+", _TAB)
        fields = self._fields(lines)
        if self.dialect.trailing:
            lines, fields = self._ended(lines, fields)
        blank = (bare == "").to_numpy()
        comment = self._comments(bare)
        repeated = (bare == self._header).to_numpy() & (self._header != "")
        self._require_one_table(bare.filter(pl.Series(~repeated)), numbers[~repeated])
        repeated_units = (bare == self._units).to_numpy() & (self._units != "")
        blank |= repeated_units
        wrong = (fields != self.dialect.width) & ~blank & ~comment & ~repeated
        short = last and self._ends_short(wrong, blank, fields)
        if short and self.faults.unended:
            self.faults.truncated = texts[int(np.flatnonzero(~blank)[-1])]
            wrong[np.flatnonzero(~blank)[-1]] = False
            comment[np.flatnonzero(~blank)[-1]] = True
        else:
            self.faults.comments += lines.filter(pl.Series(comment)).to_list()
            # A last row that ends was not cut, and is listed; all rows before it show that the dialect is right.
            self.faults.broken -= short
        keep = ~(blank | comment | repeated | wrong)
        self._account(keep, wrong, repeated, numbers, fields, texts)
        kept = lines.filter(pl.Series(keep))
        joined = ("\n".join(kept) + "\n").encode() if len(kept) else b""
        return self._checked(self._read(joined), joined, numbers[keep])

    def _require_one_table(self, lines: pl.Series, numbers: NDArray[np.int64]) -> None:
        """Refuse other names, or other units, among the rows: the numbers below them mean something else."""
        between = r"\s" if self.dialect.delimiter == " " else re.escape(self.separator)
        words = ~lines.str.contains(rf'(?:^|{between})\s*"?[-+]?[.,]?\d')
        found = lines.filter(words).head(LOOKED_AT)
        places = [i for i, kind in enumerate(self.kinds) if kind == NUMBER]
        for text, number in zip(found, numbers[words.to_numpy()], strict=False):
            if text not in (self._header, self._units) and begins_another(self._splitter.split(text), places):
                raise joined_tables(self.dialect.text.source.shown, int(number) + 1, self._header, text)

    def _fields(self, lines: pl.Series) -> NDArray[np.int64]:
        """Count the fields of each line; what stands in quotes delimits nothing."""
        bare = lines.str.replace_all('"[^"]*"', "q") if lines.str.contains('"', literal=True).any() else lines
        counts = bare.str.count_matches(self.separator, literal=True).to_numpy().astype(np.int64) + 1
        open_quote = bare.str.contains('"', literal=True).to_numpy()
        counts[open_quote] = -1
        return counts

    def _ended(self, lines: pl.Series, fields: NDArray[np.int64]) -> tuple[pl.Series, NDArray[np.int64]]:
        """Return a complete row the delimiter that ends all others: it has its last value."""
        whole = (fields == self.dialect.width - 1) & ~lines.str.strip_chars().str.ends_with(
            self.separator
        ).to_numpy()
        if not whole.any():
            return lines, fields
        return (lines + self.separator).zip_with(pl.Series(whole), lines), np.where(
            whole, self.dialect.width, fields
        )

    def _comments(self, bare: pl.Series) -> NDArray[np.bool_]:
        if not self.dialect.comment:
            return np.zeros(len(bare), dtype=bool)
        is_error = bare.str.contains(spreadsheet_error(self.dialect.delimiter).pattern)
        return (bare.str.starts_with(self.dialect.comment) & ~is_error).to_numpy()

    def _ends_short(self, wrong: NDArray[np.bool_], blank: NDArray[np.bool_], fields: NDArray[np.int64]) -> bool:
        """Return whether the last row lacks fields."""
        filled = np.flatnonzero(~blank)
        return bool(len(filled) and wrong[filled[-1]] and fields[filled[-1]] < self.dialect.width)

    def _account(
        self,
        keep: NDArray[np.bool_],
        wrong: NDArray[np.bool_],
        repeated: NDArray[np.bool_],
        numbers: NDArray[np.int64],
        fields: NDArray[np.int64],
        texts: list[str],
    ) -> None:
        """Number the source rows, and note those that are left out."""
        is_row = keep | wrong
        row = self.seen + np.cumsum(is_row) - 1
        self._left_out += row[wrong].tolist()
        self.faults.repeated += (row[repeated] + 1).tolist()
        self.faults.rows += int(wrong.sum())
        self.faults.broken += int(wrong.sum())
        self.faults.open_quotes += int((wrong & (fields < 0)).sum())
        self.seen += int(is_row.sum())
        for i in np.flatnonzero(wrong)[:LISTED]:
            found = (
                "an open quote"
                if fields[i] < 0
                else f"{several(int(fields[i]), 'field')}, not {self.dialect.width}"
            )
            self.faults.note(int(numbers[i]) + 1, f"{found}: {texts[i].strip()[:60]}")

    def _recoded(self, data: bytes) -> bytes:
        """Bring a chunk to valid UTF-8, where its head did not show which single-byte code it uses."""
        if data.isascii():
            return data
        if self.dialect.encoding == "cp1252":
            return data.decode("cp1252", "backslashreplace").encode()
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            self.faults.recoded = True
            return b"\n".join(map(_in_utf8, data.split(b"\n")))
        return data

    # -- cells -----------------------------------------------------------------------------

    def _read(self, data: bytes, columns: list[int] | None = None) -> pl.DataFrame:
        """Let polars read whole lines; with `columns`, these alone and as text."""
        text = columns is not None
        schema = {
            f"c{i}": pl.String if text or kind != NUMBER else pl.Float64 for i, kind in enumerate(self.kinds)
        }
        if not data:
            return pl.DataFrame(schema=schema)
        return pl.read_csv(
            data,
            has_header=False,
            schema=schema,
            columns=columns,
            separator=self.separator,
            decimal_comma=self.dialect.decimal == ",",
            quote_char='"',
            ignore_errors=not text,
        )

    def _checked(self, frame: pl.DataFrame, data: bytes, lines: Sequence[int] | NDArray[np.int64]) -> pl.DataFrame:
        """Look at the texts behind empty numbers: a fault, or no value."""
        suspects = [
            i for i, kind in enumerate(self.kinds[: self.width]) if kind == NUMBER and frame[f"c{i}"].null_count()
        ]
        if self.dialect.decimal == "," and b"." in data:
            suspects = [i for i, kind in enumerate(self.kinds[: self.width]) if kind == NUMBER]
        if not suspects:
            return frame
        texts = self._read(data, suspects)
        faulty: dict[int, NDArray[np.bool_]] = {}
        other = np.zeros(frame.height, dtype=bool)
        for i in suspects:
            cells = texts[f"c{i}"].fill_null("").str.strip_chars()
            frame = frame.with_columns(self._repaired(frame[f"c{i}"], cells))
            faulty[i] = self._faulty(frame[f"c{i}"], cells)
            frame = frame.with_columns(pl.Series(f"c{i}", with_gaps(frame[f"c{i}"], cells)))
            other |= faulty[i] & cells.str.contains(self._other_number).to_numpy()
            for at in np.flatnonzero(faulty[i])[:LISTED]:
                self.faults.note(
                    int(lines[at]) + 1, f"{self.dialect.name_of(i)} is {cells[int(at)][:40]!r}, no number"
                )
        self._count(faulty, other)
        return frame

    def _count(self, faulty: dict[int, NDArray[np.bool_]], other: NDArray[np.bool_]) -> None:
        """Count rows with a fault; broken are those without any number, and those with another decimal mark."""
        numbers = sum(kind == NUMBER for kind in self.kinds[: self.width])
        some = np.sum([*faulty.values()], axis=0)
        self.faults.rows += int((some > 0).sum())
        self.faults.broken += int((other | ((some == numbers) & (numbers > 1))).sum())

    @property
    def _other_number(self) -> str:
        """Return the pattern of a number with the other decimal mark."""
        return r"^[-+]?\d*\.\d+" if self.dialect.decimal == "," else r"^[-+]?\d+,\d+$"

    def _repaired(self, numbers: pl.Series, cells: pl.Series) -> pl.Series:
        """Read what polars does not: blanks behind a number, a typeset minus, an exponent of Fortran.

        And take away what it reads by chance: a point where the comma is the decimal mark.
        """
        plain = cells.str.replace(f"^[{MINUS_SIGNS}]", "-").str.replace(f"[eE][{MINUS_SIGNS}]", "e-")
        plain = plain.str.replace(DOUBLE, WITH_E)
        if self.dialect.decimal == ",":
            pointed = cells.str.contains(".", literal=True)
            numbers = numbers.zip_with(~pointed, pl.Series(numbers.name, [None], dtype=pl.Float64))
            plain = plain.zip_with(~pointed, pl.Series([""])).str.replace(",", ".", literal=True)
        return numbers.zip_with(numbers.is_not_null(), plain.cast(pl.Float64, strict=False).alias(numbers.name))

    def _faulty(self, numbers: pl.Series, cells: pl.Series) -> NDArray[np.bool_]:
        empty = (cells == "") | cells.str.to_lowercase().is_in(list(MISSING_TOKENS))
        self.faults.missing += int((numbers.is_null() & empty).sum())
        return (numbers.is_null() & ~empty).to_numpy()

    @property
    def expected_rows(self) -> int:
        """Estimate the rows of the whole file from those that were read."""
        # 1 % more than it looks like, since later rows may be shorter.
        return int(1.01 * self.seen * self.dialect.text.source.size / max(1, self.bytes_seen))

    def row_numbers(self, rows: int) -> NDArray[np.int64] | None:
        """Return the source row of every row that is kept; None where all are."""
        if not self._left_out:
            return None
        return np.delete(np.arange(rows + len(self._left_out)), self._left_out)


def _in_utf8(line: bytes) -> bytes:
    """Return a line in UTF-8; one that is not is in cp1252."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "backslashreplace").encode()
    return line


def _parsed_kind(dialect: Dialect, i: int) -> str:
    """Say how a column is parsed: as NUMBER by polars at once, else as text that is looked at later."""
    kind = dialect.columns[i]
    if kind in (TEXT, CLOCK, DATE, EMPTY, MISSING, UNITED) or i in dialect.grouped:
        return kind if kind != NUMBER else UNITED
    digits = (row[i].strip().lstrip("-+") for row in dialect.sample)
    return _WHOLE if any(re.match(CODE, text, re.ASCII) for text in digits) else NUMBER


def judge(faults: Faults, rows: int, total: int, dialect: Dialect) -> None:
    """Refuse a table with too many faults, or with no row at all."""
    source = dialect.text.source.shown
    if not rows and not faults.broken:
        raise ReadError("the table has no row of data", path=source, where=f"line {dialect.data_line + 1}")
    if faults.broken > ALLOWED * total:
        raise ReadError(
            f"{some_of(faults.broken, total, 'row', 'does', 'do')} not parse",
            path=source,
            expected=f"{dialect.width} fields in each row, at most 1 % of the rows with another width, "
            "without any number, or with another decimal mark",
            found="; ".join(faults.listed[:3]),
            cause="several tables in one file, another delimiter or decimal mark, or a damaged file",
            hint="`echub detect -v FILE` shows the dialect; a profile or `--option` sets another",
        )
