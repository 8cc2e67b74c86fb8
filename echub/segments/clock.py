"""Where a clock restarts, and where a frequency sweep begins."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def clock_restarts(time: ArrayLike) -> NDArray[np.intp]:
    """Find the rows at which an elapsed time is smaller than in the row before.

    time: (n,), any unit. Rows without a time (NaN) start nothing. Gives row numbers, ascending.
    """
    values = np.asarray(time)
    if not np.isnan(values).any():
        return np.flatnonzero(values[1:] < values[:-1]) + 1
    timed = np.flatnonzero(~np.isnan(values))
    return timed[1:][np.diff(values[timed]) < 0]


def clock_segments(time: ArrayLike) -> list[slice]:
    """Cut rows at the restarts of their clock; within a segment time never falls.

    time: (n,), any unit. An empty series has no segment.
    """
    count = len(np.asarray(time))
    if not count:
        return []
    edges = [0, *(int(row) for row in clock_restarts(time)), count]
    return [slice(first, last) for first, last in itertools.pairwise(edges)]


def sweep_starts(frequency: ArrayLike) -> NDArray[np.intp]:
    """Find the rows at which a new frequency sweep begins: where the frequency jumps back.

    frequency: (n,), Hz, > 0. The first row begins one; a sweep runs in the direction of most
    steps, and a step against it starts the next. A repeated frequency continues the sweep.
    """
    logs = np.log(np.asarray(frequency, dtype=np.float64))
    if len(logs) < 2:
        return np.arange(len(logs), dtype=np.intp)
    steps: NDArray[Any] = np.diff(logs)
    along = steps if np.median(steps) > 0 else -steps
    back = np.flatnonzero(along < -1e-9) + 1
    return np.concatenate([np.zeros(1, np.intp), back])
