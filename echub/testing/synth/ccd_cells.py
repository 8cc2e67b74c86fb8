"""Critical current densities of many cells, each known only between two levels, with a known distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub.analysis.outcome import Condition, Interval, Measurand, Outcome
from echub.testing.synth.case import Case
from echub.testing.synth.instrument import Floats


@dataclass(frozen=True)
class CellBatch:
    """Cells whose critical current densities follow a Weibull distribution, seen through the same levels."""

    median: float = 7.3
    shape: float = 4.0
    cells: int = 20
    levels: tuple[float, ...] = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0)
    criterion: str = "r_drop_or_below_bulk"

    def drawn(self, rng: np.random.Generator) -> Floats:
        """Draw the critical current density of every cell, (n,), mA/cm²."""
        return np.asarray(self.median * (rng.exponential(size=self.cells) / np.log(2)) ** (1 / self.shape))


def cell_batch(seed: int = 0, batch: CellBatch | None = None) -> Case:
    """Generate the outcomes of cells on a staircase: each is known only between two levels."""
    batch = batch or CellBatch()
    levels = np.array(batch.levels)
    outcomes = []
    for number, value in enumerate(batch.drawn(np.random.default_rng(seed)), 1):
        place = int(np.searchsorted(levels, value))  # the first level at or above it fails
        outcomes.append(_known_between(batch, number, levels[:place], levels[place:]))
    truth = {"median": batch.median, "shape_of_the_batch": batch.shape}
    return Case(truth=truth, outcomes=tuple(outcomes))


def _known_between(batch: CellBatch, number: int, below: Floats, above: Floats) -> Outcome:
    unit = "mA/cm^2"
    if not len(above):
        measurand = Measurand.more_than(unit, float(below[-1]))
    elif not len(below):
        measurand = Measurand.less_than(unit, float(above[0]))
    else:
        between = Interval(float(below[-1]), float(above[0]), "bracketing", includes_high=False)
        measurand = Measurand(unit, interval=between, censoring="interval")
    conditions = {"criterion": batch.criterion, "direction": "either", "protocol": "constant charge"}
    return Outcome(
        {"critical_current_density": measurand},
        conditions={name: Condition(value) for name, value in conditions.items()},
        metadata={"cell.temperature": {"value": 30.0, "unit": "degC", "source": "generator"}},
        analysis="ccd",
        label=f"cell{number:02d}",
    )
