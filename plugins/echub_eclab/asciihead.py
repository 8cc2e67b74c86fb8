"""The head of an EC-Lab or BT-Lab text: its lines, its blocks, and where the table begins."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NoReturn

from echub.plugin import Notice, ReadError, Source, plain_text
from echub.text import argument, decode, encoding_of, plain_bytes

KINDS = {
    "EC-Lab ASCII FILE": "data",
    "BT-Lab ASCII FILE": "data",
    "EC-LAB SETTING FILE": "settings",
    "BT-LAB SETTING FILE": "settings",
    "EC-Lab LOG FILE": "log",
    "BT-Lab LOG FILE": "log",
}
"""First lines to what follows them; compared without regard to case."""

LONGEST_LINE = 1 << 20
"""More bytes than any line of a head has; a longer one is not text of EC-Lab."""
MOST_LINES = 100_000
"""More lines than any head has; a larger number of header lines is damage. By eye."""

_ENOUGH = 2
"""Names of EC-Lab that show a line of names where the head does not count it: a comment may hold one of them."""
_ROW = re.compile(rb"[-+\d.,eE \t]+$")
_COUNT = re.compile(rb"\s*Nb header lines\s*:\s*(\d{1,9})[\s,;]*$")
PADDING = ",;\t"
"""What a spreadsheet adds to the short lines of a head when it saves a text with its own delimiter or tabs."""


@dataclass(frozen=True)
class Head:
    """The head of a text file: its lines, the names of the table, and where its rows begin.

    `kind` is one of `KINDS` (empty: no head at all); `stated` is its own count of lines; `remarks` on a wrong one.
    """

    kind: str
    encoding: str
    lines: list[str] = field(default_factory=list)
    names: str = ""
    first_row: int = 0
    stated: int = 0
    remarks: tuple[Notice, ...] = ()


def kind_of(head: bytes) -> str:
    """Return what a file's first line says it is; empty where it says nothing of the kind."""
    first = plain_bytes(head[:256]).lstrip().splitlines()[:1]
    line = first[0].decode("latin-1").rstrip(f"{PADDING} ").strip().lower() if first else ""
    return next((kind for text, kind in KINDS.items() if text.lower() == line), "")


def plain_source(source: Source) -> tuple[Source, list[Notice]]:
    """Return a text as EC-Lab writes it (see `plain_text`), and what another program did to it."""
    plain, notices = plain_text(source)
    found = encoding_of(source.head, whole=source.size <= len(source.head))
    if (found.value or "").startswith("utf-16"):
        text = f"the text is in UTF-16 ({found.evidence}): another program saved it again"
        notices.append(Notice("encoding", text))
    return plain, notices


def read_head(source: Source, header_lines: int = 0) -> Head:
    """Read the head of a data file, up to and including the names of its table.

    `header_lines` overrides what the file states. Raises `ReadError` for NUL bytes, a line too
    long, and a file that ends inside its head.
    """
    encoding = require_text(source)
    kind = kind_of(source.head)
    with source.open() as file:
        stated = _stated(source) if kind else 1
        count, remarks = (header_lines, []) if header_lines else _counted(source, stated)
        raw = list(_lines(file, count, source))
        if len(raw) < count:
            raise ReadError(
                f"the file ends after {len(raw)} of its {count} header lines",
                path=source.shown,
                expected="the names of the columns and the data behind the header",
                found=f"{source.size} bytes",
                cause="the text was truncated, or its header was edited",
                hint="export it again in EC-Lab, or state the lines: --option header_lines=N",
            )
        lines = [decode(line, encoding) for line in raw]
        if lines[0].endswith(tuple(PADDING)):
            lines[:-1] = [line.rstrip(PADDING) for line in lines[:-1]]
        _require_whole_names(source, lines, file.tell())
        return Head(kind, encoding, lines[:-1], lines[-1], file.tell(), stated, tuple(remarks))


def _counted(source: Source, stated: int) -> tuple[int, list[Notice]]:
    """Return the number of the line of names: as the head states it, or where the only such line stands.

    A line of names has at least one name of EC-Lab; elsewhere it needs two, and a row of numbers behind it.
    """
    lines = source.head.replace(b"\r\n", b"\n").split(b"\n")
    if 0 < stated <= len(lines) and _names_in(lines[stated - 1]):
        return stated, []
    found = [
        number
        for number, (line, row) in enumerate(itertools.pairwise(lines), 1)
        if b"\t" in line and _names_in(line) >= _ENOUGH and _ROW.match(row)
    ]
    if len(found) != 1:
        return stated or _not_stated(source), []
    text = f"the head states {stated or 'no'} lines up to the names of the columns, which stand in line {found[0]}"
    return found[0], [Notice("header-lines", text)]


def _names_in(line: bytes) -> int:
    """Count the cells of a line that are names of EC-Lab."""
    cells = re.split(r"[\t;,]", decode(line, encoding_of(line).value or "cp1252"))
    from echub_eclab.columns import meanings  # with NumPy behind it, which recognising a file does without

    known = meanings()
    return sum(cell.strip(' "') in known for cell in cells)


def _require_whole_names(source: Source, lines: list[str], end: int) -> None:
    """Refuse names that the file cuts short: without rows, EC-Lab ends them in a tab."""
    if end == source.size and source.read(end - 1, 1) not in (b"\n", b"\r", b"\t"):
        raise ReadError(
            "the file ends inside the names of its columns",
            path=source.shown,
            where=f"line {len(lines)}",
            expected="names, and the end of their line",
            found=repr(lines[-1][-20:]),
            cause="the text was truncated",
            hint="export it again in EC-Lab",
        )


def read_lines(source: Source) -> list[str]:
    """Read all lines of a settings or log file."""
    encoding = require_text(source)
    with source.open() as file:
        return [decode(line, encoding) for line in _lines(file, MOST_LINES, source)]


def require_text(source: Source) -> str:
    """Find the encoding of a text; `ReadError` where its head holds bytes of no text."""
    found = encoding_of(source.head, whole=source.size <= len(source.head))
    if found.value is None or found.value.startswith("utf-16"):
        raise ReadError(
            "this is not text of EC-Lab",
            path=source.shown,
            where=found.evidence,
            expected="cp1252 or UTF-8",
            found=found.value or "binary data",
            cause="the file was damaged, or saved again by another program",
            hint=f"echub detect {argument(source.name)}",
        )
    return found.value


def _stated(source: Source) -> int:
    """Return the number of header lines that the head states; 0 if it states none."""
    for line in source.head.lstrip(b"\xef\xbb\xbf\r\n\t ").splitlines()[1:4]:
        if match := _COUNT.match(line):
            return int(match[1])
    return 0


def _not_stated(source: Source) -> NoReturn:
    raise ReadError(
        "the text does not say how many header lines it has",
        path=source.shown,
        where="line 2",
        expected="Nb header lines : N",
        found=repr(b"\n".join(source.head.splitlines()[1:2])[:60]),
        cause="the header was edited or the file was truncated",
        hint="count the lines up to the column names: --option header_lines=N",
    )


def _lines(file: BinaryIO, count: int, source: Source) -> Iterator[bytes]:
    """Yield lines without their ends, LF or CRLF."""
    for number in range(1, count + 1):
        line = file.readline(LONGEST_LINE)
        if not line:
            return
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            raise ReadError(
                f"line {number} is longer than {LONGEST_LINE:,} bytes",
                path=source.shown,
                where=f"line {number}",
                expected="lines of text",
                found=repr(line[:24]),
                cause="this is not an EC-Lab text, or its line ends are lost",
            )
        yield line.removesuffix(b"\n").strip(b"\r")
