"""Generic delimited tables: any CSV a lab has, and Excel workbooks by the same rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echub.plugin import Confidence, KnownFormat, Reader, hookimpl, option

if TYPE_CHECKING:
    from echub.plugin import Source

SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".asc", ".z", ".prn", ".tab")


@dataclass(frozen=True)
class TableOptions:
    """Options of the reader `table`: what its evidence cannot settle, said by the user."""

    profile: str = option(
        "", "a profile: a TOML file, or one of those shipped (`landt`, `novonix`, `maccor`, …); `none` for none"
    )
    delimiter: str = option(
        "auto",
        "what stands between fields; by default inferred",
        choices=("auto", "comma", "semicolon", "tab", "pipe", "blanks"),
    )
    decimal: str = option("auto", "the decimal mark; by default inferred", choices=("auto", "point", "comma"))
    encoding: str = option("", "the encoding, such as utf-8, utf-16 or cp1252; by default inferred")
    dates: str = option(
        "auto",
        "order of day, month and year where no date of the file proves it",
        choices=("auto", "day-first", "month-first", "year-first", "dmy", "mdy", "ymd"),
    )
    clock: str = option(
        "auto",
        "meaning of a single column h:m:s if both fit: elapsed time, or time of day",
        choices=("auto", "elapsed", "time-of-day"),
    )
    current: str = option(
        "auto",
        "the sign of the current: which direction is positive, or that its magnitude alone is printed; by default "
        "checked against charge and state columns",
        choices=("auto", "anodic-positive", "cathodic-positive", "unsigned"),
    )
    timezone: str = option("", "the zone of wall-clock times, such as Europe/Berlin; by default unknown")
    zimag: str = option(
        "auto",
        "the sign of an undeclared Z'': `signed` (capacitive negative) or `negated` (-Z'' is printed)",
        choices=("auto", "signed", "negated"),
    )


@dataclass(frozen=True)
class ExcelOptions(TableOptions):
    """Options of the reader `excel`."""

    sheet: str = option("", "the sheet, by its name; by default the only one")


@hookimpl
def echub_readers() -> Iterable[Reader | KnownFormat]:
    """Declare the readers of this plugin."""
    return (
        Reader(
            "table",
            "delimited table (CSV and its relatives)",
            SUFFIXES,
            sniff="echub_table:sniff_table",
            read="echub_table.reader:read",
            options=TableOptions,
            fallback=True,
            explain="echub_table.explain:explain",
            profile="echub_table.explain:first_profile",
            codes="echub_table:codes.toml",
        ),
        Reader(
            "excel",
            "Excel workbook (.xlsx)",
            (".xlsx", ".xlsm"),
            sniff="echub_table:sniff_excel",
            read="echub_table.excel:read",
            options=ExcelOptions,
            fallback=True,
            requires="fastexcel",
            extra="excel",
            explain="echub_table.excel:explain",
            profile="echub_table.excel:first_profile",
            intact="echub_table.excel:is_intact",
        ),
        KnownFormat(
            "html-table",
            "a web page saved under the name of a table",
            (".csv", ".tsv", ".txt", ".xls", ".xlsx"),
            "open it in a browser or a spreadsheet and save it as CSV",
            magic=(b"<html", b"<HTML", b"<!DOCTYPE", b"<!doctype", b"<table", b"\xef\xbb\xbf<html"),
        ),
        KnownFormat(
            "excel-97",
            "an Excel 97 workbook (.xls)",
            (".xls",),
            "save it as .xlsx or CSV",
            magic=(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
        ),
    )


def sniff_table(source: Source) -> Confidence:
    """Recognise rows of numbers under any delimiter; a table of metadata by file is none."""
    from echub_table.dialect import looks_like_table

    return looks_like_table(source)


def sniff_excel(source: Source) -> Confidence:
    """Recognise a zip archive with the suffix of a workbook; what is inside only reading tells."""
    is_zip = source.head.startswith(b"PK\x03\x04")
    return Confidence.LIKELY if is_zip and source.suffix in (".xlsx", ".xlsm") else Confidence.NO
