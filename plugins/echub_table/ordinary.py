"""Whether a workbook is as spreadsheet programs write them, so that its library can be let loose on it here.

A workbook that is not proved by this may be intact: it is read in a process that may die first. Proved are: the
archive is whole; every part is well-formed XML without a document type, nested a few levels; the cells of a sheet
stand in the plain form that programs write, at places that a sheet has; counts fit the size of the file.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache
from xml.parsers.expat import ExpatError, ParserCreate

from echub.plugin import Source

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What `zipfile` raises for damage, for methods that it does not know, and for a password."""
_XML = (".xml", ".rels", ".vml")

_SMALL = 1 << 20
"""Bytes of a part that is walked element by element: styles of large workbooks have some hundred kilobytes."""
_DEEPEST = 24
"""Levels of elements: themes, the deepest of all parts, have 10."""
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_LETTERS, _DIGITS = 8, 9
"""Letters of a column, and digits of a count, that are looked at: more are in no workbook."""
_HEAD = 400
"""Bytes in which the outermost element starts."""
_LISTS = frozenset(("sheetData", "si"))
"""Elements that hold cells and texts: they are looked at in one piece."""
_COUNTS = frozenset(("count", "uniqueCount"))


_WORDS = {
    "ATTRIBUTES": r'(?:\x20[\w:]++="[^"<>&]{0,200}+")*+\x20?',
    "SPACE": r"[\r\n\t\x20]*+",
    "KEEP": r'(?:\x20xml:space="preserve")?',
}
_TEXT = r"<tKEEP(?:\x20?/>|>[^<]*+</t>)"
_RUN = rf"<r>(?:<rPr>(?:<\w++ATTRIBUTES/>)*+</rPr>)?{_TEXT}</r>"
_SOUND = rf"<rPhATTRIBUTES>{_TEXT}</rPh>"
_VALUE = rf"<vKEEP(?:\x20?/>|>[^<]*+</v>)|<is>{_TEXT}</is>"
_CELL = rf"""<c\x20r="[A-Z]{{1,3}}\1"ATTRIBUTES
    (?:/>|>(?:<fATTRIBUTES(?:/>|>[^<]*+</f>))?(?:{_VALUE})?</c>)"""
_ROWS = rf"""SPACE(?:<row\x20r="([1-9][0-9]{{0,6}})"ATTRIBUTES
    (?:/>|>SPACE(?:{_CELL}SPACE)*+</row>)SPACE)*+"""
_TEXTS = rf"""SPACE(?:<si(?:/>|>(?:{_TEXT}|(?:{_RUN})++)(?:{_SOUND})*+
    (?:<phoneticPrATTRIBUTES/>)?</si>)SPACE)*+"""


@cache
def _pattern(text: str, prefix: bytes) -> re.Pattern[bytes]:
    """Compile a pattern of elements, whose names have the prefix that some programs write."""
    text = "".join(text.split())
    for word, meant in _WORDS.items():
        text = text.replace(word, meant)
    mark = prefix.decode()
    return re.compile(re.sub(r"<(/?)(?=\w|\\w)", rf"<\1{mark}", text).encode())


_PLACED = re.compile(rb'row r="([0-9]+)"')
_WIDE = re.compile(rb'c r="([A-Z]{2,3})[0-9]')
_HUGE = (re.compile(rb"v>-?[0-9]{11}"), re.compile(rb"[eE]\+?[0-9]{2}[0-9]?<"))
"""Numbers that the library cannot take as a date, for which it prints a trace; nearly no cell has such a one."""
_LIST = re.compile(rb"<(x:)?sst(?:\x20[^<>]*+)?(?<!/)>")
_CELLS = re.compile(rb"<(x:)?sheetData(/?)>")
_DIMENSION = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})(?::([A-Z]{1,3})([1-9][0-9]{0,6}))?")


@dataclass(frozen=True)
class ArchiveLimits:
    """Bytes of all parts; cells of the used rectangle, and beyond these how many times the filled ones."""

    unpacked: int
    area: int
    spread: int


def is_ordinary(source: Source, limits: ArchiveLimits) -> bool:
    """Return whether an archive is such a workbook, and within limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.read())) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if sum(member.file_size for member in members) > limits.unpacked or len(names) < len(members):
                return False
            return "xl/workbook.xml" in names and all(
                (_is_plain if name.lower().endswith(_XML) else _is_no_sheet)(archive.read(name), limits)
                for name in names
            )
    except _DAMAGE:
        return False


def _is_no_sheet(data: bytes, _limits: ArchiveLimits) -> bool:
    """Return whether a picture, or a program, cannot be taken for a sheet: any part may be named as one."""
    return not any(name in data for name in (b"sheetData", b"<sst", b":sst"))


def _is_plain(data: bytes, limits: ArchiveLimits) -> bool:
    """Return whether a part has the plain form of a sheet, of the list of texts, or of the small parts."""
    if found := _CELLS.search(data):
        if found[2]:
            return _is_small(data[: found.start()] + data[found.end() :], limits)
        if any(huge.search(data) for huge in _HUGE):
            return False
        return _is_list(data, found, _ROWS, b"sheetData", limits) and _are_near(data, limits)
    if found := _LIST.search(data, 0, _HEAD):
        return _is_list(data, found, _TEXTS, b"sst", limits)
    return _is_small(data, limits)


def _is_list(data: bytes, found: re.Match[bytes], pattern: str, name: bytes, limits: ArchiveLimits) -> bool:
    """Return whether what stands between the start of an element, which was found, and its end has a pattern."""
    prefix = found[1] or b""
    end = data.rfind(b"</%b%b>" % (prefix, name))
    if end < found.end() or not _pattern(pattern, prefix).fullmatch(data, found.end(), end):
        return False
    around = data[: found.end()] + data[end:]
    return _is_small(around.replace(b"sheetData", b"cells", 2), limits)


def _are_near(sheet: bytes, limits: ArchiveLimits) -> bool:
    """Return whether the cells, each of which stands in its row, fill their rectangle."""
    last_row = max(map(int, _PLACED.findall(sheet)), default=0)
    last_column = max(map(column_number, set(_WIDE.findall(sheet))), default=26)
    area = max(limits.area, limits.spread * sheet.count(b'c r="'))
    return last_row <= _LAST_ROW and last_column <= _LAST_COLUMN and last_row * last_column <= area


def column_number(letters: bytes) -> int:
    """Return the number of a column, from 1; A is 1, AA is 27. Letters beyond the eighth do not count."""
    number = 0
    for letter in letters[:_LETTERS].upper():
        number = 26 * number + letter - 64
    return number


def _is_small(data: bytes, limits: ArchiveLimits) -> bool:
    """Walk a small part: no document type, no deep nesting, no cells, no large count, no far dimension."""
    if len(data) > _SMALL or b"<!DOCTYPE" in data:
        return False
    walk = _Walk(limits)
    parser = ParserCreate("UTF-8")
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    try:
        parser.Parse(data, True)
    except ExpatError:
        return False
    return walk.plain


class _Walk:
    """What is seen of the elements of a part."""

    def __init__(self, limits: ArchiveLimits) -> None:
        self.limits, self.depth, self.plain = limits, 0, True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        local = name.rpartition(":")[2]
        counts = [value for key, value in attributes.items() if key in _COUNTS]
        fine = self.depth <= _DEEPEST and local not in _LISTS
        fine &= all(value.isdecimal() and len(value) <= _DIGITS for value in counts)
        fine &= all(int(value) <= self.limits.unpacked for value in counts if fine)
        fine &= local != "dimension" or _is_modest(attributes.get("ref", ""), self.limits)
        self.plain &= fine

    def end(self, _name: str) -> None:
        self.depth -= 1


def _is_modest(dimension: str, limits: ArchiveLimits) -> bool:
    """Return whether the stated dimension of a sheet is within what any sheet may have."""
    found = _DIMENSION.fullmatch(dimension)
    if found is None:
        return False
    columns, rows = column_number((found[3] or found[1]).encode()), int(found[4] or found[2])
    return columns <= _LAST_COLUMN and rows <= _LAST_ROW and rows * columns <= limits.area
