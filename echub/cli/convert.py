"""`echub convert`: instrument files to native files or other formats."""

from __future__ import annotations

import dataclasses
import math
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from echub.cli import completing, new_app
from echub.cli.common import (
    Derive,
    Files,
    Json,
    MetaTables,
    NoSiblings,
    ReaderName,
    ReaderOptions,
    SetValues,
    TableProfile,
    TimeZone,
    derivations,
    pairs,
    print_json,
    reader_options,
    user_metadata,
)
from echub.cli.streams import DASH, Name, Quiet, hushed, require_one, shown, sources, to_standard_output
from echub.errors import TargetClash, UnknownOption

if TYPE_CHECKING:
    from echub.batch.batch import Batch
    from echub.batch.engines import DaskWorkers
    from echub.batch.task import FileResult
    from echub.files.annotations import Annotations
    from echub.files.conversion import Writing
    from echub.files.output import Target
    from echub.files.reading import Reading
    from echub.model.source import Source

app = new_app()


@app.command()
def convert(
    context: typer.Context,
    files: Files,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Folder for the results; trees are mirrored. Or the file, if its suffix is one of the format's; "
            "- is standard output.",
        ),
    ] = None,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="Format: native, csv, parquet, xlsx, mat, bdf, zview, relaxis, or of a plugin.",
            autocompletion=completing.formats,
        ),
    ] = "native",
    reader: ReaderName = None,
    option: ReaderOptions = None,
    table_profile: TableProfile = None,
    writer_option: Annotated[
        list[str] | None,
        typer.Option(help="Writer option key=value.", autocompletion=completing.writer_options),
    ] = None,
    csv_style: Annotated[
        str | None,
        typer.Option(
            help="CSV headers: plain or origin (rows of names).",
            autocompletion=completing.choices("plain", "origin"),
        ),
    ] = None,
    delimiter: Annotated[str | None, typer.Option(help="CSV delimiter: , ; or tab.")] = None,
    decimal: Annotated[str | None, typer.Option(help="CSV decimal mark: . or ,")] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            help="Tables: only these columns, such as time,potential_we,current.",
            autocompletion=completing.quantities,
        ),
    ] = None,
    units: Annotated[
        str | None,
        typer.Option(
            help="Tables: other units, such as current=A,time=h or current=mA/cm^2.",
            autocompletion=completing.units,
        ),
    ] = None,
    for_: Annotated[
        str | None,
        typer.Option(
            "--for",
            help="excel: CSV that Excel opens rightly on a double click.",
            autocompletion=completing.choices("excel"),
        ),
    ] = None,
    meta: MetaTables = None,
    set_: SetValues = None,
    timezone: TimeZone = None,
    no_siblings: NoSiblings = False,
    derive: Derive = None,
    join: Annotated[
        bool, typer.Option("--join", help="Join the linked techniques of one run into one file.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace existing results; convert what is unchanged again.")
    ] = False,
    jobs: Annotated[
        int,
        typer.Option("-j", "--jobs", min=1, help="Worker processes; a crash in one affects only its own file."),
    ] = 1,
    shard: Annotated[str | None, typer.Option(help="Only part i of N of the files, as i/N; for clusters.")] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="Workers of: dask (this machine), dask://host:port, slurm.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: convert files when they are still, again when they grew.")
    ] = False,
    still: Annotated[
        float | None, typer.Option(min=0, help="--watch: seconds without a change before a file is converted; 60.")
    ] = None,
    poll: Annotated[
        bool | None, typer.Option("--poll/--no-poll", help="--watch: look regularly; default on network shares.")
    ] = None,
    name: Name = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Convert instrument files: nothing lost, every column with its unit, a report of what was done.

    Folders are walked. A file that no reader knows is listed; named on the command line it is an
    error. With -o, folders keep a ledger: what is unchanged is skipped, and the same command goes on
    where it stopped. Exit code 0: done (flagged included), 2: the command line or the target,
    3: a file could not be read, 130: interrupted.
    """
    from echub.files.conversion import Writing
    from echub.files.output import Target
    from echub.files.reading import Reading

    added = user_metadata(meta, set_, timezone)
    form = {"style": csv_style, "delimiter": delimiter, "decimal": decimal, "columns": columns, "units": units}
    form |= {"bom": _bom_for(for_)}
    said = pairs(writer_option, "--writer-option")
    writer_options = {**said, **_form(context, to, form, said)}
    reading = Reading(reader, reader_options(option, table_profile), added, not no_siblings, derivations(derive))
    writing = Writing(to, writer_options, force)
    others = {"--join": join, "--shard": bool(shard), "--on": bool(on), "--watch": watch}
    require_one(files, output, as_json=as_json, others=others)
    given = sources(files, name)
    if output == DASH:
        to_standard_output(given[0], reading, writing, quiet=quiet)
        return
    exact = _one_file(output, to, context)
    folder = output if exact is None else None
    if any(":/" in str(path) or ":\\" in str(path) for path in (*files, output)):
        code = _remote(files, output, reading, writing, jobs, others, as_json=as_json)
        if code is not None:
            _say_unmatched(added)
            raise typer.Exit(code)
    _require_watch(watch=watch, join=join, only={"--still": still, "--poll": poll})
    if len(files) == 1 and not files[0].is_dir() and not (shard or watch or on):
        with hushed(quiet and not as_json):
            source = given[0] if isinstance(given[0], Path) else Path(given[0].name)
            code = _single(given[0], Target.of(source, folder, exact), reading, writing, as_json=as_json)
    else:
        from echub.batch.batch import Batch
        from echub.batch.ledger import Shard

        part = Shard.parse(shard) if shard else None
        try:
            with (
                Batch(files, folder, reading, writing, join=join, shard=part, exact=exact, whole=as_json) as batch,
                hushed(quiet and not as_json),
            ):
                if watch:
                    _live(batch, files, still, poll, jobs, as_json=as_json)  # until it is stopped
                code = _many(batch, jobs, on, as_json=as_json, quiet=quiet)
        except KeyboardInterrupt:
            typer.echo("interrupted before the first file", err=True)
            code = 130
    _say_unmatched(added)
    raise typer.Exit(code)


def _say_unmatched(added: Annotations) -> None:
    for table in added.tables:
        for row in table.unmatched():
            typer.echo(f"{table.name}: no file matches {row!r}", err=True)


def _form(
    context: typer.Context, to: str, form: Mapping[str, str | None], said: Mapping[str, str]
) -> dict[str, str]:
    """Return the options of the writer that are given; a default of the user that it does not know is left out.

    said: those of `--writer-option`, which a default does not change. Raises `UnknownOption` for a second mention.
    """
    given = {name: value for name, value in form.items() if value is not None}
    flags = {"style": "csv_style", "bom": "for_"}
    usual = {name for name in given if _is_usual(context, flags.get(name, name))}
    if twice := next((name for name in given if name in said and name not in usual), None):
        found = f"{twice}={said[twice]} and {twice}={given[twice]}"
        raise UnknownOption(
            f"the writer's option {twice} is given twice", expected="each option once", found=found
        )
    given = {name: value for name, value in given.items() if name not in said}
    usual &= given.keys()
    if not usual:
        return given
    from echub.registry.calling import options_of
    from echub.registry.registry import registry

    known = {field.name for field in dataclasses.fields(options_of(registry().writer(to)))}
    return {name: value for name, value in given.items() if name in known or name not in usual}


def _is_usual(context: typer.Context, parameter: str) -> bool:
    """Return whether a value comes from the user's file of defaults."""
    source = context.get_parameter_source(parameter)
    return source is not None and source.name == "DEFAULT_MAP"


def _bom_for(program: str | None) -> str | None:
    """Return the option that a program needs; raise `UnknownOption` for one that is not known."""
    if program is None:
        return None
    if program != "excel":
        raise UnknownOption("--for takes the name of a program", expected="excel", found=program)
    return "true"


def _one_file(output: Path | None, to: str, context: typer.Context) -> Path | None:
    """Return -o if it names a file that the format makes, such as result.csv, and is not a folder.

    A folder would not be meant by the suffix of another format, if no format is asked for: `TargetClash`.
    """
    from echub.registry.registry import registry

    if output is None or not output.suffix or output.is_dir():
        return None
    suffix = output.suffix.lower()
    if suffix in registry().writer(to).suffixes:
        return output
    source = context.get_parameter_source("to")
    others = [name for name, writer in registry().writers.items() if suffix in writer.suffixes]
    if others and source is not None and source.name == "DEFAULT":
        raise TargetClash(
            f"the suffix {suffix} is not of the format {to}, and no other is asked for",
            path=str(output),
            expected=f"a folder, or a file with the suffix {registry().writer(to).suffixes[0]}",
            hint=" or ".join(f"`--to {name}`" for name in others) + f" writes such a file; for a folder, make it: "
            f"`mkdir {output}`",
        )
    return None


def _single(file: Path | Source, target: Target, reading: Reading, writing: Writing, *, as_json: bool) -> int:
    """Convert one file and report it in full; an error is reported like a result."""
    from echub.cli.show import file as report
    from echub.errors import EchubError
    from echub.files.conversion import Conversion, convert_sources

    try:
        result = convert_sources((reading.source(file),), (), target, reading, writing)
    except EchubError as error:
        error.path = error.path or shown(file)
        result = Conversion(shown(file), error=error)
    if as_json:
        print_json(result.as_dict())
    else:
        report.one(result)
    return result.error.exit_code if result.error else 0


def _require_watch(*, watch: bool, join: bool, only: Mapping[str, object]) -> None:
    """Raise `UnknownOption` for options that have no meaning with, or without, `--watch`."""
    given = [name for name, value in only.items() if value is not None]
    if given and not watch:
        raise UnknownOption(f"{given[0]} is for --watch", hint="add --watch")
    still = only["--still"]
    if isinstance(still, float) and not math.isfinite(still):  # nothing would ever be still
        raise UnknownOption("--still takes a number of seconds", expected="--still 60", found=str(still))
    if watch and join:
        raise UnknownOption(
            "--watch converts each file by itself", found="--join", hint="join them when the experiment has ended"
        )


def _live(
    batch: Batch, folders: list[Path], still: float | None, poll: bool | None, jobs: int, *, as_json: bool
) -> NoReturn:
    """Convert a live folder until Ctrl-C, which is how it ends: exit code 0."""
    from echub.batch.watching import STILL, Watch
    from echub.cli.show.folder import change, interruptible

    live = Watch(batch, folders, still=STILL if still is None else still, poll=poll)
    typer.echo(f"watching {', '.join(map(str, folders))}; Ctrl-C ends it", err=True)
    with interruptible() as stopped:
        for done in live.run(stopped, jobs=jobs if jobs > 1 else None):
            if as_json:
                print_json(done.said)
            elif done.status not in ("unchanged", "unknown"):
                change(done)
            sys.stdout.flush()
    raise typer.Exit(0)


@contextmanager
def _workers(on: str | None, jobs: int) -> Iterator[DaskWorkers | None]:
    """Open the workers that `--on` names, and say where Dask shows their progress."""
    if on is None:
        yield None
        return
    from echub.batch.engines import DaskWorkers

    with DaskWorkers(on, jobs) as cluster:
        shown = f"; {cluster.dashboard}" if cluster.dashboard else ""
        typer.echo(f"{cluster.workers} workers of {on}{shown}", err=True)
        yield cluster


def _remote(
    files: list[Path],
    output: Path | None,
    reading: Reading,
    writing: Writing,
    jobs: int,
    others: Mapping[str, object],
    *,
    as_json: bool,
) -> int | None:
    """Convert from or to an object store; None if neither is one."""
    from echub.batch.remote import RemoteRun
    from echub.batch.store import url_of

    source, target = url_of(files[0]), url_of(output)
    if source is None and target is None:
        return None
    given = next((name for name, value in others.items() if value), None)
    if given or len(files) > 1 or output is None:
        raise UnknownOption(
            "an object store takes one source and -o",
            expected="echub convert s3://bucket/raw -o s3://bucket/echub",
            found=given or ("several sources" if len(files) > 1 else "no -o"),
            hint="mount the store, or run one command for each prefix" if given else None,
        )
    run = RemoteRun(source or str(files[0].resolve()), target or str(output.resolve()), reading, writing)
    return _shown(run.run(jobs=jobs if jobs > 1 else None), as_json=as_json)


def _shown(results: Iterator[FileResult], *, as_json: bool) -> int:
    """Report results whose number is not known before."""
    from echub.cli.show.folder import Summary

    summary, begin = Summary(), time.perf_counter()
    try:
        for done in results:
            summary.add(done)
            if as_json:
                print_json(done.said)
    except KeyboardInterrupt:
        summary.interrupted(None, keeps_ledger=True)
        return 130
    if not as_json:
        summary.show(time.perf_counter() - begin)
    return summary.exit_code


def _many(batch: Batch, jobs: int, on: str | None = None, *, as_json: bool, quiet: bool = False) -> int:
    """Convert a whole batch, reporting results as they come and a summary at the end; return the exit code."""
    from echub.cli.show.folder import Summary, interruptible
    from echub.cli.show.progress import counted

    if batch.ledger is not None:
        for place in batch.ledger.damaged:
            typer.echo(f"warning: {place} cannot be read; its file counts as not converted", err=True)
    summary, begin = Summary(), time.perf_counter()
    try:
        with _workers(on, jobs) as cluster, interruptible() as stopped:
            results = batch.run(jobs=jobs if len(batch) > 1 else None, cluster=cluster)
            for done in counted(results, "converting", total=len(batch), shown=not (as_json or quiet)):
                summary.add(done)
                if as_json:
                    print_json(done.said)
                if stopped():
                    raise KeyboardInterrupt
    except KeyboardInterrupt:
        summary.interrupted(len(batch), keeps_ledger=batch.ledger is not None)
        return 130
    if quiet and not as_json:
        summary.complain()
    elif not as_json:
        summary.show(time.perf_counter() - begin)
    return summary.exit_code
