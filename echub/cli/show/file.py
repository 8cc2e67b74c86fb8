"""What `echub convert` and `echub info` print about one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from echub.cli.show.terminal import field, heading, remark, table
from echub.drawing import unit_text
from echub.registry.codes import explained
from echub.text import several

if TYPE_CHECKING:
    from echub.files.conversion import Conversion
    from echub.model.column import Column
    from echub.model.dataset import Dataset
    from echub.model.record import Record

_PLURALS = {"spectrum": "spectra", "species": "species"}


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
    if not result.outputs and result.record is not None:
        remark(
            "written",
            "nothing: the file holds no rows of data; --to native keeps its settings and metadata",
            "yellow",
        )
    if result.columns:
        field("", f"only the columns {', '.join(result.columns)}")
    for companion in result.companions:
        field("described", companion)
    field("time", f"{result.seconds:.2f} s")


def record(shown: Record, *, ranges: bool = False) -> None:
    """Report what a record holds: reader, technique, datasets (with the range of each column), warnings."""
    reader = shown.provenance.reader
    field("reader", f"{reader.get('name')} of {reader.get('distribution')}")
    technique = [str(shown.metadata.value(f"technique.{part}") or "") for part in ("name", "title")]
    if any(technique):
        field("technique", "  ".join(part for part in technique if part))
    if start := shown.metadata.value("experiment.start"):
        field("started", f"{start} (time zone {shown.metadata.value('experiment.timezone') or 'unknown'})")
    for dataset in shown.datasets.values():
        _dataset(dataset, ranges=ranges)
    for sibling in shown.provenance.siblings:
        field("also used", sibling)
    for dropped in shown.dropped:
        field("dropped", f"{dropped.what}: {dropped.why}", "yellow")
    for notice in shown.notices:
        remark("warning", f"{notice.text} [{notice.code}]", "yellow")
        if advice := explained(notice).hint:
            field("", f"what helps: {advice}")


def _dataset(dataset: Dataset, *, ranges: bool) -> None:
    vendor = [column for column in dataset.columns.values() if column.is_vendor]
    kept = [column for column in dataset.columns.values() if not column.is_vendor]
    held = ((dataset.rows, "row"), (len(kept), "column"), (len(vendor), "vendor column"))
    field(dataset.name, ", ".join(several(*one) for one in held))
    more = _looked_at(dataset) if ranges else {}
    rows = [
        (
            column.name,
            *(c[column.name] for c in more.values()),
            unit_text(column.unit or ""),
            column.origin,
            _source(column),
        )
        for column in (*kept, *vendor)
    ]
    table(("column", *more, "unit", "origin", "source"), rows, indent=16)
    if dataset.omitted:
        headers = ", ".join(omitted.header for omitted in dataset.omitted)
        field("left out", f"{headers} (nothing but zeros or NaN in these rows)")


def _looked_at(dataset: Dataset) -> dict[str, dict[str, str]]:
    """Return what only the values tell, by head of the table and name of the column."""
    from echub.model.extent import without_value

    more = {"range": _ranges(dataset)}
    found = without_value(dataset)
    if not any(found.values()):
        return more
    words = {"missing": "{:,}", "nan": "{:,} NaN"}
    return more | {
        "missing": {
            name: ", ".join(text.format(found[what][name]) for what, text in words.items() if name in found[what])
            for name in dataset.columns
        }
    }


def _ranges(dataset: Dataset) -> dict[str, str]:
    """Print how much the dataset holds, and return the range of each column."""
    from echub.drawing import time_unit
    from echub.model.extent import counts, ranges

    held = counts(dataset)
    parts = []
    if (seconds := held.pop("seconds", None)) is not None:
        length, unit = time_unit([0.0, seconds])
        parts.append(f"{seconds / length:.4g} {unit}")
    parts += [several(int(count), name.replace("_", " "), _PLURALS.get(name, "")) for name, count in held.items()]
    if parts:
        field("", ", ".join(parts))
    return {name: _range(ends) for name, ends in ranges(dataset).items()}


def _range(ends: tuple[float, float] | None) -> str:
    if ends is None:
        return ""
    low, high = (f"{end:.5g}" for end in ends)
    return low if low == high else f"{low} … {high}"


def _source(column: Column) -> str:
    return column.header or "(row number)"
