"""The folder of a study's results while runs write there: what a killed run left unfinished is removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from echub.batch.locks import shared
from echub.files.output import remove_stale
from echub.files.results import CACHE, OUTCOMES, TABLES

RUN = "study"
"""The mark of a study's temporary files."""
_LOCK = ".echub-study.lock"


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
