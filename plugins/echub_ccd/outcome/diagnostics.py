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
    at = offsets[table.file]
    k = None if verdict is None else verdict.half_cycle
    unit, ohm = experiment.unit, "ohm*cm^2" if experiment.per_area else "ohm"
    # A fall of less than a tenth is not shown: the half cycle failed by another criterion.
    place = None if k is None else float((table.fell if table.fall[k] > 0.1 else table.begin)[k] + at[k])
    shown = _traces(experiment, offsets)
    return {
        "t": Series.of(shown["t"], "s"),
        "U": Series.of(shown["U"], "V"),
        "j": Series.of(shown["j"], unit),
        "begin": Series.of(table.begin + at, "s"),
        "end": Series.of(table.end + at, "s"),
        "R_start": Series.of(table.r_start, ohm),
        "R_end": Series.of(table.r_end, ohm),
        "sign": Series.of(table.sign),
        "level": Series.of(protocol.level, unit),
        "failed": Series.of([] if k is None else [k]),
        "failed_at": Series.of([] if place is None else [place], "s"),
    }


def _traces(experiment: Experiment, offsets: np.ndarray) -> dict[str, np.ndarray]:
    """Return t, U and j of all files, thinned, in the order of the shifted clock: a line never runs backwards."""
    order = np.argsort(offsets, kind="stable")
    most = POINTS // len(experiment.traces)
    rows = {number: _thinned(len(experiment.traces[number].data), most) for number in order}
    shown = {name: [experiment.traces[number][name][rows[number]] for number in order] for name in ("t", "U", "j")}
    shown["t"] = [t + offsets[number] for t, number in zip(shown["t"], order, strict=True)]
    return {name: np.concatenate(parts) for name, parts in shown.items()}


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
