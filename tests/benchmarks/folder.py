"""Ten thousand small files by the command: what a second process brings, and what a second run costs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.measure import Sample, process
from tests.benchmarks.work import SMALL

FILES = 10_000


def run(bench: Bench) -> Iterator[Figure]:
    """Convert a folder with one process and with two, and once more where nothing changed.

    `ECHUB_FOLDER_FILES` makes the folder smaller, for a quick look.
    """
    count = int(os.environ.get("ECHUB_FOLDER_FILES", FILES))
    folder = _folder(bench.folder / "many", count)
    one = _convert(folder, bench.folder / "one", 1)
    two = _convert(folder, bench.folder / "two", 2)
    again = _convert(folder, bench.folder / "two", 2)
    yield Figure("folder", f"{count} files, two processes / one, speed", 1.7, one.wall / two.wall, least=True)
    yield Figure("folder", "nothing changed / converting, time", None, again.wall / two.wall)
    yield Figure("folder", "the parent's own time / all", None, two.cpu / two.wall)


def _folder(folder: Path, count: int) -> Path:
    for number in range(count):
        path = folder / f"{number // 100:03}" / f"{number}.mpr"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SMALL, path)
    return folder


def _convert(folder: Path, out: Path, jobs: int) -> Sample:
    program = str(Path(sys.executable).with_name("echub"))
    return process([program, "convert", str(folder), "-o", str(out), "--jobs", str(jobs)])
