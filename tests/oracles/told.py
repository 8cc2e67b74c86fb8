"""Everything that an outcome says, by path, to be compared with what a plain calculation from the input says.

A *world* is an input that is built so simply that each number of its outcome follows by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import echub
from echub import Record
from echub.plugin import Outcome
from tests.messages.typed_units import typed_units
from tests.oracles.facts import FACTS, facts, flags, unlike, usual_facts


@dataclass(frozen=True)
class World:
    """An input, and what is to be found in it: values by path, with `within` as relative tolerance.

    expected: a function of what was found, where a part of it follows from another. loose: tolerances of single
    paths. silent: beginnings of paths of which the world says nothing. units: by path or kind, where they are not
    the usual ones. Units, severities, hints, and kinds of intervals and parts are asked of silent paths too.
    """

    analysis: str
    data: Any
    expected: Mapping[str, Any] | Callable[[dict[str, Any]], Mapping[str, Any]]
    params: Mapping[str, Any] = field(default_factory=dict)
    within: float = 1e-6
    loose: Mapping[str, float] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)

    def outcome(self) -> Outcome:
        """Return what the analysis finds in it."""
        return echub.analyze(self.analysis, self.data, params=self.params)

    def per_area(self) -> bool:
        """Return whether the area of the cell is stated; values of earlier outcomes are per area."""
        one = self.data[0] if isinstance(self.data, (list, tuple)) else self.data
        return isinstance(one, Outcome) or bool(self.stated("cell.area"))

    def stated(self, path: str) -> str:
        """Return what the records of the input state under a path of the metadata; empty if they do not."""
        records = self.data if isinstance(self.data, (list, tuple)) else [self.data]
        entries = [one.metadata.get(path) for one in records if isinstance(one, Record)]
        return str(entries[0].value) if entries and entries[0] is not None else ""


def told(outcome: Outcome) -> dict[str, Any]:
    """Return all that an outcome says: `value`, `u(value)`, `value: part`, `table.column`, `~series`, and so on.

    Conditions are `=condition`, flags `!flag`, a second one of a code `!flag 2`; what another choice of a
    parameter makes of a measurand is `?parameter setting: measurand`, and by how much that differs `?… (change)`.
    """
    return dict(_told(outcome))


def _told(outcome: Outcome) -> Iterator[tuple[str, Any]]:
    for name, m in outcome.measurands.items():
        yield name, m.value
        yield f"u({name})", m.uncertainty
        yield f"n({name})", m.n
        yield f"note({name})", m.note or None
        if m.interval is not None:
            yield f"low({name})", m.interval.low
            yield f"high({name})", m.interval.high
        for part in m.components:
            yield f"{name}: {part.name}", part.uncertainty
    for title, table in outcome.tables.items():
        for column, series in table.items():
            yield f"{title}.{column}", list(series.values)
    for name, series in outcome.diagnostics.items():
        yield f"~{name}", list(series.values)
    for name, condition in outcome.conditions.items():
        yield f"={name}", condition.value
    for one in outcome.sensitivity:
        path = f"?{one.parameter} {one.setting}: {one.measurand}"
        yield path, one.value
        yield f"{path} (change)", one.change
    for path, flag in flags(outcome):
        yield path, (flag.message, flag.where or "")


def require(world: World) -> None:
    """Fail if a value is another than expected, is missing, or is there without being expected."""
    outcome = world.outcome()
    assert typed_units(outcome) == []
    found = {path: value for path, value in told(outcome).items() if value is not None and np.size(value)}
    following = world.expected(found) if callable(world.expected) else world.expected
    for path, value in following.items():
        if value is None:
            continue
        if path.startswith(FACTS):
            continue
        assert path in found, f"{path} is missing"
        assert same(found[path], value, world.loose.get(path, world.within)), (path, found[path], value)
    more = {path: value for path, value in found.items()
            if path not in following and not path.startswith(world.silent) and not is_rounding(value)}  # fmt: skip
    assert not more, more
    stated = {path: value for path, value in following.items() if path.startswith(FACTS)}
    assert unlike(facts(outcome), usual_facts(world, outcome) | stated) == {}


def is_rounding(value: Any) -> bool:
    """Return whether a number is nothing but what is left of equal ones."""
    return isinstance(value, float) and 0 < abs(value) < 1e-15


def same(found: Any, expected: Any, within: float) -> bool:
    """Compare numbers within a part of the largest, everything else exactly.

    None is NaN among numbers, and `...` anything.
    """
    if expected is ...:
        return True
    first, second = (list(v) if isinstance(v, (list, tuple, np.ndarray)) else [v] for v in (found, expected))
    if len(first) != len(second):
        return False
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if b is not ...]
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    if all(isinstance(v, (int, float, np.number)) or v is None for v in (*first, *second)):
        x, y = (np.array([np.nan if v is None else v for v in one], float) for one in (first, second))
        largest = float(np.nanmax(np.abs(y))) if np.isfinite(y).any() else 0.0
        return bool(x == pytest.approx(y, rel=within, abs=within * largest + 1e-15, nan_ok=True))
    return first == second
