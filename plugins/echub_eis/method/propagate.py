"""Carry the covariance of a fit to what is computed from its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from echub_eis.method.elements import Floats

STEP = 1e-5
"""Step of a central difference in ln or logit: its error is about 1e-10."""

Function = Callable[[Sequence[float]], float]


@dataclass(frozen=True)
class Derived:
    """Values of several functions, and the covariance of their logarithms."""

    names: tuple[str, ...]
    values: Floats
    covariance: Floats

    def of(self, name: str) -> tuple[float, float]:
        """Return value and relative standard uncertainty."""
        at = self.names.index(name)
        return float(self.values[at]), float(np.sqrt(self.covariance[at, at]))


def derive(
    functions: Mapping[str, Function], natural: Callable[[Floats], Sequence[float]], x: Floats, covariance: Floats
) -> Derived:
    """Evaluate positive functions of the natural parameters at x; infinite variances stay infinite.

    x: (p,), covariance: (p, p), of the coordinates. Method: the law of propagation of uncertainty (GUM, JCGM 100),
    with central differences.
    """
    values = np.array([f(natural(x)) for f in functions.values()])
    gradient = np.empty((len(functions), len(x)))
    for at in range(len(x)):
        ends = []
        for sign in (1, -1):
            moved = x.copy()
            moved[at] += sign * STEP
            parameters = natural(moved)
            ends.append(np.array([f(parameters) for f in functions.values()]))
        gradient[:, at] = (ends[0] - ends[1]) / (2 * STEP) / values
    lost = ~np.isfinite(np.diag(covariance))
    finite = np.where(np.isfinite(covariance), covariance, 0.0)
    result = gradient @ finite @ gradient.T
    unknown = (np.abs(gradient[:, lost]) > STEP).any(axis=1)
    result[unknown, unknown] = np.inf
    return Derived(tuple(functions), values, result)
