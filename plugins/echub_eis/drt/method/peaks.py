"""Peaks of a distribution, and the share of resampled spectra in which each is found again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub_eis.drt import DrtParams
from echub_eis.drt.method.kernel import FREE, DrtKernel
from echub_eis.drt.method.solve import NonNegative
from echub_eis.method.elements import Floats

SAME_DECADES = 0.15
"""A peak is found again within this distance: wider, neighbours at a tenth of a decade count for each other."""


@dataclass(frozen=True)
class Peak:
    """A peak: τ in s, area in Ω, share of the resamplings that show it."""

    tau: float
    area: float
    support: float = 0.0


def peaks_of(tau: Floats, gamma: Floats, step: float, least: float) -> list[Peak]:
    """Return the maxima of γ (m,) whose area, between the minima beside them, is at least `least` of all."""
    padded = np.concatenate([[-1.0], gamma, [-1.0]])
    tops = np.flatnonzero((padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:]) & (gamma > 0))
    whole = float(gamma.sum()) * step
    found = []
    for number, top in enumerate(tops.tolist()):
        low = _valley(gamma, int(tops[number - 1]), top) if number else 0
        high = _valley(gamma, top, int(tops[number + 1])) if number + 1 < len(tops) else len(gamma)
        area = float(gamma[low:high].sum()) * step
        if area >= least * whole:
            found.append(Peak(_summit(tau, gamma, top), area))
    return found


def _valley(gamma: Floats, first: int, last: int) -> int:
    return first + int(np.argmin(gamma[first : last + 1]))


def _summit(tau: Floats, gamma: Floats, top: int) -> float:
    """Return the τ of a parabola through three points."""
    if not 0 < top < len(gamma) - 1:
        return float(tau[top])
    a, b, c = gamma[top - 1 : top + 2]
    shift = 0.5 * (a - c) / (a - 2 * b + c)  # a < b ≥ c: never over zero
    return float(tau[top] * (tau[1] / tau[0]) ** shift)


def resample(
    model: DrtKernel, solver: NonNegative, found: Floats, variance: float, draws: int, rng: np.random.Generator
) -> Floats:
    """Return the distributions (draws, m) of the fitted spectrum with new noise, at the same λ."""
    fitted = model.columns @ found
    scatter = float(np.sqrt(variance))
    gammas = [
        solver.solve(fitted + scatter * rng.standard_normal(len(fitted)), found > 0)[FREE:] for _ in range(draws)
    ]
    return np.array(gammas).reshape(draws, len(model.tau))


def supported(peaks: list[Peak], model: DrtKernel, resampled: Floats, params: DrtParams) -> list[Peak]:
    """Return the peaks with the share of the resamplings in which each is."""
    if not len(resampled):
        return peaks
    again = [
        np.log10([p.tau for p in peaks_of(model.tau, gamma, model.step, params.least / 200)] or [np.inf])
        for gamma in resampled
    ]
    made = []
    for peak in peaks:
        there = [bool((np.abs(places - np.log10(peak.tau)) < SAME_DECADES).any()) for places in again]
        made.append(Peak(peak.tau, peak.area, float(np.mean(there))))
    return made
