"""`echub convert`: instrument files to native files or other formats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from echub.cli import new_app
from echub.cli.common import (
    Files,
    Json,
    MetaTables,
    NoSiblings,
    ReaderName,
    ReaderOptions,
    SetValues,
    TableProfile,
    TimeZone,
    pairs,
    print_json,
    reader_options,
    user_metadata,
)

if TYPE_CHECKING:
    from echub.annotate import Annotations
    from echub.conversion import Conversion
    from echub.joining import Part
    from echub.output import Job

app = new_app()


@app.command()
def convert(
    files: Files,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for the results; trees are mirrored.")
    ] = None,
    to: Annotated[str, typer.Option("--to", help="Format: native, csv, …")] = "native",
    reader: ReaderName = None,
    option: ReaderOptions = None,
    table_profile: TableProfile = None,
    writer_option: Annotated[list[str] | None, typer.Option(help="Writer option key=value.")] = None,
    csv_style: Annotated[str | None, typer.Option(help="CSV headers: plain or origin (rows of names).")] = None,
    delimiter: Annotated[str | None, typer.Option(help="CSV delimiter: , ; or tab.")] = None,
    decimal: Annotated[str | None, typer.Option(help="CSV decimal mark: . or ,")] = None,
    meta: MetaTables = None,
    set_: SetValues = None,
    timezone: TimeZone = None,
    no_siblings: NoSiblings = False,
    join: Annotated[
        bool, typer.Option("--join", help="Join the linked techniques of one run into one file.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace existing results.")] = False,
    as_json: Json = False,
) -> None:
    """Convert instrument files: nothing lost, every column with its unit, and a report of what was done.

    Folders are walked. A file that no reader knows is listed; named on the command line it is an
    error. Exit code 0: done (flagged included), 2: the command line or the target, 3: a file could
    not be read.
    """
    from echub.output import plan

    added = user_metadata(meta, set_, timezone)
    csv = {"style": csv_style, "delimiter": delimiter, "decimal": decimal}
    settings = {
        "to": to,
        "reader": reader,
        "options": reader_options(option, table_profile),
        "writer_options": pairs(writer_option, "--writer-option")
        | {key: value for key, value in csv.items() if value is not None},
        "siblings": not no_siblings,
        "force": force,
    }
    jobs = plan(files, output)
    results = []
    for job, result in _run(jobs, added, settings, join=join, progress=not as_json):
        results.append((job, result))
        if as_json:
            print_json(result.as_dict())
    if not as_json:
        _report([result for _, result in results])
    for table in added.tables:
        for row in table.unmatched():
            typer.echo(f"{table.name}: no file matches {row!r}", err=True)
    raise typer.Exit(_exit_code(results))


def _run(
    jobs: list[Job], added: Annotations, settings: dict[str, Any], *, join: bool, progress: bool
) -> Iterator[tuple[Job, Conversion]]:
    from echub.cli.progress import counted
    from echub.output import Job

    plan: list[Any] = list(jobs)
    if join:
        from echub.joining import runs_of

        plan = runs_of(jobs, settings["reader"])
    for item in counted(plan, "converting", shown=progress):
        if isinstance(item, Job):
            yield item, _one(item, added, settings)
        else:
            yield from _joined(item, added, settings)


def _joined(parts: list[Part], added: Annotations, settings: dict[str, Any]) -> Iterator[tuple[Job, Conversion]]:
    """Convert the files of one run to one; where they are not one run, each by itself, saying why."""
    from echub.conversion import Conversion, convert_joined
    from echub.errors import EchubError
    from echub.notice import Notice

    try:
        result = convert_joined(parts, annotations=added, **settings)
    except EchubError as error:
        result = Conversion(", ".join(str(part.job.source) for part in parts), error=error)
    if isinstance(result, Conversion):
        yield parts[0].job, result
        return
    for part in parts:
        single = _one(part.job, added, settings)
        if single.record is not None:
            single.record.notices.append(Notice("not-joined", f"converted by itself: {result}"))
        yield part.job, single


def _one(job: Job, added: Annotations, settings: dict[str, Any]) -> Conversion:
    """Convert one file; an error becomes part of the result, so that the others go on."""
    from echub.conversion import Conversion, convert
    from echub.errors import EchubError

    try:
        return convert(job.source, job.stem, annotations=added, **settings)
    except EchubError as error:
        error.path = error.path or str(job.source)
        return Conversion(str(job.source), error=error)


def _exit_code(results: list[tuple[Job, Conversion]]) -> int:
    """Give the highest code; a file met in a folder that no reader knows does not count."""
    codes = [
        result.error.exit_code
        for job, result in results
        if result.error is not None and (job.named or result.status != "unknown")
    ]
    return max(codes, default=0)


def _report(results: list[Conversion]) -> None:
    from echub.cli import report

    if len(results) == 1:
        report.one(results[0])
    else:
        report.many(results)
