"""Print for people: rich tables on a terminal, plain aligned columns elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

import typer


def is_terminal() -> bool:
    """Tell whether standard output is a terminal that shows colours."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


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
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*headers, box=SIMPLE_HEAD, pad_edge=False, header_style="bold", padding=(0, 1))
    for line in cells:
        drawn.add_row(*(Text(cell) for cell in line))
    Console().print(Padding(drawn, (0, 0, 0, indent)))


def printable(text: str) -> str:
    """Write line breaks and control characters, which file names may hold, as escapes."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def heading(text: str) -> None:
    """Print a line that stands out on a terminal."""
    shown = printable(text)
    typer.echo(typer.style(shown, bold=True) if is_terminal() else shown)


def field(name: str, value: str, colour: str = "") -> None:
    """Print one named value of a report, indented."""
    shown = printable(value)
    typer.echo(f"  {name:<13} " + (typer.style(shown, fg=colour) if colour and is_terminal() else shown))
