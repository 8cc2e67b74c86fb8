"""Options of the readers and the writer of BDF tables."""

from __future__ import annotations

from dataclasses import dataclass

from echub.dates import ORDER_CHOICES
from echub.plugin import option


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
        choices=ORDER_CHOICES,
    )
    timezone: str = option("", "the zone of dates in a time column, such as Europe/Berlin; by default unknown")
