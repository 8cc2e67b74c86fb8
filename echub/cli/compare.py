"""`echub compare`: whether two files, or two readers on one file, say the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echub.cli import completing, new_app
from echub.cli.common import Json, print_json
from echub.cli.streams import sources
from echub.errors import CommandError
from echub.text import some_of

if TYPE_CHECKING:
    from echub.model.comparison import Comparison, Verdict

app = new_app()

_WORDS = {
    "same": "the same",
    "no-value-as-zero": "the same, with 0 printed for no value",
    "zeroed-potential": "KNOWN ANOMALY: the export prints 0 for a potential that was measured",
    "masked": "KNOWN ANOMALY: the export masks these points with -1 or 0",
    "differs": "DIFFERS",
}


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="The first file.", metavar="A", readable=False)],
    b: Annotated[
        Path | None, typer.Argument(help="The second file; by default A again.", metavar="B", readable=False)
    ] = None,
    reader_a: Annotated[
        str | None, typer.Option("--reader-a", help="Read A with this reader.", autocompletion=completing.readers)
    ] = None,
    reader_b: Annotated[
        str | None, typer.Option("--reader-b", help="Read B with this reader.", autocompletion=completing.readers)
    ] = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Also show the columns that agree.")] = False,
    as_json: Json = False,
) -> None:
    """Compare two files that should say the same, column by column, to printed precision.

    Also a converted file and its source, or one file with two readers (--reader-a, --reader-b).
    Exit code 0: they agree, 1: they do not.
    """
    from echub.files.reading import read
    from echub.model.comparison import compare

    if b is None and reader_a == reader_b:
        raise CommandError("there is nothing to compare", expected="a second file, or --reader-a and --reader-b")
    files = sources([a] if b is None else [a, b], None)
    result = compare(read(files[0], reader=reader_a), read(files[-1], reader=reader_b))
    if as_json:
        print_json({"a": str(a), "b": str(b or a), **result.as_dict()})
    else:
        _report(result, str(a), str(b or a), verbose)
    raise typer.Exit(0 if result.agrees else 1)


def _report(result: Comparison, a: str, b: str, verbose: bool) -> None:
    from echub.cli.show.terminal import field, heading, table

    heading(f"{a} and {b}")
    agree = sum(verdict.agrees for verdict in result.verdicts)
    field(
        "columns",
        some_of(agree, len(result.verdicts), "common column", "agrees", "agree"),
        "green" if result.agrees else "red",
    )
    shown = [v for v in result.verdicts if verbose or not v.agrees]
    table(("dataset", "column", "verdict", "rows", "first"), [_line(v) for v in shown], indent=16)
    for difference in result.differences:
        field("rows", difference, "red")
    for line in result.metadata:
        field("metadata", line, "yellow")
    for side, headers in ((a, result.only_a), (b, result.only_b)):
        if headers and verbose:
            field("only in", f"{side}: {', '.join(headers)}")


def _line(verdict: Verdict) -> tuple[str, ...]:
    both = verdict.a_header if verdict.a_header == verdict.b_header else f"{verdict.a_header} = {verdict.b_header}"
    rows = f"{verdict.rows} of {verdict.compared}" if verdict.rows else f"{verdict.compared}"
    place = f"row {verdict.first}: " if verdict.first >= 0 else ""  # a value of a map lies in no row
    first = f"{place}{_number(verdict.a)} against {_number(verdict.b)}" if verdict.rows else ""
    return verdict.dataset, both, _WORDS[verdict.verdict], rows, first


def _number(value: float | None) -> str:
    return "no value" if value is None else f"{value:.9g}"
