"""The Battery Data Format (BDF 1.3.0) of the Battery Data Alliance: a writer, and readers of its tables."""

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


@dataclass(frozen=True)
class BdfReadOptions:
    """What a table says against its format, or not at all."""

    current: str = option(
        "auto",
        "the sign of the current, where charge or state columns contradict the format's (charging positive)",
        choices=("auto", "anodic-positive", "cathodic-positive", "unsigned"),
    )
    dates: str = option(
        "auto",
        "order of day, month and year where no date of the file proves it",
        choices=("auto", "day-first", "month-first", "year-first", "dmy", "mdy", "ymd"),
    )
    timezone: str = option("", "the zone of dates in a time column, such as Europe/Berlin; by default unknown")


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
            options=BdfReadOptions,
            codes="echub_bdf:codes.toml",
        ),
        Reader(
            "bdf-binary",
            "Battery Data Format, Parquet or Feather",
            suffixes=(".parquet", ".feather", ".arrow", ".ipc"),
            sniff="echub_bdf:sniff_binary",
            read="echub_bdf.binary:read",
            options=BdfReadOptions,
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
    """Recognise a table by its header, whatever its suffix: BDF's names of a clock, and a voltage or current."""
    from echub_bdf.columns import has_core, known, split_header

    names = split_header(source.head)
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
