"""Options of the reader of profiles."""

from __future__ import annotations

from dataclasses import dataclass

from echub.plugin import option


@dataclass(frozen=True)
class ProfileOptions:
    """Options of the reader `sims-map-profile`."""

    roi: str = option("", "which region of interest; empty: the first")
