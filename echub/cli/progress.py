"""Progress of long work, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

FEW = 8
"""Fewer items than this are done before a bar could be read."""


def counted(items: Sequence[Item], what: str, *, shown: bool = True) -> Iterator[Item]:
    """Walk over items with a bar, rate and remaining time on standard error, where that is a terminal."""
    if not shown or len(items) < FEW or not sys.stderr.isatty():
        yield from items
        return
    yield from _bar(items, what)


def _bar(items: Sequence[Item], what: str) -> Iterable[Item]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(items, description=what)
