"""What a fit knows of a parameter: a symmetric interval in ln, else the profile of the likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from echub_eis.method.elements import Floats
from echub_eis.method.fit import CircuitFit
from echub_eis.method.profile import LikelihoodProfile

VAGUE_LN = 0.3
"""A standard uncertainty of ln R above which the likelihood is not a parabola any more."""
CORRELATED = 0.98
"""A correlation above which a parabola does not hold either: the valley of the likelihood is narrow, and bends."""
BESIDE = ("R", "L")
"""What, if it is vague or gone, makes the parabola of a resistance next to it one of a limit."""


@dataclass(frozen=True)
class Known:
    """What is known of a positive parameter: value, relative u, interval, and why it was profiled.

    low, high None: open. `reasons`: vague, correlated, outside, beside (another parameter is
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

    covariance: (p, p) of the coordinates, with the uncertainty of the noise model in it. In Ω. Method: t in
    ln R, or the profile of the likelihood where the reasons of `Known` speak against a parabola.
    """
    u = float(np.sqrt(covariance[at, at]))
    t = quantile(level, fitted.freedom)
    reasons = tuple(_reasons(fitted, at, covariance, outside))
    value = float(np.exp(fitted.x[at]))
    if not reasons:
        return Known(value, u, value * float(np.exp(-t * u)), value * float(np.exp(t * u)))
    plain = float(np.sqrt(fitted.covariance()[at, at]))
    wider = u / plain if np.isfinite(u) and plain > 0 and np.isfinite(plain) else 1.0
    return _profiled(fitted, np.array([at]), plain, covariance, t * max(wider, 1.0), t, reasons)


def total(fitted: CircuitFit, at: Sequence[int], relative: float, covariance: Floats, level: float) -> Known:
    """Judge the sum of the resistances at several coordinates by its profile; `relative`: u to start from."""
    t = quantile(level, fitted.freedom)
    return _profiled(fitted, np.array(at), relative, covariance, t, t, ("sum",))


def _profiled(
    fitted: CircuitFit,
    at: NDArray[np.intp],
    u: float,
    covariance: Floats,
    rise: float,
    t: float,
    reasons: tuple[str, ...],
) -> Known:
    """Search both ends; `rise`: t, wider by what the unknown noise adds."""
    profile = LikelihoodProfile(fitted, at, u, covariance)
    ends = [profile.end(rise, direction) for direction in (-1, 1)]
    low, high = (None if end is None else float(np.exp(end)) for end in ends)
    half = u if low is None or high is None else float(np.log(high / low)) / 2 / t
    return Known(float(np.exp(fitted.x[at]).sum()), float(half), low, high, reasons)


def _reasons(fitted: CircuitFit, at: int, covariance: Floats, outside: bool) -> list[str]:
    found = []
    if not np.sqrt(covariance[at, at]) < VAGUE_LN:
        found.append("vague")
    if _correlated(covariance, at):
        found.append("correlated")
    beside = [i for i, free in enumerate(fitted.model.free) if free.name in BESIDE and i != at]
    if any(not np.sqrt(covariance[i, i]) < VAGUE_LN for i in beside):
        found.append("beside")
    return found + ["outside"] * outside


def _correlated(covariance: Floats, at: int) -> bool:
    """Return whether any other coordinate is correlated with one; infinite variances count as none."""
    variance = np.diag(covariance)
    usable = np.isfinite(variance) & (variance > 0)
    usable[at] = False
    if not np.isfinite(variance[at]):
        return False
    spread = np.sqrt(np.abs(variance))  # roots first: the product of two variances may be no number any more
    return bool((np.abs(covariance[at, usable]) > CORRELATED * spread[usable] * spread[at]).any())
