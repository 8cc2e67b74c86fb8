"""Layered reports, as Neware's BTS prints them: a line per cycle, below it one per step, below it the records.

Each layer has a line of names of its own and begins one cell further to the right than the one above. The names of
a layer that print no unit (`Cycle ID`, `Step ID`, `Step Name`) are put before each record; the rest of its cells
(charges and means of a cycle or step) stands in the settings.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from echub.plugin import Decision, Notice, Source, UnitMismatch
from echub_table.headers import meaning_of
from echub_table.stream import Text, open_text

_OUTER = ("cycle", "step")
"""What the first name of a layer above the records means."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_MAYBE = re.compile(rb"[\xef\xbb\xbf\xff\xfe\r\n\0 ]*+[^\r\n]+[\r\n\0]+[\t,;]\0?[^\t,;\r\n\0]")
"""A second line that begins one cell to the right of the first, in any encoding: asked of every table."""
_UNIT = re.compile(r"[(\[（]")
"""A name with a unit, which says what was measured, and not which cycle or step this is."""


@dataclass
class Layer:
    """The names of one layer, and its rows as they are printed."""

    names: list[str]
    rows: list[list[str]] = field(default_factory=list)

    @property
    def carried(self) -> list[int]:
        """Return the cells that say which cycle or step a record is of."""
        return [at for at, name in enumerate(self.names) if name and not _UNIT.search(name)]


@dataclass(frozen=True)
class Layered:
    """A layered report as one table of records, `flat`, with every line where it was, and the `layers` above."""

    flat: Source
    layers: Sequence[Layer]
    is_cut: bool = False
    """Whether the file ends within a line of a layer above the records."""

    @property
    def settings(self) -> list[dict[str, object]]:
        """Return the layers above the records, verbatim."""
        return [{"names": layer.names, "rows": layer.rows} for layer in self.layers]

    @property
    def decision(self) -> Decision:
        """Say how the report was read."""
        counts = " and ".join(f"{len(layer.rows)} under {layer.names[0]}" for layer in self.layers)
        return Decision("layers", "put before each record", f"the lines begin in different cells: {counts}")

    @property
    def notices(self) -> list[Notice]:
        """Say which cells are repeated, which are not among the columns, and whether the last line is cut."""
        carried = [layer.names[at] for layer in self.layers for at in layer.carried]
        left = [
            name
            for layer in self.layers
            for at, name in enumerate(layer.names)
            if name and at not in layer.carried
        ]
        text = f"a layered report: each record has the {', '.join(carried)} of the line above it"
        more = f"; in the settings only: {', '.join(left)} of cycles or steps" if left else ""
        cut = [Notice("truncated", "the file ends within the line of a cycle or step")] if self.is_cut else []
        return [Notice("layered", text + more, "info"), *cut]


def layered(source: Source, encoding: str) -> Layered | None:
    """Return a layered report as a table of its records; None for any other text."""
    if not _MAYBE.match(source.head):
        return None
    text = open_text(source, encoding)
    head = text.head.split("\n", 8)[:8]
    delimiter = next((mark for mark in "\t,;" if _layers(head, mark)), None)
    if delimiter is None or text.joined:
        return None
    *outer, records = [Layer(names) for names in _layers(head, delimiter)]
    whole = text.source.read().decode(text.encoding, "backslashreplace").lstrip("\ufeff")
    lines = [found[0] for found in _LINE.finditer(whole)]
    unfolded = "".join(_unfolded(lines, outer, records.names, delimiter))
    written = Source.from_bytes(_encoded(unfolded, text) + bytes(source.size - text.source.size), source.name)
    written.path = source.path  # errors name the file
    is_cut = not lines[-1].endswith(("\r", "\n")) and _depth(_cells(lines[-1], delimiter)) < len(outer)
    return Layered(written, outer, is_cut)


def _encoded(table: str, text: Text) -> bytes:
    """Write the table in the encoding of the file, which a user may have stated."""
    return table.encode(text.encoding, "backslashreplace")


def _layers(head: Sequence[str], delimiter: str) -> list[list[str]]:
    """Return the names of each layer; none unless a line of each follows."""
    rows = [cells for line in head if any(cells := _cells(line, delimiter))]
    found: list[list[str]] = []
    while len(rows) > len(found) and (not found or _is_outer(found[-1][0])):
        cells = rows[len(found)]
        if _depth(cells) != len(found):
            break
        found.append(cells[len(found) :])
    above = len(found) - 1
    begins = [_depth(cells) for cells in rows[len(found) : 2 * len(found)]]
    return found if above > 0 and begins == list(range(len(found))) else []


def _is_outer(name: str) -> bool:
    try:
        return meaning_of(name).quantity in _OUTER
    except UnitMismatch:
        return False


def _depth(cells: Sequence[str]) -> int:
    return next((at for at, cell in enumerate(cells) if cell), 0)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:  # a field beyond any table's
        return [line]


def _unfolded(lines: Iterable[str], outer: Sequence[Layer], names: Sequence[str], delimiter: str) -> Iterator[str]:
    """Yield a line for each line: the records with the cells of the layers above, which become empty lines."""
    width = max(at for at, name in enumerate(names, 1) if name)
    waiting = [*([None] * len(outer)), names]  # lines of names
    current: list[list[str]] = [[] for _ in outer]
    for line in lines:
        cells = _cells(line, delimiter)
        end = line[len(line.rstrip("\r\n")) :]
        depth = min(_depth(cells), len(outer))
        if waiting and any(cells):
            own, above = waiting.pop(0), [[*layer.names] for layer in outer]
        elif depth < len(outer):
            if any(cells):
                outer[depth].rows.append(cells[depth:])
                current = [*current[:depth], cells[depth:], *([[]] * (len(outer) - depth - 1))]
            own = None
        else:
            own, above = cells[depth:], current
        yield (_joined(outer, above, _cut(own, width), delimiter) if own else "") + end


def _cut(cells: Sequence[str], width: int) -> Sequence[str]:
    """Leave out empty cells beyond the names."""
    return cells if any(cells[width:]) else cells[:width]


def _joined(outer: Sequence[Layer], above: Sequence[Sequence[str]], own: Sequence[str], delimiter: str) -> str:
    carried = [
        row[at] if at < len(row) else "" for layer, row in zip(outer, above, strict=True) for at in layer.carried
    ]
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow([*carried, *own])
    return line.getvalue()
