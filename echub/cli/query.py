"""`echub query`: a question in SQL to a lake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from echub.cli import new_app
from echub.cli.common import Json, print_json
from echub.text import several

if TYPE_CHECKING:
    from echub.batch.lake.query import LakeAnswer

app = new_app()

_SHOWN = 200
"""Rows printed on a terminal: nobody reads more, and -o FILE takes all."""


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help='The question, such as "SELECT * FROM files".', metavar="SQL")],
    lake: Annotated[Path, typer.Argument(help="A folder that `echub gather` wrote.", metavar="LAKE")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the answer to FILE.csv, .parquet or .json.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print the answer as CSV.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    as_json: Json = False,
) -> None:
    """Ask a lake: files, timeseries, impedance, outcomes, and units (table, column, unit).

    DuckDB answers; needs the extra `lake` (pip install 'echub[lake]'). A name with a dot is quoted, as in
    "cell.temperature". Exit code 1: the question cannot be answered.
    """
    from echub.batch.lake.query import Lake

    opened = Lake(lake)
    if opened.is_outdated:
        typer.echo(
            f"{lake} was gathered by an older echub, which wrote missing values as NaN: convert the archive and "
            "gather again",
            err=True,
        )
    if output is not None:
        opened.write(sql, output, force=force)
        typer.echo(str(output))
        return
    answer = opened.ask(sql)
    if as_json:
        print_json(list(answer.objects()))
    elif csv:
        _csv(answer)
    else:
        _table(answer)


def _csv(answer: LakeAnswer) -> None:
    import csv
    import sys

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.names)
    writer.writerows(map(_csv_cell, row) for row in answer.rows())


def _csv_cell(value: Any) -> Any:  # noqa: ANN401
    from echub.batch.lake.query import plain_cell

    plain = plain_cell(value)
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, (list, dict)) else plain


def _table(answer: LakeAnswer) -> None:
    from echub.cli.show.terminal import table

    rows: list[list[str]] = []
    more = 0
    for row in answer.rows():
        if len(rows) < _SHOWN:
            rows.append([_shown(value) for value in row])
        else:
            more += 1
    table(answer.names, rows or [["" for _ in answer.names]], indent=0)
    if more:
        typer.echo(f"… and {several(more, 'more row')}: -o FILE.csv takes all", err=True)


def _shown(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return ", ".join(map(_word, value)) if isinstance(value, list) else _word(value)


def _word(value: Any) -> str:  # noqa: ANN401
    from echub.batch.lake.query import plain_cell

    return str(plain_cell(value) if isinstance(value, bytes) else value)
