"""Change a text in lines as people and programs do: numbers, cells, lines, delimiters, its end."""

from __future__ import annotations

import random
import re

NUMBERS = (
    b"0",
    b"-1",
    b"1e999",
    b"nan",
    b"99999999999999999999",
    b"1e-320",
    b"1,5",
    b"1.500",
    b"",
    b"0x10",
    b"65537",
)
"""Numbers that are out of range, written otherwise, or missing."""
TEXTS = (
    "",
    "\x00",
    "\x1b[2J",
    "a" * 3000,
    "../../x",
    "\u202e",
    "9" * 400,
    "=1+1",
    "[bold]",
    "µ²·⁻¹",
    "\n::error::x",
    "a.b",
)
"""Texts that hardly anybody expects in a cell, and that would act if a program let them."""
_DIGITS = re.compile(rb"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
_HEAD = 20_000
"""Bytes in which numbers are changed: headers and the first rows."""
_MARKS = (b"\t", b",", b";", b"|", b" ")
WAYS = 8


def is_text(data: bytes) -> bool:
    """Return whether a file is text: without NUL, and with line ends."""
    return b"\n" in data and b"\0" not in data


def changed(data: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Change one place of a text; return what was done, and the new text."""
    lines = data.split(b"\n")
    at = chance.randrange(min(len(lines), 40) if chance.random() < 0.6 else len(lines))
    way, place = chance.randrange(WAYS), f"in line {at + 1}"
    if way <= 1:
        return _another_number(data, chance)
    if way == 2:
        lines[at] = chance.choice(TEXTS).encode()
        return f"another line {at + 1}: {lines[at][:20]!r}", b"\n".join(lines)
    if way == 3:
        lines.insert(at, lines[chance.randrange(len(lines))])
        return f"a line from elsewhere before line {at + 1}", b"\n".join(lines)
    if way == 4:
        del lines[at]
        return f"without line {at + 1}", b"\n".join(lines)
    if way == 5:
        mark = chance.choice(_MARKS)
        other = chance.choice((b"\t", b",", b";", b"", mark * 50))
        lines[at] = lines[at].replace(mark, other)
        return f"{other[:5]!r} for {mark!r} {place}", b"\n".join(lines)
    if way == 6:
        cells = lines[at].split(chance.choice(_MARKS[:3]))
        cells[chance.randrange(len(cells))] = chance.choice(TEXTS).encode()
        lines[at] = b"\t".join(cells)
        return f"another cell {place}", b"\n".join(lines)
    end = chance.randrange(len(data) + 1)
    return f"cut after {end} bytes", data[:end]


def _another_number(data: bytes, chance: random.Random) -> tuple[str, bytes]:
    found = list(_DIGITS.finditer(data[:_HEAD]))
    if not found:
        return "unchanged", data
    spot, other = chance.choice(found), chance.choice(NUMBERS)
    return f"{other!r} for {spot[0]!r} at byte {spot.start()}", data[: spot.start()] + other + data[spot.end() :]
