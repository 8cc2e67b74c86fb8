"""A straight line through ln y against 1/T, with the interval that so few points allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from echub.science import BOLTZMANN_EV
from echub_arrhenius.data import CellValue

Floats = NDArray[np.float64]

KJ_PER_MOL = 96.48533212
"""kJ/mol of 1 eV per particle."""


@dataclass(frozen=True)
class ArrheniusLine:
    """ln y = intercept - energy/(k T): energy in eV, standard uncertainties, correlation, R².

    `systematic`: the part of the energy's uncertainty from components that are correlated between
    some of the points; what all points share shifts the intercept only, by `shared`.
    """

    energy: float
    intercept: float
    se_energy: float
    se_intercept: float
    correlation: float
    r_squared: float
    dof: float
    systematic: float
    shared: float
    scatter: float

    def band(self, inverse: Floats, mean: float, spread: float, count: int, level: float) -> Floats:
        """Return the half width (n,) of the line's interval in ln y at 1/T (n,), 1/K."""
        t = special.stdtrit(self.dof, (1 + level) / 2)
        return np.asarray(t * self.scatter * np.sqrt(1 / count + (inverse - mean) ** 2 / spread))


@dataclass(frozen=True)
class Fitted:
    """What is fitted: one value per temperature (or all), the error bars drawn with it, and what it states.

    stated: (n,), relative uncertainties without what the values share; None if some state nothing.
    """

    kelvin: Floats
    y: Floats
    lower: Floats
    upper: Floats
    weights: Floats | None
    stated: Floats | None
    points: tuple[tuple[CellValue, ...], ...]


def log_values(fitted: Fitted, form: str) -> Floats:
    """Return ln y (n,), or ln yT (y times kelvin)."""
    return np.asarray(np.log(fitted.y * fitted.kelvin if form == "ln_yT" else fitted.y))


def fit(
    kelvin: Floats, log_y: Floats, weights: Floats | None = None, groups: Mapping[str, Floats] | None = None
) -> ArrheniusLine:
    """Fit by (weighted) least squares; the scatter is estimated from the residuals, n - 2 degrees of freedom.

    kelvin, log_y: (n,), K and ln of the value. weights: (n,), relative, 1/σ². groups: per correlated group, the
    relative standard uncertainty of each point (n,).
    """
    x = 1 / kelvin
    w = np.ones(len(x)) if weights is None else weights / weights.mean()
    design = np.column_stack([np.ones(len(x)), -x / BOLTZMANN_EV])
    weigh, normal = _solved(x, w)
    intercept, energy = (float(v) for v in weigh @ log_y)
    rest = log_y - design @ np.array([intercept, energy])
    dof = len(x) - 2
    variance = float((w * rest**2).sum() / dof) if dof else 0.0
    covariance = variance * normal
    mean = np.average(log_y, weights=w)
    total = float((w * (log_y - mean) ** 2).sum())
    systematic, shared = _correlated(weigh, groups or {})
    se = np.sqrt(np.diag(covariance))
    return ArrheniusLine(
        energy,
        intercept,
        float(se[1]),
        float(se[0]),
        float(normal[0, 1] / np.sqrt(normal[0, 0] * normal[1, 1])),
        1 - float((w * rest**2).sum()) / total if total else 1.0,
        dof,
        systematic,
        shared,
        float(np.sqrt(variance)),
    )


def _solved(x: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Return the matrix (2, n) from ln y to intercept and energy, and the inverse (2, 2) of the normal equations.

    x, w: (n,), 1/K and weights. Counted from the heaviest point nothing is lost in the determinant, however much
    the weights differ: without that point it would be what is left of two large numbers.
    """
    origin = float(x[np.argmax(w)])
    design = np.column_stack([np.ones(len(x)), (origin - x) / BOLTZMANN_EV])
    (a, b), (_, d) = design.T @ (w[:, None] * design)
    local = np.array([[d, -b], [-b, a]]) / (a * d - b * b)
    back = np.array([[1.0, origin / BOLTZMANN_EV], [0.0, 1.0]])  # from there to 1/T = 0
    return back @ local @ (design.T * w), back @ local @ back.T


def _correlated(weigh: Floats, groups: Mapping[str, Floats]) -> tuple[float, float]:
    """Carry correlated components through the fit: what all points share cancels in the energy."""
    shifts = np.array([weigh @ relative for relative in groups.values()]).reshape(-1, 2)
    energy, intercept = shifts[:, 1], shifts[:, 0]
    return float(np.sqrt((energy**2).sum())), float(np.sqrt((intercept**2).sum()))


def lack_of_fit(cells: list[Floats], kelvin: Floats) -> tuple[float, int, int, float] | None:
    """Test the straight line against the scatter of replicates; F, both degrees of freedom, p.

    kelvin: (temperatures,), K, three or more. cells: ln y of the cells at each of them. None without replicates.
    Method: the F test of lack of fit against pure error (N. R. Draper, H. Smith, Applied Regression
    Analysis).
    """
    counts = np.array([len(c) for c in cells])
    pure_dof, lack_dof = int((counts - 1).sum()), len(cells) - 2
    if pure_dof < 1:
        return None
    x = np.repeat(1 / kelvin, counts)
    y = np.concatenate(cells)
    rest = y - np.polyval(np.polyfit(x, y, 1), x)
    pure = sum(float(((c - c.mean()) ** 2).sum()) for c in cells)
    if pure == 0:
        return None
    ratio = max(float((rest**2).sum()) - pure, 0.0) / lack_dof / (pure / pure_dof)
    return ratio, lack_dof, pure_dof, float(special.fdtrc(lack_dof, pure_dof, ratio))


def eq12(values: Any) -> tuple[float, float]:  # noqa: ANN401
    """Return Δ_lower and Δ_upper of the best of the values, eq. 12 of the paper (for n, the mean difference)."""
    ordered = np.sort(np.asarray(values, float))
    upper = float(np.mean(ordered[-1] - ordered[:-1])) if len(ordered) > 1 else 0.0
    return upper / 2, upper
