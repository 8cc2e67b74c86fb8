"""Read a CSV that echub wrote: the table joined with the description beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub import structured
from echub.plugin import MISSING, ReadError, Record, Source, plain_types, restored
from echub.text import from_spreadsheet

SUFFIX = "-metadata.json"
"""What CSV on the Web adds to the name of a table for its description."""

_FORMAT = "echub table 1"
_TYPES: dict[str, Any] = {
    "f2": pl.Float32, "f4": pl.Float32, "f8": pl.Float64, "O": pl.String, "b1": pl.Boolean,
    "u1": pl.UInt8, "u2": pl.UInt16, "u4": pl.UInt32, "u8": pl.UInt64,
    "i1": pl.Int8, "i2": pl.Int16, "i4": pl.Int32, "i8": pl.Int64,
}  # fmt: skip


def read_back(source: Source) -> Record | None:
    """Read a table with its description; None where it has none."""
    beside = source.beside(source.name + SUFFIX) if source.path is not None else []
    if not beside:
        return None
    known = _load(beside[0])
    if known is None:
        return None
    described = known["echub"]
    types = plain_types(described)
    if wrong := [dtype for dtype in types.values() if dtype.lstrip("<>|=") not in _TYPES]:
        raise ReadError(
            "a column has an unknown type", path=beside[0].shown, expected=", ".join(_TYPES), found=wrong[0]
        )
    frame = _frame(source, known["dialect"], types, known)
    source.used.append(beside[0].name)
    hint = f"move {beside[0].name} away to read it by its headers"
    values = {name: _array(frame[name]) for name in frame.columns}
    halves = {name: values[name].astype("<f2") for name in values if types[name].endswith("f2")}
    return restored(source, described, values | halves, hint=hint)


def _load(beside: Source) -> Mapping[str, Any] | None:
    """Read a description; None if it is not JSON, or one that another program wrote."""
    try:
        known = structured.parse(beside.read(), _ANY, beside.shown, "json")
    except ReadError:
        return None
    ours = isinstance(known, dict) and isinstance(known.get("echub"), dict)
    if not ours or known["echub"].get("format") != _FORMAT:
        return None
    return structured.checked(known, _OURS, beside.shown)  # type: ignore[no-any-return]


class _WrittenColumnShape(TypedDict):
    datatype: str | structured.Table


class _WrittenSchemaShape(TypedDict):
    columns: list[_WrittenColumnShape]


class _WrittenDialectShape(TypedDict):
    delimiter: Literal[",", ";", "\t"]
    headerRowCount: Literal[0, 1, 2, 3]


class _WrittenShape(TypedDict):
    dialect: _WrittenDialectShape
    tableSchema: _WrittenSchemaShape
    echub: structured.Table


_HINT = "move the description away to read the table by its headers"
_ANY = structured.Shape("the description beside the table", Any, ReadError, _HINT)
_OURS = structured.Shape("the description beside the table", _WrittenShape, ReadError, _HINT, unknown="keep")
"""The part under `echub` has a shape of its own, which `plain_types` checks."""


def _frame(
    source: Source, dialect: Mapping[str, Any], types: Mapping[str, str], known: Mapping[str, Any]
) -> pl.DataFrame:
    """Read the table with the types of its description; an empty frame if its cells do not fit them."""
    comma = any(isinstance(c["datatype"], dict) for c in known["tableSchema"]["columns"])
    try:
        return pl.read_csv(
            source.read(),
            has_header=False,
            skip_rows=dialect["headerRowCount"],
            schema={name: _TYPES[dtype.lstrip("<>|=")] for name, dtype in types.items()},
            separator=dialect["delimiter"],
            decimal_comma=comma,
        )
    except pl.exceptions.PolarsError:
        return pl.DataFrame()


def _array(series: pl.Series) -> NDArray[Any]:
    if series.dtype == pl.String:
        return np.array([from_spreadsheet(cell) for cell in series.fill_null("").to_list()], dtype=object)
    return series.fill_null(MISSING).to_numpy() if series.dtype.is_float() else series.to_numpy()
