"""One thread of linear algebra in each worker process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

LIMITS = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Environment variables that the libraries under NumPy and SciPy read once, when they are imported."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Make processes that start in this context compute with one thread each; a limit set by the user stays.

    There are as many workers as cores. Further threads only wait for each other, and on the small
    matrices of a fit that waiting costs many times the CPU time of the work.
    """
    added = [name for name in LIMITS if name not in os.environ]
    limit_here()
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def limit_here() -> None:
    """Set the limit in this process, for libraries that it has yet to import."""
    for name in LIMITS:
        os.environ.setdefault(name, "1")


class SingleThreadedPool(ProcessPoolExecutor):
    """Processes that compute with one thread each: they start at the first submissions."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:  # noqa: ANN401
        """Submit, with the limit set, so that a new process inherits it."""
        with one_thread():
            return super().submit(function, *args, **named)
