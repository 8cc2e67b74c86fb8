"""Other programs beside the hub: galvani where it is installed, yadg in an environment of its own on request."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.measure import Sample, process, side_by_side, work
from tests.benchmarks.pieces import FILES, SMALL
from tests.benchmarks.sides import Tree, ratios

YADG = "yadg==7.0.1"
"""Only its command line is used: its licence is another one."""
_YADG_FILES = 50
"""Files in one run of yadg, beside a run with one: the difference is what a file costs without the start.

Its start takes as long as some thirty small files, and differs by several of them from run to run.
"""


def has_galvani() -> bool:
    """Return whether galvani and pandas are installed beside the hub."""
    return bool(find_spec("galvani") and find_spec("pandas"))


def yadg(bench: Bench) -> Path | None:
    """Return the program, installed at the first use in the folder of peers; None without such a folder."""
    if bench.peers is None:
        return None
    folder = bench.peers.absolute() / YADG.replace("==", "-")
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    program = programs / "yadg"
    if not program.exists():
        venv.create(folder, clear=True, with_pip=True)
        pip = [programs / "python", "-m", "pip", "install", "--quiet", "--no-compile"]
        subprocess.run([*pip, YADG], check=True)
        first = [str(program), "extract", "eclab.mpr", str(SMALL), str(folder / "first.nc")]
        process(first)  # compiles the modules that it needs
    return program


def run(bench: Bench, now: Tree, mpr: Path) -> Iterator[Figure]:
    """Measure the rows that have another program at one side; say which are left out, and why."""
    if has_galvani():
        yield from _galvani(bench, now, mpr)
    else:
        yield _missing("mpr → columns", "galvani + DataFrame", 0.3, "galvani or pandas is not installed")
        yield _missing("mpr → native", "galvani + pandas + h5py", 0.3, "galvani or pandas is not installed")
    program = yadg(bench)
    if program is not None:
        yield from _yadg(bench, now, program)
    else:
        why = "only with --peers FOLDER, in which it is installed"
        yield _missing("mpr → native", "yadg's NetCDF", 1 / 20, why)
        yield _missing("small mpr in a batch", "yadg", 1 / 25, why)


def _missing(what: str, other: str, target: float, why: str) -> Figure:
    return Figure(what, "", target, None, note=why, cost="CPU", other=other)


def _galvani(bench: Bench, now: Tree, mpr: Path) -> Iterator[Figure]:
    ours, frame = partial(now.piece, "columns", mpr), partial(now.piece, "galvani_frame", mpr)
    yield from ratios(bench, "mpr → columns", "galvani + DataFrame", {"CPU": 0.3, "wall": 1 / 6}, ours, frame)
    native, stored = (partial(now.piece, name, mpr, bench.folder) for name in ("native", "galvani_hdf5"))
    slow = replace(bench, repeats=1)
    yield from ratios(slow, "mpr → native", "galvani + pandas + h5py", {"CPU": 0.3}, native, stored)


def _yadg(bench: Bench, now: Tree, program: Path) -> Iterator[Figure]:
    """Measure whole processes for the large file, and the cost of one more file in a batch."""
    out, large = bench.folder, bench.folder / "full_settings.mpr"
    work("write_large_settings", large, bench.megabytes)
    ours = partial(now.command, "convert", str(large), "-o", str(out / "beside"), "--force")
    theirs = partial(process, [str(program), "extract", "eclab.mpr", str(large), str(out / "yadg.nc")])
    slow = replace(bench, repeats=1)
    targets = {"wall": 1 / 20}
    yield from ratios(slow, "mpr → native, whole process", "yadg's NetCDF", targets, ours, theirs)
    large.unlink()
    ours, theirs = (lambda: _each(now.piece("batch", SMALL, out), FILES)), _one_more(bench, program)
    yield from ratios(bench, "small mpr in a batch", "yadg", {"CPU": 1 / 25}, ours, lambda: theirs)


def _one_more(bench: Bench, program: Path) -> Sample:
    """Measure what one file more costs yadg in one run over a list of files: the best of both runs, subtracted.

    A run beforehand compiles what it needs. The least of several differences would be that of a disturbed start.
    """
    one, many = (partial(_processed, program, bench.folder, count) for count in (1, _YADG_FILES))
    one()
    first, all_ = side_by_side(bench.repeats, one, many)
    return _each(Sample(all_.wall - first.wall, all_.cpu - first.cpu), _YADG_FILES - 1)


def _processed(program: Path, folder: Path, count: int) -> Sample:
    """Measure a whole run of yadg over the small file, as often as said."""
    step = {"tag": "all", "input": {"files": [str(SMALL)] * count}, "extractor": {"filetype": "eclab.mpr"}}
    schema = folder / f"schema_{count}.json"
    schema.write_text(json.dumps({"version": "7.0", "metadata": {"provenance": "manual"}, "steps": [step]}))
    return process([str(program), "process", str(schema), str(folder / "many.nc")])


def _each(sample: Sample, count: int) -> Sample:
    return Sample(sample.wall / count, sample.cpu / count)
