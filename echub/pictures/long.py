"""Long series, for pictures: few enough rows to decide and to draw fast, with every spike and every turn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.units import scale_between
from echub.pictures.gaps import AROUND, pauses
from echub.pictures.shown import CURRENTS, POTENTIALS, Floats

LONG = 1_000_000
"""Series of more rows are shortened: below it, drawing takes half a second as it is."""
PIECES = 20_000
"""Pieces of equal length whose ends and extremes are kept: more than ten for each pixel of a wide figure."""
COUNTERS = ("cycle", "half_cycle")
"""Columns that divide a picture: the rows around each of their changes are kept."""
_SECONDS = 3600.0


def shortened(dataset: Dataset) -> Dataset:
    """Return a time series with the rows that show its shape: all of a short one, the extremes of a long one.

    The charge passed is computed from all rows before, if the instrument did not count it.
    """
    if dataset.kind != "timeseries" or dataset.rows <= LONG or "time" not in dataset.columns:
        return dataset
    columns = dict(dataset.columns)
    if "charge" not in columns and "current" in columns:
        columns["charge"] = Column("charge", running_charge(dataset), "charge", "A*h", "derived")
    rows = _kept(dataset)
    return replace(dataset, columns={name: replace(c, values=c.values[rows]) for name, c in columns.items()})


def running_charge(dataset: Dataset) -> Floats:
    """Return the current times the time of its row, summed up: (n,), A·h.

    An averaged current is the mean over the time before its row, so that this sum is exact for it; for a current
    read at an instant it is off by at most one row per change, too little to see.
    """
    current = dataset.columns["current"]
    charge = np.diff(dataset["time"], prepend=dataset["time"][:1]).astype(np.float64, copy=False)
    np.maximum(charge, 0, out=charge)  # a clock that starts again has passed no negative time
    charge *= current.values
    charge[~np.isfinite(charge)] = 0
    np.cumsum(charge, out=charge)
    charge *= float(scale_between(current.unit or "A", "A").factor) / _SECONDS
    return charge


def _kept(dataset: Dataset) -> NDArray[np.intp]:
    time = dataset.columns["time"].values
    kept = [np.flatnonzero(time[1:] < time[:-1])]
    for name in COUNTERS:
        if name in dataset.columns:
            counter = dataset.columns[name].values
            kept.append(np.flatnonzero(counter[1:] != counter[:-1]))
    kept = [np.concatenate([rows, rows + 1]) for rows in kept]
    # The sampling around a pause is what it is told by.
    kept += [pauses(time) + near for near in range(-AROUND, AROUND + 2)]
    drawn = [dataset.columns[name].values for name in (*POTENTIALS, *CURRENTS) if name in dataset.columns]
    kept += [_extremes(values) for values in drawn or [time]]
    return np.unique(np.concatenate(kept))


def _extremes(values: NDArray[np.generic]) -> NDArray[np.intp]:
    """Return the first and last row of each piece, and those of its least and largest number."""
    length = -(-len(values) // PIECES)
    whole = len(values) // length
    pieces = values[: whole * length].reshape(whole, length)
    start = np.arange(whole) * length
    if np.isnan(values).any():
        least, most = np.where(np.isnan(pieces), np.inf, pieces), np.where(np.isnan(pieces), -np.inf, pieces)
    else:
        least = most = pieces
    rest = np.arange(whole * length, len(values))
    return np.concatenate([start, start + length - 1, start + least.argmin(1), start + most.argmax(1), rest])
