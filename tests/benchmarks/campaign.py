"""A campaign in one study against converting its files, CPU of one process."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import echub
from echub.analysis.study import load_study, run_study
from echub.analysis.study_report import write_results
from fixtures.eclab.scenarios import ramp
from fixtures.eclab.study import RampStudy, study_conditions

STUDY = """\
files = ["*.mpr"]
meta = ["cells.csv"]
[[step]]
name = "onset"
analysis = "ramp-onset"
[[step]]
name = "activation"
analysis = "arrhenius"
from = "onset"
params.error_bars = "generalised"
"""


def _write(folder: Path, count: int) -> list[Path]:
    conditions = list(study_conditions(RampStudy(sampling_s=1.5)).items())
    rows = ["file,cell.id,sample.group,cell.temperature / degC,cell.configuration"]
    for number in range(count):
        name, condition = conditions[number % len(conditions)]
        cell, temperature = name.removesuffix("C").split("_")
        file = folder / f"{name}_{number}.mpr"
        file.write_bytes(ramp(condition, file.stem).data)
        rows.append(f"{file.name},{cell}-{number // len(conditions)},bare,{float(temperature)},two_electrode")
    (folder / "cells.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return sorted(folder.glob("*.mpr"))


def _taken(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _study(folder: Path, output: Path) -> None:
    study = load_study(folder / "study.toml")
    write_results(study, run_study(study, output, workers=1), output)


def main(count: int) -> None:
    """Print the time of both, and the ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _write(folder, count)
        echub.convert(files[0], folder / "warm")
        echub.analyze("ramp-onset", files[0])
        converting = _taken(lambda: [echub.convert(file, folder / "converted") for file in files])
        first = _taken(lambda: _study(folder, folder / "results"))
        again = _taken(lambda: _study(folder, folder / "results"))
    print(f"{count} files: converting {converting:.2f} s, study {first:.2f} s ({first / converting:.1f} times), "
          f"again from the cache {again:.2f} s")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.campaign", description=__doc__)
    parser.add_argument("files", type=int, nargs="?", default=100, help="how many files (100)")
    main(parser.parse_args().files)
