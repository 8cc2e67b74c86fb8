"""The page itself: files on the left, one tab per thing to do with the open file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from nicegui import app, run, ui

from echub.cli.page import tab_answer, tab_compare, tab_data, tab_export, tab_figure, tab_metadata, tab_validate
from echub.cli.page.bench import Bench, explain, ways
from echub.cli.page.desk import Desk
from echub.cli.page.looks import head, splash
from echub.cli.page.reports import Reports
from echub.errors import EchubError

SHOWN = 200
"""Files in the list at once; the filter finds the others."""
MOST_BYTES = 4 * 2**30
"""Largest file that can be dropped: larger ones are opened from the folder, without a copy."""

FLAT = "flat color=white"
NARROW = 800
"""Pixels of width below which the list of files lies over the page."""
PAGES = (".html", ".htm")
"""Files that are shown as pages: the reports of studies."""
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
"""What a report may do: open a link that is clicked in a new tab, as a page of its own."""

TABS: tuple[tuple[str, str, Callable[[Desk], None]], ...] = (
    ("Figure", "show_chart", tab_figure.show),
    ("Data", "table_rows", tab_data.show),
    ("Metadata", "edit_note", tab_metadata.show),
    ("Analyse", "science", tab_answer.show),
    ("Convert", "save_alt", tab_export.show),
    ("Compare", "compare_arrows", tab_compare.show),
    ("Validate", "fact_check", tab_validate.show),
)


def build(folder: Path) -> None:
    """Register the page; each browser tab gets a bench of its own, which ends with it."""

    reports = Reports()
    app.include_router(reports.router)

    @ui.page("/", title=f"echub · {folder.name}")
    def page() -> None:
        ui.add_head_html(head())
        ui.add_body_html(splash(folder.name))
        desk = Desk(Bench(folder))
        ui.context.client.on_delete(desk.bench.close)
        shown = Page(desk, reports)
        ui.context.client.on_delete(shown.close_report)
        shown.show()

    app.on_exception(lambda error: None if isinstance(error, EchubError) else print(f"echub: {error!r}"))


class Page:
    """One tab of the browser."""

    def __init__(self, desk: Desk, reports: Reports) -> None:
        self.desk, self.reports, self.report = desk, reports, ""
        self.tab = TABS[0][0]
        self.error: EchubError | None = None
        desk.reading = self._read

    def show(self) -> None:
        """Build header, list of files and tabs."""
        ui.colors(primary="#1f5fa8", positive="#1a7f37")  # with enough contrast to white
        self._header()
        self._drawer()
        with ui.column().classes("w-full max-w-6xl mx-auto gap-2").props("role=main"):
            self.title = ui.label("Drop a file, or choose one on the left.").classes("text-lg break-all")
            self.trouble = ui.column().classes("w-full").props("role=alert")
            self.body = ui.column().classes("w-full")

    def _header(self) -> None:
        with ui.header().classes("items-center gap-2 q-py-xs"):
            ui.button(icon="menu", on_click=lambda: self.drawer.toggle()).props(f"{FLAT} aria-label=Files")
            ui.label("echub").classes("text-h6")
            ui.label(str(self.desk.bench.folder)).classes("ellipsis gt-sm")
            ui.space()
            dark = ui.dark_mode(None)
            turn = ui.button(icon="contrast", on_click=lambda: dark.set_value(not dark.value))
            turn.props(f"{FLAT} aria-label='Light or dark'")

    def _drawer(self) -> None:
        with ui.left_drawer(value=True).props(f"width=300 breakpoint={NARROW} aria-label=Files") as self.drawer:
            ui.upload(
                label="Drop files here",
                multiple=True,
                auto_upload=True,
                max_file_size=MOST_BYTES,
                on_upload=self._dropped,
                on_rejected=lambda: ui.notify("Larger than 4 GB: open it from the folder.", type="warning"),
            ).props("flat bordered").classes("w-full")
            self.filter = ui.input("Filter", on_change=lambda: self.listed.refresh()).props("clearable dense")
            self.filter.classes("w-full")
            self.listed()

    @ui.refreshable_method
    def listed(self) -> None:
        """List the files of the folder that fit the filter."""
        folder, wanted = self.desk.bench.folder, (self.filter.value or "").lower()
        found = [path for path in self.desk.bench.files() if wanted in str(path.relative_to(folder)).lower()]
        with ui.element("nav").classes("q-list q-list--dense w-full").props("aria-label='Files of the folder'"):
            for path in found[:SHOWN]:
                item = ui.item(on_click=self._opener(path)).props("clickable role=button tabindex=0")
                if path == self.desk.bench.file:
                    item.props("active aria-current=true active-class='text-weight-bold'")
                with item, ui.item_section():
                    ui.item_label(str(path.relative_to(folder))).classes("break-all")
        if len(found) > SHOWN:
            ui.label(f"… and {len(found) - SHOWN} more: filter").classes("text-caption")
        if not found:
            ui.label("no file").classes("text-caption")

    def _opener(self, path: Path) -> Callable[[], Awaitable[None]]:
        async def opening() -> None:
            await self._uncover()
            if path.suffix.lower() in PAGES:
                await self._show_report(path)
            else:
                await self._open(path)

        return opening

    async def _open(self, path: Path, reader: str | None = None, options: Mapping[str, str] | None = None) -> None:
        """Read a file; if that takes a statement, such as its decimal mark, its error has a button for each."""
        await self._read(lambda: self.desk.bench.open(path, reader, options))
        with self.trouble:
            for text, named, given in ways(self.error) if self.error else ():
                how = (path, named or reader, {**(options or {}), **given})
                ui.button(text, icon="arrow_forward", on_click=lambda how=how: self._open(*how)).props("no-caps")

    async def _uncover(self) -> None:
        """Close the list of files where it covers the page; a browser that does not answer keeps it."""
        with suppress(TimeoutError):
            if await ui.run_javascript(f"window.innerWidth < {NARROW}", timeout=5):
                self.drawer.hide()

    async def _dropped(self, event: Any) -> None:  # noqa: ANN401
        place = self.desk.bench.place_for(event.file.name)
        await event.file.save(place)
        await self._open(place)

    async def _read(self, work: Callable[[], object], said: str = "") -> None:
        """Read in a thread; show the file, or what is wrong with it."""
        self.trouble.clear()
        self.error = None
        spinner = ui.notification("reading …", spinner=True, timeout=None)
        try:
            await run.io_bound(work)
        except EchubError as error:
            self.error = error
            with self.trouble:
                problem(error)
            return
        finally:
            spinner.dismiss()
        self._show_file()
        if said:
            with self.body:  # what was clicked is gone
                ui.notify(said, type="positive")

    async def _show_report(self, path: Path) -> None:
        """Show a page that echub or anyone else wrote, in a frame that runs no script and asks for nothing.

        Its links work: those within it, and those to other sites in a new tab.
        """
        self.trouble.clear()
        text = await self.desk.attempt(lambda: self.desk.bench.page_of(path))
        if text is None:
            return
        self.title.set_text(path.name)
        self.body.clear()
        with self.body:
            self.close_report()
            self.report = self.reports.add(text)
            frame = ui.element("iframe").classes("report")
            frame.props.update(sandbox=SANDBOX, title=path.name, src=self.report)

    def close_report(self) -> None:
        """Forget the report that was shown last."""
        self.reports.remove(self.report)

    def _show_file(self) -> None:
        bench = self.desk.bench
        record = bench.opened()
        technique = record.metadata.value("technique.title") or record.metadata.value("technique.name") or ""
        name = bench.file.name if bench.file else ""
        self.listed.refresh()
        self.title.set_text("  ·  ".join(part for part in (name, str(technique)) if part))
        self.body.clear()
        with self.body:
            self._tabs()

    def _tabs(self) -> None:
        """Build the tabs; each is filled when it is first looked at, so that a large file opens at once."""
        with ui.tabs().props("dense no-caps outside-arrows mobile-arrows") as tabs:
            for title, icon, _ in TABS:
                ui.tab(title, icon=icon)
        with ui.tab_panels(tabs, value=self.tab).classes("w-full").props("keep-alive"):
            empty = {title: (ui.tab_panel(title), show) for title, _, show in TABS}

        def fill(title: str) -> None:
            self.tab = title
            if unseen := empty.pop(title, None):
                place, show = unseen
                with place:
                    show(self.desk)

        def turn(title: str) -> None:
            fill(title)
            tabs.set_value(title)

        tabs.on_value_change(lambda event: fill(event.value))
        self.desk.turn = turn
        fill(self.tab)


def problem(error: EchubError) -> None:
    """Show an error as `echub` prints it: what, where, expected, found, likely cause, what helps."""
    with ui.card().classes("w-full bg-red-1 text-black").props("flat bordered"):
        for line, weight in zip(explain(error), ("text-weight-bold", *[""] * 9), strict=False):
            ui.label(line).classes(f"break-all {weight}")
