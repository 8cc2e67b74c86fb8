"""The folders of a study: how its files are called, and that of the results while runs write there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from echub.batch.locks import shared
from echub.files.output import remove_stale
from echub.files.results import CACHE, OUTCOMES, TABLES

RUN = "study"
"""The mark of a study's temporary files."""
_LOCK = ".echub-study.lock"


def names_of(files: Sequence[Path], folder: Path) -> dict[Path, str]:
    """Return what each file is called: its name, or its path in the study's folder if others share it."""
    counts = Counter(file.name for file in files)
    return {file: file.name if counts[file.name] == 1 else inside(file, folder) for file in files}


def inside(file: Path, folder: Path) -> str:
    """Return the path as seen from a folder, so that it is the same wherever that lies."""
    path, within = file.absolute(), folder.absolute()
    return (path.relative_to(within) if path.is_relative_to(within) else path).as_posix()


@contextmanager
def writing_in(output: Path) -> Iterator[None]:
    """Write into a folder of results; temporary files there are removed first if no other run writes there."""
    with shared(output / CACHE / _LOCK, partial(_tidy, output)):
        yield


def _tidy(output: Path) -> None:
    for path in output.glob(f".echub-{RUN}.*.part"):  # only the folder itself: a user may have named any
        path.unlink(missing_ok=True)
    for name in (OUTCOMES, TABLES, CACHE):
        remove_stale(output / name, RUN)
