"""`echub study`: files, statements and steps from one file; results and a report out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from echub.cli import new_app
from echub.cli.common import Json, print_json
from echub.cli.streams import Quiet
from echub.text import argument, several

if TYPE_CHECKING:
    from echub.analysis.study import Answer


class StudyGroup(typer.core.TyperGroup):
    """`echub study STUDY` runs a study: the word `run` may be left out."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Put `run` before arguments that do not begin with a command."""
        own = [*self.commands, "-h", "--help"]
        return super().parse_args(ctx, args if not args or args[0] in own else ["run", *args])


app = new_app(cls=StudyGroup, no_args_is_help=True)


@app.callback()
def study() -> None:
    """Run the analyses of a study (STUDY is its TOML file), or write a first study file of a folder."""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder with instrument files.")] = Path(),
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The study to write (default FOLDER/study.toml).")
    ] = None,
    steps: Annotated[
        str | None, typer.Option("--steps", help="Steps that a plugin offers; without it all are comments.")
    ] = None,
    eis: Annotated[
        bool, typer.Option("--eis", help="Impedance over temperature to an activation energy: --steps eis.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing study.")] = False,
) -> None:
    """Write a commented study of the readable files of a folder.

    A table of metadata, FOLDER/cells.csv, is named if it is there, and written if it is not. Exit code 1: no
    file has what the steps need.
    """
    from echub.analysis.study_draft import draft
    from echub.cli.meta import table_of
    from echub.cli.show.progress import counted
    from echub.files.output import require_free, write_atomically
    from echub.files.readable import readable

    target, table = output or folder / "study.toml", folder / "cells.csv"
    require_free(target, force=force)
    found = readable(folder, lambda jobs: counted(jobs, "reading"))
    parts = [(target, draft(found, target, "eis" if eis else steps, table))]
    if not table.exists():
        parts.append((table, table_of(found)))
    write_atomically([(path, partial(_save, text=text)) for path, text in parts])
    for path, _ in parts:
        typer.echo(f"{path}: written")
    typer.echo(f"fill in what is missing in {table} and {target}, then: echub study {argument(target)}", err=True)


def _save(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


@app.command()
def run(
    file: Annotated[Path, typer.Argument(help="Study file (TOML).", metavar="STUDY")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for the results (default STUDY_results).")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("-j", "--jobs", "--workers", help="Worker processes; by default one per core.", min=1),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run the analyses of a study and write results.csv, results.parquet and report.html.

    What was answered before and has not changed is not computed again. Exit code 0: every
    question was answered, 1: some were refused (the report says why), 3: a file could not be read,
    4: a plugin failed.
    """
    from echub.analysis.study import load_study, run_study, summary
    from echub.analysis.study_report import write_results

    loaded = load_study(file)
    folder = output or file.with_name(f"{file.stem}_results")
    answers = run_study(loaded, folder, workers=jobs, progress=None if as_json or quiet else _say)
    written = write_results(loaded, answers, folder)
    if as_json:
        print_json({"study": str(file), "steps": summary(answers), "written": [str(path) for path in written]})
    elif not quiet:
        _report(answers, written)
    raise typer.Exit(_exit_code(answers))


def _say(answer: Answer) -> None:
    from echub.cli.show.outcome import result
    from echub.cli.show.terminal import field

    outcome = answer.outcome
    why = "; ".join(f"{flag.message} [{flag.code}]" for flag in outcome.refusals)
    name = next(iter(outcome.measurands), "")
    value = " ".join((name, *result(outcome.measurands[name])[:2])).strip() if name else ""
    field(
        outcome.status,
        f"{answer.step.name}: {answer.label}  {why or value}{'  (cached)' if answer.cached else ''}",
    )


def _report(answers: list[Answer], written: list[Path]) -> None:
    from echub.cli.show.terminal import field, heading

    refused = sum(a.outcome.status == "refused" for a in answers)
    heading(f"{several(len(answers), 'answer')}, {refused} refused")
    for path in written:
        field("written", str(path), "green")


def _exit_code(answers: list[Answer]) -> int:
    """Return 4 if a plugin failed, 3 if a file could not be read, 1 if a question was refused."""
    from echub.errors import PluginDied, PluginError, SourceError

    if {flag.code for answer in answers for flag in answer.outcome.flags} & {PluginError.code, PluginDied.code}:
        return PluginError.exit_code

    unreadable = {SourceError.code, *(kind.code for kind in SourceError.__subclasses__())}
    codes = {flag.code for answer in answers for flag in answer.outcome.refusals}
    return 3 if codes & unreadable else 1 if codes else 0
