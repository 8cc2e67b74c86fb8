"""Read a table in Parquet or Feather (Arrow IPC): of BDF by its typed columns, of echub by its description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub import structured
from echub.plugin import MISSING, Notice, ReadError, Record, Source, plain_types, restored
from echub_bdf.columns import has_core
from echub_bdf.frames import read_frame
from echub_bdf.read import record_of

if TYPE_CHECKING:
    from echub_bdf.options import BdfReadOptions

KEY = "echub"
"""The key of the description in the metadata of a file that echub wrote whole, in canonical units."""
_DESCRIPTION = structured.Shape("the description in the Parquet metadata", structured.Table, ReadError)


def read(source: Source, options: BdfReadOptions) -> Record:
    """Read the table; `ReadError` for a damaged one, and for one that is neither BDF nor written by echub."""
    frame, metadata = read_frame(source)
    if KEY in metadata:
        return _written(source, frame, metadata[KEY])
    if not has_core(frame.columns):
        raise ReadError(
            "this is not a BDF table",
            path=source.shown,
            expected="columns with labels of BDF, such as Test Time / s, Voltage / V, Current / A",
            found=", ".join(frame.columns)[:200],
            hint="export it as CSV, which is read by its headers",
        )
    notices: list[Notice] = []
    return record_of(source, frame.columns, frame.get_columns(), options, notices)


def _written(source: Source, frame: pl.DataFrame, description: str) -> Record:
    """Return the record that echub wrote; `ReadError` if the table is no longer that of its description."""
    described = structured.parse(description.encode(), _DESCRIPTION, source.shown, "json")
    types = plain_types(described)
    values = {name: _array(frame[name], types.get(name, "")) for name in frame.columns}
    return restored(source, described, values, hint="echub convert SOURCE --to parquet writes it again")


def _array(series: pl.Series, dtype: str) -> NDArray[Any]:
    """Return a column with the type that was written; as texts if another program changed its type."""
    values = series.fill_null(MISSING) if series.dtype.is_float() else series
    if dtype != "O" and series.dtype.is_numeric() | (series.dtype == pl.Boolean) and not values.null_count():
        return values.to_numpy().astype(dtype or None, copy=False)
    return np.array(["" if value is None else str(value) for value in series.to_list()], dtype=object)
