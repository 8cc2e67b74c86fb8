"""Options of the readers of EC-Lab files."""

from __future__ import annotations

from dataclasses import dataclass

from echub.plugin import option


@dataclass(frozen=True)
class MprOptions:
    """Options of the reader `eclab-mpr`."""

    derived: str = option(
        "standard",
        "columns that EC-Lab computes on export: `standard` adds them, `none` leaves them out",
        choices=("standard", "none"),
    )


@dataclass(frozen=True)
class MptOptions(MprOptions):
    """Options of the reader `eclab-mpt`."""

    decimal: str = option(
        "auto",
        "decimal mark of the numbers, where the text does not settle it",
        choices=("auto", "comma", "point"),
    )
    dates: str = option(
        "auto",
        "order of day and month in dates; `auto`: as a date of the file shows, else EC-Lab's, month first",
        choices=("auto", "month-first", "day-first"),
    )
    header_lines: int = option(0, "lines up to and including the column names; 0: as the file states")


@dataclass(frozen=True)
class MpsOptions:
    """Options of the reader `eclab-mps`."""

    decimal: str = option(
        "auto",
        "decimal mark of the numbers, where the text does not settle it",
        choices=("auto", "comma", "point"),
    )
