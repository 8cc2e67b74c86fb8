"""`echub study`: files, statements and steps from one file; results and a report out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echub.cli import new_app
from echub.cli.common import Json, print_json

if TYPE_CHECKING:
    from echub.analysis.study import Answer

app = new_app()


@app.command()
def study(
    file: Annotated[Path, typer.Argument(help="Study file (TOML).", metavar="STUDY")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for the results (default STUDY_results).")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("-j", "--jobs", "--workers", help="Worker processes; by default one per core.", min=1),
    ] = None,
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
    answers = run_study(loaded, folder, workers=jobs, progress=None if as_json else _say)
    written = write_results(loaded, answers, folder)
    if as_json:
        print_json({"study": str(file), "steps": summary(answers), "written": [str(path) for path in written]})
    else:
        _report(answers, written)
    raise typer.Exit(_exit_code(answers))


def _say(answer: Answer) -> None:
    from echub.cli.show.outcome import result
    from echub.cli.show.terminal import field

    outcome = answer.outcome
    why = "; ".join(f"{flag.message} [{flag.code}]" for flag in outcome.refusals)
    name = next(iter(outcome.measurands), "")
    value = " ".join(result(outcome.measurands[name])[:2]) if name else ""
    field(
        outcome.status,
        f"{answer.step.name}: {answer.label}  {why or value}{'  (cached)' if answer.cached else ''}",
    )


def _report(answers: list[Answer], written: list[Path]) -> None:
    from echub.cli.show.terminal import field, heading

    refused = sum(a.outcome.status == "refused" for a in answers)
    heading(f"{len(answers)} answers, {refused} refused")
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
