"""Whether the current has the sign that the steps and the charge counter say."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Notice

_CHARGE, _DISCHARGE = "_Chg", "_DChg"
_SOME = 1e-3
"""Part of the largest current below which a row says nothing about the direction."""
_MOST = 0.05
"""Part of the rows that may disagree: a step may begin with a row of the one before."""


def sign_notice(
    current: NDArray[np.floating], codes: NDArray[np.integer], types: Mapping[int, str]
) -> list[Notice]:
    """Report steps named charge whose current is negative, or discharge whose current is positive."""
    if not len(current):
        return []
    directions = np.zeros(max(types, default=0) + 1, dtype=np.float32)
    for code, name in types.items():
        directions[code] = _direction(name)
    forward = current * directions[codes]  # negative where a row is against its step
    least = _SOME * float(np.nanmax(np.abs(current)))
    against, along = int(np.count_nonzero(forward < -least)), int(np.count_nonzero(forward > least))
    if against <= _MOST * (against + along):
        return []
    rows = f"{against} of {against + along} rows"
    text = f"in {rows} the current is against the name of its step: current and charge stay vendor columns"
    return [Notice("sign-contradicted", text)]


def _direction(name: str) -> int:
    return -1 if name.endswith(_DISCHARGE) else 1 if name.endswith(_CHARGE) else 0
