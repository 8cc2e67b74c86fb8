"""Measurands with their uncertainty: accuracies are uniform within ±, what lies between rows is normal."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from echub.plugin import Component, Interval, Measurand
from echub.science import coverage_half_width


@dataclass(frozen=True)
class ErrorBudget:
    """Parts of an uncertainty by name, in the unit of the value: normal ones, half widths of uniform ones."""

    normal: dict[str, float] = field(default_factory=dict)
    uniform: dict[str, float] = field(default_factory=dict)

    def components(self) -> tuple[Component, ...]:
        """Return the parts as standard uncertainties."""
        parts = [Component(name, abs(value), "A") for name, value in self.normal.items() if value]
        parts += [
            Component(name, abs(value) / float(np.sqrt(3)), "B") for name, value in self.uniform.items() if value
        ]
        return tuple(parts)


def measurand(unit: str, value: float, budget: ErrorBudget, **rest: object) -> Measurand:
    """Return a value with standard uncertainty and 95 % interval; without any part, the value alone."""
    parts = budget.components()
    if not parts or not all(np.isfinite(part.uncertainty) for part in parts):
        return Measurand(unit, value, **rest)  # type: ignore[arg-type]
    total = float(np.sqrt(sum(part.uncertainty**2 for part in parts)))
    normal = float(np.sqrt(sum(value**2 for value in budget.normal.values())))
    half = coverage_half_width(normal, [value for value in budget.uniform.values() if value])
    interval = Interval(value - half, value + half, level=0.95, method="normal and uniform parts (GUM)")
    return Measurand(unit, value, total, interval, components=parts, **rest)  # type: ignore[arg-type]
