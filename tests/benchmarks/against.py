"""The tree at hand against an earlier commit and against peers: ``python -m tests.benchmarks --against COMMIT``.

Both trees run with the packages of this environment; the earlier one is unpacked from the history of the
repository. The sides of a ratio take turns, and the best of several repeats counts on either side.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tests.benchmarks import installed, peers
from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.large import large_file
from tests.benchmarks.measure import ROOT, process, work
from tests.benchmarks.pieces import SMALL
from tests.benchmarks.sides import REASONS, Side, Tree, ratios


def processor() -> str:
    """Say which processor this is, and which of the instructions it has that hashing depends on."""
    flags: set[str] = set()
    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            flags |= set(value.split()) if key.strip() in ("flags", "Features") else set()
            name = value.strip() if key.strip() == "model name" else name
    seen = {"SHA": {"sha_ni", "sha2"}, "AVX2": {"avx2"}, "AVX-512": {"avx512f"}}
    words = [f"{word} {'yes' if flags & names else 'no'}" for word, names in seen.items()]
    return f"{name}, {os.cpu_count()} cores; instructions: {', '.join(words if flags else ['unknown'])}"


def run(bench: Bench, commit: str, only: Sequence[str] = ()) -> Iterator[Figure]:
    """Measure every row of the table in one run, or some `PARTS` of it; say on the way what is being measured."""
    now, then = Tree(ROOT), Tree.of_commit(commit, bench.folder / "then")
    mpr = large_file(bench, "CP")
    for name, part in PARTS.items():
        if not only or name in only:
            print(f"{name} …", file=sys.stderr, flush=True)
            yield from part(bench, commit, now, then, mpr)


def _binaries(bench: Bench, commit: str, now: Tree, then: Tree, mpr: Path) -> Iterator[Figure]:
    """Measure reading and converting `.mpr`, large and small."""
    out = bench.folder
    for what, name, targets, arguments in (
        ("mpr → columns", "columns", {"CPU": 0.4}, (mpr,)),
        ("mpr → native", "native", {"CPU": 0.5, "wall": 0.5, "peak memory": 0.35}, (mpr, out)),
        ("small mpr in a batch", "batch", {"CPU": 0.5}, (SMALL, out)),
    ):
        sides = [partial(tree.piece, name, *arguments) for tree in (now, then)]
        yield from ratios(bench, what, commit, targets, *sides)
    native, copying = partial(now.piece, "native", mpr, out), partial(now.piece, "copy", mpr, out)
    yield from ratios(bench, "mpr → native", "read + write", {"wall": 1.5}, native, copying)
    small, copies = partial(now.piece, "batch", SMALL, out), partial(now.piece, "copies", SMALL, out)
    yield from ratios(bench, "small mpr in a batch", "raw copy", {"CPU": 8}, small, copies)
    yield from _memory(bench, native, now, mpr)


def _memory(bench: Bench, native: Side, now: Tree, mpr: Path) -> Iterator[Figure]:
    """Measure the peak memory of a conversion against the file, and that of a very large file."""
    held, size = native().memory, mpr.stat().st_size / 1e6
    here = f"{held:.0f} MB of {size:.0f}"
    why = REASONS["mpr → native", "peak memory"]
    yield Figure(
        "mpr → native", "", 0.4, held / size, cost="peak memory", other="size of the file", here=here, note=why
    )
    what, why = f"{bench.gigabytes or 4:g} GB → native", ""
    peak: float | None = None
    if bench.gigabytes:
        huge = large_file(replace(bench, megabytes=1000 * bench.gigabytes), "CP")
        peak = now.command("convert", str(huge), "-o", str(bench.folder / "huge")).memory
        huge.unlink()
    else:
        why = "only with --gigabytes 4, which needs 7 GB of disk"
    yield Figure(what, "", 700, peak, "MB", cost="peak memory", other="whole process", note=why)


def _texts(bench: Bench, commit: str, now: Tree, then: Tree, _mpr: Path) -> Iterator[Figure]:
    """Measure reading a text export and a table, against the commit and against polars alone."""
    text, bare, rows = bench.folder / "run.mpt", bench.folder / "run.tsv", bench.folder / "table.csv"
    work("write_large_text", text, bare, 0.3 * bench.megabytes)
    work("write_table", rows, 2 * bench.megabytes)
    for what, path, target, alone, least in (
        ("mpt → columns", text, 0.6, partial(work, "polars_export", bare), 1.4),
        ("table → columns", rows, 0.65, partial(work, "polars_table", rows), 1.3),
    ):
        ours, theirs = partial(now.piece, "columns", path), partial(then.piece, "columns", path)
        yield from ratios(bench, what, commit, {"CPU": target, "peak memory": 1}, ours, theirs)
        yield from ratios(bench, what, "bare polars", {"wall": least, "peak memory": None}, ours, alone)
    if peers.has_galvani():
        ours, galvani = partial(now.piece, "columns", text), partial(now.piece, "galvani_text", text)
        slow = replace(bench, repeats=1)
        yield from ratios(slow, "mpt → columns", "galvani", {"wall": 0.1}, ours, galvani)


def _natives(bench: Bench, commit: str, now: Tree, then: Tree, mpr: Path) -> Iterator[Figure]:
    """Measure reading two columns of many native files, and validating a large one."""
    out, count = bench.folder, max(20, int(5 * bench.megabytes))  # 1000 at the full size
    what = "two columns of native files"
    two, before = (partial(tree.piece, "two_columns", SMALL, out, count) for tree in (now, then))
    yield from ratios(bench, what, commit, {"CPU": 0.3}, two, before)
    h5py = partial(now.piece, "two_columns_h5py", SMALL, out, count)
    yield from ratios(bench, what, "h5py", {"CPU": 1.5}, two, h5py)
    files = [out / f"ten_columns_{name}.h5" for name in ("now", "then")]
    for tree, file in zip((now, then), files, strict=True):
        tree.piece("write_ten_columns", file, 50_000 * bench.megabytes)  # 10 M rows at the full size
    ours, theirs = (partial(t.piece, "validate", f) for t, f in zip((now, then), files, strict=True))
    targets = {"CPU": 0.35, "wall": 0.35, "peak memory": None}
    yield from ratios(bench, "validate 10 columns", commit, targets, ours, theirs)
    for what, name, target, arguments in (
        ("a native file without its values", "described", {"CPU": 1.2}, (SMALL, out)),
        ("verify a native file", "verify", {"peak memory": None}, (mpr, out)),
    ):
        ours, theirs = (partial(tree.piece, name, *arguments) for tree in (now, then))
        yield from ratios(bench, what, commit, target, ours, theirs)


def _processes(bench: Bench, commit: str, now: Tree, then: Tree, _mpr: Path) -> Iterator[Figure]:
    """Measure whole processes: the help page, and one small file."""
    bare, h5py = (partial(process, [sys.executable, "-c", code]) for code in ("pass", "import h5py"))
    help_now, help_then = (partial(tree.command, "--help") for tree in (now, then))
    yield from ratios(bench, "echub --help", commit, {"CPU": 0.9}, help_now, help_then)
    yield from ratios(bench, "echub --help", "bare Python", {"CPU": 6}, help_now, bare)
    arguments = ("convert", str(SMALL), "-o", str(bench.folder / "one"), "--force")
    one_now, one_then = (partial(tree.command, *arguments) for tree in (now, then))
    yield from ratios(bench, "one small file, whole process", commit, {"CPU": 0.85}, one_now, one_then)
    yield from ratios(bench, "one small file, whole process", "import h5py", {"CPU": 1.5}, one_now, h5py)


def _peers(bench: Bench, _commit: str, now: Tree, _then: Tree, mpr: Path) -> Iterator[Figure]:
    yield from peers.run(bench, now, mpr)


def _sizes(bench: Bench, commit: str, now: Tree, then: Tree, _mpr: Path) -> Iterator[Figure]:
    yield from installed.run(now.folder, then.folder, commit, peers.yadg(bench))


PARTS = {
    "binaries": _binaries,
    "texts": _texts,
    "natives": _natives,
    "processes": _processes,
    "peers": _peers,
    "sizes": _sizes,
}
"""The parts of the table, each of which can be measured alone."""
