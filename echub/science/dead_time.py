"""Dead time of a counting detector: the fraction of the particles that it counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

MODELS = {"non_paralysable": 1.0, "paralysable": float(np.exp(-1))}
"""Largest counted rate times dead time by detector model. A non-paralysable detector is blind for the dead time τ
after each count: its rate tends to 1/τ. A paralysable one is blind after each particle, counted or not: its
rate has a maximum of 1/(e·τ), at a true rate of 1/τ, and falls again."""


def saturation(model: str = "non_paralysable") -> float:
    """Return the largest counted rate times dead time that a detector of this model can show: 1, or 1/e.

    At or above this the true rate is not known. model: `non_paralysable` or `paralysable`, else `ValueError`.
    """
    if model not in MODELS:
        raise ValueError(f"a detector is {' or '.join(MODELS)}, not {model}")
    return MODELS[model]


def live_share(load: ArrayLike, model: str = "non_paralysable") -> NDArray[np.float64]:
    """Return the counted fraction of the particles; divide counts by it to correct them.

    load: counted rate times dead time, no unit, any shape, which is that of the result; from 0 to below
    `saturation(model)`, NaN elsewhere. model: `non_paralysable` or `paralysable`, else `ValueError`.
    Non-paralysable: 1 - load. Paralysable: exp(-x), x being the smaller solution of load = x·exp(-x), by
    Lambert's W. The models are those of ISO 20411.
    """
    given = np.asarray(load, dtype=np.float64)
    known = (given >= 0) & (given < saturation(model))
    safe = np.where(known, given, 0.0)
    return np.where(known, 1 - safe if model == "non_paralysable" else _paralysable(safe), np.nan)


def _paralysable(load: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import lambertw

    return np.asarray(np.exp(np.real(lambertw(-load))))
