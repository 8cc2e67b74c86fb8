"""Rows sparser than pulses: the instrument's charge up to the row that shows the cut-off crossed."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from echub.testing import synth
from tests.oracles.told import World

STEP, AREA, COUNTED = 4.0, 0.4, 0.0007
"""Time between rows, s; area, cm²; charge that is counted from one row to the next, mA·h."""
ROWS = 41
TEXT = "a row every 4 s is sparser than the pulses: neither pulses nor the crossing can be resolved"


@dataclass(frozen=True)
class Sparse:
    """Every second row is in a pulse of 0.2 mA. crossed: the row in which U is at `seen` V for the first time.

    way: 1 if the working electrode is oxidised.
    """

    crossed: int | None = 31
    seen: float = 3.5
    way: int = 1

    def world(self) -> World:
        """Return it with its capacity: what is seen far beyond the cut-off was reached after the row before."""
        k = np.arange(ROWS)
        u = np.where(k >= (self.crossed or ROWS), self.seen, 0.1)
        columns = {"time": synth.Column(STEP * k, "s"), "current": synth.Column(self.way * 0.2 * (k % 2), "mA"),
                   "voltage": synth.Column(self.way * u, "V"),
                   "charge": synth.Column(self.way * COUNTED * k, "mA*h")}  # fmt: skip
        last = self.crossed or ROWS - 1
        middle = self.crossed is not None and self.seen > 3.03
        value, half_step = COUNTED / AREA * (last - 0.5 * middle), COUNTED / AREA / sqrt(12)
        expected = {"note(stripping_capacity)": "by charge, rests included", "!pulses-not-resolved": (TEXT, "")}
        if self.crossed is None:
            expected["!right-censored"] = ("U stays below 3 V in the rows there are", "")
            expected["low(stripping_capacity)"] = value
        else:
            expected |= {"stripping_capacity": value, "stripping_capacity: rows around the crossing": half_step,
                         "low(stripping_capacity)": ..., "high(stripping_capacity)": ...}  # fmt: skip
        return World("pulsed-stripping", synth.Case(columns, {"cell.area": f"{AREA} cm^2"}).record(), expected,
                     silent=("~", "=", "u(", "n(", "!current-range", "stripping_capacity: accuracy"))  # fmt: skip


WORLDS = {
    "sparse pulses: beyond": Sparse().world,
    "sparse pulses: on the cut-off": Sparse(seen=3.02).world,
    "sparse pulses: not reached": Sparse(crossed=None).world,
    "sparse pulses: reduced": Sparse(way=-1).world,
}
