"""Panics of libraries in Rust as ordinary exceptions, without what they print of their own."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

PANIC = "PanicException"
"""The name of what such a library raises for what it did not expect; each has a class of its own, derived from
`BaseException`."""
_STDERR = 2
_held = threading.Lock()


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
    """Keep what is written to standard error in a file, also by a library, and write it out afterwards.

    One thread at a time: what another holds back meanwhile would end in a file that is gone.
    """
    if not _held.acquire(blocking=False):
        yield io.BytesIO()
        return
    try:
        with _redirected() as kept:
            yield kept
    finally:
        _held.release()


@contextmanager
def _redirected() -> Iterator[IO[bytes]]:
    try:
        kept, own = tempfile.TemporaryFile(), os.dup(_STDERR)  # noqa: SIM115
    except OSError:  # no room for a file, or closed: then nothing is held back
        yield io.BytesIO()
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
        kept.close()


def _flush() -> None:
    with suppress(OSError, ValueError, AttributeError):  # replaced, closed or None
        sys.stderr.flush()
