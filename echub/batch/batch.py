"""Whole folders: every source is converted once, even if one of them fails or the run is interrupted.

Workers convert and return a short result for each source; only this process writes the ledger.
A source is skipped if the ledger says that the same content was converted in the same way and
its outputs are complete. A run that was killed is continued by the same command.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from echub.batch.engines import DaskWorkers
from echub.batch.ledger import Ledger, Shard
from echub.batch.skipping import fingerprint
from echub.batch.task import FileResult, RunSettings, Task, convert_task, died
from echub.batch.workers import Died, each
from echub.errors import TargetClash
from echub.files.annotations import Annotations
from echub.files.conversion import Writing
from echub.files.joining import Part, runs_of
from echub.files.output import Job, plan
from echub.files.reading import Reading
from echub.model.given import PATHS, takes

_CHUNK = 4
"""Most sources that are sent to a worker together: a small one takes little longer than sending it."""
_ROUNDS = 16
"""Fewest submissions per worker: at the end, no worker should still have much left while others are idle."""


@takes(PATHS)
def convert_many(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str] | None = None,
    *,
    to: str = "native",
    reader: str | None = None,
    options: Mapping[str, str] | None = None,
    writer_options: Mapping[str, str] | None = None,
    annotations: Annotations | None = None,
    siblings: bool = True,
    force: bool = False,
    join: bool = False,
    shard: str | None = None,
    jobs: int | None = None,
    executor: Executor | None = None,
) -> Iterator[FileResult]:
    """Convert files and whole folders; return a short result for each source as it is done.

    `output` is the folder for the results; with it, folders and several files keep a ledger, and
    the same call continues where it stopped. The options of a conversion are those of `convert`;
    `join` joins linked files. jobs: worker processes (None: in this process); `executor` takes
    their place, such as a cluster's with `jobs` workers. shard: ``"i/N"``, one of N disjoint parts.
    A source that cannot be converted is a result with an error, never an exception; `CommandError`
    for mistakes that affect all sources.
    """
    reading = Reading(reader, options or {}, annotations or Annotations(), siblings)
    writing = Writing(to, writer_options or {}, force)
    given = [Path(path) for path in ([paths] if isinstance(paths, (str, os.PathLike)) else paths)]
    part = Shard.parse(shard) if shard else None
    out = Path(output) if output is not None else None
    with Batch(given, out, reading, writing, join=join, shard=part) as batch:
        yield from batch.run(jobs=jobs, executor=executor)


class Batch:
    """The sources of one run and its ledger, planned and checked before any work.

    Raises `UnknownReader`, `ReaderNotInstalled` or `UnknownOption` for what no plugin has, `TargetClash`,
    `TargetBusy` and `TargetNotWritable`. `exact`: the file for the only output, in place of a folder. `whole`:
    results bring the object for `--json`.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        out: Path | None,
        reading: Reading | None = None,
        writing: Writing | None = None,
        *,
        join: bool = False,
        shard: Shard | None = None,
        exact: Path | None = None,
        whole: bool = False,
    ) -> None:
        reading, writing = reading or Reading(), writing or Writing()
        reading.require_known()
        writing.chosen()
        made_by = fingerprint(reading, writing)
        self._asked = (tuple(paths), out, reading.reader, join, shard)
        planned = plan(paths, out)
        several = len(paths) > 1 or any(path.is_dir() for path in paths)
        self.annotations = reading.annotations
        self.ledger = Ledger(out, shard) if out is not None and several else None
        tasks = self._tasks_of(planned)
        self._tasks = [task for task in tasks if shard is None or task.key in shard]
        self._others = [task for task in tasks if shard is not None and task.key not in shard]
        run = self.ledger.run if self.ledger else ""
        if exact is not None and len(tasks) != 1:
            raise TargetClash(
                "one output file is named for several inputs",
                path=str(exact),
                found=f"{len(tasks)} outputs",
                hint="name a folder",
            )
        bare = replace(reading, annotations=Annotations())
        self._how = RunSettings(bare, writing, made_by, out if self.ledger else None, run, whole, exact)

    def _tasks_of(self, planned: list[Job]) -> list[Task]:
        *_, reader, join, _ = self._asked
        jobs = [job for job in planned if not (self.ledger and self.ledger.is_output(job.source))]
        return [_task(item) for item in (runs_of(jobs, reader) if join else jobs)]

    def planned_again(self) -> list[Task]:
        """List the tasks as the folders are now, for `run`."""
        paths, out, _, _, shard = self._asked
        return [task for task in self._tasks_of(plan(paths, out)) if shard is None or task.key in shard]

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, *raised: object) -> None:
        if self.ledger is not None:
            self.ledger.clean()
            self.ledger.__exit__()

    def __len__(self) -> int:
        """Return the number of sources."""
        return sum(len(task.jobs) for task in self._tasks)

    def run(
        self,
        *,
        jobs: int | None = None,
        executor: Executor | None = None,
        tasks: Sequence[Task] | None = None,
        cluster: DaskWorkers | None = None,
    ) -> Iterator[FileResult]:
        """Convert all sources, or those of `tasks`; return each result as it is done, and note it in the ledger.

        cluster: where to work instead of in processes of this machine.
        """
        tasks = self._tasks if tasks is None else tasks
        for task in self._others:
            self._said_about(task)  # their metadata rows belong to another shard: not unmatched
        work = partial(convert_task, self._how)
        chunk = max(1, min(_CHUNK, len(tasks) // (_ROUNDS * (jobs or 1))))
        told = self._told(tasks)
        if cluster is not None:
            made = cluster.each(work, told, _bytes, len(tasks))
        else:
            made = each(work, told, jobs=jobs, executor=executor, chunk=chunk)
        for task, results in made:
            for done in [died(self._how, task, results)] if isinstance(results, Died) else results:
                if self.ledger is not None and done.entry is not None:
                    self.ledger.note(done.entry)
                yield replace(done, entry=None)

    def _told(self, tasks: Sequence[Task]) -> Iterator[Task]:
        """Add to each task what is known about its sources, when its turn comes."""
        for task in tasks:
            keys = {task.key, *(job.key for job in task.jobs)}
            entries = {key: self.ledger.about(key) for key in keys} if self.ledger else {}
            yield replace(task, annotations=self._said_about(task), entries=entries)

    def _said_about(self, task: Task) -> Annotations:
        if not self.annotations.tables:
            return self.annotations
        return self.annotations.for_files([job.source for job in task.jobs])


def _bytes(task: Task) -> int:
    """Return the size of a task's sources; 0 for what cannot be seen, which is reported when it is converted."""
    total = 0
    for job in task.jobs:
        with suppress(OSError):
            total += os.path.getsize(job.source)
    return total


def _task(item: Job | list[Part]) -> Task:
    if isinstance(item, Job):
        return Task((item,), (), Annotations())
    return Task(tuple(part.job for part in item), tuple(part.link for part in item), Annotations())
