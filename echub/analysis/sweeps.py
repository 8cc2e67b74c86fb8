"""What a study varies: a parameter of a step over stated values, and outcomes grouped by what made them.

::

    [[step]]
    name = "onset"
    analysis = "ramp-onset"
    sweep.threshold = [2, 5, 10]       # one answer per file and value

    [[step]]
    name = "activation"
    analysis = "arrhenius"
    from = "onset"
    by = ["sample.group", "threshold"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echub.analysis.analysis import parameters
from echub.analysis.outcome import Condition, Outcome
from echub.declare_analysis import Analysis
from echub.drawing import unit_text
from echub.errors import PluginError

NOT_STATED = "(not stated)"


@dataclass(frozen=True)
class ParameterSweep:
    """A parameter and the values that it takes, as they are understood: numbers in `unit`, its own."""

    name: str
    values: tuple[Any, ...]
    unit: str = ""

    def condition(self, value: Any) -> Condition:  # noqa: ANN401
        """Return a value as the condition that its outcomes have."""
        return Condition(value, self.unit)

    def __str__(self) -> str:
        values = ", ".join(map(_exact, self.values))
        return f"{self.name.replace('_', ' ')} varied: {values} {unit_text(self.unit)}".strip()


def sweep_of(entry: Mapping[str, Any], declared: Analysis, where: str, path: Path) -> ParameterSweep | None:
    """Read and check the sweep of a step; None without one. Raises `PluginError` with the place of the mistake."""
    told = entry.get("sweep")
    if not told:
        return None
    fixed = entry.get("params", {})
    name, given = next(iter(told.items()))
    expected = "one parameter with a list of two values or more: sweep.threshold = [2, 5, 10]"
    if len(told) > 1 or not isinstance(given, list) or len(given) < 2 or name in fixed:
        found = f"{dict(told)}{f', and params.{name}' if name in fixed else ''}"
        raise PluginError(
            f"{where} has a sweep that cannot be made", path=str(path), where=where, expected=expected, found=found
        )
    if entry.get("each") or declared.consumes == "outcomes":
        raise PluginError(f"{where} has a sweep, which takes files and no `each`", path=str(path), where=where)
    checked = [vars(parameters(declared, {**fixed, name: v}, entry.get("profile")))[name] for v in given]
    if len(set(checked)) < len(checked):
        raise PluginError(
            f"{where} sweeps {name} over a value twice", path=str(path), where=where, found=str(given)
        )
    return ParameterSweep(name, tuple(checked), _unit(declared, name))


def _unit(declared: Analysis, name: str) -> str:
    from dataclasses import fields

    kind = next(f for f in fields(declared.params) if f.name == name)
    return str(kind.metadata.get("unit") or "")


def _exact(value: Any) -> str:  # noqa: ANN401
    """Return a value in as few digits as tell it from every other."""
    if not isinstance(value, float):
        return str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def shown(name: str, condition: Condition) -> str:
    """Return a condition as labels show it: ``threshold 5 %``."""
    return f"{name.replace('_', ' ')} {_exact(condition.value)} {unit_text(condition.unit)}".strip()


def grouped(
    items: Sequence[Any], by: Sequence[str], stated: Callable[[Any, str], Any]
) -> Iterator[tuple[str, list[Any]]]:
    """Group items by what is stated of them at paths, or by the conditions of outcomes, in order of appearance."""
    groups: dict[str, list[Any]] = {}
    for item in items:
        members = [_member(item, path, stated) for path in by]
        if len(by) > 1:  # "a, b" and c are another group than a and "b, c"
            members = [f'"{member}"' if ", " in member else member for member in members]
        groups.setdefault(", ".join(members), []).append(item)
    yield from groups.items()


def _member(item: Any, path: str, stated: Callable[[Any, str], Any]) -> str:  # noqa: ANN401
    condition = item.conditions.get(path) if isinstance(item, Outcome) else None
    if condition is not None:
        return shown(path, condition)
    value = stated(item, path)
    return NOT_STATED if value in (None, "") else str(value)


def settings_of(outcome: Outcome, by: Sequence[str]) -> dict[str, Condition]:
    """Return the conditions of an outcome by which it was grouped: they hold for what is made of the group."""
    return {path: outcome.conditions[path] for path in by if path in outcome.conditions}


def with_settings(outcome: Outcome, settings: Mapping[str, Condition]) -> Outcome:
    """Return an outcome that has these conditions too."""
    return outcome.replace(conditions={**outcome.conditions, **settings}) if settings else outcome
