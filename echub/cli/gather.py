"""`echub gather`: an archive of converted files to a lake of Parquet tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from echub.cli import new_app
from echub.cli.common import Json, print_json
from echub.cli.streams import Quiet, hushed
from echub.text import nearest, several

app = new_app()


@app.command()
def gather(
    archive: Annotated[Path, typer.Argument(help="Folder that `echub convert -o` wrote.", metavar="DST")],
    to: Annotated[Path, typer.Option("--to", help="The lake: a folder of its own.")],
    kinds: Annotated[
        str | None, typer.Option(help="Only these tables, such as timeseries,impedance; all by default.")
    ] = None,
    outcomes: Annotated[
        list[Path] | None,
        typer.Option(help="A further folder with stored outcomes, such as a study's."),
    ] = None,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Worker processes.")] = 1,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Gather converted files into tables for DuckDB, polars and others: Parquet, a unit for each column.

    `files` has one row per source: metadata, provenance, hashes, status, first and last values. The measurements
    are partitioned by technique, month and instrument. The same command again reads only what is new or changed;
    what is gone at the source leaves the lake. Exit code 1: something could not be gathered, and is named.
    """
    from echub.batch.lake.gathering import gather
    from echub.errors import UnknownOption
    from echub.model import vocabulary

    chosen = [name.strip() for name in (kinds or "").split(",") if name.strip()]
    for name in chosen:
        if name not in vocabulary.kinds():
            known = sorted(vocabulary.kinds())
            raise UnknownOption(
                f"there is no kind of dataset {name!r}",
                expected=", ".join(known),
                found=kinds,
                hint=nearest(name, known),
            )
    result = gather(archive, to, outcomes=outcomes or (), kinds=chosen, jobs=jobs if jobs > 1 else None)
    if as_json:
        print_json(result.as_dict())
    else:
        for problem in result.problems:
            typer.echo(f"not gathered: {problem}", err=True)
        if result.unreachable and not quiet:
            typer.echo(f"{result.unreachable} sources cannot be reached now; their rows stay", err=True)
        counts = [f"{getattr(result, name)} {name}" for name in ("added", "replaced", "removed", "unchanged")]
        with hushed(quiet):
            there = f"{several(result.parts, 'part')}, {several(result.outcomes, 'outcome')}"
            typer.echo(f"{', '.join(counts)}; {there} in {to}")
    raise typer.Exit(1 if result.problems else 0)
