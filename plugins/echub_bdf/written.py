"""A Parquet file that echub wrote: its columns joined with the description in its metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub import structured
from echub.plugin import MISSING, Notice, ReadError, Record, Source, plain_types, restore

if TYPE_CHECKING:
    import polars as pl

KEY = "echub"
"""The key of the description in the metadata of a file that echub wrote whole, in canonical units."""
_DESCRIPTION = structured.Shape("the description in the Parquet metadata", structured.Table, ReadError)


def restored(source: Source, frame: pl.DataFrame, description: str) -> Record:
    """Return the record that was written; `ReadError` if the columns are no longer those of its description."""
    described = structured.parse(description.encode(), _DESCRIPTION, source.shown, "json")
    types = plain_types(described)
    if set(frame.columns) != set(types) or frame.height != described["rows"]:
        raise ReadError(
            "the table is no longer the one that its description was written for",
            path=source.shown,
            expected=f"{described['rows']} rows of {', '.join(types)}"[:200],
            found=f"{frame.height} rows of {', '.join(frame.columns)}"[:200],
            cause="another program changed it and kept its metadata",
            hint="echub convert SOURCE --to parquet writes it again",
        )
    record = restore(described, {name: _array(frame[name], dtype) for name, dtype in types.items()})
    name = described["provenance"].get("source", {}).get("name", "another source")
    record.notices.append(Notice("read-back", f"this table was written by echub from {name}"))
    return record


def _array(series: pl.Series, dtype: str) -> NDArray[Any]:
    if dtype == "O":
        return np.array([text or "" for text in series.to_list()], dtype=object)
    values = series.fill_null(MISSING) if series.dtype.is_float() else series
    return values.to_numpy().astype(dtype, copy=False)
