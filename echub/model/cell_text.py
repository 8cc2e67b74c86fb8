"""Cells of measured columns, as people type them: numbers, uncertainties, limits of detection, units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from echub.errors import UnitMismatch, UnknownUnit
from echub.model.units import is_unit, scale_between

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
