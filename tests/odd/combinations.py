"""What is tried of each analysis: one kind is one function that yields questions, each with what was changed."""

from __future__ import annotations

import dataclasses
import itertools
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from echub.model.build import ROWS
from echub.testing.rules_robust import ODD
from echub.testing.synth import Case
from tests.odd.gathered import series, sets, stated, unsorted
from tests.odd.outcomes import ODD_OUTCOMES
from tests.odd.question import Question
from tests.odd.subjects import Subject

UNIX_S = 1.7e9
"""A clock that counts Unix seconds, s: in November 2023."""
FEW = (0, 1, 2, 3, 5)
"""Numbers of rows, or outcomes, that are left."""
STEPS = (1000, 200, 60)
"""Steps in the range of a column that is read coarsely."""
LARGE, SMALL = 1e12, 1e-12
BESIDE = 1e-6
"""How far beside a limit, relative to it, a parameter is put."""
TEXTS = ("", " ", ",", ";", ":", "0", "1", "-1", "1e999", "1:2", "2:1", "1:1", "1, 1", "none", "x", "x: y")
"""Texts for a parameter that is neither a number nor one of some choices."""


def parameters(subject: Subject) -> Iterator[Question]:
    """Yield each parameter at its ends and just beside them."""
    for what, given in settings(subject):
        yield Question(what, subject.case, given)


def parameters_and_columns(subject: Subject) -> Iterator[Question]:
    """Yield each of these parameters with each odd column, or odd outcomes."""
    for (what, given), odd in itertools.product(list(settings(subject)), list(_odd(subject.case))):
        yield Question(f"{odd.what}; {what}", odd.case, given)


def columns(subject: Subject) -> Iterator[Question]:
    """Yield each odd column, and each that is scaled or has the other sign."""
    yield from _odd_columns(subject.case)


def steps(subject: Subject) -> Iterator[Question]:
    """Yield each column but the time as a coarse instrument reads it."""
    for name, column in subject.case.columns.items():
        span = float(np.ptp(column.values)) if column.values.dtype.kind == "f" and name != "time" else 0.0
        for number in STEPS if span > 0 else ():
            step = span / number
            read = subject.case.with_values(name, np.round(column.values / step) * step)
            yield Question(f"{name} in {number} steps", read, coarser=True)


def steps_and_parameters(subject: Subject) -> Iterator[Question]:
    """Yield each coarse column with each of the odd parameters."""
    for read, (what, given) in itertools.product(list(steps(subject)), list(settings(subject))):
        yield replace(read, what=f"{read.what}; {what}", params=given)


def pairs(subject: Subject) -> Iterator[Question]:
    """Yield two odd columns, or two kinds of odd outcomes."""
    if subject.case.outcomes:
        for one, (what, change) in itertools.product(_odd_outcomes(subject.case), ODD_OUTCOMES.items()):
            yield Question(f"{one.what}; {what}", replace(one.case, outcomes=change(one.case.outcomes)))
        return
    for one in _odd_columns(subject.case):
        for two in _odd_columns(one.case):
            if one.what.split()[0] < two.what.split()[0]:
                yield Question(f"{one.what}; {two.what}", two.case)


def rows(subject: Subject) -> Iterator[Question]:
    """Yield few rows, turned rows, and clocks that stand still, are turned, or count from 1970."""
    case = subject.case
    if case.outcomes:
        return
    for count in FEW:
        yield Question(f"{count} rows", case.rows(count))
        yield Question(f"{count} rows, from the middle", _from_the_middle(case, count))
    yield Question("rows in reverse order", _turned(case))
    if "time" in case.columns:
        time = case.columns["time"].values
        yield Question("time in reverse order", case.with_values("time", time[::-1].copy()))
        yield Question("time in Unix seconds", case.later(UNIX_S), same=True, moved=UNIX_S)
        yield Question("time in single precision", case.with_values("time", time.astype(np.float32)))
        yield Question("time in whole seconds", case.with_values("time", np.floor(time)))


def outcomes(subject: Subject) -> Iterator[Question]:
    """Yield odd outcomes."""
    if subject.case.outcomes:
        yield from _odd_outcomes(subject.case)


KINDS: dict[str, Callable[[Subject], Iterator[Question]]] = {
    "parameters": parameters,
    "columns": columns,
    "rows": rows,
    "steps": steps,
    "outcomes": outcomes,
    "pairs": pairs,
    "parameters-and-columns": parameters_and_columns,
    "steps-and-parameters": steps_and_parameters,
    "sets": sets,
    "series": series,
    "unsorted": unsorted,
    "stated": stated,
}


# -- parameters --------------------------------------------------------------------------------


def settings(subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each parameter with each of its odd values, beside the parameters of the contract."""
    kinds = typing.get_type_hints(subject.analysis.params)
    for one in dataclasses.fields(subject.analysis.params):
        for value in _values(kinds[one.name], one.default, one.metadata):
            yield f"{one.name}={value!r}", {**subject.params, one.name: value}


def _values(kind: type, default: Any, limits: Mapping[str, Any]) -> list[Any]:
    """Return odd values of a parameter: all choices, both booleans, the ends and what lies beside them."""
    if kind is bool:
        return [not default]
    if limits.get("choices"):
        return [choice for choice in limits["choices"] if choice != default]
    if kind is str:
        return [text for text in TEXTS if text != default]
    low, high = limits.get("minimum"), limits.get("maximum")
    numbers = [0.0, 1.0, -1.0, LARGE, SMALL, 1e-3 * default, 1e3 * default]
    for end in (low, high):
        if end is not None:
            step = 1.0 if kind is int else BESIDE * (abs(end) or 1.0)
            numbers += [end, end - step, end + step]
    if kind is int:
        return sorted({int(n) for n in numbers if abs(n) < LARGE} | ({10_000} if high is None else set()))
    return sorted(set(numbers))


# -- columns -----------------------------------------------------------------------------------


def _odd(case: Case) -> Iterator[Question]:
    return _odd_outcomes(case) if case.outcomes else _odd_columns(case)


SCALED: dict[str, Callable[[Any], Any]] = {
    "× 1e-6": lambda values: 1e-6 * values,
    "× 1e6": lambda values: 1e6 * values,
    "of the other sign": lambda values: -values,
}


def _odd_columns(case: Case) -> Iterator[Question]:
    for name, column in case.columns.items():
        if column.values.dtype.kind != "f":
            continue
        for what, change in {**ODD, **SCALED}.items():
            if name != "time" or what != "of the other sign":
                yield Question(f"{name} {what}", case.with_values(name, change(column.values)))


def _from_the_middle(case: Case, count: int) -> Case:
    if any(column.axes != ROWS for column in case.columns.values()):
        return case.rows(count)
    middle = len(next(iter(case.columns.values())).values) // 2
    return _taken(case, slice(middle, middle + count))


def _turned(case: Case) -> Case:
    return _taken(case, slice(None, None, -1))


def _taken(case: Case, rows: slice) -> Case:
    return replace(case, columns={n: replace(c, values=c.values[rows].copy()) for n, c in case.columns.items()})


# -- outcomes ----------------------------------------------------------------------------------


def _odd_outcomes(case: Case) -> Iterator[Question]:
    """Yield each change of all outcomes, of the first alone, and few of them."""
    given = case.outcomes
    for what, change in ODD_OUTCOMES.items():
        yield Question(f"all {what}", replace(case, outcomes=change(given)))
        yield Question(f"the first {what}", replace(case, outcomes=(*change(given[:1]), *given[1:])))
        yield Question(f"all but the first {what}", replace(case, outcomes=(*given[:1], *change(given[1:]))))
    for count in FEW[1:]:
        yield Question(f"{count} outcomes", replace(case, outcomes=given[:count]))
    yield Question("each twice", replace(case, outcomes=given + given))
