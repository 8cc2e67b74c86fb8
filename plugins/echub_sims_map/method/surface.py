"""The slow variation of a map across its field: what the optics do, not the sample.

Ions from the edge of a field are collected less than those from its middle. A surface of second
order is fitted to the mean of all frames by least absolute deviations, which columns on up to a
quarter of the field hardly move.
"""

from __future__ import annotations

import numpy as np

from echub_sims_map.data.cube import Array, IonCube, Truth

ROUNDS = 15
"""Turns of the weights. By eye."""
LEAST_CLEAR = 0.5
"""Share of the field that has to be clear of columns, for the columns to be left out."""
_KEPT = 0.2
"""Least share of the median that a surface may fall to: counts are divided by it. By eye."""


def surface(cube: IonCube, clear: Truth | None = None) -> Array:
    """Return the background of each pixel over the median one (y, x), from the pixels that are `clear`."""
    frames = cube.measured.sum(axis=0)
    known = frames > 0
    if clear is not None and (known & clear).sum() > LEAST_CLEAR * known.sum():
        known &= clear
    rate = cube.counts.sum(axis=0) / np.maximum(frames, 1)
    y, x = (np.linspace(-1, 1, n) for n in rate.shape)
    powers = [x[None, :] ** i * y[:, None] ** j for i in range(3) for j in range(3 - i)]
    terms = np.stack([np.broadcast_to(power, rate.shape) for power in powers])
    noise = np.sqrt(np.maximum(cube.variance.sum(axis=0), 1.0)) / np.maximum(frames, 1)
    level = float(np.median(rate[known]))
    if level <= 0:
        return np.ones_like(rate)
    fitted = _least_deviations(terms[:, known].T, rate[known], noise[known])
    return np.asarray(np.maximum(np.tensordot(fitted, terms, 1) / level, _KEPT))


def _least_deviations(terms: Array, values: Array, noise: Array) -> Array:
    """Minimise the sum of |deviation| by weights that fall with it; within the noise they are even."""
    weights: Array = np.ones(len(values))
    fitted: Array = np.zeros(terms.shape[1])
    for _ in range(ROUNDS):
        weighted = terms * weights[:, None]
        # A field of two pixels across has no curvature: the smallest of the surfaces that fit is taken.
        fitted = np.asarray(np.linalg.lstsq(weighted.T @ terms, weighted.T @ values)[0], dtype=np.float64)
        weights = 1 / np.maximum(np.abs(values - terms @ fitted), noise)
    return fitted
