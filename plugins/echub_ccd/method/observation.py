"""Batches drawn from a fitted distribution, each cell seen as it was: through its own steps, up to its own end.

A cell that was ended early says nothing of how far the others were followed, nor does one that failed at its
first level of where theirs began. The end that the levels of a failed cell would have had is not known: it is
drawn from the ends of the others beyond its failure (Kaplan and Meier), anew for each batch. So are first levels.

Method: conditional resampling of censored data, A. C. Davison and D. V. Hinkley, Bootstrap Methods and their
Application (1997), section 3.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub_ccd.method.likelihood import CellIntervals, Fit

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
USUAL_STEP = 1.2
"""Ratio of neighbouring levels where no cell has two: of publications' staircases, by eye."""


def simulated(cells: CellIntervals, found: Fit, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Return the ends of the intervals of drawn batches (draws, cells), seen as the cells were."""
    size = (draws, len(cells))
    value = found.median * (rng.exponential(size=size) / np.log(2)) ** (1 / found.shape)
    first, last = first_levels(cells, rng, draws), last_levels(cells, rng, draws)
    low, high = _steps(cells, value)
    low = np.where(value < first, 0.0, np.maximum(low, first))
    low = np.where(value > last, last, low)
    high = np.where(value > last, np.inf, np.minimum(high, last))
    return low, np.where(value < first, first, high)


def last_levels(cells: CellIntervals, rng: np.random.Generator, draws: int) -> Floats:
    """Return up to which level each cell is followed (draws, cells); inf: as far as it takes to fail."""
    survived = np.isinf(cells.high)
    return _limits(np.where(survived, cells.low, cells.high), survived, rng, draws)


def first_levels(cells: CellIntervals, rng: np.random.Generator, draws: int) -> Floats:
    """Return from which level on each cell is followed (draws, cells); 0: from low ones on."""
    at_once = cells.low == 0
    downwards = _limits(-np.where(at_once, cells.high, cells.low), at_once, rng, draws)
    return np.where(np.isinf(downwards), 0.0, -downwards)


def _limits(at: Floats, known: Flags, rng: np.random.Generator, draws: int) -> Floats:
    """Return limits (draws, cells): those that are known, and for the others one that lies beyond `at`.

    Drawn from the product limit estimate of the limits, of which `at` (n,) is a lower bound unless `known` (n,).
    """
    places = np.unique(at[known])
    at_risk = (at >= places[:, None]).sum(axis=1)
    ending = ((at == places[:, None]) & known).sum(axis=1)
    lasts = np.concatenate([[1.0], np.cumprod(1 - ending / at_risk)])  # the part that goes on after each
    passed = lasts[np.searchsorted(places, at)]  # places below `at` are behind the cell
    wanted = passed * rng.random((draws, len(at)))
    beyond = np.append(places, np.inf)[np.searchsorted(-lasts[1:], -wanted)]
    return np.where(known, at, beyond)


def _steps(cells: CellIntervals, value: Floats) -> tuple[Floats, Floats]:
    """Return the levels around each value (draws, cells), for even ratios that meet the cell's own interval."""
    bounded = np.isfinite(cells.high) & (cells.low > 0)
    ratio = np.where(bounded, cells.high / np.where(bounded, cells.low, 1.0), np.nan)
    ratio = np.where(bounded, ratio, np.median(ratio[bounded]) if bounded.any() else USUAL_STEP)
    step, origin = np.log(ratio), np.log(np.where(cells.low > 0, cells.low, cells.high))
    at = np.floor((np.log(value) - origin) / step)
    return np.exp(origin + at * step), np.exp(origin + (at + 1) * step)
