"""How sizes and limits of figures are written on the command line."""

from __future__ import annotations

import math
import re

from echub.errors import UnknownOption

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[x×]\s*(\d+(?:\.\d+)?)\s*(in|mm|cm)?\s*\Z")
_INCHES = {None: 1.0, "in": 1.0, "mm": 1 / 25.4, "cm": 1 / 2.54}
SMALLEST, LARGEST = 0.5, 60.0
"""Inches of a side: smaller than its labels, and beyond any poster, which would take gigabytes to draw."""


def inches(text: str | None) -> tuple[float, float] | None:
    """Read ``8x5`` or ``86x60mm``; raise `UnknownOption` for anything else and for sizes nobody can print."""
    if text is None:
        return None
    match = _SIZE.match(text)
    if match:
        width, height = (float(side) * _INCHES[match[3]] for side in match.groups()[:2])
        if min(width, height) >= SMALLEST and max(width, height) <= LARGEST:
            return width, height
    raise UnknownOption(
        "--size is width x height",
        expected=f"8x5 or 86x60mm, sides of {SMALLEST} to {LARGEST:g} inches",
        found=text,
    )


def limits(text: str | None, flag: str) -> tuple[float | None, float | None] | None:
    """Read ``0:10``; an end left out stays as it is. `UnknownOption` for anything else, and for equal ends."""
    if text is None:
        return None
    low, colon, high = text.partition(":")
    try:
        ends = tuple(float(end) if end.strip() else None for end in (low, high))
    except ValueError:
        ends = (math.nan, math.nan)
    is_usable = all(end is None or math.isfinite(end) for end in ends) and ends[0] != ends[1]
    if not colon or not is_usable:
        raise UnknownOption(f"{flag} takes two numbers", expected=f"{flag} 0:10", found=text)
    return ends[0], ends[1]
