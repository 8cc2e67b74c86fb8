"""Many small files: the cost of each beyond the start, and what a second process brings."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.measure import ROOT, Sample, environment, side_by_side
from tests.benchmarks.work import SMALL

FILES = 200


def run(bench: Bench) -> Iterator[Figure]:
    """Convert 200 small files in one process, and in two at once."""
    parts = [_folder(bench.folder / f"small_{half}") for half in range(2)]
    one, two = side_by_side(
        bench.repeats,
        lambda: _convert([_joined(parts, bench.folder / "small")], bench),
        lambda: _convert(parts, bench),
    )
    note = f"CPU; wall {one.wall / FILES * 1e3:.2f} ms"
    yield Figure("batch", "one small file, per core", 2.5, one.cpu / FILES * 1e3, "ms", note=note)
    yield Figure("batch", "two processes / one, speed", 1.7, one.wall / two.wall, least=True)


def _folder(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(FILES // 2):
        shutil.copy(SMALL, folder / f"{folder.name}_{number}.mpr")
    return folder


def _joined(parts: list[Path], folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for part in parts:
        for file in part.iterdir():
            shutil.copy(file, folder / file.name)
    return folder


def _convert(folders: list[Path], bench: Bench) -> Sample:
    """Convert folders, each in a process of its own; all begin when all are ready."""
    workers = [_start(folder, bench.folder) for folder in folders]
    for worker in workers:
        worker.stdout.readline()
    begin = time.perf_counter()
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    samples = [json.loads(worker.stdout.readline()) for worker in workers]
    wall = time.perf_counter() - begin
    for worker in workers:
        worker.communicate()
    return Sample(wall, sum(sample["cpu"] for sample in samples))


def _start(folder: Path, target: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.benchmarks.work", "hub_batch", str(folder), str(target)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(BENCHMARK_WAITS="1"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
