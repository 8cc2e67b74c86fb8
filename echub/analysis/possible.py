"""Statements that no cell can have: sizes beyond any measurement, temperatures at which none exists."""

from __future__ import annotations

from echub.drawing import unit_text
from echub.model.metadata import leaf_of

LEAST, MOST = 1e-30, 1e30
"""Sizes in the unit of the schema. An atom has an area of 1e-15 cm² and a mass of 1e-22 g, the Earth 5e18 cm² and
6e27 g; beyond, squares and products of a few such numbers are soon no numbers any more."""
ABSOLUTE_ZERO = -273.15
"""°C: a rate, and what is divided by the temperature, has no value there."""
HOTTEST = 5000.0
"""°C: nothing is solid there; carbides of tantalum and hafnium, which melt last, do so at 4000 °C."""


def why_impossible(path: str, value: object) -> str:
    """Say why a number cannot be what the metadata at a path state, in the unit of the schema; "" where it can."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    unit = leaf_of(path).unit or ""
    shown = f"{path} is {value:g} {unit_text(unit)}".rstrip()
    if unit == "degC":
        if value <= ABSOLUTE_ZERO:
            return f"{shown}: a cell is warmer than absolute zero"
        return f"{shown}: nothing is solid above {HOTTEST:g} °C" if value > HOTTEST else ""
    if value == 0 or LEAST <= abs(value) <= MOST:
        return ""
    side, end = ("below", LEAST) if abs(value) < LEAST else ("above", MOST)
    return f"{shown}: nothing in a laboratory is {side} {end:g} {unit_text(unit)}".rstrip()
