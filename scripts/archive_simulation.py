"""Measure what a large archive costs: ``python -m scripts.archive_simulation 1000000``.

Writes a ledger with so many entries, opens it as a run does and as `echub gather` does, plans so many tiny files
(second argument, default a tenth), converts, resumes and gathers them; prints one JSON object with seconds, bytes
and memory. Each measurement runs in a process of its own, whose peak of memory is reported.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from echub.batch.batch import Batch, convert_many
from echub.batch.lake.archive import Archive
from echub.batch.lake.gathering import gather
from echub.batch.ledger import STEM, Entry, Ledger
from echub.files.output import Written, plan

HASH = "0123456789abcdef" * 4
PER_FOLDER = 1000
"""Files of a folder, as a year of one cycler has."""


def name_of(number: int) -> str:
    """Return the path of a source in the tree."""
    return f"cycler{number // PER_FOLDER % 40:02}/{number // PER_FOLDER}/cell_{number}_C01.mpr"


def write_ledger(folder: Path, entries: int) -> None:
    """Write a ledger as long as a real one: lines of converted files with one output."""
    one = Entry(
        "", "", 123_456, HASH, "ok", (), "eclab-mpr", "1 of echub 0.1", "0.1", "1", HASH[:16], HASH, {"*.mps": ""}
    )
    folder.mkdir(parents=True)
    with (folder / f"{STEM}.jsonl").open("wb") as file:
        for number in range(entries):
            name = name_of(number)
            made = (Written(f"{name}.h5", 45_678, HASH),)
            file.write(replace(one, source=name, path=f"../raw/{name}", output=made).line())


def write_tree(folder: Path, files: int) -> None:
    """Write tiny tables."""
    for number in range(files):
        path = folder / name_of(number).replace(".mpr", ".csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"t / s;U / V\n0;{number}\n1;{number}\n")


def _open(folder: Path) -> None:
    with Ledger(folder / "ledger") as ledger:
        ledger.about(name_of(0))


def _plan(folder: Path) -> None:
    with Batch([folder / "tree"], folder / "ledger") as batch:
        len(batch)


STEPS: dict[str, Callable[[Path], object]] = {
    "open the ledger": _open,
    "index for gather": lambda folder: len(Archive(folder / "ledger")),
    "plan": lambda folder: len(plan([folder / "tree"], folder / "out")),
    "plan beside the ledger": _plan,
    "convert": lambda folder: sum(1 for _ in convert_many([folder / "tree"], folder / "out", jobs=2)),
    "resume": lambda folder: sum(1 for _ in convert_many([folder / "tree"], folder / "out", jobs=2)),
    "gather": lambda folder: gather(folder / "out", folder / "lake", jobs=2),
    "gather again": lambda folder: gather(folder / "out", folder / "lake", jobs=2),
}


def measured(step: str, folder: Path) -> dict[str, float]:
    """Run one step in a process of its own; return its seconds, and the peak of its memory in MB."""
    words = [sys.executable, "-m", "scripts.archive_simulation", "--step", step, str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main(entries: int, files: int) -> dict[str, object]:
    """Return all measurements."""
    with tempfile.TemporaryDirectory(prefix="echub-") as held:
        folder = Path(held)
        write_ledger(folder / "ledger", entries)
        write_tree(folder / "tree", files)
        size = os.path.getsize(folder / "ledger" / f"{STEM}.jsonl")
        told: dict[str, object] = {"entries": entries, "files": files, "ledger bytes per entry": size // entries}
        return told | {step: measured(step, folder) for step in STEPS}


if __name__ == "__main__":
    if sys.argv[1] == "--step":
        begin = time.perf_counter()
        STEPS[sys.argv[2]](Path(sys.argv[3]))
        seconds = round(time.perf_counter() - begin, 2)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"seconds": seconds, "MB": peak}))
    else:
        count = int(sys.argv[1])
        print(json.dumps(main(count, int(sys.argv[2]) if len(sys.argv) > 2 else count // 10), indent=1))
