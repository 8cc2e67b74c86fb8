"""The lines of a text's table: what other programs did to its tabs, blank lines, and line numbers."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from echub.plugin import Notice, ReadError, Source
from echub.text import several
from echub_eclab.asciihead import LONGEST_LINE, Head
from echub_eclab.columns import meaning_of, meanings

_BLANKS = re.compile(rb" {2,}")
"""A tab that became blanks; names such as `cycle number` hold single ones."""
_BLANK_LINE = re.compile(rb"^[\t ]*\r?\n", re.MULTILINE)
_SEPARATORS = ((";", "semicolons"), (",", "commas"), ("  ", "blanks"))
_MOST_LISTED = 3
"""Lines that a notice names; the others are meant by `…`."""
_TAIL = 4096
"""Bytes at the end of a table in which line ends behind the last row are looked for."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Which line of the file a row of the table is: `first` that of row 0, `blanks` lines left out, by row."""

    first: int
    blanks: tuple[int, ...] = ()

    def of(self, row: int) -> int:
        """Return the line of a row, both counted as people do: the first line is 1, the first row 0."""
        return self.first + row + bisect.bisect_right(self.blanks, row)


def with_tabs(source: Source, head: Head, data: bytes, notices: list[Notice]) -> tuple[Head, bytes]:
    """Return a table back the tabs that another program replaced; report it.

    Semicolons, commas and two blanks or more are taken for tabs if the names then are as many as the
    first row's cells, and EC-Lab's own. Raises `ReadError` if the tabs are gone and nothing tells
    the columns apart.
    """
    row = data[:LONGEST_LINE].lstrip(b"\r\n").split(b"\n", 1)[0].rstrip(b"\r")
    if "\t" in head.names or b"\t" in row or _is_one_name(head.names):
        # A spreadsheet quotes cells with commas; EC-Lab prints no quotes in its table.
        return head, data.replace(b'"', b"") if b'"' in data else data
    for separator, word in _SEPARATORS:
        names = _split(head.names, separator)
        cells = _split(row.decode("latin-1"), separator)
        if len(names) > 1 and _own(names) and (not row or _count(names) <= len(cells) <= len(names)):
            notices.append(Notice("separator", f"{word} stand between the columns instead of tabs: read as tabs"))
            restored = data.replace(b'"', b"")
            restored = (
                _BLANKS.sub(b"\t", restored) if separator == "  " else restored.replace(separator.encode(), b"\t")
            )
            return replace(head, names="\t".join(names)), restored
    if not head.kind:  # nothing says that it is EC-Lab's: whoever checks the names refuses it
        return head, data
    raise ReadError(
        "the tabs are gone: the columns cannot be separated",
        path=source.shown,
        where=f"line {len(head.lines) + 1}",
        expected="tabs between the names of the columns",
        found=repr(head.names[:40]),
        cause="the text was saved again by another program, or copied from a page",
        hint="export it again in EC-Lab",
    )


def _split(line: str, separator: str) -> list[str]:
    line = line.replace('"', "")
    return re.split(r" {2,}", line) if separator == "  " else line.split(separator)


def _count(names: Sequence[str]) -> int:
    """Count names without the empty ones at the end."""
    return max(number for number, name in enumerate(names, 1) if name.strip())


def _own(names: Sequence[str]) -> bool:
    """Return whether half of the names or more are known, which no line of prose is."""
    filled = [name.strip() for name in names if name.strip()]
    known = sum(name in meanings() or meaning_of(name).quantity is not None for name in filled)
    return bool(filled) and 2 * known >= len(filled)


def _is_one_name(names: str) -> bool:
    """Return whether a line holds a single name, or no word that could be one of several."""
    name = names.strip()
    return not name or name in meanings() or (" " not in name and ";" not in name and "," not in name)


def without_blank_lines(data: bytes, first: int, notices: list[Notice]) -> tuple[bytes, Lines]:
    """Leave out lines without any cell; `first` is the line of the first row."""
    end = len(data) - len(data[-_TAIL:]) + len(data[-_TAIL:].rstrip(b"\r\n "))
    width = data[:LONGEST_LINE].lstrip(b"\r\n").split(b"\n", 1)[0].count(b"\t")
    if data.count(b"\t", 0, end) == width * (data.count(b"\n", 0, end) + 1):
        return data, Lines(first)  # every line has its tabs: counting them is faster than looking for blank ones
    places = _lines_at(data, [match.start() for match in _BLANK_LINE.finditer(data, 0, end)])
    if not places:
        return data, Lines(first)
    # A row's number among the rows kept: each blank line before it stands one line higher.
    lines = Lines(first, tuple(place - number for number, place in enumerate(places)))
    shown = ", ".join(str(first + place) for place in places[:_MOST_LISTED])
    more = " …" if len(places) > _MOST_LISTED else ""
    notices.append(
        Notice("blank-lines", f"{several(len(places), 'blank line')} in the table left out: line {shown}{more}")
    )
    return _BLANK_LINE.sub(b"", data[:end]) + data[end:], lines


def _lines_at(data: bytes, offsets: Sequence[int]) -> list[int]:
    """Return the line, from 0, that stands at each of rising offsets; every byte is looked at once."""
    steps = (data.count(b"\n", *span) for span in itertools.pairwise((0, *offsets)))
    return list(itertools.accumulate(steps))
