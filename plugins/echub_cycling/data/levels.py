"""Levels of a staircase: for each its current, the voltage at its start and at its end, its direction."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub import segments
from echub.plugin import Inputs, Refusal, current_ranges
from echub.science import CurrentRanges, Wander, difference_noise, digit, digit_error, noise_of_digits, wander
from echub.segments import Segments, rest_threshold, runs, stated_rest, states
from echub_cycling.data.charge import Floats
from echub_cycling.data.sweep import what_is_swept

SAME = 0.02
"""Currents within this part of each other are one level: a setting and its reading differ by less."""
SHORT = 0.2
"""A level that lasts less than this part of the usual one is the way to the next: a slew, or a cut row."""
HELD, WAVE = 0.05, 1.0
"""A level is held if its current stays within 5 % for 80 % of its rows; an alternating part that a set point tells
from the level may be as large as it."""
MOST = 0.5
"""Part of the rows with current that levels have to hold: those of a sweep hold a few by chance."""
OTHERS = "ramp-onset is for ramps, stability-window for swept potentials, dc-polarisation for a held one"
SHORTEST_SWEEP = 10
"""Rows with current from which a rate can be compared."""
FEW = 50
"""Rows from which the noise of a level is known to a sixth by its own rows; a level with too little of it by
chance would weigh too much in the line."""
PARTS, USED = 5, 4
"""A level is cut into fifths for its slow noise; the first holds the step."""
LEAST_LOW = 6
"""Levels by which slow noise is known at least, if there are so many."""
ROUNDING = 1e-9
"""Part of a level by which a row may miss the start of its last part: times in hours are rounded otherwise."""
SETTLING = 2
"""Rows after a step in which an instrument may still average over it."""


@dataclass(frozen=True, eq=False)
class LevelTable:
    """Levels (m,) in the order of time: current in `unit`, sign, voltages V, times s.

    u_start: first settled row; u_end: mean of the last part; u_error: standard error of that mean by noise.
    u_early: mean of as many rows as the last part has, that long before it.
    offset: U at rest before the first level, V, 0 if there is no rest, with its standard error. wave: standard
    deviation of U in the last part
    beyond its noise, V: an alternating voltage on top. limit: ± error of each level by the accuracy of its range,
    NaN if that is not known; ranges: of all rows. slow: how far 1/f noise and drift may have moved U of each
    level against the offset, V; they come in addition to `u_error`.
    """

    data: Inputs
    unit: str
    t: Floats
    u: Floats
    j: Floats
    level: Floats
    sign: NDArray[np.int8]
    u_start: Floats
    u_early: Floats
    u_end: Floats
    u_error: Floats
    begin: Floats
    end: Floats
    rows: NDArray[np.intp]
    wave: Floats
    offset: float
    offset_error: float
    rested: bool
    limit: Floats
    ranges: CurrentRanges
    slow: Floats

    def __len__(self) -> int:
        return len(self.level)


def staircase(data: Inputs, tail: float, rest: float, accuracy: float = 0.0) -> LevelTable:
    """Cut a record into levels; raise `Refusal` where there are none.

    tail: part of each level, at its end, that is averaged (0 to 1). rest: currents below it are rest; 0: found.
    accuracy: of the current, of its range, %.
    """
    known = np.isfinite(data["j"]) & np.isfinite(data["U"])
    t, j, u = data["t"][known], data["j"][known], data["U"][known]
    if not np.any(j):
        raise Refusal(
            "no-current", "the current is zero throughout", hint="`echub analyze --list FILE` shows what suits it"
        )
    _require_current_held(t, u, j)
    found = _levels(t, j, data["j_set"][known] if "j_set" in data else None, rest)
    if len(found) < 2:
        levels = f"{len(found)} level{'' if len(found) == 1 else 's'}"
        raise Refusal("no-levels", f"{levels} of current, at least 2 are needed", hint=OTHERS)
    found = found.where(_is_held(j, found, "j_set" in data))
    flows = states(j, rest_threshold(j)) != 0
    if len(found) < 2 or found.rows.sum() < MOST * flows.sum():
        raise Refusal(
            "no-levels",
            "the current is not held at levels: it moves all the time, or the potential was controlled",
            hint=OTHERS,
        )
    level, sign = np.abs(_weighted(t, j, found)), found.sign
    last = _last_part(t, found, tail)
    noise, coarse = _noise_of(u, found, last)
    spread = np.array([float(np.std(u[a:b])) for a, b in zip(last.start, last.stop, strict=True)])
    settled = np.minimum(found.start + np.minimum(SETTLING, found.rows - 1), found.stop - 1)
    offset, offset_error, rested = _offset(u, j, found)
    ranges = current_ranges(data, accuracy, data.unit_of("j")).at(known)
    spans = zip(found.start.tolist(), found.stop.tolist(), strict=True)
    limit = np.array([ranges.at(slice(a, b)).error_of_mean() for a, b in spans], dtype=np.float64)
    slow = _slow_noise(t, u, found, level * sign, noise)
    return LevelTable(
        data, data.unit_of("j"), t, u, j, level, sign, u[settled], _weighted(t, u, _earlier_part(t, found, tail)),
        _weighted(t, u, last),
        np.hypot(noise / np.sqrt(last.rows), coarse), t[found.start], t[found.stop - 1], found.rows,
        np.sqrt(np.maximum(spread**2 - noise**2, 0)), offset, offset_error, rested, limit, ranges, slow,
    )  # fmt: skip


def _require_current_held(t: Floats, u: Floats, j: Floats) -> None:
    """Raise `Refusal` for a voltammogram: its current has levels by chance, and falls when the potential turns."""
    flows = np.flatnonzero(states(j, rest_threshold(j)))
    rows = slice(int(flows[0]), int(flows[-1]) + 1)
    if len(flows) > SHORTEST_SWEEP and what_is_swept(t[rows], u[rows], j[rows]) == "potential":
        raise Refusal(
            "potential-swept",
            "the potential changes at one rate, the current is not held: a voltammogram, not a staircase",
            hint="echub analyze stability-window",
        )


def _noise_of(u: Floats, found: Segments, last: Segments) -> tuple[Floats, Floats]:
    """Return the noise of a row in the last part of each level (m,), and the error of its mean by the digit of U.

    Fewer than `FEW` rows do not show their noise: that of all levels counts where it is larger.
    """
    step = digit(u)
    parts = list(zip(last.start.tolist(), last.stop.tolist(), strict=True))
    noise = np.array([_row_noise(u[a:b], step) for a, b in parts])
    halves = [u[(a + b) // 2 : b] for a, b in zip(found.start.tolist(), found.stop.tolist(), strict=True)]
    usual = float(np.median([_row_noise(part, step) for part in halves]))
    noise = np.where(last.rows < FEW, np.maximum(noise, usual), noise)
    coarse = np.array([digit_error(u[a:b], step) for a, b in parts])
    return noise, np.maximum(coarse, np.median(coarse)) / float(np.sqrt(3))


def _slow_noise(t: Floats, u: Floats, found: Segments, current: Floats, noise: Floats) -> Floats:
    """Return how far slow noise may have moved U of each level (m,) since the rest, or the first level, V.

    From what the fifths of the levels differ by beyond their rows: of the sums of both directions if they follow
    each other, in which what a cell does cancels, else of the lower half of the levels, since above, what it does
    is not in proportion. There, what grows with the current (m,), as where a cell settles, is left out. Levels of
    fewer than two rows in a fifth do not tell.
    """
    means, rows = _fifths(t, u, found)
    lasts = t[found.stop - 1] - t[found.start]
    distance = (t[found.stop - 1] - t[found.start[0]]) * PARTS / float(np.median(lasts))
    first = _pairs(current)
    if 2 * len(first) >= len(current) / 2:
        both = (means[first] + means[first + 1]) / np.sqrt(2)  # scaled to the noise of one
        return wander(both, noise[first] ** 2 / rows[first]).between(distance)
    low = np.argsort(np.abs(current), kind="stable")[: max(len(found) // 2, min(len(found), LEAST_LOW))]
    means, rows, current, noise = means[low], rows[low], current[low], noise[low]
    for k in range(1, USED):
        means[:, k] -= _settles(current, means[:, k] - means[:, 0]) * current
    slow: Wander = wander(means, noise**2 / rows)
    return slow.between(distance)


def _pairs(current: Floats) -> NDArray[np.intp]:
    """Return the first of neighbours of one level and both directions: in their sum what settles cancels."""
    turns = np.abs(current[1:] + current[:-1]) < SAME * np.abs(current[1:])
    found: list[int] = []
    for k in np.flatnonzero(turns).tolist():
        if not found or k > found[-1] + 1:
            found.append(k)
    return np.array(found, dtype=np.intp)


def _settles(current: Floats, change: Floats) -> float:
    """Return what a change of U grows by with the current: a cell that settles, which drift and noise do not.

    The median slope between the lower and the upper half of the currents; 0 with fewer than four.
    """
    known = np.flatnonzero(np.isfinite(change))
    half = len(known) // 2
    if half < 2:
        return 0.0
    order = known[np.argsort(current[known], kind="stable")]
    low, high = order[:half], order[-half:]
    apart = current[high] - current[low]
    return float(np.median((change[high] - change[low])[apart > 0] / apart[apart > 0])) if apart.any() else 0.0


def _fifths(t: Floats, u: Floats, found: Segments) -> tuple[Floats, Floats]:
    """Return the means of U in the last four fifths of each level (m, 4), NaN if one has one row; their rows."""
    means, rows = np.full((len(found), USED), np.nan), np.ones(len(found))
    for k, (a, b) in enumerate(zip(found.start.tolist(), found.stop.tolist(), strict=True)):
        edges = t[a] + (t[b - 1] - t[a]) * np.arange(PARTS - USED, PARTS + 1) / PARTS
        cuts = a + np.searchsorted(t[a:b], edges)
        cuts[-1] = b
        if np.diff(cuts).min() > 1:
            means[k] = [np.mean(u[low:high]) for low, high in itertools.pairwise(cuts)]
            rows[k] = np.diff(cuts).min()
    return means, rows


def _row_noise(values: Floats, step: float) -> float:
    return max(difference_noise(values), noise_of_digits(values, step) if step else 0.0)


def _levels(t: Floats, j: Floats, asked: Floats | None, rest: float) -> Segments:
    """Return the levels: by the set point if one is recorded, which an alternating current does not disturb."""
    source = asked if asked is not None and np.isfinite(asked).all() and len(np.unique(asked)) > 2 else j
    limit = rest_threshold(source)
    found = segments.steps(source, threshold=stated_rest(rest) if rest else limit, level=SAME)
    duration = t[found.stop - 1] - t[found.start]
    active = found.sign != 0
    if not active.any():
        return found.where(active)
    usual = float(np.median(duration[active & (found.rows > 2)])) if (active & (found.rows > 2)).any() else 0.0
    kept = found.where(active & (duration >= SHORT * usual) & (found.rows > 2))
    return _merged(kept, np.abs(kept.median(source)))


def _is_held(j: Floats, found: Segments, asked: bool) -> NDArray[np.bool_]:
    """Return which levels have a constant current; if a set point names them, a wave on top does no harm."""
    low, middle, high = (found.quantile(j, part) for part in (0.1, 0.5, 0.9))
    return np.asarray(high - low < (WAVE if asked else HELD) * np.abs(middle))


def _merged(found: Segments, level: Floats) -> Segments:
    """Join neighbours of the same direction and current, such as parts of a level around an impedance."""
    if not len(found):
        return found
    new = np.append(True, (np.abs(level[1:] / level[:-1] - 1) > SAME) | (found.sign[1:] != found.sign[:-1]))
    groups = runs(np.cumsum(new))
    return Segments(found.start[groups.start], found.stop[groups.stop - 1], found.sign[groups.start])


def _last_part(t: Floats, found: Segments, tail: float) -> Segments:
    after = t[found.stop - 1] - (tail + ROUNDING) * (t[found.stop - 1] - t[found.start])
    start = np.maximum(np.searchsorted(t, after), found.start)
    return Segments(np.minimum(start, found.stop - 1), found.stop, found.sign)


def _earlier_part(t: Floats, found: Segments, tail: float) -> Segments:
    """Return the part that is as long as the last one and ends where that starts, at least one row."""
    lasts = t[found.stop - 1] - t[found.start]
    last = _last_part(t, found, tail)
    start = np.searchsorted(t, t[found.stop - 1] - (2 * tail + ROUNDING) * lasts)
    start = np.clip(start, found.start, np.maximum(last.start - 1, found.start))
    return Segments(start, np.maximum(last.start, start + 1), found.sign)


def _weighted(t: Floats, values: Floats, found: Segments) -> Floats:
    """Return the mean over time of each level: rows that are denser at a step count no more."""
    return np.array([_mean(t[a:b], values[a:b]) for a, b in zip(found.start, found.stop, strict=True)])


def _mean(t: Floats, values: Floats) -> float:
    weight = np.gradient(t) if len(t) > 1 else np.ones(len(t))
    if not weight.sum() > 0:
        return float(np.mean(values))
    return float(np.sum(values * weight) / weight.sum())


def _offset(u: Floats, j: Floats, found: Segments) -> tuple[float, float, bool]:
    """Return the voltage at rest before the first level, its standard error, and whether there is a rest."""
    state = states(j, rest_threshold(j))
    before = np.flatnonzero(state[: found.start[0]] == 0)
    if not len(before):
        return 0.0, 0.0, False
    part = before[-max(len(before) // 5, 1) :]
    step = digit(u)
    noise = _row_noise(u[part] if len(part) >= FEW else u[before], step)
    coarse = digit_error(u[part], step) / float(np.sqrt(3))
    return float(np.mean(u[part])), float(np.hypot(noise / np.sqrt(len(part)), coarse)), True
