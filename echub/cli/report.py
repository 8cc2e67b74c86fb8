"""What `echub convert` and `echub info` tell people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from echub.cli.terminal import field, heading, is_terminal, printable, table

if TYPE_CHECKING:
    from echub.column import Column
    from echub.conversion import Conversion
    from echub.dataset import Dataset
    from echub.record import Record

_COLOURS = {"ok": "green", "flagged": "yellow", "failed": "red", "unknown": "bright_black"}


def one(result: Conversion) -> None:
    """Report one conversion in full."""
    if result.error is not None:
        typer.echo(str(result.error), err=True)
        return
    heading(result.source)
    if result.record is not None:
        record(result.record)
    for output in result.outputs:
        field("written", output, "green")
    for companion in result.companions:
        field("described", companion)
    field("time", f"{result.seconds:.2f} s")


def record(shown: Record) -> None:
    """Report what a record holds: reader, technique, datasets, warnings."""
    reader = shown.provenance.reader
    field("reader", f"{reader.get('name')} of {reader.get('distribution')}")
    technique = [str(shown.metadata.value(f"technique.{part}") or "") for part in ("name", "title")]
    if any(technique):
        field("technique", "  ".join(part for part in technique if part))
    if start := shown.metadata.value("experiment.start"):
        field("started", f"{start} (time zone {shown.metadata.value('experiment.timezone')})")
    for dataset in shown.datasets.values():
        _dataset(dataset)
    for sibling in shown.provenance.siblings:
        field("also used", sibling)
    for dropped in shown.dropped:
        field("dropped", f"{dropped.what}: {dropped.why}", "yellow")
    for notice in shown.notices:
        field("warning", f"{notice.message} [{notice.code}]", "yellow")


def _dataset(dataset: Dataset) -> None:
    vendor = [column for column in dataset.columns.values() if column.is_vendor]
    kept = [column for column in dataset.columns.values() if not column.is_vendor]
    field(dataset.name, f"{dataset.rows:,} rows, {len(kept)} columns, {len(vendor)} vendor columns")
    rows = [
        (column.name, _unit(column), column.origin, column.header or "(row number)") for column in (*kept, *vendor)
    ]
    table(("column", "unit", "origin", "source"), rows, indent=16)
    if dataset.omitted:
        headers = ", ".join(omitted.header for omitted in dataset.omitted)
        field("left out", f"{headers} (nothing but zeros or NaN in these rows)")


def _unit(column: Column) -> str:
    return column.unit if column.unit and column.unit != "1" else ""


def many(results: list[Conversion]) -> None:
    """Report several conversions: a line each, those that went wrong first, then the sum."""
    order = ["failed", "unknown", "flagged", "ok"]
    for result in sorted(results, key=lambda r: (order.index(r.status), r.source)):
        _line(result)
    counts = {status: sum(r.status == status for r in results) for status in reversed(order)}
    seconds = sum(result.seconds for result in results)
    parts = [f"{count} {status}" for status, count in counts.items() if count]
    heading(f"{len(results)} files: {', '.join(parts) or 'nothing to convert'} in {seconds:.2f} s")


def _line(result: Conversion) -> None:
    mark = f"{result.status:<8}"
    source = printable(result.source)
    typer.echo((typer.style(mark, fg=_COLOURS[result.status]) if is_terminal() else mark) + source)
    if result.error is not None:
        for line in str(result.error).splitlines()[0 if result.status == "failed" else 1 :]:
            typer.echo(f"          {line.strip()}")
        return
    shown = result.record
    if shown is None:
        return
    technique = shown.metadata.value("technique.name")
    parts = [str(technique)] if technique else []
    parts += [f"{d.name} {d.rows:,} × {len(d.columns)}" for d in shown.datasets.values()]
    typer.echo(f"          {', '.join(parts)} -> {printable(', '.join(result.outputs))}")
    for notice in shown.notices:
        typer.echo(f"          {printable(notice.message)} [{notice.code}]")
