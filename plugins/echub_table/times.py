"""Which column is the elapsed time, which the time of a step, which a clock: by the values, not by luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from echub.dates import (
    WallClock,
    clock_12,
    compare,
    dated,
    rates_differ,
    to_utc,
    with_am_pm,
    without_zone,
    zone_in,
)
from echub.plugin import Ambiguous, SourceColumn, unit
from echub.segments import clock_restarts, runs
from echub.text import clocks, iso_time, names_a_cell
from echub_table.headers import Meaning, key_of

if TYPE_CHECKING:
    from echub_table.columns import Findings

DAY = 86_400.0
"""Seconds of a day."""
_PLAIN = frozenset(
    map(key_of, ("time", "t", "T", "Zeit", "temps", "tiempo", "tempo", "tid", "czas", "时间", "時間", "시간"))
)
"""Names that an elapsed time and a time of day bear alike."""
_OF_DAY = frozenset(
    map(
        key_of,
        ("clock", "clock time", "time of day", "Uhrzeit", "heure", "hora", "ora", "local time", "时刻", "時刻"),
    )
)
"""Names of a time of day."""
_TOGETHER = 0.8
"""Share of the restarts of a clock that must fall on changes of the step, and of these on restarts. By eye."""


@dataclass(frozen=True, eq=False)
class DayClock:
    """A column `h:m:s` that may tell an elapsed time or the time of day: seconds (n,), and its meaning by name."""

    index: int
    name: str
    seconds: NDArray[np.float64]
    twelve_hours: bool
    meaning: Meaning

    @property
    def key(self) -> str:
        """Return the form in which its name, without a zone, is compared."""
        return key_of(without_zone(self.name))


def clock_seconds(texts: pl.Series) -> tuple[pl.Series, bool]:
    """Parse a column of `h:m:s`, or of a 12-hour clock, to seconds; and say whether it is the latter."""
    texts = with_am_pm(texts)
    if texts.str.contains(r"[AaPp]\.? ?[Mm]\.?\s*$").any():
        return clock_12(texts), True
    return clocks(texts), False


def settle_times(
    columns: Sequence[SourceColumn], found: Findings, options: Mapping[str, str]
) -> list[SourceColumn]:
    """Return each time its meaning, and derive the elapsed time where only clocks stand."""
    settled = [dated(column, found.notices) for column in columns]
    settled += _joined_dates(settled, found, options)
    for clock in found.day_clocks.values():
        settled = _place(settled, clock, found, options)
    settled = _chosen(settled, found)
    _compare_clocks(settled, found)
    return settled + _derived(settled, found, options)


# -- a date beside a time ----------------------------------------------------------------------


def _joined_dates(
    columns: Sequence[SourceColumn], found: Findings, options: Mapping[str, str]
) -> list[SourceColumn]:
    """Join a column of dates alone with one of times of day to instants; both stay as they are."""
    dates = {name: clock for name, clock in found.clocks.items() if clock.dated}
    for name, date in dates.items():
        beside = [c for c in found.day_clocks.values() if _fits_dates(c, date)]
        if len(beside) != 1:
            continue
        of_day = beside[0]
        found.of_day.add(of_day.index)
        zones = {zone for zone in map(zone_in, (name, of_day.name)) if zone is not None}
        zone = zones.pop() if len(zones) == 1 else None
        seconds = date.seconds + of_day.seconds - (zone or 0.0)
        joined = replace(date, seconds=seconds, dated=False, zoned=zone is not None)
        label = f"{name} + {of_day.name}"
        found.clocks = {other: clock for other, clock in found.clocks.items() if other != name} | {label: joined}
        return [instant_column(label, joined, None, options, {"recipe": label})]
    return []


def _fits_dates(clock: DayClock, date: WallClock) -> bool:
    """Return whether a clock is the time of day beside these dates: it falls only where the date changes."""
    seconds = clock.seconds
    if not np.isfinite(seconds).any() or np.nanmax(seconds) >= DAY or clock.meaning.quantity == "step_time":
        return False
    if clock.twelve_hours or clock.key in _OF_DAY:
        return True
    if clock.key not in _PLAIN:
        return False
    falls = clock_restarts(seconds)
    changes = np.flatnonzero(np.diff(date.seconds) > 0) + 1
    if len(falls) or len(changes):
        return bool(np.isin(falls, changes).all())
    return bool(seconds[np.isfinite(seconds)][0] > 0)  # at 0:00:00 exactly an elapsed time begins


def instant_column(
    name: str, clock: WallClock, index: int | None, options: Mapping[str, str], attrs: Mapping[str, str]
) -> SourceColumn:
    """Make a column of a wall clock: an instant where its zone is known, else seconds of that clock."""
    noted = {**attrs, "date_order": clock.order, "epoch": "1970-01-01T00:00:00"}
    origin: Literal["measured", "derived"] = "measured" if index is not None else "derived"
    zone = options.get("timezone", "")
    if clock.zoned:
        return SourceColumn(
            name, clock.seconds, "unix_time", "s", origin, index=index, attrs={**noted, "zone": "as printed"}
        )
    if zone and not clock.dated:  # a day is not an instant
        utc = to_utc(clock.seconds, zone)
        return SourceColumn(name, utc, "unix_time", "s", "assumed", index=index, attrs={**noted, "zone": zone})
    return SourceColumn(name, clock.seconds, None, "s", origin, index=index, attrs={**noted, "zone": "unknown"})


# -- a clock by itself -------------------------------------------------------------------------


def _place(
    columns: Sequence[SourceColumn], clock: DayClock, found: Findings, options: Mapping[str, str]
) -> list[SourceColumn]:
    """Say what a column `h:m:s` is, and put its quantity into the columns."""
    kind = "time-of-day" if clock.index in found.of_day else _kind(clock, columns, found, options.get("clock", ""))
    if kind == "time-of-day":
        _report_midnight(clock, found)
        return list(columns)
    wanted = [q for q in (clock.meaning.quantity, *clock.meaning.candidates) if q in ("time", "step_time")]
    quantity = wanted[0] if wanted else None
    return [replace(c, quantity=quantity) if c.index == clock.index and quantity else c for c in columns]


def _kind(clock: DayClock, columns: Sequence[SourceColumn], found: Findings, said: str) -> str:
    """Tell an elapsed time from a time of day by name and values; `Ambiguous` where both fit."""
    seconds = clock.seconds[np.isfinite(clock.seconds)]
    if clock.twelve_hours or clock.key in _OF_DAY or zone_in(clock.name) is not None:
        return "time-of-day"
    steps = np.diff(seconds)
    if (
        not seconds.size
        or seconds.max() >= DAY
        or "step_time" in (clock.meaning.quantity, *clock.meaning.candidates)
    ):
        return "elapsed"
    if steps.size and steps.min() < -DAY / 2:
        return "time-of-day"
    if clock.key not in _PLAIN or (steps < 0).any():
        return "elapsed"
    rising = steps[steps > 0]
    begins = seconds[0] <= 2 * (float(np.median(rising)) if rising.size else 0.0)
    if begins or said:
        return "elapsed" if begins and not said else said
    others = any(c.quantity == "time" and c.index != clock.index for c in columns)
    if others or any(not c.dated for c in found.clocks.values()):
        return _beside(seconds, clock, found)
    raise Ambiguous(
        f"{clock.name} is an elapsed time or a time of day",
        where=f"column {clock.name}",
        expected="a first value of 0:00:00, a fall at midnight, more than 24 hours, or a date beside it",
        found=f"{seconds[0]:g} s at the first row, {seconds[-1]:g} s at the last",
        cause="both fit what is printed",
        hint="`--option clock=elapsed` or `--option clock=time-of-day` says which",
    )


def _beside(seconds: NDArray[np.float64], clock: DayClock, found: Findings) -> str:
    """Compare with the time of day of a column of dates and times, where there is one."""
    for wall in found.clocks.values():
        if not wall.dated and np.isfinite(wall.seconds).any():
            same = np.abs(wall.seconds % DAY - clock.seconds) < 1
            return "time-of-day" if np.nanmean(same) > 0.9 else "elapsed"  # midnight, and odd rows, aside
    return "time-of-day"


def _report_midnight(clock: DayClock, found: Findings) -> None:
    """Say that a time of day is none that elapses, and whether it passes midnight."""
    seconds = clock.seconds[np.isfinite(clock.seconds)]
    passes = int((np.diff(seconds) < -DAY / 2).sum())
    if clock.index in found.of_day:
        return
    if passes:
        text = f"{clock.name} is a time of day: it starts again at midnight and is not an elapsed time"
    else:
        text = f"{clock.name} is a time of day and no elapsed time"
    found.note("time-of-day", text)


# -- among several -----------------------------------------------------------------------------


def _chosen(columns: Sequence[SourceColumn], found: Findings) -> list[SourceColumn]:
    """Let the column that never goes back be the time, and the one that restarts with the step its time."""
    times = [c for c in columns if c.quantity == "time"]
    settled = list(columns)
    for column in times:
        if _restarts_with_steps(column, columns, others=len(times) > 1):
            found.note(
                "step-clock", f"{column.header} restarts where the step changes: it is the time of the step"
            )
            settled[settled.index(column)] = replace(column, quantity="step_time")
    left = [c for c in settled if c.quantity == "time"]
    if len(left) < 2:
        return settled
    best = min(left, key=lambda c: (len(clock_restarts(c.values)), key_of(_bare(c.header)) in _PLAIN, -_digits(c)))
    first = settled.index(left[0])
    settled.remove(best)
    settled.insert(first, best)  # the first column of a quantity bears its name
    return settled


def _bare(header: str) -> str:
    """Return a header without its unit."""
    from echub_table.headers import split_header

    return next(iter(split_header(header)))[0]


def _digits(column: SourceColumn) -> int:
    """Count the distinct values of the first rows: more digits tell more of them apart."""
    return len(np.unique(column.values[:10_000]))  # the first rows tell, and sorting all would cost


def _restarts_with_steps(column: SourceColumn, columns: Sequence[SourceColumn], *, others: bool) -> bool:
    values = np.asarray(column.values, dtype=np.float64)
    falls = clock_restarts(values)
    if not len(falls) or (values[falls] < 0).any():  # a step starts at zero
        return False
    changes = [runs(c.values).start[1:] for c in columns if _is_step(c)]
    for starts in changes:
        both = np.isin(falls, starts).sum()
        if len(starts) and both >= _TOGETHER * len(falls) and both >= _TOGETHER * len(starts):
            return True
    # Without a step to compare with: each restart from near zero, beside a time that never goes back.
    never = any(c.quantity == "time" and c is not column and not len(clock_restarts(c.values)) for c in columns)
    return others and never and bool((values[falls] <= 0.1 * values[falls - 1]).all())  # near zero: a tenth


def _is_step(column: SourceColumn) -> bool:
    """Return whether a column changes with the step: its number, or a state in words, but no name of a cell."""
    if names_a_cell(column.header):
        return False
    return column.quantity in ("step", "step_execution") or bool(column.labels and len(column.labels) <= 100)


# -- against each other ------------------------------------------------------------------------


def _compare_clocks(columns: Sequence[SourceColumn], found: Findings) -> None:
    """Compare the elapsed time with the wall clock, with an instant, and with another elapsed time."""
    times = [c for c in columns if c.quantity == "time" and c.unit is not None]
    time = times[0] if times else None
    if time is None or len(clock_restarts(time.values)):
        return
    length = float(unit(time.unit or "s").factor)
    instants_as_numbers = (
        c for c in columns if c.quantity == "unix_time" and c.unit and c.header not in found.clocks
    )
    for other in (*times[1:], *instants_as_numbers):
        if warning := rates_differ(time.header, _seconds(time), other.header, _seconds(other)):
            found.note("clocks-differ", warning)
    instants = {c.header: c.values for c in columns if c.quantity == "unix_time"}  # where the zone is known
    for name, clock in found.clocks.items():
        if clock.dated:
            continue
        if warning := compare(_seconds(time), instants.get(name, clock.seconds), time.header, length):
            found.note("clocks-differ", f"{warning} ({name})")


def _seconds(time: SourceColumn) -> NDArray[np.float64]:
    return np.asarray(time.values, dtype=np.float64) * float(unit(time.unit or "s").factor)


def _derived(columns: Sequence[SourceColumn], found: Findings, options: Mapping[str, str]) -> list[SourceColumn]:
    """Derive the elapsed time from an instant or a wall clock, where the table has no other."""
    if any(c.quantity == "time" for c in columns):
        return []
    instant = next((c for c in columns if c.quantity == "unix_time"), None)
    name, seconds = (instant.header, np.asarray(instant.values, np.float64)) if instant else _wall(found)
    finite = seconds[np.isfinite(seconds)]
    if not finite.size:
        return []
    if instant is not None and instant.unit:
        seconds, finite = (values * float(unit(instant.unit).factor) for values in (seconds, finite))
    recipe = f"{name} - its first value"
    zone = (
        ""
        if instant
        else "; these are local dates without a zone: a change of the clocks shows as a jump (--timezone)"
    )
    found.note("derived-time", f"the table has no elapsed time: time = {recipe}{zone}")
    _set_start(found, options.get("timezone", ""))
    return [SourceColumn("time", seconds - finite[0], "time", "s", origin="derived", attrs={"recipe": recipe})]


def _set_start(found: Findings, zone: str) -> None:
    """Set the start to what the clock said in the first row, and its zone where it is known."""
    name, seconds = _wall(found)
    finite = seconds[np.isfinite(seconds)]
    if not finite.size:
        return
    zone = "UTC" if found.clocks[name].zoned else zone
    found.metadata.set("experiment.start", iso_time(float(finite[0])), source=f"file: {name}")
    if zone:
        said = f"file: {name}" if found.clocks[name].zoned else "option timezone"
        found.metadata.set("experiment.timezone", zone, source=said)


def _wall(found: Findings) -> tuple[str, NDArray[np.float64]]:
    """Return the one wall clock that tells more than days."""
    usable = {n: c for n, c in found.clocks.items() if not c.dated or bool((np.diff(c.seconds) > 0).all())}
    if len(usable) != 1:
        return "", np.empty(0)
    name, clock = next(iter(usable.items()))
    return name, clock.seconds
