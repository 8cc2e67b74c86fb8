"""What makes an activation energy uncertain: scatter, stated uncertainties, cells, the thermometer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.special import stdtrit

from echub.science import BOLTZMANN_EV
from echub_arrhenius.method import ArrheniusLine, fit

Floats = NDArray[np.float64]
ROOM_K = 296.15
"""23 °C: what an oven or a cold stage does to a cell is off in proportion to the distance from the room."""
UNLIKELY = 0.05
"""Level of all tests: one good set in twenty is flagged by each of them."""
TURNS = 4.0
"""Standard deviations by which a value must exceed both ends for a turn: the best of ten exceeds 3 by chance."""
STATED_FREEDOM = 8.0
"""Degrees of freedom of stated uncertainties, known to a quarter: 1/2 · 0.25⁻² (GUM, G.4.2)."""
LEAST_VARIANCE = 1e-18
"""(ln y)² below which scatter is rounding."""


@dataclass(frozen=True)
class BudgetPart:
    """One estimate of the statistical uncertainty: standard uncertainty, eV, and degrees of freedom."""

    name: str
    error: float
    freedom: float

    def half_width(self, level: float, *others: float) -> float:
        """Return the half width of an interval by t, with further parts, eV (Welch, Satterthwaite)."""
        total = float(np.sqrt(self.error**2 + sum(other**2 for other in others)))
        freedom = self.freedom * (total / self.error) ** 4 if self.error else np.inf
        return float(stdtrit(freedom, (1 + level) / 2) * total)


@dataclass(frozen=True)
class Birge:
    """Scatter about the line over what the values state: the ratio, and the chances of one so large or small."""

    ratio: float
    chance: float
    chance_below: float = 1.0

    @property
    def exceeds(self) -> bool:
        """Return whether the values scatter by more than they state."""
        return self.chance < UNLIKELY

    @property
    def falls_short(self) -> bool:
        """Return whether the values scatter by much less than they state."""
        return self.chance_below < UNLIKELY


@dataclass(frozen=True)
class CellLines:
    """A line through each cell: their number, mean and standard error of the energies, eV, and p of equal ones."""

    count: int
    mean: float
    error: float
    chance: float

    @property
    def differ(self) -> bool:
        """Return whether the cells have energies of their own."""
        return self.chance < UNLIKELY


@dataclass(frozen=True)
class Turn:
    """Where ln y passes a maximum or minimum: the temperature of that value, K, and the word for it."""

    kelvin: float
    kind: str


@dataclass(frozen=True)
class Budget:
    """The parts of an energy's uncertainty, and what the tests say."""

    parts: tuple[BudgetPart, ...]
    systematic: float
    temperature: float
    birge: Birge | None = None
    cells: CellLines | None = None
    curved: bool = False
    turn: Turn | None = None

    @property
    def statistical(self) -> float:
        """Return the largest of the statistical estimates, eV."""
        return max(part.error for part in self.parts)

    @property
    def total(self) -> float:
        """Return the combined standard uncertainty, eV."""
        return float(np.hypot(np.hypot(self.statistical, self.systematic), self.temperature))

    def half_width(self, level: float) -> float:
        """Return the half width of the interval, eV: the widest that one of the parts gives with the others."""
        # Further parts add degrees of freedom, by which t falls; they must not narrow the interval all the same.
        others = self.systematic, self.temperature
        return max(part.half_width(level, *more) for part in self.parts for more in ((), others))


def budget(
    line: ArrheniusLine,
    kelvin: Floats,
    log_y: Floats,
    weights: Floats | None,
    relative: Floats | None,
    cells: CellLines | None,
    thermometer: tuple[float, float],
) -> Budget:
    """Gather the parts.

    kelvin, log_y: (n,), K and ln y. relative: (n,), what the values state, without what they share; None if some
    state nothing. thermometer: standard uncertainties of the offset, K, and of the scale as a fraction.
    """
    birge, parts = None, [BudgetPart("scatter", line.se_energy, line.dof)]
    if relative is not None:
        birge = birge_ratio(kelvin, log_y, relative)
        if not birge.exceeds:
            parts = [_pooled(stated_error(kelvin, relative, weights), birge, line.dof)]
    if cells is not None and cells.differ:
        parts.append(BudgetPart("cells", cells.error, cells.count - 1))
    return Budget(
        tuple(parts),
        line.systematic,
        temperature_error(kelvin, log_y, weights, *thermometer),
        birge,
        cells,
        curved(kelvin, log_y),
        turn_of(kelvin, log_y, relative),
    )


def _pooled(stated: float, birge: Birge, freedom: float) -> BudgetPart:
    """Pool what is stated with the scatter that is seen, each by its degrees of freedom."""
    variance = (STATED_FREEDOM + freedom * birge.ratio**2) / (STATED_FREEDOM + freedom)
    # Less scatter than stated does not make it smaller: values may share what they state.
    return BudgetPart("stated and scatter", stated * max(1.0, float(np.sqrt(variance))), STATED_FREEDOM + freedom)


def stated_error(kelvin: Floats, relative: Floats, weights: Floats | None) -> float:
    """Return the standard uncertainty, eV, of the slope if each value has the one that it states."""
    x = -1 / (BOLTZMANN_EV * kelvin)
    w = np.ones(len(x)) if weights is None else weights
    away = w * (x - np.average(x, weights=w))
    return float(np.sqrt(((away * relative) ** 2).sum()) / abs((away * x).sum()))


def birge_ratio(kelvin: Floats, log_y: Floats, relative: Floats) -> Birge:
    """Return the Birge ratio of the fit weighted by what is stated (R. T. Birge, Phys. Rev. 40 (1932) 207)."""
    line = fit(kelvin, log_y, 1 / relative**2)
    rest = log_y - line.intercept + line.energy / (BOLTZMANN_EV * kelvin)
    total = float(((rest / relative) ** 2).sum())
    chances = float(special.chdtrc(line.dof, total)), float(special.chdtr(line.dof, total))
    return Birge(float(np.sqrt(total / line.dof)), *chances)


def beyond_stated(kelvin: Floats, log_y: Floats, relative: Floats) -> float:
    """Return the standard deviation of ln y beyond what the values state (n,); 0 if they scatter by less.

    With it χ² is the degrees of freedom. Weights by both together neither trust a value that states too little nor
    lose one that is known better. Method: R. C. Paule, J. Mandel, J. Res. NBS 87 (1982) 377.
    """

    def excess(variance: float) -> float:
        total = relative**2 + variance
        line = fit(kelvin, log_y, 1 / total)
        rest = log_y - line.intercept + line.energy / (BOLTZMANN_EV * kelvin)
        return float((rest**2 / total).sum() - line.dof)

    if excess(0.0) <= 0:
        return 0.0
    from scipy.optimize import brentq

    return float(np.sqrt(brentq(excess, 0.0, float(np.var(log_y)) * len(log_y))))


def temperature_error(kelvin: Floats, log_y: Floats, weights: Floats | None, offset: float, scale: float) -> float:
    """Return what an error that all temperatures share does to the energy, eV: both moved by one uncertainty."""
    at = fit(kelvin, log_y, weights).energy
    moved = (kelvin + offset, kelvin + scale * (kelvin - ROOM_K))
    return math.hypot(*(fit(k, log_y, weights).energy - at for k in moved))


def curved(kelvin: Floats, log_y: Floats) -> bool:
    """Return whether a parabola through ln y against 1/T is significant; it needs two degrees of freedom."""
    x = 1000 / kelvin
    x = x - x.mean()
    freedom = len(x) - 3
    if freedom < 2 or len(np.unique(np.round(kelvin, 6))) < 5:
        return False
    design = np.column_stack([np.ones(len(x)), x, x * x])
    inverse = np.linalg.pinv(design.T @ design)
    found = inverse @ design.T @ log_y
    variance = float(((log_y - design @ found) ** 2).sum() / freedom)
    if variance < LEAST_VARIANCE:
        return bool(abs(found[2]) * np.ptp(x) ** 2 > np.sqrt(LEAST_VARIANCE) * len(x))
    return bool(2 * special.stdtr(freedom, -abs(found[2]) / np.sqrt(variance * inverse[2, 2])) < UNLIKELY)


def turn_of(kelvin: Floats, log_y: Floats, relative: Floats | None) -> Turn | None:
    """Return where the slope changes its sign: a value beyond those at both ends by `TURNS` standard deviations.

    relative: (n,), what the values state; None: their scatter about a parabola, which needs five values.
    """
    order = np.argsort(kelvin)
    hot, values = kelvin[order], log_y[order]
    noise = _noise_of(hot, values, None if relative is None else relative[order])
    if noise is None:
        return None
    for sign, kind in ((1, "maximum"), (-1, "minimum")):
        k = int(np.argmax(sign * values))
        if all(sign * (values[k] - values[end]) > TURNS * np.hypot(noise[k], noise[end]) for end in (0, -1)):
            return Turn(float(hot[k]), kind)
    return None


def _noise_of(kelvin: Floats, log_y: Floats, relative: Floats | None) -> Floats | None:
    """Return the standard deviation (n,) of each ln y: stated, else seen about a parabola; None if neither is."""
    if relative is not None:
        return np.maximum(relative, LEAST_VARIANCE)
    if len(log_y) < 5 or len(np.unique(kelvin)) < 5:
        return None
    x = 1000 / kelvin - np.mean(1000 / kelvin)
    rest = log_y - np.polyval(np.polyfit(x, log_y, 2), x)
    seen = float(np.sqrt((rest**2).sum() / (len(x) - 3)))
    return np.full(len(x), max(seen, LEAST_VARIANCE))


def cell_lines(cells: Sequence[tuple[Floats, Floats]]) -> CellLines | None:
    """Fit a line through each cell and test whether they are parallel; None with fewer than two.

    cells: kelvin and ln y (n,) of every cell at three temperatures or more. Method: analysis of covariance, F test
    of equal slopes (N. R. Draper, H. Smith, Applied Regression Analysis).
    """
    if len(cells) < 2:
        return None
    lines = [fit(kelvin, log_y) for kelvin, log_y in cells]
    own = sum(line.scatter**2 * line.dof for line in lines)
    freedom, more = sum(line.dof for line in lines), len(lines) - 1
    spreads = np.array([((1 / k - (1 / k).mean()) ** 2).sum() for k, _ in cells]) / BOLTZMANN_EV**2
    energies = np.array([line.energy for line in lines])
    common = np.average(energies, weights=spreads)
    extra = float((spreads * (energies - common) ** 2).sum())
    ratio = extra / more / max(own / freedom, LEAST_VARIANCE)
    error = float(energies.std(ddof=1) / np.sqrt(len(lines)))
    return CellLines(len(lines), float(energies.mean()), error, float(special.fdtrc(more, freedom, ratio)))
