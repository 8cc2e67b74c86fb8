"""Work on the workers of a cluster, through Dask: `--on dask`, `--on dask://host:port`, `--on slurm`.

Dask sends, repeats what a lost worker had, and shows its progress; this module packs sources into batches, refuses
workers that would give other results, and finds the source that kills its worker.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import queue
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from types import TracebackType
from typing import Any, TypeVar

from echub.batch.workers import AHEAD, Died
from echub.errors import EngineError, PluginError

Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH_BYTES = 32 << 20
"""Bytes of sources in a batch: about half a second of work, against some ms of the scheduler for each batch."""
BATCH_ITEMS = 64
"""Most sources in a batch, however small: 0.2 s of work, so that Ctrl-C and the progress do not wait longer."""
_TAIL = 4
"""At the end, batches are a quarter of a worker's part of what is left: none has much left while others wait."""
_CONNECT = 15
"""Seconds to wait for a scheduler; a reachable one answers within one."""
_QUIET = {
    "distributed.worker.profile.enabled": False,  # the stack of each thread, each 10 ms: nobody looks
    "distributed.admin.tick.interval": "500ms",  # 20 ms; it tells of an event loop that stands for 3 s
    "distributed.admin.system-monitor.interval": "5s",  # 500 ms; curves of Dask's page
    "distributed.worker.memory.monitor-interval": "1s",  # 100 ms; for results that Dask would move to disk
    "distributed.scheduler.active-memory-manager.start": False,  # copies of results: there is one of each
}
"""Settings of a cluster that is started here: idle, it takes 15 ms of CPU each second, and 72 ms without them."""
_ONE = threading.Lock()
"""Only one source at a time in a worker process: HDF5 and the working folder belong to the process."""


@dataclass(frozen=True)
class Environment:
    """What results depend on: versions of echub and its schema, and of every plugin."""

    echub: str
    schema: str
    plugins: tuple[tuple[str, str], ...]

    def differences(self, other: Environment) -> list[str]:
        """List in words how a worker's environment differs from this one."""
        found = []
        for name in ("echub", "schema"):
            here, there = getattr(self, name), getattr(other, name)
            if here != there:
                found.append(f"{name} {there} there, {here} here")
        ours, theirs = dict(self.plugins), dict(other.plugins)
        for name in sorted(ours.keys() | theirs.keys()):
            here, there = ours.get(name), theirs.get(name)
            if here != there:
                found.append(f"plugin {name} {there or 'is missing'} there, {here or 'is missing'} here")
        return found


@cache
def environment() -> Environment:
    """Return the environment of this process."""
    import echub_schemas
    from echub import __version__
    from echub.registry.registry import registry

    plugins = sorted((p.name, f"{p.distribution} {p.version} {p.state}") for p in registry().plugins)
    return Environment(__version__, echub_schemas.VERSION, tuple(plugins))


@dataclass
class DaskWorkers:
    """The workers of a Dask scheduler; leaving the context lets go of them, and of a cluster that was started.

    address: ``dask`` for workers on this machine, ``dask://host:port`` for a scheduler, ``slurm`` for jobs as
    dask-jobqueue is configured. jobs: workers to start. Raises `EngineError` if the scheduler cannot be reached,
    or a worker has other versions; `PluginError` if Dask is not installed.
    """

    address: str
    jobs: int = 2
    wait: float = _CONNECT
    client: Any = field(default=None, init=False)
    started: Any = field(default=None, init=False)

    def __enter__(self) -> DaskWorkers:
        dask = _distributed()
        try:
            self.client = self._connected(dask, self._start(dask))
        except (OSError, TimeoutError, ValueError) as error:
            self.__exit__()
            raise EngineError(
                "the scheduler cannot be reached",
                path=self.address,
                expected="a scheduler of Dask that answers there",
                found=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
                cause="it does not run, listens elsewhere, or a firewall or another program is there",
                hint="start one with `dask scheduler`, and workers with `dask worker HOST:PORT`",
            ) from None
        try:
            self._require_workers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        raised: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        for held in (self.client, self.started):
            if held is not None:
                held.close()

    def _connected(self, dask: Any, where: Any) -> Any:  # noqa: ANN401
        """Return a client. Dask itself waits forever for a program that takes the connection and says nothing."""
        made: queue.SimpleQueue[Any] = queue.SimpleQueue()

        def connect() -> None:
            try:
                made.put(dask.Client(where, timeout=self.wait, set_as_default=False))
            except Exception as error:  # raised again by whom it waits for
                made.put(error)

        threading.Thread(target=connect, daemon=True).start()
        try:
            found = made.get(timeout=2 * self.wait)
        except queue.Empty:
            raise TimeoutError(f"something listens there, and did not answer within {2 * self.wait:g} s") from None
        if isinstance(found, Exception):
            raise found
        return found

    def _start(self, dask: Any) -> Any:  # noqa: ANN401
        if self.address == "dask":
            shown = ":0" if importlib.util.find_spec("bokeh") else None
            with _settings(_QUIET):  # a worker that is started again keeps them
                # Other ports than those of a scheduler that may run here already.
                self.started = dask.LocalCluster(
                    n_workers=self.jobs, threads_per_worker=1, host="127.0.0.1", dashboard_address=shown
                )
        elif self.address == "slurm":
            self.started = _slurm(self.jobs)
        else:
            host, _, port = self.address.removeprefix("dask://").rpartition(":")
            if not self.address.startswith("dask://") or not host or not port.isdecimal():
                raise EngineError(
                    "--on names an engine",
                    expected="dask, dask://host:port or slurm",
                    found=self.address,
                )
            return f"tcp://{host}:{port}"
        return self.started

    @property
    def dashboard(self) -> str:
        """Return the address of Dask's page with the progress; empty without the package bokeh."""
        return str(self.client.dashboard_link or "") if importlib.util.find_spec("bokeh") else ""

    @property
    def workers(self) -> int:
        """Return the number of workers now."""
        return len(self.client.scheduler_info(n_workers=-1)["workers"])

    def _require_workers(self) -> None:
        """Raise `EngineError` if there is no worker, or one whose results would differ."""
        try:
            self.client.wait_for_workers(1, timeout=self.wait)
        except TimeoutError:
            raise EngineError(
                "the scheduler has no workers", path=self.address, hint="start some: `dask worker HOST:PORT`"
            ) from None
        # A function of the standard library: a worker without echub can run it.
        for worker, found in self.client.run(importlib.metadata.version, "echub", on_error="return").items():
            if isinstance(found, Exception):
                raise _differs(worker, "echub is missing there")
        for worker, found in self.client.run(_there, on_error="return").items():
            if isinstance(found, Exception):
                raise _differs(worker, f"{type(found).__name__}: {found}")
            if wrong := environment().differences(found):
                raise _differs(worker, "; ".join(wrong))

    def each(
        self,
        work: Callable[[Item], Result],
        items: Iterator[Item],
        size: Callable[[Item], int],
        count: int | None = None,
    ) -> Iterator[tuple[Item, Result | Died]]:
        """Do `work` on items; return each with its result as it comes, `Died` if it killed its workers.

        size: bytes of an item, for batches of about equal work. count: number of the items, if it is known: the
        last batches are smaller. Raises what `work` raises.
        """
        from distributed import as_completed

        batches = packed(items, size, count, self.workers)
        function = partial(_in_worker, environment(), os.getcwd(), work)
        pending: dict[Any, list[Item]] = {}
        suspects: list[Item] = []
        done = as_completed(loop=self.client.loop, raise_errors=False)

        def send(batch: list[Item]) -> None:
            future = self.client.submit(function, batch, pure=False)
            pending[future] = batch
            done.add(future)

        def received(alone: bool = False) -> Iterator[tuple[Item, Result | Died]]:
            future = next(done)
            batch = pending.pop(future)
            results = _results(future)
            if results is not None:
                yield from zip(batch, results, strict=True)
            elif alone:
                yield batch[0], Died()
            elif len(batch) == 1:
                suspects.extend(batch)
            else:
                for item in batch:
                    send([item])

        try:
            for batch in batches:
                send(batch)
                if len(pending) >= AHEAD * max(1, self.workers):
                    yield from received()
            while pending:
                yield from received()
            # Dask blames all work that waits on a worker which died: only what runs while nothing else does
            # is known to have killed it.
            for item in suspects:
                send([item])
                yield from received(alone=True)
        finally:
            self.client.cancel(list(pending), force=True)


def _results(future: Any) -> list[Any] | None:  # noqa: ANN401
    """Return the results of a batch; None if its workers died. Waits: lost results are computed again."""
    from distributed import KilledWorker

    try:
        return list(future.result())
    except KilledWorker:
        return None


def packed(
    items: Iterator[Item], size: Callable[[Item], int], count: int | None = None, workers: int = 1
) -> Iterator[list[Item]]:
    """Pack items into batches of about equal bytes; the last of `count` items are divided among all workers."""
    batch: list[Item] = []
    total = 0
    left = count
    for item in items:
        batch.append(item)
        total += size(item)
        most = BATCH_ITEMS if left is None else min(BATCH_ITEMS, max(1, left // (_TAIL * max(1, workers))))
        if total >= BATCH_BYTES or len(batch) >= most:
            left = None if left is None else left - len(batch)
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _there() -> Environment:
    """Return the environment of the worker that runs this."""
    return environment()


def _in_worker(
    expected: Environment, folder: str, work: Callable[[Item], Result], items: Sequence[Item]
) -> list[Result]:
    """Work on a batch in a worker, as in the folder of the command: paths may be relative to it."""
    if wrong := expected.differences(environment()):  # a worker that came later
        raise _differs("a worker", "; ".join(wrong))
    with _ONE, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = os.getcwd()
        try:
            os.chdir(folder)
        except OSError as error:
            raise EngineError(
                "a worker does not see the folder of this command",
                path=folder,
                found=str(error),
                hint="start the workers on machines that mount the same file system at the same place",
            ) from None
        try:
            return [work(item) for item in items]
        finally:
            os.chdir(before)


def _differs(worker: str, what: str) -> EngineError:
    return EngineError(
        "a worker would give other results than this computer",
        path=worker,
        found=what,
        expected="the same versions of echub and its plugins everywhere",
        hint="install the same environment for the workers, and start them again",
    )


def _distributed() -> Any:  # noqa: ANN401
    try:
        import distributed
    except ImportError as error:
        raise PluginError("dask.distributed is not installed", hint="pip install 'echub[cluster]'") from error
    return distributed


def _settings(wanted: dict[str, Any]) -> Any:  # noqa: ANN401
    """Let settings of Dask hold in a context, except those that the user has given another value."""
    import dask

    usual = dask.config.merge(*dask.config.defaults)
    return dask.config.set(
        {k: v for k, v in wanted.items() if dask.config.get(k) == dask.config.get(k, config=usual)}
    )


def _slurm(jobs: int) -> Any:  # noqa: ANN401
    """Start Slurm jobs as the user's configuration of dask-jobqueue describes them."""
    try:
        from dask_jobqueue import SLURMCluster
    except ImportError as error:
        raise PluginError("dask-jobqueue is not installed", hint="pip install dask-jobqueue") from error
    cluster = SLURMCluster()
    cluster.scale(jobs)
    return cluster
