"""The settings modules (Set, LOG, loop, ExtDev): verbatim values, and the typed part of them."""

from __future__ import annotations

import datetime as dt
import math
import struct
from collections.abc import Mapping
from typing import Any

from echub.plugin import Metadata, Notice
from echub_eclab.fields import At, decode
from echub_eclab.techniques import TECHNIQUES

SET = (
    At("technique", 0x000, "B"),
    At("comments", 0x007, "pascal"),
    At("active_mass", 0x107, "f"),
    At("x_at_active_mass", 0x10B, "f"),
    At("molecular_weight", 0x10F, "f"),
    At("ion_weight", 0x113, "f"),
    At("xo", 0x117, "f"),
    At("electrons", 0x11B, "H"),
    At("electrode_material", 0x11E, "pascal"),
    At("electrolyte", 0x1C0, "pascal"),
    At("electrode_area", 0x211, "f"),
    At("reference_electrode", 0x215, "pascal"),
    At("characteristic_mass", 0x24C, "f"),
    At("electrode_area_unit", 0x250, "B"),
    At("characteristic_mass_unit", 0x251, "B"),
    At("battery_capacity", 0x25C, "f"),
    At("battery_capacity_display_unit", 0x260, "B"),
    At("charge_for_dx_1", 0x261, "f"),
    At("volume", 0x265, "f"),
    At("volume_unit", 0x269, "B"),
)
LOG = (
    At("channel", 0x009, "B"),
    At("channel_serial", 0x0AB, "I"),
    At("ewe_control_min", 0x1F8, "f"),
    At("ewe_control_max", 0x1FC, "f"),
    At("start", 0x249, "d"),
    At("file_name", 0x251, "pascal"),
    At("host", 0x351, "pascal"),
    At("address", 0x384, "pascal"),
    At("software_version", 0x3B7, "pascal"),
    At("server_version", 0x3BE, "pascal"),
    At("interpreter_version", 0x3C5, "pascal"),
    At("device_serial", 0x3CF, "pascal"),
    At("averaging", 0x922, "B"),
)
EXTERNAL_DEVICE = (
    At("analog_in_1", 0x36, "pascal"),
    At("analog_in_2", 0x63, "pascal"),
    At("analog_in_1_max_volt", 0x52, "f"),
    At("analog_in_1_min_volt", 0x56, "f"),
    At("analog_in_1_max", 0x5A, "f"),
    At("analog_in_1_min", 0x5E, "f"),
    At("analog_in_2_max_volt", 0x7F, "f"),
    At("analog_in_2_min_volt", 0x83, "f"),
    At("analog_in_2_max", 0x87, "f"),
    At("analog_in_2_min", 0x8B, "f"),
)
OLDER_STARTS = (465, 469, 473)
"""Places of the start in LOGs older than those seen; used only where the known place holds none."""

AREA_UNITS = {2: "cm^2", 3: "mm^2"}
MASS_UNITS = {1: "g", 2: "mg"}
VOLUME_UNITS = {1: "cm^3"}
"""Codes of display units, proven by pairs of `.mpr` and `.mpt` (area: 39 of 39, mass: 41 of 41, volume: one)."""
NOT_SET = (0.0, float(struct.unpack("<f", struct.pack("<f", 0.001))[0]))
"""EC-Lab writes these where the user typed nothing; they must never normalise anything."""

_EPOCH = dt.datetime(1899, 12, 30)
"""Day 0 of EC-Lab's dates, as of spreadsheets."""
STARTS = (dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1))
"""Between these a measurement can have started; 1899-12-30 is EC-Lab's day 0, printed where none was ever set."""
_PLAUSIBLE_DAYS = tuple((edge - _EPOCH) / dt.timedelta(days=1) for edge in STARTS)


def read_set(data: bytes, metadata: Metadata) -> tuple[dict[str, Any], list[Notice]]:
    """Read the Set module into the typed tree; give it verbatim, with notices."""
    values = decode(data, SET)
    notices: list[Notice] = []
    _technique(values.get("technique"), metadata, notices)
    for path, name in (
        ("experiment.comments", "comments"),
        ("cell.electrolyte", "electrolyte"),
        ("cell.electrodes.working.material", "electrode_material"),
    ):
        if values.get(name):
            metadata.set(path, values[name])
    _measured(values, "active_mass", "cell.active_mass", "mg", metadata, notices)
    _measured(values, "battery_capacity", "cell.capacity", "mA*h", metadata, notices)
    for path, name, units in (
        ("cell.area", "electrode_area", AREA_UNITS),
        ("cell.characteristic_mass", "characteristic_mass", MASS_UNITS),
        ("cell.volume", "volume", VOLUME_UNITS),
    ):
        code = values.get(f"{name}_unit")
        if code in units:
            _measured(values, name, path, units[code], metadata, notices)
        elif _is_set(values.get(name)):
            text = f"the unit code {code} of {name} is unknown: {values[name]:g} is kept verbatim, not as {path}"
            notices.append(Notice("unknown-unit-code", text))
    return values, notices


def _technique(code: int | None, metadata: Metadata, notices: list[Notice]) -> None:
    if code is None:
        return
    metadata.set("technique.code", code)
    if code not in TECHNIQUES:
        notices.append(
            Notice("unknown-technique", f"the technique code 0x{code:02X} is unknown and kept as a number")
        )
        return
    technique = TECHNIQUES[code]
    metadata.set("technique.name", technique.name)
    metadata.set("technique.title", technique.title)


def _is_set(value: float | None) -> bool:
    return value is not None and value not in NOT_SET


def _measured(
    values: Mapping[str, Any], name: str, path: str, unit: str, metadata: Metadata, notices: list[Notice]
) -> None:
    """Take a number into the typed tree, unless it is the software's word for `not set`.

    Nothing has a size that is not above zero: such a number is of another program or of damage, and is told.
    """
    value = values.get(name)
    if value is None or not _is_set(value):
        return
    if math.isfinite(value) and value > 0:
        metadata.set(path, shortest(value), unit)
        return
    text = f"{name} is {value:g} {unit}, which it cannot be: it is kept verbatim, not as {path}"
    notices.append(Notice("impossible-value", text))


def shortest(value: float) -> float:
    """Return the shortest decimal that is the same float32: what was typed, not its binary neighbour."""
    import numpy as np

    return float(str(np.float32(value)))


def read_log(data: bytes, metadata: Metadata) -> tuple[dict[str, Any], list[Notice]]:
    """Read the LOG module into the typed tree; give it verbatim, with notices."""
    values = decode(data, LOG)
    start, notices = _start(values, data)
    if start is not None:
        metadata.set("experiment.start", start)
        metadata.set("experiment.timezone", "unknown")
    if "channel" in values:
        metadata.set("instrument.channel", values["channel"] + 1)
    serial = values.get("channel_serial")
    texts = {
        "instrument.channel_serial": str(serial) if serial else "",
        "instrument.serial": values.get("device_serial"),
        "instrument.address": values.get("address"),
        "instrument.host": values.get("host"),
        "instrument.software": values.get("software_version"),
        "instrument.firmware": values.get("interpreter_version"),
        "experiment.file_name": values.get("file_name"),
    }
    for path, text in texts.items():
        if text:
            metadata.set(path, text)
    return values, notices


def _start(values: Mapping[str, Any], data: bytes) -> tuple[str | None, list[Notice]]:
    """Find the start of the acquisition, as ISO local time to the millisecond."""
    if start := _plausible(values.get("start")):
        return start, []
    for offset in OLDER_STARTS:
        if start := _plausible(decode(data, (At("start", offset, "d"),)).get("start")):
            text = f"the start {start} was found at offset {offset} of LOG, a place that is not confirmed"
            return start, [Notice("unconfirmed-start", text)]
    return None, [Notice("no-start", "the LOG module contains no plausible start time")]


def _plausible(days: float | None) -> str | None:
    """Return a moment as ISO local time where it can be the start of a measurement."""
    low, high = _PLAUSIBLE_DAYS
    return iso(days) if days is not None and low < days < high else None


def iso(days: float) -> str:
    """Turn days since 1899-12-30 into ISO 8601 local time, to the millisecond."""
    moment = _EPOCH + dt.timedelta(milliseconds=round(days * 86_400_000))
    return moment.isoformat(timespec="milliseconds")


def iso_date(date: str) -> str | None:
    """Turn the date of a module (month first, any of three separators) into ISO 8601."""
    parts = date.replace("-", "/").replace(".", "/").split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    month, day, year = (int(part) for part in parts)
    try:
        return dt.date(year + (2000 if year < 80 else 1900), month, day).isoformat()
    except ValueError:
        return None


def read_loop(data: bytes) -> dict[str, Any]:
    """Read the first row of each loop; the module lists them behind their count, the row count last."""
    if len(data) < 4:
        return {}
    count = min(int.from_bytes(data[:4], "little"), (len(data) - 4) // 4)
    *first_rows, rows = struct.unpack_from(f"<{count}I", data, 4) if count else (0,)
    return {"first_rows": first_rows, "rows": rows}


def read_external_device(data: bytes, header: int) -> dict[str, Any]:
    """Read names and ranges of the analog inputs; every offset is one more under a v2 header."""
    return decode(data, EXTERNAL_DEVICE, shift=header - 1)
