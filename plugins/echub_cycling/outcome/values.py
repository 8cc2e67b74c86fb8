"""Measurands with their uncertainty: accuracies are uniform within ±, scatter and the sum of edges are normal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from echub.plugin import Component, Interval, Measurand
from echub.science import coverage_half_width
from echub_cycling.data.charge import Floats

SIZES = ("mass", "area")
"""What a charge is divided by, of which all values of a cell have the same error."""
OBSERVED = ("scatter", "noise")
"""Parts that repeated readings show, kind A in the GUM. Where an edge lies between two rows no reading shows: that
it may lie anywhere there is assumed (JCGM 100:2008, 4.3.7), which is kind B."""


@dataclass(frozen=True)
class ErrorBudget:
    """Parts of an uncertainty by name, in the unit of the value: normal ones, half widths of uniform ones.

    A uniform part may be several independent ones, such as those of several ranges.
    """

    normal: Mapping[str, float] = field(default_factory=dict)
    uniform: Mapping[str, float | tuple[float, ...]] = field(default_factory=dict)

    @property
    def widths(self) -> dict[str, tuple[float, ...]]:
        """Return the half widths of all uniform parts by name, those that are zero left out."""
        several = {name: one if isinstance(one, tuple) else (one,) for name, one in self.uniform.items()}
        return {name: tuple(abs(width) for width in one if width) for name, one in several.items()}

    @property
    def is_known(self) -> bool:
        """Return whether all parts are: one in proportion to a charge that was not counted is not."""
        widths = [width for widths in self.widths.values() for width in widths]
        return bool(np.isfinite([*self.normal.values(), *widths]).all())

    def components(self) -> tuple[Component, ...]:
        """Return the parts as standard uncertainties."""
        parts = [_normal(name, abs(value)) for name, value in self.normal.items() if value]
        parts += [
            Component(name, float(np.sqrt(np.sum(np.square(widths)) / 3)), "B")
            for name, widths in self.widths.items()
            if widths
        ]
        return tuple(parts)


def _normal(name: str, value: float) -> Component:
    """Return a part that is normal: of scatter, of edges, or of a size that is stated and that others share."""
    return Component(name, value, "A" if name in OBSERVED else "B", name if name in SIZES else "")


def drawn(unit: str, value: float, name: str, draws: Floats, budget: ErrorBudget, **rest: object) -> Measurand:
    """Return a value whose part `name` is drawn (n,), in the unit of the value, with the parts of a budget added.

    The interval is that of the draws, which need not be even about the value (GUM supplement 1, JCGM 101).
    """
    rng = np.random.default_rng(0)
    parts = (*budget.components(), Component(name, float(np.std(draws)), "B"))
    others = np.zeros(len(draws))
    for part in budget.normal.values():
        others += part * rng.standard_normal(len(draws))
    for widths in budget.widths.values():
        for width in widths:
            others += width * rng.uniform(-1, 1, len(draws))
    total = float(np.sqrt(sum(part.uncertainty**2 for part in parts)))
    low, high = np.quantile(draws + others, [0.025, 0.975]).tolist()
    interval = Interval(min(low, value), max(high, value), level=0.95, method="parts drawn and added (GUM)")
    return Measurand(unit, value, total, interval, components=parts, **rest)  # type: ignore[arg-type]


def measurand(unit: str, value: float, budget: ErrorBudget, **rest: object) -> Measurand:
    """Return a value with standard uncertainty and 95 % interval; of unknown parts, or none, the value alone."""
    parts = budget.components() if budget.is_known else ()
    if not parts:
        return Measurand(unit, value, **rest)  # type: ignore[arg-type]
    total = float(np.sqrt(sum(part.uncertainty**2 for part in parts)))
    normal = float(np.sqrt(sum(value**2 for value in budget.normal.values())))
    half = coverage_half_width(normal, [width for widths in budget.widths.values() for width in widths])
    interval = Interval(value - half, value + half, level=0.95, method="normal and uniform parts (GUM)")
    return Measurand(unit, value, total, interval, components=parts, **rest)  # type: ignore[arg-type]
