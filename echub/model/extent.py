"""How much a dataset holds: its time, cycles, steps and spectra, and the range of each column."""

from __future__ import annotations

from typing import Any

import numpy as np

from echub.model.column import Column
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


def without_value(dataset: Dataset) -> dict[str, dict[str, int]]:
    """Return how many values each column lacks, by its name: ``missing``, and ``nan`` if the source says so.

    An empty text is missing. Columns without any are left out.
    """
    found: dict[str, dict[str, int]] = {"missing": {}, "nan": {}}
    for name, column in dataset.columns.items():
        missing = _missing(column)
        lost = int(np.isnan(column.values).sum()) if column.dtype.kind == "f" else 0
        for what, count in (("missing", missing), ("nan", lost - missing if lost else 0)):
            if count:
                found[what][name] = count
    return found


def _missing(column: Column) -> int:
    empty = [code for code, label in column.labels.items() if not label]
    if empty:
        return int(np.isin(column.values, empty).sum())
    return int(column.missing.sum()) if column.dtype.kind == "f" else 0


def _range(values: Any, words: bool) -> tuple[float, float] | None:  # noqa: ANN401
    if words or values.dtype.kind not in "fiub" or not values.size:
        return None
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    return (finite.min().item(), finite.max().item()) if finite.size else None
