"""One source of many, in a worker: skipped, converted or refused, and the entry that says so."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from echub.batch.ledger import Entry
from echub.batch.skipping import beside, replaceable, settings_of, sha256_of, still_there
from echub.batch.workers import Died
from echub.errors import EchubError, PluginError, TargetClash
from echub.files.annotations import Annotations
from echub.files.conversion import Conversion, Writing, convert_sources, without_companions
from echub.files.joining import Link, NotOneRun
from echub.files.output import Job, PreviousOutputs, Target, Written
from echub.files.reading import Reading
from echub.model.source import Source
from echub.registry.codes import explained
from echub.remark import Dropped, Notice, Remark


@dataclass(frozen=True)
class FileResult:
    """Result for one source: small enough to be sent between processes and kept by the thousand.

    `status` is that of a conversion, or `unchanged`; `notices` and `dropped` are why it is flagged. `columns` are
    those that were chosen to be written, if not all. `said` is the object for `--json`, if requested.
    """

    source: str
    status: str
    named: bool = True
    outputs: tuple[str, ...] = ()
    technique: str = ""
    datasets: tuple[tuple[str, int, int], ...] = ()
    columns: tuple[str, ...] = ()
    notices: tuple[Remark, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    error: EchubError | None = None
    said: Mapping[str, Any] | None = None
    entry: Entry | None = None


@dataclass(frozen=True)
class RunSettings:
    """What is the same for all sources of a run; `exact` is the one file that a single output goes to."""

    reading: Reading
    writing: Writing
    fingerprint: str
    out: Path | None
    run: str
    whole: bool
    exact: Path | None = None


@dataclass(frozen=True)
class Task:
    """One source, or the linked files of one run, with what is known about them."""

    jobs: tuple[Job, ...]
    links: tuple[Link, ...]
    annotations: Annotations
    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the path in the tree: of the source, or of the run that the files are joined to."""
        return run_key(self.jobs, self.links)


def run_key(jobs: Sequence[Job], links: Sequence[Link]) -> str:
    """Return the path in the tree of the jobs' output: a single source's own, or the run's."""
    if len(jobs) == 1:
        return jobs[0].key
    return os.path.join(os.path.dirname(jobs[0].key), links[0].run).replace(os.sep, "/")


def convert_task(how: RunSettings, task: Task) -> list[FileResult]:
    """Convert one source, or the linked files of a run to one; if they are not one run, each by itself."""
    try:
        return [_convert(how, task)]
    except NotOneRun as error:
        if how.exact is not None:
            apart = TargetClash(
                "these files are not one run, and one output file is named",
                path=str(how.exact),
                cause=str(error),
                hint="name a folder",
            )
            result = Conversion(", ".join(str(job.source) for job in task.jobs), error=apart)
            return [_done(how, task, result, None)]
        notice = Notice("not-joined", f"converted by itself: {error}")
    return [_noticed(_convert(how, replace(task, jobs=(job,), links=())), notice) for job in task.jobs]


def _noticed(done: FileResult, notice: Notice) -> FileResult:
    if done.status not in ("ok", "flagged"):
        return done
    said = (
        {**done.said, "status": "flagged", "warnings": [*done.said["warnings"], explained(notice).as_dict()]}
        if done.said
        else None
    )
    return replace(done, status="flagged", notices=(*done.notices, notice), said=said)


def _convert(how: RunSettings, task: Task) -> FileResult:
    """Convert, unless the result exists; any error becomes part of the result."""
    entry = _Noting(how, task)
    try:
        if how.out is not None and not how.writing.force and (there := entry.still_there()):
            return _unchanged(how, task, there)
        if task.jobs[0].problem is not None:
            raise task.jobs[0].problem
        result = _made(how, task, entry.earlier())
        return _done(how, task, result, entry.of(result))
    except EchubError as error:
        error.path = error.path or str(task.jobs[0].source)
        failed = error
    except NotOneRun:
        raise
    except Exception as error:
        failed = PluginError(
            "the conversion failed",
            path=str(task.jobs[0].source),
            found=f"{type(error).__name__}: {error}",
            cause="a mistake in echub",
            hint="report it, with the file if you can",
        )
    result = Conversion(", ".join(str(job.source) for job in task.jobs), error=failed)
    return _done(how, task, result, entry.of(result))


def _made(how: RunSettings, task: Task, earlier: PreviousOutputs | None) -> Conversion:
    reading = replace(how.reading, annotations=task.annotations)
    sources = [reading.source(job.source) for job in task.jobs]
    stem = task.jobs[0].stem
    target = Target(stem.with_name(task.links[0].run) if task.links else stem)
    target = Target(how.exact, exact=True) if how.exact else target
    return convert_sources(sources, task.links, target, reading, replace(how.writing, earlier=earlier))


def _done(how: RunSettings, task: Task, result: Conversion, entry: Entry | None) -> FileResult:
    record = result.record
    return FileResult(
        result.source,
        result.status,
        task.jobs[0].named,
        tuple(result.outputs),
        str(record.metadata.value("technique.name") or "") if record is not None else "",
        tuple((d.name, d.rows, len(d.columns)) for d in record.datasets.values()) if record is not None else (),
        result.columns,
        tuple(record.notices) if record is not None else (),
        tuple(record.dropped) if record is not None else (),
        result.error,
        result.as_dict() if how.whole else None,
        entry,
    )


def _unchanged(how: RunSettings, task: Task, entry: Entry) -> FileResult:
    source = ", ".join(str(job.source) for job in task.jobs)
    written = [str((how.out or Path()) / part.path) for part in entry.output]
    done = there_already(source, written, entry, named=task.jobs[0].named)
    return done if how.whole else replace(done, said=None)


def there_already(source: str, written: Sequence[str], entry: Entry, *, named: bool) -> FileResult:
    """Report that an earlier run has converted a source: with the outputs and the object that it reported."""
    outputs = without_companions(written)
    said = Conversion(source, outputs, content_hash=entry.content_hash).as_dict()
    said |= {"status": "unchanged", "reader": entry.reader}
    return FileResult(source, "unchanged", named, tuple(outputs), said=said, entry=entry)


def died(how: RunSettings, task: Task, died: Died) -> FileResult:
    """Report that the process that converted this source died."""
    error = died.error(str(task.jobs[0].source))
    result = Conversion(", ".join(str(job.source) for job in task.jobs), error=error)
    return _done(how, task, result, _Noting(how, task).of(result))


class _Noting:
    """Entries of the ledger about a task, before and after it."""

    def __init__(self, how: RunSettings, task: Task) -> None:
        self.how, self.task = how, task
        self.entries = task.entries.get(task.key, ())
        self.out = how.out or Path()
        self.sources = [job.source for job in task.jobs]
        self.path = _relative(self.sources[0], self.out)
        self.sha256 = ""
        self.settings = ""

    def still_there(self) -> Entry | None:
        """Find the entry of an equal conversion whose outputs are complete."""
        if not self.entries:
            return None
        self._look()
        return still_there(self.entries, self.sha256, self.settings, self.sources[0].parent, self.out)

    def _look(self) -> None:
        self.sha256 = sha256_of([Source(path).sha256() for path in self.sources])
        self.settings = settings_of(self.how.fingerprint, self.sources, self.task.annotations)

    def earlier(self) -> PreviousOutputs | None:
        """Say what may be replaced; None if no ledger is kept."""
        if self.how.out is None:
            return None
        written = replaceable(self.entries, self.path, self.sha256, self.out)
        return PreviousOutputs(written, self.how.run, self.how.writing.force)

    def of(self, result: Conversion) -> Entry | None:
        """Build the entry of a conversion."""
        if self.how.out is None:
            return None
        if result.record is None:
            return self._failure(result)
        provenance, sources = result.record.provenance, result.sources
        self.sha256 = sha256_of([source.digest for source in sources])
        settings = self.settings or settings_of(self.how.fingerprint, self.sources, self.task.annotations)
        return Entry(
            self.task.key,
            self.path,
            sum(source.size for source in sources),
            self.sha256,
            result.status,
            tuple(Written(_relative(Path(w.path), self.out), w.size, w.sha256) for w in result.written),
            str(provenance.reader.get("name", "")),
            f"{provenance.reader.get('version', '')} of {provenance.reader.get('distribution', '')}",
            str(provenance.software.get("echub", "")),
            str(provenance.software.get("schema", "")),
            settings,
            result.content_hash,
            beside(self.sources[0].parent, [name for source in sources for name in source.asked]),
        )

    def _failure(self, result: Conversion) -> Entry:
        try:
            found = [Source(path) for path in self.sources]
            size, sha256 = sum(s.size for s in found), sha256_of([s.sha256() for s in found])
        except EchubError:
            size, sha256 = 0, ""
        error = result.error
        code, reason = (error.code, error.message) if error else ("", "")
        return Entry(self.task.key, self.path, size, sha256, result.status, error=code, reason=reason)


def _relative(path: Path, folder: Path) -> str:
    """Return the path from a folder, in a form that is the same on every system."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        return path.as_posix()
