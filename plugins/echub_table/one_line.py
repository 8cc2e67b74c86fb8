"""Quoted cells over several lines, as spreadsheets write them: each is put into one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MOST_LINES = 100
"""Lines of one cell: longer ones are not remarks, but an opening quotation mark that nothing closes."""
_QUOTED = re.compile(rb'(?<![^\n,;\t|])"(?:[^"]++|"")*+"(?=[ ]*(?:[,;\t|\n]|\Z))')
"""A quoted cell: its marks stand between delimiters, so that an inch is none."""


def in_one_line(data: bytes) -> bytes:
    """Return UTF-8 lines with a blank for each line feed within a quoted cell."""
    return _QUOTED.sub(lambda cell: _joined(cell[0]), data) if b'"' in data else data


def _joined(cell: bytes) -> bytes:
    return cell.replace(b"\n", b" ") if cell.count(b"\n") < MOST_LINES else cell


def chunks_in_one_line(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Join the cells of chunks of whole lines; a chunk that ends within a cell is held until the cell ends."""
    held = b""
    for chunk in chunks:
        held += chunk
        if held.count(b'"') % 2 == 0:
            yield in_one_line(held)
            held = b""
    if held:
        yield in_one_line(held)
