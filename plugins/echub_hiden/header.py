"""The header of a MASsoft export: counts for checking, scans, settings, and where the data begin."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.dates import WallClock, date_texts, wall_clock
from echub.plugin import Ambiguous, Metadata, Notice, ReadError
from echub.text import several

FIRST = re.compile(
    r'"?(?P<rows>[0-9]{1,12})"?(?P<delimiter>[,;\t])\s*"?scans"?\s*[,;\t]\s*"?(?P<length>[0-9]{1,12})"?'
)
_SECOND = re.compile(r'"?header"?[,;\t]\s*"?(?P<lines>[0-9]{1,12})"?')
_DOTTED = re.compile(r"(\d{1,2})\.(\d{2})\.(\d{2})\b")
"""A time of day as some locales print it."""
CLOCK_NEVER_SET = 2010
"""Instruments of this maker with this export are younger; an earlier year is a reset clock."""


_ROUNDING = 0.005
"""Masses are printed with two decimals."""


@dataclass(frozen=True)
class Scan:
    """One scan of the experiment: its row of the header's table.

    at_once: scans of several detectors over one range, of which this one has what they share.
    """

    name: str
    input: str
    fields: dict[str, str]
    at_once: tuple[Scan, ...] = ()

    @property
    def parts(self) -> tuple[Scan, ...]:
        """Return the scans of one detector each."""
        return self.at_once or (self,)

    def number(self, key: str) -> float:
        """Return a number of the row; NaN if it is not there."""
        try:
            return float(self.fields.get(key, "").replace(",", "."))
        except ValueError:
            return math.nan

    @property
    def increment(self) -> float:
        """Return the step in mass; 0 if it is not printed."""
        return 0.0 if math.isnan(found := self.number("Increment")) else found

    @property
    def half(self) -> float:
        """Return half a step: masses that are closer are equal."""
        return self.increment / 2 or _ROUNDING

    @property
    def is_ranged(self) -> bool:
        """Return whether the scan sweeps from one mass to another, in contrast to a trend's single mass."""
        return self.number("Stop") > self.number("Start")

    def holds(self, mass: NDArray[np.float64], *, cut: bool = False, within: bool = False) -> bool:
        """Return whether a sweep of masses (points,) is this scan's: it has its first and last mass.

        `cut`: the end may be missing; `within`: any masses of the range do.
        """
        if within:
            return bool(
                mass.min() >= self.number("Start") - self.half and mass.max() <= self.number("Stop") + self.half
            )
        ends = (
            mass[-1] <= self.number("Stop") + self.half
            if cut
            else abs(mass[-1] - self.number("Stop")) <= self.half
        )
        return bool(abs(mass[0] - self.number("Start")) <= self.half and ends)


@dataclass
class Header:
    """What stands before the data; `first_row` is the 0-based line of the first row."""

    rows: int
    row_length: int
    delimiter: str
    first_row: int
    names: list[str]
    lines: list[str]
    is_resaved: bool
    scans: list[Scan] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def parse(lines: Sequence[str]) -> Header:
    """Parse the header.

    `lines` without their line ends, at least one. Raises `ReadError` where the first line or the data are
    missing.
    """
    first = FIRST.match(lines[0])
    if first is None:
        raise ReadError("the first line is not that of a MASsoft export", where="line 1", expected="rows,scans,…")
    delimiter = first["delimiter"]
    stated = _SECOND.match(lines[1]) if len(lines) > 1 else None
    notices: list[Notice] = []
    data = _data_line(lines, delimiter, int(stated["lines"]) if stated else -1, notices)
    header = Header(
        int(first["rows"]),
        int(first["length"]),
        delimiter,
        data + 2,
        _names(lines, data + 1, delimiter),
        list(lines[: data + 2]),
        not (lines[0].startswith("0") and lines[data].startswith('"')),
        notices=notices,
    )
    header.scans = _scans(header)
    if header.is_resaved:
        notices.append(
            Notice("resaved", "the file was saved again by another program: its row lengths cannot be checked")
        )
    return header


def _data_line(lines: Sequence[str], delimiter: str, stated: int, notices: list[Notice]) -> int:
    """Find the 0-based line ``"Data"``: where line 2 says, else the one before the names and numbers."""
    if 0 <= stated < len(lines) and _is_data(lines[stated], delimiter):
        return stated
    start = next((n for n in range(2, len(lines)) if re.match(r"\s*\d", lines[n])), None)
    if start is not None and _is_data(lines[start - 2], delimiter):
        found = start - 2
    else:
        found = next((n for n in range(2, len(lines)) if _is_data(lines[n], delimiter)), -1)
    if found < 0:
        raise ReadError(
            "the header has no line Data",
            where="line 2",
            expected=f'"Data" in line {stated + 1}' if stated >= 0 else "the number of header lines",
            cause="the file was cut, or edited",
            hint="export it again from MASsoft",
        )
    told = (
        f"says that {several(stated, 'line precedes', 'lines precede')}"
        if stated >= 0
        else "does not say how many lines precede"
    )
    notices.append(Notice("header-lines", f'line 2 {told} "Data", but {found} do; {found} counts'))
    return found


def _is_data(line: str, delimiter: str) -> bool:
    return re.match(rf'"?Data"?\s*(?:[{delimiter}]|\Z)', line) is not None


def _names(lines: Sequence[str], at: int, delimiter: str) -> list[str]:
    if not any(line.strip() for line in lines[at:]):
        raise ReadError("the file ends before the column names", where=f"line {at + 1}", cause="the file was cut")
    if not lines[at].strip():
        raise ReadError(
            "the line of the column names is empty",
            where=f"line {at + 1}",
            cause="the file was damaged or edited by hand",
            hint="export it again from MASsoft",
        )
    return cells(lines[at], delimiter)


def cells(line: str, delimiter: str) -> list[str]:
    """Split a line; a quoted cell may hold the delimiter, and empty cells at the end are none."""
    try:
        found = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
    except (csv.Error, StopIteration) as error:
        raise ReadError("a line cannot be split into cells", found=line[:60], cause=str(error)) from None
    while len(found) > 1 and not found[-1]:
        found.pop()
    return found


def _scans(header: Header) -> list[Scan]:
    titles: list[str] = []
    found: list[Scan] = []
    for line in header.lines:
        row = cells(line, header.delimiter) if line.strip() else [""]
        if row[0] == "Scan ID":
            titles = row
        elif titles and re.match(r"Scan \d+\Z", row[0]):
            fields = dict(zip(titles, row, strict=False))
            found.append(Scan(row[0], fields.get("Input", ""), fields))
        elif titles:
            break
    return found


def describe(header: Header, metadata: Metadata, dates: str = "auto") -> dict[str, Any]:
    """Fill in the typed metadata, and give the settings: the environment, and the header verbatim."""
    metadata.set("instrument.manufacturer", "Hiden Analytical")
    environment: dict[str, Any] = {}
    inside = False
    for line in header.lines:
        row = cells(line, header.delimiter) if line.strip() else [""]
        if row[0] == "Date":
            _start(row, header, metadata, dates)
        elif row[0] == "ID" and len(row) > 1 and row[1]:
            metadata.set("instrument.model", row[1])
        elif row[0] == "Environment":
            inside = True
        elif row[0] == "Data":
            break
        elif inside and len(row) > 1:
            environment[row[0]] = row[1:]
    scans = [scan.fields for scan in header.scans]
    return {"header": header.lines, "environment": environment, "scans": scans}


def _clock(printed: str, dates: str, others: Sequence[pl.Series]) -> WallClock | None:
    """Read one date, with or without a time; None if it is none, `Ambiguous` if it has two readings."""
    try:
        clock = wall_clock(pl.Series([printed]), "Date", dates, others)
    except Ambiguous:
        raise
    except ReadError:
        return None
    return None if math.isnan(clock.seconds[0]) else clock


def _start(row: Sequence[str], header: Header, metadata: Metadata, dates: str) -> None:
    """Set the start as the instrument's computer has it, if its order of day and month is proven."""
    date = row[1] if len(row) > 1 else ""
    time = _DOTTED.sub(r"\1:\2:\3", row[3]) if len(row) > 3 else ""
    others = [pl.Series(date_texts(header.lines), dtype=pl.String)]
    try:
        clock = (_clock(f"{date} {time}", dates, others) if time else None) or _clock(date, dates, others)
    except Ambiguous as error:
        header.notices.append(
            Notice(
                "date-order-open",
                f"the start {' '.join(row[1:])!r} has two readings and is not taken: {error.hint}",
            )
        )
        return
    if clock is None:
        header.notices.append(Notice("start-unreadable", f"the start {' '.join(row[1:])!r} cannot be read"))
        return
    moment = datetime.fromtimestamp(float(clock.seconds[0]), UTC).replace(tzinfo=None)
    if clock.dated and time:
        text = f"the time of the start, {row[3]!r}, cannot be read: only its date is taken"
        header.notices.append(Notice("start-unreadable", text))
    stamp = moment.date().isoformat() if clock.dated else moment.isoformat()
    metadata.set("experiment.date" if clock.dated else "experiment.start", stamp)
    metadata.set("experiment.timezone", "unknown")
    if moment.year < CLOCK_NEVER_SET:
        header.notices.append(Notice("clock-never-set", f"the instrument's clock says {stamp}: it was never set"))
