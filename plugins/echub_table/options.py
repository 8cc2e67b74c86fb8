"""Options of the readers of tables."""

from __future__ import annotations

from dataclasses import dataclass

from echub.dates import ORDER_CHOICES
from echub.plugin import option


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
        choices=ORDER_CHOICES,
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
