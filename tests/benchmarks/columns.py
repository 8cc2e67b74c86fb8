"""A large file to columns in memory, beside galvani with a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.large import large_file
from tests.benchmarks.measure import side_by_side, work


def run(bench: Bench) -> Iterator[Figure]:
    """Measure time and peak memory of both, for a file that needs no derived columns and one that does."""
    if not (find_spec("galvani") and find_spec("pandas")):
        yield Figure("columns", "galvani + DataFrame / hub", 4, None, least=True, note="galvani is not installed")
        return
    for technique in ("CP", "GCPL"):
        path = large_file(bench, technique)
        hub, galvani = side_by_side(
            bench.repeats, lambda p=path: work("hub_columns", p), lambda p=path: work("galvani_frame", p)
        )
        times = f"{hub.wall:.2f} s and {galvani.wall:.2f} s, CPU {hub.cpu:.2f} s and {galvani.cpu:.2f} s"
        sizes = f"{hub.memory:.0f} MB and {galvani.memory:.0f} MB"
        faster, lighter = galvani.wall / hub.wall, hub.memory / galvani.memory
        yield Figure("columns", f"{technique}: galvani + DataFrame / hub, time", 4, faster, least=True, note=times)
        yield Figure("columns", f"{technique}: hub / galvani + DataFrame, peak memory", 0.25, lighter, note=sizes)
    if not find_spec("yadg"):
        yield Figure("columns", "yadg / hub, time", 40, None, least=True, note="yadg is not installed")
