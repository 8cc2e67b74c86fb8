"""What befalls the rows of a foreign measurement: lost, doubled, late, or on a clock of full seconds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.testing.synth.foreign.case import ForeignCase


def kept(drawn: ForeignCase, rows: NDArray[Any]) -> ForeignCase:
    """Keep rows, by mask or number, as often as they are named."""
    columns = {n: replace(c, values=c.values[rows]) for n, c in drawn.data.columns.items()}
    return replace(drawn, data=replace(drawn.data, columns=columns))


def doubled(drawn: ForeignCase, g: np.random.Generator, share: float) -> ForeignCase:
    """Write a share of the rows twice."""
    n = len(drawn.data.columns["time"].values)
    return kept(drawn, np.sort(np.append(np.arange(n), g.choice(n, int(share * n), replace=False))))


def full_seconds(drawn: ForeignCase) -> ForeignCase:
    """Print the time in full seconds."""
    return replace(drawn, data=drawn.data.with_values("time", np.floor(drawn.data.columns["time"].values)))


def jitter(drawn: ForeignCase, g: np.random.Generator, most: float) -> ForeignCase:
    """Let each row come late, by up to a part of the step to the next."""
    t = drawn.data.columns["time"].values
    late = g.uniform(0, most, len(t)) * np.append(np.diff(t), 0.0)
    return replace(drawn, data=drawn.data.with_values("time", t + late))
