"""How finely a reading is divided: the digit of a converter or of a printed number, and what it hides."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

TOGGLES = 3
"""Steps of one digit, up and down each, that show a digit: levels of a noiseless source climb one way."""
ONE_WAY, UNEVEN = 10, 2.0
"""Steps of one digit that show it without a step back, if the values between them are held for times that differ
by this factor."""
FINE = 0.125
"""Largest digit, as a part of the range of the values: a square wave without noise is not a coarse reading."""
MULTIPLE, MOST = 0.02, 0.99
"""Nearly all changes from row to row are whole digits, to 2 % of one: those of noise are any part of it."""
ROUNDING = 1e-9
"""Changes below this part of the largest value are rounding of binary numbers, not a change."""


def digit(values: ArrayLike) -> float:
    """Return the step in which a reading changes, 0 if its values show none.

    A reading that goes one way by even steps shows no digit, although it may have one: levels do so too.
    values: (n,), any unit, which is that of the result; non-finite values are left out.
    """
    given = np.asarray(values, dtype=np.float64)
    known = given[np.isfinite(given)]
    if len(known) < 2:
        return 0.0
    change = np.diff(known)
    change = change[np.abs(change) > ROUNDING * float(np.max(np.abs(known)))]
    if not len(change):
        return 0.0
    smallest = float(np.min(np.abs(change)))
    if smallest > FINE * float(np.ptp(known)):
        return 0.0
    steps = change / smallest
    if np.mean(np.abs(steps - np.round(steps)) < MULTIPLE) < MOST:
        return 0.0
    single = np.round(steps)
    both = int(np.sum(single == 1)), int(np.sum(single == -1))
    return smallest if min(both) >= TOGGLES or (max(both) >= ONE_WAY and _uneven(known)) else 0.0


def _uneven(known: NDArray[np.float64]) -> bool:
    """Return whether values are held for times that differ, as in a decay, not in a programme."""
    held = np.diff(np.flatnonzero(np.diff(known)))
    low, high = np.quantile(held, [0.1, 0.9])
    return bool(high > UNEVEN * low)


def digit_error(values: ArrayLike, step: float) -> float:
    """Return by how much, at most, a digit moves the mean of values: half a digit, far less if noise exceeds it.

    The mean of a rounded value with normal noise σ is off by step/π · exp(-2π²σ²/step²) at most (B. Widrow,
    IRE Trans. Circuit Theory 3 (1956) 266), and by half a step without noise. Of two neighbouring readings the
    true value lies between their middle and their mean. values: (n,), step: its digit, in one unit, which is that
    of the result.
    """
    given = np.asarray(values, dtype=np.float64)
    if not step or not len(given):
        return 0.0
    if float(np.ptp(given)) < 1.5 * step:
        share = (float(np.mean(given)) - float(np.min(given))) / step
        return step * abs(share - 0.5)
    variance = max(float(np.var(given)) - step**2 / 12, 0.0)  # rounding itself scatters by step/√12
    return step / 2 * float(np.exp(-2 * np.pi**2 * variance / step**2))


def noise_of_digits(values: ArrayLike, step: float) -> float:
    """Return the noise from row to row of a coarse reading, in which most neighbours are equal.

    `difference_noise` is 0 there, as its median is. Changes of one or two digits are noise, larger ones are not.
    values: (n,), step: its digit, in one unit, which is that of the result; 0 for fewer than two values.
    """
    change = np.diff(np.asarray(values, dtype=np.float64))
    change = change[np.abs(change) < 2.5 * step]
    return float(np.sqrt(np.mean(change**2) / 2)) if len(change) else 0.0
