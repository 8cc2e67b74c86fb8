"""The half-cycle table: what can be said of each half cycle, of one file or of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from echub.science import MEDIAN_TO_MEAN, digit
from echub.segments import Segments, by_edges, by_increments, by_integration, by_running_charge, edges
from echub_ccd.data.fall import SETTLING, steepest, steepest_rise
from echub_ccd.data.slow import ACROSS, BESIDE, flicker, moved
from echub_ccd.data.trace import LEAST_ROWS, STEADY, CcdTrace, bins_of, rests_before

Floats = NDArray[np.float64]
HEAD = 0.1
"""Fraction of a half cycle whose rows make R at its start, after the first 2 %. Chosen by eye."""
TAIL = 0.05
"""Fraction whose rows make R at its end: as short as `NARROW`, so that a fall shortly before the end is in it."""
SAME_LEVEL = 0.05
"""A set current within this fraction of the measured one is believed; levels further apart are never one."""
SAME_CHARGE = 0.05
"""Increments further than this from level × time lack rows: both know the charge of whole files far better."""
MANY_ROWS = 20
"""In fewer rows a fall is a part of their noise: the narrow window (a twentieth) would be less than a row."""


@dataclass(frozen=True, eq=False)
class HalfCycleTable:
    """Half cycles in the order of their experiment, one value each; units of the trace.

    file: number of the file. sign: +1 oxidises the working electrode. level: |j| as programmed, else as
    measured. level_u: its noise, 0 where it is programmed. spread: of |j|, relative. q, q_edges, q_integral:
    charge by the instrument, by level × time between edges, by integration. u_largest: of |U|. r_*: Ω·cm²
    (Ω without an area): medians over the start, the end, all, the first and last three rows, the first quarter.
    noise: of R; calm: that by which falls are judged; slow: of R from one half cycle to another, by 1/f noise and
    drift of U. u_rest: U at the end of the rest before. fall_*: see `Falls`. fell: time of the fall, s. jump:
    largest rise of |U| at once, V. limit: ± error of |j| by the accuracy of its range, NaN if that is unknown.
    digit_u, digit_j: in which U (V) and j are read, 0 where they show none; digit_level: that of the level, 0
    where it is programmed.
    """

    file: NDArray[np.intp]
    sign: Floats
    begin: Floats
    end: Floats
    duration: Floats
    duration_u: Floats
    j: Floats
    spread: Floats
    level: Floats
    level_u: Floats
    rows: Floats
    q: Floats
    q_edges: Floats
    q_integral: Floats
    u_start: Floats
    u_end: Floats
    u_median: Floats
    u_largest: Floats
    r_start: Floats
    r_end: Floats
    r_median: Floats
    r_first: Floats
    r_last: Floats
    r_quarter: Floats
    noise: Floats
    calm: Floats
    slow: Floats
    rest: Floats
    u_rest: Floats
    fall_before: Floats
    fall_usual: Floats
    fall: Floats
    fall_wide: Floats
    fall_sigma: Floats
    fall_held: Floats
    fall_sharp: Floats
    fell: Floats
    limit: Floats
    jump: Floats
    digit_u: Floats
    digit_j: Floats
    digit_level: Floats

    def __len__(self) -> int:
        return len(self.sign)

    @property
    def charge_lost(self) -> NDArray[np.bool_]:
        """Mark half cycles whose increments are not what flowed between their edges: rows are missing."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.steady & (np.abs(self.q / self.q_edges - 1) > SAME_CHARGE))

    @property
    def charge(self) -> Floats:
        """Return |charge|: the instrument's where it is there and whole, else level × time between edges."""
        whole = np.isfinite(self.q) & ~self.charge_lost
        return np.asarray(np.abs(np.where(whole, self.q, self.q_edges)))

    @property
    def rise(self) -> Floats:
        """Return R at the end over R at the start, less 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.r_end / self.r_start - 1)

    @property
    def steady(self) -> NDArray[np.bool_]:
        """Mark half cycles that have a level."""
        return np.asarray(self.spread <= STEADY)

    def where(self, chosen: NDArray[np.intp]) -> HalfCycleTable:
        """Return some half cycles (numbers from 0), in this order."""
        return HalfCycleTable(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})


def joined(tables: Sequence[HalfCycleTable]) -> HalfCycleTable:
    """Put the tables of several files one behind the other."""
    return HalfCycleTable(
        **{f.name: np.concatenate([getattr(t, f.name) for t in tables]) for f in fields(HalfCycleTable)}
    )


def table_of(trace: CcdTrace, number: int = 0) -> HalfCycleTable:
    """Tabulate the half cycles of one file, vectorised: a million rows take less than a second."""
    found, time, voltage = trace.found, trace["t"], trace["U"]
    bounds = edges(time, found, averaged=trace.data.is_averaged("j"), clock=trace.data.clock_step)
    bins = bins_of(trace)
    inner, (whole, rows) = bins.found, bins.whole()
    r, u, j = bins.mean(trace.r), bins.mean(voltage), bins.mean(np.abs(trace["j"]))
    head, tail = _ends(inner)
    low, middle, high = (inner.quantile(j, f) for f in (0.05, 0.5, 0.95))  # without the rows at the edges
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (high - low) / middle
    level, programmed = _level(trace, middle)
    level_u = np.where(programmed, 0.0, MEDIAN_TO_MEAN * inner.noise(j) / np.sqrt(inner.rows))
    digit_u, digit_j = (np.full(len(found), digit(trace[name])) for name in ("U", "j"))
    r_median = inner.median(r)
    with np.errstate(invalid="ignore"):  # no voltage, and no resistance: the rows alone
        noise = np.fmax(whole.noise(trace.r[rows]), r_median * _half_digit(digit_u, inner.median(u)))
    calm = _calm(noise, r_median, bins.rows)
    density, shift = flicker(u, inner), moved(inner.median(u), level, found.sign.astype(np.float64))
    per_volt = 1000 / level  # Ω·cm², or Ω, from V and mA/cm², or mA
    slow_fall = np.sqrt(BESIDE * density) * per_volt
    row_noise = calm / np.sqrt(bins.rows / inner.rows)
    falls = steepest(r, inner, row_noise, slow_fall)
    rest, u_rest = rests_before(trace)
    return HalfCycleTable(
        file=np.full(len(found), number, np.intp),
        sign=found.sign.astype(np.float64),
        begin=bounds.begin,
        end=bounds.end,
        duration=bounds.duration,
        duration_u=bounds.duration_uncertainty,
        j=middle * found.sign,
        spread=spread,
        level=level,
        level_u=level_u,
        rows=bins.rows.astype(np.float64),
        q=_charge(trace),
        q_edges=by_edges(level * found.sign, bounds),
        q_integral=_integral(trace),
        u_start=head.median(u),
        u_end=tail.median(u),
        u_median=inner.median(u),
        u_largest=whole.largest(np.abs(voltage[rows])),
        r_start=head.median(r),
        r_end=tail.median(r),
        r_median=r_median,
        r_first=_few(inner, 1).median(r),
        r_last=_few(inner, -1).median(r),
        r_quarter=_few(inner, 1, 0.25).median(r),  # as long as the wide window, by which sharpness is measured
        noise=noise,
        calm=calm,
        slow=np.maximum(np.sqrt(ACROSS * density), shift) * per_volt,
        rest=rest,
        u_rest=u_rest,
        fall_before=falls.before,
        fall_usual=falls.usual,
        fall=falls.narrow,
        fall_wide=falls.wide,
        fall_sigma=falls.sigma,
        fall_held=falls.held,
        fall_sharp=falls.sharpness,
        fell=np.where(np.isnan(falls.narrow), np.nan, time[bins.row[falls.row]]),
        limit=found.mean(np.where(trace.flows, trace.ranges.error(), np.nan)),
        jump=steepest_rise(r, inner, row_noise, slow_fall) / per_volt,
        digit_u=digit_u,
        digit_j=digit_j,
        digit_level=np.where(programmed, 0.0, digit_j),
    )


def _ends(inner: Segments) -> tuple[Segments, Segments]:
    """Return the rows that make the start and the end of each half cycle; at least three where there are."""
    rows = inner.rows
    skip = np.minimum(np.ceil(SETTLING * rows).astype(np.intp), np.maximum(rows - 1, 0))
    # Three rows at least: the fewest whose median leaves out a single odd one.
    head = np.minimum(np.maximum(3, np.ceil(HEAD * rows).astype(np.intp)), rows - skip)
    tail = np.minimum(np.maximum(3, np.ceil(TAIL * rows).astype(np.intp)), rows)
    start = inner.start + skip
    return Segments(start, start + head, inner.sign), Segments(inner.stop - tail, inner.stop, inner.sign)


def _half_digit(digit_u: Floats, u: Floats) -> Floats:
    """Return half of a digit of U as a part of that of each half cycle: neighbours are equal, or one apart."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(digit_u / 2 / np.abs(u))


def _calm(noise: Floats, r: Floats, rows: NDArray[np.intp]) -> Floats:
    """Return the noise without the fall itself: of few rows, no more than the relative noise of the others."""
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = noise / r
    usual = float(np.median(relative[np.isfinite(relative)])) if np.isfinite(relative).any() else 0.0
    return np.asarray(np.where(rows < MANY_ROWS, np.fmin(noise, usual * r), noise))


def _few(inner: Segments, end: int, fraction: float = 0.0) -> Segments:
    """Return the first (end 1) or last three rows, or a fraction, without the very first row; of few rows one."""
    least = np.where(inner.rows < 2 * LEAST_ROWS, 1, LEAST_ROWS)
    skip = np.minimum(1, np.maximum(inner.rows - least, 0)) if end > 0 else 0
    count = np.minimum(np.maximum(least, np.ceil(fraction * inner.rows).astype(np.intp)), inner.rows - skip)
    start = inner.start + skip if end > 0 else inner.stop - count
    return Segments(start, start + count, inner.sign)


def _level(trace: CcdTrace, measured: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Take the programmed level where one is recorded and agrees, else the measured one; say which."""
    if "j_set" not in trace.data:
        return measured, np.zeros(len(measured), bool)
    programmed = trace.found.median(np.where(trace.flows, np.abs(trace["j_set"]), np.nan))
    with np.errstate(invalid="ignore"):
        agrees = np.abs(programmed - measured) <= SAME_LEVEL * programmed
    return np.asarray(np.where(agrees, programmed, measured)), np.asarray(agrees)


def _charge(trace: CcdTrace) -> Floats:
    """Return the instrument's charge: its increments, else its running charge, else nothing."""
    if "dq" in trace.data:
        return by_increments(trace["dq"], trace.found)
    return by_running_charge(trace["q"], trace.found) if "q" in trace.data else np.full(len(trace.found), np.nan)


def _integral(trace: CcdTrace) -> Floats:
    """Integrate the recorded current by trapezoids, as anybody would: to show by how much that is off."""
    return by_integration(trace["t"], np.nan_to_num(trace["j"]), trace.found)
