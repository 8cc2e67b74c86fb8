"""Cells of measured columns: numbers, uncertainties, limits of detection; and means of replicates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from echub.errors import DataError, UnitMismatch, UnknownUnit
from echub.model.column import Column
from echub.model.spreads import Kind
from echub.model.units import is_unit, parse_unit, scale_between

Floats = NDArray[np.float64]
UNLIKELY = 0.05
"""Level of the test of replicates against what they state: one good value in twenty is told."""

_DIGITS = r"[-+−]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+−]?\d+)?"
_CELL = re.compile(
    rf"(?P<limit>[<≤])?\s*(?P<value>{_DIGITS})(?:\((?P<digits>\d+)\)|\s*(?:±|\+/-|\+-)\s*(?P<u>{_DIGITS}))?"
    r"\s*(?P<unit>[A-Za-zµμΩ%°]\S*)?"
)
_UNDETECTED = re.compile(
    r"[<≤]\s*(?:lod|loq|dl|mdl|bg)|n\.?\s?[dn]\.?|b\.?d\.?l\.?|not detected|below (?:detection|lod)( limit)?",
    re.IGNORECASE,
)
_EMPTY = frozenset(["", "na", "n/a", "#n/a", "nan", "-", "--", "–", "—", "none", "null"])
_THOUSANDS = re.compile(r"[-+−]?[1-9]\d{0,2},\d{3}")


@dataclass(frozen=True, slots=True)
class CellReading:
    """One cell: number and standard uncertainty, or the limit that it is below (infinite: not known); else NaN."""

    value: float = np.nan
    u: float = np.nan
    limit: float = np.nan

    @property
    def says_something(self) -> bool:
        """Return whether the cell holds a number or a limit."""
        return not (np.isnan(self.value) and np.isnan(self.limit))


NOTHING = CellReading()


@lru_cache(4096)
def cell_reading(text: str, unit: str | None = None) -> CellReading | None:
    """Read a cell: ``1.2``, ``1.2 ± 0.1``, ``1.20(5)``, ``1300 MPa``, ``<0.5``, ``n.d.``; None for any other text.

    `unit` is that of the column, to which a unit in the cell is converted. A comma is a decimal mark, but where it
    may part thousands.
    """
    cell = text.strip()
    if cell.casefold() in _EMPTY:
        return NOTHING
    if _UNDETECTED.fullmatch(cell):
        return CellReading(limit=np.inf)
    match = _CELL.fullmatch(cell)
    if match is None or _THOUSANDS.fullmatch(match["value"]):
        return None
    factor = _factor(match["unit"], unit)
    if factor is None:
        return None
    value = _number(match["value"]) * factor
    if match["limit"]:
        return CellReading(limit=value)
    return CellReading(value, _stated(match) * factor)


def cell_readings(texts: Sequence[str], unit: str | None = None) -> tuple[list[CellReading | None], str | None]:
    """Read the cells of a column of text, and return its unit: as given, else that of the first cell with one."""
    if unit is None:
        matches = (_CELL.fullmatch(text.strip()) for text in texts)
        unit = next((m["unit"] for m in matches if m and m["unit"] and is_unit(m["unit"])), None)
    return [cell_reading(text, unit) for text in texts], unit


def _number(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-"))


def _stated(match: re.Match[str]) -> float:
    """Return the uncertainty of a cell: behind ±, or of its last digits."""
    if match["u"]:
        return abs(_number(match["u"]))
    if not match["digits"]:
        return np.nan
    mantissa, _, power = match["value"].casefold().partition("e")
    decimals = len(re.split("[.,]", mantissa)[1]) if re.search("[.,]", mantissa) else 0
    return int(match["digits"]) * 10.0 ** (int(power.replace("−", "-") or 0) - decimals)


def _factor(printed: str | None, unit: str | None) -> float | None:
    """Return what brings a cell to the unit of its column; None if its unit does not fit."""
    if not printed or printed == unit:
        return 1.0
    if unit is None or not is_unit(printed) or not is_unit(unit):
        return None
    try:
        return float(scale_between(printed, unit).apply(1.0))
    except (UnitMismatch, UnknownUnit):
        return None


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
