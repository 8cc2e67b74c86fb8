"""The recovery: delays and signal in the order of the delays, checked."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs, Refusal
from echub.text import several

Floats = NDArray[np.float64]
FEWEST = 8
"""Delays that two components with their amplitudes need at least: four parameters, four degrees of freedom."""


@dataclass(frozen=True, eq=False)
class Recovery:
    """Delays (n,), s, increasing, the signal (n,), any unit, and the place of each among the rows given."""

    delay: Floats
    signal: Floats
    order: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def scale(self) -> float:
        """Return the range of the signal, by which it is divided before a fit."""
        return float(np.ptp(self.signal))


def recovery_of(data: Inputs) -> Recovery:
    """Sort the rows by their delay; refuse what is not a recovery."""
    order = np.argsort(data["t"], kind="stable")
    delay, signal = data["t"][order], data["m"][order]
    if len(delay) < FEWEST:
        raise Refusal("too-few-points", f"{several(len(delay), 'delay')}; at least {FEWEST} are needed")
    if delay[0] < 0 or delay[-1] == delay[0]:
        raise Refusal("not-delays", f"the delays run from {delay[0]:g} to {delay[-1]:g} s")
    return Recovery(delay, signal, order)
