"""Columns that EC-Lab computes only on export, by its own recipes.

Where the vendor's recipe prints 0 for `no value`, NaN stands here: a rest is not a setpoint of
zero, and the first row has no interval to average over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import SourceColumn

_CURRENT_MODE, _POTENTIAL_MODE = 1, 2
_BLOCK = 65_536
"""Rows computed at once, so that a large file needs no copies of whole columns."""


def derived_columns(columns: Sequence[SourceColumn]) -> list[SourceColumn]:
    """Derive what these columns allow: the mean current of files that hold none, the split setpoint."""
    by_header = {column.header: column.values for column in columns}
    mode = next((b.extract(c.values) for c in columns for b in c.bits if b.name == "control_mode"), None)
    derived = []
    if not any(column.quantity == "current" for column in columns):
        derived += _mean_current(by_header)
    if mode is not None:
        derived += _split_control(by_header, mode)
    return derived


def _mean_current(by_header: Mapping[str, NDArray[Any]]) -> list[SourceColumn]:
    """<I> = dq * 3600 / dt, in mA from mA·h and s; NaN in the first row and where time stands still."""
    if "dq/mA.h" not in by_header or "time/s" not in by_header:
        return []
    time, charge = by_header["time/s"], by_header["dq/mA.h"]
    current = np.full(len(time), np.nan)
    with np.errstate(all="ignore"):
        for first in range(1, len(time), _BLOCK):
            last = min(first + _BLOCK, len(time))
            elapsed = time[first:last] - time[first - 1 : last - 1]
            np.divide(charge[first:last] * 3600.0, elapsed, out=current[first:last], where=elapsed > 0)
    recipe = "dq/mA.h * 3600 / (time/s - time/s of the row before)"
    return [_derived("<I>/mA", current, "current", "mA", recipe, averaged=True)]


def _split_control(by_header: Mapping[str, NDArray[Any]], mode: NDArray[Any]) -> list[SourceColumn]:
    """Split the column that holds volts or milliamperes, by the control mode of each row."""
    if "control/V/mA" not in by_header:
        return []
    control = by_header["control/V/mA"]
    nan = control.dtype.type(np.nan)
    parts = (
        ("control/V", _POTENTIAL_MODE, "potential_setpoint", "V"),
        ("control/mA", _CURRENT_MODE, "current_setpoint", "mA"),
    )
    derived = []
    for header, wanted, quantity, unit in parts:
        holds = mode == wanted
        if holds.any():
            values = control if holds.all() else np.where(holds, control, nan)
            derived.append(_derived(header, values, quantity, unit, f"control/V/mA where mode = {wanted}"))
    return derived


def _derived(
    header: str, values: NDArray[Any], quantity: str, unit: str, recipe: str, *, averaged: bool = False
) -> SourceColumn:
    return SourceColumn(
        header, values, quantity, unit, origin="derived", averaged=averaged, attrs={"recipe": recipe}
    )
