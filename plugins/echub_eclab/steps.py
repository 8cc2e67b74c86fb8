"""The typed programme of a technique: setpoints, limits, record conditions, from its parameters.

Which parameter says what is data (``steps.tsv``); the parameters themselves, in EC-Lab's words,
stay beside it in the settings. What EC-Lab prints as 0 or ``pass`` for `not used` is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from echub.plugin import Metadata, SourceColumn, find_unit, held, occurring
from echub_eclab.sequences import Parameters

_UNUSED_IF_ZERO = ("limit.", "record.", "hold.", "rest.", "repeat.", "hold_")
_CONTROLS = {
    "OCV": "rest", "CA": "potential", "CstV": "potential", "CV": "potential", "CVA": "potential",
    "LSV": "potential", "PEIS": "potential", "ZIR": "potential", "CP": "current", "CstC": "current",
    "GCPL": "current", "BCD": "current", "GEIS": "current", "WAIT": "wait", "LOOP": "loop",
}  # fmt: skip
_MOST_BLOCKS = 3
"""Limits, and record conditions, for which a Modulo Bat step has fields."""


class StepRule(NamedTuple):
    """One line of the table: under which condition a field says a key, and in what unit."""

    when: str
    key: str
    field: str
    unit: str


@cache
def _rules() -> Mapping[str, Sequence[StepRule]]:
    lines = (Path(__file__).parent / "steps.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found: dict[str, list[StepRule]] = {}
    for line in lines:
        technique, *rest = line.split("\t")
        found.setdefault(technique, []).append(StepRule(*rest))
    return found


def set_steps(metadata: Metadata, sequences: Sequence[Parameters]) -> None:
    """Set `technique.steps` from the parameters of the technique that the metadata name."""
    if steps := typed_steps(metadata.value("technique.name"), sequences):
        metadata.set("technique.steps", steps)


def mark_unused(metadata: Metadata, columns: Sequence[SourceColumn]) -> None:
    """Mark the steps that no row belongs to (``"ran": False``): they were planned, and are not what ran."""
    numbers = next((held(column) for column in columns if column.header == "Ns"), None)
    steps = metadata.value("technique.steps")
    if numbers is None or not len(numbers) or not steps:
        return
    ran = set(occurring(numbers).tolist())
    for number, step in enumerate(steps):
        if number not in ran:
            step["ran"] = False


def typed_steps(technique: str | None, sequences: Sequence[Parameters]) -> list[dict[str, Any]]:
    """Return one typed step per sequence; an empty list for a technique without rules.

    A quantity is ``{"value": number, "unit": unit}``; counts and words stand as they are. The
    limits and record conditions of Modulo Bat are lists of what is compared, how, and with what.
    """
    rules = _rules().get(technique or "")
    if rules is None:
        return []
    return [_step(technique or "", number, sequence, rules) for number, sequence in enumerate(sequences)]


def _step(technique: str, number: int, sequence: Parameters, rules: Sequence[StepRule]) -> dict[str, Any]:
    step: dict[str, Any] = {"sequence": number}
    if technique in _CONTROLS:
        step["control"] = _CONTROLS[technique]
    values = {_squeezed(name): value for name, value in sequence.items()}
    for rule in rules:
        if _holds(rule.when, values) and (said := _said(rule, values)) is not None:
            parent, _, child = rule.key.rpartition(".")
            (step.setdefault(parent, {}) if parent else step)[child] = said
    if "rate" in step:
        # One of the two is stale: N where the current is set directly, the current where N sets it.
        step.pop("rate" if step["rate"].get("mode") == "I" else "current", None)
    if technique == "MB":
        step |= {"limits": _limits(values), "record": _records(values)}
    return step


@lru_cache(4096)  # more than the parameters of all techniques
def _squeezed(name: str) -> str:
    return " ".join(name.split())


def _holds(when: str, values: Mapping[str, Any]) -> bool:
    name, _, word = when.partition("=")
    return not when or values.get(name) == word


def _said(rule: StepRule, values: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Return what a field says, with its unit; None where it says nothing."""
    value = values.get(rule.field)
    if (
        value is None
        or value == "pass"
        or (value == 0 and rule.key.startswith(_UNUSED_IF_ZERO) and "repeat.to" not in rule.key)
    ):
        return None
    if rule.key == "repeat.to" and not values.get("nc cycles") and not values.get("ctrl_repeat"):
        return None
    return _with_unit(value, rule.unit, values) if rule.unit else value


def _with_unit(value: Any, named: str, values: Mapping[str, Any]) -> dict[str, Any] | None:  # noqa: ANN401
    """Join a number with its unit, stated or in a field of its own; without a known unit it says nothing."""
    printed = values.get(named[1:]) if named.startswith("@") else named
    if not isinstance(value, (int, float)) or not isinstance(printed, str):
        return None
    known = find_unit(printed)
    return {"value": value, "unit": printed if known is None else known.symbol}


def _limits(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the limits of a Modulo Bat step that are in use."""
    found = []
    for n in range(1, min(_MOST_BLOCKS, _count(values, "lim_nb")) + 1):
        value = _with_unit(values.get(f"lim{n}_value"), f"@lim{n}_value_unit", values)
        limit = {
            "of": values.get(f"lim{n}_type"),
            "comparison": values.get(f"lim{n}_comp"),
            "value": value,
            "action": values.get(f"lim{n}_action"),
            "to": values.get(f"lim{n}_seq"),
        }
        found.append({key: item for key, item in limit.items() if item is not None})
    return found


def _records(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the record conditions of a Modulo Bat step that are in use."""
    found = []
    for n in range(1, min(_MOST_BLOCKS, _count(values, "rec_nb")) + 1):
        value = _with_unit(values.get(f"rec{n}_value"), f"@rec{n}_value_unit", values)
        condition = {"of": values.get(f"rec{n}_type"), "value": value}
        found.append({key: item for key, item in condition.items() if item is not None})
    return found


def _count(values: Mapping[str, Any], name: str) -> int:
    count = values.get(name)
    return int(count) if isinstance(count, (int, float)) else 0
