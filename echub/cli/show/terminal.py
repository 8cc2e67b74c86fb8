"""Print for people: rich tables on a terminal, plain aligned columns elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence

import typer

from echub.text import printable


def is_terminal() -> bool:
    """Return whether people read standard output: a terminal, to whose width tables are fitted."""
    return sys.stdout.isatty()


def shows_colours() -> bool:
    """Return whether standard output is a terminal that shows colours, and is not asked to do without.

    https://no-color.org: an empty `NO_COLOR` does not count. A dumb terminal prints codes as they are.
    """
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured(text: str, colour: str = "", *, bold: bool = False) -> str:
    """Return a text in a colour, or bold, where the terminal shows it."""
    if not (colour or bold) or not shows_colours():
        return text
    return typer.style(text, fg=colour or None, bold=bold or None)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], indent: int = 2) -> None:
    """Print rows under headers."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    if not cells:
        return
    if is_terminal():
        _rich_table(headers, cells, indent)
        return
    widths = [max(len(line[i]) for line in [list(headers), *cells]) for i in range(len(headers))]
    for line in [headers, *cells]:
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo(" " * indent + text.rstrip())


def _rich_table(headers: Sequence[str], cells: list[list[str]], indent: int) -> None:
    """Draw a table; if too wide, in blocks of columns that fit, because a truncated number misleads.

    A table that would be divided starts at the left edge instead, and what is too wide for a line of its own is
    folded, never cut.
    """
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console()
    columns = [[header, *(line[i] for line in cells)] for i, header in enumerate(headers)]
    widths = [max(map(cell_len, column)) for column in columns]
    least = [min(width, max(PROSE, _longest_word(column))) for width, column in zip(widths, columns, strict=True)]
    if len(fitting(least, console.width - indent - 1)) > 1 or _too_wide(least[:2], console.width - indent - 1):
        indent = min(indent, NARROW)
    room = console.width - indent - 1
    for block in fitting(least, room):
        folds = _too_wide([least[i] for i in block], room)
        drawn = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", padding=(0, 1))
        for i in block:
            drawn.add_column(Text(headers[i]), overflow="fold", no_wrap=widths[i] == least[i] and not folds)
        for line in cells:
            drawn.add_row(*(Text(line[i]) for i in block))
        console.print(Padding(drawn, (0, 0, 0, indent)))


def _longest_word(column: Iterable[str]) -> int:
    return max(len(word) for cell in column for word in cell.split() or [""])


PROSE = 40
"""A column of text wider than this is wrapped at its spaces, so that numbers keep their room."""
GAP = 3
"""Characters that rich puts between two columns of a table."""
NARROW = 2
"""Indentation on a terminal that is too narrow for the table and its usual one."""


def _too_wide(widths: Sequence[int], room: int) -> bool:
    return sum(widths) + GAP * (len(widths) - 1) > room


def fitting(widths: Sequence[int], room: int) -> list[list[int]]:
    """Divide columns into blocks of at most `room` characters; every block repeats the first column.

    A column too wide for any block shares one with the first column and is folded there.
    """
    blocks, used = [[0]], widths[0]
    for i, width in enumerate(widths[1:], 1):
        if used + GAP + width > room and len(blocks[-1]) > 1:
            blocks.append([0])
            used = widths[0]
        blocks[-1].append(i)
        used += GAP + width
    return blocks


def heading(text: str) -> None:
    """Print a highlighted line."""
    shown = printable(text)
    typer.echo(coloured(shown, bold=True))


def field(name: str, value: str, colour: str = "") -> None:
    """Print one named value of a report, indented."""
    typer.echo(f"  {name:<13} {coloured(printable(value), colour)}")


def remark(name: str, message: str, colour: str = "") -> None:
    """Print the message of a remark under its severity; on a terminal its lines are broken between words.

    What helps is printed with `field`, in one line: a command is copied whole.
    """
    lines = [printable(message)]
    if is_terminal():
        room = shutil.get_terminal_size().columns - MARGIN
        lines = textwrap.wrap(lines[0], max(room, PROSE), break_long_words=False, break_on_hyphens=False) or [""]
    for begin, line in zip((f"  {name:<13} ", *[" " * MARGIN] * (len(lines) - 1)), lines, strict=True):
        typer.echo(begin + coloured(line, colour))


MARGIN = 16
"""Letters before the values of a report: two, thirteen of the name, one."""
