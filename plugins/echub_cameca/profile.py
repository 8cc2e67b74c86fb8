"""Read a Cameca depth profile: each species with its own time or depth axis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from echub.plugin import (
    MISSING,
    Bits,
    Channel,
    Dropped,
    Metadata,
    Notice,
    ReadError,
    Record,
    SourceColumn,
    UnknownSpecies,
    build_long,
)
from echub.species import parse_species
from echub.text import several
from echub_cameca.checks import check_masses, check_points, check_polarity, without_blanks
from echub_cameca.quantum import PLACEHOLDER, RECOVERABLE, Counts, counts_of, find_quantum, fits
from echub_cameca.sections import (
    Export,
    calibrate,
    conditions,
    describe,
    is_number,
    layers,
    parse,
    polarity,
    settings,
    value_of,
)

_SLOTS = 3
"""Cells per species in a row of data: time, depth, intensity; one of the first two is empty."""
_HEADER = re.compile(r"(Time|Depth|I|C)(?:\[(.+)\])?\Z")
_UNITS = {"s": "s", "min": "min", "um": "um", "nm": "nm", "cnt": "count"}
_UNITS |= dict.fromkeys(("cnt/s", "c/s", "cps"), "count/s") | dict.fromkeys(("atom/cm3", "at/cm3"), "1/cm^3")
_X = {"Time": "sputter_time", "Depth": "depth"}
_Y = {"count/s": "ion_count_rate", "count": "ion_counts", "1/cm^3": "atomic_concentration"}
_FLAGS = (
    Bits("placeholder_zero", "placeholder_zero", 1, "placeholder_zero"),
    Bits("not_recoverable", "not_recoverable", 2, "not_recoverable"),
    Bits("faraday_cup", "faraday_cup", 4, "faraday_cup"),
)

if TYPE_CHECKING:
    from echub.plugin import Source


@dataclass(frozen=True)
class _Species:
    """One species of the header: its label, and (quantity, unit, header) of its three slots."""

    label: str
    headers: tuple[str, str, str]

    def unit(self, slot: int) -> tuple[str, str | None]:
        """Return what a slot is and its printed unit."""
        match = _HEADER.match(self.headers[slot])
        if match is None or (match[2] and match[2] not in _UNITS):
            raise ReadError("a column of the data has an unknown header", found=self.headers[slot])
        return match[1], _UNITS[match[2]] if match[2] else None


def read(source: Source, options: object) -> Record:
    """Read the text export of a depth profile.

    Raises `ReadError` where the data are cut, or a row does not fit the species.
    """
    export = parse(source)
    metadata = Metadata()
    notices = describe(export, metadata)
    calibrate(export, metadata)
    species, rows = _table(export)
    sign = polarity(export)
    cells = [_cells(rows, n) for n in range(len(species))]
    quanta = _quanta(species, cells, export, notices)
    channels = [_channel(one, n, cells[n], quanta[n], sign, export, notices) for n, one in enumerate(species)]
    check_polarity([one.label for one in species], sign, notices)
    empty = [
        Dropped(f"{one.label}: {one.headers[slot]}", "the column is empty in the export")
        for one, texts in zip(species, cells, strict=True)
        for slot in range(_SLOTS)
        if not texts[:, slot].any()
    ]
    check_masses(export, notices)
    check_points(export, len(rows), notices)
    return Record(
        [build_long("depth_profile", channels)],
        metadata=metadata,
        settings=settings(export),
        notices=notices,
        dropped=empty,
    )


def _table(export: Export) -> tuple[list[_Species], list[list[str]]]:
    """Return the species of the header, and the rows: three cells for each of them.

    The header's tabs are not column numbers: one form has four slots per species there and three
    in the data, so that only the order of the filled cells counts.
    """
    lines = [(number, line) for number, line in export.section("DATA START") if line.strip()]
    if len(lines) < 3:
        raise ReadError(
            "the data have no header", expected="file name, species, column headers", cause="it was cut"
        )
    labels = [cell.strip() for cell in lines[1][1].split("\t") if cell.strip()]
    headers = [cell.strip() for cell in lines[2][1].split("\t") if cell.strip()]
    if len(headers) != _SLOTS * len(labels):
        raise ReadError(
            "the column headers do not fit the species",
            where=f"line {lines[2][0]}",
            expected=f"{_SLOTS} for each of {', '.join(labels)}",
            found=f"{len(headers)}",
        )
    species = [_Species(label, tuple(headers[_SLOTS * n : _SLOTS * n + 3])) for n, label in enumerate(labels)]  # type: ignore[arg-type]
    return species, [_row(number, export.plain_row(line), len(labels)) for number, line in lines[3:]]


def _row(number: int, line: str, species: int) -> list[str]:
    cells = [cell.strip() for cell in line.split("\t")]
    extra = cells[_SLOTS * species :]
    if len(cells) < _SLOTS * species or any(extra):
        raise ReadError(
            "a row of the data does not fit the species",
            where=f"line {number}",
            expected=f"{_SLOTS} cells for each of {species} species",
            found=several(len(cells), "cell"),
            cause="the file is damaged",
        )
    for cell in cells:
        if cell and value_of(cell) is None:
            raise ReadError(
                "a cell is not a number", where=f"line {number}", found=repr(cell), cause="the file is damaged"
            )
    return cells


def _cells(rows: list[list[str]], at: int) -> NDArray[np.object_]:
    """Return the three cells of one species in every row."""
    return np.array([row[_SLOTS * at : _SLOTS * at + _SLOTS] for row in rows], dtype=object).reshape(-1, _SLOTS)


def _numbers(texts: NDArray[np.object_]) -> NDArray[np.float64]:
    return np.array([MISSING if (value := value_of(text)) is None else value for text in texts], dtype=np.float64)


def _channel(
    one: _Species,
    at: int,
    cells: NDArray[np.object_],
    quantum: float | None,
    sign: int,
    export: Export,
    notices: list[Notice],
) -> Channel:
    filled = np.array([any(row) for row in cells.tolist()], dtype=bool)
    columns: list[SourceColumn] = []
    for slot in range(_SLOTS):
        name, unit = one.unit(slot)
        texts = cells[filled, slot]
        if not any(texts) and (len(texts) or not unit):
            continue  # the axis that was not exported
        quantity = _X.get(name) or _Y.get(unit or "")
        if quantity and not unit:
            raise ReadError(
                "values stand under a name without a unit",
                where=f"the columns of {one.label}",
                expected="Time[s] or Depth[um] over the axis that was exported",
                found=one.headers[slot],
                cause="cells of the rows were moved, or it is another version of the export",
            )
        notices += _missing(f"{one.label}: {one.headers[slot]}", texts)
        place, origin = _SLOTS * at + slot, _origin(quantity)
        columns.append(SourceColumn(one.headers[slot], _numbers(texts), quantity, unit, origin, index=place))
    columns += _counted(one, columns, quantum, export, notices)
    return Channel(_readable(one.label, notices), columns, _sign_of(one.label, sign), row=np.flatnonzero(filled))


def _origin(quantity: str | None) -> Literal["reported", "measured"]:
    """Depth and concentration are computed by the instrument's software."""
    return "reported" if quantity in ("depth", "atomic_concentration") else "measured"


def _missing(name: str, texts: NDArray[np.object_]) -> list[Notice]:
    """Report the cells of a column that are empty beside others, or print no number."""
    found = []
    if empty := sum(not text for text in texts):
        cells = several(empty, "cell is", "cells are")
        found.append(Notice("empty-cells", f"{name}: {cells} empty: missing"))
    if strange := [text for text in texts if text and not is_number(text)]:
        cells = several(len(strange), "cell is not a number", "cells are not numbers")
        found.append(Notice("not-a-number", f"{name}: {cells}, the first {strange[0]!r}: kept as NaN or infinite"))
    return found


def _readable(label: str, notices: list[Notice]) -> str:
    """Return the label of a channel; one that cannot be read stays, and is reported."""
    try:
        parse_species(without_blanks(label))
    except UnknownSpecies as error:
        notices.append(Notice("unknown-species", error.message))
        return label
    return without_blanks(label)


def _sign_of(label: str, sign: int) -> int:
    try:
        return parse_species(without_blanks(label)).polarity or sign
    except UnknownSpecies:
        return sign


def _intensity(one: _Species, values: NDArray[np.float64], export: Export) -> NDArray[np.float64]:
    """Return counts per second: printed, or a concentration by its sensitivity factor; missing without one."""
    if one.unit(2)[1] != "1/cm^3":
        return values
    factor = _rsf(one.label, export)
    return values / factor if factor else np.full(len(values), MISSING)


def _quanta(
    species: list[_Species], cells: list[NDArray[np.object_]], export: Export, notices: list[Notice]
) -> list[float | None]:
    """Find the count quantum of every species: from its own low rates, else from one counted as long.

    Without any, the header's counting time and yield give it, to about a quarter of a percent.
    """
    rates = [_intensity(one, _numbers(c[:, 2]), export) for one, c in zip(species, cells, strict=True)]
    times = {row.get("Species", ""): row.get("CT(s)", "") for row in conditions(export)}
    own = [find_quantum(rate[rate > 2 * PLACEHOLDER]) for rate in rates]
    found: list[float | None] = []
    for one, rate, quantum in zip(species, rates, own, strict=True):
        time = times.get(one.label, "")
        if quantum is None and np.isfinite(rate).any():
            alike = [q for s, q in zip(species, own, strict=True) if q and times.get(s.label, "") == time]
            quantum = next((q for q in alike if fits(rate, q)), None) or _stated(time, one.label, export, notices)
        found.append(quantum)
    return found


def _stated(time: str, label: str, export: Export, notices: list[Notice]) -> float | None:
    """Return the rate of one count by the header: 1 / (counting time · yield)."""
    percent = export.fields().get("EM yield (%)", "")
    if not (is_number(time) and is_number(percent) and float(time) > 0 and float(percent) > 0):
        return None
    text = f"{label}: its rates do not show its count quantum; that of counting time and yield is used"
    notices.append(Notice("count-quantum-stated", text))
    return 100 / (float(time) * float(percent))


def _counted(
    one: _Species, columns: list[SourceColumn], quantum: float | None, export: Export, notices: list[Notice]
) -> list[SourceColumn]:
    """Derive counts and flags from the intensities of one species."""
    y = next((c for c in columns if c.quantity in _Y.values()), None)
    if y is None:
        return []
    intensity = _intensity(one, y.values, export)
    with np.errstate(invalid="ignore"):
        zero = intensity < (quantum / 2 if quantum else 2 * PLACEHOLDER)
        threshold = export.fields().get("EM -> FC threshold (c/s)", "")
        faraday = intensity > float(threshold) if is_number(threshold) else np.zeros(len(intensity), bool)
    counts = counts_of(intensity, quantum, zero) if quantum else None
    lost = counts.not_recoverable if counts else np.ones(len(intensity), bool)
    flags = (zero * 1 + lost * 2 + faraday * 4).astype(np.uint8)
    flag_column = SourceColumn("flags", flags, "flags", "1", "derived", bits=_FLAGS, attrs=_RECIPES[0])
    if counts is None:
        text = f"{one.label}: no count quantum in the intensities; counts are unknown"
        notices.append(Notice("no-count-quantum", text))
        return [flag_column]
    above = lost & (counts.values > RECOVERABLE)
    for rows, verbs, what in (
        (above, ("exceeds", "exceed"), f"{RECOVERABLE} counts"),
        (lost & ~above, ("lies", "lie"), "between whole counts"),
    ):
        if number := int(rows.sum()):
            text = f"{number} of {several(len(rows), 'point')} {verbs[number > 1]} {what}, not recoverable"
            notices.append(Notice("counts-not-recoverable", f"{one.label}: {text}"))
    return [flag_column, *_count_columns(counts)]


_RECIPES: tuple[dict[str, str], ...] = (
    {"recipe": "1: placeholder of 0 counts; 2: counts not recoverable; 4: above the switch to the Faraday cup"},
    {"recipe": f"intensity / count_quantum, whole up to {RECOVERABLE}, an estimate above; placeholders are 0"},
    {"recipe": "the largest rate of which low intensities are whole multiples"},
)


def _count_columns(counts: Counts) -> list[SourceColumn]:
    quantum: NDArray[np.float64] = np.full(len(counts.values), counts.quantum)
    return [
        SourceColumn("counts", counts.values, "ion_counts", "count", "derived", attrs=_RECIPES[1]),
        SourceColumn("count_quantum", quantum, "count_quantum", "count/s", "derived", attrs=_RECIPES[2]),
    ]


def _rsf(label: str, export: Export) -> float:
    """Return the sensitivity factor of a species: atoms per cm³ for one count/s; 0 where it is not stated.

    And 0 where its layers have several: no row says which of them made its concentration.
    """
    stated = [s for row in layers(export) for s in row["species"] if s["species"] == label]
    factors = {float(text) for s in stated if is_number(text := s.get("RSF  (at/cm3)", ""))}
    return factors.pop() if len(factors) == 1 else 0.0
