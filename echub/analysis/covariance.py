"""The covariance of measurands, as a table of an outcome by convention.

The table ``covariance`` has the column `measurand`, the names, and one column per name in the same
order. The entry in row i, column j is the covariance of the two in the product of their units; the
unit of column j is that of measurand j. The diagonal is the square of the standard uncertainties.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.analysis.outcome import Measurand, Outcome, Series, Table
from echub.errors import PluginError
from echub.text import several

NAME, NAMES = "covariance", "measurand"
AGREES = 1e-6
"""Relative difference up to which numbers of one calculation agree: far above rounding (1e-16 times the condition
of a matrix that can be inverted at all), far below any digit of an uncertainty that is printed."""


def covariance_table(measurands: Mapping[str, Measurand], names: Sequence[str], matrix: ArrayLike) -> Table:
    """Return the table ``covariance`` for some of the measurands.

    matrix: (k, k) for k names, in the products of the measurands' units. Raises `PluginError` if it is not
    symmetric, or does not agree with their uncertainties.
    """
    values = np.asarray(matrix, dtype=np.float64)
    if problem := _problem(measurands, list(names), values):
        raise PluginError("a covariance does not fit its measurands", found=problem)
    columns = {name: Series.of(values[:, k], measurands[name].unit) for k, name in enumerate(names)}
    return {NAMES: Series(tuple(names)), **columns}


def covariance_of(outcome: Outcome) -> tuple[list[str], NDArray[np.float64]] | None:
    """Return the names and the covariance matrix (k, k) of an outcome's measurands; None without a table."""
    table = outcome.tables.get(NAME)
    if table is None:
        return None
    names = [str(name) for name in table[NAMES].values]
    return names, np.column_stack([table[name].array() for name in names])


def covariance_problem(outcome: Outcome) -> str:
    """Say what is wrong with the covariance table of an outcome; empty if it is valid or absent."""
    table = outcome.tables.get(NAME)
    if table is None:
        return ""
    names = [str(name) for name in table[NAMES].values] if NAMES in table else []
    if not names or set(table) != {NAMES, *names} or any(len(table[name]) != len(names) for name in names):
        return f"columns {', '.join(table)}, which are not {NAMES} and one of equal length per name"
    units = [n for n in names if n in outcome.measurands and table[n].unit != outcome.measurands[n].unit]
    if units:
        return f"another unit than its measurand: {', '.join(units)}"
    return _problem(outcome.measurands, names, np.column_stack([table[name].array() for name in names]))


def _problem(measurands: Mapping[str, Measurand], names: list[str], matrix: NDArray[np.float64]) -> str:
    unknown = [name for name in names if name not in measurands or measurands[name].uncertainty is None]
    if unknown or len(set(names)) < len(names):
        return f"no measurand with an uncertainty, or twice the same: {', '.join(unknown or names)}"
    if matrix.shape != (len(names), len(names)) or not np.isfinite(matrix).all():
        return f"no finite square matrix for {several(len(names), 'name')}: shape {matrix.shape}"
    stated = np.array([measurands[name].uncertainty for name in names], dtype=np.float64)
    scale = np.outer(stated, stated)
    if (np.abs(matrix - matrix.T) > AGREES * scale).any():
        return "it is not symmetric"
    off = np.flatnonzero(np.abs(np.diag(matrix) - stated**2) > AGREES * stated**2)
    if len(off):
        own, said = float(np.sqrt(abs(matrix[off[0], off[0]]))), float(stated[off[0]])
        return f"the diagonal makes u({names[off[0]]}) {own:.6g}, stated is {said:.6g}"
    if (np.abs(matrix) > scale * (1 + AGREES)).any():
        return "a correlation is larger than 1"
    return ""
