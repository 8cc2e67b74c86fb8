"""Options of the reader of Gamry files."""

from __future__ import annotations

from dataclasses import dataclass

from echub.plugin import option


@dataclass(frozen=True)
class GamryOptions:
    """Options of the reader `gamry-dta`: what a file may leave open."""

    dates: str = option("auto", "order of day and month in DATE where it is open", choices=("auto", "dmy", "mdy"))
    decimal: str = option("auto", "the decimal mark; by default inferred", choices=("auto", "point", "comma"))
    current: str = option(
        "auto",
        "which current is printed positive, where the file's CONVENTION does not settle it",
        choices=("auto", "anodic-positive", "cathodic-positive"),
    )
