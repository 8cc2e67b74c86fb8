"""Columns that EC-Lab computes only on export, by its own recipes.

Each recipe is one line of `RECIPES`: what it gives, from which columns, and how. It is used where
the file has no column of that quantity. Where EC-Lab prints 0 for `no value`, it is missing here: a
rest is not a setpoint of zero, and no current gives no resistance.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from echub.plugin import MISSING, Bits, Deferred, SourceColumn, extremes, held, occurring, parts, unread

Array = NDArray[Any]
Values = Array | Deferred
_CURRENT_MODE, _POTENTIAL_MODE = 1, 2
_BLOCK = 16_384
"""Rows computed at once: 128 KiB of a column."""
STEP = 65_536
"""Rows up to which a column is computed at once; a longer one when it is used."""


class Recipe(NamedTuple):
    """A derived column: its header, quantity and unit, its inputs, and the function of them.

    Each input is a tuple of headers, the first that the file has is taken; `text` says the recipe
    in the words of the headers. `single`: EC-Lab prints 8 digits, single precision. `looks_back`:
    the function needs the row before. `mode`: only rows of this mode have a value; the mode is the last input.
    A column without any value is left out, unless `even_empty`.
    """

    header: str
    quantity: str
    unit: str | None
    inputs: tuple[tuple[str, ...], ...]
    function: Callable[..., Array]
    text: str
    averaged: bool = False
    even_empty: bool = False
    negate: bool = False
    single: bool = False
    looks_back: bool = False
    mode: int = 0


def _mean_current(dq: Array, time: Array) -> Array:
    """dq in mA·h over the time since the row before; missing in the first row and where time stands still."""
    current = np.full(len(time), MISSING)
    elapsed = np.diff(time)
    np.divide(dq[1:] * 3600.0, elapsed, out=current[1:], where=elapsed > 0)
    return current


def _where_mode(wanted: int) -> Callable[[Array, Array], Array]:
    def part(control: Array, mode: Array) -> Array:
        real = control if control.dtype.kind == "f" else _double(control)  # a text may print whole numbers only
        return np.where(mode == wanted, real, real.dtype.type(MISSING))

    return part


def _resistance(potential: Array, current: Array) -> Array:
    value = _double(potential)  # a new array, used again: NumPy casts mixed types bit by bit, at twice the time
    value /= _double(current)
    np.abs(value, out=value)
    value *= 1000.0
    np.copyto(value, MISSING, where=current == 0)
    return value


def _power(potential: Array, current: Array) -> Array:
    value = _double(potential)
    value *= _double(current)
    value /= 1000.0
    return value


def _capacity(charge: Array, half: Array, current: Array) -> Array:
    """|charge|, and 0 in rows whose current takes away from the charge of their half cycle.

    Both the current and the step of the charge since the row before have to oppose: the first row
    after a change of sign belongs to the half cycle before, and keeps its capacity.
    """
    smaller = np.diff(charge)
    smaller *= charge[1:]
    rows = np.flatnonzero(smaller < 0) + 1  # few
    opposed = rows[(half[rows] == half[rows - 1]) & (current[rows] * charge[rows] < 0)]
    capacity: Array = np.abs(charge)
    capacity[opposed] = 0.0
    return capacity


def _polar(function: Callable[[Array], Array], sign: float) -> Callable[[Array, Array], Array]:
    def part(size: Array, phase: Array) -> Array:
        value = sign * _double(size) * function(np.deg2rad(_double(phase)))
        return np.where(size > 0, value, MISSING)

    return part


def _inverse(size: Array) -> Array:
    """Return 1/|Z|; missing where no impedance was measured, of which EC-Lab prints 0."""
    inverse = np.full(len(size), MISSING)
    np.divide(1.0, _double(size), out=inverse, where=size > 0)
    return inverse


def _double(values: Array) -> NDArray[np.float64]:
    return values.astype(np.float64)


_POTENTIAL = ("Ewe/V", "<Ewe>/V", "<Ewe/V>")
_CELL = ("Ecell/V",)
_CURRENT = ("I/mA", "<I>/mA")
_COUNTER = ("Ece/V", "<Ece>/V")
_POLAR = (("|Z|/Ohm",), ("Phase(Z)/deg",))
_HALF = ("Q charge/discharge/mA.h",)

RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "<I>/mA",
        "current",
        "mA",
        (("dq/mA.h",), ("time/s",)),
        _mean_current,
        "dq/mA.h * 3600 / (time/s - time/s of the row before)",
        averaged=True,
        even_empty=True,
        looks_back=True,
    ),
    Recipe(
        "control/V",
        "potential_setpoint",
        "V",
        (("control/V/mA",), ("mode",)),
        _where_mode(_POTENTIAL_MODE),
        "control/V/mA where mode = 2",
        mode=_POTENTIAL_MODE,
    ),
    Recipe(
        "control/mA",
        "current_setpoint",
        "mA",
        (("control/V/mA",), ("mode",)),
        _where_mode(_CURRENT_MODE),
        "control/V/mA where mode = 1",
        mode=_CURRENT_MODE,
    ),
    Recipe("cycle number", "cycle", None, (("half cycle",),), lambda half: half // 2, "floor(half cycle / 2)"),
    Recipe(
        "Q charge/mA.h",
        "charge_anodic",
        "mA*h",
        (_HALF,),
        lambda charge: np.maximum(charge, 0.0),
        "max(Q charge/discharge/mA.h, 0)",
    ),
    Recipe(
        "Q discharge/mA.h",
        "charge_cathodic",
        "mA*h",
        (_HALF,),
        lambda charge: np.maximum(-charge, 0.0),
        "max(-Q charge/discharge/mA.h, 0)",
    ),
    Recipe(
        "Capacity/mA.h",
        "capacity",
        "mA*h",
        (_HALF, ("half cycle",), _CURRENT),
        _capacity,
        "|Q charge/discharge/mA.h|, 0 where the current runs against it within its half cycle",
        looks_back=True,
    ),
    Recipe("Capacity/mA.h", "capacity", "mA*h", (_HALF,), np.abs, "|Q charge/discharge/mA.h|"),
    Recipe(
        "Ewe-Ece/V",
        "voltage",
        "V",
        (_POTENTIAL, _COUNTER),
        lambda working, counter: _double(working) - _double(counter),
        "Ewe/V - Ece/V",
        single=True,
    ),
    Recipe(
        "P/W",
        "power_we",
        "W",
        (_POTENTIAL, _CURRENT),
        _power,
        "Ewe/V * I/mA / 1000",
        single=True,
    ),
    Recipe(
        "P/W",
        "power_cell",
        "W",
        (_CELL, _CURRENT),
        _power,
        "Ecell/V * I/mA / 1000",
        single=True,
    ),
    Recipe(
        "R/Ohm",
        "resistance_we",
        "ohm",
        (_POTENTIAL, _CURRENT),
        _resistance,
        "|Ewe/V / (I/mA)| * 1000",
        single=True,
    ),
    Recipe(
        "Re(Z)/Ohm",
        "impedance_real",
        "ohm",
        _POLAR,
        _polar(np.cos, 1.0),
        "|Z|/Ohm * cos(Phase(Z)/deg)",
        single=True,
    ),
    Recipe(
        "-Im(Z)/Ohm",
        "impedance_imag",
        "ohm",
        _POLAR,
        _polar(np.sin, -1.0),
        "-|Z|/Ohm * sin(Phase(Z)/deg)",
        negate=True,
        single=True,
    ),
    Recipe("|Y|/Ohm-1", "admittance_abs", "Ohm-1", _POLAR[:1], _inverse, "1 / (|Z|/Ohm)", single=True),
    Recipe(
        "Phase(Y)/deg",
        "admittance_phase",
        "deg",
        _POLAR,
        lambda size, phase: np.where(size > 0, -_double(phase), MISSING),
        "-Phase(Z)/deg where |Z|/Ohm > 0",
        single=True,
    ),
    Recipe(
        "Re(Y)/Ohm-1",
        "admittance_real",
        "Ohm-1",
        _POLAR,
        lambda size, phase: _polar(np.cos, 1.0)(_inverse(size), phase),
        "cos(Phase(Z)/deg) / (|Z|/Ohm)",
        single=True,
    ),
    Recipe(
        "Im(Y)/Ohm-1",
        "admittance_imag",
        "Ohm-1",
        _POLAR,
        lambda size, phase: _polar(np.sin, -1.0)(_inverse(size), phase),
        "-sin(Phase(Z)/deg) / (|Z|/Ohm)",
        single=True,
    ),
)
"""The recipes, in the order they are tried: the mean current is an input of those behind it."""


def derived_columns(columns: Sequence[SourceColumn]) -> list[SourceColumn]:
    """Derive what these columns allow and no column of theirs says already."""
    by_header = {**_flags(columns), **{column.header: held(column) for column in reversed(columns)}}
    present = {column.quantity for column in columns}
    derived: list[SourceColumn] = []
    for recipe in RECIPES:
        inputs = [_first(by_header, headers) for headers in recipe.inputs]
        if recipe.quantity in present or any(values is None for values in inputs):
            continue
        given = [values for values in inputs if values is not None]
        if _never(recipe, given):
            continue
        values = _computed(recipe, given)
        if not recipe.even_empty and _is_empty(values):
            continue
        by_header.setdefault(recipe.header, values)
        present.add(recipe.quantity)
        derived.append(_column(recipe, values))
    return derived


def loop_numbers(first_rows: Sequence[int], rows: int) -> list[SourceColumn]:
    """Return a column that numbers the loop of each row, from 0; none for a run without loops.

    first_rows: the 0-based first row of each loop, as the file lists them.
    """
    if len(first_rows) < 2 or any(later < row for row, later in itertools.pairwise(first_rows)):
        return []
    edges = np.minimum(first_rows[1:], rows)
    numbers = np.arange(len(first_rows), dtype=np.min_scalar_type(len(first_rows)))

    def part(first: int, last: int) -> Array:
        return numbers[np.searchsorted(edges, np.arange(first, last), side="right")]

    attrs = {"recipe": "the loops that the file lists by their first rows"}
    values = Deferred(numbers.dtype, (rows,), part) if rows > STEP else part(0, rows)
    return [SourceColumn("loop number", unread(values), origin="reported", attrs=attrs)]


def _computed(recipe: Recipe, inputs: Sequence[Values]) -> Deferred:
    """Compute a column when it is asked for, in blocks that fit the processor's cache.

    Blocks always start at the same rows: some functions of NumPy round by where a value stands in its array.
    """
    rows, back = len(inputs[0]), int(recipe.looks_back)

    def block(first: int) -> Array:
        given = [_rows(values, max(0, first - back), min(first + _BLOCK, rows)) for values in inputs]
        with np.errstate(all="ignore"):
            return recipe.function(*given)[min(back, first) :]

    start = block(0)
    dtype = np.dtype(np.float32) if recipe.single else _counter_type(start.dtype, inputs[0])
    if rows <= _BLOCK:
        return _made(start, dtype)

    def part(first: int, last: int) -> Array:
        start = first - first % _BLOCK
        made = np.empty(max(0, last - start), dtype)
        with np.errstate(all="ignore"):  # single precision may overflow
            for at in range(start, last, _BLOCK):
                made[at - start : at - start + _BLOCK] = block(at)[: last - at]
        return made[first - start :]

    return Deferred(dtype, (rows,), part, whole=lambda: part(0, rows))


def _made(values: Array, dtype: np.dtype[Any]) -> Deferred:
    """Return a column that is computed already."""
    with np.errstate(all="ignore"):  # single precision may overflow
        made = values.astype(dtype, copy=False)
    return Deferred(dtype, made.shape, lambda first, last: made[first:last], whole=lambda: made)


def _rows(values: Values, first: int, last: int) -> Array:
    return values.part(first, last) if isinstance(values, Deferred) else values[first:last]


def _counter_type(dtype: np.dtype[Any], counted: Values) -> np.dtype[Any]:
    """Return the smallest type of a counter made from another that never exceeds it; others as they are."""
    if dtype.kind not in "ui" or not len(counted):
        return dtype
    low, high = extremes(counted)
    return dtype if low < 0 else np.min_scalar_type(high)


def _is_empty(values: Deferred) -> bool:
    """Return whether a column has rows and no value in any; most have one in the first block."""
    return (
        values.dtype.kind == "f"
        and len(values) > 0
        and all(np.isnan(part).all() for _, part in parts(values, _BLOCK))
    )


def _flags(columns: Sequence[SourceColumn]) -> dict[str, Values]:
    """Return the mode out of the packed status byte of a binary file."""
    return {
        b.header: _extracted(b, held(column))
        for column in columns
        for b in column.bits
        if b.name == "control_mode"
    }


def _extracted(field: Bits, packed: Values) -> Values:
    if isinstance(packed, Deferred):
        return packed.map(field.extract, packed.dtype)
    return field.extract(packed)


def _never(recipe: Recipe, inputs: Sequence[Values]) -> bool:
    """Return whether a file never was in the mode that a recipe needs: quicker than to look at every row."""
    modes = inputs[-1]
    known = recipe.mode and isinstance(modes, Deferred) and modes.distinct is not None
    return bool(known) and recipe.mode not in occurring(modes)


def _first(by_header: Mapping[str, Values], headers: tuple[str, ...]) -> Values | None:
    return next((by_header[header] for header in headers if header in by_header), None)


def _column(recipe: Recipe, values: Deferred) -> SourceColumn:
    return SourceColumn(
        recipe.header,
        unread(values if len(values) > STEP else values.load()),
        recipe.quantity,
        recipe.unit,
        origin="derived",
        averaged=recipe.averaged,
        negate=recipe.negate,
        attrs={"recipe": recipe.text},
    )
