"""Two groups of cells that do not differ, or differ by a known factor, measured as groups really are.

A cell has a level of its own, which it keeps at every temperature; groups differ by a factor in all their cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from echub.testing.synth.foreign.arrhenius import StatedEnergy, law, outcomes
from echub.testing.synth.foreign.case import Draw, ForeignCase

ANALYSIS, NAME = "compare-groups", "ratio"
TEMPERATURES = (0.0, 30.0, 60.0, 90.0)


def _two(
    rng: np.random.Generator,
    *,
    cells: tuple[int, int] = (4, 4),
    factor: float = 1.0,
    between: tuple[float, float] = (0.3, 0.3),
    within: float = 0.03,
    fresh: bool = False,
    named: bool = True,
    missing: float = 0.0,
    holds: bool = False,
    **params: Any,  # noqa: ANN401
) -> ForeignCase:
    """Draw two groups: cells of each, the factor, standard deviations of ln y between cells and within one."""
    values: list[StatedEnergy] = []
    for group, count, spread, by in zip(("bare", "coated"), cells, between, (1.0, factor), strict=True):
        levels = np.exp(spread * rng.standard_normal(count))
        for k in range(count):
            for t in TEMPERATURES:
                level = math.exp(spread * rng.standard_normal()) if fresh else float(levels[k])
                y = by * level * law(0.13, t) * math.exp(within * rng.standard_normal())
                cell = f"{k} at {t}" if fresh else str(k)
                if rng.random() >= missing:
                    values.append(StatedEnergy(t, y, cell if named else "", group=group))
    return ForeignCase(outcomes(_shuffled(values, rng)), ANALYSIS, NAME, factor, params, holds=holds)


def _shuffled(values: Sequence[StatedEnergy], rng: np.random.Generator) -> list[StatedEnergy]:
    return [values[int(k)] for k in rng.permutation(len(values))]


def _own_energies(rng: np.random.Generator) -> ForeignCase:
    """Draw a coating that changes the activation energy: its factor is another one at each temperature."""
    values: list[StatedEnergy] = []
    for group, energy in (("bare", 0.13), ("coated", float(rng.uniform(0.2, 0.35)))):
        for k in range(4):
            level = math.exp(0.1 * rng.standard_normal())
            for t in TEMPERATURES:
                y = level * law(energy, t) / law(energy, 45.0) * math.exp(0.03 * rng.standard_normal())
                values.append(StatedEnergy(t, y, str(k), group=group))
    return ForeignCase(outcomes(_shuffled(values, rng)), ANALYSIS, NAME, math.nan)


NULLS: dict[str, Draw] = {
    "the same cells at all temperatures": lambda rng: _two(rng, holds=True),
    "fresh cells": lambda rng: _two(rng, fresh=True, cells=(3, 3), holds=True),
    "a third of the values missing": lambda rng: _two(rng, missing=0.33, cells=(5, 5)),
    "2 cells against 6": lambda rng: _two(rng, cells=(2, 6)),
    "the same cells, not named": lambda rng: _two(rng, named=False, higher="coated"),
    "a direction given beforehand": lambda rng: _two(rng, higher="coated"),
}
"""Groups that do not differ: a p below 0.05 must not come in more than 5 % of draws, unless it is flagged."""
SHAPES: dict[str, Draw] = NULLS | {
    "one group scatters four times as much": lambda rng: _two(rng, between=(0.1, 0.4), cells=(5, 5)),
    "another activation energy": _own_energies,
    "twice as high": lambda rng: _two(rng, factor=2.0, holds=True),
    "twice as high, fresh cells": lambda rng: _two(rng, factor=2.0, fresh=True, holds=True),
}
