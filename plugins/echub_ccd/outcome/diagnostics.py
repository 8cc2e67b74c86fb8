"""What the figure needs, thinned so that an outcome stays small but no fall is lost."""

from __future__ import annotations

import numpy as np

from echub.plugin import Series
from echub_ccd.data.experiment import Experiment
from echub_ccd.data.protocol import Protocol
from echub_ccd.method.verdict import CcdVerdict

POINTS = 3000
"""Rows that are kept for the figure: more than it has pixels across."""


def series_of(experiment: Experiment, protocol: Protocol, verdict: CcdVerdict | None) -> dict[str, Series]:
    """Return the trace of every file one behind the other, R per half cycle, and where it failed."""
    table, offsets = experiment.table, _offsets(experiment)
    rows = [_thinned(len(trace.data), POINTS // len(experiment.traces)) for trace in experiment.traces]
    time = [t["t"][kept] + offset for t, kept, offset in zip(experiment.traces, rows, offsets, strict=True)]
    k = None if verdict is None else verdict.half_cycle
    at = offsets[table.file]
    unit, ohm = experiment.unit, "ohm*cm^2" if experiment.per_area else "ohm"
    # A fall of less than a tenth is not shown: the half cycle failed by another criterion.
    place = None if k is None else float((table.fell if table.fall[k] > 0.1 else table.begin)[k] + at[k])
    return {
        "t": Series.of(np.concatenate(time), "s"),
        "U": Series.of(
            np.concatenate([t["U"][kept] for t, kept in zip(experiment.traces, rows, strict=True)]), "V"
        ),
        "j": Series.of(
            np.concatenate([t["j"][kept] for t, kept in zip(experiment.traces, rows, strict=True)]), unit
        ),
        "begin": Series.of(table.begin + at, "s"),
        "end": Series.of(table.end + at, "s"),
        "R_start": Series.of(table.r_start, ohm),
        "R_end": Series.of(table.r_end, ohm),
        "sign": Series.of(table.sign),
        "level": Series.of(protocol.level, unit),
        "failed": Series.of([] if k is None else [k]),
        "failed_at": Series.of([] if place is None else [place], "s"),
    }


def _offsets(experiment: Experiment) -> np.ndarray:
    """Return what is added to each file's clock so that files stand one behind the other in their order."""
    order = list(dict.fromkeys(experiment.table.file.tolist()))
    offsets, clock = np.zeros(len(experiment.traces)), 0.0
    if len(order) == 1:
        return offsets
    for number in order:
        time = experiment.traces[number]["t"]
        offsets[number] = clock - time[0]
        clock += 1.02 * float(np.ptp(time))  # a gap that shows in the figure
    return offsets


def _thinned(rows: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, rows - 1, min(rows, max(most, 2))).astype(np.intp))
