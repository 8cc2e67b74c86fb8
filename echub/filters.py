"""Write columns as deflated, byte-shuffled HDF5 chunks: made in threads, written in order.

To any reader the result is stock gzip + shuffle. HDF5's own filter pipeline runs in one thread
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

from echub.content import BLOCK, block_digest

LEVEL = 1
_WORKERS = min(4, os.cpu_count() or 1)
_AHEAD = 4 * _WORKERS
"""Blocks in flight: enough to keep the workers busy, few enough to bound memory."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def pack(block: NDArray[Any]) -> tuple[bytes, bytes]:
    """Give the digest and the compressed chunk of a block; a short block is padded to a whole chunk."""
    digest = block_digest(block)
    octets = block.view(np.uint8).reshape(len(block), -1)
    shuffled = np.empty((octets.shape[1], BLOCK), np.uint8)
    shuffled[:, : len(block)] = octets.T
    shuffled[:, len(block) :] = 0
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
