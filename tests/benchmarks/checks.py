"""What the checks that `convert` makes cost, as a share of the conversion."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.large import large_file
from tests.benchmarks.measure import side_by_side, work


def run(bench: Bench) -> Iterator[Figure]:
    """Measure the structural checks of a large record beside its whole conversion."""
    path = large_file(bench, "CP")
    checked, converted = side_by_side(
        bench.repeats,
        lambda: work("checks", path),
        lambda: work("hub_native", path, bench.folder / "native"),
    )
    note = f"{checked.wall * 1e3:.0f} ms of {converted.wall * 1e3:.0f} ms"
    yield Figure("checks", "share of the conversion", 10, checked.wall / converted.wall * 100, "%", note=note)
