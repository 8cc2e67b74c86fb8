"""One hour at 10 Hz: < 50 ms without the interval, < 1 s with it; fifteen, study and report: < 10 s."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import echub
from echub.testing import synth
from echub.testing.synth import Instrument, Ramp
from fixtures.eclab.scenarios import ramp
from fixtures.eclab.study import study_conditions
from fixtures.study_na import make


def run() -> None:
    """Print the times."""
    print("\nspeed")
    hour = synth.ramp(1, Ramp(instrument=Instrument(sampling_s=0.1), duration_s=3600)).record()
    for name, params in (("without the interval", {"bootstrap": 0}), ("with the interval", {})):
        echub.analyze("ramp-onset", hour, params=params)
        taken = _best(partial(echub.analyze, "ramp-onset", hour, params=params))
        print(f"  one hour at 10 Hz, {name}: {1000 * taken:.0f} ms")
    with tempfile.TemporaryDirectory() as folder:
        for name, conditions in study_conditions().items():
            hourly = replace(conditions, duration_s=3600.0, sampling_s=0.1)
            (Path(folder) / f"{name}.mpr").write_bytes(ramp(hourly, name).data)
        for name in ("study.toml", "cells.csv"):
            (Path(folder) / name).write_bytes((make.FOLDER / name).read_bytes())
        code = "from echub.cli import main; main()"
        command = [sys.executable, "-c", code, "study", f"{folder}/study.toml", "--json"]
        for what in ("15 ramps of one hour at 10 Hz, study and report", "the same again, from the cache"):
            begin = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            print(f"  {what}: {time.perf_counter() - begin:.1f} s")


def _best(work, repeats: int = 5) -> float:
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)
