"""Rules of the analysis contract: data that were written otherwise, or lack some rows, never mislead."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from echub.analysis.outcome import Measurand, Outcome
from echub.errors import EchubError
from echub.model.build import ROWS
from echub.testing.base import NO_NUMBER, Contract, RuleViolation, one_line, rule
from echub.testing.synth.case import Case

HOLES = 5
"""Parts of the rows that are taken out, one after the other, so that one of them lies around the answer."""
HOLE = 0.12
"""Part of the rows that each takes out."""
ROUNDING = 1e-9
"""Relative difference that is rounding: data without noise have an uncertainty smaller than that."""
FAR = 3.0
"""Answers contradict each other if each lies outside this many times the half width of the other's interval."""
NARROWER = 0.8
"""Least part of its uncertainty that an answer keeps: rows that stand twice make it no better. √½ is 0.71."""
NORMAL_95 = 1.96
"""Half width of a 95 % interval in standard uncertainties, where only the latter is stated."""

Values = NDArray[Any]


def _with(values: Values, places: slice, value: float) -> Values:
    changed = np.array(values, dtype=np.float64)
    changed.reshape(-1)[places] = value
    return changed


def _rounded(values: Values) -> Values:
    known = values[np.isfinite(values)]
    step = float(np.ptp(known)) / 6 if known.size else 0.0
    return np.round(values / step) * step if step else values


ODD: dict[str, Callable[[Values], Values]] = {
    "empty in every third row": lambda values: _with(values, slice(1, None, 3), np.nan),
    "zero in all rows": lambda values: _with(values, slice(None), 0.0),
    "the same in all rows": lambda values: _with(values, slice(None), values.flat[0]),
    "zero from the middle on": lambda values: _with(values, slice(values.size // 2, None), 0.0),
    "rounded to a sixth of its range": _rounded,
}
"""What becomes of a column in a laboratory: an open input, a short, a range too wide, lost readings."""


class RobustRules(Contract):
    """The rules, for `AnalysisContract`, which supplies what they ask of."""

    if TYPE_CHECKING:

        @property
        def _case(self) -> Case: ...

        def _ask(self, case: Case, what: object = None, seed: int = 0) -> Outcome: ...

    @rule
    def test_doubled_rows_make_nothing_better(self) -> None:
        """With each row, or outcome, twice, the answer is the same, a wider one, or a refusal."""
        before, after = self._ask(self._case), self._answer(_doubled(self._case), "each row twice")
        self._compatible(before, after, "each row twice")
        for name, one in _judged(before, after):
            two = after.measurands[name]
            if one.uncertainty and two.uncertainty is not None and two.uncertainty < NARROWER * one.uncertainty:
                raise RuleViolation(
                    f"an uncertainty of {name} of {one.uncertainty:.3g} or more with each row twice",
                    f"{two.uncertainty:.3g}",
                    "count what was measured, not rows: merge rows of equal time",
                )

    @rule
    def test_missing_rows_do_not_mislead(self) -> None:
        """Without some of the rows, wherever they lie, the answer is the same, wider, flagged, or a refusal."""
        before = self._ask(self._case)
        for part, case in _with_holes(self._case):
            what = f"the rows from {part:.0%} on missing"
            self._compatible(before, self._answer(case, what), what)

    @rule
    def test_the_order_of_columns_does_not_matter(self) -> None:
        """With the columns in reverse order the answer is the same to the last digit."""
        if self._case.outcomes:
            pytest.skip("it takes outcomes")
        turned = replace(self._case, columns=dict(reversed(list(self._case.columns.items()))))
        before, after = self._ask(self._case), self._answer(turned, "the columns in reverse order")
        if before.measurands != after.measurands:
            names = [n for n, m in before.measurands.items() if after.measurands.get(n) != m]
            raise RuleViolation(
                "the same answer", f"other values of {', '.join(names)}", "ask for columns by name"
            )

    @rule
    def test_odd_columns_are_answered_or_refused(self) -> None:
        """With a column that is zero, constant, coarse or empty in places, it answers or refuses without NaN."""
        if self._case.outcomes:
            pytest.skip("it takes outcomes")
        for name, column in self._case.columns.items():
            if column.values.dtype.kind != "f":
                continue
            for what, odd in ODD.items():
                case = self._case.with_values(name, odd(column.values))
                with warnings.catch_warnings():
                    warnings.simplefilter("error", RuntimeWarning)
                    outcome = self._answer(case, f"{name} {what}")
                for text in _sentences(outcome):
                    if NO_NUMBER.search(text):
                        raise RuleViolation(
                            f"numbers in all sentences with {name} {what}", text, "refuse before it is computed"
                        )

    def _answer(self, case: Case, what: str) -> Outcome:
        try:
            return self._ask(case)
        except EchubError as error:
            raise RuleViolation(f"an answer or a refusal with {what}", one_line(error), "raise Refusal") from None

    def _compatible(self, before: Outcome, after: Outcome, what: str) -> None:
        if after.status != "ok":
            return  # it says itself that something is odd
        for name, one in _judged(before, after):
            if self._case.truth and name not in self._case.truth:
                continue  # what is told beside the answer may hold for the rows that are there
            if _contradict(one, after.measurands[name]):
                raise RuleViolation(
                    f"{name} {_said(one)}, or a wider interval, with {what}",
                    _said(after.measurands[name]),
                    "let the distance of the rows around the answer be part of its interval, or flag it",
                )


def _judged(before: Outcome, after: Outcome) -> list[tuple[str, Measurand]]:
    return [(name, one) for name, one in before.measurands.items() if name in after.measurands]


def _sentences(outcome: Outcome) -> Iterator[str]:
    for remark in (*outcome.flags, *outcome.refusals):
        yield remark.text
        yield remark.hint or ""
    for name, measurand in outcome.measurands.items():
        yield f"{name}: {measurand.note or ''}"


def _doubled(case: Case) -> Case:
    if case.outcomes:
        return replace(case, outcomes=(*case.outcomes, *case.outcomes))
    _rows_only(case)
    return _taken(case, np.repeat(np.arange(_rows(case)), 2))


def _with_holes(case: Case) -> Iterator[tuple[float, Case]]:
    """Yield the case without each of some parts, and where that part starts."""
    count = len(case.outcomes)
    if count:
        for k in range(min(count, HOLES)):
            yield k / count, replace(case, outcomes=case.outcomes[:k] + case.outcomes[k + 1 :])
        return
    _rows_only(case)
    rows = _rows(case)
    for start in np.linspace(0.05, 0.95 - HOLE, HOLES):
        at = np.arange(rows)
        yield float(start), _taken(case, at[(at < start * rows) | (at >= (start + HOLE) * rows)])


def _rows_only(case: Case) -> None:
    if any(column.axes != ROWS for column in case.columns.values()):
        pytest.skip("a map has no rows")


def _rows(case: Case) -> int:
    return len(next(iter(case.columns.values())).values)


def _taken(case: Case, at: Any) -> Case:  # noqa: ANN401
    return replace(case, columns={n: replace(c, values=c.values[at]) for n, c in case.columns.items()})


def _contradict(one: Measurand, two: Measurand) -> bool:
    first, second = _range(one), _range(two)
    if first is None or second is None:
        return False  # no uncertainty is stated, and none can be judged
    return _outside(first, second) and _outside(second, first)


def _outside(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    low, high, middle = one
    reach = (FAR - 1) * (high - low) / 2 if np.isfinite(high - low) else 0.0
    nearest = float(np.clip(middle, other[0], other[1]))
    slack = reach + ROUNDING * abs(middle)
    return not low - slack <= nearest <= high + slack


def _range(measurand: Measurand) -> tuple[float, float, float] | None:
    """Return both ends of what is said, and its middle; None without an uncertainty."""
    interval = measurand.interval
    if interval is not None:
        low = -np.inf if interval.low is None else interval.low
        high = np.inf if interval.high is None else interval.high
    elif measurand.value is not None and measurand.uncertainty:
        half = NORMAL_95 * measurand.uncertainty
        low, high = measurand.value - half, measurand.value + half
    else:
        return None
    ends = [end for end in (low, high) if np.isfinite(end)]
    middle = measurand.value if measurand.value is not None else float(np.mean(ends))
    return float(low), float(high), float(middle)


def _said(measurand: Measurand) -> str:
    found = _range(measurand)
    return "missing" if found is None else f"[{found[0]:.4g}, {found[1]:.4g}] {measurand.unit}"
