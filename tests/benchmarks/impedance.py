"""96 spectra of 62 points: the whole chain; the fit alone beside lmfit and impedance.py from the same start."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from tests.benchmarks.budget import Bench, Figure
from tests.benchmarks.measure import side_by_side, work

PEERS = (("lmfit", "lmfit", "lmfit_spectra", 4, 96), ("impedance.py", "impedance", "impedance_py_spectra", 20, 2))
"""Name, module, work, target, and how many spectra: a fit of impedance.py takes seconds."""


def run(bench: Bench) -> Iterator[Figure]:
    """Measure CPU time with one BLAS thread: check, fit, intervals and tables; then the fits of others."""
    (chain,) = side_by_side(bench.repeats, lambda: work("hub_spectra", 96, **ONE_THREAD))
    what = "96 spectra × 62 points: check, fit, intervals, tables"
    yield Figure("impedance", what, 1.5, chain.cpu, "s", note="CPU, one core")
    for name, module, task, target, count in PEERS:
        what = f"{name} / hub, fit from the same start"
        if not find_spec(module):
            yield Figure("impedance", what, target, None, least=True, note=f"{name} is not installed")
            continue
        hub, peer = side_by_side(
            bench.repeats,
            lambda: work("hub_fits", 96, **ONE_THREAD),
            lambda t=task, n=count: work(t, n, **ONE_THREAD),
        )
        own, other = hub.cpu / 96, peer.cpu / count
        note = f"{1e3 * own:.2f} ms and {1e3 * other:.1f} ms of CPU"
        yield Figure("impedance", what, target, other / own, least=True, note=note)


ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Threads of BLAS on matrices of this size burn CPU time and save none."""
