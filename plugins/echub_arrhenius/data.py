"""Values at temperatures out of outcomes: chosen, checked for being comparable, the rest with its reason."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from echub.drawing import unit_text
from echub.plugin import (
    Flag,
    Measurand,
    Outcome,
    Refusal,
    Series,
    input_flags,
    require_comparable,
    require_distinct,
    require_one_basis,
    why_impossible,
)
from echub.science import ZERO_CELSIUS
from echub.text import several, with_article
from echub_arrhenius import ChoiceParams

COLDEST_K = 150.0
"""A lower temperature in kelvin is one in °C: cells are measured at about -30 to 175 °C."""
KELVIN_AS_CELSIUS = (213.0, 500.0)
"""Temperatures in °C that all lie here are probably kelvin, -60 to 227 °C."""
WIDEST_GAP = 150.0
"""K between two temperatures of one series; beyond, the higher ones may be kelvin in a column of °C. By eye."""
INVERSE_UNITS = {"ohm": "S", "ohm*cm^2": "S/cm^2", "ohm*cm": "S/cm"}
FIRST_CHOICES = ("onset_current_density", "critical_current_density", "conductivity")
AXES = ("T", "temperature", "spot", "u", "n")
"""Columns that no example proposes: they say where or how well a value was measured."""
MANY = 10
"""Replicates whose scatter is known to a quarter, 1/√(2(n-1)): weights by that of fewer would be chance."""
WRITTEN = sys.float_info.epsilon
"""A value is not known better than it is written, whatever it states: relative."""
COMPARED = ("cell.area_basis", "cell.electrolyte")


@dataclass(frozen=True)
class CellValue:
    """One value: kelvin, y with its measurand, and what names it."""

    kelvin: float
    measurand: Measurand
    outcome: Outcome
    group: str

    inverse: bool = False

    @property
    def value(self) -> float:
        """Return the value as it was given."""
        return float(self.measurand.value or 0.0)

    @property
    def y(self) -> float:
        """Return what is fitted: the value, or its inverse if it is a resistance."""
        return 1 / self.value if self.inverse else self.value

    @property
    def cell(self) -> str:
        """Return what names the cell, or the sample, within its group; empty if nothing does."""
        name = self.outcome.meta("cell.id") or self.outcome.meta("sample.id")
        return f"{self.group}/{name}" if name else ""

    @property
    def relative(self) -> float:
        """Return the stated relative uncertainty without what points share; 0 if none is stated."""
        shared = sum(part.uncertainty**2 for part in self.measurand.components if part.group)
        own = max((self.measurand.uncertainty or 0.0) ** 2 - shared, 0.0)
        return max(float(own**0.5) / abs(self.value), WRITTEN) if own else 0.0

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Return the ends of the stated interval, else one standard uncertainty to both sides; None: none."""
        interval, u = self.measurand.interval, self.measurand.uncertainty
        if interval is not None:
            return interval.low, interval.high
        return (self.value - u, self.value + u) if u else (None, None)

    @property
    def is_of_few(self) -> bool:
        """Return whether the uncertainty is the scatter of few replicates, which is itself known poorly."""
        scattered = any(part.name == "replicates" for part in self.measurand.components)
        return scattered and (self.measurand.n or 0) < MANY


@dataclass(frozen=True)
class Chosen:
    """The points in use, what was left out (label, reason), the measurand's name, and flags."""

    points: tuple[CellValue, ...]
    left_out: tuple[tuple[str, str], ...]
    name: str
    flags: tuple[Flag, ...]

    @property
    def unit(self) -> str:
        """Return the unit of the values."""
        return self.points[0].measurand.unit

    @property
    def inverse(self) -> bool:
        """Return whether the values are resistances, of which the inverse is fitted."""
        return self.points[0].inverse

    def fitted_unit(self, form: str) -> str:
        """Return the unit of what is fitted: y, or yT with kelvin first, which is never read as below the line."""
        unit = INVERSE_UNITS.get(self.unit, f"1/({self.unit})") if self.inverse else self.unit
        return f"K*{unit}" if form == "ln_yT" else unit

    def table(self) -> dict[str, Series]:
        """Tabulate what was used, and what was not and why."""
        rows = [
            (p.outcome.label, p.group, p.kelvin - ZERO_CELSIUS, p.value, p.measurand.uncertainty, "")
            for p in self.points
        ]
        rows += [(label, "", None, None, None, reason) for label, reason in self.left_out]  # type: ignore[misc]
        columns = list(zip(*rows, strict=True))
        stated = {f"u_{self.name}": Series.of(columns[4], self.unit)} if any(columns[4]) else {}
        return {
            "outcome": Series.of(columns[0]),
            "group": Series.of(columns[1]),
            "temperature": Series.of(columns[2], "degC"),
            self.name: Series.of(columns[3], self.unit),
            **stated,
            "left_out": Series.of(columns[5]),
        }


def choose(outcomes: Iterable[Outcome], params: ChoiceParams, group: str = "") -> Chosen:
    """Take the values that can be used; refuse what is not comparable, or has no temperature."""
    outcomes = list(outcomes)
    name = _measurand_name(outcomes, params)
    excluded = _excluded(params.exclude)
    points: list[CellValue] = []
    left_out: list[tuple[str, str]] = []
    for outcome in outcomes:
        member = member_of(outcome, params.group_by)
        if group and member != group:
            continue
        reason = _unusable(outcome, name, excluded)
        if reason:
            left_out.append((outcome.label, reason))
        else:
            kelvin = _kelvin(outcome, trusted=params.trust_temperatures)
            points.append(CellValue(kelvin, outcome[name], outcome, member, "ohm" in outcome[name].unit))
    unknown = [label for label in excluded if label not in {o.label for o in outcomes}]
    if unknown:
        raise Refusal(
            "unknown-exclusion", f"no outcome is called {', '.join(unknown)}", hint="--param exclude='LABEL: why'"
        )
    if not points:
        raise Refusal(
            "no-values",
            f"none of {several(len(left_out), 'outcome')} has a usable {name}",
            where=_reasons(left_out),
        )
    require_distinct([point.outcome for point in points])
    _require_comparable(points, params)
    doubted = [] if params.trust_temperatures else _kelvin_flags(points)
    flags = (*_left_out_flags(left_out), *doubted, *input_flags([point.outcome for point in points]))
    return Chosen(tuple(points), tuple(left_out), name, flags)


def member_of(outcome: Outcome, group_by: str) -> str:
    """Return the group of an outcome: metadata, or a condition such as a text column of a table; empty if none."""
    condition = outcome.conditions.get(group_by)
    return str(outcome.meta(group_by) or (condition.value if condition else "") or "")


def _measurand_name(outcomes: Sequence[Outcome], params: ChoiceParams) -> str:
    present = {name for outcome in outcomes for name, m in outcome.measurands.items()}
    if params.measurand:
        if params.measurand in present or not present:
            return params.measurand
        raise _which(f"no outcome has {with_article(params.measurand)}", present)
    valued = {name for outcome in outcomes for name, m in outcome.measurands.items() if m.value is not None}
    first = [name for name in FIRST_CHOICES if name in valued]
    if first or len(valued) == 1:
        return first[0] if first else valued.pop()
    raise _which("which value is meant is not clear" if valued else "the outcomes contain no value", present)


def _which(message: str, present: set[str]) -> Refusal:
    names = sorted(present)
    example = next((name for name in names if name not in AXES), "NAME")
    quoted = f'"{example}"' if " " in example else example
    held = ", ".join(names) or "nothing"
    hint = f"--param measurand={quoted}"
    return Refusal("no-such-measurand", f"{message}: they hold {held}", hint=hint)


def _excluded(text: str) -> dict[str, str]:
    """Read ``label: reason; label: reason``; leaving a point out without a reason is refused."""
    excluded = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        label, colon, reason = (piece.strip() for piece in part.rpartition(":"))
        if not colon or not label or not reason:
            raise Refusal(
                "no-reason", f"{part!r} is left out without a reason", hint="--param exclude='LABEL: why'"
            )
        excluded[label] = reason
    return excluded


def _unusable(outcome: Outcome, name: str, excluded: dict[str, str]) -> str:
    """Say why an outcome cannot be used; "" where it can."""
    if outcome.label in excluded:
        return f"by hand: {excluded[outcome.label]}"
    if outcome.refusals:
        return f"refused: {outcome.refusals[0].code}"
    measurand = outcome.measurands.get(name)
    if measurand is None:
        return f"has no {name}"
    if measurand.value is None:
        if measurand.censoring in ("none", "interval") and measurand.note:
            return measurand.note
        return "has no value" if measurand.censoring == "none" else f"{measurand.censoring}-censored"
    return "" if measurand.value > 0 else "not above zero: it has no logarithm"


def _kelvin(outcome: Outcome, *, trusted: bool) -> float:
    """Return the temperature; one below 150 K is Celsius in disguise, unless it is to be trusted."""
    celsius = outcome.meta("cell.temperature")
    if celsius is None:
        raise Refusal(
            "missing-temperature",
            "cell.temperature is not stated",
            where=outcome.label,
            hint='--set cell.temperature="30 degC", or a column cell.temperature / degC in --meta',
        )
    kelvin = float(celsius) + ZERO_CELSIUS
    if kelvin <= 0 or (kelvin < COLDEST_K and not trusted):
        raise Refusal(
            "celsius-as-kelvin",
            f"the temperature is {kelvin:g} K: {kelvin:g} °C stated as kelvin?",
            where=outcome.label,
            hint="state cell.temperature / degC; --param trust_temperatures=true for a cryostat",
        )
    if why := why_impossible("cell.temperature", float(celsius)):
        raise Refusal("impossible-metadata", why, where=outcome.label, hint="state cell.temperature with its unit")
    return kelvin


def _kelvin_flags(points: Sequence[CellValue]) -> list[Flag]:
    """Flag kelvin in a column of °C: all temperatures, or all above a gap that no series has."""
    celsius = sorted(p.kelvin - ZERO_CELSIUS for p in points)
    gaps = [k + 1 for k in range(len(celsius) - 1) if celsius[k + 1] - celsius[k] > WIDEST_GAP]
    doubted = celsius[gaps[-1] :] if gaps else celsius
    low, high = KELVIN_AS_CELSIUS
    if low <= doubted[0] and doubted[-1] <= high:
        lie = several(len(doubted), "temperature lies", "temperatures lie")
        text = f"{lie} between {doubted[0]:g} and {doubted[-1]:g} °C: kelvin stated as °C?"
        return [Flag("kelvin-as-celsius", text, hint="state cell.temperature / K, or trust_temperatures=true")]
    return []


def _left_out_flags(left_out: Sequence[tuple[str, str]]) -> list[Flag]:
    text = several(len(left_out), "outcome was left out", "outcomes were left out")
    return [Flag("left-out", text, where=_reasons(left_out))] if left_out else []


def _reasons(left_out: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{label}: {reason}" for label, reason in left_out[:10])


# -- comparable ------------------------------------------------------------------------------


def _require_comparable(points: Sequence[CellValue], params: ChoiceParams) -> None:
    if len(units := sorted({p.measurand.unit for p in points})) > 1:
        raise Refusal(
            "mixed-unit",
            f"the values are in {' and '.join(map(unit_text, units))}",
            hint='--set cell.area="…" where it is missing',
        )
    require_one_basis([(p.outcome.label, p.measurand) for p in points])  # whatever else may be mixed
    if not params.allow_mixed:
        _require_one_text(points, params)
        require_comparable([_without(p.outcome, params.group_by) for p in points], COMPARED)


def _without(outcome: Outcome, condition: str) -> Outcome:
    """Return an outcome without the condition that parts the groups: it differs between them."""
    return outcome.replace(conditions={n: c for n, c in outcome.conditions.items() if n != condition})


def _require_one_text(points: Sequence[CellValue], params: ChoiceParams) -> None:
    """Refuse values that differ in a text of their table while no group is stated: the text may be the group."""
    if any(p.group for p in points):
        return
    for name in dict.fromkeys(name for p in points for name in p.outcome.conditions):
        values = {c.value for p in points if (c := p.outcome.conditions.get(name)) is not None}
        if len(values) > 1 and all(isinstance(value, str) for value in values):
            shown = ", ".join(sorted(map(str, values))[:5])
            hint = f'--param group_by="{name}" takes them as groups'
            raise Refusal(f"mixed-{_kebab(name)}", f"the {name} is not the same: {shown}", hint=hint)


def _kebab(name: str) -> str:
    return "-".join(name.casefold().replace("_", " ").split())


def by_temperature(points: Sequence[CellValue], step: float) -> list[list[CellValue]]:
    """Gather points whose temperatures are closer than `step` kelvin, the coldest first."""
    gathered: list[list[CellValue]] = []
    for point in sorted(points, key=lambda p: p.kelvin):
        if gathered and point.kelvin - gathered[-1][0].kelvin <= step:
            gathered[-1].append(point)
        else:
            gathered.append([point])
    return gathered
