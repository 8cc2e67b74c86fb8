"""Which voltage describes the electrode that is oxidised; for a metal anode, the one that is stripped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

_POTENTIALS = {"working": "potential_we", "counter": "potential_ce"}


class Observed(NamedTuple):
    """A quantity, and the sign with which it rises as oxidation polarises its electrode further."""

    quantity: str
    sign: int


def oxidised_electrode(direction: int) -> Literal["working", "counter"]:
    """Return the electrode that a current oxidises: the working one if anodic (+1), else the counter electrode."""
    return "working" if direction > 0 else "counter"


def oxidised_voltage(direction: int, available: Iterable[str]) -> Observed | None:
    """Return the first available quantity that describes the oxidised electrode, None if there is none.

    A cell voltage is measured between working and counter electrode: it contains both, and its sign is
    inverted if the counter electrode is oxidised. A potential against a reference rises if its own electrode
    is oxidised, and says nothing about the other one. direction: +1 for an anodic current, -1 for a cathodic one.
    available: names of quantities (`voltage`, `potential_we`, `potential_ce`), best first.
    """
    own = _POTENTIALS[oxidised_electrode(direction)]
    signs = {"voltage": 1 if direction > 0 else -1, own: 1}
    return next((Observed(name, signs[name]) for name in available if name in signs), None)
