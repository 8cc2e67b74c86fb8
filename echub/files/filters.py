"""Write columns as deflated, byte-shuffled HDF5 chunks: made in threads, written in order.

For any reader the result is standard gzip + shuffle. HDF5's own filter pipeline runs in one thread
and with a slower deflate; here NumPy shuffles, ISA-L deflates, and chunks are written directly.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from echub.files.content import block_digest

LEVEL = 1
"""Level of ISA-L deflate, 0 to 3: the fast one, since shuffling has done most of the work."""
_WORKERS = min(4, os.cpu_count() or 1)
"""Threads that compress: blocks are written in order by one thread, so that more would mostly wait."""
_AHEAD = 4 * _WORKERS
"""Blocks in flight: enough to keep the workers busy, few enough to bound memory."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def pack(block: NDArray[Any], size: int) -> tuple[bytes, bytes]:
    """Return the digest and the compressed chunk of a contiguous block (any shape), padded to `size` values."""
    digest = block_digest(block)
    octets = block.reshape(-1).view(np.uint8).reshape(block.size, -1)
    shuffled = np.empty((block.itemsize, size), np.uint8)
    shuffled[:, : block.size] = octets.T
    shuffled[:, block.size :] = 0
    return digest, isal_zlib.compress(shuffled.data, LEVEL)


def in_order(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Map over items in threads, in order, with a bounded number in flight."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        pending: deque[Future[Result]] = deque()
        for item in items:
            pending.append(pool.submit(work, item))
            if len(pending) >= _AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
