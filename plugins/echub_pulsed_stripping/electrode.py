"""Which voltage speaks of the electrode that is stripped, counted so that stripping makes it rise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs, Refusal

Floats = NDArray[np.float64]
CELL = "voltage"
SIDES = {1: ("potential_we", "we_oxidised"), -1: ("potential_ce", "we_reduced")}


def direction_of(sign: int) -> str:
    """Name the direction of a current."""
    return SIDES[sign][1]


def stripped_voltage(data: Inputs, sign: int) -> tuple[Floats, str]:
    """Return the voltage of the oxidised electrode (n,), V, and the quantity it comes from.

    A cell voltage is that of the working against the counter electrode, so that it is turned where
    the counter electrode is oxidised; a potential against a reference rises wherever its own
    electrode is. Refuses to judge an electrode by the potential of the other one.
    """
    source = data.source_of("U")
    if source == CELL:
        return data["U"] * sign, source
    wanted = SIDES[sign][0]
    if source == wanted:
        return data["U"], source
    if wanted == "potential_ce" and "E_ce" in data:
        return data["E_ce"], wanted
    raise Refusal(
        "oxidised-electrode-not-observed",
        f"the {'working' if sign > 0 else 'counter'} electrode is stripped, but U is the {source}",
        where=data.how("U"),
        hint="--set cell.configuration=two_electrode, where that potential is the cell voltage",
    )


def against(data: Inputs, observed: str) -> str:
    """Say what the cut-off is measured against."""
    if observed == CELL:
        return "across the cell"
    reference = data.meta("cell.reference")
    return f"{observed} against {reference or 'a reference that is not stated'}"
