"""Where output goes: names, clashes, and files that appear complete or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from echub.declare import Confidence
from echub.errors import EchubError, TargetClash, TargetExists, TargetNotWritable
from echub.files.annotations import is_about_files
from echub.files.detect import ask
from echub.model.source import Source
from echub.registry.boundary import PluginFault
from echub.registry.registry import registry

PathLike = str | os.PathLike[str]

LEDGER = re.compile(r"echub-ledger(\.(\d+)-of-(\d+))?\.jsonl")
"""The names of ledgers of whole folders, for all files or for one shard."""
LISTING = "echub-listing.json"
"""The name of the list of a folder in an object store."""
_TEMPORARY = re.compile(r"\.echub-(?P<run>[\w-]*)\.?[0-9a-f]{16}\.part")
_DEAD_AFTER = 86_400
"""Seconds without a write after which a temporary file is abandoned: a day, longer than any pause of a run."""

_ROOM = 65_536
"""Bytes that must find room after a failure, else the disk is called full: more than what a library left unused
when its last block found none."""


class Target(NamedTuple):
    """Where the outputs of one source go: the path they start with, or, if `exact`, the one file itself."""

    path: Path
    exact: bool = False

    @classmethod
    def of(cls, source: Path, output: PathLike | None = None, path: PathLike | None = None) -> Target:
        """Return the file `path`, else the source's name in the folder `output`, else next to the source."""
        if path is not None:
            return cls(Path(path), exact=True)
        return cls(source if output is None else Path(output) / source.name)

    def paths(self, suffixes: Sequence[str]) -> list[Path]:
        """Return the path of each part; a part whose suffix extends another's is its companion.

        Raises `TargetClash` if there are several parts and the target is one file.
        """
        if not self.exact:
            return [self._with(suffix) for suffix in suffixes]
        main = [s for s in suffixes if not any(s != other and s.startswith(other) for other in suffixes)]
        if len(main) != 1:
            raise TargetClash(
                "the output is several files, and one is named",
                path=str(self.path),
                found=", ".join(main) or "nothing to write",
                hint="name a folder instead",
            )
        return [self._with(suffix.removeprefix(main[0])) for suffix in suffixes]

    def _with(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)


@dataclass(frozen=True)
class Job:
    """One source and the start of its output paths.

    `named`: the user named the file itself; `key`: its path in the mirrored tree; `problem`:
    why it cannot be converted, if known from planning.
    """

    source: Path
    stem: Path
    named: bool = True
    key: str = ""
    problem: EchubError | None = None


@dataclass(frozen=True)
class PreviousOutputs:
    """Output of earlier runs: sha256 by path.

    Such a file may be replaced, and one that equals the new output stays; no other may, unless
    `anything` may. `run` marks the temporary files, so that a later run can recognise them.
    """

    written: Mapping[str, frozenset[str]] = field(default_factory=dict)
    run: str = ""
    anything: bool = False


class Written(NamedTuple):
    """One file that was written, as `write_atomically` left it."""

    path: str
    size: int
    sha256: str


def plan(paths: Sequence[Path], out: Path | None) -> list[Job]:
    """List the files to convert: those named and those found in folders, with mirrored output paths.

    In a folder, hidden files are skipped, what is about other files (sidecars, tables of metadata, studies), what
    echub itself wrote (its native files) and what is not a file (pipes, sockets); links to folders are not
    followed. A folder that may not be listed is itself an entry, so that it is reported. Raises `TargetClash` if
    two sources would have one output.
    """
    jobs: dict[str, Job] = {}
    for job in (job for path in paths for job in _jobs(path, out)):
        first = jobs.setdefault(os.path.abspath(job.stem), job)
        if os.path.abspath(first.source) != os.path.abspath(job.source):
            raise TargetClash(
                f"two sources would be written to {job.stem}",
                found=f"{first.source} and {job.source}",
                hint="convert them to different folders with -o",
            )
        if job.named and not first.named:  # found in a folder and also named
            jobs[os.path.abspath(job.stem)] = job
    return list(jobs.values())


def _jobs(path: Path, out: Path | None) -> Iterator[Job]:
    if not path.is_dir():
        yield Job(path, (out / path.name) if out else path, key=path.name)
        return
    for found in _walk(path, out):
        inside = found.relative_to(path)
        yield Job(found, (out / inside) if out else found, named=False, key=inside.as_posix())


def _walk(folder: Path, out: Path | None) -> Iterator[Path]:
    """Walk a folder in a fixed order, leaving out what echub itself writes or reads as sidecars."""
    skip = os.path.realpath(out) if out else None
    yield from _below(folder, _is_source, lambda path: os.path.realpath(path) != skip)


def files_below(folder: Path) -> Iterator[Path]:
    """List the files of a folder and of those in it, without hidden ones and what is about other files."""
    yield from _below(folder, lambda path: not path.name.startswith(".") and not is_about_files(path))


def _below(
    folder: Path, is_wanted: Callable[[Path], bool], is_entered: Callable[[Path], bool] = lambda _: True
) -> Iterator[Path]:
    """Walk a folder in a fixed order; a folder that may not be listed comes last, to be reported when opened."""
    closed: list[Path] = []
    for root, folders, files in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        here = Path(root)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and is_entered(here / f))
        yield from (here / name for name in sorted(files) if is_wanted(here / name))
    yield from closed


def _is_source(path: Path) -> bool:
    name = path.name
    if name.startswith(".") or LEDGER.fullmatch(name) or is_about_files(path):
        return False
    if not os.path.isfile(path):
        return os.path.islink(path)  # a broken link is reported when it is opened
    return not _is_record(path)


def _is_record(path: Path) -> bool:
    """Return whether a file holds a record as echub wrote it: a mere name ending in .h5 does not say so."""
    readers = [r for r in registry().readers.values() if r.content and path.name.endswith(r.suffixes)]
    try:
        return any(ask(reader, Source(path)).confidence > Confidence.NO for reader in readers)
    except EchubError:  # reported when it is opened
        return False


def require_free(target: Path, *, force: bool) -> None:
    """Raise `TargetExists` unless the target may be written."""
    if not force and os.path.lexists(target):
        raise TargetExists(
            "the output exists already", path=str(target), hint="--force replaces it, -o writes elsewhere"
        )


def write_atomically(
    parts: Sequence[tuple[Path, Callable[[Path], object]]],
    earlier: PreviousOutputs | None = None,
    *,
    run: str = "",
) -> list[Written]:
    """Write files under temporary names and rename them when all are complete.

    An error or an interruption leaves no partial file. With `earlier`, targets that are not what
    earlier runs or this one would write raise `TargetExists`, and what was written is given with
    its hashes. `run` marks the temporary files, as `earlier.run` does. Raises `TargetNotWritable` for
    what the operating system refuses.
    """
    temporary: list[tuple[Path, Path]] = []
    run = run or (earlier.run if earlier is not None else "")
    mark = f"{run}." if run else ""
    try:
        for target, write in parts:
            with refusals(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                if target.is_dir():
                    raise IsADirectoryError(errno.EISDIR, "the output is a folder")
                # A short name: the target's plus a suffix could be too long. A unique one: two threads may write.
                path = target.with_name(f".echub-{mark}{os.urandom(8).hex()}.part")
                temporary.append((path, target))
                write(path)
        written = [] if earlier is None else [_settled(path, target, earlier) for path, target in temporary]
        for path, target in temporary:
            with refusals(target):
                os.replace(path, target)
    finally:
        for path, _ in temporary:
            with suppress(OSError):
                path.unlink(missing_ok=True)
    return written


def write_bytes(path: Path, data: bytes, *, run: str = "") -> None:
    """Write one file completely or not at all; raise `TargetNotWritable`."""
    write_atomically([(path, lambda temporary: _put(temporary, data))], run=run)


def write_text(path: Path, text: str) -> None:
    """Write one UTF-8 text completely or not at all, its line ends as they are; raise `TargetNotWritable`."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _settled(path: Path, target: Path, earlier: PreviousOutputs) -> Written:
    """Hash a complete file, and refuse to let it replace anything but earlier output."""
    made = Written(str(target), path.stat().st_size, file_sha256(path))
    if os.path.lexists(target) and not earlier.anything:
        allowed = {made.sha256, *earlier.written.get(str(target), ())}
        if not target.is_file() or file_sha256(target) not in allowed:
            raise TargetExists(
                "the output exists already, and is not what echub wrote there",
                path=str(target),
                cause="it was changed, or made from another source or by another run without a ledger",
                hint="--force replaces it, -o writes elsewhere",
            )
    return made


def file_sha256(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_stale(folder: Path, run: str) -> None:
    """Remove temporary files of dead runs in a tree: those of `run`, and abandoned ones after a day.

    The caller makes sure that no run with that mark is alive.
    """
    for root, _, files in os.walk(folder):
        for name in files:
            found = _TEMPORARY.fullmatch(name)
            if found is not None:
                with suppress(OSError):
                    _remove_if_dead(Path(root, name), found["run"], run)


def _remove_if_dead(path: Path, owner: str, run: str) -> None:
    if owner == run or (not owner and time.time() - path.stat().st_mtime > _DEAD_AFTER):
        path.unlink()


@contextmanager
def refusals(target: Path) -> Iterator[None]:
    """Raise `TargetNotWritable` for what the operating system refuses while `target` is written.

    A library may report a full disk as any error of its own (HDF5 as `RuntimeError`, polars as a damaged table,
    PDF as one of zlib): the disk itself is asked then. What is not the disk's fault is raised as it is.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise not_writable(target, error) from error
    except Exception as error:
        if not isinstance(error, EchubError) or isinstance(error, PluginFault):
            _require_room(target, error)
        raise


def _require_room(target: Path, error: Exception) -> None:
    """Raise `TargetNotWritable` if nothing more can be written next to the target."""
    path = target.with_name(f".echub-{os.urandom(8).hex()}.part")
    try:
        path.write_bytes(bytes(_ROOM))
    except OSError as refused:
        raise not_writable(target, refused) from error
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def not_writable(target: Path, error: Exception) -> TargetNotWritable:
    """Build the error for what the operating system refused, with its reason."""
    number = getattr(error, "errno", None) or _errno_in(str(error))
    causes = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the quota is used up",
        errno.EFBIG: "the file would be larger than allowed here",
        errno.EACCES: "no permission to write there",
        errno.EPERM: "no permission to write there",
        errno.EROFS: "the file system is read-only",
        errno.EISDIR: "a folder has that name",
        errno.ENOTDIR: "a part of the path is a file, not a folder",
        errno.EEXIST: "a part of the path is a file, not a folder",
        errno.ENAMETOOLONG: "the name is too long for this file system",
    }
    return TargetNotWritable(
        "the output cannot be written; nothing was left behind",
        path=str(target),
        found=str(error).splitlines()[0] if str(error) else type(error).__name__,
        cause=causes.get(number or 0),
    )


def _errno_in(text: str) -> int | None:
    """Find the errno in the message of HDF5 or of a writer's library."""
    match = re.search(r"(?:errno =|os error) (\d+)", text)
    return int(match[1]) if match else None
