"""Progress of long work, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

FEW = 8
"""Fewer items than this are done before anyone could read a bar."""


def counted(items: Iterable[Item], what: str, *, total: int | None = None, shown: bool = True) -> Iterator[Item]:
    """Iterate over items with a bar, rate and remaining time on standard error, if that is a terminal.

    total: number of items, for an iterable without a length.
    """
    count = len(items) if isinstance(items, Sequence) else total or 0
    if not shown or count < FEW or not sys.stderr.isatty():
        yield from items
        return
    yield from _bar(items, what, count)


def _bar(items: Iterable[Item], what: str, count: int) -> Iterator[Item]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(rate(task.speed) if task.speed else "")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(items, total=count, description=what)


def rate(per_second: float) -> str:
    """Return the rate as text, with two digits."""
    return f"{per_second:.0f} files/s" if per_second >= 10 else f"{per_second:.2g} files/s"
