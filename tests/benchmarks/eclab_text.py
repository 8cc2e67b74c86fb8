"""A large EC-Lab text to columns, beside the bare polars table, galvani and yadg; and what siblings cost."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.measure import side_by_side, work

MEGABYTES = 60
RIVALS = (("galvani", "galvani_text", 8.0), ("yadg", "yadg_text", 100.0))


def run(bench: Bench) -> Iterator[Figure]:
    """Measure reading with units against each, and against polars on the table without its head."""
    path = bench.folder / "large.mpt"
    bare = path.with_suffix(".tsv")
    work("write_large_text", path, bare, MEGABYTES)
    hub, polars = side_by_side(
        bench.repeats, partial(work, "hub_columns", path), partial(work, "polars_export", bare)
    )
    note = f"{hub.wall:.2f} s and {polars.wall:.2f} s, {hub.memory:.0f} MB and {polars.memory:.0f} MB"
    yield Figure("text", "hub / polars.read_csv of the bare table, time", 1.5, hub.wall / polars.wall, note=note)
    for package, name, budget in RIVALS:
        what = f"{package} / hub, time"
        if not find_spec(package):
            yield Figure("text", what, budget, None, least=True, note=f"{package} is not installed")
            continue
        ours, theirs = side_by_side(1, partial(work, "hub_columns", path), partial(work, name, path))
        note = f"{ours.wall:.2f} s and {theirs.wall:.2f} s"
        yield Figure("text", what, budget, theirs.wall / ours.wall, least=True, note=note)
    yield _siblings(bench)


def _siblings(bench: Bench) -> Figure:
    """Measure what looking for a sibling and reading it adds to one file, in milliseconds."""
    folder = Path(bench.folder) / "siblings"
    folder.mkdir(exist_ok=True)
    work("write_run_without_log", folder)
    used, alone = side_by_side(
        bench.repeats, partial(work, "read_run", folder, "siblings"), partial(work, "read_run", folder, "alone")
    )
    added = (used.wall - alone.wall) / 20 * 1000
    note = f"20 reads: {used.wall * 1000:.0f} ms and {alone.wall * 1000:.0f} ms"
    return Figure("text", "a sibling .mpl adds, ms per file", 5.0, added, note=note)
