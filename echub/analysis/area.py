"""The area that an areal result refers to: a field of the measurand, never mixed, converted with both areas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from echub.analysis.outcome import Component, Condition, Interval, Measurand, Outcome, Refusal
from echub.model.units import product_of

AREA, BASIS = "cell.area", "cell.area_basis"
BASES = ("geometric", "tip", "island", "electrode")
"""Bases with a metadata path of their own, `cell.area_<basis>`."""


_ELECTRIC = re.compile(r"[kmunpM]?(A|ohm|F|S|C|W)")
"""Units of electrodes: a dose per cm² or a diffusivity in cm²/s refers to no area of a cell."""
_LENGTH = re.compile(r"[numcdk]?m")


def areal_power(unit: str) -> int:
    """Return -1 for a unit per area, 1 for one times an area, 0 for any other: mA/cm^2, ohm*cm^2, S/cm."""
    powers = dict(product_of(unit) or ())
    if not any(_ELECTRIC.fullmatch(symbol) for symbol in powers):
        return 0
    return {-2: -1, 2: 1}.get(sum(power for symbol, power in powers.items() if _LENGTH.fullmatch(symbol)), 0)


def with_basis(outcome: Outcome) -> Outcome:
    """Return the outcome with the stated basis of its area on every areal measurand that has none."""
    basis = str(outcome.meta(BASIS) or "")
    if not basis:
        return outcome
    return outcome.replace(
        measurands={
            name: replace(m, area_basis=basis) if areal_power(m.unit) and not m.area_basis else m
            for name, m in outcome.measurands.items()
        }
    )


def on_basis(outcome: Outcome, basis: str) -> Outcome:
    """Return an outcome whose areal measurands refer to another area; both areas must be stated.

    Raises `Refusal`: `no-area-basis` if the present one is not stated, `no-second-area` if the other area is not.
    """
    area, present = outcome.meta(AREA), outcome.meta(BASIS)
    if present == basis:
        return outcome
    if area is None or present is None:
        raise Refusal(
            "no-area-basis",
            "which area the values refer to is not stated",
            where=outcome.label,
            hint='--set cell.area="0.785 cm^2" --set cell.area_basis=geometric',
        )
    path = f"cell.area_{basis}"
    other = outcome.meta(path)
    if other is None:
        raise Refusal(
            "no-second-area",
            f"values on the {present} area cannot be put on the {basis} area: {path} is not stated",
            where=outcome.label,
            hint=f'--set {path}="400 um^2"',
        )
    ratio = float(area) / float(other)
    return outcome.replace(
        measurands={name: _scaled(m, ratio, str(present), basis) for name, m in outcome.measurands.items()},
        conditions=_conditions(outcome.conditions, basis),
        metadata=_restated(outcome.metadata, float(area), str(present), float(other), basis),
        provenance={**outcome.provenance, "area_basis": f"{present} to {basis}: {area:g} to {other:g} cm^2"},
        tables={},
        diagnostics={},
        sensitivity=(),
    )


def require_one_basis(named: Sequence[tuple[str, Measurand]]) -> None:
    """Raise `Refusal` (``mixed-area-basis``) if areal values, each with its label, refer to different areas."""
    areal = [(label, m.area_basis or "not stated") for label, m in named if areal_power(m.unit)]
    bases = sorted({basis for _, basis in areal})
    if len(bases) > 1:
        raise Refusal(
            "mixed-area-basis",
            f"the values refer to different areas: {', '.join(bases)}",
            where="; ".join(f"{label}: {basis}" for label, basis in areal[:6]),
            hint="--area-basis geometric puts them on one, if both areas of each are stated",
        )


def _scaled(m: Measurand, ratio: float, present: str, basis: str) -> Measurand:
    """Per area: j₂ = j₁ A₁/A₂; times area: R₂A₂ = R₁A₁ A₂/A₁."""
    power = areal_power(m.unit)
    if not power or m.area_basis not in ("", present):
        return m
    factor = ratio ** (-power)
    parts = tuple(Component(c.name, c.uncertainty * factor, c.kind, c.group) for c in m.components)
    note = f"{m.note}; " if m.note else ""
    return replace(
        m,
        value=_times(m.value, factor),
        uncertainty=_times(m.uncertainty, factor),
        interval=_interval(m.interval, factor),
        components=parts,
        note=f"{note}converted from the {present} area",
        area_basis=basis,
    )


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _interval(interval: Interval | None, factor: float) -> Interval | None:
    if interval is None:
        return None
    return replace(interval, low=_times(interval.low, factor), high=_times(interval.high, factor))


def _conditions(conditions: Mapping[str, Condition], basis: str) -> dict[str, Condition]:
    return {name: replace(c, value=basis) if name == "area_basis" else c for name, c in conditions.items()}


def _restated(
    metadata: Mapping[str, Mapping[str, Any]], area: float, present: str, other: float, basis: str
) -> dict[str, Any]:
    """Return the metadata with the areas exchanged: the former one keeps its own path."""
    source = "converted"
    changed = {
        AREA: {"value": other, "unit": "cm^2", "source": source},
        BASIS: {"value": basis, "unit": None, "source": source},
    }
    if present in BASES:
        changed[f"cell.area_{present}"] = {"value": area, "unit": "cm^2", "source": source}
    return {**metadata, **changed}
