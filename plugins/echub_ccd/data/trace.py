"""One file cut into half cycles: which rows belong to which, and R = |U/j| of each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub import segments
from echub.plugin import Inputs, Refusal, current_ranges
from echub.science import CurrentRanges
from echub.segments import Segments, Threshold, half_cycles, rest_threshold, runs, stated_rest, states
from echub_ccd import CcdParams

Floats = NDArray[np.float64]
LEAST_ROWS = 3
"""Rows of a level or a half cycle: the fewest whose median leaves out a single odd one."""
STEADY = 0.1
"""A half cycle whose |j| spreads by more than this has no level: the potential was controlled, or a ramp.
Chosen by eye, twice the 5 % within which levels are one."""

OFFSET = 0.2
"""An offset current is smaller than this part of the smallest level; a larger one may be a level. By eye."""
MOST_BINS, FEW_POINTS = 1000, 50_000
"""Bins of a long half cycle (a million rows then take 0.2 to 0.5 s instead of 5, decision 40), and the rows among
which an offset is looked for: levels last for many rows, so that evenly thinned ones show them too."""
LONG = 20
"""Levels of fewer rows on average are noise, in which no offset is looked for. Chosen by eye."""
AT_LIMIT_V, OPEN = 0.5, 5.0
"""Potentiostats limit at volts; an open circuit shows several times any voltage before. How many: by eye."""
LEVEL, FINE_LEVEL, WHOLE, NOISE = 0.05, 0.005, 0.9, 8.0
"""A new level differs by 5 %, in a clear staircase (nine tenths of the rows in levels that last) by half a per
cent, five times the usual accuracy of a current; and by eight times the median change from row to row, which
normal noise makes 0.95 σ: a change of eight is 5.4 standard deviations of the difference between two rows."""


@dataclass(frozen=True, eq=False)
class CcdTrace:
    """A file and its half cycles; `flows` marks rows with current, `r` is |U/j| there, NaN elsewhere.

    `by_level`: the current never turns, and its levels are tabulated in place of half cycles; `turns` are the
    half cycles themselves. ranges: of the current, of every row.
    """

    data: Inputs
    found: Segments
    turns: Segments
    flows: NDArray[np.bool_]
    r: Floats
    by_level: bool
    ranges: CurrentRanges

    def __getitem__(self, name: str) -> Floats:
        return np.asarray(self.data[name], dtype=np.float64)

    @property
    def per_area(self) -> bool:
        """Return whether currents are densities."""
        return self.data.unit_of("j") == "mA/cm^2"


def trace_of(data: Inputs, params: CcdParams) -> CcdTrace:
    """Cut a file into half cycles; where the current never turns, into its levels."""
    j = np.asarray(data["j"], dtype=np.float64)
    threshold = _threshold(data, j, params)
    sign = states(j, threshold)
    turns: Segments = half_cycles(runs(sign, sign))
    if not len(turns):
        raise Refusal("no-current", "no current flows in this file", where=data.name)
    flows = sign != 0
    by_level = len(turns) == 1
    found = _levels(data, j, threshold, turns) if by_level else turns
    j = np.where(flows, j, np.nan)
    if data.is_averaged("j"):
        j[found.start[found.rows > 1]] = np.nan  # this average reaches back to before the half cycle
    with np.errstate(divide="ignore", invalid="ignore"):
        r = 1000 * np.abs(np.asarray(data["U"], dtype=np.float64) / j)
    ranges = current_ranges(data, params.range_accuracy, data.unit_of("j"))
    return CcdTrace(data, found, turns, flows, np.where(np.isfinite(r), r, np.nan), by_level, ranges)


def _levels(data: Inputs, j: Floats, threshold: Threshold, whole: Segments) -> Segments:
    """Cut a current that never turns into its levels: by the set point, else where it changes beyond its noise.

    Without two levels that last for three rows the whole half cycle stays.
    """
    sign = states(j, threshold)
    if "j_set" in data:
        programmed = np.where(sign != 0, np.nan_to_num(np.asarray(data["j_set"], dtype=np.float64)), 0.0)
        levels = runs(programmed, np.where(programmed, sign, 0))
    else:
        size = np.abs(j[(sign != 0) & np.isfinite(j)])
        noise = float(np.median(np.abs(np.diff(size)))) / float(np.median(size)) if len(size) > 1 else 0.0
        levels = segments.steps(j, threshold=threshold, level=max(FINE_LEVEL, NOISE * noise))
        if not _is_staircase(levels):
            levels = segments.steps(j, threshold=threshold, level=max(LEVEL, NOISE * noise))
    known = levels.total((np.isfinite(j) & (sign != 0)).astype(float)) >= LEAST_ROWS
    lasting = levels.where((levels.sign != 0) & known)
    return lasting if len(lasting) > 1 else whole


def _is_staircase(levels: Segments) -> bool:
    """Return whether nearly all rows with current are in levels that last: a ramp changes with every row."""
    flows = levels.where(levels.sign != 0)
    return len(flows) > 0 and bool(flows.rows[flows.rows >= LONG].sum() >= WHOLE * flows.rows.sum())


def _threshold(data: Inputs, j: Floats, params: CcdParams) -> Threshold:
    """Find which currents are rest: as stated, else those within noise and offset."""
    if not params.rest:
        return _above_offset(j[:: max(1, len(j) // FEW_POINTS)], rest_threshold(j))
    area = data.meta("cell.area") if data.unit_of("j") == "mA/cm^2" else None
    return stated_rest(params.rest / float(area or 1.0))


def _above_offset(j: Floats, found: Threshold) -> Threshold:
    """Raise a threshold over an offset current: a small level that has no counterpart of the other sign."""
    alike = segments.steps(j, threshold=found)
    levels = alike.where((alike.sign != 0) & (alike.rows >= LEAST_ROWS))
    middle = levels.median(j)
    if not len(middle) or np.mean(levels.rows) < LONG:
        return found
    paired = np.array([np.any(np.abs(middle + value) <= STEADY * abs(value)) for value in middle])
    if not paired.any():
        return found
    least = np.abs(middle[paired]).min()
    offset = np.abs(middle[~paired & (np.abs(middle) < OFFSET * least)])
    if not len(offset):
        return found
    off = 1.5 * float(offset.max())  # above its noise; with hysteresis (1.2) 0.36 of the smallest level at most
    return Threshold(1.2 * off, off, how=f"off below {off:.3g}: an offset current of {offset.max():.3g}")


def rests_before(trace: CcdTrace) -> tuple[Floats, Floats]:
    """Return duration (s) and last U (V) of the rest before each half cycle, NaN where there is none."""
    time, voltage, start = trace["t"], trace["U"], trace.found.start
    still = runs(trace.flows)
    label = still.labels(len(time))
    before = np.where(start > 0, label[np.maximum(start - 1, 0)], -1)
    is_rest = (before >= 0) & ~trace.flows[np.maximum(start - 1, 0)]
    first = still.start[np.maximum(before, 0)]
    length = time[start] - time[first]
    return (
        np.where(is_rest, length, np.nan),
        np.where(is_rest, voltage[np.maximum(start - 1, 0)], np.nan),
    )


def opens_after(trace: CcdTrace) -> float:
    """Return the time at which no current flows any more and U rests far above all that came before, else inf.

    An open circuit leaves no current, and so no half cycle, only a "rest" at the instrument's limit.
    """
    size = np.abs(trace["U"])
    under_current = trace.found.median(size)
    still = runs(trace.flows)
    rests = still.where(~trace.flows[still.start])
    high = rests.median(size)
    earlier = np.searchsorted(trace.found.start, rests.start) - 1
    usual = np.maximum.accumulate(under_current)[np.maximum(earlier, 0)]
    opened = (earlier >= 0) & (high >= AT_LIMIT_V) & (high > OPEN * usual)
    return float(trace["t"][rests.start[opened][0]]) if opened.any() else np.inf


@dataclass(frozen=True, eq=False)
class Bins:
    """Rows with a resistance, averaged where a half cycle has more than a thousand of them.

    found: the half cycles over the bins. row: the source row at which each bin begins. count: rows of each.
    rows: of each half cycle.
    """

    found: Segments
    row: NDArray[np.intp]
    count: NDArray[np.intp]
    rows: NDArray[np.intp]
    _kept: NDArray[np.intp]
    _first: NDArray[np.intp]

    def mean(self, values: Floats) -> Floats:
        """Return the mean of each bin (bins,) of values (rows of the file,), in their unit."""
        if len(self.count) == len(self._kept):
            return np.asarray(values[self._kept])
        return np.asarray(np.add.reduceat(values[self._kept], self._first) / self.count)

    def whole(self) -> tuple[Segments, NDArray[np.intp]]:
        """Return the half cycles over the rows themselves, and those rows."""
        stop = np.cumsum(self.rows)
        return Segments(stop - self.rows, stop, self.found.sign), self._kept


def bins_of(trace: CcdTrace) -> Bins:
    """Gather the rows with a resistance; every half cycle has at least one."""
    label = trace.found.labels(len(trace.r))
    kept = np.flatnonzero((label >= 0) & np.isfinite(trace.r))
    rows = np.bincount(label[kept], minlength=len(trace.found))
    begin = np.cumsum(rows) - rows
    bins = np.minimum(rows, MOST_BINS)
    stop = np.cumsum(bins)
    number = np.arange(stop[-1]) - np.repeat(stop - bins, bins)
    first = np.repeat(begin, bins) + number * np.repeat(rows, bins) // np.repeat(bins, bins)
    count = np.diff(first, append=len(kept))
    found = Segments(stop - bins, stop, trace.found.sign)
    return Bins(found, kept[first], count, rows, kept, first)
