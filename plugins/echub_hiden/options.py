"""Options of the reader of MASsoft exports."""

from __future__ import annotations

from dataclasses import dataclass

from echub.dates import ORDER_CHOICES
from echub.plugin import option


@dataclass(frozen=True)
class MassoftOptions:
    """Options of the reader `hiden-massoft`: units that the file does not print."""

    faraday: str = option(
        "unknown", "unit of the Faraday channels", choices=("unknown", "torr", "mbar", "Pa", "A")
    )
    sem: str = option("unknown", "unit of the SEM channels", choices=("unknown", "torr", "mbar", "Pa", "c/s"))
    temperature: str = option("unknown", "unit of temperature channels", choices=("unknown", "degC", "K"))
    vacuum: str = option("unknown", "unit of vacuum channels", choices=("unknown", "torr", "mbar", "Pa"))
    dates: str = option(
        "auto",
        "order of day, month and year where no date of the file proves it",
        choices=ORDER_CHOICES,
    )
    dwell: float = option(0.0, "dwell per mass, where it is known: counts need it", unit="s")
