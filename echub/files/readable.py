"""What a folder holds: every file that can be read, with its metadata and kinds of data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from echub.errors import EchubError, SourceNotFound
from echub.files.output import Job, plan
from echub.files.reading import read
from echub.model.later import settled
from echub.model.metadata import Metadata


@dataclass(frozen=True)
class Readable:
    """A readable file: its path, its name within the folder, its metadata, the kinds of its datasets."""

    path: Path
    name: str
    metadata: Metadata
    kinds: frozenset[str]


def readable(folder: Path, watched: Callable[[Sequence[Job]], Iterable[Job]] = iter) -> list[Readable]:
    """Read every file of a folder that can be read; the others are left out.

    `watched` iterates over the files, such as with a progress bar. Raises `SourceNotFound` for what is not a
    folder.
    """
    if not folder.is_dir():
        raise SourceNotFound("this is not a folder", path=str(folder), expected="a folder with instrument files")
    found = []
    for job in watched(plan([folder], None)):
        try:
            record = settled(read(job.source))
        except EchubError:
            continue
        name = job.source.relative_to(folder).as_posix()
        kinds = frozenset(dataset.kind for dataset in record.datasets.values())
        found.append(Readable(job.source, name, record.metadata, kinds))
    return found
