"""The tab Validate: the problems of all files of the folder, as a list to click."""

from __future__ import annotations

import os
from pathlib import Path

from nicegui import ui

from echub.cli.page.desk import Desk
from echub.text import several
from echub.validation.problem import Problem

MOST = 500
"""Problems that are listed; `echub validate` prints all."""


def show(desk: Desk) -> None:
    """Check the folder; a click on a problem opens its file."""
    place = ui.column().classes("w-full")

    async def check() -> None:
        problems = await desk.attempt(desk.bench.validate)
        if problems is None:
            return
        place.clear()
        with place:
            ui.label(
                several(len(problems), "problem") if problems else "No problem: all files are as they should be."
            )
            with ui.element("div").classes("q-list q-list--dense q-list--separator w-full"):
                for problem in problems[:MOST]:
                    _line(desk, problem)

    ui.button("Check the folder", icon="fact_check", on_click=check).props("no-caps")


def _line(desk: Desk, problem: Problem) -> None:
    async def opening() -> None:
        await desk.reading(lambda: desk.bench.open(Path(problem.path)))

    with ui.item(on_click=opening).props("clickable role=button tabindex=0"), ui.item_section():
        ui.item_label(f"{problem.severity}: {problem.message} [{problem.remark.code}]").classes("break-words")
        ui.item_label(os.path.relpath(problem.path, desk.bench.folder)).props("caption").classes("break-all")
