"""Run code that may hang or ask for too much memory, with bounds that do not depend on a clock."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")

LINES = 500_000
"""Lines of Python for any file: imports and tables that are built once."""
LINES_PER_BYTE = 100
"""Lines for each byte of the file: far more than reading needs, far fewer than an endless loop runs."""
BYTES = 16 << 20
"""Memory for any file, in bytes: caches and tables that are built once."""
BYTES_PER_BYTE = 64
"""Memory for each byte of the file: a text digit may become several float64 arrays and Python objects."""


class Endless(KeyboardInterrupt):
    """More lines ran than a file of this size can require; like Ctrl-C, this stops a plugin."""


@dataclass(frozen=True)
class Run(Generic[Result]):
    """Result of a call: a value or an exception, with the peak memory."""

    result: Result | None
    error: BaseException | None
    peak: int


def line_limit(size: int) -> int:
    """Return the number of lines of Python that reading a file of this size may run."""
    return LINES + LINES_PER_BYTE * size


def memory_limit(size: int) -> int:
    """Return the memory, in bytes, that reading a file of this size may hold at once."""
    return BYTES + BYTES_PER_BYTE * size


def run(call: Callable[[], Result], size: int) -> Run[Result]:
    """Call a function, and stop it with `Endless` if it does not end; NumPy arrays count as memory even if unused.

    An active tracer (a debugger, a coverage tool) is restored afterwards.
    """
    before, was_tracing = sys.gettrace(), tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    tracemalloc.reset_peak()
    base = tracemalloc.get_traced_memory()[0]
    result: Result | None = None
    error: BaseException | None = None
    sys.settrace(_counter(line_limit(size)))
    try:
        result = call()
    except (Exception, Endless) as raised:
        error = raised
    finally:
        sys.settrace(before)
    peak = tracemalloc.get_traced_memory()[1] - base
    if not was_tracing:
        tracemalloc.stop()
    return Run(result, error, peak)


def _counter(limit: int) -> Callable[[FrameType, str, Any], Any]:
    """Build a trace function that counts lines and raises above a limit."""
    left = limit

    def trace(_frame: FrameType, _event: str, _argument: object) -> Callable[..., Any]:
        nonlocal left
        left -= 1
        if left < 0:
            raise Endless(f"more than {limit} lines ran")
        return trace

    return trace
