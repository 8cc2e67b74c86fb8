"""How much a dataset holds: its time, cycles, steps and spectra, and the range of each column."""

from __future__ import annotations

from typing import Any

import numpy as np

from echub.model.dataset import Dataset

_COUNTED = ("cycle", "half_cycle", "step", "spectrum", "region", "species")
"""Columns of which the number of different values says something."""


def counts(dataset: Dataset) -> dict[str, float]:
    """Return the time span (``seconds``) if there is a time, and how many cycles, steps and spectra there are."""
    found: dict[str, float] = {}
    time = dataset.columns.get("time")
    if time is not None and time.unit == "s" and np.isfinite(time.values).any():
        found["seconds"] = float(np.nanmax(time.values) - np.nanmin(time.values))
    for name in _COUNTED:
        column = dataset.columns.get(name)
        if column is not None and column.values.size:
            found[name] = len(np.unique(column.values[np.isfinite(column.values)]))
    return found


def ranges(dataset: Dataset) -> dict[str, tuple[float, float] | None]:
    """Return the smallest and largest number of each column, None for words, packed flags and a column of NaN."""
    return {name: _range(c.values, bool(c.labels or c.bits)) for name, c in dataset.columns.items()}


def _range(values: Any, words: bool) -> tuple[float, float] | None:  # noqa: ANN401
    if words or values.dtype.kind not in "fiub" or not values.size:
        return None
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    return (finite.min().item(), finite.max().item()) if finite.size else None
