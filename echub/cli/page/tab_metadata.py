"""The tab Metadata: what the file says, and what you add: for this page, or as a sidecar for every command."""

from __future__ import annotations

from nicegui import ui

from echub.cli.page.desk import Desk, table

OFTEN = (
    *("cell.area", "cell.temperature", "cell.configuration", "cell.thickness", "cell.active_mass"),
    *("cell.id", "sample.id", "sample.group"),
)
"""What most analyses need and no instrument knows."""


def show(desk: Desk) -> None:
    """Show a form for the values that are stated most often, one for any other, and all that is known."""
    bench = desk.bench
    known = {path: (value, source, meaning) for path, value, source, meaning in bench.metadata_fields()}
    inputs: dict[str, ui.input] = {}
    paths = list(dict.fromkeys([*(path for path in OFTEN if path in known), *bench.values]))
    with ui.element("div").classes("w-full gap-2 two-columns"):
        for path in paths:
            value, source, meaning = known.get(path, ("", "", ""))
            shown = bench.values.get(path, "")
            field = ui.input(path, value=shown, placeholder=f"{value} ({source})" if value else meaning)
            inputs[path] = field.props("stack-label dense").classes("w-full")
    with ui.row().classes("items-end w-full"):
        other = ui.select(sorted(known), label="another path", with_input=True, clearable=True).classes("min-w-60")
        stated = ui.input("its value, with unit").props("dense")

    def stating(path: str) -> None:
        if path in inputs:
            inputs[path].run_method("focus")
        elif path in known:
            other.set_value(path)
            stated.run_method("focus")

    desk.stating = stating

    async def use() -> None:
        given = {path: field.value for path, field in inputs.items()}
        if other.value and stated.value:
            given[other.value] = stated.value
        await desk.reading(lambda: bench.reread(given), "The file is read with these values.")

    async def save() -> None:
        if (target := await desk.attempt(bench.save_sidecar)) is not None:
            ui.notify(f"written: {target}", type="positive")

    with ui.row():
        ui.button("Use", icon="check", on_click=use).props("no-caps")
        ui.button("Save next to the file", icon="save", on_click=save).props("outline no-caps")
    rows = [(path, value, source, meaning) for path, (value, source, meaning) in known.items() if value]
    table(("path", "value", "source", "meaning"), rows)
