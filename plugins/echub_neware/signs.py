"""Whether the current has the sign that the steps and the charge counter say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Notice

_CHARGE, _DISCHARGE = "_Chg", "_DChg"
_SOME = 1e-3
"""Part of the largest current below which a row says nothing about the direction."""
_MOST = 0.05
"""Part of the rows that may disagree: a step may begin with a row of the one before."""


def sign_notice(current: NDArray[np.floating], codes: NDArray[np.integer], types: Sequence[str]) -> list[Notice]:
    """Report steps named charge whose current is negative, or discharge whose current is positive."""
    direction = np.array([_direction(name) for name in types], dtype=np.int8)[codes]
    largest = float(np.nanmax(np.abs(current))) if len(current) else 0.0
    said = (direction != 0) & (np.abs(current) > _SOME * largest)
    against = said & (np.sign(current) != direction)
    if not said.any() or against.sum() <= _MOST * said.sum():
        return []
    text = f"in {int(against.sum())} of {int(said.sum())} rows the current is against the name of its step"
    return [Notice("sign-contradicted", text)]


def _direction(name: str) -> int:
    return -1 if name.endswith(_DISCHARGE) else 1 if name.endswith(_CHARGE) else 0
