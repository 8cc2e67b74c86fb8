"""Units in sentences: a message prints `mA/cm²`, as tables and figures do, not `mA/cm^2`, as one types it."""

from __future__ import annotations

from collections.abc import Iterator

from echub.drawing import unit_text
from echub.model.units import is_unit
from echub.plugin import Outcome

COMMANDS = ("--", "echub ")
"""How a hint starts that is to be typed: its units are typed too."""


def typed_units(outcome: Outcome) -> list[str]:
    """Return the sentences of an outcome in which a unit stands as it is typed."""
    return [sentence for sentence in sentences(outcome) if any(typed(sentence))]


def sentences(outcome: Outcome) -> Iterator[str]:
    """Yield what flags and measurands say in words."""
    for flag in outcome.flags:
        parts = (flag.message, flag.where, flag.expected, flag.found, flag.cause, flag.hint)
        yield from (part for part in parts if part and not part.startswith(COMMANDS))
    yield from (measurand.note for measurand in outcome.measurands.values() if measurand.note)


def typed(sentence: str) -> Iterator[str]:
    """Yield the words that are units with `^` or `*`, or follow a number and are printed otherwise (`5 uA`)."""
    before = ""
    for word in sentence.split():
        unit = word.strip(",.;:()[]")
        after_number = before[-1:].isdigit() or before.endswith(("]", ")"))
        if is_unit(unit) and unit_text(unit) not in ("", unit) and (after_number or set(unit) & {"^", "*"}):
            yield unit
        before = word.rstrip(",")
