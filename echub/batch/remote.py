"""Object stores and remote folders, through fsspec: `s3://bucket/raw` in, `s3://bucket/echub` out.

A folder of the store (all keys with one prefix) is the unit: its files are read by ranges into a local folder,
converted there like any other, and written whole. Each has a ledger and a listing of its own. The listing is
written last and names the version of every source, of every output and of the ledger: a folder where all of
them are the same is skipped without reading it. Equal sources give equal bytes: two runs that convert one
folder at the same time write the same. If they saw different sources or have different versions, the listing of
the later one does not match what the other wrote, and the next run converts the folder again. Credentials are
found by the packages of the store (environment, profile, role of the machine), and are never taken or written
here.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from echub.batch.batch import Batch
from echub.batch.ledger import STEM, Entry
from echub.batch.skipping import fingerprint
from echub.batch.store import Object, Store
from echub.batch.task import FileResult, there_already
from echub.errors import (
    CommandError,
    EchubError,
    SourceChanged,
    SourceNotFound,
    TargetExists,
    TargetNotWritable,
    WorkerDied,
    of_code,
)
from echub.files.annotations import COPIES, without_scheme
from echub.files.conversion import Conversion, Writing
from echub.files.output import LEDGER, LISTING, Written, file_sha256, not_writable
from echub.files.reading import Reading
from echub.model.workers import in_order

Value = TypeVar("Value")

_COPIES = "raw"
"""Local folder of the copies of sources, where their address has no name."""

REQUESTS = 8
"""Requests at the same time: most of a small one is waiting, and no store slows down a client for so few."""
_PASSING = (CommandError, WorkerDied, SourceChanged, SourceNotFound)
"""Errors of the place and the moment, not of a file: its folder is not done, and the next run tries again."""


@dataclass(frozen=True)
class RemoteRun:
    """Conversion of a folder of a store into another; either may be local."""

    source: str
    target: str
    reading: Reading
    writing: Writing

    def __post_init__(self) -> None:
        """Let rows of metadata name files of this computer by their absolute paths: copies of them are read."""
        if without_scheme(self.source) == self.source or self.source.startswith("file:"):
            reading = replace(self.reading, annotations=self.reading.annotations.for_copies())
            object.__setattr__(self, "reading", reading)

    def run(self, *, jobs: int | None = None) -> Iterator[FileResult]:
        """Convert folder by folder; return the result of each source when its output is in the store."""
        source, target = Store(self.source), Store(self.target, target=True)
        try:
            found = source.list()
        except FileNotFoundError:
            found = {}
        if not found:
            raise SourceNotFound(
                "there is nothing at this address",
                path=self.source,
                cause="no such bucket, or no key begins so",
                hint="compare with the list of the store's own tool, such as `aws s3 ls`",
            )
        try:
            there = target.list()
        except FileNotFoundError:
            there = {}
        results = _own_results(source, target, there)
        made_by = fingerprint(self.reading, self.writing)
        folders: dict[str, list[Object]] = {}
        for held in found.values():
            if _is_safe(held.name) and held.name not in results:
                folders.setdefault(posixpath.dirname(held.name), []).append(held)
        for folder, objects in sorted(folders.items()):
            made = self._with_added(made_by, objects)
            yield from _Folder(self, source, target, folder, objects, made).run(there, jobs)

    @property
    def copies(self) -> Path:
        """Return the local folder of the copies, named as the address: rows of metadata are compared with it."""
        names = [name for name in without_scheme(self.source).split("/") if name not in ("", ".", "..")]
        return Path(*names or [_COPIES])

    def _with_added(self, made_by: str, objects: Sequence[Object]) -> str:
        """Return what makes the outputs of a folder: the settings, and the metadata added to its sources."""
        added = self.reading.annotations.for_files(Path(COPIES, self.copies, held.name) for held in objects)
        rows = [[table.name, table.rows] for table in added.tables if table.rows]
        if not rows and not added.values:
            return made_by
        return _hash(json.dumps([made_by, rows, dict(added.values)], sort_keys=True).encode("ascii"))


@dataclass(frozen=True)
class _Folder:
    how: RemoteRun
    source: Store
    target: Store
    folder: str
    objects: list[Object]
    made_by: str

    def run(self, there: dict[str, Object], jobs: int | None) -> Iterator[FileResult]:
        ledger = self.target.read(self._path(f"{STEM}.jsonl")) or b""
        before = Listing.parse(self.target.read(self._path(LISTING)))
        entries = _entries(ledger)
        if self._is_done(before, ledger, entries, there):
            yield from (self._unchanged(entry) for entry in entries.values())
            return
        with tempfile.TemporaryDirectory(prefix="echub-") as held:
            raw, out = Path(held, COPIES, self.how.copies), Path(held, "out")
            with _room_in(Path(held)):
                refused = self._fetch(raw)
                results, new = self._convert(raw, out, jobs)
                refused |= {n: d.error for n, d in results.items() if isinstance(d.error, _PASSING)}
                written = self._write(out, new, there, self._known(before, entries), refused)
                self._note(Path(held, "note"), new, written, refused)
        for name in sorted(held.name for held in self.objects):
            yield from self._result(name, results.get(name), refused.get(name))

    def _fetch(self, raw: Path) -> dict[str, EchubError]:
        """Read the sources; return the errors of those that cannot be read, unless none can."""
        raw.mkdir(parents=True)
        refused: dict[str, EchubError] = {}

        def fetch(one: Object) -> None:
            try:
                self.source.fetch(one, raw / one.name)
            except (SourceNotFound, SourceChanged) as error:
                (raw / one.name).unlink(missing_ok=True)
                error.path = f"{self.how.source}/{one.name}"
                refused[one.name] = error

        _side_by_side(fetch, self.objects)
        for error in refused.values():
            if len(refused) == len(self.objects) and isinstance(error, SourceNotFound):
                raise error  # not this source: its store
        return refused

    def _convert(self, raw: Path, out: Path, jobs: int | None) -> tuple[dict[str, FileResult], dict[str, Entry]]:
        """Convert the local copies; return the result and the entry of each source by its path in the tree."""
        results: dict[str, FileResult] = {}
        with Batch([raw], out, self.how.reading, self.how.writing, whole=True) as batch:
            for done in batch.run(jobs=jobs if len(batch) > 1 else None):
                if isinstance(done.error, TargetNotWritable):
                    raise done.error  # the local disk, not the store
                results[Path(done.source).relative_to(raw).as_posix()] = self._named(done, raw, out)
        lines = (out / f"{STEM}.jsonl").read_bytes().splitlines()
        return results, {entry.source: self._noted(entry) for entry in map(Entry.parse, lines)}

    def _note(
        self, file: Path, new: dict[str, Entry], written: dict[str, str], refused: Mapping[str, EchubError]
    ) -> None:
        """Write the ledger, then the listing, which says that all the rest is there."""
        lines = b"".join(new[name].line() for name in sorted(new) if name not in refused)
        file.write_bytes(lines)
        self.target.put(file, self._path(f"{STEM}.jsonl"))
        sources = {name: version for name, version in self._sources().items() if name not in refused}
        listing = Listing(self.made_by, sources, _hash(lines), written)
        file.write_bytes(listing.line())
        self.target.put(file, self._path(LISTING))

    def _path(self, name: str) -> str:
        return posixpath.join(self.folder, name)

    def _sources(self) -> dict[str, list[Any]]:
        return {one.name: [one.size, one.mark] for one in self.objects}

    def _is_done(
        self, before: Listing | None, ledger: bytes, entries: dict[str, Entry], there: dict[str, Object]
    ) -> bool:
        """Return whether all is there in the versions that the listing names."""
        if before is None or self.how.writing.force or not entries:
            return False
        if (before.made_by, before.sources, before.ledger) != (self.made_by, self._sources(), _hash(ledger)):
            return False
        if before.matches(entries, there):
            return True
        now = self.target.list(self.folder)  # another run may have ended this folder since ours began
        there |= now
        return before.matches(entries, now)

    def _write(
        self,
        out: Path,
        new: dict[str, Entry],
        there: dict[str, Object],
        known: Mapping[str, tuple[str, str]],
        refused: dict[str, EchubError],
    ) -> dict[str, str]:
        """Write what is not there already with the same bytes; return the version of each output there is then.

        known: version and hash of what a run before has written; hash "" if for other settings, or of a source
        that is gone. Adds to `refused` the sources whose output another program changed.
        """
        versions = {path: mark for path, (mark, _) in known.items() if path in there and there[path].mark == mark}

        def write(made: tuple[str, Written]) -> None:
            source, part = made
            held = there.get(part.path)
            version, sha256 = known.get(part.path, ("", ""))
            if held is not None and not self.how.writing.force:
                is_ours = held.mark == version
                if part.sha256 == sha256 if is_ours else self._is_same(held, part, out):
                    versions[part.path] = held.mark  # also of a run that was killed, or that is at work
                    return
                if not is_ours:
                    refused[source] = self._exists(held)
                    return
            versions[part.path] = self.target.put(out / part.path, part.path)

        parts = [(entry.source, part) for entry in new.values() for part in entry.output]
        _side_by_side(write, [made for made in parts if made[0] not in refused])
        return versions

    def _known(self, before: Listing | None, entries: Mapping[str, Entry]) -> dict[str, tuple[str, str]]:
        hashes = {part.path: part.sha256 for entry in entries.values() for part in entry.output}
        versions = before.written if before else {}
        return {path: (version, hashes.get(path, "")) for path, version in versions.items()}

    def _is_same(self, held: Object, part: Written, out: Path) -> bool:
        """Return whether an object has the bytes that would be written."""
        if held.size != part.size:
            return False
        with tempfile.TemporaryDirectory(dir=out) as aside:
            local = Path(aside, "there")
            self.target.fetch(held, local)
            return file_sha256(local) == part.sha256

    def _exists(self, held: Object) -> TargetExists:
        return TargetExists(
            "the output exists already, and it is not what a run that ended has written",
            path=f"{self.how.target}/{held.name}",
            cause="another program changed it, or a run with other versions or sources was killed or is at work",
            hint="if it is not needed, --force replaces it; -o writes elsewhere",
        )

    def _noted(self, entry: Entry) -> Entry:
        return replace(entry, path=f"{self.how.source}/{entry.source}")

    def _named(self, done: FileResult, raw: Path, out: Path) -> FileResult:
        """Return a result with addresses in place of the local copies."""
        addresses = {f"{raw}/": f"{self.how.source}/", f"{out}/": f"{self.how.target}/"}
        if done.error is not None and done.error.path:
            done.error.path = _renamed(done.error.path, addresses)
        source, outputs, said = (_renamed(told, addresses) for told in (done.source, done.outputs, done.said))
        return replace(done, source=source, outputs=tuple(outputs), said=said, named=False)

    def _result(self, name: str, done: FileResult | None, refused: EchubError | None) -> Iterator[FileResult]:
        if refused is not None and (done is None or done.error is None):
            source = f"{self.how.source}/{name}"
            said = Conversion(source, error=refused).as_dict()
            yield FileResult(source, "failed", False, error=refused, said=said)
        elif done is not None:
            yield done

    def _unchanged(self, entry: Entry) -> FileResult:
        if entry.error:  # told again in each run, as for a local folder
            problem = _again(entry)
            said = Conversion(entry.path, error=problem).as_dict()
            return FileResult(entry.path, entry.status, False, error=problem, said=said)
        written = [f"{self.how.target}/{part.path}" for part in entry.output]
        return replace(there_already(entry.path, written, entry, named=False), entry=None)


@dataclass(frozen=True)
class Listing:
    """What the listing of a folder says: what made the outputs, and the versions of all that belongs together."""

    made_by: str
    sources: dict[str, list[Any]]
    ledger: str
    written: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: bytes | None) -> Listing | None:
        """Read a listing; None if there is none, or it is not one of this version."""
        try:
            told = json.loads(text or b"")
            return cls(str(told["made_by"]), dict(told["sources"]), str(told["ledger"]), dict(told["written"]))
        except (ValueError, KeyError, TypeError):
            return None

    def line(self) -> bytes:
        """Write the listing as one line of ASCII: names may hold bytes that are not valid text."""
        return json.dumps(vars(self), sort_keys=True).encode("ascii") + b"\n"

    def matches(self, entries: Mapping[str, Entry], there: Mapping[str, Object]) -> bool:
        """Return whether the store holds every output of the entries in the version that was written."""
        parts = [part for entry in entries.values() for part in entry.output]
        return all(
            (held := there.get(part.path)) is not None
            and (held.size, held.mark) == (part.size, self.written.get(part.path))
            for part in parts
        )


def _entries(ledger: bytes) -> dict[str, Entry]:
    found = {}
    for line in ledger.splitlines():
        try:
            entry = Entry.parse(line)
        except CommandError:
            continue  # its source counts as not converted
        found[entry.source] = entry
    return found


def _own_results(source: Store, target: Store, there: Mapping[str, Object]) -> set[str]:
    """Return the names among the sources that the target says were written, if it lies among them.

    Its ledgers tell of the last run of each folder; its listings also of what runs before have left.
    """
    if type(source.files) is not type(target.files) or not f"{target.root}/".startswith(f"{source.root}/"):
        return set()
    below = target.root.removeprefix(source.root).strip("/")
    ledgers = [target.read(name) or b"" for name in there if LEDGER.fullmatch(posixpath.basename(name))]
    entries = [entry for ledger in ledgers for entry in _entries(ledger).values()]
    made = {part.path for entry in entries for part in entry.output}
    listings = [Listing.parse(target.read(name)) for name in there if posixpath.basename(name) == LISTING]
    made.update(path for listing in listings if listing for path in listing.written)
    return {posixpath.join(below, path) for path in made}


def _renamed(told: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401
    """Return a text, or lists and objects of texts, with each local name replaced by its address."""
    if isinstance(told, str):
        for local, address in names.items():
            told = told.replace(local, address)
        return told
    if isinstance(told, Mapping):
        return {key: _renamed(value, names) for key, value in told.items()}
    return [_renamed(value, names) for value in told] if isinstance(told, (list, tuple)) else told


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def _room_in(folder: Path) -> Iterator[None]:
    """Turn what the local disk refuses into an error that names it: the copies are not where the user looks."""
    try:
        yield
    except TargetNotWritable as error:
        if not (error.path or "").startswith(str(folder)):
            raise
        raise _no_room(folder, error.found, error.cause) from None
    except OSError as error:
        refused = not_writable(folder, error)
        raise _no_room(folder, refused.found, refused.cause) from None


def _no_room(folder: Path, found: str | None, cause: str | None) -> TargetNotWritable:
    return TargetNotWritable(
        "a folder of the store cannot be copied to this computer; nothing of it was written to the store",
        path=str(folder.parent),
        expected="room for the sources of one folder and their outputs",
        found=found,
        cause=cause,
        hint="free some space, or name another disk in the variable TMPDIR, and repeat the command",
    )


def _side_by_side(work: Callable[[Value], None], items: Sequence[Value]) -> None:
    """Do work of requests for every item; the first error ends it, and what is not started is not done."""
    for _ in in_order(work, items, REQUESTS):
        pass


def _again(entry: Entry) -> EchubError:
    """Build the error that a ledger tells of: its code and message, for no more is kept."""
    error = of_code(entry.error)(entry.reason or entry.error, path=entry.path)
    error.guessed = entry.status == "unknown"
    return error


def _is_safe(name: str) -> bool:
    """Return whether a key is a path inside a folder, and not a ledger or a hidden name."""
    parts = name.split("/")
    last = parts[-1]
    if LEDGER.fullmatch(last) or last == LISTING:
        return False
    return not any(part in ("", ".", "..") or part.startswith(".") or "\0" in part for part in parts)
