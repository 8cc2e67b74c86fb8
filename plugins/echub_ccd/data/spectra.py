"""Spectra beside the current: what all arcs of each span on the real axis, half cycle by half cycle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub_ccd.data.experiment import Experiment

Floats = NDArray[np.float64]


def arcs_of(experiment: Experiment) -> Floats:
    """Return what the arcs of the last spectrum in each half cycle span, (m,) in Ω·cm² or Ω; NaN without one.

    All arcs together are what the real part spans: largest less smallest Re Z of points with Re Z > 0. A
    half cycle reaches to the start of the next one, for spectra are often taken in the rest after it.
    """
    table = experiment.table
    found = np.full(len(table), np.nan)
    for file, trace in enumerate(experiment.traces):
        mine = np.flatnonzero(table.file == file)
        if not {"z_t", "z_re", "z_n"} <= set(trace.data.answers):
            continue
        scale = float(experiment.meta("cell.area") or 1.0) if experiment.per_area else 1.0
        # Their first rows, not their edges: a spectrum lies in the gap of rows that an edge halves.
        begins = trace["t"][trace.found.start]
        for time, span in _spectra(trace["z_t"], trace["z_re"], trace["z_n"]):
            place = int(np.searchsorted(begins, time, side="right")) - 1
            if place >= 0:
                found[mine[place]] = span * scale
    return found


def _spectra(time: Floats, real: Floats, number: Floats) -> list[tuple[float, float]]:
    """Return the time of mid-sweep and the span of every spectrum."""
    made = []
    for value in dict.fromkeys(number.tolist()):
        rows = (number == value) & (real > 0)
        if rows.sum() > 1:
            made.append((float(np.ptp(time[rows])) / 2 + float(time[rows].min()), float(np.ptp(real[rows]))))
    return sorted(made)
