"""The two sides of a ratio: a tree of echub in processes of its own, and the figures of two sides in turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.measure import ROOT, Sample, environment, process, side_by_side

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
        points = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
        info = folder / "echub-0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: echub\nVersion: 0\n")
        lines = []
        for group, members in points.items():
            lines += [f"[{group}]", *(f"{name} = {module}" for name, module in members.items())]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
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


REASONS = {
    ("mpr → columns", "CPU"): "new memory and reading the bytes cost more than the target allows: decisions/0113",
    ("mpr → columns", "wall"): "as CPU: one core does it, since two take as long over bytes that lie in memory",
    ("mpr → native", "CPU"): "deflate is a quarter, both hashes and writing the file another: decisions/0113",
    ("mpr → native", "wall"): "as CPU; and a busy machine leaves less than two cores",
    ("mpr → native", "peak memory"): "20 MB of it do not depend on the size of the file",
    ("small mpr in a batch", "CPU"): "HDF5 makes 20 arrays and 60 attributes, and one dimension for each column",
    ("mpt → columns", "CPU"): "polars alone is 0.6 of the time that 990fb1d takes: decisions/0097",
    ("mpt → columns", "wall"): "units, origins and checks beside what polars does: decisions/0097",
    ("table → columns", "CPU"): "polars alone is 0.64 of the time that 990fb1d takes: decisions/0097",
    ("table → columns", "wall"): "the dialect is inferred, and every column looked at: decisions/0097",
    ("mpt → columns", "peak memory"): "text and columns are held at once, as by polars: decisions/0097",
    ("table → columns", "peak memory"): "text and columns are held at once, as by polars: decisions/0097",
    ("two columns of native files", "CPU"): "all sniffers are asked, and the descriptions parsed and hashed",
    ("validate 10 columns", "CPU"): "inflating and unshuffling take two thirds: decisions/0113",
    ("validate 10 columns", "wall"): "as CPU; and a busy machine leaves less than two cores",
    ("mpr → native, whole process", "wall"): "as mpr → native, and a start of 0.4 s: decisions/0113",
    ("installed size", "disk"): "polars 183 MB, scipy 114: texts and nine analyses need them: decisions/0087",
    ("echub --help", "CPU"): "typer and rich are imported; bare Python varies by a third: decisions/0106",
    ("one small file, whole process", "CPU"): "NumPy, h5py and typer are two thirds: decisions/0106",
}
"""Why a row may fall short, shown if it does."""


def ratios(
    bench: Bench, what: str, other: str, targets: Mapping[str, float | None], ours: Side, theirs: Side
) -> Iterator[Figure]:
    """Measure both sides in turns, and yield a figure for CPU, wall time, and what else has a target."""
    one, two = side_by_side(bench.repeats, ours, theirs)
    costs = {"CPU": (one.cpu, two.cpu, "s"), "wall": (one.wall, two.wall, "s")}
    costs["peak memory"] = (one.memory, two.memory, "MB")
    for cost in dict.fromkeys(("CPU", "wall", *targets)):
        (mine, its, unit), target = costs[cost], targets.get(cost)
        ratio = mine / its if its else None
        note = f"{mine:.3g} and {its:.3g} {unit}"
        if ratio is not None and target is not None and ratio > target and (what, cost) in REASONS:
            note += f"; {REASONS[what, cost]}"
        yield Figure(what, "", target, ratio, note=note, cost=cost, other=other, here=f"{mine:.3g} {unit}")
