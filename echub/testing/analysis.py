"""The contract that every analysis keeps, as a pytest class.

A plugin's whole test is::

    from echub.testing import AnalysisContract, synth

    class TestRampOnset(AnalysisContract):
        analysis = "ramp-onset"
        generate = staticmethod(synth.ramp)

where ``generate(seed)`` gives a `synth.Case`: a measurement (or outcomes), and the truth behind
it. If the analysis declares an `example`, `generate` may be left out. One rule is one method;
the first line of its docstring is the rule.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pytest

from echub.analysis.analysis import analyze, parameters
from echub.analysis.covariance import covariance_problem
from echub.analysis.fitting import Standing, fit_of
from echub.analysis.outcome import Interval, Measurand, Outcome
from echub.declare_analysis import Analysis
from echub.errors import EchubError, PluginError
from echub.model.column import same_values
from echub.model.record import Record
from echub.model.units import parse_unit
from echub.model.vocabulary import quantities
from echub.registry.calling import call
from echub.registry.registry import registry
from echub.testing.base import Contract, RuleViolation, one_line, rule
from echub.testing.rules_budget import AREAL, BudgetRules
from echub.testing.rules_robust import RobustRules
from echub.testing.synth.case import Case

OTHER_UNITS = {
    "time": "h",
    "current": "A",
    "current_setpoint": "A",
    "charge": "C",
    "charge_increment": "C",
    "voltage": "mV",
    "potential_we": "mV",
    "potential_ce": "mV",
    "cell.area": "m^2",
    "cell.temperature": "K",
    "sputter_time": "h",
    "depth": "m",
    "frequency": "kHz",
    "impedance_real": "kohm",
    "impedance_imag": "kohm",
    "sims.crater_depth": "nm",
    "sims.dwell_time": "ms",
}
"""Other units for the same measurement, to check that the answer does not change."""
HEAVY = ("numpy", "scipy", "matplotlib", "pandas", "polars", "h5py", "pint", "uncertainties")
TOLERANCES = ("params", "seeds", "bias", "exact", "resampling", "moves_with_time")
"""Attributes of the contract that a declaration may set."""
WIDEST = 3.0
"""Half widths of a 95 % interval in standard uncertainties: 1.96 if normal, 3 with three degrees of freedom."""
ROUNDING = 1e-9
"""Relative slack for float64 rounding in comparisons of uncertainties with intervals."""
LATER_S = 86_400.0
"""A clock that started a day earlier, s: as if the file continued a longer experiment."""
LEAST_CHANCE = 1e-3
"""A contract fails if correct intervals would miss the truth this often with a lower probability than this."""


class AnalysisContract(BudgetRules, RobustRules, Contract):
    """Check an analysis by all rules of the hub: subclass it, and give `analysis` and `generate`.

    Without `generate`, the declared `example` is used; without a value of its own for one of the
    tolerances (`params` to `moves_with_time`), those that the analysis declares apply.

    `analysis` is its name, or a declaration that is not installed. `params` apply to all rules.
    `seeds`: number of measurements for the tests against the truth. `bias`: largest mean error, relative to
    the truth. `exact`: relative change by rounding that is allowed when only units change.
    `resampling`: the same if every second row is left out. `moves_with_time`: measurands that are
    points in time.
    """

    analysis: ClassVar[str | Analysis] = ""
    generate: Callable[[int], Case]
    params: ClassVar[Mapping[str, Any]] = {}
    seeds: ClassVar[int] = 20
    bias: ClassVar[float] = 0.02
    exact: ClassVar[float] = 1e-6
    resampling: ClassVar[float] = 0.02
    moves_with_time: ClassVar[tuple[str, ...]] = ()

    @property
    def subject(self) -> str:
        """Return the name of what is tested."""
        return self.analysis.name if isinstance(self.analysis, Analysis) else self.analysis

    # -- declaration -----------------------------------------------------------------------

    @rule
    def test_its_declaration_is_sound(self) -> None:
        """It is installed, and its quantities, units, parameters and profiles exist."""
        declared = self._declaration
        for need in declared.columns:
            unknown = [name for name in need.quantities if name not in quantities()]
            if unknown:
                raise RuleViolation(
                    "quantities of the vocabulary", f"{need.name} needs {', '.join(unknown)}", "name others"
                )
        texts = [n.unit for n in declared.needs] + [unit for gives in declared.outputs for unit in gives.units]
        try:
            for text in texts:
                parse_unit(text or "1")
            parameters(declared, {}, None)
            for profile in declared.profiles:
                parameters(declared, {}, profile)
        except EchubError as error:
            raise RuleViolation(
                "units and parameters that exist", one_line(error), "correct the declaration"
            ) from None
        if unknown := sorted(set(declared.tolerances) - set(TOLERANCES)):
            raise RuleViolation(
                f"tolerances among {', '.join(TOLERANCES)}", ", ".join(unknown), "correct the declaration"
            )
        if not declared.outputs:
            raise RuleViolation("at least one measurand", "an empty `outputs`", "declare what it answers")

    @rule
    def test_declaring_it_is_light(self) -> None:
        """The module that declares it imports nothing heavy."""
        if isinstance(self.analysis, Analysis):
            pytest.skip("the declaration is not installed")
        module = registry().owner(self._declaration).module
        code = f"import sys, {module}; print(*[m for m in {HEAVY!r} if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        if done.stdout.strip():
            found = f"{module} imports {done.stdout.strip()}"
            raise RuleViolation(
                "the standard library and echub.plugin alone", found, "import them in the module of `run`"
            )

    # -- answers ---------------------------------------------------------------------------

    @rule
    def test_it_answers(self) -> None:
        """It answers a good measurement, with at least one value."""
        outcome = self._ask(self._case)
        if outcome.status == "refused" or not any(m.value is not None for m in outcome.measurands.values()):
            raise RuleViolation("a value", _spoken(outcome), "answer what `generate` makes")

    @rule
    def test_its_first_look_accepts_what_it_answers(self) -> None:
        """The first look that it declares does not turn away what it answers."""
        if not self._declaration.look:
            pytest.skip("it declares no first look")
        fit = fit_of(self._declaration, self._case.record(), self._tolerance("params"))
        if fit.standing is not Standing.SUITS:
            raise RuleViolation("no refusal", fit.reason, "let `look` refuse only what `run` refuses")

    @rule
    def test_the_same_question_has_the_same_answer(self) -> None:
        """Asked twice, it answers the same to the last digit."""
        first, again = (self._ask(self._case).to_json() for _ in range(2))
        if first != again:
            raise RuleViolation("equal outcomes", "outcomes that differ", "draw random numbers from data.rng()")

    @rule
    def test_it_leaves_its_input_alone(self) -> None:
        """The record is what it was before."""
        if self._case.outcomes:
            pytest.skip("outcomes cannot be changed")
        record = self._case.record()
        columns = record[self._case.kind].columns
        before = {name: column.values.copy() for name, column in columns.items()}
        self._ask(self._case, record)
        if not all(same_values(before[name], column.values) for name, column in columns.items()):
            raise RuleViolation("an unchanged record", "changed columns", "work on copies of data[...]")

    @rule
    def test_its_outcome_survives_json(self) -> None:
        """The outcome is equal after it was written and read."""
        outcome = self._ask(self._case)
        advice = "use floats, texts and Series, no other types"
        try:
            again = Outcome.from_json(outcome.to_json())
        except EchubError as error:
            raise RuleViolation("an outcome that can be read", one_line(error), advice) from None
        if again != outcome:
            raise RuleViolation("an equal outcome", "a different one", advice)

    @rule
    def test_values_have_uncertainties(self) -> None:
        """A value whose truth is known has an uncertainty or an interval."""
        outcome = self._ask(self._case)
        told = [(n, m) for n, m in outcome.measurands.items() if n in self._case.truth]
        bare = [n for n, m in told if not m.uncertainty and not m.interval]
        if bare:
            raise RuleViolation("an uncertainty", f"none for {', '.join(bare)}", "state one, or an interval")

    @rule
    def test_values_lie_in_their_intervals(self) -> None:
        """No value lies outside its own interval: the hub refuses such an outcome."""
        try:
            self._ask(self._case)
        except PluginError as error:
            advice = "state the value and the interval of one estimate"
            raise RuleViolation("an outcome that the hub takes", error.found or one_line(error), advice) from None

    @rule
    def test_uncertainties_fit_their_intervals(self) -> None:
        """A standard uncertainty is 1 to 1/3 of the half width of its coverage interval, or a note says why."""
        for name, measurand in self._ask(self._case).measurands.items():
            if (half := _half_width(measurand)) is None or measurand.note:
                continue
            if not half / WIDEST <= (measurand.uncertainty or 0.0) <= half * (1 + ROUNDING):
                raise RuleViolation(
                    f"an uncertainty of {name} between {half / WIDEST:.3g} and {half:.3g}",
                    f"{measurand.uncertainty:.3g}",
                    "state the standard uncertainty that belongs to the interval, or say in `note` why it differs",
                )

    @rule
    def test_covariances_agree_with_uncertainties(self) -> None:
        """A table `covariance` is symmetric, and its diagonal the square of the uncertainties."""
        if problem := covariance_problem(self._ask(self._case)):
            raise RuleViolation("a covariance that fits its measurands", problem, "use covariance_table")

    @rule
    def test_it_finds_the_truth(self) -> None:
        """Over many seeds the mean error is small, intervals cover as often as they say, censored ones always."""
        found: dict[str, list[tuple[float, bool | None]]] = {}
        for seed in range(self._tolerance("seeds")):
            case = self._generated(seed)
            for name, measurand in self._ask(case, seed=seed).measurands.items():
                if name not in case.truth:
                    continue
                if measurand.value is not None:
                    judged = _judged(measurand.value, measurand.interval, case.truth[name])
                    found.setdefault(name, []).append(judged)
                elif measurand.interval is not None and not measurand.interval.covers(case.truth[name]):
                    between = f"{measurand.interval.low} … {measurand.interval.high}"
                    raise RuleViolation(
                        f"an interval of {name} around {case.truth[name]:g}", between, "bracket it"
                    )
        if not found:
            raise RuleViolation(
                "measurands that the truth names", "none", "name the truth as the measurands are named"
            )
        for name, errors in found.items():
            self._judge(name, errors)

    def _judge(self, name: str, errors: list[tuple[float, bool | None]]) -> None:
        from scipy.stats import binom

        mean = float(np.mean([error for error, _ in errors]))
        if abs(mean) > self._tolerance("bias"):
            raise RuleViolation(
                f"a mean error of {name} below {self._tolerance('bias'):.1%}", f"{mean:+.2%}", "find the bias"
            )
        covered = [inside for _, inside in errors if inside is not None]
        if covered and binom.cdf(sum(covered), len(covered), 0.95) < LEAST_CHANCE:
            found = f"{sum(covered)} of {len(covered)}"
            raise RuleViolation(
                f"intervals of {name} that cover the truth", found, "widen them by what is missing"
            )

    # -- the same data in another form -----------------------------------------------------------

    @rule
    def test_units_do_not_matter(self) -> None:
        """In hours, amperes, millivolts and square metres the answer is the same."""
        if not OTHER_UNITS.keys() & {*self._case.columns, *self._case.metadata}:
            pytest.skip("none of its columns has another unit")
        self._same(
            self._case.in_units(OTHER_UNITS), self._tolerance("exact"), "use the units in which the needs arrive"
        )

    @rule
    def test_the_clock_does_not_matter(self) -> None:
        """A clock that began a day earlier moves nothing but points in time."""
        self._timeseries_only()
        self._same(
            self._case.later(LATER_S),
            # Looser than `exact`: adding a day rounds times, and a threshold may then fall between other rows.
            max(self._tolerance("exact"), 1e-4),
            "subtract the first time",
            moved=LATER_S,
        )

    @rule
    def test_the_sampling_hardly_matters(self) -> None:
        """With every second row the answer stays within its uncertainty."""
        self._timeseries_only()
        self._same(self._case.every(2), self._tolerance("resampling"), "weigh by time, not by rows", sigmas=4.0)

    @rule
    def test_the_order_does_not_matter(self) -> None:
        """Outcomes in another order give the same answer."""
        if not self._case.outcomes:
            pytest.skip("it takes a file")
        turned = replace(self._case, outcomes=self._case.outcomes[::-1])
        self._same(turned, self._tolerance("exact"), "sort by what the outcomes say")

    # -- refusals --------------------------------------------------------------------------

    @rule
    def test_nothing_is_refused(self) -> None:
        """Without rows, or outcomes, it refuses."""
        what: Any = [] if self._case.outcomes else self._case.rows(0).record()
        self._refused(what, "no data")

    @rule
    def test_columns_without_numbers_are_refused(self) -> None:
        """A needed column that holds nothing but NaN is refused."""
        for quantity in self._needed:
            self._refused(self._case.lost(quantity).record(), f"{quantity} without a number")
        if not self._needed and not self._case.outcomes:
            nothing = self._case
            for quantity, column in self._case.columns.items():
                nothing = nothing.lost(quantity) if column.values.dtype.kind == "f" else nothing
            self._refused(nothing.record(), "columns without a number")

    @rule
    def test_columns_without_units_are_refused(self) -> None:
        """A needed column without a unit is refused."""
        for quantity in self._needed:
            record = self._case.record()
            dataset = record.datasets[self._case.kind]
            bare = replace(dataset.columns[quantity], unit=None)
            record.datasets[self._case.kind] = replace(dataset, columns={**dataset.columns, quantity: bare})
            self._refused(record, f"{quantity} without a unit")

    @rule
    def test_a_falling_clock_is_refused(self) -> None:
        """A time that goes back is refused, unless the analysis allows it."""
        clock = next((n for n in self._declaration.columns if "time" in n.quantities and not n.restarts), None)
        if clock is None or self._case.outcomes:
            pytest.skip("it needs no clock, or allows restarts")
        time = self._case.columns["time"].values
        turned = np.concatenate([time[: len(time) // 2], time[: len(time) - len(time) // 2]])
        self._refused(self._case.with_values("time", turned).record(), "a clock that restarts")

    @rule
    def test_no_area_no_density(self) -> None:
        """Without a stated area nothing per area is given."""
        if "cell.area" not in self._case.metadata:
            pytest.skip("the measurement states no area")
        outcome = self._ask(self._case.without("cell.area"))
        if outcome.status == "refused":
            return
        areal = [n for n, m in outcome.measurands.items() if m.value is not None and _per_area(m.unit)]
        if areal:
            raise RuleViolation("currents, not densities", f"{', '.join(areal)}", "take data.unit_of(...)")

    # -- helpers of the rules -----------------------------------------------------------

    @property
    def _declaration(self) -> Analysis:
        if isinstance(self.analysis, Analysis):
            return self.analysis
        found = registry().analyses.get(self.analysis)
        if found is None:
            raise RuleViolation(
                "an installed analysis", f"no {self.analysis!r}", "pip install -e . registers entry points"
            )
        return found

    def _tolerance(self, name: str) -> Any:  # noqa: ANN401
        """Return a tolerance: the subclass's own, else the declared one, else the contract's."""
        own = next(vars(cls)[name] for cls in type(self).__mro__ if name in vars(cls))
        is_default = own is vars(AnalysisContract)[name]
        return self._declaration.tolerances.get(name, own) if is_default else own

    def _generated(self, seed: int) -> Case:
        kept: Any = self._kept
        if seed not in kept:
            kept[seed] = self._generator(seed)
        return kept[seed]  # type: ignore[no-any-return]

    @property
    def _generator(self) -> Callable[[int], Case]:
        given: Callable[[int], Case] | None = getattr(type(self), "generate", None)
        if given is not None:
            return given
        if not self._declaration.example:
            raise RuleViolation(
                "measurements of known truth", "none", 'give `generate`, or declare example="module:function"'
            )
        return partial(call, self._declaration, self._declaration.example, returns=Case)

    @property
    def _case(self) -> Case:
        return self._generated(0)

    @property
    def _needed(self) -> list[str]:
        """Return the quantities of the generated columns that answer the required needs, with a unit."""
        if self._case.outcomes:
            return []
        present = self._case.columns
        needs = [n for n in self._declaration.columns if not n.optional and n.unit]
        answering = [next((q for q in n.quantities if q in present), None) for n in needs]
        return [quantity for quantity in answering if quantity is not None]

    def _ask(self, case: Case, what: object = None, seed: int = 0) -> Outcome:
        given: Any = case.data() if what is None else what
        return analyze(self._declaration, given, params=self._tolerance("params"), seed=seed)

    def _timeseries_only(self) -> None:
        if self._case.outcomes or "time" not in self._case.columns:
            pytest.skip("it takes no time series")

    def _same(self, other: Case, relative: float, advice: str, *, moved: float = 0.0, sigmas: float = 0.0) -> None:
        before, after = self._ask(self._case), self._ask(other)
        if after.status == "refused":
            raise RuleViolation("the same answer", _spoken(after), advice)
        for name, one in before.measurands.items():
            two = after.measurands.get(name)
            if two is None or (one.value is None) != (two.value is None):
                raise RuleViolation(f"{name} {_short(one)}", f"{_short(two)}", advice)
            if one.value is None or two.value is None:
                continue
            expected = one.value + (moved if name in self._tolerance("moves_with_time") else 0.0)
            # 1e-12 in any unit: two values of zero that differ only by rounding.
            allowed = max(relative * abs(one.value), sigmas * (one.uncertainty or 0.0), 1e-12)
            if abs(two.value - expected) > allowed:
                raise RuleViolation(f"{name} {expected:.8g} {one.unit}", f"{two.value:.8g} {two.unit}", advice)

    def _refused(self, what: Any, because: str) -> None:  # noqa: ANN401
        if isinstance(what, Record) and not self._declaration.columns:
            pytest.skip("it needs no columns")
        try:
            outcome = analyze(self._declaration, what, params=self._tolerance("params"))
        except EchubError as error:
            raise RuleViolation(f"a refusal of {because}", one_line(error), "raise Refusal with a code") from None
        if outcome.status != "refused":
            raise RuleViolation(
                f"a refusal of {because}", _spoken(outcome), "declare the need as required, with its unit"
            )


def _judged(value: float, interval: Interval | None, truth: float) -> tuple[float, bool | None]:
    """Return the relative error, and whether the interval of 95 % covers the truth."""
    covers = interval.covers(truth) if interval is not None and interval.level == 0.95 else None
    return (value - truth) / abs(truth), covers


def _per_area(unit: str) -> bool:
    return parse_unit(unit).dimension in AREAL


def _short(measurand: Measurand | None) -> str:
    return "missing" if measurand is None else f"{measurand.value} {measurand.unit}"


def _spoken(outcome: Outcome) -> str:
    codes = ", ".join(f"{flag.code} ({flag.message})" for flag in outcome.refusals)
    values = ", ".join(f"{n} {_short(m)}" for n, m in outcome.measurands.items())
    return f"{outcome.status}: {codes or values or 'nothing'}"


def _half_width(measurand: Measurand) -> float | None:
    """Return half the width of a two-sided coverage interval next to a value with uncertainty; else None."""
    interval = measurand.interval
    if measurand.value is None or measurand.uncertainty is None or interval is None or interval.kind != "coverage":
        return None
    return None if interval.low is None or interval.high is None else (interval.high - interval.low) / 2
