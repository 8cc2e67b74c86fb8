"""Settings of the whole process that code of a plugin may change, and that are put back after it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
"""What NumPy does at first (its documentation of `seterr`): a plugin may be the first to import it."""


@contextmanager
def untouched() -> Iterator[None]:
    """Put back the working folder, the depth of calls, and what NumPy does with a division by zero.

    Paths on the command line are relative to the folder; the others would turn into errors of whoever comes next.
    """
    before = [get() for get, _ in _SETTINGS]
    try:
        yield
    finally:
        for (get, put), value in zip(_SETTINGS, before, strict=True):
            if get() != value:
                with suppress(OSError, RecursionError):
                    put(value)


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # deleted
        return None


def _to_folder(path: str | None) -> None:
    if path is not None:
        os.chdir(path)


def _errors() -> dict[str, Any]:
    numpy = sys.modules.get("numpy")
    return numpy.geterr() if hasattr(numpy, "geterr") else _ERRORS  # type: ignore[union-attr]


def _to_errors(kept: dict[str, Any]) -> None:
    sys.modules["numpy"].seterr(**kept)


_SETTINGS: tuple[tuple[Callable[[], Any], Callable[[Any], object]], ...] = (
    (_folder, _to_folder),
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (_errors, _to_errors),
)
