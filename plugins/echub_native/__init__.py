"""The native file: a record as HDF5 that is also NetCDF-4, read and written like any other format."""

from __future__ import annotations

from collections.abc import Iterable

from echub.plugin import Reader, Writer, hookimpl

SUFFIX = ".h5"


@hookimpl
def echub_readers() -> Iterable[Reader]:
    """Declare the reader of native files."""
    return (
        Reader(
            "native",
            "echub's own file: HDF5, also NetCDF-4",
            suffixes=(SUFFIX,),
            sniff="echub_native.sniffing:sniff",
            read="echub_native.files:read",
            outline="echub_native.files:outline",
            content="echub_native.files:content",
            intact="echub_native.sniffing:is_intact",
        ),
    )


@hookimpl
def echub_writers() -> Iterable[Writer]:
    """Declare the writer of native files."""
    return (
        Writer(
            "native",
            "echub's own file: HDF5, also NetCDF-4; keeps the whole record",
            write="echub_native.writing:write",
            suffixes=(SUFFIX,),
            whole=True,
        ),
    )
