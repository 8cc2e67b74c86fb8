"""What `echub convert` and `echub info` print about one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from echub.cli.show.terminal import field, heading, table
from echub.registry.codes import explained

if TYPE_CHECKING:
    from echub.files.conversion import Conversion
    from echub.model.column import Column
    from echub.model.dataset import Dataset
    from echub.model.record import Record


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
        field("warning", f"{notice.text} [{notice.code}]", "yellow")
        if advice := explained(notice).hint:
            field("", f"what helps: {advice}")


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
