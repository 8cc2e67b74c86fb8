"""The cells of a column as numbers, and means of replicates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.model.cell_text import NOTHING, cell_reading
from echub.model.column import Column

Floats = NDArray[np.float64]
UNLIKELY = 0.05
"""Level of the test of replicates against what they state: one good value in twenty is told."""


@dataclass(frozen=True, eq=False)
class Readings:
    """The cells of a column (rows,): values, standard uncertainties and limits, in its unit; NaN for none.

    `shared` is the part of the uncertainty that all rows have in common; it is not in `u`.
    """

    values: Floats
    u: Floats
    limits: Floats
    shared: Floats

    @classmethod
    def of(cls, column: Column, unit: str | None) -> Readings:
        """Read a column, of numbers or of text."""
        nothing = np.full(len(column.values), np.nan)
        if not column.labels:
            return cls(np.asarray(column.values, dtype=np.float64), nothing, nothing, nothing)
        cells = [
            cell_reading(column.labels.get(int(code), ""), unit) or NOTHING for code in column.values.tolist()
        ]
        read = np.array([(c.value, c.u, c.limit) for c in cells]).reshape(-1, 3)
        return cls(read[:, 0], read[:, 1], read[:, 2], nothing)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of replicates: value (NaN if there is none), standard uncertainty, number, and what is to be told.

    `chance`: of replicates that scatter as much if each is as certain as it states; None if not all state it.
    """

    value: float
    u: float | None
    n: int
    below: int = 0
    limit: float = np.nan
    chance: float | None = None
    shared: float = 0.0

    @property
    def scatters(self) -> bool:
        """Return whether the replicates scatter by more than they state."""
        return self.chance is not None and self.chance < UNLIKELY


def mean_of_readings(readings: Readings, rows: NDArray[np.intp]) -> Mean:
    """Return the mean of some rows; without one if any is below a limit, as the mean of the others is too high.

    Replicates that scatter more than they state count by their scatter, those that scatter much less as one: what
    they state may be common to them. One value has what it states.
    """
    values, stated, limits = readings.values[rows], readings.u[rows], readings.limits[rows]
    known = np.isfinite(values)
    n, below = int(known.sum()), int((~np.isnan(limits)).sum())
    shared = float(np.nan_to_num(readings.shared[rows]).max(initial=0.0))
    if below or not n:
        return Mean(np.nan, None, n, below, float(np.nanmax(limits)) if below else np.nan, shared=shared)
    found, own = values[known], stated[known]
    mean = float(found.mean())
    if n == 1:
        return Mean(mean, float(own[0]) if own[0] > 0 else None, 1, shared=shared)
    seen = float(found.std(ddof=1) / np.sqrt(n))
    if not (own > 0).all():
        return Mean(mean, seen, n, shared=shared)
    from scipy.special import chdtr

    chi2 = float((((found - np.average(found, weights=own**-2)) / own) ** 2).sum())
    below_chance = float(chdtr(n - 1, chi2))
    alone = float(np.sqrt((own**2).mean()))
    said = alone if below_chance < UNLIKELY else alone / np.sqrt(n)
    return Mean(mean, max(seen, said), n, chance=1 - below_chance, shared=shared)
