"""What fastnda's columns mean: its names carry their units."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echub.plugin import SourceColumn, is_unit


class NewareMeaning(NamedTuple):
    """Quantity, unit and origin of a column, and what must be known about its making."""

    quantity: str | None
    unit: str | None
    origin: str = "measured"
    note: str = ""


CHARGER = "charging is positive: anodic at the electrode of the positive terminal"
FILLED = "between the stored run information fastnda fills it in, from current and time"
MEANINGS = {
    "index": NewareMeaning(None, "1", "reported"),
    "voltage_V": NewareMeaning("voltage", "V"),
    "current_mA": NewareMeaning("current", "mA", "measured", CHARGER),
    "step_time_s": NewareMeaning("step_time", "s"),
    "total_time_s": NewareMeaning("time", "s", "reported", "the times of all steps, added up by fastnda"),
    "cycle_count": NewareMeaning("cycle", "1", "reported"),
    "step_count": NewareMeaning("step_execution", "1", "reported"),
    "step_index": NewareMeaning("step", "1", "programmed"),
    "step_type": NewareMeaning("technique", None, "programmed"),
    "capacity_mAh": NewareMeaning("charge_step", "mA*h", "reported", CHARGER),
    "energy_mWh": NewareMeaning(None, "mW*h", "reported", "of the step; positive where it charges"),
}
"""The energy is that of the cell's terminals, for which the vocabulary has no signed quantity."""
SIGNED = ("current_mA", "capacity_mAh")
_UNIX = "unix_time_s"
_AUX = re.compile(r"aux.*_([A-Za-z%]+)\Z")
_FILLED = ("step_time_s", "capacity_mAh", "energy_mWh", _UNIX)


def column_of(name: str, values: NDArray[np.generic], index: int, *, is_utc: bool) -> SourceColumn:
    """Return one column.

    A clock is one of UTC in an .ndax only: an .nda stores the year, month and day of the computer's
    own clock.
    """
    if name == _UNIX:
        meaning = (
            NewareMeaning("unix_time", "s")
            if is_utc
            else NewareMeaning(None, "s", "measured", "local time, no UTC")
        )
    elif match := _AUX.match(name):
        meaning = NewareMeaning(None, match[1] if is_unit(match[1]) else None)
    else:
        meaning = MEANINGS.get(name, NewareMeaning(None, None, "reported"))
    note = "; ".join(text for text in (meaning.note, FILLED if is_utc and name in _FILLED else "") if text)
    attrs = {"made": note} if note else {}
    origin = "reported" if is_utc and name in _FILLED else meaning.origin
    return SourceColumn(
        name,
        values,
        meaning.quantity,
        meaning.unit,
        origin=origin,  # type: ignore[arg-type]
        index=index,
        attrs=attrs,
    )
