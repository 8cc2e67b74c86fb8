"""An edge in a profile: a Poisson-likelihood fit of an error function, with over-dispersion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from echub.plugin import Refusal

Array = NDArray[np.float64]
SIGNIFICANT = 12.0
"""Log-likelihood that a step must gain over a constant, after division by the dispersion."""
_STEPS = 200
_SPAN = 8.0
"""Half width of the fitted window, in widths of the edge; and at least `_POINTS` points."""
_POINTS = 12
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Edge:
    """A fitted edge; `sign` is -1 where the signal falls. Errors include the dispersion."""

    position: float
    sigma: float
    high: float
    low: float
    sign: int
    position_error: float
    sigma_error: float
    dispersion: float
    window: tuple[float, float]

    def model(self, x: Array) -> Array:
        """Give the expected counts."""
        return _model(
            np.array([math.log(self.high), math.log(self.low), self.position, math.log(self.sigma)]), x, self.sign
        )


def find_edge(x: Array, n: Array, edge: str) -> Edge:
    """Find the strongest edge and fit it.

    x ascending, n counts. Raises `Refusal` (`too_few_points`, `empty_channel`, `no_interface`,
    `fit_failed`).
    """
    if len(x) < 6:
        raise Refusal("too_few_points", f"an edge needs 6 points, the profile has {len(x)}")
    if not n.any():
        raise Refusal("empty_channel", "all counts of the channel are zero")
    split, gain, sign = _step(n, edge)
    if gain < SIGNIFICANT:
        raise Refusal("no_interface", f"no edge stands out of counting statistics ({gain:.1f} < {SIGNIFICANT:g})")
    kept = np.ones(len(x), bool)
    fitted: tuple[Array, Array, float] | None = None
    for _ in range(2):
        fitted = _fit(x[kept], n[kept], x[split], sign)
        position, sigma = fitted[0][2], math.exp(fitted[0][3])
        steps = float(np.median(np.diff(x)))
        half = max(_SPAN * 2 * sigma, _POINTS * steps)
        kept = np.abs(x - position) <= half
        if kept.sum() < 6:
            kept = np.ones(len(x), bool)
    theta, covariance, dispersion = _fit(x[kept], n[kept], fitted[0][2] if fitted else x[split], sign)
    error = np.sqrt(np.diag(covariance) * max(1.0, dispersion))
    sigma = math.exp(theta[3])
    if not (np.isfinite(error).all() and x[0] <= theta[2] <= x[-1]):
        raise Refusal("fit_failed", "the fit leaves the profile", hint="--param start=… --param stop=…")
    return Edge(
        float(theta[2]), sigma, math.exp(theta[0]), math.exp(theta[1]), sign,
        float(error[2]), float(error[3] * sigma), float(dispersion),
        (float(x[kept][0]), float(x[kept][-1])),
    )  # fmt: skip


def _step(n: Array, edge: str) -> tuple[int, float, int]:
    """Find the split of two constants that gains most likelihood over one, in the wanted direction."""
    total, size = np.cumsum(n), len(n)
    k = np.arange(2, size - 1)
    left, right = total[k - 1] / k, (total[-1] - total[k - 1]) / (size - k)
    mean = total[-1] / size
    gain = k * _xlog(left, mean) + (size - k) * _xlog(right, mean)
    wanted = {"falling": left > right, "rising": left < right}.get(edge, np.ones(len(k), bool))
    if not wanted.any():
        return int(k[0]), 0.0, -1
    # The largest gain favours the middle of a slow slope; the largest contrast beside it is the edge.
    gain = np.where(wanted, gain, -np.inf)
    best = int(np.argmax(gain))
    return int(k[best]), float(gain[best]), -1 if left[best] > right[best] else 1


def _xlog(part: Array, mean: float) -> Array:
    safe = np.where(part > 0, part, 1.0)
    return np.where(part > 0, part * np.log(safe / mean), 0.0)


def _model(theta: Array, x: Array, sign: int) -> Array:
    high, low, sigma = math.exp(theta[0]), math.exp(theta[1]), math.exp(theta[3])
    return low + high * 0.5 * erfc(-sign * (x - theta[2]) / (math.sqrt(2) * sigma))  # type: ignore[no-any-return]


def _slopes(theta: Array, x: Array, sign: int) -> Array:
    high, low, sigma = math.exp(theta[0]), math.exp(theta[1]), math.exp(theta[3])
    u = (x - theta[2]) / sigma
    bell = high * np.exp(-0.5 * u * u) / math.sqrt(2 * math.pi)
    share = high * 0.5 * erfc(-sign * u / math.sqrt(2))
    return np.stack([share, np.full(len(x), low), -sign * bell / sigma, -sign * bell * u], axis=1)


def _fit(x: Array, n: Array, start: float, sign: int) -> tuple[Array, Array, float]:
    """Maximise the Poisson likelihood by damped Fisher scoring; the best of several first widths."""
    step = float(np.median(np.diff(x)))
    above = x < start if sign < 0 else x >= start
    high = max(float(n[above].mean()) if above.any() else n.max(), 0.5)
    low = max(float(np.median(n[~above])) if (~above).any() else n.min(), 0.05)
    best: tuple[float, Array] | None = None
    for width in (1.0, 4.0):
        theta = np.array([math.log(max(high - low, 0.1 * high)), math.log(low), start, math.log(width * step)])
        found = _score(theta, x, n, sign, step)
        if best is None or found[0] < best[0]:
            best = found
    theta = best[1]  # type: ignore[index]
    mu = np.maximum(_model(theta, x, sign), 1e-9)
    slopes = _slopes(theta, x, sign)
    covariance = np.asarray(np.linalg.pinv((slopes / mu[:, None]).T @ slopes), dtype=np.float64)
    # Points that expect less than one count would dominate Pearson's sum by chance.
    chi2 = float(((n - mu) ** 2 / np.maximum(mu, 1.0)).sum())
    return theta, covariance, chi2 / max(1, len(x) - 4)


def _score(theta: Array, x: Array, n: Array, sign: int, step: float) -> tuple[float, Array]:
    damping, deviance = 1e-3, _deviance(theta, x, n, sign)
    for _ in range(_STEPS):
        mu = np.maximum(_model(theta, x, sign), 1e-9)
        slopes = _slopes(theta, x, sign)
        fisher = (slopes / mu[:, None]).T @ slopes
        scaled = fisher + damping * np.diag(np.diag(fisher) + 1e-12)
        move = np.linalg.lstsq(scaled, slopes.T @ (n / mu - 1), rcond=None)[0]
        limit = np.array([2.0, 2.0, 5 * step + 2 * math.exp(theta[3]), 1.0])
        trial = theta + np.clip(move, -limit, limit)
        trial[1] = max(trial[1], math.log(1e-4))
        trial[3] = float(np.clip(trial[3], math.log(0.05 * step), math.log(x[-1] - x[0])))
        new = _deviance(trial, x, n, sign)
        if new <= deviance:
            done = deviance - new < 1e-9 * (1 + deviance)
            theta, deviance, damping = trial, new, damping / 5
            if done:
                break
        else:
            damping *= 5
            if damping > 1e9:
                break
    return deviance, theta


def _deviance(theta: Array, x: Array, n: Array, sign: int) -> float:
    mu = np.maximum(_model(theta, x, sign), 1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms: Any = np.where(n > 0, n * np.log(np.where(n > 0, n, 1.0) / mu), 0.0)
    return float(2 * (terms - (n - mu)).sum())


def decay_length(x: Array, n: Array, edge: Edge) -> tuple[float, float] | None:
    """Give the distance of a decade on the low side, and its error; None where fewer than 3 points show it.

    From counts between 30 % and 1 % of the plateau that are three times the background.
    """
    level = n / edge.high
    low = (level < 0.3) & (level > 0.01) & (n > 3 * edge.low) & (np.sign(x - edge.position) == -edge.sign)
    low &= np.abs(x - edge.position) < 20 * edge.sigma
    if low.sum() < 3:
        return None
    weights = n[low]
    x0, y = x[low], np.log10(n[low])
    mean_x, mean_y = np.average(x0, weights=weights), np.average(y, weights=weights)
    spread = float((weights * (x0 - mean_x) ** 2).sum())
    slope = float((weights * (x0 - mean_x) * (y - mean_y)).sum()) / spread
    if slope == 0:
        return None
    residual = y - mean_y - slope * (x0 - mean_x)
    scatter = max(1 / math.log(10) ** 2, float((weights * residual**2).sum()) / max(1, int(low.sum()) - 2))
    return abs(1 / slope), math.sqrt(scatter / spread) / slope**2
