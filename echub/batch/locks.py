"""Locks of runs that write to one folder: held by a process until it ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from echub.errors import TargetBusy
from echub.files.output import not_writable


def create(path: Path) -> int:
    """Open a file to lock it, or create it; `TargetNotWritable` if it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
    except OSError as error:
        raise not_writable(path, error) from error


def hold(path: Path) -> int:
    """Create and lock a file; return it, to be closed at the end. `TargetBusy` while another process holds it."""
    file = create(path)
    lock(file, path)
    return file


def lock(file: int, path: Path) -> bool:
    """Lock a file for as long as it is open; False if the file system knows no locks."""
    try:
        _lock_file(file)
    except BlockingIOError:
        os.close(file)
        raise TargetBusy(
            "another run is writing there",
            path=str(path),
            hint="wait for its end, write elsewhere with -o, or share the work with --shard i/N",
        ) from None
    except OSError:
        return False
    return True


def _lock_file(file: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        os.lseek(file, 1 << 40, os.SEEK_SET)  # a place that is never read or written
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError as error:
            raise BlockingIOError(*error.args) from None
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def shared(path: Path, alone: Callable[[], None]) -> Iterator[None]:
    """Hold a lock that several processes may hold; `alone` is called first if no other one holds it.

    Where the system has no shared locks, nobody is known to be alone.
    """
    file = create(path)
    try:
        _share(file, alone)
        yield
    finally:
        os.close(file)


def _share(file: int, alone: Callable[[], None]) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    with suppress(OSError):  # the file system knows no locks
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            alone()
        fcntl.flock(file, fcntl.LOCK_SH)  # waits at most for another that is alone now
