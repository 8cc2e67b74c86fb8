"""Counts from printed rates: at low rates all intensities are whole multiples of one quantum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RECOVERABLE = 900
"""Counts up to which six printed digits and the dead-time correction leave whole numbers whole."""
PLACEHOLDER = 1e-3
"""What is printed for 0 counts, in counts/s."""
_FIRST = 200
"""Counts up to which the first quantum, of a single value, is near enough to be refined by more. By eye."""
_TOLERANCE = 0.02
"""How far a multiple may be from a whole number; chance leaves each within that in 4 of 100. By eye."""
_DIVISORS = 12
"""The smallest intensity is at most so many counts: else there is no low rate to find the quantum by. By eye."""
_ENOUGH = 4
"""Different counts that must fit: fewer are multiples of something by chance, and equal ones of themselves."""


@dataclass(frozen=True)
class Counts:
    """Counts of one channel: whole where they can be had back, else the best estimate."""

    quantum: float
    values: NDArray[np.float64]
    not_recoverable: NDArray[np.bool_]


def find_quantum(intensity: NDArray[Any]) -> float | None:
    """Find the quantum of which low intensities are whole multiples; None where there is none.

    intensity: (rows,), counts/s; so is the quantum.
    The smallest intensity is tried as 1, 2, … counts; the first that all low values fit counts,
    and is refined over ever higher ones.
    """
    seen = np.unique(intensity[np.isfinite(intensity) & (intensity > 0)])
    if len(seen) < _ENOUGH:
        return None
    for divisor in range(1, _DIVISORS + 1):
        quantum = float(seen[0]) / divisor
        low = seen[seen < _FIRST * quantum]
        if len(np.unique(np.round(low / quantum))) >= _ENOUGH and _misfit(low, quantum) < _TOLERANCE:
            return _refined(seen, quantum)
    return None


def _misfit(values: NDArray[Any], quantum: float) -> float:
    multiples = values / quantum
    return float(np.abs(multiples - np.round(multiples)).max())


def fits(intensity: NDArray[Any], quantum: float) -> bool:
    """Return whether all rates up to `RECOVERABLE` counts are whole multiples of a quantum found elsewhere.

    intensity: (rows,), counts/s, as the quantum.
    """
    with np.errstate(invalid="ignore"):
        low = intensity[(intensity > 2 * PLACEHOLDER) & (intensity < RECOVERABLE * quantum)]
    # Of another channel, and up to more counts: three times the tolerance. By eye.
    return len(low) >= _ENOUGH and _misfit(low, quantum) < 3 * _TOLERANCE


def _refined(values: NDArray[Any], quantum: float) -> float:
    for limit in (_FIRST, 2 * _FIRST):
        low = values[values < limit * quantum]
        counts = np.round(low / quantum)
        quantum = float((low * counts).sum() / (counts * counts).sum())
    return quantum


def counts_of(intensity: NDArray[Any], quantum: float, zero: NDArray[np.bool_]) -> Counts:
    """Return counts: whole up to `RECOVERABLE`, an unrounded estimate and a flag above; placeholders are 0.

    intensity: (rows,), counts/s, as the quantum; zero: (rows,), where a placeholder is printed.
    """
    with np.errstate(all="ignore"):  # a damaged export may print infinite rates
        multiples = np.where(zero, 0.0, intensity / quantum)
        whole = np.round(multiples)
        # A tenth off a whole number is neither rounding nor that number.
        lost = (multiples > RECOVERABLE) | (np.abs(multiples - whole) > 0.1)
    return Counts(quantum, np.where(lost, multiples, whole), lost & np.isfinite(intensity))
