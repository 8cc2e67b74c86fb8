"""Fits of a whole series at once, from those of every eighth spectrum: proposals that the chain accepts or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from echub_eis.method.elements import Floats
from echub_eis.method.fit import CircuitFit, Spectrum
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise
from echub_eis.series.method.batch import batches
from echub_eis.series.method.warm import FARTHEST, FLOOR, NEGLIGIBLE, STEPS, lost, onward, warm

EVERY = 8
"""Spectra from one that is fitted by itself to the next; between them the coordinates are nearly straight."""
WORTH = 16
"""Spectra from which the detour is shorter."""


def proposals(model: Model, noise: Noise, spectra: Sequence[Spectrum], first: Floats) -> list[CircuitFit | None]:
    """Return a fit of each spectrum if Gauss-Newton from interpolated coordinates settled, else None.

    first: (p,), the coordinates of the first one. Nothing is returned of circuits with stated limits.
    """
    found: list[CircuitFit | None] = [None] * len(spectra)
    if len(spectra) < WORTH or any(np.isfinite(limit).any() for limit in model.limits()):
        return found
    x = _between(model, noise, spectra, first)
    for batch in batches(spectra, noise):
        rows = x[batch.place]
        at = batch.normal(model, rows)
        open_ = np.ones(len(rows), dtype=bool)
        for _ in range(STEPS):
            matrix = at.matrix.copy()
            diagonal = np.arange(len(model))
            matrix[:, diagonal, diagonal] *= 1 + FLOOR
            step = _solved(matrix, at.right)
            solved = np.isfinite(step).all(axis=1)
            step[~solved] = 0.0
            freedom = 2 * batch.z.shape[1] - len(model)
            settled = (step * at.right).sum(axis=1) < NEGLIGIBLE * at.chi2 / freedom
            open_ &= ~(settled & solved)
            if not open_.any():
                break
            rows = rows + np.where(open_[:, None], np.clip(step, -FARTHEST, FARTHEST), 0.0)
            at = batch.normal(model, rows)
        fits = batch.fits(model, noise, rows, at)
        for place, fitted, is_open in zip(batch.place.tolist(), fits, open_.tolist(), strict=True):
            found[place] = None if is_open or not np.isfinite(fitted.chi2) or lost(fitted) else fitted
    return found


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solve (k, p, p) for (k, p), one by one if one is singular; infinite steps if there is no solution."""
    try:
        return np.asarray(np.linalg.solve(matrix, right[:, :, None])[:, :, 0])
    except np.linalg.LinAlgError:
        if len(matrix) == 1:
            return np.full_like(right, np.inf)
        return np.concatenate([_solved(matrix[k : k + 1], right[k : k + 1]) for k in range(len(matrix))])


def _between(model: Model, noise: Noise, spectra: Sequence[Spectrum], first: Floats) -> Floats:
    """Fit every eighth spectrum from the one before, and interpolate the coordinates (k, p)."""
    places = sorted({*range(0, len(spectra), EVERY), len(spectra) - 1})
    known, last = [], first
    for place in places:
        last = onward(warm(model, spectra[place], noise, last))
        known.append(last)
    numbers = np.arange(len(spectra))
    return np.stack([np.interp(numbers, places, column) for column in np.array(known).T], axis=1)
