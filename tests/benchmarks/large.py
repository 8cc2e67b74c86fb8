"""The large files that several benchmarks read: made once, in a process of their own."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.budget import Bench
from tests.benchmarks.measure import work


def large_file(bench: Bench, technique: str) -> Path:
    """Return an `.mpr` of a technique: both get derived columns."""
    path = bench.folder / f"{technique}_{bench.megabytes:g}.mpr"
    if not path.exists():
        part = path.with_suffix(".part")
        work("write_large", part, bench.megabytes, technique)
        part.rename(path)
    return path
