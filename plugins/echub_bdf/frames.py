"""Parquet and Arrow files: read as a frame, or refused as damaged."""

from __future__ import annotations

import io

import polars as pl

from echub.plugin import LibraryPanic, ReadError, Source, panics_caught

PARQUET = b"PAR1"
"""First bytes of a Parquet file; the others are in Arrow's IPC format (Feather)."""


def read_frame(source: Source) -> tuple[pl.DataFrame, dict[str, str]]:
    """Read a Parquet or Arrow file as a frame, with the metadata of a Parquet file.

    Raises `ReadError` for a damaged one: polars ends its thread where a length in the file leads outside of it.
    """
    data = source.read()
    is_parquet = data.startswith(PARQUET)
    try:
        with panics_caught():
            frame = (pl.read_parquet if is_parquet else pl.read_ipc)(io.BytesIO(data))
            return frame, dict(pl.read_parquet_metadata(io.BytesIO(data))) if is_parquet else {}
    except (pl.exceptions.PolarsError, LibraryPanic, OSError) as error:
        raise ReadError(
            "the table cannot be read",
            path=source.shown,
            found=(str(error) or type(error).__name__).splitlines()[0][:200],
            cause="the file is damaged or cut off",
        ) from None
