"""Generic delimited tables: any CSV a lab has, and Excel workbooks by the same rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, KnownFormat, Reader, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Source

SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".asc", ".z", ".prn", ".tab")


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
            options="echub_table.options:TableOptions",
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
            options="echub_table.options:ExcelOptions",
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
            "archive-as-table",
            "an archive or an Office document under the name of a table",
            SUFFIXES,
            "if it is a workbook, rename it to .xlsx; else unpack it",
            magic=(b"PK\x03\x04",),
        ),
        KnownFormat(
            "packed-table",
            "a compressed file under the name of a table",
            SUFFIXES,
            "unpack it: gunzip, bunzip2 or unxz",
            magic=(b"\x1f\x8b", b"BZh", b"\xfd7zXZ"),
        ),
        KnownFormat(
            "utf-32-table",
            "a text in UTF-32",
            SUFFIXES,
            "save it as UTF-8, or: iconv -f UTF-32 -t UTF-8 FILE > new.csv",
            magic=(b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"),
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
