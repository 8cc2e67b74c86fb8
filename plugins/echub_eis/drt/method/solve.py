"""Regularisation by the evidence of the spectrum, from one eigen-decomposition; then γ ≥ 0.

If γ is drawn from a normal distribution with inverse covariance λ P, the data have a likelihood that no longer
depends on γ: its largest value, restricted by R∞ and L (REML), chooses λ and the size of the noise. The
generalised eigenvectors of (AᵀA, P) make this likelihood a sum, for every λ at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, eigh, solve_triangular
from scipy.optimize import nnls

from echub_eis.drt.method.kernel import FREE, DrtKernel
from echub_eis.method.elements import Floats

LAMBDAS = np.geomspace(1e-8, 1e8, 65)
"""Tried relative to the largest eigenvalue over 1e6; steps of a quarter of a decade move no peak."""
RANK = 1e-12
"""Eigenvalues below this part of the largest are rounding."""
ROUNDS = 200
"""Exchanges of the active set at most; ten are usual."""
OPTIMAL = 1e-6
"""Of the largest component of the gradient at zero, that may be left of it."""
BACKUP = 10
"""Exchanges without progress after which single variables are exchanged (the rule that cannot cycle)."""


@dataclass(frozen=True)
class Evidence:
    """The λ of the largest evidence, and σ² of the weighted residuals there."""

    best: float
    variance: float


def evidence(model: DrtKernel, y: Floats) -> Evidence:
    """Return the λ of the largest evidence of those tried; y: (2n,) weighted data."""
    free, columns = model.columns[:, :FREE], model.columns[:, FREE:]
    q, _ = np.linalg.qr(free)
    columns = columns - q @ (q.T @ columns)
    rest = y - q @ (q.T @ y)
    root = cholesky(model.penalty, lower=True)
    half = solve_triangular(root, columns.T, lower=True).T
    values, vectors = eigh(half.T @ half)
    seen = values > RANK * values[-1]
    values, vectors = values[seen], vectors[:, seen]
    along = (vectors.T @ (half.T @ rest)) ** 2 / values  # squared components of the data
    lambdas = LAMBDAS * values[-1] / 1e6
    freedom = len(y) - FREE
    outside = max(float(rest @ rest - along.sum()), 1e-12)
    share = 1 / (1 + values[None, :] / lambdas[:, None])
    squares = outside + (along[None, :] * share).sum(axis=1)
    score = freedom * np.log(squares) - np.log(share).sum(axis=1)
    best = int(np.argmin(score))
    return Evidence(float(lambdas[best]), float(squares[best]) / freedom)


@dataclass(frozen=True)
class NonNegative:
    """The normal equations of one spectrum with its λ: solve for any data with the same weights."""

    model: DrtKernel
    gram: Floats
    strength: float

    @classmethod
    def of(cls, model: DrtKernel, strength: float) -> NonNegative:
        """Build them."""
        gram = model.columns.T @ model.columns
        gram[FREE:, FREE:] += strength * model.penalty
        return cls(model, gram, strength)

    def solve(self, y: Floats, start: NDArray[np.bool_] | None = None) -> Floats:
        """Return the coefficients (2 + m,), none negative, for data y (2n,).

        A weak λ leaves the normal equations nearly singular: if their solution is not optimal, the rows are.
        """
        right = self.model.columns.T @ y
        found = nonnegative(self.gram, right, start)
        return found if is_optimal(self.gram, right, found) else self._by_rows(y)

    def _by_rows(self, y: Floats) -> Floats:
        root = cholesky(self.model.penalty)
        rows = np.sqrt(self.strength) * np.hstack([np.zeros((len(root), FREE)), root])
        found, _ = nnls(np.vstack([self.model.columns, rows]), np.concatenate([y, np.zeros(len(root))]))
        return np.asarray(found)


def is_optimal(gram: Floats, right: Floats, x: Floats) -> bool:
    """Return whether x ≥ 0 minimises ½ xᵀGx - hᵀx: no gradient where x is positive, and nowhere a negative one."""
    slack = (gram @ x - right) / np.abs(right).max()
    return bool((np.abs(slack[x > 0]) < OPTIMAL).all() and (slack > -OPTIMAL).all())


def nonnegative(gram: Floats, right: Floats, start: NDArray[np.bool_] | None = None) -> Floats:
    """Minimise ½ xᵀGx - hᵀx with x ≥ 0 by block principal pivoting; G (m, m), h (m,).

    L. F. Portugal, J. J. Júdice and L. N. Vicente, Math. Comput. 63 (1994) 625.
    """
    count = len(right)
    positive = np.ones(count, dtype=bool) if start is None else start.copy()
    x, slack = _on(gram, right, positive)
    least, patience = count + 1, BACKUP
    for _ in range(ROUNDS):
        wrong = np.where(positive, x < 0, slack < -1e-10 * np.abs(right).max())
        number = int(wrong.sum())
        if not number:
            return x
        if number < least:
            least, patience = number, BACKUP
            positive ^= wrong
        elif patience:
            patience -= 1
            positive ^= wrong
        else:
            last = int(np.flatnonzero(wrong)[-1])
            positive[last] = not positive[last]
        x, slack = _on(gram, right, positive)
    return np.maximum(x, 0.0)


def _on(gram: Floats, right: Floats, positive: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    x = np.zeros(len(right))
    if positive.any():
        x[positive] = np.linalg.solve(gram[np.ix_(positive, positive)], right[positive])
    return x, gram @ x - right
