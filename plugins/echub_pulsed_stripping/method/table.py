"""One line per pulse: all of it at once, without a loop over pulses."""

from __future__ import annotations

import numpy as np

from echub.plugin import Series
from echub.segments import Segments
from echub_pulsed_stripping.data.blocks import PulseBlock
from echub_pulsed_stripping.data.electrode import Floats
from echub_pulsed_stripping.data.train import PulseTrain
from echub_pulsed_stripping.method.capacity import CHARGE_UNITS, Rows

EDGE_SHARE = 0.1
"""No jump is stated where the rows around an edge lie further apart than this share of the pulse: what the voltage
rises slowly by then is a part of the jump, and its uncertainty is `rise_in_gap`. By eye."""
RELAXED = 3.0
"""A relaxation time is given where the rest lasts so many of them (5 % of the way is left, and corrected for),"""
LEAST_ROWS = 5
"""has so many rows, and the voltage moves by"""
LEAST_SIGMAS = 5.0
"""so many standard deviations of its noise."""


def jumps(train: PulseTrain) -> Floats:
    """Return the jump of the voltage at the start of each pulse (pulses,), V; NaN where rows do not resolve it."""
    before = train.u[np.maximum(train.pulses.start - 1, 0)]
    gap = 2 * train.edges.begin_within
    sharp = (gap <= EDGE_SHARE * np.median(train.edges.duration)) & (train.pulses.start > 0)
    return np.where(sharp, train.u[train.pulses.start] - before, np.nan)


def rise_in_gap(train: PulseTrain, number: int) -> float:
    """Estimate how much of a jump is the slow rise in the gap around the edge, V."""
    first = int(train.pulses.start[number])
    if train.pulses.rows[number] < 2:
        return 0.0
    slope = (train.u[first + 1] - train.u[first]) / (train.t[first + 1] - train.t[first])
    return float(abs(slope) * 2 * train.edges.begin_within[number])


def relaxation(train: PulseTrain) -> Floats:
    """Return the time in which the voltage relaxes to 1/e of its way within each rest (rests,), s.

    The way ends where the rest does; for one exponential that is corrected. NaN where the rest
    is shorter than three relaxation times, has fewer than five rows, or the noise hides it.
    """
    rests = train.rests.where(train.rests.rows >= LEAST_ROWS)
    found = np.full(len(train.rests), np.nan)
    if len(rests):
        found[train.rests.rows >= LEAST_ROWS] = _relaxation(train, rests)
    return found


def _relaxation(train: PulseTrain, rests: Segments) -> Floats:
    number = rests.labels(len(train.t))
    first, last = rests.first(train.u), rests.last(train.u)
    way = np.where(np.abs(first - last) > LEAST_SIGMAS * train.noise, first - last, np.nan)
    share = np.full(len(train.t), np.nan)
    inside = number >= 0
    share[inside] = (train.u[inside] - last[number[inside]]) / way[number[inside]]
    at = rests.first(np.where(share <= np.exp(-1), np.arange(len(train.t), dtype=np.float64), np.nan))
    known = np.isfinite(at)
    row = np.where(known, at, rests.start + 1).astype(np.intp)
    above, below = np.log(np.maximum(share[row - 1], 1e-9)), np.log(np.maximum(share[row], 1e-9))  # > 0
    part = np.where(above > below, (above + 1) / np.where(above > below, above - below, 1.0), 0.0)
    taken = train.t[row - 1] + part * (train.t[row] - train.t[row - 1]) - train.t[rests.start]
    length = train.t[rests.stop - 1] - train.t[rests.start]
    tau = np.where(known & (taken > 0), taken, np.nan)
    for _ in range(6):  # a fixed point: six leave 2 in 10⁵ for a rest of three relaxation times, less for longer
        left = np.exp(-length / tau)
        tau = taken / -np.log(np.exp(-1) + left * (1 - np.exp(-1)))
    return np.where(length >= RELAXED * tau, tau, np.nan)


def relaxation_by_digit(train: PulseTrain, tau: float) -> float:
    """Return the standard uncertainty of a relaxation time by the digit of the voltage, s: all rests share it.

    Of the way w, 1/e is left at τ. A digit d moves that row, and the ends of the way: a share of d/w times
    √(1 + 1/e² + (1 - 1/e)²); the share falls by 1/(eτ) per second.
    """
    way = np.abs(train.rests.first(train.u) - train.rests.last(train.u))
    way = way[np.isfinite(way) & (way > 0)]
    if not train.digit or not len(way):
        return 0.0
    share = train.digit / np.sqrt(12) / float(np.median(way)) * np.sqrt(1 + np.exp(-2) + (1 - np.exp(-1)) ** 2)
    return float(tau * np.e * share)


def pulse_table(
    train: PulseTrain, blocks: list[PulseBlock], cut: list[Rows], charge: list[Floats], relaxed: Floats
) -> dict[str, Series]:
    """Tabulate the pulses of all blocks; one that was ended by the cut-off up to there.

    charge: for each block (pulses,), mA·h or mA·h/cm². relaxed: (all pulses,), s.
    """
    number = np.concatenate([np.arange(b.first, b.first + len(c)) for b, c in zip(blocks, charge, strict=True)])
    duration, end = train.edges.duration.copy(), train.pulses.last(train.u)
    for block, rows in zip(blocks, cut, strict=True):
        last = block.first + len(rows.pulses) - 1
        if rows.end in ("cut_off", "limit"):
            duration[last] = rows.t[-1] - train.edges.begin[last]
            end[last] = rows.u[-1]
    columns = {
        "start": (train.edges.begin, "s"),
        "duration": (duration, "s"),
        "j": (train.level * train.sign, train.unit),
        "U_start": (train.pulses.first(train.u), "V"),
        "U_end": (end, "V"),
        "U_jump": (jumps(train), "V"),
        "rest": (train.rest, "s"),
        "U_rest_end": (train.rests.last(train.u), "V"),
        "relaxation": (relaxed, "s"),
    }
    return {
        "pulse": Series.of(number + 1),
        "block": Series.of(np.repeat([b.number for b in blocks], [len(c) for c in charge])),
        **{name: Series.of(values[number], unit) for name, (values, unit) in columns.items()},
        "charge": Series.of(np.concatenate(charge), CHARGE_UNITS[train.unit]),
    }
