"""The full scale of the current's range in each row: of a column of labels, else of what the metadata state."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from echub.currents import full_scale
from echub.model.column import Column
from echub.model.deferred import occurring
from echub.model.metadata import Metadata

Floats = NDArray[np.float64]
QUANTITY, STATED = "current_range", "instrument.current_range"
WIDEST = 100_000
"""Codes so far apart are looked up in a table, others by a search: codes of ranges and of texts are small."""
_UNIT = re.compile(r"[/(\[]\s*([^\W\d]+)\s*[)\]]?\s*\Z")


def full_scales(column: Column) -> Floats:
    """Return the full scale of each row (n,), mA, of a column of labels; NaN for `auto` and the like."""
    codes, labels = column.values, column.labels
    if codes.dtype.kind not in "iu":
        words, codes = np.unique(codes.astype(str), return_inverse=True)
        labels = dict(enumerate(words.tolist()))
    found = occurring(codes)
    sizes = np.array([_size(labels.get(int(code), ""), column.header) for code in found])
    if not len(found):
        return np.zeros(0)
    low, span = int(found[0]), int(found[-1]) - int(found[0])
    if span >= WIDEST:
        return np.asarray(sizes[np.searchsorted(found, codes)])
    table = np.full(span + 1, np.nan)
    table[found.astype(np.int64) - low] = sizes
    return np.asarray(table[codes.astype(np.int64) - low] if low else table[codes])


def stated_full_scale(metadata: Metadata) -> float | None:
    """Return the full scale that the metadata state, mA; None if they state none, or an automatic one."""
    return full_scale(str(metadata.value(STATED) or ""))


def _size(label: str, header: str) -> float:
    """Return the full scale of a label; a bare number has the unit of the header, such as `I Range (mA)`."""
    unit = _UNIT.search(header)
    found = full_scale(label) or (full_scale(f"{label} {unit[1]}") if unit else None)
    return np.nan if found is None else found
