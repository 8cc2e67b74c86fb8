"""A large table with decimal commas, beside polars told its dialect; and how long looking takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.measure import side_by_side, work

SMALL = Path(__file__).parents[2] / "fixtures" / "tables" / "nasty" / "files" / "preamble-199.csv"
_ROWS = 200_000


def run(bench: Bench) -> Iterator[Figure]:
    """Measure reading against polars, its memory against the file, and the inference on a small file."""
    path = bench.folder / f"table_{bench.megabytes:g}.csv"
    if not path.exists():
        work("write_table", path, bench.megabytes)
    hub, bare = side_by_side(bench.repeats, lambda: work("hub_table", path), lambda: work("polars_table", path))
    times = f"{hub.wall:.2f} s and {bare.wall:.2f} s, CPU {hub.cpu:.2f} s and {bare.cpu:.2f} s"
    yield Figure("tables", "hub / polars told the dialect, time", 1.3, hub.wall / bare.wall, note=times)
    size = path.stat().st_size / 1e6
    sizes = f"{hub.memory:.0f} MB for {size:.0f} MB; polars {bare.memory:.0f} MB"
    yield Figure("tables", "peak memory / file", 2.0, hub.memory / size, note=sizes)
    sniffed = min(work("sniff_table", SMALL).wall for _ in range(bench.repeats))
    yield Figure(
        "tables", "dialect of a small file", 10, sniffed * 1e3, "ms", note=f"{SMALL.stat().st_size} bytes"
    )


def write_large(path: Path, megabytes: float) -> None:
    """Write six columns of numbers with decimal commas, a block at a time, until the file is that large."""
    import numpy as np
    import polars as pl

    chance = np.random.default_rng(7)
    written = 0
    with path.open("wb") as file:
        file.write(b"t / s;U / V;I / mA;Q charge / mAh;T / degC;cycle\n")
        while file.tell() < megabytes * 1e6:
            columns = {
                "t": np.arange(written, written + _ROWS) * 0.5,
                "U": np.round(chance.normal(3.7, 0.1, _ROWS), 6),
                "I": chance.normal(0, 1, _ROWS),
                "Q": np.round(chance.random(_ROWS), 5),
                "T": np.round(chance.normal(25, 0.1, _ROWS), 3),
                "cycle": np.full(_ROWS, written // _ROWS + 1),
            }
            block = pl.DataFrame(columns).write_csv(separator=";", decimal_comma=True, include_header=False)
            file.write(block.encode())
            written += _ROWS
