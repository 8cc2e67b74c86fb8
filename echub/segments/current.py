"""When current flows: thresholds between rest and current, and the state of every row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.science import difference_noise, robust_sigma

Floats = NDArray[np.float64]

NOISE = 5.0
"""A current within this many standard deviations of noise is a rest: chance exceeds it once in 2 million rows."""
ACCURACY = 1e-3
"""Offset of a current at rest, as a fraction of the largest: potentiostats specify 0.1 % of a range."""
LARGEST = 0.05
"""Largest rest threshold, as a fraction of the largest current: above it current flows, however noisy it is."""


@dataclass(frozen=True)
class Threshold:
    """Current starts above `on` and ends below `off`, in |current - level|; `how` it was found.

    `level` is the current at rest, an offset of the instrument.
    """

    on: float
    off: float
    level: float = 0.0
    how: str = ""


def rest_threshold(current: ArrayLike) -> Threshold:
    """Find the threshold of rest: currents within the noise, or the offset, of zero.

    current: (n,), any unit. `off` is 5 standard deviations of the noise (from the median difference
    between rows) and 0.1 % of the largest current, together at most 5 % of it; `on` is twice that.
    Currents that span more than a factor of 500 need an explicit threshold.
    """
    known = _known(current)
    largest = float(np.abs(known).max(initial=0.0))
    if not largest:
        return Threshold(0.0, 0.0, how="there is no current")
    noise = difference_noise(known)
    off = min(NOISE * noise + ACCURACY * largest, LARGEST * largest)
    return Threshold(2 * off, off, how=f"off below {off:.3g}: noise {noise:.2g}, largest current {largest:.3g}")


def stated_rest(off: float) -> Threshold:
    """Return the threshold of a stated current: what is not above it is rest, and 1.2 of it flows for certain.

    Noise about `off` makes no half cycles. off: any unit, which is that of the result.
    """
    return Threshold(1.2 * off, off, how="stated")


def pulse_threshold(current: ArrayLike, sign: int = 0) -> Threshold:
    """Find the current at rest and the amplitude of a pulse train; pulses start at 60 % and end at 40 % of it.

    current: (n,), any unit; most pulses have one height. A constant offset at rest does not matter.
    `sign`: that of the pulses, +1 or -1; current of the other sign (plating between trains of
    stripping pulses) is ignored. Returns on = off = 0 if no two levels are significant above the noise.
    """
    known = _known(current)
    if sign and len(known):
        known = known[sign * known >= -LARGEST * max(float((sign * known).max()), 0.0)]
    if not len(known) or known.max() == known.min():
        return Threshold(0.0, 0.0, float(known[0]) if len(known) else 0.0, "the current has one level")
    middle = (known.max() + known.min()) / 2
    sides = (known[known <= middle], known[known > middle])
    rest, pulse = sorted((float(np.median(side)) for side in sides), key=abs)
    height = abs(pulse - rest)
    noise = max(robust_sigma(side) for side in sides)
    if height <= NOISE * noise:
        return Threshold(0.0, 0.0, rest, f"no two levels: {height:.3g} apart, noise {noise:.2g}")
    how = f"rest at {rest:.3g}, pulses of {height:.3g}"
    # Around half height, where an edge is steepest; 20 % apart, so that noise does not switch the state.
    return Threshold(0.6 * height, 0.4 * height, rest, how)


def states(current: ArrayLike, threshold: Threshold) -> NDArray[np.int8]:
    """Return the state of each row (n,): +1 (anodic), -1 (cathodic) or 0 (rest), with hysteresis.

    A row between both thresholds is in the state of the row before it, if that is of its own sign. A
    row without a current (NaN) is in the state of the row before it, or of the next one if it has none before.
    """
    above: Floats = np.asarray(current, dtype=np.float64)
    if threshold.level:  # millions of rows are not copied for nothing
        above = above - threshold.level
    anodic = _flows(above, above > threshold.on, above <= threshold.off)
    return anodic - _flows(above, above < -threshold.on, above >= -threshold.off)


def _flows(above: Floats, flows: NDArray[np.bool_], rests: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return 1 for rows in which a current of one sign flows, else 0; those between both are as the row before."""
    rests |= flows
    unsure = np.flatnonzero(~rests)
    if len(unsure) == len(above):
        return np.zeros(len(above), np.int8)
    if len(unsure):
        sure = np.delete(np.arange(len(above)), unsure)
        flows[unsure] = flows[sure[np.maximum(np.searchsorted(sure, unsure) - 1, 0)]]
    return flows.view(np.int8)


def _known(current: ArrayLike) -> Floats:
    values: Floats = np.asarray(current, dtype=np.float64)
    return np.asarray(values[np.isfinite(values)])
