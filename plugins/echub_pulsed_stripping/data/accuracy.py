"""How accurate the current of the pulses is, by the ranges in which they were measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Component, Flag, Inputs, current_ranges, range_unknown, several_ranges
from echub.science import RANGE_ACCURACY
from echub.text import several
from echub_pulsed_stripping import PulsedStrippingParams
from echub_pulsed_stripping.data.electrode import Floats


@dataclass(frozen=True)
class CurrentAccuracy:
    """± accuracy of a current or its charge, as a part: of the ranges `used`, else of the value, if none is known.

    unknown: rows whose range is not known although that of others is.
    """

    relative: float
    used: tuple[str, ...] = ()
    unknown: int = 0

    def component(self, value: float) -> Component:
        """Return the part of the uncertainty of a value, which is uniform within ±."""
        name = RANGE_ACCURACY if self.used else "accuracy of the current"
        return Component(name, float(abs(value) * self.relative / np.sqrt(3)), "B", "current")

    def flags(self) -> list[Flag]:
        """Return what is to be said of the ranges; nothing of a file that records none."""
        found = list(several_ranges(dict.fromkeys(self.used, "")))
        if self.used and self.unknown:
            where = f" in {several(self.unknown, 'row')} of the pulses"
            found.append(range_unknown(where, "there the accuracy is that of the ranges that are"))
        return found


def accuracy_of(
    data: Inputs, j: Floats, rows: NDArray[np.bool_], params: PulsedStrippingParams
) -> CurrentAccuracy:
    """Return the accuracy of the current j (n,) in some rows (n,): the offset and the gain of their ranges.

    The offset of each row counts against the mean current.
    """
    ranges = current_ranges(data, params.current_accuracy, data.unit_of("j")).at(rows)
    limit, gain = ranges.error_of_mean(), params.current_accuracy / 100
    level = float(np.mean(np.abs(j[rows]))) if rows.any() else 0.0
    if limit is None or not level:
        return CurrentAccuracy(gain)
    return CurrentAccuracy(float(np.hypot(limit / level, gain)), ranges.used(), ranges.unknown())
