"""Capacities at rests out of outcomes: one for each block, the unusable ones with their reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Component, Measurand, Outcome, Refusal, wrong_unit
from echub_pulsed_stripping import PlateauParams

NAMES = ("stripping_capacity", "stripping_charge")
CAPACITY, REST = ("mA*h/cm^2", "mA*h"), ("s",)
"""Units in which capacities and rests are compared: those of another program's outcome may be others."""
COMPARED = ("cut_off", "cut_off_against", "direction")
COMPARED_META = ("cell.area_basis", "cell.electrolyte", "cell.temperature", "sample.group")
SAME = 0.02
"""Conditions that are numbers are the same within this fraction. By eye."""
SAME_REST = 0.05
"""Rests that differ by less than this fraction are one."""


@dataclass(frozen=True)
class RestPoint:
    """One capacity at one rest: a value with its uncertainty, or only a lower bound; `reason` leaves it out."""

    outcome: Outcome
    label: str
    rest_s: float = np.nan
    value: float = np.nan
    uncertainty: float = 0.0
    bound: bool = False
    unit: str = ""
    j: float | None = None
    pulse_s: float | None = None
    reason: str = ""
    components: tuple[Component, ...] = ()

    @property
    def independent(self) -> float:
        """Return the standard uncertainty that this point does not share with others."""
        shared = sum(c.uncertainty**2 for c in self.components if c.group)
        return float(np.sqrt(max(self.uncertainty**2 - shared, 0.0)))


def points_of(outcomes: Sequence[Outcome], params: PlateauParams) -> list[RestPoint]:
    """Return every capacity, the shortest rest first; those left out last."""
    points = _excluded([point for outcome in outcomes for point in _points(outcome)], params)
    return sorted(points, key=lambda p: (bool(p.reason), p.rest_s, p.label))


def _points(outcome: Outcome) -> Iterator[RestPoint]:
    """Return a point for each block of an outcome, or the one that its measurands state."""
    if outcome.refusals:
        yield RestPoint(outcome, outcome.label, reason=f"refused: {outcome.refusals[0].code}")
    elif "blocks" in outcome.tables:
        yield from _blocks(outcome)
    else:
        yield _stated(outcome)


def _stated(outcome: Outcome) -> RestPoint:
    name = next((n for n in NAMES if n in outcome.measurands), None)
    rest = _value(outcome, "rest_duration")
    if name is None or rest is None:
        return RestPoint(outcome, outcome.label, reason=f"has no {NAMES[0]} with a rest_duration")
    found = outcome[name]
    if wrong := wrong_unit("rest_duration", outcome["rest_duration"].unit, REST):
        return RestPoint(outcome, outcome.label, unit=found.unit, reason=wrong)
    level, pulse = _value(outcome, "pulse_current_density"), _value(outcome, "pulse_duration")
    return _point(outcome, outcome.label, rest, found, level, pulse)


def _value(outcome: Outcome, name: str) -> float | None:
    return outcome[name].value if name in outcome.measurands else None


def _point(
    outcome: Outcome, label: str, rest: float, found: Measurand, level: float | None, pulse: float | None
) -> RestPoint:
    if wrong := wrong_unit("capacity", found.unit, CAPACITY):
        return RestPoint(outcome, label, rest, unit=found.unit, reason=wrong)
    low = found.interval.low if found.interval else None
    known = found.value if found.value is not None else low
    if known is None or found.censoring == "left":
        return RestPoint(outcome, label, rest, unit=found.unit, reason="neither a value nor a lower bound")
    if not rest > 0 or known < 0 or found.value == 0:  # a lower bound of 0 says nothing, but nothing wrong
        return RestPoint(
            outcome, label, rest, unit=found.unit, reason="a capacity and its rest have to be above 0"
        )
    bound, u = found.value is None, found.uncertainty or 0.0
    return RestPoint(outcome, label, rest, known, u, bound, found.unit, level, pulse, components=found.components)


def _blocks(outcome: Outcome) -> Iterator[RestPoint]:
    table = outcome.tables["blocks"]
    unit = table["capacity"].unit
    name = NAMES[unit == "mA*h"]
    names = ("block", "before", "rest", "j", "pulse", "capacity", "uncertainty", "more_than")
    for number, before, rest, j, pulse, value, u, bound in zip(*(table[n].values for n in names), strict=True):
        label = f"{outcome.label} block {number}" if len(table["rest"]) > 1 else outcome.label
        found = Measurand(unit, value, u) if value is not None else Measurand.more_than(unit, bound, uncertainty=u)
        if len(table["rest"]) == 1 and name in outcome.measurands:
            found = outcome[name]  # the same, with its components
        if rest is None:
            yield RestPoint(outcome, label, unit=unit, reason="no rest between pulses")
        elif before not in ("start", "plated"):
            point = _point(outcome, label, rest, found, j, pulse)
            yield replace(point, reason=f"not fresh: {before} before")
        else:
            yield _point(outcome, label, rest, found, j, pulse)


def _excluded(points: Sequence[RestPoint], params: PlateauParams) -> list[RestPoint]:
    """Leave out what was named, each with its reason."""
    reasons = {}
    known = {point.label for point in points}
    for part in filter(None, (piece.strip() for piece in params.exclude.split(";"))):
        label, _, why = (piece.strip() for piece in part.rpartition(":"))
        if not why or label not in known:
            raise Refusal(
                "bad-exclusion",
                f"{part!r} names no capacity with a reason: there are {', '.join(sorted(known))}",
                hint="--param exclude='LABEL: why'",
            )
        reasons[label] = f"by hand: {why}"
    return [replace(p, reason=p.reason or reasons.get(p.label, "")) for p in points]


def require_one_unit(points: Sequence[RestPoint]) -> None:
    """Refuse capacities with and without an area together: their numbers say nothing about each other."""
    units = sorted({p.unit for p in points})
    if len(units) > 1:
        text = f"the capacities are in {' and '.join(map(unit_text, units))}"
        raise Refusal("mixed-unit", text, hint='--set cell.area="…" where it is missing')


def require_comparable(points: Sequence[RestPoint]) -> None:
    """Refuse capacities that were not measured alike; the rest alone may differ."""
    stated: dict[str, list[object]] = {
        "current": [p.j for p in points],
        "pulse": [p.pulse_s for p in points],
    }
    for name in COMPARED:
        conditions = [p.outcome.conditions.get(name) for p in points]
        stated[name] = [c.value if c else None for c in conditions]
    stated |= {path.rpartition(".")[2]: [p.outcome.meta(path) for p in points] for path in COMPARED_META}
    for name, values in stated.items():
        if not _alike(values):
            raise Refusal(
                f"mixed-{name.replace('_', '-')}",
                f"the {name.replace('_', ' ')} is not the same: {', '.join(sorted({_spoken(v) for v in values}))}",
                hint="--param allow_mixed=true takes them all the same",
            )


def _alike(values: Sequence[object]) -> bool:
    numbers = [v for v in values if isinstance(v, (int, float))]
    if len(numbers) == len(values):
        return max(numbers) - min(numbers) <= SAME * max(map(abs, numbers))
    return len(set(map(str, values))) == 1


def _spoken(value: object) -> str:
    return "not stated" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def levels_of(points: Sequence[RestPoint]) -> list[list[RestPoint]]:
    """Gather the points of one rest, the shortest first."""
    levels: list[list[RestPoint]] = []
    for point in points:
        if levels and point.rest_s <= levels[-1][0].rest_s * (1 + SAME_REST):
            levels[-1].append(point)
        else:
            levels.append([point])
    return levels
