"""What is refused: a voltage that cannot be that of the stripped electrode of a symmetric cell."""

from __future__ import annotations

import numpy as np

from echub.plugin import Refusal
from echub_pulsed_stripping.data.electrode import CELL, direction_of
from echub_pulsed_stripping.data.train import SOME, PulseTrain

FAR_V = 0.5
"""Two equal electrodes are within some tens of mV of each other at rest; those of a battery are volts apart."""
SURE = 5.0
"""Standard deviations by which U must fall under the stripping current: noise does so in 3 of 10⁷."""


def require_sound_voltage(train: PulseTrain) -> None:
    """Refuse a U that falls under the stripping current, and a cell voltage at rest far from zero."""
    few = np.arange(min(SOME, len(train.pulses)))
    under = train.pulses.where(few).median(train.u)
    still = train.rests.where(few).median(train.u)
    jump = under - still
    known = jump[np.isfinite(jump)]
    if len(known) and np.median(known) < -SURE * train.noise:
        raise Refusal(
            "voltage-falls",
            f"U falls by {-np.median(known):.4g} V when the stripping current flows ({direction_of(train.sign)}): "
            "a wire is swapped, or the sign of a column",
            where=train.data.how("U"),
            hint="--column U=NAME names another voltage; --param direction=… if the other current strips",
        )
    at_rest = float(np.nanmedian(still[: max(len(still) // 4, 1)])) if np.isfinite(still).any() else 0.0
    if train.observed == CELL and abs(at_rest) > FAR_V:
        raise Refusal(
            "voltage-at-rest",
            f"the cell has {at_rest * train.sign:.4g} V at rest: two different electrodes, not the same metal "
            "on both sides",
            where=train.data.how("U"),
            hint="--column U=NAME names the potential of the stripped electrode",
        )
