"""Writers for other formats: CSV, Parquet, and the spectra of ZView and RelaxIS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import Writer, hookimpl, option


@dataclass(frozen=True)
class CsvOptions:
    """How CSV is written."""

    style: str = option(
        "plain",
        "plain: one header row `name / unit`; origin: rows for long name, unit and comment",
        choices=("plain", "origin"),
    )
    delimiter: str = option(",", "between cells: `,`, `;`, or `tab`", choices=(",", ";", "tab"))
    decimal: str = option(".", "decimal mark", choices=(".", ","))


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
