"""One small file, the whole process with the command line, beside the import of h5py."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.measure import process, side_by_side
from tests.benchmarks.work import SMALL


def run(bench: Bench) -> Iterator[Figure]:
    """Measure `echub convert` of a small `.mpr` to a native file."""
    program = str(Path(sys.executable).with_name("echub"))
    convert = [program, "convert", str(SMALL), "-o", str(bench.folder), "--force"]
    importing, converting = side_by_side(
        3 * bench.repeats, lambda: process([sys.executable, "-c", "import h5py"]), lambda: process(convert)
    )
    note = f"CPU {converting.cpu * 1e3:.0f} ms, import h5py {importing.cpu * 1e3:.0f} ms"
    yield Figure("small file", "whole process / import h5py", 2, converting.cpu / importing.cpu, note=note)
