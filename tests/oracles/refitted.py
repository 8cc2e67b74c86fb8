"""Spectra of L, R and arcs, fitted once more by plain least squares in ln and logit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import least_squares

NAMES = ("l.L", "hf.R", "gb.R", "gb.tau", "gb.n", "int.R", "int.tau", "int.n")
"""The parameters of LR:hf (RQ):gb (RQ):int."""
EXPONENTS = [k for k, name in enumerate(NAMES) if name.endswith(".n")]


def impedance(x: np.ndarray, f: np.ndarray) -> np.ndarray:
    """Return Z, Ω; x: the parameters as ln, exponents as logit."""
    p, s = natural(x), 2j * np.pi * f
    return s * p[0] + p[1] + p[2] / (1 + (s * p[3]) ** p[4]) + p[5] / (1 + (s * p[6]) ** p[7])


def natural(x: np.ndarray) -> np.ndarray:
    """Return the parameters in their units."""
    p = np.exp(x)
    p[EXPONENTS] = p[EXPONENTS] / (1 + p[EXPONENTS])
    return p


def coordinates(p: np.ndarray) -> np.ndarray:
    """Return what is fitted for parameters in their units."""
    q = np.array(p, float)
    q[EXPONENTS] = q[EXPONENTS] / (1 - q[EXPONENTS])
    return np.log(q)


@dataclass(frozen=True)
class Refitted:
    """The fit of one spectrum; sigma: of Re and of Im, Ω; start: parameters nearby."""

    f: np.ndarray
    z: np.ndarray
    sigma: np.ndarray
    start: tuple[float, ...]

    def _rest(self, x: np.ndarray) -> np.ndarray:
        rest = (impedance(x, self.f) - self.z) / self.sigma
        return np.concatenate([rest.real, rest.imag])

    @cached_property
    def x(self) -> np.ndarray:
        """Return the coordinates of the least squares."""
        return least_squares(self._rest, coordinates(np.array(self.start)), xtol=1e-12, ftol=1e-12, gtol=1e-12).x

    @cached_property
    def p(self) -> np.ndarray:
        """Return the parameters."""
        return natural(self.x)

    @cached_property
    def jacobian(self) -> np.ndarray:
        """Return the derivatives (2n, p) by symmetric differences."""
        steps = 1e-5 * np.eye(len(self.x))
        return np.stack([(self._rest(self.x + d) - self._rest(self.x - d)) / 2e-5 for d in steps], axis=1)

    @property
    def chi2(self) -> float:
        """Return χ²."""
        return float((self._rest(self.x) ** 2).sum())

    @property
    def freedom(self) -> int:
        """Return the degrees of freedom."""
        return 2 * len(self.f) - len(self.x)

    @cached_property
    def covariance(self) -> np.ndarray:
        """Return the covariance of the coordinates, by the scatter of the residuals."""
        return np.linalg.inv(self.jacobian.T @ self.jacobian) * self.chi2 / self.freedom

    def times(self, t: np.ndarray) -> np.ndarray:
        """Return when each parameter is measured: the mean of all times, by what each point moves it if it drifts.

        It is not outside of the sweep.
        """
        moves = np.linalg.solve(self.jacobian.T @ self.jacobian, self.jacobian.T) * self.jacobian.T
        return np.clip(moves @ np.concatenate([t, t]), t.min(), t.max())
