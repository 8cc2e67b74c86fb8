"""What the printed headers mean. A header that is not in the table is kept as a vendor column."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Notice, SourceColumn, UnitMismatch, UnknownUnit, is_unit, quantities, unit
from echub_gamry.cells import Words
from echub_gamry.explain import GamryTable


class GamryMeaning(NamedTuple):
    """Quantity and origin of a column; `signed` where its sign follows the current convention."""

    quantity: str | None
    origin: str = "measured"
    signed: bool = False


MEANINGS = {
    "T": GamryMeaning("time"),
    "Time": GamryMeaning("time"),
    "Vf": GamryMeaning("potential_we"),
    "Vm": GamryMeaning("potential_we"),
    "Voltage": GamryMeaning("potential_we"),
    "Im": GamryMeaning("current", signed=True),
    "Current": GamryMeaning("current", signed=True),
    "Pwr": GamryMeaning("power_we", "reported", signed=True),
    "Cycle": GamryMeaning("cycle", "reported"),
    "Temp": GamryMeaning("temperature"),
    "Freq": GamryMeaning("frequency"),
    "Zreal": GamryMeaning("impedance_real"),
    "Zimag": GamryMeaning("impedance_imag"),
    "Zmod": GamryMeaning("impedance_abs", "reported"),
    "Zphz": GamryMeaning("phase", "reported"),
    "Idc": GamryMeaning("current", signed=True),
    "Vdc": GamryMeaning("potential_we"),
    "Sig": GamryMeaning(None, "programmed"),
    "Zsig": GamryMeaning(None, "programmed"),
    "Pt": GamryMeaning(None, "reported"),
    "IERange": GamryMeaning(None, "reported"),
    "Over": GamryMeaning(None, "reported"),
    "ZrealDrCor": GamryMeaning(None, "reported"),
    "ZimagDrCor": GamryMeaning(None, "reported"),
    "ZmodDrCor": GamryMeaning(None, "reported"),
    "ZphzDrCor": GamryMeaning(None, "reported"),
}
"""By printed header. Vu (uncompensated), Ach (auxiliary input), Imod and Vmod (rms, where the hub's
amplitudes are peak values) and the forward and reverse currents of pulse techniques have no quantity."""
_UNITS = {"deg C": "degC", "°C": "degC", "#": "1", "bits": "", "ohms": "ohm"}
_DEGREES = {"Zphz": "deg", "Temp": "degC"}
_REFERENCE = " vs. "
NO_SENSOR = (-273.15, 1260.0)
"""°C: below nothing is, above no thermocouple of the instrument (type K) measures; without one the input
reads -327 or some 1300 to 1500."""
NO_SENSOR_CODE = "no-temperature-sensor"
AT_ZERO = 0.05
"""°C: an input without a sensor may also read 0.00 or -0.01 throughout; a cell held so near 0 °C is rarer."""


def unit_of(header: str, printed: str) -> tuple[str | None, str]:
    """Return the unit, and the reference printed behind it: `V vs. Ref.` is V, and `Ref.`.

    The degree sign is the only character that another code page can destroy: what is left of it names
    degrees under a phase, and degrees Celsius under a temperature.
    """
    plain, _, reference = printed.partition(_REFERENCE)
    plain = _UNITS.get(plain, plain)
    if not plain.isascii() or "\\x" in plain or "?" in plain:
        plain = _DEGREES.get(header.removesuffix("DrCor"), plain)
    return plain or None, reference.strip()


def column_of(
    block: GamryTable, number: int, values: NDArray[np.generic], current_sign: int | None, notices: list[Notice]
) -> SourceColumn:
    """Return one column (rows,) with its meaning, as far as its printed unit bears it out.

    `current_sign` is 1 where anodic currents are printed positive, -1 where cathodic ones are, None
    where that is not known: then currents stay vendor columns.
    """
    header = block.names[number]
    printed = block.unit(number)
    meaning = MEANINGS.get(header, GamryMeaning(None))
    shown, reference = unit_of(header, printed)
    quantity = meaning.quantity
    if block.units is None:
        quantity = None
    elif quantity and not _fits(quantity, shown):
        text = (
            f"{header} of {block.name} is printed in {printed or 'no unit'}, not one of {quantity}: vendor column"
        )
        notices.append(Notice("unit-unfit", text))
        quantity = None
    if quantity == "temperature" and (reason := _no_sensor(values)):
        notices.append(
            Notice("no-temperature-sensor", f"{header} of {block.name} {reason}: kept as a vendor column")
        )
        quantity = None
    if meaning.signed and current_sign is None:
        quantity = None
    return SourceColumn(
        header,
        values,
        quantity,
        shown if quantity or not printed or is_unit(shown or "") else printed,
        origin=meaning.origin,  # type: ignore[arg-type]
        negate=bool(quantity) and meaning.signed and current_sign == -1,
        index=number,
        attrs={"printed_reference": reference} if reference else {},
    )


def words_of(block: GamryTable, number: int, words: Words) -> SourceColumn:
    """Return one column of letters, such as the overloads: a vendor column of texts."""
    header, labels = block.names[number], dict(enumerate(words.texts))
    unit_ = block.unit(number) or None
    return SourceColumn(
        header, words.codes, None, unit_, origin="reported", index=number, labels=labels, is_text=True
    )


def _fits(quantity: str, shown: str | None) -> bool:
    """Return whether a printed unit is one of the quantity."""
    wanted = quantities()[quantity].unit
    if shown is None or wanted is None:
        return False
    try:
        return unit(shown).dimension == unit(wanted).dimension
    except (UnknownUnit, UnitMismatch):
        return False


def _no_sensor(values: NDArray[np.generic]) -> str:
    """Say what shows that no thermocouple was connected; empty where nothing does."""
    numbers = np.asarray(values, dtype=np.float64)
    known = numbers[np.isfinite(numbers)]
    if not known.size:
        return ""
    low, high = float(known.min()), float(known.max())
    if low < NO_SENSOR[0] or high > NO_SENSOR[1]:
        read = f"{low:g} °C throughout" if low == high else f"{low:g} to {high:g} °C"
        return f"reads {read}, which no sensor does"
    return f"reads {known[0]:g} °C throughout, as without a sensor" if max(-low, high) <= AT_ZERO else ""
