"""Where U against the level leaves the line through the lower levels: the last linear, the first beyond."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub_cycling.data.charge import Floats
from echub_cycling.data.levels import SAME, LevelTable

LEAST = 3
"""Levels of a direction: the line needs one, what leaves it another, and one more shows a course."""
SURE = 3.0
"""Standard deviations by which a level must be beyond, next to the threshold: 1 of 700 by noise."""
LEAST_ERROR = 1e-9
"""Standard error of a level that shows none, V: far below any digit."""
MAYBE = 2.0
"""Standard deviations within which a level may be beyond although it is not seen to be."""


@dataclass(frozen=True, eq=False)
class Linearity:
    """The line of one direction: places of its levels, U over the line less 1 (NaN for those of the line) and
    its error.

    slope: V per unit of the level, with standard error; first: index into `places` of the first beyond, None
    without.
    confirmed: the level after it is beyond too. fitted: levels of the line. last: index of the last level that
    noise cannot have kept within the threshold, the one before `first` unless noise hides it. row_error: of the
    slope by the rows alone, without slow noise.
    """

    sign: int
    places: np.ndarray
    level: Floats
    u: Floats
    deviation: Floats
    error: Floats
    slope: float
    slope_error: float
    first: int | None
    confirmed: bool
    fitted: int
    last: int
    row_error: float


def linearity(found: LevelTable, sign: int, threshold: float, fit: int) -> Linearity | None:
    """Judge the rising levels of one direction; None with fewer than three.

    threshold: relative deviation that counts, to either side; fit: largest number of lowest levels that make
    the line. Each level
    is compared with the line through the origin (the offset at rest subtracted) of those before it.
    """
    places = _rising(found, sign)
    if len(places) < LEAST:
        return None
    x = found.level[places]
    y = sign * (found.u_end[places] - found.offset)
    slow = found.slow[places]
    together = np.hypot(found.offset_error, slow)
    own = np.maximum(np.hypot(found.u_error[places], slow), LEAST_ERROR)
    deviation, error = np.full(len(x), np.nan), np.full(len(x), np.nan)
    first, fitted = None, 1
    for k in range(1, len(x)):
        slope, slope_error = _line(x[:fitted], y[:fitted], own[:fitted], together[:fitted])
        expected = slope * x[k]
        with np.errstate(divide="ignore", invalid="ignore"):  # levels at which no voltage is seen
            deviation[k] = y[k] / expected - 1
            error[k] = float(np.hypot(own[k] / expected, y[k] / expected * slope_error / slope))
        beyond = abs(deviation[k]) > threshold and abs(deviation[k]) > SURE * error[k]
        if first is None and beyond:
            first = k
        if first is None and fitted < fit:
            fitted += 1
    slope, slope_error = _line(x[:fitted], y[:fitted], own[:fitted], together[:fitted])
    rows = np.maximum(found.u_error[places][:fitted], LEAST_ERROR)
    _, row_error = _line(x[:fitted], y[:fitted], rows, np.full(fitted, found.offset_error))
    confirmed = first is not None and first + 1 < len(x) and bool(abs(deviation[first + 1]) > threshold)
    last = _last_linear(np.abs(deviation) + MAYBE * error, first, threshold)
    return Linearity(
        sign, places, x, y, deviation, error, slope, slope_error, first, confirmed, fitted, last, row_error
    )


def _last_linear(reach: Floats, first: int | None, threshold: float) -> int:
    """Return the level before the first beyond, or the one before it if noise may hide that it is beyond, …

    reach: (n,) how far off the line each may be; NaN for the lowest.
    """
    last = len(reach) - 1 if first is None else first - 1
    while last > 0 and reach[last] > threshold:
        last -= 1
    return last


def _line(x: Floats, y: Floats, own: Floats, offset: Floats) -> tuple[float, float]:
    """Return the slope of the line through the origin by weighted least squares, and its standard error.

    offset: standard error of the origin and of slow noise at each level, which move all levels together.
    """
    weight = 1 / own**2
    curvature = float(np.sum(weight * x**2))
    shared = float(np.sum(weight * x * offset)) / curvature
    return float(np.sum(weight * x * y)) / curvature, float(np.hypot(1 / np.sqrt(curvature), shared))


def _rising(found: LevelTable, sign: int) -> np.ndarray:
    """Return the levels of one direction that are above all before them: repeats and falling ones say no more."""
    places = np.flatnonzero(found.sign == sign)
    if not len(places):
        return places
    highest = np.maximum.accumulate(found.level[places])
    new = np.append(True, found.level[places][1:] > highest[:-1] * (1 + SAME))
    return np.asarray(places[new])
