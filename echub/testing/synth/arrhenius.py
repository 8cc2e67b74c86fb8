"""Cells at several temperatures with a known activation energy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from echub.analysis.outcome import Condition, Measurand, Outcome
from echub.science import ZERO_CELSIUS
from echub.testing.synth.case import Case

BOLTZMANN_EV = 8.617333262e-5


@dataclass(frozen=True)
class Cells:
    """Fresh cells at each temperature, of one group: value at `reference_c`, energy in eV, faults and scatter.

    A contact fault lowers a cell's value by a fraction uniform in [0, worst_loss], which grows by
    `loss_in_cold` (fraction per 100 K below the warmest); `scatter` is a relative standard
    deviation.
    """

    energy_ev: float = 0.13
    value: float = 0.30
    reference_c: float = 30.0
    temperatures_c: tuple[float, ...] = (-30.0, 0.0, 30.0, 60.0, 90.0)
    cells: int = 3
    worst_loss: float = 0.25
    scatter: float = 0.03
    loss_in_cold: float = 0.0
    group: str = "bare"
    unit: str = "mA/cm^2"

    def best(self, temperature_c: float) -> float:
        """Return the value of a cell without fault or scatter."""
        return self.value * boltzmann_factor(self.energy_ev, temperature_c, self.reference_c)


def boltzmann_factor(energy_ev: float, temperature_c: float, reference_c: float) -> float:
    """Return exp(-E/k (1/T - 1/T_ref))."""
    inverse = 1 / (temperature_c + ZERO_CELSIUS) - 1 / (reference_c + ZERO_CELSIUS)
    return math.exp(-energy_ev / BOLTZMANN_EV * inverse)


def faulty(best: float, worst_loss: float, scatter: float, rng: np.random.Generator) -> float:
    """Draw one cell's value: a one-sided loss, then a symmetric scatter."""
    loss = worst_loss * rng.random()
    return best * (1 - loss) * (1 + scatter * rng.standard_normal())


def activated(seed: int = 0, cells: Cells | None = None) -> Case:
    """Generate the outcomes of every cell at every temperature."""
    cells = cells or Cells()
    rng = np.random.default_rng(seed)
    warmest = max(cells.temperatures_c)
    outcomes = []
    for temperature in cells.temperatures_c:
        loss = cells.worst_loss * (1 + cells.loss_in_cold * (warmest - temperature) / 100)
        for number in range(1, cells.cells + 1):
            value = faulty(cells.best(temperature), min(loss, 0.95), cells.scatter, rng)
            outcomes.append(_outcome(cells, number, temperature, value))
    return Case(truth={"activation_energy_ln_y": cells.energy_ev}, outcomes=tuple(outcomes))


def _outcome(cells: Cells, number: int, temperature: float, value: float) -> Outcome:
    stated = {
        "cell.temperature": (temperature, "degC"),
        "cell.id": (f"cell{number} {temperature:+.0f}C", None),
        "sample.group": (cells.group, None),
    }
    return Outcome(
        {"onset_current_density": Measurand(cells.unit, value)},
        conditions={"ramp_rate": Condition(1.0, "mA/cm^2/h"), "criterion": Condition("5% above ohmic")},
        metadata={path: {"value": v, "unit": u, "source": "generator"} for path, (v, u) in stated.items()},
        analysis="ramp-onset",
        label=f"{cells.group} cell{number} {temperature:+.0f}C",
    )
