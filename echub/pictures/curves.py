"""Curves of columns: axes with readable units and prefixes, lines that break where a clock restarts, thinned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.drawing import axis_label, outline, prefixed, tidy, time_unit
from echub.errors import UnitMismatch
from echub.model.column import Column
from echub.model.units import scale_between
from echub.model.vocabulary import quantities
from echub.pictures.gaps import stretches
from echub.pictures.labels import symbol
from echub.segments import clock_segments

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]


DOT = 2.5
"""Size of a point that stands alone, in points: larger than the line is wide, as in a spectrum of impedance."""
READABLE = (0.1, 1000.0)
"""Largest values that keep the unit they are in: 0.4 V reads better than 400 mV, 0.04 V does not."""


@dataclass(frozen=True)
class Axis:
    """How the values of a column are printed on an axis: a factor and an offset, as of °C, and the label."""

    factor: float
    words: str
    offset: float = 0.0
    unit: str | None = None

    def of(self, column: Column) -> Floats:
        """Return the values as they are drawn, (n,); the factor is that of `unit`, to which others are brought."""
        return _in(column, self.unit) * self.factor + self.offset


def axis_of(columns: Sequence[Column], unit: str | None = None) -> Axis:
    """Return the common axis of one column of several files, in a stated unit or in a readable one.

    A time is in days, hours, minutes or seconds by its span; other units get a prefix if the largest value
    is outside `READABLE`. The label names each quantity once. Raises `UnitMismatch` for a unit of
    another dimension.
    """
    first = columns[0]
    symbols = ", ".join(dict.fromkeys(symbol(column) for column in columns))
    if unit is not None:
        return _in_unit(first, unit, symbols)
    if first.quantity == "time":
        length, name = time_unit(np.concatenate([np.asarray(c.values, np.float64) for c in columns]))
        return Axis(1 / length, axis_label(symbols, name), unit=first.unit)
    largest = max(_largest(_in(column, first.unit)) for column in columns)
    usual = READABLE[0] <= largest < READABLE[1]
    factor, printed = (1.0, first.unit or "") if usual else prefixed(largest, first.unit or "")
    return Axis(factor, axis_label(symbols, printed), unit=first.unit)


def _in(column: Column, unit: str | None) -> Floats:
    """Return the values (n,) in a unit; raise `UnitMismatch` if they have another dimension, or none."""
    values = np.asarray(column.values, dtype=np.float64)
    if column.unit == unit:
        return values
    try:
        scale = scale_between(column.unit or "1", unit or "1", point=_is_point(column))
    except UnitMismatch:
        found = f"{column.name} in {column.unit or 'no unit'}"
        hint = "draw them one by one, or --x NAME --y NAME"
        raise UnitMismatch("the files share no axis", expected=unit or "no unit", found=found, hint=hint) from None
    return values * float(scale.factor) + float(scale.offset)


def _is_point(column: Column) -> bool:
    known = quantities().get(column.quantity or "")
    return known is not None and known.point


def _in_unit(column: Column, unit: str, symbols: str) -> Axis:
    """Return the axis in a stated unit; a temperature is a point on its scale, as in `Dataset.to`."""
    if column.unit is None:
        raise UnitMismatch(f"the column {column.name!r} has no unit", expected=unit, found="no unit")
    scale = scale_between(column.unit, unit, point=_is_point(column))
    return Axis(float(scale.factor), axis_label(symbols, unit), float(scale.offset), column.unit)


def _largest(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max()) if len(finite) else 0.0


def curve(axis: Axes, x: Floats, y: Floats, **style: Any) -> None:  # noqa: ANN401
    """Draw one line through the rows that show its shape: all of a short one, the extremes of a long one."""
    kept = outline(x, y)
    _line(axis, x[kept], y[kept], **style)


def curve_of_time(axis: Axes, time: Floats, y: Floats, **style: Any) -> None:  # noqa: ANN401
    """Draw one line against time; it breaks where the clock restarts, and across pauses of the recording."""
    _pieces(axis, time, y, stretches(time), **style)


def curve_of_scans(axis: Axes, x: Floats, y: Floats, **style: Any) -> None:  # noqa: ANN401
    """Draw one line against what is scanned again and again, such as a mass; it breaks where a scan begins."""
    _pieces(axis, x, y, clock_segments(x), **style)


def _pieces(axis: Axes, x: Floats, y: Floats, parts: Sequence[slice], **style: Any) -> None:  # noqa: ANN401
    """Draw one line with a gap between parts of the rows."""
    if not parts:
        return
    each = [np.append(np.arange(rows.start, rows.stop)[outline(x[rows], y[rows])], -1) for rows in parts]
    kept = np.concatenate(each)[:-1]
    ends = kept < 0
    _line(axis, np.where(ends, np.nan, x[kept]), np.where(ends, np.nan, y[kept]), **style)


def _line(axis: Axes, x: Floats, y: Floats, **style: Any) -> None:  # noqa: ANN401
    """Draw a line; a point without a neighbour, as in a file of one row, gets a dot: no line goes through it."""
    there = np.isfinite(x) & np.isfinite(y)
    alone = there & ~np.append(there[1:], False) & ~np.append(False, there[:-1])
    dots = {"marker": "o", "markersize": DOT, "markevery": np.flatnonzero(alone).tolist()} if alone.any() else {}
    axis.plot(x, y, **{"linewidth": 1, **dots, **style})


def finish(axis: Axes, x: str = "", y: str = "", *, legend: bool = False, beside: bool = False) -> None:
    """Label axes, tidy them, and add a legend, inside the axes or beside them."""
    axis.set(xlabel=x, ylabel=y)
    tidy(axis)
    if legend:
        place = {"loc": "upper left", "bbox_to_anchor": (1, 1)} if beside else {"loc": "best"}
        axis.legend(frameon=False, fontsize="small", **place)
