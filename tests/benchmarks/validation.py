"""What `echub validate` costs: 10 M rows by 10 columns at level 1, and many small files at level 0."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import echub
from echub.files import store
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.validation.validation import Checks, check_record, find_files
from echub.validation.validation import run as validate
from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.pieces import TEN

ROWS, FILES = 10_000_000, 1000
_SIGNED = ("current", "charge")
_SMALL = Path(__file__).parents[2] / "fixtures" / "eclab" / "gcpl.mpr"


def run(bench: Bench) -> Iterator[Figure]:
    """Measure in this process, imports left out."""
    record = large()
    seconds = _best(bench.repeats, lambda: list(check_record(record, level=1)))
    yield Figure("validate", "10 M rows × 10 columns, level 1, a record in memory", 0.5, seconds, "s")
    path = bench.folder / "validated.h5"
    store.write(record, path)
    seconds = _best(bench.repeats, lambda: list(validate([(path, True)], Checks(level=1))))
    note = f"{path.stat().st_size / 1e6:.0f} MB of native file, reading included"
    yield Figure("validate", "the same from its native file", 0.5, seconds, "s", note=note)
    files = find_files([small_files(bench.folder / "small_natives")])
    seconds = _best(bench.repeats, lambda: list(validate(files, Checks(level=0))))
    yield Figure("validate", "small native files, level 0", 200, len(files) / seconds, "1/s", least=True)


def large() -> Record:
    """Make a sound table of ten columns: row, time (float64), cycle, and seven float32."""
    rng = np.random.default_rng(1)
    count = np.arange(ROWS, dtype=np.uint32)
    columns = [
        Column("row", count, "record", "1", "reported"),
        Column("time", count * 0.1, "time", "s"),
        Column("cycle", (count // 100_000).astype(np.uint8), "cycle", "1"),
    ]
    for name, unit in TEN.items():
        sign = "anodic_positive" if name in _SIGNED else None
        columns.append(Column(name, rng.random(ROWS, np.float32), name, unit, sign=sign))
    return Record([Dataset("timeseries", {column.name: column for column in columns})])


def small_files(folder: Path) -> Path:
    """Write many copies of a small converted file."""
    folder.mkdir()
    echub.convert(_SMALL, path=folder / "first.mpr.h5")
    data = (folder / "first.mpr.h5").read_bytes()
    for number in range(1, FILES):
        (folder / f"{number}.h5").write_bytes(data)
    return folder


def _best(repeats: int, work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)
