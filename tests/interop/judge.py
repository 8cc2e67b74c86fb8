"""What of a file a program sees, in words: values bit for bit, units, missing values, text, flags."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.interop.files import Truth
from tests.interop.seen import Seen

HEADS = ("values", "unit", "missing value", "text", "flag")


def judge(seen: Seen, truth: Truth) -> tuple[str, ...]:
    """Return a word for each of `HEADS`; `–` where the format has none."""
    first = next(iter(truth.numbers))
    return (
        _values(seen, truth),
        _unit(seen, first, truth.unit),
        _missing(seen, truth.missing),
        _text(seen, truth.text),
        _flag(seen, truth.flag),
    )


def _values(seen: Seen, truth: Truth) -> str:
    """Compare the bytes, in the type that the column has in echub."""
    for name, right in truth.numbers.items():
        if name not in seen.columns:
            return f"no: {name} is not there"
        found = np.asarray(seen.columns[name], dtype=np.float64).astype(right.dtype)
        if len(found) != len(right):
            return f"no: {len(found)} of {len(right)} rows"
        if found.tobytes() != np.ascontiguousarray(right).tobytes():
            return f"no: {np.count_nonzero(found != right)} of {len(right)} differ"
    return "all bits"


def _unit(seen: Seen, name: str, unit: str) -> str:
    if seen.units.get(name) == unit:
        return seen.unit_in
    return "in the name" if name.endswith(f" / {unit}") else "no"


def _missing(seen: Seen, name: str) -> str:
    if not name:
        return "–"
    if name not in seen.columns:
        return "no: not there"
    value: Any = seen.columns[name][0]
    if value is None or np.ma.is_masked(value):
        return "missing"
    return "NaN" if isinstance(value, float | np.floating) and np.isnan(value) else f"no: {value}"


def _text(seen: Seen, name: str) -> str:
    if not name:
        return "–"
    value = seen.columns[name][0]
    if isinstance(value, str):
        return "yes" if value == "1 mA" else f"no: {value}"
    return "code; labels in an attribute" if name in seen.meanings else f"no: {value}"


def _flag(seen: Seen, name: str) -> str:
    if not name:
        return "–"
    if name not in seen.columns:
        return "no: not there"
    return "bits; names in an attribute" if name in seen.meanings else "a column"
