"""Peaks of a sweep above its baseline, with their charge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub_window.data.sweeps import PotentialSweep
from echub_window.method.baseline import BaselineFit

REACH = 0.05
"""A peak ends where it has fallen to 5 % of its height, or where the next one starts."""


@dataclass(frozen=True)
class CurrentPeak:
    """A peak: scan, direction of the sweep, potential V, height µA/cm² (signed), charge mA·h/cm² (signed)."""

    scan: int
    direction: int
    potential: float
    height: float
    charge: float


def peaks_of(sweep: PotentialSweep, base: BaselineFit, threshold: float) -> list[CurrentPeak]:
    """Return the peaks that stand out by more than the threshold; a current that only rises has none."""
    from scipy.signal import find_peaks, peak_widths

    beyond = sweep.j - base.at(sweep.e)
    found = []
    for sign in (1, -1):
        # What is on the other side of the baseline makes no peak higher, and none longer.
        side = np.maximum(sign * beyond, 0)
        places, _ = find_peaks(side, height=threshold, prominence=max(threshold, 6 * base.noise), width=3)
        _, _, left, right = peak_widths(side, places, rel_height=1 - REACH)
        for place, low, high in zip(places.tolist(), left.astype(int), np.ceil(right).astype(int), strict=True):
            rows = slice(low, high + 1)
            charge = float(np.trapezoid(beyond[rows], sweep.t[rows])) / 3600 / 1000
            found.append(
                CurrentPeak(sweep.scan, sweep.direction, float(sweep.e[place]), float(beyond[place]), charge)
            )
    return found


def charges_of(sweep: PotentialSweep, base: BaselineFit) -> tuple[float, float]:
    """Return the charge above and below the baseline over the sweep, mA·h/cm²."""
    beyond = sweep.j - base.at(sweep.e)
    both = [float(np.trapezoid(np.maximum(s * beyond, 0), sweep.t)) / 3600 / 1000 for s in (1, -1)]
    return both[0], -both[1]
