"""`echub meta`: tables of metadata for many files."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from echub.cli import new_app

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
) -> None:
    """Write a table with one row per readable file, prefilled with what the files say.

    Fill in what is missing and give it to `echub convert --meta cells.csv`.
    """
    from echub.files.output import require_free, write_text
    from echub.text import for_spreadsheet

    require_free(output, force=force)
    rows = _rows(folder)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", *(f"{path} / {unit}" if unit else path for path, unit in COLUMNS)])
    writer.writerows([[for_spreadsheet(cell) for cell in row] for row in rows])
    write_text(output, text.getvalue())
    typer.echo(
        f"{output}: {len(rows)} files; fill in what is missing, then: echub convert --meta {output} {folder}"
    )


def _rows(folder: Path) -> list[list[str]]:
    """Read every file of a folder that can be read; those that cannot are left out."""
    from echub.cli.show.progress import counted
    from echub.errors import EchubError, SourceNotFound
    from echub.files.output import plan
    from echub.files.reading import read

    if not folder.is_dir():
        raise SourceNotFound("this is not a folder", path=str(folder), expected="a folder with instrument files")
    rows = []
    for job in counted(plan([folder], None), "reading"):
        try:
            metadata = read(job.source).metadata
        except EchubError:
            continue
        values = [metadata.value(path, unit or None) for path, unit in COLUMNS]
        name = job.source.relative_to(folder).as_posix()
        rows.append([name, *("" if value is None else str(value) for value in values)])
    return rows
