"""Standard uncertainties of a column, from the columns that state them, in the unit of the values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from echub.errors import DataError, UnknownUnit
from echub.model.spreads import Kind
from echub.model.units import parse_unit, scale_between

Floats = NDArray[np.float64]


def in_unit_of(u: Floats, own: str | None, values: Floats, unit: str | None, header: str) -> Floats:
    """Return a stated spread (rows,) in the unit of its values; one in % of values that are not in % is relative.

    `own` is the unit of the spread, None: that of the values. Raises `DataError` if the units do not fit.
    """
    if own is None or own == unit:
        return u
    if own == "%":
        return np.abs(values) * u / 100
    if unit is None or not _same_dimension(own, unit):
        raise DataError(
            f"{header} is not in the unit of its values",
            expected=f"a unit of the dimension of {unit or '1'}, or % of the value",
            found=own,
        )
    return scale_between(own, unit).apply(u)


def _same_dimension(one: str, other: str) -> bool:
    try:
        return parse_unit(one).dimension == parse_unit(other).dimension
    except UnknownUnit:
        return False


def standard(told: Mapping[Kind, Floats], in_cells: Floats) -> Floats:
    """Return the standard uncertainty (rows,) that columns state, by kind, else that of the cells themselves.

    A standard deviation is that of a mean if the number of values is stated, else that of one value.
    """
    kinds: tuple[Kind, ...] = ("u", "assumed", "sd")
    kind = next((kind for kind in kinds if kind in told), None)
    if kind is None:
        return in_cells
    u = told[kind]
    if kind == "sd" and "n" in told:
        u = np.where(np.isnan(told["n"]), u, u / np.sqrt(told["n"]))
    return np.where(np.isnan(u), in_cells, u)
