"""Which half cycles share a level: programmed levels exactly, measured ones by how they scatter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub_ccd.data.table import SAME_LEVEL

Floats = NDArray[np.float64]
SURE = 6.0
"""Standard deviations of a difference within which two levels are one: 1 of 10⁹ pairs by chance."""
SCATTER = 4.0
"""Factor by which steps exceed the scatter of repeated levels, where both are there. By eye."""
CONTROL = 0.01
"""With a few differences only, those below are the control's: a tenth of the range at 0.1 % accuracy."""
FEW, RISING = 4, 0.9
"""Differences of a staircase come in the order of time, in nearly all of at least four; scatter has no order."""


def common_levels(level: Floats, u: Floats, sign: Floats) -> Floats:
    """Return every half cycle the median of the levels that are one with its own.

    level: (m,), mA/cm² or mA, in the order of time. u: (m,), standard uncertainty by noise, 0 if programmed.
    sign: (m,), of the current: an offset of it moves the two directions apart. Returns (m,), in the same unit.
    """
    centred = level - sign * _offset(level, u, sign)
    order = np.argsort(centred, kind="stable")
    group = np.cumsum(np.append(False, _parts(centred, u, order)))
    found = np.empty(len(level))
    for number in np.unique(group):
        members = order[group == number]
        exact = members[u[members] == 0]
        found[members] = np.median(level[exact if len(exact) else members])
    return found


def _offset(level: Floats, u: Floats, sign: Floats) -> float:
    """Return by how much the offset of the current moves a level: half the difference of both directions.

    Of the pairs of neighbours every second one is a cycle at one level; those of the smaller difference are.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        near = np.abs(np.diff(level)) < SAME_LEVEL * level[1:]
    turns = near & (sign[1:] == -sign[:-1]) & (u[1:] > 0) & (u[:-1] > 0)
    apart = (level[:-1] - level[1:]) * sign[:-1] / 2
    places = np.arange(len(apart))
    medians = [float(np.median(apart[chosen])) for k in (0, 1) if (chosen := turns & (places % 2 == k)).any()]
    return min(medians, key=abs, default=0.0)


def _parts(level: Floats, u: Floats, order: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Mark the gaps (m - 1,) between ordered levels at which another level starts."""
    ordered, noise = level[order], u[order]
    gap = np.diff(ordered)
    noise = np.hypot(noise[1:], noise[:-1])
    exact = noise == 0
    rounding = 1e-9 * ordered[1:]
    sure = np.where(exact, gap > rounding, gap > SAME_LEVEL * ordered[1:])
    grey = ~sure & ~exact & (gap > np.maximum(SURE * noise, rounding))
    if not grey.any():
        return np.asarray(sure)
    relative = gap / ordered[1:]
    return np.asarray(sure | (grey & (relative > _limit(relative[grey], _rises(order, grey | sure)[grey]))))


def _limit(gaps: Floats, rises: NDArray[np.bool_]) -> float:
    """Return the relative gap above which another level starts, from all gaps that may be either."""
    ordered = np.sort(gaps)
    jumps = ordered[1:] / ordered[:-1]
    if len(jumps) and jumps.max() >= SCATTER:
        return float(ordered[int(np.argmax(jumps))])
    if len(gaps) >= FEW:
        return 0.0 if rises.mean() >= RISING else np.inf
    return CONTROL


def _rises(order: NDArray[np.intp], cut: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the gaps (m - 1,) whose lower side came first as a whole: the run of levels before, that after."""
    number = np.cumsum(np.append(False, cut))
    first = np.full(number[-1] + 1, len(order))
    last = np.full(number[-1] + 1, -1)
    np.minimum.at(first, number, order)
    np.maximum.at(last, number, order)
    return np.asarray(cut & (last[number[:-1]] < first[number[1:]]))
