"""Read a table in Parquet or Feather (Arrow IPC): of BDF by its typed columns, of echub by its description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echub.plugin import Notice, ReadError, Record, Source, read_frame
from echub_bdf.columns import has_core
from echub_bdf.read import record_of
from echub_bdf.written import KEY, restored

if TYPE_CHECKING:
    from echub_bdf.options import BdfReadOptions


def read(source: Source, options: BdfReadOptions) -> Record:
    """Read the table; `ReadError` for a damaged one, and for one that is neither BDF nor written by echub."""
    frame, metadata = read_frame(source)
    if KEY in metadata:
        return restored(source, frame, metadata[KEY])
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
