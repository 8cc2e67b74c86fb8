"""Panics of libraries in Rust as ordinary exceptions, without what they print of their own."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

PANIC = "PanicException"
"""The name of what such a library raises for what it did not expect; each has a class of its own, derived from
`BaseException`."""
_STDERR = 2


class LibraryPanic(Exception):
    """A library in Rust gave up on its input."""


@contextmanager
def panics_caught() -> Iterator[None]:
    """Raise `LibraryPanic` for a panic; the library's own report of it does not reach standard error.

    All else that is printed meanwhile appears afterwards.
    """
    with _held_back() as printed:
        try:
            yield
        except BaseException as error:
            if type(error).__name__ != PANIC:
                raise
            printed.truncate(0)
            raise LibraryPanic(str(error)) from None


@contextmanager
def _held_back() -> Iterator[IO[bytes]]:
    """Keep what is written to standard error in a file, also by a library, and write it out afterwards."""
    with tempfile.TemporaryFile() as kept:
        try:
            own = os.dup(_STDERR)
        except OSError:  # closed: nothing that is printed appears
            yield kept
            return
        _flush()
        os.dup2(kept.fileno(), _STDERR)
        try:
            yield kept
        finally:
            _flush()
            os.dup2(own, _STDERR)
            os.close(own)
            kept.seek(0)
            if said := kept.read():
                os.write(_STDERR, said)


def _flush() -> None:
    with suppress(OSError, ValueError, AttributeError):  # replaced, closed or None
        sys.stderr.flush()
