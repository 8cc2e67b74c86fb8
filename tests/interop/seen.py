"""What a program shows of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GROUP = "timeseries"
_TOLD = ("flag_meanings", "flag_masks")


@dataclass(frozen=True)
class Seen:
    """What a program shows: columns by name, units by column, and labels or bits beside the numbers.

    `unit_in` says where the unit is, if not beside the numbers.
    """

    columns: Mapping[str, Any]
    units: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)
    unit_in: str = "yes"


def by_attrs(columns: Mapping[str, Any], attrs: Mapping[str, Mapping[str, Any]]) -> Seen:
    """Return columns with what their attributes say."""
    units = {name: str(told["units"]) for name, told in attrs.items() if "units" in told}
    meanings = {
        n: "; ".join(f"{k}" for k in _TOLD if k in told) for n, told in attrs.items() if "flag_meanings" in told
    }
    return Seen(columns, units, meanings)
