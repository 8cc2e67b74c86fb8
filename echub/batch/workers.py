"""Work on many items in processes: bounded, with results as they come, and going on after a worker dies.

Processes, never threads: HDF5 lets one thread work at a time. The processes end with this one,
even if it is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from echub.errors import EchubError, PluginDied, WorkerDied
from echub.files.threads import SingleThreadedPool, limit_here
from echub.registry.boundary import NOTE_BYTES, note_in
from echub.registry.registry import PluginWarning

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 3
"""Submissions in progress per process: one at work, one waiting, one on its way back."""
_UNKNOWN = 32
"""Number of workers assumed for an executor if `jobs` does not say."""
_PRELOADED = ["__main__", "echub.files.conversion"]
"""What the fork server imports once for all workers."""


@dataclass(frozen=True)
class Died:
    """The process that worked on an item died; `inside` names the plugin's function that ran, if one did."""

    inside: str = ""

    def error(self, path: str = "") -> EchubError:
        """Build the error that is reported for the item."""
        cause = "a library crashed on it, or the system ended the process because memory ran out"
        hint = "work on it alone to see; if memory is short, with fewer --jobs"
        if self.inside:
            return PluginDied(
                f"the process that worked on this file died in {self.inside}", path=path, cause=cause, hint=hint
            )
        return WorkerDied("the process that worked on this file died", path=path, cause=cause, hint=hint)


def in_order(
    work: Callable[[Item], Result], items: Sequence[Item], *, jobs: int | None = None
) -> Iterator[tuple[Item, Result | Died]]:
    """Work like `each`, but return the results in the order of the items."""
    early: dict[int, tuple[Item, Result | Died]] = {}
    wanted = 0
    for (number, item), result in each(partial(_numbered, work), list(enumerate(items)), jobs=jobs):
        early[number] = item, result
        while wanted in early:
            yield early.pop(wanted)
            wanted += 1


def _numbered(work: Callable[[Item], Result], item: tuple[int, Item]) -> Result:
    return work(item[1])


def each(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    jobs: int | None = None,
    executor: Executor | None = None,
    chunk: int = 1,
) -> Iterator[tuple[Item, Result | Died]]:
    """Do `work` on items; return each with its result as it comes, `Died` if its process died.

    jobs: worker processes; None works in this process, in order, and a crash there ends all.
    executor: another one, such as a cluster's with `jobs` workers, which is left open; `WorkerDied`
    if it breaks.
    chunk: items that are sent together, if each takes less time than sending it. Only a few are
    in progress at any time. `work`, items and results have to pickle; what `work` raises is raised.
    """
    todo = iter(items)
    if executor is not None:
        lost = yield from _through(executor, work, todo, AHEAD * (jobs or _UNKNOWN), chunk)
        if lost:
            raise WorkerDied(
                "the workers of the executor died", hint="repeat the command: what is done stays done"
            )
    elif jobs is None:
        yield from ((item, work(item)) for item in todo)
    else:
        yield from _Crew(jobs).each(work, todo, chunk)


def _through(
    executor: Executor, work: Callable[[Item], Result], items: Iterator[Item], ahead: int, chunk: int
) -> Generator[tuple[Item, Result], None, list[Item]]:
    """Work through an executor; return what was in progress when it broke."""
    pending: dict[Future[list[Result]], list[Item]] = {}
    lost: list[Item] = []
    while True:
        while len(pending) < ahead and not lost and (sent := list(islice(items, chunk))):
            try:
                with _undisturbed():  # it may start a worker
                    pending[executor.submit(partial(_all, work), sent)] = sent
            except BrokenExecutor:
                lost += sent
        if not pending:
            return lost
        done = wait(pending, return_when=FIRST_COMPLETED).done
        for future in [future for future in pending if future in done]:  # a set has no order of its own
            sent = pending.pop(future)
            if isinstance(future.exception(), BrokenExecutor):
                lost += sent
            else:
                yield from zip(sent, future.result(), strict=True)


def _all(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    return [work(item) for item in items]


# -- processes -------------------------------------------------------------------------------


class _Crew:
    """Worker processes that end as soon as their pipe to this process closes, even if this process dies."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.ear, self.mouth = multiprocessing.Pipe(duplex=False)
        # Forking this process would pass on its locks and threads; only Linux has a better way than a fresh start.
        self.context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
        self.note: Any = self.context.Array("c", NOTE_BYTES, lock=False)

    def each(
        self, work: Callable[[Item], Result], todo: Iterator[Item], chunk: int
    ) -> Iterator[tuple[Item, Result | Died]]:
        """Work until all is done; after a death repeat what was in progress one by one, to find its cause."""
        with self.ear, self.mouth:
            while lost := (yield from self._pooled(work, todo, self.jobs, AHEAD * self.jobs, chunk)):
                suspects = iter(lost)
                while culprits := (yield from self._pooled(work, suspects, 1, 1, 1)):
                    inside = self.note.value.decode(errors="ignore")  # with one process it is the cause
                    yield from ((culprit, Died(inside)) for culprit in culprits)

    def _pooled(
        self, work: Callable[[Item], Result], items: Iterator[Item], jobs: int, ahead: int, chunk: int
    ) -> Generator[tuple[Item, Result], None, list[Item]]:
        self.note.value = b""
        context = self.context
        if hasattr(context, "set_forkserver_preload"):
            context.set_forkserver_preload(_PRELOADED)
            _start_fork_server()
        pool = SingleThreadedPool(jobs, mp_context=context, initializer=_begin, initargs=(self.ear, self.note))
        try:
            return (yield from _through(pool, work, items, ahead, chunk))
        except BaseException:  # Ctrl-C, or the caller stops early: what is in progress is not waited for
            self.mouth.close()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _start_fork_server() -> None:
    """Start the fork server, if it is not there, so that Ctrl-C does not reach it: this process handles it.

    The server ignores Ctrl-C only when it has imported `_PRELOADED`; before that it would die with a traceback,
    and this process would wait for its answer. What is blocked here stays so in the server.
    """
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()  # it would be started by the server, and unblocks what is blocked
    with _undisturbed():
        forkserver.ensure_running()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait for the end of a few steps that belong together; a process that starts here never hears it.

    A worker that its pool does not know yet would not be waited for, and fail without its parent. The signal is
    blocked, which the new process inherits; it may still reach another thread, for which the main one answers.
    """
    if sys.platform == "win32":
        yield
        return
    heard: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    answers = callable(before) and threading.current_thread() is threading.main_thread()
    if answers:
        signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        if answers:
            signal.signal(signal.SIGINT, before)
    if heard and callable(before):
        before(heard[0], None)


def _begin(held: Connection, note: Any) -> None:  # noqa: ANN401
    """Start a worker: the parent handles Ctrl-C and reports problems of plugins."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore", PluginWarning)
    note_in(note)
    limit_here()  # the fork server may have started before the limit was set
    threading.Thread(target=_end_with_parent, args=(held,), daemon=True).start()


def _end_with_parent(held: Connection) -> None:
    with suppress(EOFError, OSError):
        held.recv_bytes()
    os._exit(1)
