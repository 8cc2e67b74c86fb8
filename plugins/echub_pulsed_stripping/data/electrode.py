"""Which voltage speaks of the electrode that is stripped, counted so that stripping makes it rise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs, Refusal
from echub.science import oxidised_electrode, oxidised_voltage

Floats = NDArray[np.float64]
CELL = "voltage"
DIRECTIONS = {1: "we_oxidised", -1: "we_reduced"}


def direction_of(sign: int) -> str:
    """Name the direction of a current."""
    return DIRECTIONS[sign]


def stripped_voltage(data: Inputs, sign: int) -> tuple[Floats, str]:
    """Return the voltage of the oxidised electrode (n,), V, and the quantity it comes from.

    Refuses to judge an electrode by the potential of the other one.
    """
    source = data.source_of("U")
    available = ({"potential_ce": data["E_ce"]} if "E_ce" in data else {}) | {source: data["U"]}
    if observed := oxidised_voltage(sign, [source, *available]):
        return available[observed.quantity] * observed.sign + 0.0, observed.quantity
    raise Refusal(
        "oxidised-electrode-not-observed",
        f"the {oxidised_electrode(sign)} electrode is stripped, but U is the {source}",
        where=data.how("U"),
        hint="--set cell.configuration=two_electrode, where that potential is the cell voltage",
    )


def against(data: Inputs, observed: str) -> str:
    """Say what the cut-off is measured against."""
    if observed == CELL:
        return "across the cell"
    reference = data.meta("cell.reference")
    return f"{observed} against {reference or 'a reference that is not stated'}"
