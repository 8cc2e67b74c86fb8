"""Find the ramp in a file, and which electrode's voltage speaks of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.drawing import unit_text
from echub.plugin import Inputs, Refusal, current_ranges
from echub.science import CurrentRanges, robust_sigma
from echub.text import several
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.electrodes import watch

Floats = NDArray[np.float64]

BINS = 400
LEAST_BINS = 20
"""Bins of the selected time, and how many of them a ramp fills: at least 5 % of the time. By eye."""
LONGEST_STAIR_S = 60.0
"""With longer steps a staircase is not a ramp any more: each step is a measurement of its own."""
STEPS_IN_BIN = 2.5
LEAST_STAIRS, MOST_EDGES = 5, 0.6
SURE_STEP, SAME_STEP, MOST_ALIKE = 8.0, 0.2, 0.7
"""A source climbs in steps if the current changes by eight standard deviations, in fewer than 60 % of the rows and
at least five times, and most steps last equally long. A bin of two and a half steps rises steadily. By eye."""
SAME_AREA = 0.02
"""Areas within 2 % are one: rounding of either column, and the offset of a current. By eye."""
OTHER_SCALE, STRAIGHT = 2.0, 0.05
"""A current that is proportional to its set point within 5 % of the largest, but by above 2 or below ½, has
another unit or sign; one that is not proportional is not controlled. By eye."""
POTENTIAL_CONTROLLED = 2
"""The value of `mode` under control of the potential (1: of the current, 3: at rest)."""
ROUNDING = 1e-6
"""Part of a step between rows by which an end of a ramp may miss a row: 60.00000000000026 s is 60 s."""
REST_PARTS, REST_SURE = 10, 5.0
"""Parts of a rest by whose means a drift is judged, so that noise slower than the rows counts; a slope of five of
its standard errors is one: by chance 1 of 1000 rests has it (Student's t, eight degrees of freedom)."""
REST_FLOWS = 1e-3
"""Part of the largest current that is rest: the offset of a range."""
LEAST_LIMIT_V = 0.5
"""Limits of a potentiostat are volts; a voltage that rests lower follows from a current that rests."""


@dataclass(frozen=True)
class RampTrace:
    """The rows of one ramp, current and voltage counted positive.

    t: s, on the file's clock; x: mA/cm² or mA; u: V, oxidised minus reduced electrode (or one
    electrode's potential, counted so that it rises); line: the ramp's course by its set point, else by a straight
    line through the current; begin: s, where that is zero; rate: x per hour; rest_v: voltage
    before the ramp; rest_drift: its drift there, V/h, if it has one; lost_at: s, from when the current does not
    follow its course;
    ranges: of the rows; limit: (n,), ± accuracy of the current of each, of its range if that is known, else of the
    largest current;
    stair_s: length of the steps in which the source climbs, 0 for one that climbs with every row;
    electrode: the one that `u` is of, or the cell; other: the potential of the other one, V, (n,),
    None if it is not known, and other_missing says why.
    """

    t: Floats
    x: Floats
    u: Floats
    line: Floats
    begin: float
    rate: float
    unit: str
    observed: str
    direction: int
    ranges: CurrentRanges
    limit: Floats
    rest_v: float | None
    lost_at: float
    stair_s: float = 0.0
    electrode: str = "cell"
    other_electrode: str = ""
    other: Floats | None = None
    other_missing: str = ""
    rest_drift: float | None = None

    @cached_property
    def tried(self) -> dict[tuple[float, ...], Any]:
        """Return what fits led to, by what they depend on: a second search starts with the same ones."""
        return {}

    @cached_property
    def steps(self) -> Floats:
        """Return the times between rows (n - 1,), s."""
        return np.diff(self.t)

    @cached_property
    def usual_step(self) -> float:
        """Return the median time between rows, s."""
        return float(np.median(self.steps))

    @property
    def is_cell_voltage(self) -> bool:
        """Return whether the voltage is that of the whole cell."""
        return self.observed == "voltage"

    @property
    def range_known(self) -> bool:
        """Return whether the range of the current is known in all rows."""
        return not self.ranges.unknown()

    def limit_at(self, t: float, window: float) -> float:
        """Return ± the accuracy of the mean current in a window around a time, s, each row in its own range."""
        around = np.abs(self.t - t) <= window / 2
        return float(np.mean(self.limit[around])) if around.any() else float(np.interp(t, self.t, self.limit))

    @property
    def limited(self) -> bool:
        """Return whether the voltage rests at its largest value in some of the rows, as at compliance."""
        top = float(self.u.max())
        # Within a thousandth of the top is on it; ten rows, and 0.5 % of a long ramp, are not a peak. By eye.
        return top >= LEAST_LIMIT_V and bool((self.u >= 0.999 * top).sum() >= max(10, 0.005 * len(self.u)))


def find(data: Inputs, params: RampOnsetParams) -> RampTrace:
    """Cut out the one ramp; refuse where there is none, or several."""
    _require_one_current(data)
    t, drive, scale = data["t"], *_drive(data)
    rows = _ramp_rows(t, drive, data)
    slope, offset = _course(t[rows], drive[rows])
    direction = 1 if slope > 0 else -1
    begin = _on_a_row(float(-offset / slope), t)
    stop = _on_a_row(float(t[rows.stop - 1]) + params.sustain, t)
    kept = (t >= max(begin, t[rows.start])) & (t <= stop)
    before = t < min(begin, float(t[rows.start]))
    flows = before & (np.abs(drive) > REST_FLOWS * float(np.max(np.abs(drive))))
    resting = before & (np.arange(len(t)) > np.max(np.flatnonzero(flows), initial=-1))
    watched = watch(data, direction, params.electrode)
    line = (slope * t + offset) * scale * direction
    if "I_set" in data and drive is not data["j"]:
        inside = (t >= t[rows.start]) & (t <= t[rows.stop - 1])
        line = np.where(inside, drive * scale * direction, line)
    x = data["j"] * direction + 0.0  # no -0
    _require_moving_current(x[kept], data)
    _require_set_current(x[kept], line[kept], data)
    ranges = current_ranges(data, params.range_accuracy, data.unit_of("j")).at(kept)
    # Without a recorded range, one that just holds the largest current: the real one is as large or larger.
    error, least = ranges.error(), float(np.max(x[kept], initial=0.0))
    return RampTrace(
        t[kept],
        x[kept],
        watched.u[kept],
        line[kept],
        begin,
        abs(float(slope)) * scale * 3600,
        data.unit_of("j"),
        watched.observed,
        direction,
        ranges,
        np.where(np.isnan(error), params.range_accuracy / 100 * least, error),
        float(np.median(watched.u[before])) if before.sum() >= 3 else None,  # two have no middle
        _control_lost(t[kept], x[kept], line[kept], error, params),
        stair_of(t[rows], drive[rows]),
        watched.electrode,
        watched.other_electrode,
        None if watched.other is None else watched.other[kept],
        watched.why,
        drift_of(t[resting], watched.u[resting], params.window),
    )


def drift_of(t: Floats, u: Floats, least_s: float) -> float | None:
    """Return the slope of a voltage at rest (n,), V/h, if it is one beyond its scatter; None without.

    least_s: a shorter rest says nothing, s.
    """
    if len(t) < 2 * REST_PARTS or t[-1] - t[0] < least_s:
        return None
    at, level = (np.array([part.mean() for part in np.array_split(x, REST_PARTS)]) for x in (t, u))
    at = at - at.mean()
    spread = float(at @ at)
    slope = float(at @ level) / spread
    rest = level - level.mean() - slope * at
    error = float(np.sqrt(rest @ rest / (REST_PARTS - 2) / spread))
    return 3600 * slope if abs(slope) > REST_SURE * error else None


def _on_a_row(time: float, t: Floats) -> float:
    """Return a time as that of the row it misses by rounding, so that the row lies on the same side everywhere."""
    nearest = float(t[np.argmin(np.abs(t - time))])
    return nearest if abs(nearest - time) <= ROUNDING * float(np.median(np.diff(t))) else time


def _require_moving_current(x: Floats, data: Inputs) -> None:
    """Refuse a current that stands still while its set point is a ramp."""
    if len(x) and not np.ptp(x):
        raise Refusal(
            "current-not-controlled",
            f"the current stays at {x[0]:.4g} {unit_text(data.unit_of('j'))} while its set point rises",
            where=data.how("j"),
            hint="measure with the cell connected, in a range that holds the current",
        )


def _require_set_current(x: Floats, line: Floats, data: Inputs) -> None:
    """Refuse a current that rises as its set point does, but by another factor: one of them has another unit."""
    power = float(line @ line)
    factor = float(x @ line) / power if power else 1.0
    if 1 / OTHER_SCALE <= factor <= OTHER_SCALE:
        return
    if robust_sigma(x - factor * line) <= STRAIGHT * float(np.max(np.abs(x), initial=0.0)):
        raise Refusal(
            "contradicting-current",
            f"the current is {factor:.3g} times its set point, row by row",
            where=data.how("j"),
            hint="correct the unit or the sign of the column that is wrong, or leave out the set point",
        )


def _require_one_current(data: Inputs) -> None:
    """Refuse a current, a current density and an area of which one contradicts the others."""
    area = data.meta("cell.area")
    if data.source_of("j") != "current_density" or "I" not in data or not area:
        return
    rows = np.abs(data["j"]) > 0.1 * float(np.nanmax(np.abs(data["j"])))  # of the smallest, offsets are a part
    rows &= np.isfinite(data["I"])
    with np.errstate(divide="ignore", invalid="ignore"):
        implied = float(np.nanmedian((data["I"] / data["j"])[rows])) if rows.any() else area
    if not abs(implied / area - 1) <= SAME_AREA:
        raise Refusal(
            "contradicting-current",
            f"current over current density is an area of {implied:.4g} cm², but {area:.4g} cm² is stated",
            where=f"{data.how('j')}, {data.how('I')}",
            hint="--column j=NAME chooses one of them; --set cell.area=… corrects the area",
        )


def _course(t: Floats, drive: Floats) -> tuple[float, float]:
    """Fit a line to the inner nine tenths, which rest before and loss of control after cannot touch."""
    edge = len(t) // 20
    inner = slice(edge, len(t) - edge)
    middle = float(np.mean(t[inner]))  # a clock may count from far away, as in Unix seconds
    slope, level = np.polyfit(t[inner] - middle, drive[inner], 1)
    return float(slope), float(level - slope * middle)


def _drive(data: Inputs) -> tuple[Floats, float]:
    """Return the programmed current, else the measured one, and the factor that makes it `j`."""
    if "I_set" not in data or not np.isfinite(data["I_set"]).all() or not np.ptp(data["I_set"]):
        return data["j"], 1.0
    if data.unit_of("j") == "mA":
        return data["I_set"], 1.0
    area = data.meta("cell.area")
    return (data["I_set"], 1.0 / area) if area else (data["j"], 1.0)


def _ramp_rows(t: Floats, drive: Floats, data: Inputs) -> slice:
    """Find the rows in which the current rises steadily and linearly."""
    found: list[slice] = []
    for bins in _bins(t, drive):
        edges = np.linspace(t[0], t[-1], bins + 1)
        first = np.searchsorted(t, edges)
        level = np.interp((edges[1:] + edges[:-1]) / 2, t, _running_mean(t, drive, float(edges[1] - edges[0])))
        runs = _rising(np.abs(level))
        long = [run for run in runs if run.stop - run.start >= min(LEAST_BINS, len(level) // 3)]
        found = [slice(int(first[r.start]), int(first[r.stop])) for r in long]
        found = [rows for rows in found if _is_linear(t[rows], drive[rows])]
        if found:
            break
    if "mode" in data:
        # In most rows of it the potential was controlled.
        found = [rows for rows in found if (data["mode"][rows] == POTENTIAL_CONTROLLED).mean() < 0.5]
    if not found:
        raise Refusal("not-a-ramp", _why_none(t, drive, data), hint="--time START:STOP chooses the ramp")
    if len(found) > 1:
        spans = ", ".join(f"{t[r.start]:.0f}:{t[r.stop - 1]:.0f}s" for r in found)
        raise Refusal(
            "several-ramps",
            f"the current rises linearly {len(found)} times",
            where=spans,
            hint=f"--time {spans.split(',')[0]}",
        )
    return found[0]


def _bins(t: Floats, drive: Floats) -> list[int]:
    """Return how finely to cut the time: as finely as the rows allow; first so that a bin holds two steps, if any.

    Finer bins may lie within steps, so that only the rise of a single one is found.
    """
    fine = min(BINS, max(len(t) // 3, 4))  # three rows a bin at least, and four bins
    stair = stair_of(t, drive)
    coarse = int((t[-1] - t[0]) / (STEPS_IN_BIN * stair)) if 0 < stair <= LONGEST_STAIR_S else 0
    return [coarse, fine] if 4 <= coarse < fine else [fine]


def stair_of(t: Floats, drive: Floats) -> float:
    """Return the usual length of the steps in which a source climbs, s; 0 if it climbs with every row.

    t, drive: (n,). A step lasts for several rows, and the change to the next is beyond the noise of a row.
    """
    change = np.abs(np.diff(drive))
    least = max(SURE_STEP * robust_sigma(change), 1e-9 * float(np.abs(drive).max()))
    edges = np.flatnonzero(change > least)
    if len(edges) < LEAST_STAIRS or len(edges) > MOST_EDGES * len(change):
        return 0.0
    lengths = np.diff(t[edges])
    usual = float(np.median(lengths))
    alike = np.abs(lengths - usual) <= SAME_STEP * usual
    return usual if alike.mean() >= MOST_ALIKE else 0.0


def _running_mean(t: Floats, values: Floats, width: float) -> Floats:
    """Average over time, by the trapezoidal integral."""
    steps = np.diff(t)
    total = np.concatenate([[0.0], np.cumsum((values[1:] + values[:-1]) / 2 * steps)])
    low, high = np.maximum(t - width / 2, t[0]), np.minimum(t + width / 2, t[-1])
    span = high - low
    mean = (np.interp(high, t, total) - np.interp(low, t, total)) / np.where(span > 0, span, 1)
    return np.where(span > 0, mean, values)


def _rising(level: Floats) -> list[slice]:
    """Find runs of bins in which the current rises at a like rate."""
    steps = np.diff(level)
    # A tenth of the rate of a ramp that takes all the time: slower is drift. Rates within a factor of about three
    # of the usual one are alike: bins at the edges of the ramp, and rows of uneven density. By eye.
    least = 0.1 * float(level.max()) / len(level)
    if not (steps > least).any():
        return []
    typical = float(np.median(steps[steps > least]))
    rises = (steps > 0.3 * typical) & (steps < 3 * typical)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], rises.astype(np.int8), [0]])))
    return _joined([slice(int(a), int(b) + 1) for a, b in zip(edges[::2], edges[1::2], strict=True)])


def _joined(runs: list[slice]) -> list[slice]:
    """Join runs that a single uneven step parts."""
    joined: list[slice] = []
    for run in runs:
        if joined and run.start - joined[-1].stop <= 1:
            joined[-1] = slice(joined[-1].start, run.stop)
        else:
            joined.append(run)
    return joined


def _is_linear(t: Floats, drive: Floats) -> bool:
    if len(t) < 5 or not np.ptp(t):  # two parameters of five rows: fewer are linear by chance
        return False
    since = t - t[0]
    fit = np.polyfit(since, drive, 1)
    rest = drive - np.polyval(fit, since)
    # Off by 3 % of its rise, root mean square: a straight ramp has its noise, a parabola 7.5 % (1/√180).
    return bool(np.sqrt(np.mean(rest**2)) < 0.03 * abs(fit[0]) * np.ptp(t))


def _why_none(t: Floats, drive: Floats, data: Inputs) -> str:
    """Say what the current does instead."""
    what = "current" if drive is data["j"] else "set current"
    low, high, largest = drive.min(), drive.max(), np.abs(drive).max()
    ends = f"from {low:z.4g} to {high:z.4g} over {np.ptp(t):.0f} s"
    if "mode" in data and (share := float(np.mean(data["mode"] == POTENTIAL_CONTROLLED))) > 0.5:
        return f"the potential is controlled in {share:.0%} of the rows; the current runs {ends}"
    if high - low < 0.05 * largest:  # only the words of a refusal depend on it, and on the 0.2 below
        return f"the {what} is constant: {low:z.4g} to {high:z.4g} over {np.ptp(t):.0f} s"
    jumps = int((np.abs(np.diff(drive)) > 0.2 * (high - low)).sum())
    return f"the {what} does not rise linearly: it runs {ends}" + (
        f", with {several(jumps, 'jump')}" if jumps else ""
    )


# -- control ---------------------------------------------------------------------------------


def _control_lost(t: Floats, x: Floats, line: Floats, error: Floats, params: RampOnsetParams) -> float:
    """Return the time from which the current does not follow its course, inf where it always does.

    error: (n,), ± accuracy of each row by its range, NaN if that is not known.
    """
    steps: Any = np.median(np.diff(t))
    off = np.abs(x - line)
    noise = 6 * robust_sigma(x - line)  # two rows in 10⁹ by chance
    # Without a recorded range 0.1 % of the largest current stands for 0.1 % of the range.
    allowed = params.control / 100 * np.abs(line) + np.where(np.isnan(error), 1e-3 * line.max(), error) + noise
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (off > allowed).astype(np.int8), [0]])))
    least = max(5.0, 5 * float(steps))  # s; single rows off, at control changes, are not a loss. By eye.
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if t[last - 1] - t[first] >= least:
            return float(t[first])
    return float("inf")
