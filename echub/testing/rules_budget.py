"""Rules about the parts of an uncertainty: they make up the whole, and what a user states counts."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from echub.analysis.analysis import analyze
from echub.analysis.outcome import Measurand, Outcome
from echub.declare_analysis import Analysis
from echub.model.units import parse_unit
from echub.testing.base import Contract, RuleViolation, rule, skip
from echub.testing.synth.case import Case

AREAL = {
    "current^1 length^-2",
    "current^1 length^-2 time^-1",
    "current^1 length^-2 time^1",
    "current^-2 length^4 mass^1 time^-3",
}
"""Dimensions that only a stated area gives: current and charge densities, ramp rates, resistance times area."""
LARGE = 50.0
"""A stated uncertainty in %, so large that it rules every other part."""
ADDED = 1e-6
"""Relative difference between a total and its parts that rounding and a JSON file leave."""


class BudgetRules(Contract):
    """The rules, for `AnalysisContract`, which supplies what they ask of."""

    if TYPE_CHECKING:

        @property
        def _case(self) -> Case: ...

        @property
        def _declaration(self) -> Analysis: ...

        def _ask(self, case: Case, what: object = None, seed: int = 0) -> Outcome: ...

        def _tolerance(self, name: str) -> Any: ...  # noqa: ANN401

    @rule
    def test_components_make_up_the_uncertainty(self) -> None:
        """Components add in squares to the standard uncertainty, or a note says why not."""
        for name, measurand in self._ask(self._case).measurands.items():
            if not measurand.components or measurand.note or measurand.uncertainty is None:
                continue
            total = math.hypot(*(part.uncertainty for part in measurand.components))
            if abs(total - measurand.uncertainty) > ADDED * max(total, measurand.uncertainty):
                parts = ", ".join(f"{part.name} {part.uncertainty:.3g}" for part in measurand.components)
                raise RuleViolation(
                    f"an uncertainty of {name} of {total:.4g}: {parts}",
                    f"{measurand.uncertainty:.4g}",
                    "list every component once, and add them in squares; a note if they are correlated",
                )

    @rule
    def test_a_stated_uncertainty_counts(self) -> None:
        """A parameter `…_uncertainty` in % that grows makes an answer less certain, and none more certain."""
        given: Mapping[str, Any] = self._tolerance("params")
        names = [f.name for f in dataclasses.fields(self._declaration.params) if _is_percent(f)]
        if not names:
            skip("it has no parameter ..._uncertainty in %")
        before = self._ask(self._case).measurands
        for name in names:
            params = {**given, name: LARGE}
            after = analyze(self._declaration, self._case.data(), params=params)
            _require_wider(name, before, after.measurands, self._counts(name, before))

    def _counts(self, parameter: str, before: Mapping[str, Measurand]) -> bool:
        """Return whether the case states what the parameter is about, and an uncertain answer needs it."""
        what = parameter.removesuffix("_uncertainty")
        stated = any(path.endswith(what) for path in self._case.metadata)
        known = [m for m in before.values() if m.uncertainty and m.value is not None]
        return stated and any(what != "area" or parse_unit(m.unit).dimension in AREAL for m in known)


def _is_percent(field: dataclasses.Field[Any]) -> bool:
    return field.name.endswith("_uncertainty") and field.metadata.get("unit") == "%"


def _require_wider(
    parameter: str, before: Mapping[str, Measurand], after: Mapping[str, Measurand], counts: bool
) -> None:
    grew = not counts
    for name, one in before.items():
        two = after.get(name)
        if one.uncertainty is None or two is None or two.uncertainty is None:
            grew |= two is None or (one.value is not None and two.value is None)
            continue
        if two.uncertainty < one.uncertainty * (1 - ADDED):
            raise RuleViolation(
                f"an uncertainty of {name} of at least {one.uncertainty:.4g} with {parameter}={LARGE:g}%",
                f"{two.uncertainty:.4g}",
                "add the part in squares",
            )
        grew |= two.uncertainty > one.uncertainty * (1 + ADDED)
    if not grew:
        raise RuleViolation(
            f"a larger uncertainty with {parameter}={LARGE:g}%", "the same", "add the part in squares"
        )
