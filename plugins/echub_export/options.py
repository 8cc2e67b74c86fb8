"""Options of the writers."""

from __future__ import annotations

from dataclasses import dataclass

from echub.plugin import option


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
