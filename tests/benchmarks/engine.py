"""What Dask costs over processes: ``python -m tests.benchmarks.engine --files 2000``.

The same small files are converted by `--jobs 2`, by two workers of Dask and by one, in turn, with the
scheduler, the workers and the command in processes of their own. Prints the wall time of each from the first
file to the last, and the CPU of each process (with its imports), which other work on the machine changes
less.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from echub.batch import engines
from echub.batch.batch import Batch
from scripts.archive_simulation import write_tree
from tests.benchmarks.budget import Figure, table
from tests.benchmarks.measure import ROOT, Sample, environment
from tests.benchmarks.work import SMALL

TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
IDLE = 20
"""Seconds of an idle cluster: its heartbeats come each half second, and CPU is told in hundredths."""
WARM = 8
"""Files that are converted before, so that every worker has imported what it needs."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the ratios and where the CPU went."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.engine", description=__doc__)
    parser.add_argument("--files", type=int, default=2000, help="number of small files (2000)")
    parser.add_argument("--repeats", type=int, default=3, help="repeats, of which the best counts (3)")
    parser.add_argument("--tables", action="store_true", help="tables of two rows instead of small .mpr")
    parser.add_argument("--inside", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.inside:
        _convert(Path(chosen.inside[0]), Path(chosen.inside[1]), chosen.inside[2])
        return
    with tempfile.TemporaryDirectory(prefix="echub-engine-") as held:
        folder = Path(held)
        _write(folder / "raw", chosen.files, tables=chosen.tables)
        print(table(figures(folder, chosen.files, chosen.repeats)))


def _write(folder: Path, files: int, *, tables: bool) -> None:
    if tables:
        write_tree(folder, files)
        return
    folder.mkdir()
    for number in range(files):
        shutil.copy(SMALL, folder / f"{number}.mpr")


def figures(folder: Path, files: int, repeats: int) -> list[Figure]:
    """Let the engines take turns; return the ratios of their best."""
    rounds: dict[str, list[dict[str, Sample]]] = {"jobs 2": [], "dask 2": [], "dask 1": []}
    for number in range(repeats):
        for name, found in rounds.items():
            found.append(_measured(folder, f"{name} {number}", name))
            print(f"{name}: {_told(found[-1])}", file=sys.stderr, flush=True)
    best = {
        name: {part: Sample.best([r[part] for r in found]) for part in found[0]} for name, found in rounds.items()
    }
    wall = {name: parts["all"].wall for name, parts in best.items()}
    cpu = {name: sum(s.cpu for part, s in parts.items() if part != "all") for name, parts in best.items()}
    notes = {name: _told(parts) for name, parts in best.items()}
    idle = _idle(2)
    busy = cpu["dask 2"] - idle * wall["dask 2"]
    note = f"idle, it takes {idle * 1e3:.0f} ms of CPU each second"
    return [
        Figure("engine", "dask 2 / jobs 2, wall", 1.1, wall["dask 2"] / wall["jobs 2"], note=notes["dask 2"]),
        Figure("engine", "dask 2 / jobs 2, CPU", 1.1, cpu["dask 2"] / cpu["jobs 2"], note=notes["jobs 2"]),
        Figure("engine", "dask 2 / jobs 2, CPU without an idle cluster's", 1.1, busy / cpu["jobs 2"], note=note),
        Figure("engine", "two workers / one, speed", 1.7, wall["dask 1"] / wall["dask 2"], least=True),
        Figure("engine", "scheduler, each file", None, best["dask 2"]["scheduler"].cpu / files * 1e3, "ms"),
        Figure("engine", "scheduler, memory", None, best["dask 2"]["scheduler"].memory, "MB"),
    ]


def _idle(workers: int) -> float:
    """Return the seconds of CPU that a scheduler and its workers take in each second without any work."""
    with _cluster(workers) as (_, parts):
        begin, before = time.perf_counter(), sum(_used(process.pid).cpu for process in parts.values())
        time.sleep(IDLE)
        after = sum(_used(process.pid).cpu for process in parts.values())
        return (after - before) / (time.perf_counter() - begin)


def _told(parts: dict[str, Sample]) -> str:
    of_each = ", ".join(f"{name} {s.cpu:.1f}" for name, s in parts.items() if name != "all")
    return f"{parts['all'].wall:.1f} s; CPU {of_each} s"


def _measured(folder: Path, name: str, engine: str) -> dict[str, Sample]:
    """Convert once, with an engine started for it; return seconds, CPU and memory of each process."""
    kind, number = engine.split()
    with _cluster(int(number) if kind == "dask" else 0) as (address, parts):
        before = {part: _used(process.pid) for part, process in parts.items()}
        words = [
            sys.executable,
            "-m",
            "tests.benchmarks.engine",
            "--inside",
            str(folder / "raw"),
            str(folder / name),
        ]
        done = subprocess.run(
            [*words, address], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True, check=True
        )
        inside = json.loads(done.stdout.splitlines()[-1])
        found = {"all": Sample(inside["wall"], 0.0), "command": Sample(0.0, inside["command"])}
        if not parts:
            found["workers"] = Sample(0.0, inside["workers"])
        for part, process in parts.items():
            after = _used(process.pid)
            one = "scheduler" if part == "scheduler" else "workers"
            held = found.get(one, Sample(0.0, 0.0))
            found[one] = Sample(0.0, held.cpu + after.cpu - before[part].cpu, max(held.memory, after.memory))
    shutil.rmtree(folder / name)
    return found


@contextmanager
def _cluster(workers: int) -> Iterator[tuple[str, dict[str, subprocess.Popen[bytes]]]]:
    """Start a scheduler and workers as an administrator does; nothing for no workers."""
    from distributed import Client

    parts: dict[str, subprocess.Popen[bytes]] = {}
    try:
        if not workers:
            yield "jobs", parts
            return
        with tempfile.TemporaryDirectory(prefix="echub-dask-") as held:
            told = Path(held, "scheduler.json")
            more = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told))
            parts["scheduler"] = _quietly("scheduler", *more)
            while not told.exists() or not told.read_text():
                time.sleep(0.1)
            address = str(json.loads(told.read_text())["address"])
            one = ("--nthreads", "1", "--no-dashboard", "--no-nanny", "--local-directory", held)
            for number in range(workers):
                parts[f"worker {number}"] = _quietly("worker", address, *one)
            with Client(address) as client:
                client.wait_for_workers(workers)
            yield f"{address.replace('tcp://', 'dask://')} {workers}", parts
    finally:
        for process in reversed(parts.values()):
            process.terminate()
            process.wait()


def _quietly(part: str, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *words]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _used(process: int) -> Sample:
    """Return the CPU and the peak memory of a process until now, as Linux tells them."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    peak = next(s for s in Path(f"/proc/{process}/status").read_text().splitlines() if s.startswith("VmHWM"))
    return Sample(0.0, (int(fields[11]) + int(fields[12])) / TICK, int(peak.split()[1]) * 1024 / 1e6)


def _convert(source: Path, target: Path, engine: str) -> None:
    """Convert as the command does, after everything has started and worked once; print seconds and CPU."""
    from multiprocessing import forkserver

    from echub.batch.engines import DaskWorkers

    few = target.with_name("few")
    _write(few, WARM, tables=False)
    if engine == "jobs":
        _timed(few, target.with_name("few.out"), {"jobs": 2})
        told = _timed(source, target, {"jobs": 2})
        forkserver._forkserver._stop()  # type: ignore[attr-defined]  # waits for it: only then its CPU is told
    else:
        address, workers = engine.split()
        with DaskWorkers(address) as cluster:
            cluster.client.wait_for_workers(int(workers))
            engines.BATCH_ITEMS, usual = 1, engines.BATCH_ITEMS  # some for each worker
            _timed(few, target.with_name("few.out"), {"cluster": cluster})
            engines.BATCH_ITEMS = usual
            told = _timed(source, target, {"cluster": cluster})
    for path in (few, target.with_name("few.out")):
        shutil.rmtree(path)
    print(json.dumps(told | {"workers": _cpu(resource.RUSAGE_CHILDREN)}))


def _timed(source: Path, target: Path, how: dict[str, Any]) -> dict[str, float]:
    begin, before = time.perf_counter(), _cpu(resource.RUSAGE_SELF)
    with Batch([source], target) as batch:
        count = sum(done.status in ("ok", "flagged") for done in batch.run(**how))
    return {"files": count, "wall": time.perf_counter() - begin, "command": _cpu(resource.RUSAGE_SELF) - before}


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
