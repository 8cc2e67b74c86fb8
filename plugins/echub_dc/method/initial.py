"""The current at the step by extrapolation of the first rows, and whether these can tell it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub_dc.data import Decay, Floats

EARLY = 0.5
"""Rows are early while the excess is above this part of what the first row shows."""
LEAST_EARLY = 5
"""Early rows that a parabola in t needs: three parameters, and two to tell its scatter."""
LATEST = 0.15
"""The first row may come at this part of the time in which the excess falls to half: an exponential has then
lost 10 %, which the extrapolation gives back to a hundredth."""


@dataclass(frozen=True)
class Initial:
    """The current at the step in nA with its u; early: the rows tell it; first: the first row, a lower bound."""

    value: float
    u: float
    first: float
    early: bool
    half_time: float
    first_time: float


def initial(decay: Decay, steady: float) -> Initial:
    """Extrapolate ln(excess) of the early rows to the step, at its earliest, with a parabola in t."""
    excess = decay.current - steady
    since = decay.time + decay.unexplained
    first, at = float(excess[0]), float(since[0])
    below = np.flatnonzero(excess < EARLY * first)
    half = float(since[below[0]] - at) if len(below) and first > 0 else 0.0
    rows = int(below[0]) if len(below) else 0
    early = rows >= LEAST_EARLY and at <= LATEST * half
    bound = float(decay.current[0])
    if not early:
        return Initial(bound, np.inf, bound, False, half, at)
    t, y = since[:rows], np.log(excess[:rows])
    straight, bent = _at_zero(t, y, 1), _at_zero(t, y, 2)
    value, u = np.exp(straight[0]), straight[1]
    # What a bend changes is not noise: a stretched decay is steeper at first.
    u = float(value * np.hypot(u, abs(bent[0] - straight[0])))
    # When exactly the step came is known to a sampling interval and missing rows, and the excess falls in them.
    within = decay.interval + decay.unexplained
    fallen = float(value) * float(np.log(2)) / half * within / float(np.sqrt(12))
    of_range = np.linalg.norm(decay.limits(slice(0, rows), steady + float(value))) / np.sqrt(3)
    return Initial(steady + float(value), float(np.linalg.norm([u, fallen, of_range])), bound, True, half, at)


def _at_zero(t: Floats, y: Floats, degree: int) -> tuple[float, float]:
    columns = np.vander(t / t[-1], degree + 1, increasing=True)
    found = np.linalg.lstsq(columns, y, rcond=None)[0]
    rest = y - columns @ found
    scale = float(rest @ rest) / max(len(t) - degree - 1, 1)
    return float(found[0]), float(np.sqrt(scale * np.linalg.pinv(columns.T @ columns)[0, 0]))
