"""From the columns of a reader to datasets: names, units, types, and one place for every row.

A reader supplies arrays with headers, quantities and printed units; everything the data model
requires beyond that is done here, so that all readers agree.
"""

from __future__ import annotations

import itertools
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import PluginError, UnitMismatch
from echub.model.column import TEXT, Bits, Column, Origin
from echub.model.dataset import Dataset, Omitted
from echub.model.deferred import STEP, Deferred, altered, deferring, extremes, held, occurring, parts, unread
from echub.model.missing import filled
from echub.model.spectra import LABEL, SPECTRUM, numbered
from echub.model.units import Scale, scale_between, unit
from echub.model.vocabulary import Quantity, kinds, quantities
from echub.text import with_article

_TEXTS = "OUT"
ROWS = ("row",)
Values = NDArray[Any] | Deferred
_NUMBERS = ("|b1", "<f2", "<f4", "<f8", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8")
"""NumPy's letters for texts, and the number types that every file format holds, in any byte order."""


@deferring
@dataclass(frozen=True, slots=True, eq=False)
class SourceColumn:
    """One column as the reader found it.

    `header` exactly as printed; `unit` as printed (None: dimensionless or unknown); `negate`
    if the source's sign is the opposite of the quantity's. `index` is the position in the
    source's table; None marks a column that is not in it (derived). Without a quantity it
    becomes a vendor column. Text may be given as strings or as codes with `labels`; `is_text` says
    that such codes are texts in the source. `axes` are those of a map's column, one per dimension
    of the values; a table's columns have rows.
    Numbers of a large file may be `Deferred`.
    A value that the source does not have is `MISSING` in an array of floats, or masked in a NumPy masked array,
    whose whole numbers then become float64; a text that is missing is empty. NaN is what the source says is not
    a number.
    Raises `PluginError` for values that do not fit the axes, or are neither numbers nor texts.
    """

    header: str
    values: NDArray[Any]
    quantity: str | None = None
    unit: str | None = None
    origin: Origin = "measured"
    averaged: bool = False
    negate: bool = False
    index: int | None = None
    labels: Mapping[int, str] = field(default_factory=dict)
    bits: tuple[Bits, ...] = ()
    attrs: Mapping[str, str] = field(default_factory=dict)
    axes: tuple[str, ...] = ROWS
    is_text: bool = False

    def __post_init__(self) -> None:
        values = held(self)
        if not isinstance(values, Deferred):
            values = _unmasked(self.header, values)
            object.__setattr__(self, "values", values)
        dtype = values.dtype
        known = dtype.kind in _TEXTS or dtype.newbyteorder("<").str in _NUMBERS
        if values.ndim != len(self.axes) or not known:
            raise PluginError(
                f"the column {self.header!r} holds neither numbers nor text, one per row",
                expected="one value per row: whole numbers, floats of at most 64 bits, truth values or texts",
                found=f"NumPy's {dtype} of shape {values.shape}",
                hint="decode bytes; give times as seconds, complex numbers as two columns",
            )


def _unmasked(header: str, values: Any) -> NDArray[Any]:  # noqa: ANN401  what NumPy makes an array of
    """Return an array, with the mark for missing values where a masked array has none."""
    # Nothing is masked before somebody has imported the module: 5 % of the time of converting a small file.
    if "numpy.ma" not in sys.modules or not np.ma.isMaskedArray(values) or not np.ma.getmaskarray(values).any():
        return np.asarray(values)
    if values.dtype.kind in _TEXTS:
        return np.where(np.ma.getmaskarray(values), "", values.data)
    try:
        return filled(values.data, np.ma.getmaskarray(values))
    except (TypeError, ValueError) as error:
        raise PluginError(
            f"the column {header!r} has masked values that cannot be kept",
            expected="floats, whole numbers up to 2^53, or texts",
            found=str(error),
            hint="give such numbers as texts",
        ) from None


def build_tables(
    columns: Sequence[SourceColumn], *, row: NDArray[np.integer[Any]] | None = None, starts: Sequence[int] = ()
) -> list[Dataset]:
    """Split one source table into an impedance dataset and a time series, as far as each has rows.

    A row with a frequency above zero is impedance, any other belongs to the time series; what only impedance has
    is left out there if it is empty, but for the frequency of impedance that is not. `row` are the 0-based source
    rows, if some are left out; by default all of them. The spectra of the impedance dataset are numbered; `starts`
    are source rows at which the source starts one.
    """
    frequency = next((c.values for c in columns if c.quantity == "frequency"), None)
    rows = _common_length(columns)
    if frequency is None:
        return [build_dataset("timeseries", columns, row=row)]
    spectral = np.asarray(frequency) > 0
    kept: list[Dataset] = []
    if not spectral.all() or not rows:
        kept.append(_part("timeseries", columns, ~spectral, row, leave_out=kinds()["impedance"].own))
    if spectral.any():
        kept.append(_part("impedance", columns, spectral, row, starts=starts))
    return kept


_SPECTRAL = ("impedance", "admittance")
"""Beginnings of quantities that mean nothing without a frequency."""


def _part(
    kind: str,
    columns: Sequence[SourceColumn],
    rows: NDArray[np.bool_],
    row: NDArray[np.integer[Any]] | None,
    leave_out: Sequence[str] = (),
    starts: Sequence[int] = (),
) -> Dataset:
    everything = bool(rows.all())
    chosen = columns if everything else [altered(c, values=c.values[rows]) for c in columns]
    own = [(c, _is_void(c.values)) for c in chosen if (c.quantity or "") in leave_out]
    has_impedance = any((c.quantity or "").startswith(_SPECTRAL) and not is_void for c, is_void in own)
    void = [c for c, is_void in own if is_void and not (has_impedance and c.quantity == "frequency")]
    stay = [c for c in chosen if not any(c is o for o in void)]
    numbers = np.arange(len(rows)) if row is None else row
    dataset = build_dataset(kind, stay, row=numbers[rows], starts=starts)
    return replace(dataset, omitted=tuple(_omit(c) for c in void if c.index is not None))


def _is_void(values: NDArray[Any]) -> bool:
    """Return whether a column is empty of information: one bit pattern throughout, which is zero or NaN."""
    if values.size == 0:
        return True
    if values.dtype.kind not in "fiu":
        return False
    if values[0] != 0 and values[0] == values[0]:
        return False
    patterns = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    return bool((patterns == patterns[0]).all())


def _omit(column: SourceColumn) -> Omitted:
    fill = column.values[:1].tobytes().hex() if column.values.size else ""
    index = -1 if column.index is None else column.index
    return Omitted(column.header, index, column.values.dtype.str, fill)


def build_dataset(
    kind: str,
    columns: Sequence[SourceColumn],
    *,
    row: NDArray[np.integer[Any]] | None = None,
    starts: Sequence[int] = (),
) -> Dataset:
    """Build one table from source columns of equal length.

    `row` are the 0-based source rows; by default all of them. An impedance dataset gets the column
    `spectrum`; `starts` are source rows at which the source itself starts a spectrum. Raises
    `UnitMismatch` if a printed unit contradicts the quantity, `UnknownUnit` if it is not in
    the table.
    """
    columns = [altered(c, quantity=LABEL) if c.quantity == SPECTRUM else c for c in columns]
    rows = _common_length(columns)
    numbers = _counted_rows(rows) if row is None else _smallest(row)
    attrs = {"description": "0-based row of the source"}
    numbering = Column("row", unread(numbers), "record", "1", "reported", attrs=attrs)
    built = [numbering, *(_column(c, name) for c, name in zip(columns, _names(columns), strict=True))]
    return numbered(Dataset(kind, {column.name: column for column in built}), starts)


def _counted_rows(rows: int) -> Values:
    """Return the numbers of all rows; many of them are counted when they are asked for."""
    dtype = np.min_scalar_type(max(rows - 1, 0))
    if rows <= STEP:
        return np.arange(rows, dtype=dtype)
    return Deferred(
        dtype,
        (rows,),
        lambda first, last: np.arange(first, last, dtype=dtype),
        whole=lambda: np.arange(rows, dtype=dtype),
    )


def build_map(kind: str, columns: Sequence[SourceColumn]) -> Dataset:
    """Build a dataset over several axes; each column names its own (`ion_counts`: species, frame, y, x).

    A column whose only axis has the column's name is the coordinate of that axis. Whole counts become the
    smallest integers. Raises `PluginError` if an axis has two lengths, or values do not fit their axes.
    """
    _check_axes(columns)
    built = [_column(_counted(c), name) for c, name in zip(columns, _names(columns), strict=True)]
    return Dataset(kind, {column.name: column for column in built})


def _check_axes(columns: Sequence[SourceColumn]) -> None:
    lengths: dict[str, int] = {}
    for column in columns:
        for axis, length in zip(column.axes, held(column).shape, strict=True):
            if lengths.setdefault(axis, length) != length:
                raise PluginError(
                    f"the axis {axis} has two lengths",
                    found=f"{lengths[axis]}, and {length} in {column.header!r}",
                )


def _counted(column: SourceColumn) -> SourceColumn:
    return altered(column, values=_smallest(held(column))) if column.quantity == "ion_counts" else column


def _common_length(columns: Sequence[SourceColumn]) -> int:
    lengths = {len(held(column)) for column in columns}
    if len(lengths) > 1:
        raise PluginError(
            "the columns of a table differ in length",
            found=", ".join(f"{c.header}: {len(held(c))}" for c in columns),
        )
    return lengths.pop() if lengths else 0


def _column(source: SourceColumn, name: str) -> Column:
    stored = _coded(source) if held(source).dtype.kind in _TEXTS else _little(source)
    column = Column(
        name,
        unread(held(stored)),
        unit=source.unit,
        origin=source.origin,
        header=source.header,
        index=source.index,
        averaged=source.averaged,
        labels=dict(stored.labels),
        bits=_all_bits(source, name),
        attrs=dict(source.attrs),
        axes=source.axes,
    )
    if source.quantity is not None:
        column = _canonical(column, source, _quantity(source))
    source_dtype = _source_dtype(source, column.dtype)
    return altered(column, source_dtype=source_dtype) if source_dtype else column


def _all_bits(source: SourceColumn, name: str) -> tuple[Bits, ...]:
    """Return the bit fields of a column, and one more for bits that are set and belong to none.

    Whoever writes the fields in place of the packed column, as CSV does, would lose these.
    """
    if not source.bits:
        return ()
    values = held(source)
    left = (1 << 8 * values.dtype.itemsize) - 1
    for bits in source.bits:
        left &= ~bits.mask
    codes = occurring(values).tolist()
    is_set = any(int(code) & left for code in codes if code == code)  # NaN: rows without flags
    return (
        (*source.bits, Bits(f"vendor_other_{name}", f"other bits of {source.header}", left))
        if is_set
        else source.bits
    )


def _canonical(column: Column, source: SourceColumn, quantity: Quantity) -> Column:
    """Convert a column to the unit, sign and type of its quantity."""
    scale = _scale(source, quantity)
    values = _apply(held(column), scale)
    return altered(
        column,
        values=_smallest(values) if quantity.is_integer and not source.bits else values,  # no scaling of bits
        quantity=quantity.name,
        unit=quantity.unit,
        sign=quantity.sign,
        scale=scale,
    )


def _little(source: SourceColumn) -> SourceColumn:
    """Return values in little-endian order, as they are stored, and truth values as 0 and 1."""
    values = held(source)
    wanted = np.dtype(np.uint8) if values.dtype.kind == "b" else values.dtype.newbyteorder("<")
    return source if values.dtype == wanted else altered(source, values=_cast(values, wanted))


def _source_dtype(source: SourceColumn, stored: np.dtype[Any]) -> str:
    """Return the type in the source if it differs from the stored one."""
    if source.is_text:
        return TEXT
    dtype = held(source).dtype
    if source.index is None or dtype == stored:
        return ""
    return TEXT if dtype.kind in _TEXTS else dtype.str


def _coded(source: SourceColumn) -> SourceColumn:
    """Turn text into integer codes, in order of first appearance, with their table."""
    texts = ["" if text is None else str(text) for text in source.values]
    codes = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    values = _smallest(np.array([codes[text] for text in texts], dtype=np.int64))
    return altered(source, values=values, labels={code: text for text, code in codes.items()})


def _quantity(source: SourceColumn) -> Quantity:
    try:
        return quantities()[source.quantity or ""]
    except KeyError:
        raise PluginError(
            f"the column {source.header!r} claims the unknown quantity {source.quantity!r}",
            expected="a quantity of the vocabulary (`echub schema show quantities`)",
            found=str(source.quantity),
        ) from None


def _require_no_unit(source: SourceColumn, quantity: Quantity) -> None:
    """Refuse a measured column without a unit: to assume the canonical one would invent data."""
    if quantity.unit != "1":
        raise PluginError(
            f"the column {source.header!r} claims to be {with_article(quantity.name)} and states no unit",
            column=source.header,
            expected=f"a printed unit, such as {quantity.unit}",
            found="no unit",
            cause="the reader does not know the unit; without one the column is a vendor column",
            hint="give the unit, or no quantity",
        )


def _scale(source: SourceColumn, quantity: Quantity) -> Scale:
    sign = Scale(Fraction(-1 if source.negate else 1))
    if quantity.unit is None:
        return sign
    if source.unit is None:
        _require_no_unit(source, quantity)
        return sign
    try:
        scale = scale_between(unit(source.unit), unit(quantity.unit), point=quantity.point)
    except UnitMismatch as error:
        raise UnitMismatch(
            f"the column {source.header!r} is in {source.unit}, which is not a unit of {quantity.name}",
            column=source.header,
            expected=error.expected,
            found=error.found,
            cause="the header names another quantity, or its unit is misspelt",
        ) from None
    return Scale(scale.factor * sign.factor, scale.offset)


def _apply(values: Values, scale: Scale) -> Values:
    """Scale; exact to the bit if only the sign changes."""
    if scale.is_identity:
        return values
    if scale.factor == -1 and scale.offset == 0:
        return values.map(np.negative, values.dtype) if isinstance(values, Deferred) else -values
    return values.map(scale.apply, np.dtype(float)) if isinstance(values, Deferred) else scale.apply(values)


def _cast(values: Values, dtype: np.dtype[Any]) -> Values:
    return (
        values.map(lambda part: part.astype(dtype), dtype)
        if isinstance(values, Deferred)
        else values.astype(dtype)
    )


_INTEGERS: tuple[np.dtype[Any], ...] = tuple(map(np.dtype, ("u1", "i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8")))


def _smallest(values: Values) -> Values:
    """Cast whole numbers to the smallest integer type that holds them; leave anything else unchanged."""
    if values.dtype.kind not in "uif" or values.dtype.itemsize == 1:
        return values
    if 0 in values.shape:
        return np.zeros(values.shape, np.uint8)
    low, high = extremes(values)
    if not (np.isfinite(low) and np.isfinite(high)):
        return values
    for candidate in _INTEGERS:
        info = np.iinfo(candidate)
        if info.min <= int(low) and int(high) <= info.max:
            whole = values.dtype.kind != "f" or all(_same_numbers(part, candidate) for _, part in parts(values))
            return _cast(values, candidate) if whole else values
    return values


def _same_numbers(values: NDArray[Any], integer: np.dtype[Any]) -> bool:
    """Return whether numbers are those integers, bit by bit: -0.0 is not a whole number."""
    bits = f"u{values.itemsize}" if values.itemsize in (2, 4, 8) else "u1"
    again = values.astype(integer).astype(values.dtype)
    return bool(np.array_equal(again.view(bits), np.ascontiguousarray(values).view(bits)))


def _names(columns: Sequence[SourceColumn]) -> list[str]:
    """Name every column, uniquely, by its quantity or a vendor slug; instantaneous values come before averages."""
    order = sorted(range(len(columns)), key=lambda i: (columns[i].index is None, columns[i].averaged, i))
    taken: set[str] = {"row"}
    names = dict.fromkeys(order, "")
    numbered: dict[str, Iterator[str]] = {}  # each goes on where the last column of its name ended
    for i in order:
        name = next(name for name in _candidates(columns[i], numbered) if name not in taken)
        taken.add(name)
        names[i] = name
    return [names[i] for i in range(len(columns))]


def _candidates(column: SourceColumn, numbered: dict[str, Iterator[str]]) -> Iterator[str]:
    base = column.quantity or f"vendor_{slug(column.header)}"
    yield base
    if column.averaged:
        yield f"{base}__averaged"
    yield from numbered.setdefault(base, map(f"{base}__{{}}".format, itertools.count(2)))


_SPELT = {"\u00b5": "u", "\u03bc": "u", "\u03a9": "ohm", "%": "percent"}


def slug(header: str) -> str:
    """Turn a printed header into a name: lower case, digits and underscores."""
    spelt = "".join(_SPELT.get(character, character) for character in unicodedata.normalize("NFC", header))
    ascii_only = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_") or "unnamed"
