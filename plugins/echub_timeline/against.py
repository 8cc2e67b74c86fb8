"""`against`: one measurand of several outcomes against a condition or a statement in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Flag, InputSet, Measurand, Outcome, Refusal, Series, input_flags, require_distinct
from echub.text import several, some_of, with_article
from echub_timeline import AgainstParams


@dataclass(frozen=True)
class PlacedValue:
    """The value of one outcome, where it is placed, and to which series it belongs."""

    x: float
    measurand: Measurand
    label: str
    series: str

    @property
    def y(self) -> float:
        """Return the value."""
        return float(self.measurand.value or 0.0)

    @property
    def u(self) -> float:
        """Return the standard uncertainty, 0 if none is stated."""
        return float(self.measurand.uncertainty or 0.0)

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Return the interval that is stated."""
        interval = self.measurand.interval
        return (interval.low, interval.high) if interval is not None else (None, None)


def run(data: InputSet[Outcome], params: AgainstParams) -> Outcome:
    """Tabulate the measurand against x, and say by how much it differs over it."""
    outcomes = list(data)
    name = _measurand(outcomes, params.measurand)
    x, unit = _abscissa(outcomes, params.x)
    points, missing, used = [], [], []
    refused = [outcome.label for outcome in outcomes if outcome.refusals]
    for outcome in (o for o in outcomes if not o.refusals):  # what a refused one still states does not count
        place, measurand = _number(outcome, x), outcome.measurands.get(name)
        if place is None or measurand is None or measurand.value is None:
            missing.append(outcome.label)
        else:
            used.append(outcome)
            points.append(PlacedValue(place, measurand, outcome.label, str(outcome.meta(params.series) or "")))
    require_distinct(used)
    points.sort(key=lambda point: (point.series, point.x))
    places = len({point.x for point in points})
    if places < 2:
        raise Refusal(
            "too-few-settings",
            f"{some_of(len(points), len(outcomes), 'outcome', 'has', 'have')} {with_article(name)}, at "
            f"{several(places, 'value')} of {x}",
            hint="a sweep in an earlier step of the study makes several",
        )
    if len(units := sorted({point.measurand.unit for point in points})) > 1:
        raise Refusal("mixed-unit", f"the values are in {' and '.join(map(unit_text, units))}")
    if len(units := sorted({each for outcome in used if (each := _unit(outcome, x))})) > 1:
        raise Refusal("mixed-unit", f"{x} is in {' and '.join(map(unit_text, units))}")
    flags = [*_missing(missing, len(outcomes)), *_refused(refused, len(outcomes)), *input_flags(used)]
    table = _table(points, x, unit, name)
    return Outcome(_measurands(points), tuple(flags), {"values": table}, diagnostics=table)


def _measurand(outcomes: Sequence[Outcome], wanted: str) -> str:
    present = dict.fromkeys(
        n for outcome in outcomes for n, m in outcome.measurands.items() if m.value is not None
    )
    if wanted in present or (not wanted and present):
        return wanted or next(iter(present))
    raise Refusal(
        "no-such-measurand",
        f"the outcomes have no {wanted or 'value'}: they hold {', '.join(present) or 'nothing'}",
        hint=f"--param measurand={next(iter(present), 'NAME')}",
    )


def _abscissa(outcomes: Sequence[Outcome], wanted: str) -> tuple[str, str]:
    """Return the name and unit of x: as asked for, else the one numeric condition in which the outcomes differ."""
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.conditions)
    varying = [n for n in names if len({v for o in outcomes if (v := _number(o, n)) is not None}) > 1]
    if not wanted and len(varying) != 1:
        raise Refusal(
            "which-setting",
            f"the outcomes differ in {len(varying)} numeric conditions: {', '.join(varying) or 'none'}",
            hint=f"--param x={varying[0] if varying else 'cell.temperature'}",
        )
    x = wanted or varying[0]
    for outcome in outcomes:
        if (unit := _unit(outcome, x)) is not None:
            return x, unit
    raise Refusal(
        "which-setting",
        f"no outcome has a condition or a statement {x}",
        where=f"conditions {', '.join(names)}",
        hint=f"--param x={varying[0] if varying else 'cell.temperature'}",
    )


def _unit(outcome: Outcome, name: str) -> str | None:
    """Return the unit of a condition or a statement; None without one of that name."""
    if name in outcome.conditions:
        return outcome.conditions[name].unit
    entry = outcome.metadata.get(name)
    return None if entry is None else str(entry.get("unit") or "")


def _number(outcome: Outcome, name: str) -> float | None:
    """Return a condition or a statement as a number; None if it is not one."""
    condition = outcome.conditions.get(name)
    value = condition.value if condition is not None else outcome.meta(name)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _missing(labels: Sequence[str], count: int) -> list[Flag]:
    if not labels:
        return []
    text = f"{some_of(len(labels), count, 'outcome', 'has', 'have')} no value, or no number to place it at"
    return [Flag("left-out", text, where="; ".join(labels[:10]))]


def _refused(labels: Sequence[str], count: int) -> list[Flag]:
    if not labels:
        return []
    text = f"{some_of(len(labels), count, 'outcome', 'is', 'are')} refused"
    return [Flag("left-out", text, where="; ".join(labels[:10]))]


def _measurands(points: Sequence[PlacedValue]) -> dict[str, Measurand]:
    """Return how far the values of a series differ at most, as a fraction and in standard uncertainties."""
    pairs = [(a, b) for a, b in combinations(points, 2) if a.series == b.series]
    ranges = [abs(a.y - b.y) / (abs(a.y + b.y) / 2) for a, b in pairs if a.y + b.y]
    pulls = [abs(a.y - b.y) / float(np.hypot(a.u, b.u)) for a, b in pairs if a.u and b.u]
    found: dict[str, Measurand] = {}
    if ranges:
        found["largest_difference"] = Measurand(
            "%", 100 * max(ranges), note="of two values of a series, of their mean; no statistics of its own"
        )
    if pulls:
        note = "the same in standard uncertainties, as if independent: of the same data it weighs more"
        found["largest_difference_in_sigma"] = Measurand("1", max(pulls), note=note)
    return {**found, "values_placed": Measurand("1", float(len(points)))}


def _table(points: Sequence[PlacedValue], x: str, unit: str, name: str) -> dict[str, Series]:
    y_unit = points[0].measurand.unit
    return {
        x: Series.of([p.x for p in points], unit),
        name: Series.of([p.measurand.value for p in points], y_unit),
        "u": Series.of([p.measurand.uncertainty for p in points], y_unit),
        "low": Series.of([p.ends[0] for p in points], y_unit),
        "high": Series.of([p.ends[1] for p in points], y_unit),
        "series": Series.of([p.series for p in points]),
        "of": Series.of([p.label for p in points]),
    }
