"""Fit a circuit by Levenberg-Marquardt with analytic derivatives, weights from the noise model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares, leastsq

from echub_eis.method.elements import Complex, Floats, Grid
from echub_eis.method.model import LIMIT, Model
from echub_eis.method.noise import Noise, from_fit, over_noises
from echub_eis.method.start import starts

TOLERANCE = 1e-9
"""Relative change of χ² and of the coordinates at which a fit ends: 1e-4 of the noise of any of them."""
PROFILE_TOLERANCE = 1e-6
"""The same for a step of a profile: χ² is then good to 1e-4, of a rise of 4 that is sought."""
EVALUATIONS = 300
"""Evaluations at most: a bound on the time for a circuit that a spectrum does not determine. By eye."""
PERTURBED = 4
"""Further starts of a circuit with nested parts, which the dictionary only approximates. By eye."""
MIXED, MANY = ("Q", "W", "Ws", "Wo", "G", "La"), 5
"""Elements beside which an arc is easily taken for a part of them, and the starts that are then tried."""
SPREAD = 1.5
"""Standard deviation of those of nested circuits, in ln of each parameter (a factor of 4.5). By eye."""
PINNED = 80
"""Evaluations of a fit that starts beside its optimum, as those of a profile do."""
EDGE = 1e-9
"""A bounded method starts inside of its limits, by this much in ln."""
ADEQUATE = 1.3
"""χ² per degree of freedom of a fit that needs no other start: noise alone exceeds it in 1 of 100 of 60 points."""
N_NEAR_ONE = 0.999
"""An exponent at its limit: beyond, its logit runs away without any change of the spectrum."""
GONE = float(np.log(10))
"""What is ten times below a tenth of the smallest |Z| is in no point of the spectrum."""
BELOW_ONE = 1e-4
"""1 - n where the derivative of an exponent at its limit is taken."""
N_REVIVED = 0.95
"""Where an exponent at its limit starts again: its logit has no derivative at 1."""
SMOOTHED = 2.0
"""Where the fit and a point differ by more, the fit says nothing of the noise of that point. By eye."""
SAME = 1e-8
"""Columns of the Jacobian below this part of the largest have no influence."""


@dataclass(frozen=True)
class Spectrum:
    """What is fitted: grid, Z (n,) in Ω, and the |Z| (n,) that the noise is proportional to: the measured one."""

    grid: Grid
    z: Complex
    modulus: Floats = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        if not len(self.modulus):
            object.__setattr__(self, "modulus", np.abs(self.z))

    def smoothed(self, z: Complex) -> Spectrum:
        """Return it with the |Z| of a fit z (n,), Ω, as the size of the noise, within a factor of two."""
        measured = np.abs(self.z)
        return Spectrum(self.grid, self.z, np.clip(np.abs(z), measured / SMOOTHED, measured * SMOOTHED))

    @property
    def frequency(self) -> Floats:
        """Return the frequencies, Hz."""
        return np.asarray(self.grid.omega / (2 * np.pi))


@dataclass(frozen=True)
class CircuitFit:
    """A fitted circuit: coordinates, Z and derivatives there, χ² with the weights used, covariance.

    covariance (p, p) of the coordinates, scaled by the residuals; a coordinate without influence has an
    infinite variance.
    """

    model: Model
    spectrum: Spectrum
    x: Floats
    z: Complex
    jacobian: Complex
    noise: Noise
    chi2: float

    @property
    def freedom(self) -> int:
        """Return the degrees of freedom."""
        return 2 * len(self.z) - len(self.x)

    @cached_property
    def natural(self) -> list[float]:
        """Return the parameters in their units."""
        return self.model.natural(self.x)

    @property
    def residual(self) -> Complex:
        """Return Z measured less Z fitted, Ω."""
        return self.spectrum.z - self.z

    def rms_over(self, noise: Noise) -> float:
        """Return the rms of the residuals in units of a noise, per degree of freedom."""
        sigma = noise.sigma(self.spectrum.modulus)
        return float(np.sqrt((np.abs(self.residual / sigma) ** 2).sum() / self.freedom))

    @cached_property
    def at_limit(self) -> NDArray[np.intp]:
        """Return the coordinates of exponents at their limit, 1."""
        pairs = zip(self.model.free, self.natural, strict=True)
        return np.array([i for i, (f, v) in enumerate(pairs) if f.is_exponent and v > N_NEAR_ONE], dtype=np.intp)

    @cached_property
    def slopes(self) -> Complex:
        """Return the derivatives (parameters, n), those of exponents at their limit taken a little below it.

        At the limit the logit has none: n would count as known, and with it all that it is correlated with.
        """
        at = self.at_limit
        if not len(at):
            return self.jacobian
        x = self.x.copy()
        x[at] = np.log((1 - BELOW_ONE) / BELOW_ONE)
        slopes = self.jacobian.copy()
        slopes[at] = self.model.evaluate(x, self.spectrum.grid)[1][at]
        return slopes

    def covariance_over_noises(self) -> Floats:
        """Return the covariance of the coordinates, with what is not known of the noise model's ratio."""
        return self._without_logits(over_noises(self.residual, self.slopes, self.spectrum.modulus))

    def _without_logits(self, covariance: Floats) -> Floats:
        """Take exponents at their limit out of a covariance: their logit is not known at all."""
        at = self.at_limit
        covariance[at, :] = 0.0
        covariance[:, at] = 0.0
        covariance[at, at] = np.inf
        return covariance

    def covariance(self) -> Floats:
        """Return the covariance of the coordinates, the noise model taken as known up to its size."""
        sigma = self.noise.sigma(self.spectrum.modulus)
        j = np.concatenate([(self.slopes / sigma).real, (self.slopes / sigma).imag], axis=1).T
        norm = np.sqrt((j**2).sum(axis=0))
        full = np.zeros((len(self.x), len(self.x)))
        full[np.diag_indices(len(self.x))] = np.inf
        seen = norm > SAME * norm.max(initial=0)
        if seen.any():
            _, s, vt = np.linalg.svd(j[:, seen] / norm[seen], full_matrices=False)
            part = (vt.T / np.maximum(s, 1e-12) ** 2) @ vt / np.outer(norm[seen], norm[seen])  # never singular
            full[np.ix_(seen, seen)] = part * (self.chi2 / self.freedom)
        return self._without_logits(full)


@dataclass(frozen=True)
class Pin:
    """Holds the sum of several resistances (coordinates `at`) at exp(`target`), Ω, with the weight `stiff`."""

    at: NDArray[np.intp]
    target: float
    stiff: float

    def rest(self, x: Floats) -> Floats:
        """Return the weighted deviation (1,) at coordinates x (parameters,)."""
        return np.array([self.stiff * (np.logaddexp.reduce(x[self.at]) - self.target)])

    def slope(self, x: Floats, free: NDArray[np.intp]) -> Floats:
        """Return its derivatives (parameters, 1)."""
        parts = np.zeros(len(x))
        parts[self.at] = np.exp(x[self.at] - np.logaddexp.reduce(x[self.at]))
        return np.asarray(self.stiff * parts[free][:, None])


def solve(
    model: Model,
    spectrum: Spectrum,
    noise: Noise,
    x: Floats,
    held: Mapping[int, float] | None = None,
    pin: Pin | None = None,
) -> CircuitFit:
    """Fit from start values; `held` coordinates keep the value given, a `pin` holds a sum.

    x: (parameters,), coordinates. Method: Levenberg-Marquardt (MINPACK) with analytic derivatives, weights 1/σ
    of the noise; with stated limits a trust region (`scipy.optimize.least_squares`).
    """
    most, tolerance = (EVALUATIONS, TOLERANCE) if pin is None and not held else (PINNED, PROFILE_TOLERANCE)
    sigma = noise.sigma(spectrum.modulus)
    held = held or {}
    free = np.array([i for i in range(len(x)) if i not in held], dtype=int)
    full = np.array(x, dtype=np.float64)
    for place, value in held.items():
        full[place] = value
    known: tuple[bytes, tuple[Complex, Complex]] | None = None

    def at(values: Floats) -> tuple[Complex, Complex]:
        nonlocal known
        full[free] = values
        if known is None or known[0] != values.tobytes():
            known = values.tobytes(), model.evaluate(full, spectrum.grid)
        return known[1]

    def residual(values: Floats) -> Floats:
        r = (at(values)[0] - spectrum.z) / sigma
        parts = [r.real, r.imag] if pin is None else [r.real, r.imag, pin.rest(full)]
        return np.concatenate(parts)

    def jacobian(values: Floats) -> Floats:
        j = at(values)[1][free] / sigma
        parts = [j.real, j.imag] if pin is None else [j.real, j.imag, pin.slope(full, free)]
        return np.concatenate(parts, axis=1)

    if len(free):
        found = _optimise(model, residual, jacobian, full[free].copy(), free, most, tolerance)
        z, j = at(found)
    else:
        z, j = model.evaluate(full, spectrum.grid)
    chi2 = float((np.abs((z - spectrum.z) / sigma) ** 2).sum())
    # Beyond the model's limits nothing changes any more, and a coordinate that ran away is not a number in Ω.
    return CircuitFit(model, spectrum, np.clip(full, -LIMIT, LIMIT), z, j, noise, chi2)


def _optimise(
    model: Model,
    residual: Callable[[Floats], Floats],
    jacobian: Callable[[Floats], Floats],
    x: Floats,
    free: NDArray[np.intp],
    most: int,
    tolerance: float,
) -> Floats:
    """Run MINPACK's Levenberg-Marquardt, or a bounded method if the circuit states limits.

    jacobian: (parameters, 2n), as MINPACK takes it without a copy.
    """
    low, high = model.limits()
    low, high = low[free], high[free]
    if np.isfinite(low).any() or np.isfinite(high).any():
        inside = np.clip(x, low + EDGE, high - EDGE)
        found = least_squares(residual, inside, lambda v: jacobian(v).T, bounds=(low, high), max_nfev=most)
        return np.asarray(found.x)
    ends = {"ftol": tolerance, "xtol": tolerance, "gtol": 0.0, "maxfev": most}
    with np.errstate(over="ignore", invalid="ignore"):  # in its covariance, which is not used
        found = leastsq(residual, x, Dfun=jacobian, col_deriv=True, full_output=True, **ends)
    return np.asarray(found[0])


def fit(model: Model, spectrum: Spectrum, noise: Noise, count: int = 2) -> CircuitFit:
    """Fit from nothing: the dictionary's starts, and perturbed ones for nested circuits; the best wins.

    The dictionary is searched with weights by |Z| first: with those of an additive noise the misfit of its
    coarse grid at large |Z| outweighs all of a small arc.
    """
    best: CircuitFit | None = None
    for x in _tried(model, spectrum, noise, count):
        fitted = solve(model, spectrum, noise, x)
        best = fitted if best is None or fitted.chi2 < best.chi2 else best
        if noise.known and best.chi2 < ADEQUATE * best.freedom and not has_vanished(best):
            break
    if best is None:
        raise ValueError("a circuit has at least one start")
    return off_its_limits(best)


def off_its_limits(fitted: CircuitFit) -> CircuitFit:
    """Fit once more from inside if a parameter ended at its limit, where its coordinate has no derivative."""
    x = revived(fitted)
    if np.array_equal(x, fitted.x):
        return fitted
    again = solve(fitted.model, fitted.spectrum, fitted.noise, x)
    return again if again.chi2 < fitted.chi2 else fitted


def revived(fitted: CircuitFit) -> Floats:
    """Return the coordinates (p,) with what has vanished at a tenth of the smallest |Z|, exponents inside.

    At zero a resistance or an inductance has no derivative after its logarithm, and no fit would bring it back.
    """
    x = fitted.x.copy()
    spectrum, natural = fitted.spectrum, fitted.natural
    least = float(np.log(0.1 * spectrum.modulus.min()))
    reactance = float(np.log(0.1 * spectrum.modulus.min() / spectrum.grid.omega.max()))
    for at, free in enumerate(fitted.model.free):
        start = {"R": least, "L": reactance}.get(free.name)
        if free.is_exponent and natural[at] > N_NEAR_ONE:
            x[at] = float(np.log(N_REVIVED / (1 - N_REVIVED)))
        elif start is not None and x[at] < start - GONE:
            x[at] = start
    return x


def has_vanished(fitted: CircuitFit) -> bool:
    """Return whether a resistance is in no point of the spectrum: an adequate fit, yet perhaps not the optimum."""
    least = np.log(0.1 * fitted.spectrum.modulus.min()) - GONE
    return any(free.name == "R" and x < least for free, x in zip(fitted.model.free, fitted.x, strict=True))


def _tried(model: Model, spectrum: Spectrum, noise: Noise, count: int) -> Iterator[Floats]:
    """Yield start values, the next ones only if they are asked for."""
    leaves = [leaf for tree in model.terms for leaf in model.leaves_of(tree)]
    count = max(count, MANY) if any(model.leaves[leaf].symbol in MIXED for leaf in leaves) else count
    found = starts(model, spectrum.grid, spectrum.z, spectrum.modulus, count)
    yield from found
    if noise.additive > 0:
        sigma = noise.sigma(spectrum.modulus)
        yield from starts(model, spectrum.grid, spectrum.z, sigma, count)
    if any(not isinstance(tree, int) for tree in model.terms):
        rng = np.random.default_rng(0)
        for _ in range(PERTURBED):
            yield found[0] + SPREAD * rng.standard_normal(len(model))


def refit(fitted: CircuitFit) -> CircuitFit:
    """Estimate the noise once more from the residuals, and fit again with these weights.

    Its size comes from |Z| as fitted: a point whose noise makes |Z| small would count for more than one whose
    noise makes it large, which pulls sums of resistances down by a seventh of their uncertainty at 1 % of noise.
    """
    spectrum = fitted.spectrum.smoothed(fitted.z)
    noise = from_fit(fitted.residual, fitted.jacobian, spectrum.modulus)
    return off_its_limits(solve(fitted.model, spectrum, noise, fitted.x))
