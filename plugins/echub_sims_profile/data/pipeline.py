"""The pipeline in its fixed order; each step is optional and leaves a line of what it did.

Counting statistics hold for what was counted: the counts themselves never change, each step
says how many counts one unit of the signal is. The depth is known before the background, whose
plateau is named on it, since both act on different columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from echub.plugin import Inputs, Series
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.corrections import background, detector_yield, normalisation
from echub_sims_profile.data.counts import counts, dead_time
from echub_sims_profile.data.depth import axis
from echub_sims_profile.data.profile import Array, CountProfile

Step = Callable[[CountProfile, Inputs, SimsProfileParams], CountProfile]
STEPS: Mapping[str, Step] = {
    "dead time": dead_time,
    "depth": axis,
    "background": background,
    "yield": detector_yield,
    "normalisation": normalisation,
}


def prepare(data: Inputs, params: SimsProfileParams) -> CountProfile:
    """Take the data through all steps; raise `Refusal` as each step says."""
    profile = counts(data)
    for step in STEPS.values():
        profile = step(profile, data, params)
    known = np.isfinite(profile.gain) & (profile.gain > 0)
    profile = profile.rows(known)
    return _smoothing(profile, params)


def _smoothing(profile: CountProfile, params: SimsProfileParams) -> CountProfile:
    """Record the smoothing: it acts on the picture alone."""
    if params.smooth < 2:
        return profile.skipped("smoothing", "none asked for")
    return profile.did("smoothing", f"mean of {params.smooth} points, in the figure only")


def smoothed(values: Array, points: int) -> Array:
    """Return a moving mean (n,) of values (n,), in their unit, shorter at the ends."""
    if points < 2:
        return values
    inside = slice((points - 1) // 2, (points - 1) // 2 + len(values))
    total, weight = (np.convolve(part, np.ones(points))[inside] for part in (values, np.ones(len(values))))
    return np.asarray(total / weight)


def recorded(profile: CountProfile) -> dict[str, Series]:
    """Return the table of all steps."""
    return {
        "step": Series.of([done.step for done in profile.steps]),
        "applied": Series.of([done.applied for done in profile.steps]),
        "detail": Series.of([done.detail for done in profile.steps]),
    }
