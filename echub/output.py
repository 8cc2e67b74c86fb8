"""Where output goes: names, clashes, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from echub.annotate import FOLDER_FILE, SIDECAR_SUFFIX
from echub.errors import TargetClash, TargetExists, TargetNotWritable


@dataclass(frozen=True)
class Job:
    """One source and the path that its outputs begin with; `named`: the user named the file itself."""

    source: Path
    stem: Path
    named: bool = True


def plan(paths: Sequence[Path], out: Path | None) -> list[Job]:
    """List the files to convert: those named, and those found in folders, with mirrored outputs.

    Hidden files, sidecars, native files and what is no file (pipes, sockets) are passed over in a
    folder; links to folders are not followed. A folder that may not be listed stands for itself, so
    that it is reported. Raises `TargetClash` where two sources would have one output.
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
        if job.named and not first.named:  # met in a folder and named as well
            jobs[os.path.abspath(job.stem)] = job
    return list(jobs.values())


def _jobs(path: Path, out: Path | None) -> Iterator[Job]:
    if not path.is_dir():
        yield Job(path, (out / path.name) if out else path)
        return
    for found in _walk(path, out):
        yield Job(found, (out / found.relative_to(path)) if out else found, named=False)


def _walk(folder: Path, out: Path | None) -> Iterator[Path]:
    """Walk a folder in a fixed order, leaving out what echub itself writes or reads as sidecars."""
    skip = os.path.realpath(out) if out else None
    closed: list[Path] = []
    for root, folders, files in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        here = Path(root)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and os.path.realpath(here / f) != skip)
        yield from (here / name for name in sorted(files) if _is_source(here / name))
    yield from closed


def _is_source(path: Path) -> bool:
    if path.name.startswith(".") or path.name == FOLDER_FILE or path.name.endswith((SIDECAR_SUFFIX, ".h5")):
        return False
    return os.path.isfile(path) or os.path.islink(path)  # a broken link is reported when it is opened


def require_free(target: Path, *, force: bool) -> None:
    """Raise `TargetExists` unless the target may be written."""
    if not force and os.path.lexists(target):
        raise TargetExists(
            "the output exists already", path=str(target), hint="--force replaces it, -o FOLDER writes elsewhere"
        )


def write_atomically(parts: Sequence[tuple[Path, Callable[[Path], None]]]) -> None:
    """Write files under temporary names and rename them when all are complete.

    An error or an interruption leaves no part behind. Raises `TargetNotWritable` for what the
    operating system refuses.
    """
    temporary: list[tuple[Path, Path]] = []
    target = Path()
    try:
        for target, write in parts:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "the output is a folder")
            # A short name of its own: as long as the target's it could be too long, and two threads may write.
            path = target.with_name(f".echub-{secrets.token_hex(8)}.part")
            temporary.append((path, target))
            write(path)
        for path, target in temporary:
            os.replace(path, target)
    except (OSError, RuntimeError) as error:  # HDF5 reports a full disk as RuntimeError
        raise _not_writable(target, error) from error
    finally:
        for path, _ in temporary:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _not_writable(target: Path, error: Exception) -> TargetNotWritable:
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
    """Find the error number in the message of HDF5 or of a writer's library."""
    import re

    match = re.search(r"(?:errno =|os error) (\d+)", text)
    return int(match[1]) if match else None
