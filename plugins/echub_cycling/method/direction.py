"""Which current charges the electrode of interest: what is stated, or the assumption that is reported."""

from __future__ import annotations

from typing import NamedTuple

from echub.plugin import Inputs

_NAMED = {"anodic": 1, "cathodic": -1}


class Direction(NamedTuple):
    """The sign of the current that charges (+1 anodic, -1 cathodic), how it is known, whether it is assumed."""

    sign: int
    how: str
    assumed: bool


def charging(data: Inputs, param: str, first: int) -> Direction:
    """Return the direction of charging.

    param: that of the analysis (auto, anodic, cathodic). first: sign of the first half cycle, which charges a cell
    with two equal electrodes. A positive working electrode, and a full cell, are charged by an anodic current; a
    negative working electrode (a metal, graphite against lithium) takes up by a cathodic one.
    """
    if param in _NAMED:
        return Direction(_NAMED[param], f"charge={param}", assumed=False)
    interest = data.meta("cell.electrode_of_interest")
    polarity = data.meta("cell.electrodes.working.polarity")
    if data.meta("cell.symmetric"):
        if interest:
            sign = -1 if interest == "working" else 1
            return Direction(sign, f"plating at the {interest} electrode of a symmetric cell", assumed=False)
        return Direction(first, "the first half cycle of a symmetric cell", assumed=False)
    if polarity == "negative":
        # The cell is charged by the current that reduces its negative electrode.
        return Direction(-1, "the working electrode is the negative one", assumed=False)
    if polarity == "positive":
        return Direction(1, "the working electrode is the positive one", assumed=False)
    return Direction(1, "assumed, as for a full cell or a positive electrode", assumed=True)
