"""From files of one cell to its spectra in the order of time, each with its level, potential and charge."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from echub import segments
from echub.dates import instants
from echub.plugin import Flag, Inputs, Refusal, current_ranges
from echub_eis.data import Trace

Floats = NDArray[np.float64]
ONE_CELL = ("cell.id", "cell.area", "cell.electrolyte", "sample.group")
"""Metadata that files of one series share; the temperature may differ, which the table shows."""
DIGITS = 3
"""Significant digits of a level that was not programmed: instruments hold a current to 0.1 %."""
NO_CURRENT = 1e-3
"""A current below this part of the largest of the series is rest: the accuracy of a current range."""
UNRECORDED = 3.0
"""A stretch without rows this many times as long as spectra lie apart: another file began, or a pause. By eye."""
LEAST_GAP = 1.0
"""Rows closer than a second are not apart, whatever the spectra do, s."""
HOUR = 3600.0
SHOWN = 6
"""Spectra, or levels, that a message names."""
STARTS = ("experiment.start_utc", "experiment.start")


@dataclass(frozen=True, eq=False)
class SeriesSpectrum:
    """One spectrum: the points, the time of each (n,) in s since the first of the series, what flowed.

    Times are NaN without a clock; level is in mA/cm² or mA, charge in mA·h/cm² or mA·h. spectrum: its number
    in its file. limit: ± error of the level by the accuracy of its ranges, NaN if they are not known.
    """

    file: int
    spectrum: int
    trace: Trace
    time: Floats
    level: float = np.nan
    potential: float = np.nan
    temperature: float = np.nan
    charge: float = np.nan
    half_cycle: int = 0
    limit: float = np.nan
    ranges: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        """Return the time of mid-sweep, s."""
        return float(self.time[0] + self.time[-1]) / 2

    @property
    def direction(self) -> str:
        """Return what the current does to the working electrode."""
        return "" if not np.isfinite(self.level) else ("rest", "oxidised", "reduced")[int(np.sign(self.level))]


@dataclass(frozen=True, eq=False)
class Course:
    """What happened besides: current and potential against time (m,), s since the first spectrum."""

    time: Floats
    current: Floats
    potential: Floats
    empty: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    """Rows without values, each in the middle of a stretch that was not recorded."""


@dataclass(frozen=True, eq=False)
class SpectrumSeries:
    """All spectra of a cell, in the order of time; `unit`: of the levels, `zero`: clock of the first row, s."""

    spectra: tuple[SeriesSpectrum, ...]
    course: Course
    unit: str
    names: tuple[str, ...]
    first: Inputs
    flags: tuple[Flag, ...]
    zero: float = 0.0

    def __len__(self) -> int:
        return len(self.spectra)

    def column(self, name: str) -> Floats:
        """Return one attribute of every spectrum, (k,)."""
        return np.array([getattr(one, name) for one in self.spectra], dtype=np.float64)

    def called(self, k: int) -> str:
        """Return the number of a spectrum, and its file, or its run in a file, if others have that number too."""
        one = self.spectra[k]
        if sum(other.spectrum == one.spectrum for other in self.spectra) == 1:
            return str(one.spectrum)
        name = self.names[one.file]
        return f"{one.spectrum} of {name if self.names.count(name) == 1 else f'run {one.file + 1}'}"

    def listed(self, places: Sequence[int]) -> str:
        """Return what some spectra are called, the first few of many."""
        shown = ", ".join(self.called(k) for k in places[:SHOWN])
        return f"{shown} …" if len(places) > SHOWN else shown

    def limit_at(self, level: float) -> float | None:
        """Return ± the accuracy of the range in which the nearest level was measured; None if it is not known."""
        apart = np.abs(np.abs(self.column("level")) - level)
        limit = self.spectra[int(np.nanargmin(apart))].limit if np.isfinite(apart).any() else np.nan
        return limit if np.isfinite(limit) else None

    @property
    def timed(self) -> bool:
        """Return whether every spectrum has a time."""
        return bool(np.isfinite(self.column("middle")).all())


def load_series(files: Sequence[Inputs], accuracy: float = 0.0) -> SpectrumSeries:
    """Put the spectra of one or several files in the order of their start.

    accuracy: of the current, of its range, %.
    """
    _require_one_series(files)
    order, offsets = _offsets(files)
    files = [files[number] for number in order]
    parts = [
        _spectra(data, number, offset, accuracy)
        for number, (data, offset) in enumerate(zip(files, offsets, strict=True))
    ]
    spectra = [one for part in parts for one in part]
    known = spectra[0].time[np.isfinite(spectra[0].time)]
    zero = float(known.min()) if len(known) else 0.0  # of a sweep upwards the first row is the last of these
    spectra = [replace(one, time=one.time - zero) for one in spectra]
    course, flags = _course(files, [offset - zero for offset in offsets], spectra)
    levels = _levels([one.level for one in spectra])
    spectra = [replace(one, level=level) for one, level in zip(spectra, levels.tolist(), strict=True)]
    unit = next((data.unit_of("I") for data in files if "I" in data), "mA")
    series = SpectrumSeries(tuple(spectra), course, unit, tuple(d.name for d in files), files[0], flags, zero)
    return _charged(series)


def _require_one_series(files: Sequence[Inputs]) -> None:
    for path in ONE_CELL:
        values = {data.metadata.shown(path) for data in files}
        if len(values) > 1:
            raise Refusal(
                "several-cells",
                f"the files are not of one series: {path} is {' and '.join(sorted(values))}",
                hint="--by cell.id answers each cell by itself",
            )
    if not _of_one_record(files) and files[0].metadata.value("cell.id") is None:
        raise Refusal(
            "cell-not-stated",
            f"{len(files)} files: that they are of one cell is not stated",
            hint='--set cell.id="NAME" if they are, --by file if not',
        )


def _of_one_record(files: Sequence[Inputs]) -> bool:
    """Return whether all inputs are parts of one record, such as the runs that were joined to a file.

    A record that is given twice is not: its parts are the same ones.
    """
    sources, selections = ({str(data.origin.get(key)) for data in files} for key in ("source", "selection"))
    one = len(sources) == 1 and len({id(data.metadata) for data in files}) == 1
    return one and len(selections) == len(files)


def _offsets(files: Sequence[Inputs]) -> tuple[list[int], list[float]]:
    """Return the order of the files, and the start of each, s, since that of the first."""
    if _of_one_record(files):  # on one clock, and in order already
        return list(range(len(files))), [0.0] * len(files)
    stated, instants = _instants(files)
    offsets = [(instant - min(instants)).total_seconds() for instant in instants]
    spans = [_span(data, offset) for data, offset in zip(files, offsets, strict=True)]
    order = sorted(range(len(files)), key=lambda number: spans[number])
    for before, after in itertools.pairwise(order):
        # Files of one start on one clock, as linked techniques have it, follow each other; else they are copies.
        if offsets[before] == offsets[after] and not spans[before][1] <= spans[after][0]:
            raise Refusal(
                "no-order",
                f"{files[before].name} and {files[after].name} state the same start, {stated[after]}, "
                "and their times overlap: which came first is not known",
                hint="name each file once; a column experiment.start in --meta",
            )
    return order, [offsets[number] for number in order]


def _instants(files: Sequence[Inputs]) -> tuple[list[str], list[dt.datetime]]:
    """Return the starts as stated and as instants; UTC if all know it, else as the clocks on the wall went."""
    utc, local = ([data.metadata.value(path) for data in files] for path in STARTS)
    moments = instants(utc, local)
    if moments is not None:
        return [str(start) for start in (utc if None in local else local)], moments
    if None in local:
        raise Refusal(
            "no-order",
            "several files, and which came first is not stated",
            hint="a column experiment.start in --meta",
        )
    raise Refusal(
        "no-order",
        "some starts state their zone and others do not: which came first is not known",
        hint="--set experiment.timezone=Europe/Berlin, the zone of those without one",
    )


def _span(data: Inputs, offset: float) -> tuple[float, float]:
    """Return when the rows of a file start and end, s; a file without a clock is at its start only, and lasts."""
    known = data["t"][np.isfinite(data["t"])] if "t" in data else np.array([])
    return (offset + float(known.min()), offset + float(known.max())) if len(known) else (offset, np.inf)


def _spectra(data: Inputs, file: int, offset: float, accuracy: float) -> list[SeriesSpectrum]:
    """Cut one file into its spectra; rows of a frequency that is none are left out with their reason."""
    number = np.asarray(data["spectrum"])
    ranges = current_ranges(data, accuracy, data.unit_of("I") if "I" in data else "mA")
    made = []
    for value in dict.fromkeys(number.tolist()):
        rows = np.flatnonzero(number == value)
        limit, used = ranges.at(rows).error_of_mean(), ranges.at(rows).used()
        one = _spectrum(data, rows, file, int(value), offset)
        made.append(replace(one, limit=np.nan if limit is None else limit, ranges=used))
    return made


def _spectrum(data: Inputs, rows: NDArray[np.intp], file: int, number: int, offset: float) -> SeriesSpectrum:
    rows = rows[np.argsort(-data["f"][rows], kind="stable")]
    frequency, z = data["f"][rows], data["re"][rows] + 1j * data["im"][rows]
    reason = np.where(frequency > 0, "", "frequency not positive").astype("U24")
    extras = {name: data[name][rows] for name in ("E_ac", "thd_E", "thd_I") if name in data}
    trace = Trace(np.where(frequency > 0, frequency, np.nan), z, np.asarray(data.row)[rows], reason, extras)
    time = data["t"][rows] + offset if "t" in data else np.full(len(rows), np.nan)
    level = _median(data, "I_set", rows)
    temperature = _median(data, "T", rows)
    stated = data.meta("cell.temperature")
    return SeriesSpectrum(
        file,
        number,
        trace,
        time,
        level if np.isfinite(level) else _median(data, "I", rows),
        _mean(data, "U", rows),
        temperature if np.isfinite(temperature) or stated is None else float(stated),
    )


def _median(data: Inputs, name: str, rows: NDArray[np.intp]) -> float:
    values = data[name][rows] if name in data else np.array([])
    return float(np.median(values[np.isfinite(values)])) if np.isfinite(values).any() else np.nan


def _mean(data: Inputs, name: str, rows: NDArray[np.intp]) -> float:
    values = data[name][rows] if name in data else np.array([])
    return float(np.mean(values[np.isfinite(values)])) if np.isfinite(values).any() else np.nan


def _levels(levels: Sequence[float]) -> Floats:
    """Round levels to what an instrument holds; what is next to nothing beside the largest is rest."""
    given = np.asarray(levels, dtype=np.float64)
    largest = float(np.nanmax(np.abs(given))) if np.isfinite(given).any() else 0.0
    if not largest:
        return given
    small = np.abs(given) < NO_CURRENT * largest
    return np.array([0.0 if low else float(f"{v:.{DIGITS}g}") for v, low in zip(given, small, strict=True)])


# -- current, potential and charge against time ------------------------------------------------


def _course(
    files: Sequence[Inputs], offsets: Sequence[float], spectra: Sequence[SeriesSpectrum]
) -> tuple[Course, tuple[Flag, ...]]:
    """Join what the time series and the spectra's own rows say, in the order of time."""
    t, current, potential = [], [], []
    together = _of_one_record(files)
    for number, (data, offset) in enumerate(zip(files, offsets, strict=True)):
        for clock, i, u in (("ts_t", "ts_I", "ts_U"), ("t", "I", "U")):
            if clock in data and (clock == "t" or number == 0 or not together):  # a time series counts once
                t.append(data[clock] + offset)
                none = np.full(len(data[clock]), np.nan)
                current.append(data[i] if i in data and len(data[i]) == len(none) else none)
                potential.append(data[u] if u in data and len(data[u]) == len(none) else none)
    if not t:
        return Course(np.array([]), np.array([]), np.array([])), ()
    time = np.concatenate(t)
    # Of two rows at one time the one that ends its block comes first: its own next row is the later one.
    following = np.concatenate([np.append(one[1:], np.inf) for one in t])
    order = np.lexsort((-following, time))
    joined = Course(time[order], np.concatenate(current)[order], np.concatenate(potential)[order])
    known = np.isfinite(joined.time)
    course = Course(joined.time[known], joined.current[known], joined.potential[known])
    course, unrecorded = _parted(course, spectra)
    if all("ts_t" in data for data in files) or not any(one.level for one in spectra if np.isfinite(one.level)):
        return course, unrecorded
    text = "no time series lies beside the spectra: the charge is that of their own rows, gaps bridged"
    return course, (Flag("charge-from-own-rows", text, "info"), *unrecorded)


def _parted(course: Course, spectra: Sequence[SeriesSpectrum]) -> tuple[Course, tuple[Flag, ...]]:
    """Put a row without values into each long stretch that was not recorded: no charge is counted there."""
    starts = np.array([np.min(one.time) for one in spectra])
    apart = np.median(np.diff(np.sort(starts))) if len(starts) > 1 else np.nan  # NaN without a clock
    long = np.flatnonzero(np.diff(course.time) > max(UNRECORDED * apart, LEAST_GAP))
    if not len(long):
        return course, ()
    middle = (course.time[long] + course.time[long + 1]) / 2
    time, current, potential = (
        np.insert(values, long + 1, filled)
        for values, filled in ((course.time, middle), (course.current, np.nan), (course.potential, np.nan))
    )
    lost = float((course.time[long + 1] - course.time[long]).sum())
    text = f"nothing is recorded for {lost:.3g} s between the spectra: no charge is counted there"
    where = f"from {course.time[long[0]]:.4g} s"
    parted = Course(time, current, potential, long + 1 + np.arange(len(long)))
    return parted, (Flag("time-not-recorded", text, "info", where),)


def _charged(series: SpectrumSeries) -> SpectrumSeries:
    """Add to every spectrum its charge so far and its half cycle, from the current against time."""
    course = series.course
    known = np.isfinite(course.current)
    if known.sum() < 2 or not series.timed:
        return series
    t, current = course.time[known], course.current[known]
    # Rows without a current, as those of an open circuit, carry no charge; a gap without rows is bridged.
    flows = np.diff(np.flatnonzero(known)) == 1
    charge = np.concatenate([[0.0], np.cumsum(flows * np.diff(t) * (current[1:] + current[:-1]) / 2)]) / HOUR
    cut = segments.half_cycles(segments.steps(current))
    starts = t[cut.start] if len(cut) else np.array([])
    spectra = [
        replace(
            one,
            charge=float(np.interp(one.middle, t, charge)),
            half_cycle=int(np.searchsorted(starts, one.middle, side="right")),
        )
        for one in series.spectra
    ]
    return replace(series, spectra=tuple(spectra))
