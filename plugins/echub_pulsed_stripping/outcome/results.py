"""Charges as measurands, and the conditions under which they may be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from echub.plugin import Component, Condition, Inputs, Interval, Measurand
from echub_pulsed_stripping import PulsedStrippingParams
from echub_pulsed_stripping.data.accuracy import CurrentAccuracy
from echub_pulsed_stripping.data.electrode import against, direction_of

NORMAL_95 = 1.959964
"""Standard deviations to either side that hold 95 % of a normal distribution."""


def name_of(unit: str) -> str:
    """Name the result by its unit: a capacity is per area."""
    return "stripping_charge" if unit == "mA*h" else "stripping_capacity"


def capacity(
    unit: str,
    value: float,
    parts: Mapping[str, float],
    params: PulsedStrippingParams,
    accuracy: CurrentAccuracy,
    *,
    reached: bool,
    note: str,
) -> Measurand:
    """Return a charge with its components, in `unit`; one that ended before the cut-off is a lower bound."""
    components = [Component(name, float(u), "B") for name, u in parts.items() if u]
    if accuracy.relative:
        components.append(accuracy.component(value))
    if params.area_uncertainty and unit != "mA*h":
        components.append(Component("area", value * params.area_uncertainty / 100, "B", "area"))
    u = float(np.sqrt(sum(c.uncertainty**2 for c in components)))
    quantity = "charge" if unit == "mA*h" else "areal_charge"
    known = Measurand(unit, uncertainty=u, quantity=quantity, components=tuple(components), note=note)
    if not reached:
        return replace(known, interval=Interval(value, None, "bracketing", includes_low=False), censoring="right")
    half = NORMAL_95 * u
    interval = Interval(max(value - half, 0.0), value + half, level=0.95, method="components in quadrature")
    return replace(known, value=value, interval=interval)


def conditions(
    data: Inputs, params: PulsedStrippingParams, sign: int, observed: str, by: str
) -> dict[str, Condition]:
    """Say what capacities must share to be compared."""
    return {
        "cut_off": Condition(params.cut_off, "V"),
        "cut_off_against": Condition(against(data, observed)),
        "direction": Condition(direction_of(sign)),
        "charge_by": Condition(by),
    }
