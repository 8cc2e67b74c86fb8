"""The Battery Data Format (BDF 1.3.0) of the Battery Data Alliance: a writer, and readers of its tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, Reader, Writer, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Source

_NAMES = 8192
"""Bytes in which the names of some columns stand, also in UTF-16; those of all that BDF has are 1.5 KB."""


@hookimpl
def echub_readers() -> Iterable[Reader]:
    """Declare the readers of BDF tables."""
    return (
        Reader(
            "bdf-csv",
            "Battery Data Format, CSV",
            suffixes=(".csv", ".bdf"),
            sniff="echub_bdf:sniff",
            read="echub_bdf.read:read",
            options="echub_bdf.options:BdfReadOptions",
            codes="echub_bdf:codes.toml",
        ),
        Reader(
            "parquet",
            "Parquet or Feather: a table that echub wrote, or one of the Battery Data Format",
            suffixes=(".parquet", ".feather", ".arrow", ".ipc"),
            sniff="echub_bdf:sniff_binary",
            read="echub_bdf.binary:read",
            options="echub_bdf.options:BdfReadOptions",
            intact="echub_bdf:is_intact",
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
            options="echub_bdf.options:BdfOptions",
        ),
    )


def sniff(source: Source) -> Confidence:
    """Recognise a table by its header, whatever its suffix: BDF's names of a clock, and a voltage or current."""
    from echub.text import plain_bytes
    from echub_bdf.columns import has_core, known, split_header

    names = split_header(plain_bytes(source.head[:_NAMES]))
    exact = sum(known(name) is not None for name in names)
    return Confidence.CERTAIN if exact >= 2 and has_core(names) else Confidence.NO


def sniff_binary(source: Source) -> Confidence:
    """Recognise Parquet and Feather; whether the columns are those of BDF stands at the end of a file."""
    from echub_bdf.columns import COLUMNS

    if not source.head.startswith((b"PAR1", b"ARROW1")):
        return Confidence.NO
    labelled = any(
        label.encode() in source.head for column in COLUMNS[:4] for label in (column.label, column.name)
    )
    return Confidence.LIKELY if labelled or ".bdf." in source.name.lower() else Confidence.MAYBE


def is_intact(source: Source) -> bool:
    """Return False: pages of Parquet and Feather have no checksums, and some damage ends the process in polars."""
    return False
