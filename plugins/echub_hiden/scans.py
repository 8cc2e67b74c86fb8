"""Exports of several scans: blocks one below the other, columns side by side, sweeps after one another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echub.plugin import ReadError, SourceColumn
from echub.text import several
from echub_hiden.header import Header, Scan, cells

CLOCKS = ("cycle", "time", "ms", "utc")
"""Columns that say when a row was measured: before the first mass they hold for all scans of the row."""
MASSES = ("mass amu", "mass")
RANGE = ("Start", "Stop", "Increment")
_WHOLE_MASS = 1.0
"""A bar scan measures whole masses; a profile has several points for each."""


@dataclass(frozen=True)
class ScanBlock:
    """Rows under one line of names: `header` has those names and the 0-based line of the first row."""

    header: Header
    rows: list[str]


@dataclass(frozen=True)
class ScanTable:
    """One scan's columns of a block: positions, names, cells by column, and its 0-based rows of the block."""

    header: Header
    positions: list[int]
    cells: list[tuple[str, ...]]
    row: NDArray[np.int64]


def is_mass(name: str) -> bool:
    """Return whether a column holds the masses of a scan."""
    return name.lower() in MASSES


def blocks(header: Header, rows: Sequence[str]) -> list[ScanBlock]:
    """Split the rows where a line of names starts another block; blank lines and a line Data may precede it."""
    starts = [0, *(n for n, row in enumerate(rows) if _is_names(row, header.delimiter))]
    found = []
    for first, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        names = cells(rows[first], header.delimiter) if first else header.names
        skipped = first + bool(first)
        block = list(rows[skipped:end])
        while end < len(rows) and block and (not block[-1].strip() or re.match(r'"?Data"?\s*[,;]', block[-1])):
            block.pop()
        found.append(ScanBlock(replace(header, names=names, first_row=header.first_row + skipped), block))
    return found


def _is_names(row: str, delimiter: str) -> bool:
    return not re.match(r"\s*[-+\d.]", row) and "ms" in cells(row, delimiter) if row.strip() else False


def groups(names: Sequence[str]) -> list[list[int]]:
    """Return the positions of each scan's columns: its masses with the detectors that follow them.

    The clocks before the first mass belong to every scan that has none of its own.
    """
    found: list[list[int]] = []
    clocks: list[int] = []
    for at, name in enumerate(names):
        if is_mass(name):
            found.append([*clocks, at])
            clocks = []
        elif name.lower() in CLOCKS or not found:
            clocks.append(at)
        else:
            found[-1].append(at)
    shared = [at for at in (found[0] if found else []) if names[at].lower() in CLOCKS]
    lacking = (_of_time(shared, names) if not _of_time(group, names) else [] for group in found)
    return [[*more, *group] for more, group in zip(lacking, found, strict=True)]


def _of_time(group: Sequence[int], names: Sequence[str]) -> list[int]:
    return [at for at in group if names[at].lower() in CLOCKS]


def tables(block: ScanBlock, columns: Sequence[tuple[str, ...]]) -> Iterator[ScanTable]:
    """Yield the table of each scan of a block; rows in which its own cells are all empty are not its."""
    names = block.header.names
    found = groups(names)
    for positions in found:
        own = [at for at in positions if sum(at in group for group in found) == 1]
        full = np.array([any(cell) for cell in zip(*(columns[at] for at in own), strict=True)], dtype=bool)
        row = np.flatnonzero(full)
        taken = [tuple(columns[at][n] for n in row) for at in positions]
        header = replace(block.header, names=[names[at] for at in positions])
        yield ScanTable(header, positions, taken, row)


def ranged_scans(header: Header, detectors: Sequence[str]) -> list[Scan]:
    """Return the scans with ranges; those of one range are one scan if all their detectors stand beside one mass.

    detectors: those of a table. Every row has a value of each, so that no row has to be told apart.
    """
    alike: dict[tuple[str, ...], list[Scan]] = {}
    for scan in header.scans:
        if scan.is_ranged:
            alike.setdefault(tuple(scan.fields.get(key, "") for key in RANGE), []).append(scan)
    return [one for scans in alike.values() for one in _at_once(scans, detectors)]


def _at_once(scans: Sequence[Scan], detectors: Sequence[str]) -> list[Scan]:
    inputs = {scan.input.lower() for scan in scans}
    if len(scans) == 1 or len(inputs) < len(scans) or not inputs <= {name.lower() for name in detectors}:
        return list(scans)
    alike = set.intersection(*(set(scan.fields.items()) for scan in scans))
    fields = {key: value for key, value in scans[0].fields.items() if (key, value) in alike}
    return [Scan(", ".join(scan.name for scan in scans), "", fields, tuple(scans))]


def reject_sweeps_of_one_detector(scan: Scan, cycle: NDArray[np.float64]) -> None:
    """Refuse a scan of several detectors that sweeps twice in a cycle: then each row may be of one of them.

    cycle: (sweeps,), that of each sweep of the scan.
    """
    if scan.at_once and len(np.unique(cycle)) < len(cycle):
        raise ReadError(
            "the scans of the export share their columns and cannot be told apart",
            expected=f"one sweep of {scan.name} per cycle, with all their detectors",
            found=f"{len(cycle)} sweeps in {several(len(np.unique(cycle)), 'cycle')}",
            cause="the detectors sweep after one another, and each row has a value of one of them only",
            hint="export each scan to a file of its own from MASsoft",
        )


def sweeps(mass: NDArray[np.float64], scans: Sequence[Scan]) -> NDArray[np.int64]:
    """Return the number of the sweep (rows,) from 0.

    One starts where the mass does not rise, and where one of `scans` ends and another starts.
    """
    if not len(mass):
        return np.zeros(0, dtype=np.int64)
    new = np.diff(mass) <= 0
    ended = np.any([abs(mass[:-1] - scan.number("Stop")) <= scan.half for scan in scans], axis=0)
    started = np.any([abs(mass[1:] - scan.number("Start")) <= scan.half for scan in scans], axis=0)
    return np.concatenate([[0], np.cumsum(new | (ended & started))])


def scan_of_sweeps(scans: Sequence[Scan], mass: NDArray[np.float64], sweep: NDArray[np.int64]) -> list[Scan]:
    """Return the scan of each sweep; raise `ReadError` if one could be of several `scans`, or of none."""
    found = []
    count = int(sweep[-1]) + 1 if len(sweep) else 0
    for n in range(count):
        swept = mass[sweep == n]
        fitting = [scan for scan in scans if scan.holds(swept, cut=n == count - 1)]
        if len(fitting) != 1:
            raise _mixed(swept, fitting)
        found.append(fitting[0])
    return found


def _mixed(swept: NDArray[np.float64], fitting: Sequence[Scan]) -> ReadError:
    names = " and ".join(scan.name for scan in fitting) or "none"
    return ReadError(
        "the scans of the export share their columns and cannot be told apart",
        expected="each sweep has the start and stop of one scan of the header",
        found=f"a sweep from {swept[0]:g} to {swept[-1]:g}, which fits {names}",
        cause="two scans of one range, or a layout that is not known yet",
        hint="export each scan to a file of its own from MASsoft",
    )


def the_scan(
    ranged: Sequence[Scan], number: int, total: int, mass: NDArray[np.float64], detectors: Sequence[str]
) -> Scan | None:
    """Return the one of the header's scans that a table belongs to, if number, range and detector agree on one."""
    if len(ranged) != total or not len(mass):
        return None
    scan = ranged[number]
    known = {name.lower() for name in detectors}
    return scan if scan.holds(mass, within=True) and {one.input.lower() for one in scan.parts} <= known else None


def marked(column: SourceColumn, scan: Scan | None) -> SourceColumn:
    """Return a column with what the header says of its scan: that of masses, or of one of several detectors.

    That of masses says whether it is bars or a profile.
    """
    if scan is None:
        return column
    if column.quantity == "mass_to_charge":
        shape = {"shape": "bar" if scan.increment >= _WHOLE_MASS else "profile"} if scan.increment else {}
        return replace(column, attrs={**column.attrs, **_told(scan), **shape})
    own = [one for one in scan.at_once if one.input.lower() == column.attrs.get("detector", "").lower()]
    return replace(column, attrs={**column.attrs, **_told(own[0])}) if own else column


def _told(scan: Scan) -> dict[str, str]:
    said = {key.lower(): value for key, value in scan.fields.items() if value and key != "Scan ID"}
    return {**said, "scan": scan.name}


def reject_other_scans(header: Header) -> None:
    """Refuse a scan over something other than mass: only that of masses is known from real exports."""
    names = [name.lower() for name in header.names]
    if "cycle" in names and not any(is_mass(name) for name in names):
        raise ReadError(
            "this is a scan over something other than mass, which is not read yet",
            where=f"line {header.first_row}",
            expected="a column `mass amu`, or a trend: Time, ms and the legends",
            found=", ".join(header.names),
            hint="keep the file; the columns can be read as a table after the header is cut off",
        )
