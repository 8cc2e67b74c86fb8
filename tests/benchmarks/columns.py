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
    yield _beside_yadg(bench)


def _beside_yadg(bench: Bench) -> Figure:
    what = "CP: yadg / hub, time"
    if not find_spec("yadg"):
        return Figure("columns", what, 40, None, least=True, note="yadg is not installed")
    path = large_file(bench, "CP")
    try:
        hub, yadg = side_by_side(1, lambda: work("hub_columns", path), lambda: work("yadg_tree", path))
    except RuntimeError:
        return Figure("columns", what, 40, None, least=True, note="yadg does not read the generated file")
    note = f"{hub.wall:.2f} s and {yadg.wall:.2f} s, CPU {hub.cpu:.2f} s and {yadg.cpu:.2f} s"
    return Figure("columns", what, 40, yadg.wall / hub.wall, least=True, note=note)
