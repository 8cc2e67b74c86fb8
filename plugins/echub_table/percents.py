"""Cells of a workbook that are shown as percentages: they hold a hundredth of the number that is seen.

The library gives values without the formats of their cells, which stand in the styles of the workbook.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from echub.plugin import Ambiguous
from echub_table.ordinary import column_number

_ATTRIBUTE = r"\b{}\s?=\s?[\"']([^\"']*)"
_BUILT_IN = frozenset(["9", "10"])
"""Numbers of the formats `0%` and `0.00%`, which no workbook defines."""
_LITERAL = re.compile(r'"[^"]*"|\\.')
"""Parts of a format that are printed as they are."""
_CELL = re.compile(
    r"<(?:\w+:)?c\s([^>]*[^>/])>\s*(?:<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f\s*>)\s*)?<(?:\w+:)?(?:v|is)\b"
)
"""A cell with a value, and perhaps its formula."""


def percent_columns(data: bytes, sheets: Mapping[str, range], names: Sequence[str], path: str) -> set[int]:
    """Return the columns of sheets whose numbers are shown as percentages.

    `sheets`: the rows of data in each; rows and columns count from the first that is used. `names`: those of the
    columns that are asked for, empty for the others. Raises `Ambiguous` if one shows only some as percentages.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        styles = _percent_styles(_part(archive, "xl/styles.xml"))
        parts = _parts(archive) if styles else {}
        texts = {name: _part(archive, parts[name]) for name in sheets if name in parts}
    found: set[int] = set()
    for numbers, percents in (_counted(text, styles, sheets[name]) for name, text in texts.items()):
        for column in (n for n, name in enumerate(names) if name and percents[n]):
            if percents[column] != numbers[column]:
                raise _mixed(names[column], percents[column], numbers[column], path)
            found.add(column)
    return found


def _part(archive: zipfile.ZipFile, name: str) -> str:
    return archive.read(name).decode("utf-8", "replace") if name in archive.namelist() else ""


def _attribute(element: str, name: str) -> str:
    found = re.search(_ATTRIBUTE.format(name), element)
    return html.unescape(found[1]) if found else ""


def _elements(text: str, name: str) -> Iterator[str]:
    return (match[0] for match in re.finditer(rf"<(?:\w+:)?{name}\s[^>]*>", text))


def _percent_styles(styles: str) -> set[int]:
    """Return the numbers of the styles of cells whose format is one of percentages."""
    own = {
        _attribute(one, "numFmtId")
        for one in _elements(styles, "numFmt")
        if "%" in _LITERAL.sub("", _attribute(one, "formatCode"))
    }
    used = re.search(r"(?s)<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs\s*>", styles)
    formats = [_attribute(one, "numFmtId") for one in _elements(used[0], "xf")] if used else []
    return {number for number, one in enumerate(formats) if one in _BUILT_IN | own}


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of the archive in which each sheet stands."""
    places = {
        _attribute(one, "Id"): _attribute(one, "Target")
        for one in _elements(_part(archive, "xl/_rels/workbook.xml.rels"), "Relationship")
    }
    targets = {
        _attribute(one, "name"): places.get(_attribute(one, r"\w+:id"), "")
        for one in _elements(_part(archive, "xl/workbook.xml"), "sheet")
    }
    return {name: target[1:] if target.startswith("/") else f"xl/{target}" for name, target in targets.items()}


def _counted(sheet: str, styles: set[int], rows: range) -> tuple[Counter[int], Counter[int]]:
    """Count the numbers of each column in these rows, and those shown as percentages."""
    cells = [(*_place(_attribute(one, "r")), one) for one in _CELL.findall(sheet)]
    top, left = (min((cell[n] for cell in cells), default=0) for n in (0, 1))
    numbers = [
        (column - left, int(_attribute(one, "s") or 0))
        for row, column, one in cells
        if row - top in rows and _attribute(one, "t") in ("", "n")
    ]
    return Counter(n for n, _ in numbers), Counter(n for n, style in numbers if style in styles)


def _place(name: str) -> tuple[int, int]:
    """Return row and column of a cell such as `C12`."""
    letters = name.rstrip("0123456789")
    return int(name[len(letters) :] or 0), column_number(letters.encode("ascii", "replace"))


def _mixed(name: str, percents: int, numbers: int, path: str) -> Ambiguous:
    return Ambiguous(
        "some cells of a column are shown as percentages and others are not",
        path=path,
        where=f"column {name}",
        expected="one format for all cells of the column",
        found=f"{percents} of {numbers} cells are shown as percentages: they hold a hundredth of what is seen",
        cause="cells were pasted, or formatted by hand",
        hint="set one format for the column in a spreadsheet program, and save it again",
    )
