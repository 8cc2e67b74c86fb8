"""Whether two ions lie in the same places: beyond counting noise, and beyond chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft2, rfft2

from echub_sims_map.data.cube import Array, IonCube, Truth

DRAWS = 100
"""Draws by which the spread of a correlation is known to 7 %."""
Z95 = 1.959963984540054
"""Standard deviations to either side that hold 95 % of a normal distribution."""
_NEAR = 2
"""Shifts by so few pixels are hardly shifts and are left out."""


@dataclass(frozen=True)
class Together:
    """How two maps go together.

    `correlation` is that of the expected counts, the noise of counting taken out, None where a map
    has no structure beyond it; `p` how often the maps, shifted against each other, go together as
    much by chance, None where no pixel was measured in both.
    """

    correlation: float | None
    low: float | None
    high: float | None
    p: float | None


def together(one: IonCube, other: IonCube, rng: np.random.Generator) -> Together:
    """Compare the maps of two ions, summed over the frames and pixels that both measured.

    Method: the correlation with the variance of counting taken out of both variances, its spread by counting
    once more, and its chance by shifts around the edges (decision 51).
    """
    both = one.measured & other.measured
    a, b = (np.where(both, cube.counts, 0).sum(axis=0) for cube in (one, other))
    noise_a, noise_b = (np.where(both, cube.variance, 0).sum(axis=0) for cube in (one, other))
    frames = both.sum(axis=0)
    known = frames > 0
    if not known.any():
        return Together(None, None, None, None)
    # Pixels measured in fewer frames are brought to the mean number of frames.
    scale = np.where(known, frames[known].mean() / np.maximum(frames, 1), 0.0)
    a, b, noise_a, noise_b = a * scale, b * scale, noise_a * scale**2, noise_b * scale**2
    p = _chance(a, b, known)
    inside = (a[known], b[known], noise_a[known], noise_b[known])
    best = _correlation(*inside, 1)
    if best is None:
        return Together(None, None, None, p)
    drawn = [_drawn(inside, rng) for _ in range(DRAWS)]
    kept = np.array([r for r in drawn if r is not None])
    spread = Z95 * float(kept.std(ddof=1)) if len(kept) > DRAWS // 2 else 2.0
    return Together(best, max(-1.0, best - spread), min(1.0, best + spread), p)


def _drawn(maps: tuple[Array, Array, Array, Array], rng: np.random.Generator) -> float | None:
    """Count both maps once more, and give the correlation with twice the noise taken out."""
    a, b, noise_a, noise_b = maps
    again_a = a + np.sqrt(noise_a) * rng.standard_normal(len(a))
    again_b = b + np.sqrt(noise_b) * rng.standard_normal(len(b))
    return _correlation(again_a, again_b, noise_a, noise_b, 2)


def _correlation(a: Array, b: Array, noise_a: Array, noise_b: Array, times: int) -> float | None:
    """Return the correlation of what lies behind the counts; None without structure in one of them."""
    real_a = float(a.var() - times * noise_a.mean())
    real_b = float(b.var() - times * noise_b.mean())
    least = 3 * math.sqrt(2 / len(a))  # three standard deviations of a variance of so many values
    if real_a <= least * float(noise_a.mean()) or real_b <= least * float(noise_b.mean()):
        return None
    covariance = float(((a - a.mean()) * (b - b.mean())).mean())
    return max(-1.0, min(1.0, covariance / math.sqrt(real_a * real_b)))


def _chance(a: Array, b: Array, known: Truth) -> float:
    """Return the share of shifts, around the edges, under which the maps go together at least as much."""
    u, v = (np.where(known, m - m[known].mean(), 0.0) for m in (a, b))
    inside = known.astype(float)
    shifted = irfft2(np.conj(rfft2(u)) * rfft2(v), s=a.shape)
    pairs = irfft2(np.conj(rfft2(inside)) * rfft2(inside), s=a.shape)
    usable = pairs > 0.5 * known.sum()  # shifts that leave half of the measured pixels to compare
    score = np.abs(np.where(usable, shifted / np.maximum(pairs, 1.0), 0.0))
    rows, columns = (np.minimum(np.arange(n), n - np.arange(n)) for n in a.shape)
    others = usable & ((rows[:, None] > _NEAR) | (columns[None, :] > _NEAR))
    own = score[0, 0] * (1 - 1e-12)  # rounding of the FFT
    return float((1 + (score[others] >= own).sum()) / (1 + others.sum()))
