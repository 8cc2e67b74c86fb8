"""How far a level may be off: by the accuracy of the range it was measured in, and by the area."""

from __future__ import annotations

import numpy as np

from echub_ccd import CcdParams
from echub_ccd.data.experiment import Experiment
from echub_ccd.data.protocol import Protocol
from echub_ccd.method.verdict import CcdVerdict

NORMAL_95 = 1.959964
"""Standard deviations to either side that hold 95 % of a normal distribution: for the area's uncertainty."""


def range_error(experiment: Experiment, protocol: Protocol, level: float | None) -> float | None:
    """Return ± the accuracy of the range in which a level was measured, in its unit; None if that is not known.

    Of half cycles of one level in several ranges the widest counts.
    """
    limits = experiment.table.limit[protocol.level == level]
    known = limits[np.isfinite(limits)]
    return float(known.max()) if len(known) else None


def half_digit(experiment: Experiment, protocol: Protocol, level: float | None) -> float:
    """Return half of the digit in which a level was read, in its unit; 0 if it is programmed or shows none."""
    return float(experiment.table.digit_level[protocol.level == level].max(initial=0.0)) / 2


def within(
    verdict: CcdVerdict, experiment: Experiment, protocol: Protocol, params: CcdParams
) -> tuple[float, float]:
    """Return how far both ends of the interval, as levels, may be off, in the unit of the levels.

    The accuracy and half a digit are limits, and enter as they are; of the area's standard uncertainty 95 % enter.
    """
    area = NORMAL_95 * params.area_uncertainty / 100 if experiment.per_area else 0.0
    low, high = verdict.ends
    below, above = (
        (range_error(experiment, protocol, end) or 0.0) + half_digit(experiment, protocol, end)
        for end in (verdict.survived, verdict.failed)
    )
    return below + area * low, (above + area * high) if np.isfinite(high) else 0.0
