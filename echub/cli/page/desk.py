"""What the tabs of the page share: the bench, and how to do something that may fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from nicegui import run, ui

from echub.cli.page.bench import Bench, explain
from echub.errors import EchubError

T = TypeVar("T")


async def _nothing(_: Callable[[], object], __: str = "") -> None: ...


class Attempt(Protocol):
    """Do something to the open file, show it anew, and say a word if it went well."""

    def __call__(self, work: Callable[[], object], said: str = "", /) -> Awaitable[None]: ...  # noqa: D102


def _nowhere(_: str) -> None: ...


@dataclass
class Desk:
    """The bench, and what tabs ask of the page.

    `reading`: do something to the open file, then show it anew. `turn`: show another tab. `stating`: show the
    field of a metadata path; the tab Metadata provides it once it is there.
    """

    bench: Bench
    reading: Attempt = _nothing
    turn: Callable[[str], None] = _nowhere
    stating: Callable[[str], None] = _nowhere
    error: ui.notification | None = None

    async def attempt(self, work: Callable[[], T], said: str = "working …") -> T | None:
        """Do something in a thread, and say so; an error is shown until the next attempt, and gives None."""
        if self.error is not None and not self.error.is_deleted:
            self.error.dismiss()
        spinner = ui.notification(said, spinner=True, timeout=None)
        try:
            return await run.io_bound(work)
        except EchubError as error:
            how: Any = {"type": "negative", "close_button": "close", "timeout": None, "classes": "lines"}
            self.error = ui.notification("\n".join(explain(error)), multi_line=True, **how)
            return None
        finally:
            spinner.dismiss()


def table(headers: tuple[str, ...], rows: Sequence[Sequence[object]], *, rows_per_page: int = 0) -> ui.table:
    """Show a table of texts; cells are texts, never HTML."""
    columns = [{"name": str(n), "label": head, "field": str(n), "align": "left"} for n, head in enumerate(headers)]
    cells = [{"id": i, **{str(n): _text(cell) for n, cell in enumerate(row)}} for i, row in enumerate(rows)]
    shown = ui.table(columns=columns, rows=cells, row_key="id", pagination=rows_per_page)
    return shown.classes("w-full").props("dense flat wrap-cells" + ("" if rows_per_page else " hide-pagination"))


def _text(cell: object) -> str:
    return "" if cell is None else f"{cell:.5g}" if isinstance(cell, float) else str(cell)
