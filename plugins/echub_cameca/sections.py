"""The sections of a Cameca text export, and its header fields as typed metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from echub.plugin import Metadata, MetadataError, Notice, ReadError, Source, plain_text
from echub.text import decode, encoding_of, not_finite

_SECTION = re.compile(r"\*\*\* (.*?) \*\*\*:?\s*\Z")
_FIELDS: Mapping[str, tuple[str, str | None]] = {
    "Sample ID": ("sample.id", None),
    "Raw data file name(s)": ("experiment.file_name", None),
    "Comments": ("experiment.comments", None),
    "Primary ions": ("sims.primary_ion", None),
    "Impact energy (eV)": ("sims.primary_energy", "eV"),
    "Prim beam intensity @t=0 (nA)": ("sims.primary_current", "nA"),
    "Raster size (um)": ("sims.raster", "um"),
    "EM dead time (ns)": ("sims.dead_time", "ms"),
    "Total depth (nm)": ("sims.crater_depth", "nm"),
}
"""Printed fields that are metadata of the hub; nanoseconds become milliseconds below."""
_NS_TO_MS = 1e-6
"""Milliseconds in a nanosecond."""
_NOT_SET = ("", "-")
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}\Z")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?\Z")
_SIGNS = {"+": 1, "positive": 1, "-": -1, "\u2212": -1, "negative": -1}


@dataclass(frozen=True)
class Export:
    """An export cut into sections: by title, the lines with their 1-based numbers; and what was left out.

    `comma`: its numbers have decimal commas.
    """

    sections: Mapping[str, list[tuple[int, str]]]
    remarks: Sequence[Notice] = ()
    comma: bool = False

    def plain(self, cell: str) -> str:
        """Return a number with a decimal point; any other cell as it is."""
        return cell.replace(",", ".") if self.comma and _COMMA.match(cell) else cell

    def plain_row(self, line: str) -> str:
        """Return a line of the data with decimal points."""
        return "\t".join(self.plain(cell.strip()) for cell in line.split("\t")) if self.comma else line

    def section(self, title: str) -> list[tuple[int, str]]:
        """Return the lines of the first section whose title begins so; none where it is missing."""
        return next((lines for name, lines in self.sections.items() if name.startswith(title)), [])

    def fields(self) -> dict[str, str]:
        """Return all fields `name<tab>value` outside the data, the first of each name."""
        found: dict[str, str] = {}
        for title, lines in self.sections.items():
            if title.startswith(("DATA START", "CALIBRATION")):
                continue
            for _, line in lines:
                name, *values = [cell.strip() for cell in line.split("\t")]
                if name and values:
                    value = next((value for value in values if value), "")
                    found.setdefault(name, self.plain(value) if name.endswith(")") else value)  # it has a unit
        return found


def parse(source: Source) -> Export:
    """Cut an export into its sections.

    Raises `ReadError` for a file without its data, or one that ends inside them.
    """
    source, remarks = plain_text(source)
    data = source.read()
    encoding = encoding_of(source.head, whole=len(data) <= len(source.head))
    if encoding.value is None:
        raise ReadError("the file is not text", found=encoding.evidence, cause="it is damaged, or no export")
    sections: dict[str, list[tuple[int, str]]] = {}
    current: list[tuple[int, str]] = []
    text = decode(data, encoding.value).replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        if match := _SECTION.match(line):
            current = sections.setdefault(match[1], [])
        else:
            current.append((number, line))
    if "DATA START" not in sections or "DATA END" not in sections:
        raise ReadError(
            "the data of the export are not whole",
            expected="*** DATA START *** and *** DATA END ***",
            found=", ".join(sections) or "no section",
            cause="the file was cut",
            hint="export it again",
        )
    if not text.endswith("\n"):
        said = f"the file ends within a line of the section {list(sections)[-1]}: what stood behind it is missing"
        remarks = [*remarks, Notice("truncated", said)]
    return Export(sections, remarks, _has_commas(sections["DATA START"]))


def _has_commas(lines: Sequence[tuple[int, str]]) -> bool:
    """Return whether the numbers of the data have decimal commas, and none has a point."""
    cells = [cell.strip() for _, line in lines for cell in line.split("\t")]
    return any(map(_COMMA.match, cells)) and not any("." in cell and is_number(cell) for cell in cells)


def describe(export: Export, metadata: Metadata) -> list[Notice]:
    """Fill in the typed metadata from the header's fields; give what could not be."""
    fields, notices = export.fields(), list(export.remarks)
    metadata.set("instrument.manufacturer", "Cameca")
    for name, (path, unit) in _FIELDS.items():
        printed = fields.get(name, "")
        if printed in _NOT_SET:
            continue
        try:
            value: Any = float(printed) * (_NS_TO_MS if "(ns)" in name else 1.0) if unit else printed
            metadata.set(path, value, unit)
        except (ValueError, MetadataError) as error:
            notices.append(
                Notice("field-unreadable", f"{name} is {printed!r}: {getattr(error, 'message', error)}")
            )
    notices += _start(fields, metadata)
    return notices


def _start(fields: Mapping[str, str], metadata: Metadata) -> list[Notice]:
    """Set the start as the instrument's computer has it; say where it cannot be read."""
    date, time = (fields.get(name, "") for name in ("Analysis date", "Analysis time"))
    if date in _NOT_SET:
        return []
    proof = _day_first([text for name, text in fields.items() if name.endswith("date")])
    order = "%d/%m/%Y" if proof else "%m/%d/%Y"
    start = next(filter(None, (_moment(date, time, f"{order} {clock}") for clock in _CLOCKS)), None)
    if start is None:
        expected = "month/day/year and hour:minute"
        return [Notice("field-unreadable", f"Analysis date and time are {f'{date} {time}'!r}, not {expected}")]
    metadata.set("experiment.start", start.isoformat())
    metadata.set("experiment.timezone", "unknown")
    return [Notice("day-first", f"the dates have the day first: {proof} has no other reading")] if proof else []


def _day_first(dates: Sequence[str]) -> str:
    """Return a date of the export that only the day first can explain, if none has the month first."""
    pairs = {date: (int(match[1]), int(match[2])) for date in dates if (match := _DATE.match(date))}
    months_first = [date for date, (first, second) in pairs.items() if first <= 12 < second]
    return next((date for date, (first, second) in pairs.items() if second <= 12 < first and not months_first), "")


def _moment(date: str, time: str, order: str) -> datetime | None:
    try:
        return datetime.strptime(f"{re.sub('[.-]', '/', date)} {time}", order)
    except ValueError:
        return None


def polarity(export: Export) -> int:
    """Return the polarity of the detected ions: +1, -1, or 0 where it is not printed."""
    return _SIGNS.get(export.fields().get("Secondary ion polarity", "").lower(), 0)


def conditions(export: Export) -> list[dict[str, str]]:
    """Return the measurement conditions: one row per species, by the printed column titles."""
    rows = [line.split("|") for _, line in export.section("MEASUREMENT CONDITIONS") if "|" in line]
    cells = [[export.plain(cell.strip()) for cell in row] for row in rows]
    return [dict(zip(cells[0], row, strict=False)) for row in cells[1:]] if cells else []


def layers(export: Export) -> list[dict[str, Any]]:
    """Return the layers of the calibration: matrix, interfaces, mean sputter rate, and RSF per species."""
    found: list[dict[str, Any]] = []
    for _, line in export.section("CALIBRATION PARAMETERS"):
        name, *values = [export.plain(cell.strip()) for cell in line.split("\t")]
        value = next((v for v in values if v), "")
        if name.startswith("Layer #"):
            found.append({"layer": name.removesuffix(" matrix"), "matrix": value, "species": []})
        elif found and name == "Species":
            found[-1]["species"].append({"species": value})
        elif found and value:
            target = found[-1]["species"][-1] if found[-1]["species"] else found[-1]
            target[name] = value
    return found


def calibrate(export: Export, metadata: Metadata) -> None:
    """State the depth calibration and the sensitivity factors, with the convention they have here."""
    table = layers(export)
    if table:
        keep = (
            "layer",
            "matrix",
            "1st Interface (nm)",
            "2nd Interface (nm)",
            "Depth calib method",
            "Mean SR (nm/min)",
        )
        metadata.set("sims.depth_calibration", [{k: row[k] for k in keep if k in row} for row in table])
    factors = [
        {
            "species": species["species"],
            "layer": row["layer"],
            "value": float(species["RSF  (at/cm3)"]),
            "unit": "1/cm^3",
            "convention": "per_count_rate",
            "meaning": "atoms per cm^3 for one count per second",
            "dose_per_cm2": species.get("Dose (at/cm2)", ""),
        }
        for row in table
        for species in row["species"]
        if is_number(species.get("RSF  (at/cm3)", ""))
    ]
    if factors:
        metadata.set("sims.rsf", factors)


def is_number(text: str) -> bool:
    """Return whether a printed cell is a finite number."""
    return re.fullmatch(r"[-+]?(?:\d++(?:\.\d++)?|\.\d++)(?:[eE][-+]?\d+)?", text) is not None


def value_of(text: str) -> float | None:
    """Return the number of a printed cell, NaN or infinite where it prints no number; None for any other cell."""
    return float(text) if is_number(text) else not_finite(text)


def settings(export: Export) -> dict[str, Any]:
    """Return everything outside the data, verbatim by section, and the layer table."""
    outside: dict[str, Sequence[str]] = {
        title: [line for _, line in lines if line.strip()]
        for title, lines in export.sections.items()
        if title != "DATA START"
    }
    return {"sections": outside, "layers": layers(export), "conditions": conditions(export)}
