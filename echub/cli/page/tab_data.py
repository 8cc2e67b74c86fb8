"""The tab Data: how the file was recognised, warnings, columns with range and origin, and the rows."""

from __future__ import annotations

from nicegui import ui

from echub.cli.page.desk import Desk, table
from echub.drawing import unit_text
from echub.model.dataset import Dataset
from echub.model.notebook import span
from echub.text import rows_by_columns

FIRST = 200
"""Rows that are shown as numbers; the figure shows all."""


def show(desk: Desk) -> None:
    """Show detection, warnings and datasets."""
    record = desk.bench.opened()
    if said := record.remarks():
        title = "1 warning" if len(said) == 1 else f"{len(said)} warnings"
        with ui.expansion(title, icon="warning", value=True).classes("w-full"):
            table(("code", "what"), said)
    for number, dataset in enumerate(record.datasets.values()):
        title = f"{dataset.name}: {rows_by_columns(dataset.rows, len(dataset.columns))}"
        with ui.expansion(title, icon="table_rows", value=number == 0).classes("w-full"):
            _columns(dataset)
            with ui.expansion("rows").classes("w-full"):
                _rows(dataset)
    with ui.expansion("How the file was recognised", icon="search").classes("w-full"):
        table(("confidence", "reader", "format", "remark"), desk.bench.detection())
        software = record.metadata.value("instrument.software")
        model = record.metadata.value("instrument.model") or record.metadata.value("instrument.manufacturer")
        if parts := [str(part) for part in (model, software) if part]:
            ui.label("  ·  ".join(parts))


def _columns(dataset: Dataset) -> None:
    rows = [
        (c.name, unit_text(c.unit or ""), span(c.values), c.origin, c.header) for c in dataset.columns.values()
    ]
    table(("column", "unit", "range", "origin", "source"), rows)


def _rows(dataset: Dataset) -> None:
    if any(column.axes != ("row",) for column in dataset.columns.values()):
        ui.label("The dataset is not a table of rows.")
        return
    values = dataset.plain()
    rows = list(zip(*(array[:FIRST].tolist() for array in values.values()), strict=True))
    with ui.element("div").classes("overflow-auto w-full"):
        table(tuple(values), rows, rows_per_page=20)
    if dataset.rows > FIRST:
        ui.label(f"The first {FIRST} of {dataset.rows:,} rows.").classes("text-caption")
