"""The dialect of a delimited table, inferred by evidence from the head and the tail of a file.

Encoding, delimiter, decimal mark, preamble, header, units row, footer: each is a `Decision` with
what speaks for it and its rival. Where two readings are both possible, an `Ambiguous` refusal
names the option that decides. Nothing here opens a file or parses a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from echub.plugin import Ambiguous, Confidence, Decision, ReadError, Source
from echub.text import decimal_mark, names_a_statistic, several
from echub_table.blocks import DELIMITERS, NAMES, Block, find_block
from echub_table.cells import EMPTY, MISSING, NUMBER, TEXT, UNITED, Splitter, bare_number, spreadsheet_error
from echub_table.header_rows import HeaderRows, find_header
from echub_table.stream import Text, open_text

_COMMENTS = ("#", "%", "//", "*")
MARKS = {".": "point", ",": "comma"}
_NUMBERED = re.compile(r'[\s;,|"]*[-+]?[.,]?\d')
"""A row that begins with a number, a date or a clock."""
_CUT_ROW = re.compile(r"(?=\D*\d)[-+\d.,:;|/\s\"eETZ]+\Z")
"""What is left of a row of numbers, dates and clocks that was cut: no words."""
_DELIMITERS_BY_WORD = {word: mark for mark, word in NAMES.items()}
_MARKS = {"point": ".", "comma": ",", ".": ".", ",": ","}


IN_ONE_LINE = Decision("cells", "in one line", "line ends within quotation marks are read as blanks")


@dataclass(frozen=True)
class Given:
    """What a profile or the user says of the dialect; empty where nothing is said."""

    delimiter: str = ""
    decimal: str = ""
    encoding: str = ""
    columns: tuple[str, ...] = ()
    header_line: int | None = None
    data_line: int | None = None
    said_by: str = "said by the user"

    @classmethod
    def of(cls, table: Mapping[str, Any], said_by: str) -> Given:
        """Take what a profile's `[dialect]` says; lines count from 1 there."""
        lines = {key: table[key] - 1 for key in ("header_line", "data_line") if key in table}
        return cls(
            _DELIMITERS_BY_WORD.get(table.get("delimiter", ""), table.get("delimiter", "")),
            _MARKS.get(table.get("decimal", ""), ""),
            table.get("encoding", ""),
            tuple(table.get("columns", ())),
            said_by=said_by,
            **lines,
        )


@dataclass(frozen=True, eq=False, repr=False)
class Dialect:
    """How the table is written; lines count from 0.

    `delimiter` `" "` is any run of blanks. `names` and `units` are the header's cells (units empty
    where no row of units stands), `columns` the kind of each column, `footer` the last lines that
    are not data, `trailing` tells that every row ends with a delimiter. `misfits` are the rows, by line,
    over the first one that fits, `unread` lines beside the rows that may be rows too.
    """

    encoding: str
    newline: str
    delimiter: str
    decimal: str
    comment: str
    header_line: int | None
    units_line: int | None
    data_line: int
    width: int
    names: tuple[str, ...]
    units: tuple[str, ...]
    columns: str
    trailing: bool
    preamble: tuple[str, ...]
    unread: tuple[str, ...]
    footer: tuple[str, ...]
    grouped: tuple[int, ...]
    misfits: Mapping[int, str]
    text: Text
    decisions: tuple[Decision, ...]
    sample: tuple[tuple[str, ...], ...]

    @property
    def header_text(self) -> str:
        """Return the header line as printed; empty without one."""
        return self.preamble[self.header_line] if self.header_line is not None else ""

    def name_of(self, i: int) -> str:
        """Return the name of a column; its place where the line of names has nothing over it."""
        return self.names[i] or f"column {i + 1}"

    @property
    def units_text(self) -> str:
        """Return the line of units as printed; empty without one."""
        return self.preamble[self.units_line] if self.units_line is not None else ""


def infer(source: Source, given: Given | None = None) -> Dialect:
    """Infer the dialect of a source; `ReadError` where it holds no table, `Ambiguous` where two fit."""
    given = given or Given()
    text = open_text(source, given.encoding)
    lines = _lines(text)
    decisions = [Decision("encoding", text.encoding, text.encoding_evidence)]
    decisions += [IN_ONE_LINE] if text.joined else []
    block, rival, why = _choose(lines, given, source)
    decisions.append(Decision("delimiter", NAMES.get(block.delimiter, block.delimiter), why, rival))
    if given.data_line is not None:
        block = _starting(block, given.data_line, source)
    decimal, decision = _decimal(block, lines, given, source)
    decisions.append(decision)
    header = find_header(block, lines, given.header_line, named=bool(given.columns), path=source.shown)
    if header.line is not None and header.line >= block.first:
        raise ReadError(
            "the line of names stands below the first row of data",
            path=source.shown,
            expected="header_line before data_line",
            found=f"header_line {header.line + 1}, data from line {block.first + 1}",
            cause=given.said_by,
        )
    misfits = {i: lines[i] for i in header.between if _is_misfit(lines[i], block)}
    above = [lines[i] for i in header.between if i not in misfits]
    footer = _footer(text, block)
    decisions += _line_decisions(block, header, footer, lines)
    sample = tuple(tuple(block.splitter.split(lines[i])) for i in block.rows)
    grouped = _grouped(sample, decimal)
    names = tuple(name.strip() for name in given.columns or header.names)
    _require_names(names, block, given, source)
    return Dialect(
        encoding=text.encoding,
        newline=text.newline,
        delimiter=block.delimiter,
        decimal=decimal,
        comment=_comment(lines, block),
        header_line=header.line,
        units_line=header.units_line,
        data_line=block.first,
        width=block.width,
        names=names,
        units=tuple(header.units),
        columns=block.columns,
        trailing=_is_trailing(block, names),
        preamble=tuple(lines[: block.first]),
        unread=tuple(
            [line for line in above if _resembles_a_row(line, block) or _is_first_cell(line, block, text)]
            + [line for line in footer if _resembles_a_row(line, block)]
        ),
        misfits=misfits,
        footer=footer,
        grouped=grouped,
        text=text,
        decisions=tuple(decisions),
        sample=sample,
    )


def looks_like_table(source: Source) -> Confidence:
    """Answer the hub's question from the head alone: are there rows of numbers under a delimiter?"""
    is_ours = _ROW_NUMBERS.match(source.head) is not None
    is_binary = b"\0\0\0" in source.head[:256].rstrip(b"\0") and not is_ours
    if not source.head or is_binary or source.head.lstrip()[:1] in b"<{\x89":
        return Confidence.NO
    if source.head.startswith((b"%PDF", b"%!PS")):
        return Confidence.NO
    lines: list[str] = []
    try:
        text = open_text(source, head_only=True)
        lines = _lines(text)
        if not text.whole and len(lines) <= _FEW:
            return _looks_wide(text, source)
        block, _, _ = _choose(lines, Given(), source)
    except ReadError:
        return Confidence.MAYBE if is_ours or _names_without_rows(lines) else Confidence.NO
    first = block.splitter.split(lines[max(0, block.first - 1)])
    if first and first[0].strip() == "file":
        return Confidence.NO  # a table of metadata by file, which `--meta` takes
    return Confidence.LIKELY if len(block.rows) >= 3 else Confidence.MAYBE  # one or two lines may be chance


_ROW_NUMBERS = re.compile(rb"(?:\xef\xbb\xbf)?row([,;\t])[^\r\n]*\n(?:[^\r\n]*\n){0,2}?\d+\1")
"""A table that echub wrote, below one row of names or three: what is in it its description tells."""
_FEW = 2
"""Complete lines of a head that are too few to judge by: the names, and one row."""
_HEADER_LINES, _NAMES_AT_LEAST = 3, 2
"""Lines of names, units and descriptions that a table without rows may have, and known names among them."""
_WIDE = 200
"""Fields of a line that fills most of the head: prose has no such number of commas with numbers between them."""


def _looks_wide(text: Text, source: Source) -> Confidence:
    """Judge lines of thousands of fields by as many fields as the last line has, which the head cuts."""
    lines = text.head.split("\n")
    for delimiter in DELIMITERS:
        fields = [line.split(delimiter) for line in lines if line.strip()]
        width = min(len(fields[-1]) - 1, *(len(row) for row in fields)) if fields else 0
        if width < _WIDE:
            continue
        if len(fields) == 1:
            return Confidence.MAYBE if source.suffix else Confidence.NO  # the names alone fill the head
        try:
            _choose([delimiter.join(row[:width]) for row in fields], Given(delimiter=delimiter), source)
        except ReadError:
            continue
        return Confidence.MAYBE
    return Confidence.NO


# -- the parts -------------------------------------------------------------------------------


def _lines(text: Text) -> list[str]:
    lines = text.head.split("\n")
    # A last line without a line end may be cut: where others show what a row is, it shows nothing.
    is_open = not text.tail.endswith("\n") and len(lines) > 4 and all(map(_NUMBERED.match, lines[-4:]))
    if is_open if text.whole else len(lines) > 1:
        lines = lines[:-1]
    if not text.whole:
        return lines
    kept = next((i for i in range(len(lines), 0, -1) if not _summarises(lines[i - 1])), 0)
    # Rows that are all named by such words are a table of their own.
    is_summed = kept and _NUMBERED.match(lines[kept - 1]) and any(line.strip() for line in lines[kept:])
    return lines[:kept] if is_summed else lines


def _summarises(line: str) -> bool:
    """Return whether a line is blank, or begins with the name of a mean, a sum or an extreme."""
    first = re.split(r"[\t;,|]", line.strip(), maxsplit=1)[0].strip(' "')
    return not line.strip("\t;,| \r") or names_a_statistic(first)


def _choose(lines: Sequence[str], given: Given, source: Source) -> tuple[Block, str, str]:
    """Return the best block, its rival in words, and why it won."""
    declared = given.delimiter or _sep_line(lines) or _sample_line(lines)
    candidates = [declared] if declared else list(DELIMITERS)
    kept = tuple(lines)
    blocks = [b for d in candidates if (b := find_block(kept, d)) is not None and (declared or b.is_table)]
    if not blocks and (line := _names_without_rows(lines)):
        raise ReadError(
            "the table has names of columns and no rows",
            path=source.shown,
            where="line 1",
            expected="rows of numbers below the names",
            found=line[:80],
            cause="the measurement never started, or its rows were lost",
        )
    if not blocks:
        raise ReadError(
            "no block of lines holds numbers in columns",
            path=source.shown,
            expected="rows of at least two fields under one delimiter",
            found=repr(next((line for line in lines if line.strip()), ""))[:80],
            cause="this is prose, a single column, or a binary file"
            if not declared
            else "another delimiter is used",
            hint="`--option delimiter=tab` (or comma, semicolon, pipe, blanks) insists on one",
        )
    ranked = sorted(blocks, key=lambda b: -b.score)
    best = ranked[0]
    by_line = "the line sep= declares it" if _sep_line(lines) else "it parts sample.id from the names beside it"
    said = given.said_by if given.delimiter else by_line
    count = len(lines) - (not lines[-1])  # nothing stands behind the last line end
    why = said if declared else f"{len(best.rows)} of the first {count} lines have {best.width} fields"
    why += f", {best.numeric} of them numbers"
    return best, _as_rival(ranked[1]) if len(ranked) > 1 else "", why


def _names_without_rows(lines: Sequence[str]) -> str:
    """Return the line of names of a table that has no other lines, but for units; else an empty text."""
    from echub_table.headers import knows

    filled = [line for line in lines if line.strip()]
    if not 0 < len(filled) <= _HEADER_LINES:
        return ""
    named = (line for line in filled for mark in "\t;," if sum(map(knows, line.split(mark))) >= _NAMES_AT_LEAST)
    return next(named, "")


def _as_rival(block: Block) -> str:
    lines, width = several(len(block.rows), "line"), several(block.width, "number")
    return f"{NAMES[block.delimiter]}: {lines}, {block.numeric} of {width}"


def _starting(block: Block, line: int, source: Source) -> Block:
    """Let the data begin where a profile says."""
    rows = tuple(i for i in block.rows if i >= line)
    if not rows:
        raise ReadError("no data stands where the profile says", path=source.shown, where=f"line {line + 1}")
    return replace(block, first=line, rows=rows)


def _sample_line(lines: Sequence[str]) -> str:
    """Return what parts `sample.id` from other names: such a table may have a single column of numbers."""
    first = lines[0].strip("\ufeff \t")
    parting = (d for d in (",", ";", "\t") if d in first)
    return next((d for d in parting if "sample.id" in [cell.strip(' "') for cell in first.split(d)]), "")


def _sep_line(lines: Sequence[str]) -> str:
    """Read the line `sep=;` by which spreadsheets declare a delimiter."""
    first = lines[0].strip().strip('"')
    declared = (first[4:] or "\t") if first.lower().startswith("sep=") else ""
    return declared if declared in DELIMITERS else ""


def _decimal(block: Block, lines: Sequence[str], given: Given, source: Source) -> tuple[str, Decision]:
    if given.decimal:
        return given.decimal, Decision("decimal mark", MARKS[given.decimal], given.said_by)
    cells = _number_cells(block, lines, NUMBER + UNITED)
    if block.delimiter == "," and not any("," in cell for cell in cells):
        return ".", Decision("decimal mark", "point", "the comma delimits fields")
    found = decimal_mark(cells)
    if found.value is None:  # a remark such as `1.234,5 V` has no say where the numbers themselves have a mark
        plain = decimal_mark(_number_cells(block, lines, NUMBER))
        found = plain if plain.value and "no number has" not in plain.evidence else found
    if found.value is not None:
        other = "comma" if found.value == "." else "point"
        rival = "" if "no number has" in found.evidence else f"{other}: it cannot group thousands there"
        return found.value, Decision("decimal mark", MARKS[found.value], found.evidence, rival)
    mixed = "both marks" in found.evidence
    raise Ambiguous(
        "the numbers mix two decimal marks" if mixed else "the decimal mark is not settled",
        path=source.shown,
        where=f"lines {block.first + 1} to {block.rows[-1] + 1}",
        expected="one decimal mark" if mixed else "a number that has one reading only, such as 0,5",
        found=found.evidence,
        cause="two programs or two locales wrote this file"
        if mixed
        else "every number has three digits behind its mark",
        hint="`--option decimal=comma` or `--option decimal=point` says which",
    )


def _number_cells(block: Block, lines: Sequence[str], kinds: str) -> list[str]:
    """Return the texts of the numbers in the sample that stand in columns of these kinds."""
    wanted = [i for i, kind in enumerate(block.columns) if kind in kinds]
    rows = (block.splitter.split(lines[i]) for i in block.rows)
    return [bare_number(row[i].strip()) for row in rows for i in wanted]


def _grouped(sample: Sequence[Sequence[str]], decimal: str) -> tuple[int, ...]:
    """Find the columns whose numbers group their thousands."""
    marks = {",", ".", " ", "'", "\u2019", "\u00a0", "\u202f", "\u2009"} - {decimal}
    found = set()
    for row in sample:  # `1,234` is the shortest
        found |= {i for i, cell in enumerate(row) if len(cell) > 4 and any(m in cell.strip() for m in marks)}
    return tuple(sorted(found))


def _require_names(names: Sequence[str], block: Block, given: Given, source: Source) -> None:
    """Refuse names of a profile, or of a declared line, that are not as many as the fields."""
    if names and len(names) not in (block.width, block.width - _ends_empty(block)):
        raise ReadError(
            f"{several(len(names), 'name is', 'names are')} given but "
            f"the rows have {several(block.width, 'field')}",
            path=source.shown,
            where=f"line {block.first + 1}",
            expected=several(block.width, "name"),
            found=", ".join(names)[:80],
            cause=given.said_by,
        )


def _ends_empty(block: Block) -> bool:
    return block.columns[-1] == EMPTY


def _is_trailing(block: Block, names: Sequence[str]) -> bool:
    """Return whether the last column is only the delimiter that ends each row."""
    unnamed = len(names) < block.width or not names[-1]
    return unnamed and _ends_empty(block) and bool(names)


def _comment(lines: Sequence[str], block: Block) -> str:
    """Find the mark of comment lines that stand among the data or over them."""
    inside = set(block.rows)
    is_error = spreadsheet_error(block.delimiter)
    others = [line.lstrip() for i, line in enumerate(lines) if i not in inside and not is_error.match(line)]
    return next((mark for mark in _COMMENTS if any(line.startswith(mark) for line in others)), "")


def _footer(text: Text, block: Block) -> tuple[str, ...]:
    """Return the last lines of the file that are not data, by the kinds of their cells."""
    lines = text.tail.rstrip("\n").split("\n")
    if text.whole:
        lines = lines[block.first :]
    footer: list[str] = []
    if not text.tail.endswith("\n") and (_CUT_ROW.match(lines[-1]) or _begins_as_row(lines[-1], block)):
        return ()  # the beginning of a row, at which the file was cut
    for line in reversed(lines if text.whole else lines[1:]):
        if _is_row(line, block):
            break
        footer.append(line)
    return tuple(reversed(footer))


def _is_row(line: str, block: Block) -> bool:
    """Return whether a line beside the rows is one of them, whatever it lacks: it has numbers where they have."""
    kinds = block.splitter.kinds(line)
    numbers = sum(kind in (NUMBER, UNITED, "c", "d") for kind in kinds)
    return bool(line.strip() and numbers) and _may_be_row(kinds, block) and not _is_statistic(line, block)


def _begins_as_row(line: str, block: Block) -> bool:
    """Return whether all cells of a line but the last, which may be cut, are those of a row, with two numbers."""
    kinds = block.splitter.kinds(line)[:-1]
    numbers = sum(kind in (NUMBER, UNITED) for kind in kinds)
    return numbers > 1 and _may_be_row(kinds, block) and not _is_statistic(line, block)


def _is_misfit(line: str, block: Block) -> bool:
    """Return whether a line between the names and the rows is a row that does not fit them.

    A single number there may be the count of the rows.
    """
    return _is_row(line, block) and len(block.splitter.kinds(line)) > 1


_DIGITS_OF_A_COUNT = 15
"""No file has more rows."""


def _is_first_cell(line: str, block: Block, text: Text) -> bool:
    """Return whether a line over the rows is a number alone that does not count them: what is left of a row."""
    if len(block.splitter.kinds(line)) != 1 or not _is_row(line, block):
        return False
    cell, rows = line.strip(), len(block.rows)
    is_whole = cell.isdecimal() and len(cell) <= _DIGITS_OF_A_COUNT
    return not (is_whole and (int(cell) == rows if text.whole else int(cell) >= rows))


def _resembles_a_row(line: str, block: Block) -> bool:
    """Return whether a line that is not read as a row may be one: as many cells, one of them as in the rows."""
    kinds = block.splitter.kinds(line)
    return (
        len(kinds) == block.width
        and any(cell == column != EMPTY for cell, column in zip(kinds, block.columns, strict=True))
        and not _is_statistic(line, block)
    )


def _is_statistic(line: str, block: Block) -> bool:
    """Return whether a line summarises the rows over it: a mean or a sum is not a measured row."""
    cells = block.splitter.split(line)
    at = next((i for i, cell in enumerate(cells) if cell.strip()), 0)
    return at < block.width and block.columns[at] != TEXT and names_a_statistic(cells[at])


def _may_be_row(kinds: str, block: Block) -> bool:
    """Tell a data row, whole or cut short or with a fault, from a line of words with a number in it."""
    if len(kinds) > block.width:
        return True
    pairs = list(zip(kinds, block.columns, strict=False))
    good = [cell in (column, EMPTY, MISSING) or column in ("t", EMPTY, MISSING) for cell, column in pairs]
    filled = sum(cell == column != EMPTY for cell, column in pairs)
    # With cells missing, nearly all that are left have to be as in the rows: words with numbers are not.
    enough = len(kinds) == block.width or (len(kinds) > 2 and 4 * filled >= 3 * len(kinds))
    return all(good) or (enough and 2 * filled >= block.width)


def _line_decisions(
    block: Block, header: HeaderRows, footer: Sequence[str], lines: Sequence[str]
) -> list[Decision]:
    shown = ", ".join(name.strip() for name in header.names)[:60]
    names = (
        Decision("header", f"line {header.line + 1}", f"as many texts as the rows have fields: {shown}")
        if header.line is not None
        else Decision("header", "none", "no line over the data has a text for each field")
    )
    found = [names]
    if header.units_line is not None:
        found.append(Decision("units row", f"line {header.units_line + 1}", "its cells are units"))
    first = f"line {block.first + 1}"
    found.append(
        Decision("first data line", first, f"its fields are {_in_words(block.columns)}, as in the rows below")
    )
    filled = [line for line in footer if line.strip()]
    if filled:
        found.append(Decision("footer", several(len(filled), "line"), f"no data row: {filled[0].strip()[:50]}"))
    return found


def _in_words(columns: str) -> str:
    """Say of what kinds the columns are: `3 numbers, 1 date`."""
    words = {
        "n": "number",
        "u": "number with a unit",
        "c": "clock",
        "d": "date",
        "t": "text",
        "m": "missing",
        "e": "empty",
    }
    counts = {word: columns.count(kind) for kind, word in words.items()}
    return ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for word, count in counts.items() if count)


def splitter_of(dialect: Dialect) -> Splitter:
    """Return a splitter for lines of this dialect."""
    return Splitter(dialect.delimiter)
