"""Run the truth benchmarks by hand: ``python -m tests.benchmarks.truth [NAME ...]``."""

from __future__ import annotations

import importlib
import sys

PARTS = (
    "ramp_onset",
    "ccd",
    "cycling",
    "window",
    "relaxation",
    "align",
    "pulsed_stripping",
    "arrhenius",
    "impedance",
    "series",
    "sims_profile",
    "sims_map",
    "foreign",
    "speed",
)

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        importlib.import_module(f"tests.benchmarks.truth.{name}").run()
