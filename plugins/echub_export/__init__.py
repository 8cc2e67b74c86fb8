"""Writers for other formats: CSV, Parquet, Excel, MATLAB, and the spectra of ZView and RelaxIS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import Writer, hookimpl, option


@dataclass(frozen=True)
class ExportOptions:
    """Which columns a table format writes, and in which units."""

    columns: str = option("", "only these columns, such as time,potential_we,current")
    units: str = option("", "other units, such as current=A,time=h; current=mA/cm^2 needs the area")


@dataclass(frozen=True)
class CsvOptions(ExportOptions):
    """How CSV is written."""

    style: str = option(
        "plain",
        "plain: one header row `name / unit`; origin: rows for long name, unit and comment",
        choices=("plain", "origin"),
    )
    delimiter: str = option(",", "between cells: `,`, `;`, or `tab`", choices=(",", ";", "tab"))
    decimal: str = option(".", "decimal mark", choices=(".", ","))
    bom: bool = option(False, "start with a byte order mark, by which Excel knows UTF-8")


@hookimpl
def echub_writers() -> Iterable[Writer]:
    """Declare the writers of this plugin."""
    return (
        Writer(
            "csv",
            "CSV, one file per dataset, units in the header",
            write="echub_export.csv:write",
            suffixes=(".csv",),
            options=CsvOptions,
        ),
        Writer(
            "parquet",
            "Parquet (zstd), one file per dataset, units in its metadata",
            write="echub_export.parquet:write",
            suffixes=(".parquet",),
            options=ExportOptions,
        ),
        Writer(
            "xlsx",
            "Excel workbook: a sheet per dataset, one each for columns, metadata and warnings",
            write="echub_export.excel:write",
            requires="xlsxwriter",
            extra="excel",
            suffixes=(".xlsx",),
            whole=True,
            options=ExportOptions,
        ),
        Writer(
            "mat",
            "MATLAB file (version 5): a struct per dataset, with units",
            write="echub_export.matlab:write",
            suffixes=(".mat",),
            whole=True,
            options=ExportOptions,
        ),
        Writer(
            "zview",
            "ZView .z, one file per spectrum: f, Re, Im (capacitive negative), amplitude, bias, time",
            write="echub_export.spectra:write_zview",
        ),
        Writer(
            "relaxis",
            "RelaxIS spectrum text, one file per spectrum: f, Re, Im (capacitive negative), |Z|, phase",
            write="echub_export.spectra:write_relaxis",
        ),
    )
