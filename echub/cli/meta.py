"""`echub meta`: tables of metadata for many files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echub.cli import new_app
from echub.cli.streams import Quiet, hushed
from echub.text import argument, several

if TYPE_CHECKING:
    from echub.files.readable import Readable

app = new_app(no_args_is_help=True)

COLUMNS = (
    ("cell.area", "cm^2"),
    ("cell.temperature", "degC"),
    ("cell.configuration", ""),
    ("cell.thickness", "um"),
    ("cell.electrolyte", ""),
    ("sample.id", ""),
    ("sample.group", ""),
)
"""Columns of a new table: what most analyses need, and how files are grouped."""


@app.callback()
def meta() -> None:
    """Write and use tables of metadata (area, temperature, sample …) for many files."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder with instrument files.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The table to write.")] = Path("cells.csv"),
    force: Annotated[bool, typer.Option("--force", help="Replace an existing table.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write a table with one row per readable file, prefilled with what the files say.

    Fill in what is missing and give it to `echub convert --meta cells.csv`.
    """
    from echub.cli.show.progress import counted
    from echub.files.output import require_free, write_text
    from echub.files.readable import readable

    require_free(output, force=force)
    found = readable(folder, lambda jobs: counted(jobs, "reading", shown=not quiet))
    write_text(output, table_of(found))
    with hushed(quiet):
        typer.echo(
            f"{output}: {several(len(found), 'file')}; fill in what is missing, "
            f"then: echub convert --meta {argument(output)} {argument(folder)}"
        )


def table_of(found: Sequence[Readable]) -> str:
    """Return the table of some files, with what they say; no text of a file becomes a formula in a spreadsheet."""
    from echub.text import for_spreadsheet

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", *(f"{path} / {unit}" if unit else path for path, unit in COLUMNS)])
    for file in found:
        values = [file.metadata.value(path, unit or None) for path, unit in COLUMNS]
        cells = [file.name, *("" if value is None else str(value) for value in values)]
        writer.writerow([for_spreadsheet(cell) for cell in cells])
    return text.getvalue()
