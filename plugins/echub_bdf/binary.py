"""Read a BDF table in Parquet or Feather (Arrow IPC): the columns of its CSV, typed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from echub.plugin import Notice, ReadError, Record, Source
from echub_bdf.columns import has_core
from echub_bdf.read import record_of

if TYPE_CHECKING:
    from echub_bdf.options import BdfReadOptions


def read(source: Source, options: BdfReadOptions) -> Record:
    """Read the table; `ReadError` for a damaged one, and for one whose columns are not those of BDF."""
    data = source.read()
    load = pl.read_parquet if data.startswith(b"PAR1") else pl.read_ipc
    try:
        frame = load(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ReadError(
            "the table cannot be read",
            path=source.shown,
            found=str(error).splitlines()[0][:200],
            cause="the file is damaged or cut off",
        ) from None
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
