"""The tree at hand against an earlier commit and against peers: ``python -m tests.benchmarks --against COMMIT``.

Both trees run with the packages of this environment; the earlier one is unpacked from the history of the
repository. The sides of a ratio take turns, and the best of several repeats counts on either side.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.large import large_file
from tests.benchmarks.measure import ROOT, Sample, environment, process, side_by_side, work
from tests.benchmarks.pieces import SMALL

PIECES = Path(__file__).with_name("pieces.py")
Side = Callable[[], Sample]


@dataclass(frozen=True)
class Tree:
    """A tree of echub: its folder, and how a process comes to import it."""

    folder: Path

    @classmethod
    def of_commit(cls, commit: str, folder: Path) -> Tree:
        """Unpack a commit, with the metadata that an installation would have: its plugins are found by them."""
        packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
        with tarfile.open(fileobj=BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        points = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["echub"]
        info = folder / "echub-0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: echub\nVersion: 0\n")
        lines = [f"{name} = {module}" for name, module in points.items()]
        (info / "entry_points.txt").write_text("[echub]\n" + "\n".join(lines) + "\n")
        return cls(folder)

    @property
    def variables(self) -> dict[str, str]:
        """Return the variables of a process that imports this tree."""
        places = [self.folder, self.folder / "plugins", self.folder / "schemas"]
        return {"PYTHONPATH": os.pathsep.join(map(str, places))}

    def piece(self, name: str, *arguments: object) -> Sample:
        """Do a piece of work with this tree."""
        command = [sys.executable, str(PIECES), name, *map(str, arguments)]
        variables = environment(**self.variables)
        done = subprocess.run(command, cwd=self.folder, env=variables, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{name} failed in {self.folder}:\n{done.stderr}")
        return Sample(**json.loads(done.stdout.splitlines()[-1]))

    def command(self, *arguments: str) -> Sample:
        """Run the command line of this tree as a whole process."""
        code = "import sys; from echub.cli import main; sys.exit(main())"
        return process([sys.executable, "-P", "-c", code, *arguments], **self.variables)


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


def run(bench: Bench, commit: str) -> Iterator[Figure]:
    """Measure every row of the table in one run."""
    now, then = Tree(ROOT), Tree.of_commit(commit, bench.folder / "then")
    mpr, out = large_file(bench, "CP"), bench.folder
    for what, name, targets, arguments in (
        ("mpr → columns", "columns", {"CPU": 0.4}, (mpr,)),
        ("mpr → native", "native", {"CPU": 0.5, "wall": 0.5, "peak memory": 0.35}, (mpr, out)),
        ("small mpr in a batch", "batch", {"CPU": 0.5}, (SMALL, out)),
        ("two columns of native files", "two_columns", {"CPU": 0.3, "wall": None}, (SMALL, out)),
        ("a native file without its values", "described", {"CPU": 1.2, "wall": None}, (SMALL, out)),
        ("validate a native file", "validate", {"CPU": 0.35, "wall": 0.35, "peak memory": None}, (mpr, out)),
        ("the same at level 2", "validate", {"CPU": None, "wall": None, "peak memory": None}, (mpr, out, 2)),
        ("verify a native file", "verify", {"CPU": None, "wall": None, "peak memory": None}, (mpr, out)),
    ):
        sides = [partial(tree.piece, name, *arguments) for tree in (now, then)]
        yield from _ratios(bench, what, commit, targets, *sides)
    yield from _texts(bench, commit, now, then)
    yield from _processes(bench, commit, now, then)
    yield from _peers(bench, now, mpr)


def _texts(bench: Bench, commit: str, now: Tree, then: Tree) -> Iterator[Figure]:
    """Measure reading a text export and a table, against the commit and against polars alone."""
    text, bare, rows = bench.folder / "run.mpt", bench.folder / "run.tsv", bench.folder / "table.csv"
    work("write_large_text", text, bare, 0.3 * bench.megabytes)
    work("write_table", rows, 2 * bench.megabytes)
    for what, path, target, alone, least in (
        ("mpt → columns", text, 0.6, partial(work, "polars_export", bare), 1.4),
        ("table → columns", rows, 0.65, partial(work, "polars_table", rows), 1.3),
    ):
        ours, theirs = partial(now.piece, "columns", path), partial(then.piece, "columns", path)
        yield from _ratios(bench, what, commit, {"CPU": target}, ours, theirs)
        yield from _ratios(bench, what, "bare polars", {"wall": least, "CPU": None}, ours, alone)


def _processes(bench: Bench, commit: str, now: Tree, then: Tree) -> Iterator[Figure]:
    """Measure whole processes: the help page, and one small file."""
    bare, h5py = (partial(process, [sys.executable, "-c", code]) for code in ("pass", "import h5py"))
    help_now, help_then = (partial(tree.command, "--help") for tree in (now, then))
    yield from _ratios(bench, "echub --help", commit, {"CPU": 0.9}, help_now, help_then)
    yield from _ratios(bench, "echub --help", "bare Python", {"CPU": 6}, help_now, bare)
    arguments = ("convert", str(SMALL), "-o", str(bench.folder / "one"), "--force")
    one_now, one_then = (partial(tree.command, *arguments) for tree in (now, then))
    yield from _ratios(bench, "one small file, whole process", commit, {"CPU": 0.85}, one_now, one_then)
    yield from _ratios(bench, "one small file, whole process", "import h5py", {"CPU": 1.5}, one_now, h5py)


def _peers(bench: Bench, now: Tree, mpr: Path) -> Iterator[Figure]:
    """Measure against other programs, and against doing nothing but reading and writing."""
    out = bench.folder
    native, copying = partial(now.piece, "native", mpr, out), partial(now.piece, "copy", mpr, out)
    yield from _ratios(bench, "mpr → native", "read + write", {"wall": 1.5, "CPU": None}, native, copying)
    peak = native().memory / (mpr.stat().st_size / 1e6)
    yield Figure("mpr → native", "peak memory / file", 0.4, peak)
    small, copies = partial(now.piece, "batch", SMALL, out), partial(now.piece, "copies", SMALL, out)
    yield from _ratios(bench, "small mpr in a batch", "raw copy", {"CPU": 8}, small, copies)
    two, h5py = (partial(now.piece, name, SMALL, out) for name in ("two_columns", "two_columns_h5py"))
    yield from _ratios(bench, "two columns of native files", "h5py", {"CPU": 1.5}, two, h5py)
    if find_spec("galvani") and find_spec("pandas"):
        ours, galvani = partial(now.piece, "columns", mpr), partial(now.piece, "galvani_frame", mpr)
        targets = {"CPU": 0.3, "wall": 1 / 6}
        yield from _ratios(bench, "mpr → columns", "galvani + DataFrame", targets, ours, galvani)


REASONS = {
    (
        "mpr → columns",
        "CPU",
    ): "new memory for the columns is a third; split and derived columns cost as before",
    ("mpr → native", "CPU"): "deflate and strided copies are a third each, both hashes a sixth: decisions/0087",
    ("mpr → native", "wall"): "as CPU; and a busy machine leaves less than two cores",
    ("small mpr in a batch", "CPU"): "HDF5 makes 20 arrays and 60 attributes, and one dimension for each column",
    ("two columns of native files", "CPU"): "all sniffers are asked, and the descriptions parsed and hashed",
    ("validate a native file", "CPU"): "to inflate the planes takes half of what 990fb1d took for all",
    ("validate a native file", "wall"): "as CPU; and a busy machine leaves less than two cores",
    (
        "one small file, whole process",
        "CPU",
    ): "15 more plugins and their declarations are imported than then",
}
"""Why a row may fall short, shown if it does."""


def _ratios(
    bench: Bench, what: str, other: str, targets: dict[str, float | None], ours: Side, theirs: Side
) -> Iterator[Figure]:
    """Measure both sides in turns, and yield a figure for each kind of cost."""
    one, two = side_by_side(bench.repeats, ours, theirs)
    costs = {"CPU": (one.cpu, two.cpu, "s"), "wall": (one.wall, two.wall, "s")}
    costs["peak memory"] = (one.memory, two.memory, "MB")
    for kind, target in targets.items():
        mine, its, unit = costs[kind]
        note = f"{mine:.3g} and {its:.3g} {unit}"
        ratio = mine / its if its else None
        short = ratio is not None and target is not None and ratio > target
        reason = f"; {REASONS[what, kind]}" if short and (what, kind) in REASONS else ""
        yield Figure(what, f"{kind}, / {other}", target, ratio, note=note + reason)
