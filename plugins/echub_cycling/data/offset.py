"""What is read as a current while none flows: an offset of the instrument, which every charge then holds."""

from __future__ import annotations

import numpy as np

from echub.science import CurrentRanges, robust_sigma
from echub_cycling.data.charge import Floats

REST = 0.05
"""Currents below this part of the largest may be those of a rest."""
ROWS = 5
"""Rows at rest after a current of each direction that an offset has to show in."""
ALIKE = 0.3
"""An offset is the same after both directions, and steady, within this part of it; the current at the end of a
held voltage has the sign of what was before."""
SEEN = 1_000_000
"""Rows that are looked at, from the start: enough for many rests."""


def offset_of(current: Floats, accuracy: float, ranges: CurrentRanges) -> float:
    """Return the current (n,) that is read at rest, in its unit; 0 if the instrument may be off by as much anyway.

    accuracy: what it may be off, as a part of the largest current; ranges: of the rows, whose own accuracy counts.
    """
    current = current[:SEEN]
    largest = float(np.max(np.abs(current), initial=0.0))
    flows = np.abs(current) > REST * largest
    anyway = accuracy * largest
    if ranges.any_known:
        anyway = max(anyway, ranges.at(slice(0, SEEN)).at(~flows).error_of_mean() or 0.0)
    last = np.maximum.accumulate(np.where(flows, np.arange(len(current)), -1))
    rests = [current[~flows & (last >= 0) & (current[last] * sign > 0)] for sign in (1, -1)]
    if min(map(len, rests)) < ROWS:
        return 0.0
    each = [float(np.median(part)) for part in rests]
    found = (each[0] + each[1]) / 2
    steady = max(map(robust_sigma, rests)) < ALIKE * abs(found)
    alike = abs(each[0] - each[1]) < ALIKE * abs(found)
    return found if alike and steady and abs(found) > anyway else 0.0


def rest_share(t: Floats, current: Floats) -> float:
    """Return how long a rest takes for each second of current: an offset is counted then too."""
    flows = np.abs(current) > REST * float(np.max(np.abs(current), initial=0.0))
    step = np.diff(t)
    under_current = float(np.sum(step[flows[1:]]))
    return float(np.sum(step[~flows[1:]])) / under_current if under_current else 0.0
