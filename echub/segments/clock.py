"""Rows at which a clock restarts."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike, NDArray


def clock_restarts(time: ArrayLike) -> NDArray[np.intp]:
    """Find the rows at which an elapsed time is smaller than in the row before.

    time: (n,), any unit. Rows without a time (NaN) start nothing. Returns row numbers, ascending.
    """
    values = np.asarray(time)
    if not np.isnan(values).any():
        return np.flatnonzero(values[1:] < values[:-1]) + 1
    timed = np.flatnonzero(~np.isnan(values))
    return timed[1:][np.diff(values[timed]) < 0]


def clock_segments(time: ArrayLike) -> list[slice]:
    """Cut rows at the restarts of their clock; within a segment time never decreases.

    time: (n,), any unit. An empty series has no segment.
    """
    count = len(np.asarray(time))
    if not count:
        return []
    edges = [0, *(int(row) for row in clock_restarts(time)), count]
    return [slice(first, last) for first, last in itertools.pairwise(edges)]
