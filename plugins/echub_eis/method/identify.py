"""What a fit knows of a parameter: a symmetric interval in ln, else the profile of the likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from echub_eis.method.elements import Floats
from echub_eis.method.fit import CircuitFit, Pin, solve

VAGUE_LN = 0.3
"""A standard uncertainty of ln R above which the likelihood is not a parabola any more."""
CORRELATED = 0.98
"""A correlation above which a parabola does not hold either: the valley of the likelihood is narrow, and bends."""
N_NEAR_ONE = 0.999
"""An exponent at its limit: beyond, its logit runs away without any change of the spectrum."""
N_HALF = 0.5
"""The exponent of diffusion: below it an arc is not that of an interface."""
FAR = float(np.log(100))
"""An interval that reaches a factor of 100 is open. By eye."""
VANISHED = 1e-3
"""A resistance below this part of the smallest |Z| is none, as far as the spectrum can tell."""
GONE = float(np.log(10))
"""A resistance ten times below a tenth of the smallest |Z| is in no point of the spectrum."""
STIFF = 100.0
"""Weight of a pinned sum over its uncertainty: it gives way by a hundredth of that."""
REFINED = 4
"""Steps of false position: the end of an interval to about 1 % of its width."""


@dataclass(frozen=True)
class Known:
    """What is known of a positive parameter: value, relative u, interval, and why it was profiled.

    low, high None: open. `reasons`: vague, correlated, n-at-limit, outside, beside (another resistance is
    vague); empty where a parabola does.
    """

    value: float
    relative: float
    low: float | None
    high: float | None
    reasons: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """Return whether both ends are known."""
        return self.low is not None and self.high is not None


def quantile(level: float, freedom: float) -> float:
    """Return t of a two-sided interval."""
    return float(stdtrit(freedom, 0.5 + level / 2))


def correlation(covariance: Floats) -> Floats:
    """Return the correlations (p, p) of a covariance (p, p); zero where a variance is infinite."""
    sd = np.sqrt(np.diag(covariance))
    safe = np.where(np.isfinite(sd) & (sd > 0), sd, np.inf)
    finite = np.where(np.isfinite(covariance), covariance, 0.0)
    found = finite / np.outer(safe, safe)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def resistance(fitted: CircuitFit, at: int, covariance: Floats, level: float, outside: bool) -> Known:
    """Judge the resistance at a coordinate; `outside`: its arc has no apex in the band.

    covariance: (p, p) of the coordinates. In Ω. Method: t in ln R, or the profile of the likelihood where the
    reasons of `Known` speak against a parabola.
    """
    u = float(np.sqrt(covariance[at, at]))
    t = quantile(level, fitted.freedom)
    reasons = tuple(_reasons(fitted, at, covariance, outside))
    value = float(np.exp(fitted.x[at]))
    if not reasons:
        return Known(value, u, value * float(np.exp(-t * u)), value * float(np.exp(t * u)))
    return _profiled(fitted, np.array([at]), u, t, reasons)


def total(fitted: CircuitFit, at: Sequence[int], relative: float, level: float) -> Known:
    """Judge the sum of the resistances at several coordinates by its profile; `relative`: u to start from."""
    return _profiled(fitted, np.array(at), relative, quantile(level, fitted.freedom), ("sum",))


def _profiled(fitted: CircuitFit, at: NDArray[np.intp], u: float, t: float, reasons: tuple[str, ...]) -> Known:
    ends = [_end(fitted, at, u, t, direction) for direction in (-1, 1)]
    low, high = (None if end is None else float(np.exp(end)) for end in ends)
    half = u if low is None or high is None else float(np.log(high / low)) / 2 / t
    return Known(float(np.exp(fitted.x[at]).sum()), float(half), low, high, reasons)


def _reasons(fitted: CircuitFit, at: int, covariance: Floats, outside: bool) -> list[str]:
    found = []
    if not np.sqrt(covariance[at, at]) < VAGUE_LN:
        found.append("vague")
    others = np.delete(correlation(covariance)[at], at)
    if len(others) and np.abs(others).max() > CORRELATED:
        found.append("correlated")
    leaf = fitted.model.free[at].element
    n = fitted.model.at(leaf, "n")
    if n is not None and fitted.natural[n] > N_NEAR_ONE:
        found.append("n-at-limit")
    resistances = [i for i, free in enumerate(fitted.model.free) if free.name == "R" and i != at]
    if any(not np.sqrt(covariance[i, i]) < VAGUE_LN for i in resistances):
        found.append("beside")
    return found + ["outside"] * outside


def _revived(fitted: CircuitFit) -> Floats:
    """Return the coordinates with resistances that have vanished at a tenth of the smallest |Z|.

    At zero a resistance has no derivative after its logarithm, and no fit would bring it back.
    """
    x = fitted.x.copy()
    least = np.log(0.1 * fitted.spectrum.modulus.min())
    for at, free in enumerate(fitted.model.free):
        if free.name == "R" and x[at] < least - GONE:
            x[at] = least
    return x


def _end(fitted: CircuitFit, at: NDArray[np.intp], u: float, t: float, direction: int) -> float | None:
    """Search the ln of R, or of a sum, at which the profile has risen by t² times its scale; None if never."""
    scale = max(fitted.chi2 / fitted.freedom, 1e-300)  # exact data: no division by zero
    least = VANISHED * fitted.spectrum.modulus.min()
    value = float(np.exp(fitted.x[at]).sum())
    start = float(np.log(max(value, least)))
    if value < least and direction < 0:
        return None
    far_off = FAR if value > least else FAR - float(np.log(VANISHED))
    state = {"x": _revived(fitted)}

    def rise(offset: float) -> float:
        target = start + direction * offset
        pin = Pin(at, target, STIFF / max(min(u, 1.0), 1e-12)) if len(at) > 1 else None
        held = None if pin else {int(at[0]): target}
        moved = solve(fitted.model, fitted.spectrum, fitted.noise, state["x"], held, pin)
        state["x"] = moved.x
        return float(np.sqrt(max(moved.chi2 - fitted.chi2, 0.0) / scale)) - t

    near, step = (0.0, -t), min(t * u if np.isfinite(u) else 1.0, 1.0)
    far = (step, rise(step))
    while far[1] < 0:
        if far[0] >= far_off:
            return None
        near, step = far, min(2 * far[0], far_off)
        far = (step, rise(step))
    for _ in range(REFINED):
        middle = near[0] + (far[0] - near[0]) * -near[1] / (far[1] - near[1])
        value = rise(middle)
        near, far = ((middle, value), far) if value < 0 else (near, (middle, value))
        if abs(value) < 0.02 * t:  # within 1 % of the width of the interval
            break
    return start + direction * (far[0] if abs(far[1]) < abs(near[1]) else near[0])
