"""A large file to a compressed native file, beside reading and writing the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.large import large_file
from tests.benchmarks.measure import side_by_side, work

CASES = (
    ("CP", (), "CP (nothing derived)"),
    ("GCPL", (), "GCPL (derived columns)"),
    ("GCPL", ("bare",), "GCPL, derived=none"),
)


def run(bench: Bench) -> Iterator[Figure]:
    """Measure into the page cache, and down to the disk; and the peak memory of a conversion."""
    target = bench.folder / "native"
    for technique, options, label in CASES:
        path = large_file(bench, technique)
        for synced, how in (((), "page cache"), (("synced",), "to the disk")):
            copying = partial(work, "copy", path, target, *synced)
            converting = partial(work, "hub_native", path, target, *options, *synced)
            copied, converted = side_by_side(bench.repeats, copying, converting)
            note = (
                f"{converted.wall:.2f} s and {copied.wall:.2f} s, CPU {converted.cpu:.2f} s and {copied.cpu:.2f} s"
            )
            yield Figure("native file", f"{label} / copy, {how}", 1.5, converted.wall / copied.wall, note=note)
        size = path.stat().st_size / 1e6
        note = f"{converted.memory:.0f} MB"
        yield Figure("native file", f"{label}, extra peak / file", 1.1, converted.memory / size, note=note)
