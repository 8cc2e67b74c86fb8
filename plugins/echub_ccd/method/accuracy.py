"""How far a level may be off: by the accuracy of the current's range, and by the area."""

from __future__ import annotations

import numpy as np

from echub.currents import full_scale
from echub_ccd import CcdParams
from echub_ccd.data.experiment import Experiment
from echub_ccd.method.verdict import CcdVerdict

NORMAL_95 = 1.959964
"""Standard deviations to either side that hold 95 % of a normal distribution: for the area's uncertainty."""


def range_error(experiment: Experiment, params: CcdParams) -> float | None:
    """Return the accuracy of the widest current range, in the unit of the levels; None without one."""
    widest = 0.0
    for trace in experiment.traces:
        labels = set(trace.data["range"][trace.flows]) if "range" in trace.data else set()
        widest = max([widest, *(value for label in labels if (value := full_scale(str(label))))])
    area = float(experiment.meta("cell.area") or 1.0) if experiment.per_area else 1.0
    return params.range_accuracy / 100 * widest / area if widest else None


def within(verdict: CcdVerdict, experiment: Experiment, params: CcdParams) -> tuple[float, float]:
    """Return how far both ends of the interval, as levels, may be off, in the unit of the levels.

    The accuracy is a limit, and enters as it is; of the area's standard uncertainty 95 % enter.
    """
    error = range_error(experiment, params) or 0.0
    area = NORMAL_95 * params.area_uncertainty / 100 if experiment.per_area else 0.0
    low, high = verdict.ends
    return error + area * low, (error + area * high) if np.isfinite(high) else 0.0
