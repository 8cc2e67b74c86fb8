"""From the columns to what is fitted: time and voltage of a cell that rests, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from echub.plugin import Inputs, Refusal

if TYPE_CHECKING:
    from echub_acme import DriftParams


@dataclass(frozen=True)
class Rest:
    """A rest: hours since its first row, millivolts above its mean voltage, both (n,)."""

    hours: np.ndarray
    millivolts: np.ndarray


def rest_of(data: Inputs, params: DriftParams) -> Rest:
    """Return the rest; arrays arrive in the units that the needs declare."""
    _require_rest(data, params)
    return Rest((data["t"] - data["t"][0]) / 3600, 1000 * (data["U"] - data["U"].mean()))


def _require_rest(data: Inputs, params: DriftParams) -> None:
    """Refuse where a slope would answer another question, or its uncertainty would be a guess."""
    if "I" in data and np.nanmax(np.abs(data["I"])) > params.rest:
        peak = np.nanmax(np.abs(data["I"]))
        hint = "--select or --time chooses the rest; --param rest=... allows more"
        raise Refusal("not_at_rest", f"{peak:.3g} mA flow, at rest at most {params.rest:g} mA", hint=hint)
    if len(np.unique(data["U"])) < 3:
        raise Refusal("resolution_too_coarse", "the voltage takes fewer than three values: its noise is hidden")
