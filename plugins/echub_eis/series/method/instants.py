"""The time of a resistance, when the cell changes within a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from echub_eis.data import Trace
from echub_eis.method.elements import Complex, Floats
from echub_eis.method.fit import CircuitFit

Flags = NDArray[np.bool_]
ALIKE = 1e-3
"""Frequencies that differ by less are the same point of two sweeps; steps are above 2 %."""
LEAST = 1e-12
"""Added to the diagonal of unit columns: a direction that is not seen stays finite."""


def own_times(fitted: CircuitFit, time: Floats) -> Floats:
    """Return the time (p,), s, at which each coordinate of a fit is measured; time: (n,) of the points used.

    A least-squares fit is linear in small changes of Z. If a parameter drifts evenly while the points are
    measured, point i moves the result by g_i = (C Jᵀ W)_i · J_i of that change, and Σ g_i = 1. So the result
    is the parameter's value at Σ g_i t_i, whatever the drift.
    """
    scaled, norm, normal = _normal(fitted)
    weight = np.linalg.solve(normal, scaled) * scaled
    total = weight.sum(axis=1)
    twice = np.concatenate([time, time])
    middle = float(time[0] + time[-1]) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        found = weight @ twice / total
    return np.where((norm > 0) & (np.abs(total) > 0.5), np.clip(found, time.min(), time.max()), middle)


def sum_times(fitted: CircuitFit, time: Floats, at: NDArray[np.intp]) -> Floats:
    """Return the time (m,), s, at which the sum of resistances `at` (m,) is measured if one of them drifts alone.

    Where arcs overlap, a drift of one is in part taken for another, so that these are not the times of the parts.
    """
    scaled, norm, normal = _normal(fitted)
    middle = float(time[0] + time[-1]) / 2
    late = np.concatenate([time, time]) - middle
    moment = np.linalg.solve(normal, (scaled * late) @ scaled.T)  # of a drift of one by one per second
    moment = moment * norm[None, :] / np.where(norm > 0, norm, 1)[:, None]
    r = np.exp(fitted.x[at])
    span = float(np.ptp(time))
    return np.asarray(middle + np.clip(r @ moment[np.ix_(at, at)] / r, -span, span))


def _normal(fitted: CircuitFit) -> tuple[Floats, Floats, Floats]:
    """Return the weighted derivatives (p, 2n) over their lengths (p,), these, and the normal equations (p, p)."""
    weighted = fitted.jacobian / fitted.noise.sigma(fitted.spectrum.modulus)
    j = np.concatenate([weighted.real, weighted.imag], axis=1)
    norm = np.sqrt((j**2).sum(axis=1))
    scaled = j / np.where(norm > 0, norm, 1)[:, None]
    normal = scaled @ scaled.T
    normal[np.diag_indices(len(normal))] += LEAST  # a parameter without influence has no weights
    return scaled, norm, normal


def interpolated(traces: Sequence[Trace], times: Sequence[Floats]) -> tuple[list[Trace], list[Floats]]:
    """Move every point to the middle of its sweep, between that sweep and the next or last one at its frequency.

    times: (n,) of each of two traces or more, s. A point without one of the same frequency in the neighbouring
    sweep is masked.
    """
    made, moved = [], []
    for number, (trace, time) in enumerate(zip(traces, times, strict=True)):
        middle = float(time[0] + time[-1]) / 2
        z = trace.z.copy()
        done = time == middle
        for late, step in ((False, 1), (True, -1)):
            other = number + (step if 0 <= number + step < len(traces) else -step)
            some = time > middle if late else time < middle
            z, done = _towards(trace, time, traces[other], times[other], middle, some, z, done)
        made.append(replace(trace, z=z).mask(~done, "no neighbour"))
        moved.append(np.full(len(time), middle))
    return made, moved


def _towards(
    trace: Trace, time: Floats, other: Trace, then: Floats, middle: float, some: Flags, z: Complex, done: Flags
) -> tuple[Complex, Flags]:
    """Interpolate (or at an end of the series extrapolate) the points `some` (n,) to the time `middle`."""
    place = np.argmin(np.abs(np.log(trace.frequency)[:, None] - np.log(other.frequency)[None, :]), axis=1)
    alike = np.abs(trace.frequency / other.frequency[place] - 1) < ALIKE
    ok = some & alike & other.used[place] & (then[place] != time)
    share = (middle - time[ok]) / (then[place][ok] - time[ok])
    z[ok] = trace.z[ok] * (1 - share) + other.z[place][ok] * share
    return z, done | ok
