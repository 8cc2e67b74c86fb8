"""Writers for other formats: CSV, Parquet, Excel, MATLAB, and the spectra of ZView and RelaxIS."""

from __future__ import annotations

from collections.abc import Iterable

from echub.plugin import Writer, hookimpl


@hookimpl
def echub_writers() -> Iterable[Writer]:
    """Declare the writers of this plugin."""
    return (
        Writer(
            "csv",
            "CSV, one file per dataset, units in the header",
            write="echub_export.csv:write",
            suffixes=(".csv",),
            options="echub_export.options:CsvOptions",
        ),
        Writer(
            "parquet",
            "Parquet (zstd), one file per dataset, units in its metadata",
            write="echub_export.parquet:write",
            suffixes=(".parquet",),
            options="echub_export.options:ExportOptions",
        ),
        Writer(
            "xlsx",
            "Excel workbook: a sheet per dataset, one each for columns, metadata and warnings",
            write="echub_export.excel:write",
            requires="xlsxwriter",
            extra="excel",
            suffixes=(".xlsx",),
            whole=True,
            options="echub_export.options:ExportOptions",
        ),
        Writer(
            "mat",
            "MATLAB file (version 5): a struct per dataset, with units",
            write="echub_export.matlab:write",
            suffixes=(".mat",),
            whole=True,
            options="echub_export.options:ExportOptions",
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
