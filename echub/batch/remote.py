"""Object stores and remote folders, through fsspec: `s3://bucket/raw` in, `s3://bucket/echub` out.

A folder of the store (all keys with one prefix) is the unit: its files are read by ranges into a local folder,
converted there like any other, and written whole. Each has a ledger and a listing of its own, so a folder whose
listing is the same is skipped without reading it. Equal sources give equal bytes: if two runs convert one folder
at the same time, both write the same. Credentials are found by the packages of the store (environment, profile,
role of the machine), and are never taken or written here.
"""

from __future__ import annotations

import json
import posixpath
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from echub.batch.batch import Batch
from echub.batch.ledger import STEM, Entry
from echub.batch.skipping import fingerprint
from echub.batch.task import FileResult
from echub.errors import EchubError, PluginError, SourceNotFound, TargetExists, TargetNotWritable, UnknownOption
from echub.files.conversion import Writing
from echub.files.output import LEDGER, Written, file_sha256
from echub.files.reading import Reading
from echub.model.workers import in_order

Value = TypeVar("Value")

RANGE = 8 << 20
"""Bytes of one read: large against the cost of a request, small enough to be read again if it breaks."""
TRIES = 5
"""Attempts of a request that failed or came back short; 0.1 s after the first, twice as long after each."""
REQUESTS = 8
"""Requests at the same time: most of a small one is waiting, and no store slows down a client for so few."""
LISTING = "echub-listing.json"
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+):/+(?P<rest>.*)", re.DOTALL)
_WHOLE = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss"}
"""Stores where an object appears only when all of it is there; elsewhere a temporary name is renamed."""


def url_of(path: Path | str | None) -> str | None:
    """Return the address that a path stands for, or None; `UnknownOption` if it holds a password.

    A `Path` has one slash where the address had two.
    """
    found = _URL.fullmatch(str(path)) if path is not None else None
    if found is None:
        return None
    if "@" in found["rest"].split("/", 1)[0] and ":" in found["rest"].split("@", 1)[0]:
        raise UnknownOption(
            "an address must not hold a password: it would be in ledgers and logs",
            found=f"{found['scheme']}://…@…",
            hint="use the environment, a profile or a role, as the packages of the store describe",
        )
    return f"{found['scheme']}://{found['rest'].rstrip('/')}"


@dataclass(frozen=True)
class Object:
    """One file of a store: its path in the tree, its key, size, and the mark that changes with its content."""

    name: str
    key: str
    size: int
    mark: str


class Store:
    """A folder of a store, or a local one; every request is repeated if it fails for a passing reason."""

    def __init__(self, where: str, *, target: bool = False) -> None:
        self.where = where
        self._error: type[EchubError] = TargetNotWritable if target else SourceNotFound
        try:
            import fsspec
        except ImportError as error:
            raise PluginError("fsspec is not installed", hint="pip install 'echub[remote]'") from error
        try:
            self.files, self.root = fsspec.core.url_to_fs(where, use_listings_cache=False)
        except ImportError as error:
            raise PluginError(f"a package for {where.split(':')[0]} is missing", hint=str(error)) from None
        except ValueError as error:
            raise UnknownOption("an address of an unknown kind", found=where, cause=str(error)) from None
        self.root = self.root.rstrip("/")
        self.scheme = where.split(":", 1)[0]

    def list(self) -> dict[str, Object]:
        """List all files below the folder, by their paths in it."""
        found = self._tried(lambda: self.files.find(self.root, detail=True), "list", may_lack=True)
        objects = {}
        for key, told in found.items():
            name = key.removeprefix(self.root).lstrip("/")
            if name and told.get("type") == "file" and not name.endswith("/"):
                mark = str(told.get("ETag") or told.get("etag") or told.get("mtime") or told.get("created") or "")
                objects[name] = Object(name, key, int(told["size"]), mark.strip('"'))
        return objects

    def fetch(self, held: Object, target: Path) -> None:
        """Read an object by ranges to a file; a range that came back short is read again."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for start in range(0, held.size, RANGE):
                end = min(held.size, start + RANGE)
                file.write(self._tried(lambda s=start, e=end: self._range(held, s, e), "read"))  # type: ignore[misc]

    def _range(self, held: Object, start: int, end: int) -> bytes:
        data: bytes = self.files.cat_file(held.key, start=start, end=end)
        if len(data) != end - start:
            raise ConnectionError(f"{len(data)} of {end - start} bytes came")
        return data

    def read(self, name: str) -> bytes | None:
        """Read a small object, or None if it is not there."""
        try:
            return bytes(self._tried(lambda: self.files.cat_file(f"{self.root}/{name}"), "read", may_lack=True))
        except FileNotFoundError:
            return None

    def put(self, source: Path, name: str) -> None:
        """Write a file whole: nobody sees a part of it."""
        key = f"{self.root}/{name}"
        self._tried(lambda: self._put(source, key), "write")

    def _put(self, source: Path, key: str) -> None:
        if self.scheme in _WHOLE:
            self.files.put_file(str(source), key)
        else:
            aside = posixpath.join(posixpath.dirname(key), f".echub-{posixpath.basename(key)}.part")
            self.files.makedirs(posixpath.dirname(key), exist_ok=True)
            self.files.put_file(str(source), aside)
            self.files.mv(aside, key)
        if (size := self.files.info(key)["size"]) != source.stat().st_size:
            raise ConnectionError(f"{size} bytes are there instead of {source.stat().st_size}")

    def _tried(self, ask: Callable[[], Value], what: str, *, may_lack: bool = False) -> Value:
        """Ask again after a passing failure; what stays becomes an error of echub."""
        for attempt in range(TRIES):
            try:
                return ask()
            except (FileNotFoundError, PermissionError) as error:
                if isinstance(error, FileNotFoundError) and may_lack:
                    raise
                raise self._refused(error, what) from None
            except Exception as error:  # every store has errors of its own
                if attempt == TRIES - 1:
                    raise self._refused(error, what) from None
                time.sleep(0.1 * 2**attempt)
        raise AssertionError

    def _refused(self, error: Exception, what: str) -> EchubError:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        skewed = "Skewed" in text or "time too" in text.lower() or "difference between the request time" in text
        cause = "the clock of this computer is wrong" if skewed else "no rights, or the store does not answer"
        return self._error(
            f"the store does not {what} it",
            path=self.where,
            found=text[:200],
            cause=cause,
            hint="try the same with the tool of the store, such as `aws s3 ls`",
        )


@dataclass(frozen=True)
class RemoteRun:
    """Conversion of a folder of a store into another; either may be local."""

    source: str
    target: str
    reading: Reading
    writing: Writing

    def run(self, *, jobs: int | None = None) -> Iterator[FileResult]:
        """Convert folder by folder; return the result of each source."""
        source, target = Store(self.source), Store(self.target, target=True)
        try:
            found = source.list()
        except FileNotFoundError:
            found = {}
        if not found:
            raise SourceNotFound("there is nothing at this address", path=self.source)
        try:
            there = target.list()
        except FileNotFoundError:
            there = {}
        made_by = fingerprint(self.reading, self.writing)
        folders: dict[str, list[Object]] = {}
        for held in found.values():
            if _is_safe(held.name) and not (self.source == self.target and held.name in there):
                folders.setdefault(posixpath.dirname(held.name), []).append(held)
        for folder, objects in sorted(folders.items()):
            yield from _Folder(self, source, target, folder, objects, made_by).run(there, jobs)


@dataclass(frozen=True)
class _Folder:
    how: RemoteRun
    source: Store
    target: Store
    folder: str
    objects: list[Object]
    made_by: str

    def run(self, there: dict[str, Object], jobs: int | None) -> Iterator[FileResult]:
        ledger = self._path(f"{STEM}.jsonl")
        state = self._state()
        before = self.target.read(self._path(LISTING))
        entries = self._entries(self.target.read(ledger))
        if before is not None and not self.how.writing.force and self._is_done(before, state, entries, there):
            yield from (self._unchanged(entry) for entry in entries.values())
            return
        with tempfile.TemporaryDirectory(prefix="echub-") as held:
            raw, out = Path(held, "raw"), Path(held, "out")
            _side_by_side(lambda one: self.source.fetch(one, raw / one.name), self.objects)
            new: dict[str, Entry] = {}
            with Batch([raw], out, self.how.reading, self.how.writing, whole=True) as batch:
                for done in batch.run(jobs=jobs if len(batch) > 1 else None):
                    yield self._named(done, raw, out)
                for line in (out / f"{STEM}.jsonl").read_bytes().splitlines():
                    entry = self._noted(Entry.parse(line))
                    new[entry.source] = entry
            self._write(out, new, there, entries)
            lines = out / "ledger"
            lines.write_bytes(b"".join(new[name].line() for name in sorted(new)))
            self.target.put(lines, ledger)
            lines.write_text(state, encoding="utf-8")
            self.target.put(lines, self._path(LISTING))  # last: it says that all the rest is there

    def _path(self, name: str) -> str:
        return posixpath.join(self.folder, name)

    def _state(self) -> str:
        listed = {one.name: [one.size, one.mark] for one in sorted(self.objects, key=lambda one: one.name)}
        return json.dumps({"made_by": self.made_by, "sources": listed}, ensure_ascii=False) + "\n"

    def _entries(self, ledger: bytes | None) -> dict[str, Entry]:
        found = {}
        for line in (ledger or b"").splitlines():
            try:
                entry = Entry.parse(line)
            except ValueError:
                continue  # its source counts as not converted
            found[entry.source] = entry
        return found

    def _is_done(self, before: bytes, state: str, entries: dict[str, Entry], there: dict[str, Object]) -> bool:
        if before.decode("utf-8", "replace") != state:
            return False
        written = [part for entry in entries.values() for part in entry.output]
        return bool(entries) and all(p.path in there and there[p.path].size == p.size for p in written)

    def _write(
        self, out: Path, new: dict[str, Entry], there: dict[str, Object], entries: dict[str, Entry]
    ) -> None:
        """Write what is not there already with the same bytes."""
        known = {part.path: part.sha256 for entry in entries.values() for part in entry.output}

        def write(part: Written) -> None:
            same = known.get(part.path) == part.sha256 == file_sha256(out / part.path)
            if same and part.path in there and there[part.path].size == part.size:
                return
            if part.path in there and part.path not in known:
                self._require_own(there[part.path], part.sha256, out)
            self.target.put(out / part.path, part.path)

        _side_by_side(write, [part for entry in new.values() for part in entry.output])

    def _require_own(self, held: Object, sha256: str, out: Path) -> None:
        """Raise `TargetExists` for an object that no ledger knows, unless a run that was killed wrote it."""
        with tempfile.TemporaryDirectory(dir=out) as aside:
            local = Path(aside, "there")
            self.target.fetch(held, local)
            same = file_sha256(local) == sha256
        if not same and not self.how.writing.force:
            raise TargetExists(
                "the output exists already, and no ledger says that echub wrote it",
                path=f"{self.how.target}/{held.name}",
                hint="--force replaces it, -o writes elsewhere",
            )

    def _noted(self, entry: Entry) -> Entry:
        return replace(entry, path=f"{self.how.source}/{entry.source}")

    def _named(self, done: FileResult, raw: Path, out: Path) -> FileResult:
        """Return a result with addresses in place of the local copies."""
        source = done.source.replace(f"{raw}/", f"{self.how.source}/")
        outputs = tuple(path.replace(f"{out}/", f"{self.how.target}/") for path in done.outputs)
        if done.error is not None and done.error.path:
            done.error.path = done.error.path.replace(f"{raw}/", f"{self.how.source}/")
        said = dict(done.said or {})
        if said:
            text = json.dumps(said).replace(f"{raw}/", f"{self.how.source}/")
            said = json.loads(text.replace(f"{out}/", f"{self.how.target}/"))
        return replace(done, source=source, outputs=outputs, said=said or None, named=False)

    def _unchanged(self, entry: Entry) -> FileResult:
        outputs = tuple(f"{self.how.target}/{part.path}" for part in entry.output)
        status = "unchanged" if entry.status in ("ok", "flagged") else entry.status
        said = {"source": entry.path, "output": list(outputs), "status": status, "reader": entry.reader}
        if entry.error:  # told again in each run, as for a local folder
            problem = _again(entry)
            return FileResult(entry.path, status, False, error=problem, said=said | {"error": problem.as_dict()})
        return FileResult(entry.path, status, False, outputs, said=said)


def _side_by_side(work: Callable[[Value], None], items: Sequence[Value]) -> None:
    """Do work of requests for every item; the first error ends it, and what is not started is not done."""
    for _ in in_order(work, items, REQUESTS):
        pass


def _again(entry: Entry) -> EchubError:
    from echub.errors import ReadError, UnknownFormat

    kind = UnknownFormat if entry.status == "unknown" else ReadError
    return kind(entry.reason or entry.error, path=entry.path)


def _is_safe(name: str) -> bool:
    """Return whether a key is a path inside a folder, and not a ledger or a hidden name."""
    parts = name.split("/")
    last = parts[-1]
    if LEDGER.fullmatch(last) or last == LISTING:
        return False
    return not any(part in ("", ".", "..") or part.startswith(".") or "\0" in part for part in parts)
