"""Measure work in fresh processes: wall time, CPU time, and peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Sample:
    """One measurement: seconds of wall clock and of CPU (user and system, all threads), and peak memory in MB.

    Memory counts from the start of a piece of work; of a whole process, it is all that it held.
    """

    wall: float
    cpu: float
    memory: float = 0.0

    @classmethod
    def best(cls, samples: Sequence[Sample]) -> Sample:
        """Take the minimum of each: what disturbs a measurement only ever adds to it."""
        return cls(min(s.wall for s in samples), min(s.cpu for s in samples), min(s.memory for s in samples))


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a measured process: as installed packages are, modules are compiled."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return own | {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "echub-benchmarks-bytecode")} | more


def process(arguments: Sequence[str], **variables: str) -> Sample:
    """Run a command from start to exit; raise `RuntimeError` with its output where it fails.

    `variables` are added to its environment.
    """
    begin = time.perf_counter()
    child = subprocess.Popen(
        arguments,
        cwd=ROOT,
        env=environment(**variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    errors = child.stderr.read() if child.stderr else ""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {child.returncode}:\n{errors}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Sample(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)


def work(name: str, *arguments: object, **variables: str) -> Sample:
    """Run one function of `tests.benchmarks.work` in a fresh process that measures itself.

    `variables` are added to its environment.
    """
    command = [sys.executable, "-m", "tests.benchmarks.work", name, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(**variables), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stderr}")
    return Sample(**json.loads(done.stdout))


def side_by_side(repeats: int, *sides: Callable[[], Sample]) -> list[Sample]:
    """Let the sides take turns, and give the best of each."""
    rounds = [[side() for side in sides] for _ in range(repeats)]
    return [Sample.best(samples) for samples in zip(*rounds, strict=True)]
