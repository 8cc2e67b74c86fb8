"""What the columns of Arbin's tables mean. Their units are fixed by the format, the file does not print them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echub.plugin import SourceColumn


class ArbinMeaning(NamedTuple):
    """Quantity, unit and origin of a column."""

    quantity: str | None
    unit: str | None
    origin: str = "measured"


MEANINGS = {
    "Test_ID": ArbinMeaning(None, "1", "reported"),
    "Data_Point": ArbinMeaning(None, "1", "reported"),
    "Test_Time": ArbinMeaning("time", "s"),
    "Step_Time": ArbinMeaning("step_time", "s"),
    "DateTime": ArbinMeaning(None, "d"),
    "Step_Index": ArbinMeaning("step", "1", "programmed"),
    "Cycle_Index": ArbinMeaning("cycle", "1", "reported"),
    "Is_FC_Data": ArbinMeaning(None, "1", "reported"),
    "Current": ArbinMeaning("current", "A"),
    "Voltage": ArbinMeaning("voltage", "V"),
    "Charge_Capacity": ArbinMeaning("charge_anodic", "A*h", "reported"),
    "Discharge_Capacity": ArbinMeaning("charge_cathodic", "A*h", "reported"),
    "Charge_Energy": ArbinMeaning(None, "W*h", "reported"),
    "Discharge_Energy": ArbinMeaning(None, "W*h", "reported"),
    "dV/dt": ArbinMeaning(None, "V/s", "reported"),
    "Internal_Resistance": ArbinMeaning(None, "ohm", "reported"),
    "AC_Impedance": ArbinMeaning(None, "ohm", "reported"),
    "ACI_Phase_Angle": ArbinMeaning(None, "deg", "reported"),
}
"""Capacities are anodic and cathodic as the current is: charging is anodic at the positive terminal."""
SIGNED = ("Current", "Charge_Capacity", "Discharge_Capacity")
_CHARGER = "charging is positive: anodic at the electrode of the positive terminal"
_FIXED = "fixed by the format; the file does not print it"
_CLOCK = "days since 1899-12-30, local time without a zone"
AUXILIARY = {0: ("voltage", "V"), 1: ("temperature", "degC")}
"""Data_Type of an auxiliary input: what it is, and its unit where the file states none."""
_OF_TEMPERATURE = {"C": "degC", "°C": "degC", "F": "degF", "°F": "degF", "K": "K"}
"""Units as they may be stated of a temperature, where C stands for degrees."""
_STATED = "stated in Aux_Global_Data_Table"


def column_of(name: str, values: NDArray[np.generic], index: int, resets: dict[str, str]) -> SourceColumn:
    """Return one column of the main table."""
    meaning = MEANINGS.get(name, ArbinMeaning(None, None, "reported"))
    attrs = {"unit_origin": _FIXED} if meaning.unit not in (None, "1") else {}
    attrs |= {"made": _CHARGER} if name in SIGNED else {}
    attrs |= {"made": _CLOCK} if name == "DateTime" else {}
    attrs |= {"reset": resets[name]} if name in resets else {}
    return SourceColumn(
        name,
        values,
        meaning.quantity,
        meaning.unit,
        origin=meaning.origin,  # type: ignore[arg-type]
        index=index,
        attrs=attrs,
    )


def auxiliary_of(
    kind: int, number: int, values: NDArray[np.float64], index: int, *, stated: str = "", part: str = ""
) -> SourceColumn:
    """Return one auxiliary input as a vendor column: which sensor sits where, the file does not say.

    stated: the unit that the file states of the input. part: another column of the table than its values.
    """
    name, unit = AUXILIARY.get(kind, (f"type_{kind}", None))
    if part:
        return SourceColumn(f"aux_{name}_{number}_{part}", values, None, None, origin="reported", index=index)
    origin = _STATED if stated else _FIXED
    if stated:
        unit = _OF_TEMPERATURE.get(stated, stated) if name == "temperature" else stated
    return SourceColumn(
        f"aux_{name}_{number}", values, None, unit, index=index, attrs={"unit_origin": origin} if unit else {}
    )


def reset_of(counter: NDArray[np.floating], cycle: NDArray[np.generic], step: NDArray[np.generic]) -> str:
    """Say where a charge counter falls: never, with the cycle, with the step, or elsewhere."""
    falls = np.flatnonzero(np.diff(counter) < 0) + 1
    if not len(falls):
        return "never"
    if (cycle[falls] != cycle[falls - 1]).all():
        return "cycle"
    return "step" if (step[falls] != step[falls - 1]).all() else "by the schedule"
