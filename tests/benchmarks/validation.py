"""What `echub validate` costs: 10 M rows by 10 columns at level 1, and many small files at level 0.

    python -m tests.benchmarks.validation

prints seconds beyond imports, and files per second of one process. Targets: 0.5 s; 200 files/s.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import echub
from echub import store
from echub.column import Column
from echub.dataset import Dataset
from echub.record import Record
from echub.validation import Checks, check_record, find_files, run

QUANTITIES = ("potential_we", "voltage", "current", "potential_ce", "temperature", "power_we", "charge")
UNITS = {"current": "mA", "temperature": "degC", "power_we": "W", "charge": "mA*h"}


def large(rows: int = 10_000_000) -> Record:
    """Make a sound table of ten columns: row, time (float64), cycle, and seven float32."""
    rng = np.random.default_rng(1)
    columns = [
        Column("row", np.arange(rows, dtype=np.uint32), "record", "1", "reported"),
        Column("time", np.arange(rows) * 0.1, "time", "s"),
        Column("cycle", (np.arange(rows) // 100_000).astype(np.uint8), "cycle", "1"),
    ]
    for name in QUANTITIES:
        sign = "anodic_positive" if name in ("current", "charge") else None
        columns.append(Column(name, rng.random(rows, np.float32), name, UNITS.get(name, "V"), sign=sign))
    return Record([Dataset("timeseries", {column.name: column for column in columns})])


def timed(work: Callable[[], object]) -> float:
    """Give the best of three runs, in seconds."""
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def table_in_memory(record: Record) -> float:
    """Time level 1 on a record that was read: s."""
    return timed(lambda: list(check_record(record, level=1)))


def table_in_file(path: Path) -> float:
    """Time level 1 on a native file, reading and decompression included: s."""
    return timed(lambda: list(run([(path, True)], Checks(level=1))))


def small_files(folder: Path, count: int = 1000) -> float:
    """Time level 0 on copies of a small converted file: files per second and process."""
    echub.convert("fixtures/eclab/gcpl.mpr", folder / "small.mpr")
    data = (folder / "small.mpr.h5").read_bytes()
    for number in range(count):
        (folder / f"{number}.h5").write_bytes(data)
    files = find_files([folder])
    return len(files) / timed(lambda: list(run(files, Checks(level=0))))


def main() -> None:
    """Print the figures."""
    record = large()
    print(f"10 M rows x 10 columns, level 1, in memory: {table_in_memory(record):.3f} s")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.h5"
        store.write(record, path)
        del record
        print(f"the same from a native file of {path.stat().st_size / 1e6:.0f} MB: {table_in_file(path):.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        print(f"1000 small native files, level 0: {small_files(Path(folder)):.0f} per second")


if __name__ == "__main__":
    main()
