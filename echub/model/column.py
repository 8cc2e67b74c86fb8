"""One column of a dataset: its values, and everything known about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from echub.errors import UnitMismatch
from echub.model.deferred import deferring, held
from echub.model.missing import is_missing
from echub.model.units import Scale, scale_between
from echub.model.units import unit as known_unit
from echub.text import encodable

Origin = Literal["measured", "programmed", "reported", "derived", "assumed"]
"""Who produced the number: the instrument; the programme (a set point or its counter); the
instrument's software (computed); the hub (computed, formula and inputs stated); the user."""

TEXT = "text"
"""The source type of a column of texts, which is kept as codes with labels."""


@dataclass(frozen=True, slots=True)
class Bits:
    """One field of a packed status byte: the bits of `mask`, shifted down.

    `name` is the name of the field in queries; `meanings` gives words for its values.
    """

    name: str
    header: str
    mask: int
    quantity: str | None = None
    meanings: Mapping[int, str] = field(default_factory=dict)

    def extract(self, packed: NDArray[Any]) -> NDArray[Any]:
        """Return the values of the field, in the shape and type of the packed column."""
        shift = (self.mask & -self.mask).bit_length() - 1
        if packed.dtype.kind == "u":
            return (packed & self.mask) >> shift
        if packed.dtype.kind == "i":  # the sign is the highest bit
            return self.extract(packed.view(f"u{packed.itemsize}")).astype(packed.dtype)
        fields, known = packed.copy(), np.isfinite(packed)  # rows without flags stay without
        fields[known] = self.extract(packed[known].astype(np.int64))
        return fields


@deferring
@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A named array with its quantity, unit and history.

    `values` have one dimension per entry of `axes`. `unit` is canonical for a known quantity and
    as printed for a vendor column. `index` is the position in the source's table (None: not from
    it), `scale` the exact map from the source's numbers to these, `source_dtype` their type
    there if it differs (`text` for codes made of text). `labels` turn codes into text.

    Values of a large file may be read only when they are first used; `dtype` and `shape` are known before.
    """

    name: str
    values: NDArray[Any]
    quantity: str | None = None
    unit: str | None = None
    origin: Origin = "measured"
    header: str = ""
    index: int | None = None
    sign: str | None = None
    averaged: bool = False
    scale: Scale = Scale()
    source_dtype: str = ""
    labels: Mapping[int, str] = field(default_factory=dict)
    bits: tuple[Bits, ...] = ()
    uncertainty: str | None = None
    attrs: Mapping[str, str] = field(default_factory=dict)
    axes: tuple[str, ...] = ("row",)

    def __repr__(self) -> str:
        from echub.model.notebook import short, span

        unit = f" / {self.unit}" if self.unit and self.unit != "1" else ""
        count = "1 value" if self.values.shape == (1,) else f"{' × '.join(map(str, self.values.shape))} values"
        parts = (count, span(self.values), self.origin)
        return f"<Column {short(self.name)}{unit}: {', '.join(part for part in parts if part)}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: everything known about the column."""
        from echub.model.notebook import heading, table

        shown = ("quantity", "unit", "origin", "header", "sign", "averaged", "uncertainty", "source_dtype")
        rows = [(name, getattr(self, name)) for name in shown if getattr(self, name)]
        return heading(repr(self)[1:-1]) + table(("", ""), [*rows, *self.attrs.items()])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the type of the values."""
        return held(self).dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of the values."""
        return held(self).shape

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Return for each value, in their shape, whether it is missing: the source has none there.

        A NaN that the source states is a value that is not a number, and not missing.
        """
        return is_missing(self.values)

    @property
    def is_vendor(self) -> bool:
        """Return whether the column maps to no quantity of the vocabulary."""
        return self.quantity is None

    def to(self, unit: str, *, point: bool = False) -> NDArray[np.float64]:
        """Return the values in another unit, float64 of the same shape; `UnitMismatch` if dimensions differ."""
        if self.unit is None:
            raise UnitMismatch(f"the column {self.name!r} has no unit", expected=unit, found="no unit")
        # Looked up, never parsed: a printed V/mA is not a resistance.
        return scale_between(known_unit(self.unit), unit, point=point).apply(self.values)

    def plain(self) -> NDArray[Any]:
        """Return the values for people, in the same shape: text for codes with labels, else the values.

        The texts can be encoded: what is not text in them is written as escapes.
        """
        return self._words(self.values, encodable) if self.labels else self.values

    def _words(self, values: NDArray[Any], shown: Callable[[str], str] = str) -> NDArray[Any]:
        codes, inverse = np.unique(values, return_inverse=True)
        words = np.array([shown(self._word(code)) for code in codes], dtype=object)
        return words[inverse.reshape(values.shape)]

    def _word(self, code: Any) -> str:  # noqa: ANN401  a number of any type
        """Return the word of a code: the number itself if it has none, nothing where the code is missing."""
        if not np.isfinite(code):
            return "" if np.isnan(code) else str(code)
        return self.labels.get(int(code), str(code))

    @property
    def is_as_in_source(self) -> bool:
        """Return whether the values are those of the source, in its type, unit and sign."""
        return self.scale.is_identity and not self.source_dtype

    def source_values(self) -> NDArray[Any]:
        """Return the values as in the source, in its type, unit and sign, in the same shape; text as text.

        Exact to the bit, except for scaled float64 values, whose last digit may differ.
        """
        return self.as_in_source(self.values)

    def as_in_source(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return some of the values as in the source; each depends on nothing but itself."""
        if self.source_dtype == TEXT:
            return self._words(values) if self.labels else values
        values = values if self.scale.is_identity else _unscale(values, self.scale)
        if not self.source_dtype:
            return values
        whole = np.dtype(self.source_dtype).kind in "iu" and values.dtype.kind == "f"
        return (np.rint(values) if whole else values).astype(self.source_dtype)

    def same_as(self, other: Column) -> bool:
        """Compare everything; NaN equals NaN, and missing equals missing."""
        named = all(getattr(self, f.name) == getattr(other, f.name) for f in fields(self) if f.name != "values")
        return named and same_values(self.values, other.values)


def same_values(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Compare type, shape and values; NaN equals NaN, and missing equals missing."""
    equal = a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    return equal and (a.dtype.kind != "f" or np.array_equal(is_missing(a), is_missing(b)))


def _unscale(values: NDArray[Any], scale: Scale) -> NDArray[Any]:
    if scale.factor == -1 and scale.offset == 0:
        return -values
    return scale.inverse().apply(values)
