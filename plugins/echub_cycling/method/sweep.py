"""Whether the potential was swept, not the current controlled: a voltammogram has no capacities."""

from __future__ import annotations

import numpy as np

from echub_cycling.data.halves import Halves, Trace

ROWS = 200_000
"""Rows that are looked at, from the start: enough for any programme."""
EVEN, MOST, VARIES = 0.1, 0.8, 0.4
"""A sweep: |dU/dt| is within 10 % of its median for 80 % of the time, while the current varies by more than 40 % of its
median between its quartiles. With a constant current the second is false (a capacitor), with a plateau the first."""


def is_swept(trace: Trace, halves: Halves) -> bool:
    """Return whether the potential has one rate while the current varies."""
    stop = int(min(halves.rows.stop[-1], ROWS))
    t, u, i = trace.t[:stop], trace.u[:stop], np.abs(trace.current[:stop])
    step = max(1, stop // 400 if stop > 2000 else 1)  # rates over several rows: noise of one row does not count
    rate = np.abs(u[step:] - u[:-step])
    time = t[step:] - t[:-step]
    timed = time > 0
    if timed.sum() < 10:
        return False
    rate = rate[timed] / time[timed]
    middle = float(np.median(rate))
    quarter, half, three = np.quantile(i, [0.25, 0.5, 0.75])
    even = float(np.mean(np.abs(rate - middle) < EVEN * middle)) if middle > 0 else 0.0
    return bool(even > MOST and three - quarter > VARIES * half)
