"""Odd outcomes: what becomes of the outcomes that an analysis consumes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from echub.analysis.outcome import Condition, Measurand, Outcome
from echub.plugin import Flag

Outcomes = tuple[Outcome, ...]
OVERLOAD = 9.9e37
"""What bench meters write for a reading beyond their range (SCPI)."""


def _each(change: Callable[[Outcome], Outcome]) -> Callable[[Outcomes], Outcomes]:
    return lambda given: tuple(map(change, given))


def _with(**changes: Any) -> Callable[[Outcomes], Outcomes]:
    """Replace fields of every measurand that has a value."""
    return _measured(lambda one: one if one.value is None else replace(one, **changes))


def _measured(change: Callable[[Measurand], Measurand]) -> Callable[[Outcomes], Outcomes]:
    return _each(lambda o: replace(o, measurands={name: change(m) for name, m in o.measurands.items()}))


def _valued(factor: float) -> Callable[[Outcomes], Outcomes]:
    """Multiply every value, and leave out its interval, which then would not fit."""

    def scaled(one: Measurand) -> Measurand:
        return one if one.value is None else replace(one, value=factor * one.value, interval=None)

    return _measured(scaled)


def _bounded(bound: Callable[..., Measurand]) -> Callable[[Outcomes], Outcomes]:
    def turned(one: Measurand) -> Measurand:
        return one if one.value is None else bound(one.unit, one.value)

    return _measured(turned)


def _placed(path: str, value: Any) -> Callable[[Outcomes], Outcomes]:
    entry = {"value": value, "unit": None, "source": "user"}
    return _each(
        lambda o: replace(o, metadata={**o.metadata, path: {**o.metadata.get(path, entry), "value": value}})
    )


def _flagged(severity: str) -> Callable[[Outcomes], Outcomes]:
    flag = Flag("odd", "it is odd", severity)  # type: ignore[arg-type]
    return _each(lambda o: replace(o, flags=(*o.flags, flag)))


def _conditions(value: float) -> Callable[[Outcomes], Outcomes]:
    def changed(one: Condition) -> Condition:
        return replace(one, value=value) if isinstance(one.value, float) else one

    return _each(lambda o: replace(o, conditions={name: changed(c) for name, c in o.conditions.items()}))


ODD_OUTCOMES: dict[str, Callable[[Outcomes], Outcomes]] = {
    "without measurands": _each(lambda o: replace(o, measurands={})),
    "without values": _with(value=None, uncertainty=None, interval=None),
    "without uncertainties": _with(uncertainty=None, interval=None, components=()),
    "without intervals": _with(interval=None),
    "with an uncertainty of 0": _with(uncertainty=0.0, interval=None, components=()),
    "with a tiny uncertainty": _with(uncertainty=1 / OVERLOAD, interval=None, components=()),
    "with a huge uncertainty": _with(uncertainty=OVERLOAD, interval=None, components=()),
    "of no repeats": _with(n=0),
    "of value 0": _valued(0.0),
    "of the other sign": _valued(-1.0),
    "of tiny values": _valued(1 / OVERLOAD),
    "of huge values": _valued(OVERLOAD),
    "known from below only": _bounded(Measurand.more_than),
    "known from above only": _bounded(Measurand.less_than),
    "flagged": _flagged("warning"),
    "refused": _flagged("refusal"),
    "at 60 °C": _placed("cell.temperature", 60.0),
    "at absolute zero": _placed("cell.temperature", -273.15),
    "at 1e6 °C": _placed("cell.temperature", 1e6),
    "of one group": _placed("sample.group", "one"),
    "of a group without a name": _placed("sample.group", ""),
    "without metadata": _each(lambda o: replace(o, metadata={})),
    "without conditions": _each(lambda o: replace(o, conditions={})),
    "with conditions of 0": _conditions(0.0),
    "with huge conditions": _conditions(OVERLOAD),
    "without tables": _each(lambda o: replace(o, tables={}, diagnostics={})),
    "without a label": _each(lambda o: replace(o, label="")),
    "of one label": _each(lambda o: replace(o, label="cell")),
    "without a source": _each(lambda o: replace(o, provenance={})),
    "of an unknown analysis": _each(lambda o: replace(o, analysis="")),
}
