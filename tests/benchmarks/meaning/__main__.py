"""Run it: ``python -m tests.benchmarks.meaning``."""

from __future__ import annotations

from tests.benchmarks.meaning import main

main()
