"""The method: a straight line through the voltage by least squares. It knows nothing of echub."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from echub_acme.data import Rest


@dataclass(frozen=True)
class Line:
    """The slope in mV/h, its standard uncertainty, half its 95 % interval, and the residuals in mV, (n,)."""

    slope: float
    sigma: float
    reach: float
    residuals: np.ndarray


def straight_line(rest: Rest) -> Line:
    """Fit U = a + slope · t; the interval is Student's t, for noise that is independent from row to row."""
    hours = rest.hours - rest.hours.mean()
    slope = float(hours @ rest.millivolts / (hours @ hours))
    residuals = rest.millivolts - slope * hours
    freedom = len(hours) - 2
    sigma = math.sqrt(residuals @ residuals / freedom / (hours @ hours))
    return Line(slope, sigma, sigma * float(stdtrit(freedom, 0.975)), residuals)
