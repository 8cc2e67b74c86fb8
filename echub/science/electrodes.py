"""Which voltage reports on the electrode that is oxidised: of a metal anode, the one that is stripped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

_POTENTIALS = {"working": "potential_we", "counter": "potential_ce"}


class Observed(NamedTuple):
    """A quantity, and the sign by which it rises as its electrode is polarised further by oxidation."""

    quantity: str
    sign: int


def oxidised_electrode(direction: int) -> Literal["working", "counter"]:
    """Return the electrode that a current oxidises: an anodic one (+1) the working, else the counter electrode."""
    return "working" if direction > 0 else "counter"


def oxidised_voltage(direction: int, available: Iterable[str]) -> Observed | None:
    """Return the first available quantity that reports on the oxidised electrode, None if there is none.

    A cell voltage is that of the working against the counter electrode: it holds both, and its sign is
    inverted if the counter electrode is oxidised. A potential against a reference rises if its own electrode
    is oxidised, and says nothing of the other one. direction: +1 for an anodic current, -1 for a cathodic one.
    available: names of quantities (`voltage`, `potential_we`, `potential_ce`), best first.
    """
    own = _POTENTIALS[oxidised_electrode(direction)]
    signs = {"voltage": 1 if direction > 0 else -1, own: 1}
    return next((Observed(name, signs[name]) for name in available if name in signs), None)
