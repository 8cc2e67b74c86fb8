"""A live folder: a file is converted when it has been still for a while, and again when it has changed.

What the operating system reports only wakes this loop: it then looks at the files itself, so that a missed report
delays a file and never loses it. What was done is in the ledger, as for any other run.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echub.batch.batch import Batch
from echub.batch.task import FileResult, Task
from echub.errors import CommandError, PluginError

STILL = 60.0
"""Seconds without a change after which a file is converted: potentiostats write every few seconds to a minute."""
_SHARES = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "fuse.rclone", "davfs", "lustre", "gpfs", "beegfs")
"""Starts of the names of file systems that report no changes made by another computer: these are polled."""
_PAUSE = 10
"""At most a tenth of the time is spent looking at files, however many there are."""
_POLL_MS = 5_000
"""Between two looks at a share: each costs it a request per file."""


@dataclass
class _FileState:
    """The state of a file, since when it has it, and in which state it was converted."""

    state: tuple[int, int]
    since: float
    done: tuple[int, int] | None = None


class Watch:
    """The files of a batch as they change; `stopped` ends it between two files.

    still: seconds without a change before a file is converted. poll: look regularly, for shares; None: decided
    by the file system. `CommandError` if a source is a file, or without a ledger to restart from.
    """

    def __init__(
        self, batch: Batch, folders: Sequence[Path], *, still: float = STILL, poll: bool | None = None
    ) -> None:
        wrong = next((path for path in folders if not path.is_dir()), None)
        if wrong is not None or batch.ledger is None:
            raise CommandError(
                "--watch takes folders, and -o for the results",
                found=str(wrong) if wrong is not None else "no -o",
                hint="echub convert SRC -o DST --watch",
            )
        self.batch, self.folders, self.still = batch, list(folders), still
        self.poll = any(is_share(path) for path in folders) if poll is None else poll
        self.out = os.path.realpath(batch.ledger.folder)
        self._seen: dict[Path, _FileState] = {}

    def run(self, stopped: Callable[[], bool], *, jobs: int | None = None) -> Iterator[FileResult]:
        """Convert what is still, wait for changes, and so on until `stopped`; `unchanged` files are told once."""
        begin = time.monotonic()
        ripe = self._ripe()
        last = time.monotonic()
        took = last - begin
        yield from self._convert(ripe, stopped, jobs)
        due = True  # something may have changed before the first report could be asked for
        for changes in self._wakes(stopped):
            due = due or bool(changes) or self.poll or self._waits()
            if due and time.monotonic() - last >= _PAUSE * took:
                due, begin = False, time.monotonic()
                ripe = self._ripe()
                last = time.monotonic()
                took = last - begin
                yield from self._convert(ripe, stopped, jobs)

    def _waits(self) -> bool:
        """Return whether a file is not converted in its present state."""
        return any(seen.done != seen.state for seen in self._seen.values())

    def _convert(
        self, ripe: dict[Path, Task], stopped: Callable[[], bool], jobs: int | None
    ) -> Iterator[FileResult]:
        several = jobs if len(ripe) > 1 else None
        states = {path: self._seen[path].state for path in ripe}
        for done in self.batch.run(jobs=several, tasks=list(ripe.values())):
            path = Path(done.source)
            if done.error is not None and done.error.code == "source-changed":
                continue  # it is written to again: its turn comes when it is still
            self._seen[path].done = states[path]
            yield done
            if stopped():
                return

    def _ripe(self) -> dict[Path, Task]:
        """Look at every file; return those that have been still and are not converted in that state."""
        now, ripe = time.monotonic(), {}
        for task in self.batch.planned_again():
            path = task.jobs[0].source
            try:
                stated = os.stat(path)
            except OSError:  # gone, or the share is away
                continue
            state = (stated.st_size, stated.st_mtime_ns)
            seen = self._seen.get(path)
            if seen is None:
                # A clock that is ahead of ours makes a file look new, never old.
                seen = self._seen[path] = _FileState(state, now - max(0.0, time.time() - stated.st_mtime))
            elif seen.state != state:
                seen.state, seen.since = state, now
            if now - seen.since >= self.still and seen.done != state:
                ripe[path] = task
        return ripe

    def _wakes(self, stopped: Callable[[], bool]) -> Iterator[set[Any]]:
        watchfiles = _watchfiles()
        yield from watchfiles.watch(
            *self.folders,
            watch_filter=lambda _, path: not os.path.realpath(path).startswith(self.out + os.sep),
            yield_on_timeout=True,
            rust_timeout=int(1000 * min(5.0, max(0.1, self.still / 4))),
            step=50,
            debounce=500,
            stop_event=_Stop(stopped),
            raise_interrupt=True,
            force_polling=self.poll or None,
            poll_delay_ms=_POLL_MS,
            ignore_permission_denied=True,
        )


@dataclass(frozen=True)
class _Stop:
    """What watchfiles takes for an event."""

    is_set: Callable[[], bool]


def is_share(path: Path) -> bool:
    """Return whether a folder is on a network share, as far as the system tells."""
    text = os.path.realpath(path)
    if sys.platform == "win32":
        return text.startswith("\\\\")
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # macOS: its own reports cover shares as far as they can
        return False
    found = [(point.replace("\\040", " "), kind) for _, point, kind, *_ in map(str.split, mounts)]
    inside = [(len(point), kind) for point, kind in found if (text + "/").startswith(point.rstrip("/") + "/")]
    return bool(inside) and max(inside)[1].startswith(_SHARES)


def _watchfiles() -> Any:  # noqa: ANN401
    try:
        import watchfiles
    except ImportError as error:
        raise PluginError("watchfiles is not installed", hint="pip install 'echub[watch]'") from error
    return watchfiles
