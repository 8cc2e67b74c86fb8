"""`echub validate`: files against the canonical schema and the group's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from echub.cli import new_app
from echub.cli.common import Json
from echub.errors import UnknownOption
from echub.text import nearest, several

app = new_app()


@app.command()
def validate(
    paths: Annotated[list[str], typer.Argument(help="Files, folders or globs.", metavar="PATH...")],
    level: Annotated[
        int, typer.Option("--level", min=0, max=2, help="0 structure (reads no data), 1 values, 2 physics.")
    ] = 2,
    select: Annotated[list[str] | None, typer.Option("--select", help="Only these rules: ECH101, ECH3 …")] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help="Not these rules.")] = None,
    schema: Annotated[
        str, typer.Option("--schema", help="A group's schema instead of the nearest .echub.toml.")
    ] = "",
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Known problems, which do not count.")
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Write the problems found now to --baseline.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    skip_unknown: Annotated[
        bool, typer.Option("--skip-unknown", help="Skip files that no reader knows, even if named.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Worker processes; 0 is one per core.")] = 1,
    format_: Annotated[
        str, typer.Option("--format", help="text, json, sarif, junit or github (annotations).")
    ] = "text",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write the report to.")] = None,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Print GitHub's annotations as well, next to --output.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check files: native, tables with sidecars, and instrument files through their readers.

    `echub schema show rules` lists the rules. A line `# echub: ignore ECH203` in a file's or a
    folder's sidecar leaves rules out there. Exit code 0: no error, 1: the data or its metadata are
    at fault, 2: the command line, 3: a file cannot be read, 4: the group's schema or a plugin.
    """
    from echub.cli.show.progress import counted
    from echub.validation import validation
    from echub.validation.baseline import Baseline, save
    from echub.validation.reporters import FORMATS
    from echub.validation.rules import matching

    chosen = "json" if as_json else format_
    if chosen not in FORMATS:
        raise UnknownOption(
            f"--format cannot be {chosen!r}",
            expected=", ".join(FORMATS),
            found=chosen,
            hint=nearest(chosen, FORMATS),
        )
    if update_baseline and baseline is None:
        raise UnknownOption("--update-baseline needs --baseline FILE", hint="--baseline echub-baseline.json")
    known = Baseline.load(baseline) if baseline is not None and not update_baseline else None
    checks = validation.Checks(
        level, matching(select or (), "--select"), matching(ignore or (), "--ignore"), schema, skip_unknown
    )
    files = validation.find_files(paths)
    checked = validation.run(files, checks, jobs=jobs)
    report = validation.Report([file for _, file in zip(counted(files, "validating"), checked, strict=True)])
    if update_baseline and baseline is not None:
        typer.echo(f"{several(save(baseline, report.problems), 'problem')} written to {baseline}", err=True)
        raise typer.Exit
    if known is not None:
        validation.apply_baseline(report, known.has)
    _write(FORMATS[chosen](report), output)
    if annotate and output is not None:
        _write(FORMATS["github"](report), None)
    raise typer.Exit(report.exit_code(strict=strict))


def _write(text: str, output: Path | None) -> None:
    if output is not None:
        from echub.files.output import write_text

        write_text(output, text)
    else:
        sys.stdout.write(text)
