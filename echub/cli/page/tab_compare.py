"""The tab Compare: whether another file of the folder says the same, column by column."""

from __future__ import annotations

from pathlib import Path

from nicegui import ui

from echub.cli.page.desk import Desk, table
from echub.model.comparison import Comparison
from echub.text import some_of


def show(desk: Desk) -> None:
    """Choose the other file, and show what agrees and what does not."""
    folder = desk.bench.folder
    names = {str(path): str(path.relative_to(folder)) for path in desk.bench.files() if path != desk.bench.file}
    if not names:
        ui.label("There is no other file in the folder.")
        return
    other = ui.select(names, label="the other file", with_input=True).classes("w-full")

    async def compare() -> None:
        if not other.value:
            ui.notify("Choose the other file first.")
            return
        result = await desk.attempt(lambda: desk.bench.compare(Path(other.value)))
        place.clear()
        if result is not None:
            with place:
                _verdicts(result)

    ui.button("Compare", icon="compare_arrows", on_click=compare).props("no-caps")
    place = ui.column().classes("w-full")


def _verdicts(result: Comparison) -> None:
    agreeing = sum(verdict.agrees for verdict in result.verdicts)
    agree = some_of(agreeing, len(result.verdicts), "common column", "agrees", "agree")
    ui.label(agree).classes("text-weight-bold")
    rows = [
        (v.a_header, v.b_header, v.verdict, v.rows or "", v.a, v.b)
        for v in sorted(result.verdicts, key=lambda v: v.agrees)
    ]
    table(("this file", "the other", "verdict", "rows that differ", "first here", "first there"), rows)
    for title, names in (("only here", result.only_a), ("only there", result.only_b), ("", result.differences)):
        if names:
            ui.label(f"{title}: {', '.join(names)}" if title else "; ".join(names)).classes("break-words")
