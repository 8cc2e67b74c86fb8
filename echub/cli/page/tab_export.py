"""The tab Convert: every installed format, as a download or next to the file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from nicegui import ui

from echub.cli.page.bench import REPLACE
from echub.cli.page.desk import Desk


def show(desk: Desk) -> None:
    """Choose a format; download it, or write it to a folder."""
    formats = {name: f"{name}: {title}" for name, title in desk.bench.writers().items()}
    chosen = ui.select(formats, value="native", label="format").classes("w-full")
    folder = ui.input("folder", value=str(desk.bench.folder)).classes("w-full")
    replace = ui.checkbox(REPLACE)

    async def download() -> None:
        place = tempfile.TemporaryDirectory(prefix="echub-")
        written = await desk.attempt(
            lambda: [(p.name, p.read_bytes()) for p in desk.bench.convert(chosen.value, Path(place.name))]
        )
        place.cleanup()
        for name, content in written or ():
            ui.download.content(content, name)

    async def write() -> None:
        written = await desk.attempt(
            lambda: desk.bench.convert(chosen.value, Path(folder.value), replace=replace.value)
        )
        for path in written or ():
            ui.notify(f"written: {path}", type="positive")

    with ui.row():
        ui.button("Download", icon="download", on_click=download).props("no-caps")
        ui.button("Write to the folder", icon="save", on_click=write).props("outline no-caps")
