"""All spectra at once, with parts that they share: one sparse least-squares problem.

The normal equations have the form of an arrow: each spectrum's own parameters, and the shared ones. The own
ones are eliminated spectrum by spectrum, and what remains has the size of the shared ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from echub.plugin import Refusal
from echub_eis.method.elements import Floats
from echub_eis.method.fit import CircuitFit, solve
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise
from echub_eis.series import SeriesParams
from echub_eis.series.method.batch import SpectrumBatch, batches
from echub_eis.series.method.follow import FollowedFit, FollowedSeries
from echub_eis.series.method.warm import FARTHEST

ROUNDS = 6
"""Iterations at most: two reach the optimum from the values of the spectrum before."""
SETTLED = 1e-5
"""Change of any coordinate at which the iteration ends."""
DIFFERENT = 1e-3
"""Probability below which spectra do not share the parts."""


@dataclass(frozen=True)
class JointFit:
    """The series fitted together; covariances: (p, p) of each spectrum, with what the shared parts contribute.

    p_shared: probability that the spectra share the parts, by an F test on three of them.
    """

    followed: FollowedSeries
    covariances: tuple[Floats | None, ...]
    p_shared: float


def shared_coordinates(followed: FollowedSeries, params: SeriesParams) -> NDArray[np.intp]:
    """Return the coordinates of the parts that are shared; refuse a label that no part has."""
    wanted = [name.strip() for name in params.shared.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in followed.labels.values()]
    if unknown:
        raise Refusal(
            "unknown-label",
            f"no part of the circuit is called {', '.join(unknown)}, but {', '.join(followed.labels.values())}",
            where="shared",
        )
    numbers = [n for n, label in followed.labels.items() if label in wanted]
    return np.array(sorted(at for n in numbers for at in followed.model.leaves[n].coordinates), dtype=np.intp)


def joint(followed: FollowedSeries, at: NDArray[np.intp]) -> JointFit:
    """Fit all spectra together, from the fit of each."""
    fits = [one.fitted for one in followed.fits]
    whole = [k for k, one in enumerate(fits) if one is not None]
    known = [one for one in fits if one is not None]
    x = np.array([one.x for one in known])
    x[:, at] = np.median(x[:, at], axis=0)
    own = np.setdiff1d(np.arange(x.shape[1]), at)
    model, noise = followed.model, followed.noise
    together = batches([one.spectrum for one in known], noise)
    for _ in range(ROUNDS):
        step, _ = _step(model, together, x, at, own)
        x = x + np.clip(step, -FARTHEST, FARTHEST)
        if np.abs(step).max() < SETTLED:
            break
    _, normal = _step(model, together, x, at, own)
    made = _fits_at(model, noise, together, x)
    covariances = _covariances(normal, made, at, own, x.shape[1])
    everywhere: list[FollowedFit] = list(followed.fits)
    spread: list[Floats | None] = [None] * len(fits)
    for k, one, covariance in zip(whole, made, covariances, strict=True):
        everywhere[k] = replace(everywhere[k], fitted=one)
        spread[k] = covariance
    return JointFit(replace(followed, fits=tuple(everywhere)), tuple(spread), _together(made, len(at)))


@dataclass(frozen=True)
class _Normal:
    """Blocks of the normal equations: own (k, q, q), between (k, q, s), shared (s, s)."""

    own: Floats
    between: Floats
    shared: Floats
    scale: float


def _step(
    model: Model, together: Sequence[SpectrumBatch], x: Floats, at: NDArray[np.intp], own: NDArray[np.intp]
) -> tuple[Floats, _Normal]:
    """Return the Gauss-Newton step (k, p), and the blocks it comes from."""
    matrix, right_all = np.empty((*x.shape, x.shape[1])), np.empty_like(x)
    squares, count = 0.0, 0
    for batch in together:
        normal = batch.normal(model, x[batch.place])
        matrix[batch.place], right_all[batch.place] = normal.matrix, normal.right
        squares, count = squares + float(normal.chi2.sum()), count + 2 * batch.z.size
    blocks, b, shared = (
        matrix[:, own[:, None], own],
        matrix[:, own[:, None], at],
        matrix[:, at[:, None], at].sum(axis=0),
    )
    gradients, gradient = right_all[:, own], right_all[:, at].sum(axis=0)
    inverse = np.linalg.pinv(blocks, hermitian=True)
    carried = np.einsum("kij,kjs->kis", inverse, b)
    left = shared - np.einsum("kis,kit->st", b, carried)
    right = gradient - np.einsum("kis,ki->s", carried, gradients)
    moved = np.linalg.pinv(left, hermitian=True) @ right
    steps = np.zeros_like(x)
    steps[:, at] = moved
    steps[:, own] = np.einsum("kij,kj->ki", inverse, gradients) - carried @ moved
    freedom = count - len(x) * len(own) - len(at)
    return steps, _Normal(blocks, b, shared, squares / freedom)


def _covariances(
    normal: _Normal, made: Sequence[CircuitFit], at: NDArray[np.intp], own: NDArray[np.intp], size: int
) -> list[Floats]:
    """Return the covariance of each spectrum's coordinates, (p, p)."""
    inverse = np.linalg.pinv(normal.own, hermitian=True)
    carried = np.einsum("kij,kjs->kis", inverse, normal.between)
    shared = np.linalg.pinv(normal.shared - np.einsum("kis,kit->st", normal.between, carried), hermitian=True)
    found = []
    for k in range(len(made)):
        full = np.zeros((size, size))
        full[np.ix_(at, at)] = shared
        full[np.ix_(own, own)] = inverse[k] + carried[k] @ shared @ carried[k].T
        full[np.ix_(own, at)] = -carried[k] @ shared
        full[np.ix_(at, own)] = full[np.ix_(own, at)].T
        found.append(full * normal.scale)
    return found


def _fits_at(model: Model, noise: Noise, together: Sequence[SpectrumBatch], x: Floats) -> list[CircuitFit]:
    found: dict[int, CircuitFit] = {}
    for batch in together:
        rows = x[batch.place]
        found |= dict(
            zip(batch.place.tolist(), batch.fits(model, noise, rows, batch.normal(model, rows)), strict=True)
        )
    return [found[k] for k in range(len(x))]


def _together(made: Sequence[CircuitFit], count: int) -> float:
    """Return the smallest p of an F test on the first, middle and last spectrum: do they share the parts?"""
    least = 1.0
    for k in sorted({0, len(made) // 2, len(made) - 1}):
        free = solve(made[k].model, made[k].spectrum, made[k].noise, made[k].x)
        gained = max(made[k].chi2 - free.chi2, 0.0) / count
        scale = free.chi2 / free.freedom
        least = min(least, float(fdtrc(count, free.freedom, gained / max(scale, 1e-300))))
    return least
