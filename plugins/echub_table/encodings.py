"""Which encoding of bytes that are not UTF-8 makes the header say something: East Asian ones beside cp1252."""

from __future__ import annotations

import re
from collections.abc import Iterator

from echub.text import Finding

_RIVALS = ("gb18030", "cp932", "cp949", "big5")
"""Chinese, Japanese, Korean and traditional Chinese texts, as spreadsheets of these countries save them."""
_WORDS = {"gb18030": "gbk", "cp932": "shift-jis", "cp949": "euc-kr", "big5": "big5"}
"""Common names of these encodings."""
_LINES = 40
"""Lines with other than ASCII bytes that are looked at: a header, and the first states."""
_FEW = 20
"""Characters for each fault. By eye: the wrong one of two East Asian encodings has one in five."""
_CELL = re.compile(r"[^\t,;|\n]+")


def by_evidence(head: bytes, found: Finding) -> Finding:
    """Choose between cp1252 and its rivals by the names and units that each makes of the first lines.

    The one under which most cells with other than ASCII letters are known wins; without any, cp1252 stays.
    """
    if found.value != "cp1252":
        return found
    lines = [line for line in head.replace(b"\r", b"\n").split(b"\n") if not line.isascii()][:_LINES]
    data = b"\n".join(lines)
    scores = {name: score for name in ("cp1252", *_RIVALS) if (score := _score(data, name)) is not None}
    best = max(scores, key=lambda name: scores[name], default="cp1252")
    # A tie says nothing: cp1252 and the first rival stand before the others.
    if best == "cp1252" or scores[best] <= scores.get("cp1252", 0):
        return found
    word, count = _WORDS[best], scores[best]
    return Finding(best, f"names, units or states known: {count} in {word}, {scores.get('cp1252', 0)} in cp1252")


def _score(data: bytes, encoding: str) -> int | None:
    """Count the distinct cells with other than ASCII letters that are known; None for other bytes.

    One fault among many characters is damage, or the end of a file that was cut within a character.
    """
    text = data.decode(encoding, "replace")
    faults = text.count("\ufffd")
    if faults * _FEW > sum(not char.isascii() for char in text):
        return None
    return sum(_is_known(cell) for cell in set(_cells(text)))


def _cells(text: str) -> Iterator[str]:
    for match in _CELL.finditer(text):
        cell = match[0].strip().strip('"')
        if not cell.isascii():
            yield cell


def _is_known(cell: str) -> bool:
    """Return whether the letters of a cell that are not ASCII mean something: a name, a unit, or a state."""
    from echub.segments import direction_of
    from echub_table.headers import bare_unit, is_name, split_header

    for name, unit in split_header(cell):
        named = not name.isascii() and (is_name(name) or direction_of(name) is not None)
        if named or (unit and not unit.isascii() and bare_unit(unit) is not None):
            return True
    return False
