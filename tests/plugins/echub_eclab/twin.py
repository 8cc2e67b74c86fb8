"""A small reader of `.mpt` and `.txt` exports, independent of the plugin: what the text says, as text.

It knows the quirks of `formats/eclab.md` that the exports of the corpus have and refuses the rest.
Cells stay strings, because what a comparison needs is how many digits were printed.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BANNERS = ("EC-Lab ASCII FILE", "BT-Lab ASCII FILE")


@dataclass
class Twin:
    """One export: header lines, printed column names, cells by column."""

    path: Path
    lines: list[str]
    names: list[str]
    cells: list[list[str]]

    @property
    def rows(self) -> int:
        return len(self.cells[0]) if self.cells else 0

    def column(self, name: str) -> list[list[str]]:
        """Return all columns of a name; a text may print one twice."""
        return [cells for printed, cells in zip(self.names, self.cells, strict=True) if printed == name]


def read_twin(path: Path) -> Twin:
    lines = _decode(path.read_bytes()).replace("\r\n", "\n").split("\n")
    count = 1
    if lines[0] in BANNERS:
        count = int(re.fullmatch(r"Nb header lines : (\d+)\s*", lines[1])[1])
    header, table = lines[: count - 1], [line for line in lines[count:] if line]
    names = lines[count - 1].split("\t")
    rows = [line.split("\t") for line in table]
    names, columns = _fit(names, rows)
    return Twin(path, header, names, columns)


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def _fit(names: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Bring the names to the width of the rows: the names line often has one tab more, or two."""
    if names[-1] == "":
        names = names[:-1]
    if not rows:
        return names, [[] for _ in names]
    widths = {len(row) for row in rows}
    assert len(widths) == 1, f"rows of {widths} cells"
    width = widths.pop()
    if len(names) == width + 2 and names[-2] == "":
        names = names[:-2]  # an empty name stands before a last one that has no cells
    assert len(names) == width, f"{len(names)} names over {width} cells"
    return names, [[cell.strip() for cell in column] for column in zip(*rows, strict=True)]


def numbers(cells: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return values and, for each, half a unit of its last printed digit."""
    dotted = [cell.replace(",", ".") for cell in cells]
    values = np.array([float(cell) for cell in dotted])
    return values, np.array([_half_unit(cell) for cell in dotted])


def _half_unit(cell: str) -> float:
    mantissa, _, exponent = cell.upper().partition("E")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - decimals)
