"""`echub samples`: tables of samples joined by `sample.id`, energies referred to a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echub.cli import new_app
from echub.cli.common import Json, pairs, print_json, stated
from echub.cli.streams import Quiet
from echub.errors import UnknownOption

if TYPE_CHECKING:
    from echub.model.column import Column
    from echub.model.dataset import Dataset
    from echub.model.record import Record

app = new_app()

FORMATS = {".csv": "csv", ".parquet": "parquet", ".xlsx": "xlsx", ".h5": "native"}
"""Formats of a table, by the suffix of the file."""


@app.command()
def samples(
    files: Annotated[
        list[Path],
        typer.Argument(help="Tables with a column sample.id (CSV, Excel).", metavar="TABLE...", readable=False),
    ],
    where: Annotated[
        list[str] | None,
        typer.Option(help="Rows of a table, such as leis.csv='dose == 1.6e15'.", metavar="FILE=EXPR"),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="Shift all energies so that this line lies there, such as 'C 1s=284.8±0.1 eV'.",
            metavar="LINE=ENERGY",
        ),
    ] = None,
    closure: Annotated[
        list[str] | None,
        typer.Option(
            help="A further line, and where it must lie after the shift: 'Zr 3d5/2=182.2 eV'.",
            metavar="LINE=ENERGY",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write: its suffix is the format.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Join tables of samples by sample.id: means of the replicates, for samples that all tables have.

    Samples that are left out are named, and lines that do not close after a shift of energies. Exit code 1: the
    tables cannot be joined.
    """
    from echub.files.conversion import convert
    from echub.files.output import require_free
    from echub.files.sample_tables import sample_table

    if output is not None:
        form = _format(output)
        require_free(output, force=force)
    if closure and reference is None:
        raise UnknownOption("--closure needs --reference", expected="--reference 'C 1s=284.8 eV'")
    lines = _energies([reference] if reference else [], "--reference")
    record = sample_table(
        files,
        where=pairs(where, "--where"),
        reference=next(((line, *energy) for line, energy in lines.items()), None),
        closures={line: energy for line, (energy, _) in _energies(closure or [], "--closure").items()},
    )
    written: list[str] = []
    if output is not None:
        made = convert(record, path=output, to=form, force=force)
        written = [*made.outputs, *made.companions]
    if as_json:
        notices = [{"code": n.code, "message": n.message, "where": n.where} for n in record.notices]
        whole = record["table"]
        columns = {n: {"unit": c.unit, "values": whole[n].tolist()} for n, c in whole.columns.items()}
        print_json({"history": list(whole.history), "notices": notices, "table": columns, "written": written})
    elif not quiet:
        _show(record, files, written)


def _energies(texts: Sequence[str], flag: str) -> dict[str, tuple[float, float | None]]:
    return {line: stated(text, "eV") for line, text in pairs(texts, flag).items()}


def _format(path: Path) -> str:
    if path.suffix.lower() not in FORMATS:
        raise UnknownOption(f"no format has the suffix of {path.name}", expected=", ".join(FORMATS))
    return FORMATS[path.suffix.lower()]


def _show(record: Record, files: Sequence[Path], written: Sequence[str]) -> None:
    from echub.cli.show.terminal import field, heading, table
    from echub.drawing import unit_text
    from echub.model.samples import short_name

    whole = record["table"]
    heading(", ".join(map(str, files)))
    for step in whole.history:
        field("done", step)
    spread = {c.uncertainty: f"n_{n}" for n, c in whole.columns.items() if c.uncertainty}
    hidden = {"row", *spread, *spread.values()}
    columns = [column for name, column in whole.columns.items() if name not in hidden]
    heads = [_head(short_name(column), unit_text(column.unit or "")) for column in columns]
    table(heads, [[_cell(whole, column, row) for column in columns] for row in range(whole.rows)])
    for notice in record.notices:
        where = f" ({notice.where})" if notice.where else ""
        field(notice.severity, f"{notice.message}{where} [{notice.code}]", "yellow")
    for path in written:
        field("written", path, "green")


def _head(name: str, unit: str) -> str:
    return f"{name} / {unit}" if unit else name


def _cell(whole: Dataset, column: Column, row: int) -> str:
    """Return a value, with its standard uncertainty if it is a mean."""
    from echub.drawing import value_text

    value = whole[column.name][row]
    if not isinstance(value, float):
        return str(value)
    u = float(whole[column.uncertainty][row]) if column.uncertainty else 0.0
    return value_text(float(value), u) if u > 0 else f"{value:.6g}"
