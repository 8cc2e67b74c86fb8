"""Options of the reader of Neware records."""

from __future__ import annotations

from dataclasses import dataclass

from echub.plugin import option


@dataclass(frozen=True)
class NewareOptions:
    """Options of the reader `neware`."""

    cycles: str = option(
        "raw",
        "how cycles are counted: as in the file, or anew at each charge or discharge",
        choices=("raw", "chg", "dchg", "auto"),
    )
