"""Dead time of a counting detector: which share of the particles it counts."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Model = Literal["non_paralysable", "paralysable"]
"""A non-paralysable detector is blind for the dead time after each count; a paralysable one after each
particle, counted or not, so that its rate falls again at high load."""

_LIMITS: dict[str, float] = {"non_paralysable": 1.0, "paralysable": float(np.exp(-1))}
"""The non-paralysable rate tends to 1/τ; the paralysable one has its maximum, 1/(e·τ), at a true rate of 1/τ."""


def saturation(model: Model = "non_paralysable") -> float:
    """Return the largest counted rate times dead time that a detector of this model can show: 1, or 1/e.

    At or above this the true rate is not known.
    """
    return _LIMITS[model]


def live_share(load: ArrayLike, model: Model = "non_paralysable") -> NDArray[np.float64]:
    """Return the share of the particles that was counted; counts over this share are the corrected ones.

    load: counted rate times dead time, no unit, any shape, which is that of the result; from 0 to below
    `saturation(model)`, NaN elsewhere. Non-paralysable: 1 - load. Paralysable: exp(-x) with x the
    smaller solution of load = x·exp(-x), by Lambert's W. The models are those of ISO 20411.
    """
    given = np.asarray(load, dtype=np.float64)
    known = (given >= 0) & (given < saturation(model))
    safe = np.where(known, given, 0.0)
    return np.where(known, 1 - safe if model == "non_paralysable" else _paralysable(safe), np.nan)


def _paralysable(load: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import lambertw

    return np.asarray(np.exp(np.real(lambertw(-load))))
