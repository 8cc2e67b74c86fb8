"""The Battery Data Format (BDF 1.3.0) of the Battery Data Alliance: a writer, and a reader of its CSV."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echub.plugin import Confidence, Reader, Writer, hookimpl, option

if TYPE_CHECKING:
    from echub.plugin import Source


@dataclass(frozen=True)
class BdfOptions:
    """How BDF is written."""

    format: str = option("csv", "file format of the table", choices=("csv", "parquet"))


@hookimpl
def echub_readers() -> Iterable[Reader]:
    """Declare the reader of BDF tables."""
    return (
        Reader(
            "bdf-csv",
            "Battery Data Format, CSV",
            suffixes=(".csv", ".bdf"),
            sniff="echub_bdf:sniff",
            read="echub_bdf.read:read",
            codes="echub_bdf:codes.toml",
        ),
    )


@hookimpl
def echub_writers() -> Iterable[Writer]:
    """Declare the writer of BDF tables."""
    return (
        Writer(
            "bdf",
            "Battery Data Format 1.3.0: CSV or Parquet, with .metadata.json",
            write="echub_bdf.write:write",
            suffixes=(".csv", ".parquet"),
            options=BdfOptions,
        ),
    )


def sniff(source: Source) -> Confidence:
    """Recognise a table by its header: two or more of BDF's labels or machine-readable names."""
    from echub_bdf.columns import known, split_header

    names = split_header(source.head)
    exact = sum(known(name) is not None for name in names)
    return Confidence.CERTAIN if exact >= 2 else Confidence.NO
