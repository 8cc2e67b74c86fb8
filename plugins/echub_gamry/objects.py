"""The header's objects as typed settings, and what of them is metadata of the hub."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from echub.dates import with_am_pm
from echub.plugin import Metadata, MetadataError, Notice
from echub.text import parse_number
from echub_gamry.explain import Explain, ExplainEntry

_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\Z")
_TIME = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,6})\d*)?\s*(?:([AP])\.?\s?M\.?)?\Z", re.IGNORECASE)
_BOOLEAN = {"T": True, "TRUE": True, "F": False, "FALSE": False}
DEFAULTS = {"AREA": 1.0, "CAPACITY": 1.0}
"""What the software's setup windows offer: a 1 that was never typed must not normalise anything."""
TITLES = {
    "CV": "Cyclic voltammetry",
    "LSV": "Linear sweep voltammetry",
    "CHRONOA": "Chronoamperometry",
    "CHRONOP": "Chronopotentiometry",
    "CHRONOC": "Chronocoulometry",
    "CORPOT": "Open circuit potential",
    "OCP": "Open circuit potential",
    "EISPOT": "Potentiostatic impedance spectroscopy",
    "EISGALV": "Galvanostatic impedance spectroscopy",
    "GALVEIS": "Galvanostatic impedance spectroscopy",
    "EISHYBRID": "Hybrid impedance spectroscopy",
    "EISMOTT": "Mott-Schottky impedance measurement",
    "EISMON": "Impedance at one frequency",
    "COLLECT": "Collection experiment with a rotating ring-disk electrode",
    "POTENTIODYNAMIC": "Potentiodynamic scan",
    "POTENTIOSTATIC": "Potentiostatic scan",
    "GALVANODYNAMIC": "Galvanodynamic scan",
    "GALVANOSTATIC": "Galvanostatic scan",
    "POLRES": "Polarization resistance",
    "TAFEL": "Tafel scan",
    "CYCPOL": "Cyclic polarization",
    "SQUARE_WAVE": "Square wave voltammetry",
    "DPV": "Differential pulse voltammetry",
    "NPV": "Normal pulse voltammetry",
    "VFP600": "Virtual front panel recording",
    "PWR800_POTENTIOSTATIC": "Potentiostatic charge or discharge",
    "PWR800_GALVANOSTATIC": "Galvanostatic charge or discharge",
    "PWR800_CHARGE": "Charge",
    "PWR800_DISCHARGE": "Discharge",
    "PWR800_CHARGEDISCHARGE": "Cyclic charge and discharge",
}
"""Technique in words, by the tag; any other tag stays alone."""
_TEXTS = {
    "SAMPLEID": "sample.id",
    "PSTATSERIALNO": "instrument.serial",
    "INSTRUMENTVERSION": "instrument.firmware",
}


def settings_of(explain: Explain, mark: str) -> dict[str, Any]:
    """Return the header whole: every object as printed, with its typed value where its type has one."""
    settings: dict[str, Any] = {"header": [_object(entry, mark) for entry in explain.entries]}
    settings["tables"] = [
        {
            "name": block.name,
            "declared_rows": block.declared,
            "columns": list(block.names),
            "units": list(block.units or ()),
        }
        for block in explain.blocks
    ]
    if explain.stray:
        settings["lines"] = list(explain.stray)
    return settings


def _object(entry: ExplainEntry, mark: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": entry.name, "type": entry.kind, "fields": list(entry.fields)}
    found |= _typed(entry, mark)
    if entry.notes:
        found["notes"] = list(entry.notes)
    return found


def _typed(entry: ExplainEntry, mark: str) -> dict[str, Any]:
    """Return value, label and what else the type of an object says; nothing where it does not fit."""
    fields = [text.strip() for text in entry.fields]
    label = {"label": fields[-1].replace("&", "")} if len(fields) > 1 else {}
    if not fields:
        return {}
    number = _number(fields[0], mark)
    match entry.kind:
        case "QUANT" | "IQUANT" | "SELECTOR" if number is not None:
            whole = entry.kind != "QUANT" and number.is_integer()
            return {"value": int(number) if whole else number, **label}
        case "TOGGLE" if fields[0] in _BOOLEAN:
            return {"value": _BOOLEAN[fields[0]], **label}
        case "POTEN" if number is not None and len(fields) > 1 and fields[1] in _BOOLEAN:
            against = "open circuit" if _BOOLEAN[fields[1]] else "reference"
            return {"value": number, "unit": "V", "against": against, **label}
        case "VARIABLEANDUNITS" if number is not None and len(fields) > 1:
            return {"value": number, "unit": fields[1], **label}
        case "LABEL" | "PSTAT" | "":
            return {"value": fields[0], **label}
    return label


def _number(text: str, mark: str) -> float | None:
    try:
        return parse_number(text, mark)
    except ValueError:
        return None


def number_of(explain: Explain, name: str, mark: str) -> float | None:
    """Return the first number of an object, None where there is none."""
    return _number(explain.text(name), mark)


# -- metadata --------------------------------------------------------------------------------


def describe(explain: Explain, mark: str, dates: str, notices: list[Notice]) -> Metadata:
    """Return what the header says of technique, instrument, sample, cell and start."""
    metadata = Metadata()
    metadata.set("instrument.manufacturer", "Gamry")
    _technique(explain, metadata)
    _instrument(explain, metadata, mark)
    for name, path in _TEXTS.items():
        if text := explain.text(name):
            metadata.set(path, text)
    notes = [line for entry in explain.entries for line in entry.notes if line.strip()]
    if notes:
        metadata.set("experiment.comments", "\n".join(notes))
    _size(explain, "AREA", "cell.area", "cm^2", metadata, mark, notices)
    _size(explain, "CAPACITY", "cell.capacity", "A*h", metadata, mark, notices)
    _start(explain, metadata, dates, notices)
    return metadata


def _technique(explain: Explain, metadata: Metadata) -> None:
    tag = explain.text("TAG")
    if not tag:
        return
    metadata.set("technique.name", tag)
    title = TITLES.get(tag)
    if tag == "LSV" and explain.first("IINIT"):  # some scripts run a scan of the current under the tag of a sweep
        title = "Galvanodynamic scan"
    if title:
        metadata.set("technique.title", title)


def _instrument(explain: Explain, metadata: Metadata, mark: str) -> None:
    section = explain.text("PSTATSECTION") or explain.text("PSTAT")
    model, dash, serial = section.rpartition("-")
    if dash and model and serial == explain.text("PSTATSERIALNO"):
        metadata.set("instrument.model", model)
    if version := explain.text("FRAMEWORKVERSION"):
        plain = version.replace(mark, ".") if mark != "." else version
        metadata.set("instrument.software", f"Gamry Framework {plain}")


def _size(
    explain: Explain, name: str, path: str, unit: str, metadata: Metadata, mark: str, notices: list[Notice]
) -> None:
    """Take a number that was typed; what the software offers by itself is not one."""
    value = number_of(explain, name, mark)
    if value is None:
        return
    if value == DEFAULTS[name]:
        text = f'{name} is {value:g}, which the software offers by itself: not taken; --set {path}="1 {unit}"'
        notices.append(Notice("default-value", text))
        return
    try:
        metadata.set(path, value, unit)
    except MetadataError:
        notices.append(Notice("impossible-value", f"{name} is {value:g}: not taken as {path}"))


# -- start -----------------------------------------------------------------------------------


def _start(explain: Explain, metadata: Metadata, dates: str, notices: list[Notice]) -> None:
    """Set the start where date and time can be read in one way only."""
    date, time = explain.text("DATE"), explain.text("TIME")
    if not date and not time:
        return
    clock = _clock(time)
    readings = _readings(date, dates)
    if not readings or clock is None:
        notices.append(Notice("no-start", f"the start {date!r} {time!r} cannot be read"))
        return
    if len(readings) > 1:
        shown = " or ".join(day.isoformat() for day in readings.values())
        text = f"the date {date} is {shown}: the start is not known; --option dates=dmy or --option dates=mdy"
        notices.append(Notice("date-order", text))
        return
    start = dt.datetime.combine(next(iter(readings.values())), clock)
    metadata.set("experiment.start", start.isoformat())
    metadata.set("experiment.timezone", "unknown")


def _readings(text: str, dates: str) -> Mapping[str, dt.date]:
    """Return the days that a date can be, by the order of its parts; one where both orders say the same.

    Points between the parts are written day first, wherever they are written.
    """
    match = _DATE.match(text)
    if not match:
        return {}
    parts, point = (int(match[1]), int(match[3]), int(match[4])), match[2] == "."
    if len(match[1]) == 4:
        orders = {"ymd": (parts[0], parts[1], parts[2])}
    elif len(match[4]) != 4:
        return {}
    else:
        orders = {"dmy": (parts[2], parts[1], parts[0]), "mdy": (parts[2], parts[0], parts[1])}
    days = {name: day for name, order in orders.items() if (day := _day(*order)) is not None}
    if point and "dmy" in days:
        return {"dmy": days["dmy"]}
    if dates in days and len(set(days.values())) > 1:
        return {dates: days[dates]}
    return days if len(set(days.values())) > 1 else dict(list(days.items())[:1])


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _clock(text: str) -> dt.time | None:
    import polars as pl

    match = _TIME.match(with_am_pm(pl.Series([text]))[0])
    if not match:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    if match[5]:
        hour = hour % 12 + 12 * (match[5].upper() == "P")
    try:
        return dt.time(hour, minute, second, int((match[4] or "0").ljust(6, "0")))
    except ValueError:
        return None
