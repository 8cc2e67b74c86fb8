"""Work on the blocks of a file in threads, in order, in bounded memory."""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

WORKERS = min(4, os.cpu_count() or 1)
"""Threads that compress: blocks are written in order by one thread, so that more would mostly wait."""
_AHEAD = 2
"""Blocks in flight for each worker: enough to keep it busy, few enough to bound memory."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int | None = None
) -> Iterator[Result]:
    """Map over items in threads, in order, with a bounded number in flight; one item needs no thread.

    One worker is enough for what has threads of its own, such as polars.
    """
    workers = workers or WORKERS
    given = iter(items)
    first = list(itertools.islice(given, 2))
    if len(first) < 2:
        yield from map(work, first)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(workers) as pool:
        pending: deque[Future[Result]] = deque()
        try:
            for item in itertools.chain(first, given):
                pending.append(pool.submit(work, item))
                if len(pending) >= _AHEAD * workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:  # after an error, or if nobody asks on: what is not started is not done
            for waiting in pending:
                waiting.cancel()
