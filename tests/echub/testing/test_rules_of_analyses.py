"""What the rules of an analysis say of an answer that breaks them, and of one just inside: the whole answer."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from echub.errors import DataError, EchubError
from echub.model.units import convert, parse_unit
from echub.model.vocabulary import quantities
from echub.plugin import Component, Interval, Measurand, Need, NeedMeta, Outcome, Output
from echub.remark import Remark
from echub.testing import AnalysisContract
from echub.testing.analysis import OTHER_UNITS
from echub.testing.base import RuleViolation
from echub.testing.rules_budget import _require_wider
from echub.testing.synth import Case, Column
from tests.echub.testing.standing import said
from tests.echub.testing.test_analysis import GOOD, measured

ROWS = 100
CASE = Case(
    {"time": Column(np.arange(0.0, ROWS), "s"), "current": Column(np.full(ROWS, 2.0), "mA")},
    {"cell.area": "0.5 cm^2"},
    {"q": 8.0},
)
REFUSED = Outcome(flags=(Remark("no-rest", "there is none", "refusal"),))


def volt(value=None, uncertainty=None, low=None, high=None, **more):
    """Return a measurand in V; with `low` or `high`, its interval of 95 %."""
    interval = None if low is None and high is None else Interval(low, high, level=0.95)
    return Measurand("V", value, uncertainty, interval, **more)


def of(*found, **named):
    """Return an outcome with one measurand q, or those that are named."""
    return Outcome({"q": found[0]} if found else named)


def answering(answer, case=CASE, **attributes):
    """Return a contract whose analysis answers by a function of the case, and of the seed."""
    body = {"analysis": GOOD, "generate": staticmethod(lambda seed: case), **attributes}
    contract = type("Answering", (AnalysisContract,), body)()
    contract._ask = lambda case, what=None, seed=0: answer(case, seed)
    return contract


def always(*found, **named):
    return lambda case, seed: of(*found, **named)


# -- the declaration -------------------------------------------------------------------------------------

CORRECT = "correct the declaration"
EXIST = "units and parameters that exist"
SET = "tolerances among params, seeds, bias, exact, resampling, moves_with_time"
SOUND = {
    "as it is": ({}, ""),
    "an unknown quantity": (
        {"needs": (Need("t", "time", "s"), Need("x", any_of=("charm", "current", "spin"), unit="mA"))},
        ("quantities of the vocabulary", "x needs charm, spin", "name others"),
    ),
    "a need of metadata": ({"needs": (NeedMeta("cell.area", "cm^2"),)}, ""),
    "a unit of a need": (
        {"needs": (Need("t", "time", "fortnight"),)}, (EXIST, "UnknownUnit: unknown unit 'fortnight'", CORRECT)),
    "a unit of needed metadata": (
        {"needs": (NeedMeta("cell.area", "acre"),)}, (EXIST, "UnknownUnit: unknown unit 'acre'", CORRECT)),
    "the other unit of an output": (
        {"outputs": (Output("q", "V", or_units=("kV", "furlong")),)},
        (EXIST, "UnknownUnit: unknown unit 'furlong'", CORRECT)),
    "no unit": ({"outputs": (Output("q"),)}, ""),
    "tolerances": ({"tolerances": {"seed": 2, "exact": 1, "exactly": 3}}, (SET, "exactly, seed", CORRECT)),
    "the tolerances there are": (
        {"tolerances": dict.fromkeys(SET.removeprefix("tolerances among ").split(", "), 1)}, ""),
    "no outputs": ({"outputs": ()}, ("at least one measurand", "an empty `outputs`", "declare what it answers")),
}  # fmt: skip


@pytest.mark.parametrize("what", SOUND)
def test_a_declaration_that_is_sound_or_what_is_wrong_with_it(what):
    changes, expected = SOUND[what]
    contract = answering(always(), analysis=dataclasses.replace(GOOD, **changes))
    found = said(contract, "test_its_declaration_is_sound")
    assert found == expected or (found[0], found[1].split(" [")[0], found[2]) == expected


def test_an_analysis_that_is_not_installed_is_named():
    contract = answering(always(), analysis="no-such")
    assert said(contract, "test_its_declaration_is_sound") == (
        "an installed analysis", "no 'no-such'", "pip install -e . registers entry points")  # fmt: skip
    assert contract.subject == "no-such"
    assert answering(always()).subject == "charge"
    assert said(answering(always()), "test_declaring_it_is_light") == "the declaration is not installed"


def test_without_a_generator_the_declared_example_is_needed():
    contract = type("Bare", (AnalysisContract,), {"analysis": GOOD})()
    advice = 'give `generate`, or declare example="module:function"'
    assert said(contract, "test_it_answers") == ("measurements of known truth", "none", advice)


METADATA = {"cell.area": "cm^2", "cell.temperature": "degC", "sims.crater_depth": "um", "sims.dwell_time": "s"}


@pytest.mark.parametrize("name", OTHER_UNITS)
def test_the_other_unit_of_a_column_is_another_unit_of_its_dimension(name):
    usual = METADATA[name] if "." in name else quantities()[name].unit
    other = OTHER_UNITS[name]
    assert parse_unit(other).dimension == parse_unit(usual).dimension
    assert float(convert(1.0, other, usual, point="degC" in usual)) != 1.0


# -- one answer ------------------------------------------------------------------------------------------

UNREAD = "DataError: the outcome cannot be read: label is not a text [data] (a list)"
VALUE = ("a value", "answer what `generate` makes")
STATE = ("an uncertainty", "state one, or an interval")
BELONGS = "state the standard uncertainty that belongs to the interval, or say in `note` why it differs"
ONCE = "list every component once, and add them in squares; a note if they are correlated"


def parts(*uncertainties):
    return tuple(Component(f"part {n}", u) for n, u in enumerate(uncertainties, 1))


ANSWERS = {
    "test_it_answers": [
        (of(volt(8.0)), ""),
        (of(p=volt(low=1.0, high=2.0, censoring="interval"), q=volt(8.0)), ""),
        (of(volt(low=1.0, high=2.0, censoring="interval")), (VALUE[0], "ok: q None V", VALUE[1])),
        (REFUSED, (VALUE[0], "refused: no-rest (there is none)", VALUE[1])),
        (Outcome({"q": volt(8.0)}, REFUSED.flags), (VALUE[0], "refused: no-rest (there is none)", VALUE[1])),
    ],
    "test_values_have_uncertainties": [
        (of(volt(8.0, 0.1)), ""), (of(volt(8.0, low=7.0, high=9.0)), ""), (of(other=volt(8.0)), ""),
        (of(volt(8.0)), (STATE[0], "none for q", STATE[1])),
        (of(volt(8.0, 0.0)), (STATE[0], "none for q", STATE[1])),
    ],
    "test_uncertainties_fit_their_intervals": [
        (of(volt(8.0, 1.0, 7.0, 9.0)), ""), (of(volt(8.0, 1 / 3, 7.0, 9.0)), ""),
        (of(volt(8.0, 0.51, 7.0, 9.0)), ""), (of(volt(8.0, 5.0)), ""), (of(volt(8.0, low=7.0, high=9.0)), ""),
        (of(volt(8.0, 5.0, 7.0)), ""), (of(volt(8.0, 5.0, high=9.0)), ""),
        (of(volt(8.0, 1.01, 7.0, 9.0)), ("an uncertainty of q between 0.333 and 1", "1.01", BELONGS)),
        (of(volt(8.0, 0.33, 7.0, 9.0)), ("an uncertainty of q between 0.333 and 1", "0.33", BELONGS)),
        (of(volt(8.0, 0.33, 7.0, 9.0, note="it drifts")), ""),
        (of(Measurand("V", 8.0, 5.0, Interval(7.0, 9.0, "bracketing"))), ""),
    ],
    "test_components_make_up_the_uncertainty": [
        (of(volt(8.0, 5.0, components=parts(3.0, 4.0))), ""),
        (of(volt(8.0, 5.0 * (1 + 0.9e-6), components=parts(3.0, 4.0))), ""),
        (of(volt(8.0, 5.0)), ""), (of(volt(8.0, None, components=parts(3.0, 4.0))), ""),
        (of(volt(8.0, 7.0, components=parts(3.0, 4.0), note="they are correlated")), ""),
        (of(volt(8.0, 7.0, components=parts(3.0, 4.0))),
         ("an uncertainty of q of 5: part 1 3, part 2 4", "7", ONCE)),
        (of(volt(8.0, 5.0 * (1 + 1.1e-6), components=parts(3.0, 4.0))),
         ("an uncertainty of q of 5: part 1 3, part 2 4", "5", ONCE)),
        (of(volt(8.0, 5.0 * (1 - 1.1e-6), components=parts(3.0, 4.0))),
         ("an uncertainty of q of 5: part 1 3, part 2 4", "5", ONCE)),
    ],
    "test_its_outcome_survives_json": [
        (of(volt(8.0, 0.1)), ""),
        (of(volt(8.0)).replace(label=("a", "b")),
         ("an outcome that can be read", UNREAD, "use floats, texts and Series, no other types")),
        (of(volt(8.0)).replace(metadata={"cell.id": {"value": ("a", "b")}}),
         ("an equal outcome", "a different one", "use floats, texts and Series, no other types")),
    ],
    "test_no_area_no_density": [
        (of(volt(8.0)), ""), (REFUSED, ""), (of(Measurand("mA/cm^2", interval=Interval(1.0, 2.0), n=3)), ""),
        (of(i=Measurand("mA", 1.0), j=Measurand("mA/cm^2", 1.0), r=Measurand("ohm*cm^2", 1.0)),
         ("currents, not densities", "j, r", "take data.unit_of(...)")),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "outcome", "expected"), [(r, *row) for r, rows in ANSWERS.items() for row in rows]
)
def test_an_answer_keeps_a_rule_or_the_rule_says_what_is_wrong(rule, outcome, expected):
    assert said(answering(lambda *_: outcome), rule) == expected


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        ({"q": 8.0}, ""),
        ({"q": 8.0, "rate": 1.0}, ("an uncertainty", "none for rate", "state one, or an interval")),
    ],
)
def test_a_value_needs_an_uncertainty_if_its_truth_is_known(truth, expected):
    contract = answering(always(rate=volt(1.0), q=volt(8.0, 0.1)), dataclasses.replace(CASE, truth=truth))
    assert said(contract, "test_values_have_uncertainties") == expected


def test_only_a_measurement_with_an_area_is_asked_without_it():
    asked = []
    contract = answering(lambda case, _: asked.append(dict(case.metadata)) or of(volt(8.0)))
    assert said(contract, "test_no_area_no_density") == ""
    assert asked == [{}]
    bare = answering(always(), dataclasses.replace(CASE, metadata={}))
    assert said(bare, "test_no_area_no_density") == "the measurement states no area"


@pytest.mark.parametrize(("again", "expected"), [
    (8.0, ""), (8.0 + 2**-49, ("equal outcomes", "outcomes that differ", "draw random numbers from data.rng()")),
])  # fmt: skip
def test_two_answers_to_one_question(again, expected):
    values = iter([8.0, again])
    contract = answering(lambda *_: of(volt(next(values))))
    assert said(contract, "test_the_same_question_has_the_same_answer") == expected


# -- against the truth -----------------------------------------------------------------------------------


def seeded(*answers, truth=8.0, **attributes):
    """Return a contract whose analysis answers each seed with one of these."""
    case = dataclasses.replace(CASE, truth={"q": truth})
    asked = []

    def answer(_, seed):
        asked.append(seed)
        return answers[seed]

    return answering(answer, case, seeds=len(answers), **attributes), asked


BRACKET = "bracket it"
COVER, WIDEN = "intervals of q that cover the truth", "widen them by what is missing"
TRUE = [
    ([volt(8.0)] * 3, ""),
    ([volt(8.159)] * 3, ""),
    ([volt(7.841)] * 3, ""),
    ([volt(8.1608)] * 3, ("a mean error of q below 2.0%", "+2.01%", "find the bias")),
    ([volt(7.8392)] * 3, ("a mean error of q below 2.0%", "-2.01%", "find the bias")),
    ([volt(7.0), volt(9.0)], ""),
    ([volt(8.0, low=8.1, high=8.2)] * 2, ""),  # 5 %² of chance: 0.0025
    ([volt(8.0, low=8.1, high=8.2)] * 3, (COVER, "0 of 3", WIDEN)),
    ([*[volt(8.0, low=8.1, high=8.2)] * 3, volt(8.0, low=7.0, high=9.0)],
     (COVER, "1 of 4", WIDEN)),
    ([volt(low=8.0, high=9.0, censoring="interval")],
     ("measurands that the truth names", "none", "name the truth as the measurands are named")),
    ([volt(low=7.0, censoring="right"), volt(8.0)], ""),
    ([volt(low=8.5, high=9.0, censoring="interval")], ("an interval of q around 8", "8.5 … 9.0", BRACKET)),
    ([volt(8.0), volt(low=9.0, censoring="right")], ("an interval of q around 8", "9.0 … None", BRACKET)),
]  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), TRUE)
def test_answers_over_many_seeds_beside_the_truth(found, expected):
    contract, asked = seeded(*(of(one) for one in found))
    assert said(contract, "test_it_finds_the_truth") == expected
    assert asked == list(range(len(asked)))
    assert len(asked) == len(found)


@pytest.mark.parametrize(("bias", "expected"), [
    (0.25, ""), (0.24, ("a mean error of q below 24.0%", "+25.00%", "find the bias")),
])  # fmt: skip
def test_the_mean_error_may_be_as_large_as_stated(bias, expected):
    contract, _ = seeded(of(volt(10.0)), bias=bias)
    assert said(contract, "test_it_finds_the_truth") == expected


def test_the_error_is_relative_to_the_size_of_the_truth():
    contract, _ = seeded(of(volt(-8.4)), truth=-8.0)
    assert said(contract, "test_it_finds_the_truth")[1] == "-5.00%"


def test_measurands_that_the_truth_does_not_name_are_not_judged():
    contract, _ = seeded(of(p=volt(99.0), q=volt(8.0)))
    assert said(contract, "test_it_finds_the_truth") == ""


# -- another form of the same data -----------------------------------------------------------------------


def forms(answer, case=CASE, **attributes):
    """Return a contract whose analysis answers the case by 8.0 V, and every other form by a function of it."""
    return answering(lambda given, _: of(volt(8.0, 0.1)) if given is case else answer(given), case, **attributes)


def against(other):
    return lambda given: of(volt(other, 0.1))


UNITS = "use the units in which the needs arrive"
CLOCK = "subtract the first time"
SAMPLING = "weigh by time, not by rows"
SAME = [
    ("test_units_do_not_matter", against(8.0), {}, ""),
    ("test_units_do_not_matter", against(8.0 * (1 + 0.9e-6)), {}, ""),
    ("test_units_do_not_matter", against(8.0 * (1 - 1.1e-6)), {}, ("q 8 V", "7.9999912 V", UNITS)),
    ("test_units_do_not_matter", against(8.001), {"exact": 1e-3}, ""),
    ("test_units_do_not_matter", against(12.0), {"exact": 0.5}, ""),
    ("test_units_do_not_matter", against(8.01), {"exact": 1e-3}, ("q 8 V", "8.01 V", UNITS)),
    ("test_units_do_not_matter", lambda _: REFUSED, {},
     ("the same answer", "refused: no-rest (there is none)", UNITS)),
    ("test_units_do_not_matter", lambda _: of(p=volt(8.0)), {}, ("q 8.0 V", "missing", UNITS)),
    ("test_units_do_not_matter", lambda _: of(volt(low=7.0, high=9.0)), {}, ("q 8.0 V", "None V", UNITS)),
    ("test_the_clock_does_not_matter", against(8.0 * (1 + 0.9e-4)), {}, ""),
    ("test_the_clock_does_not_matter", against(8.0 * (1 + 1.1e-4)), {}, ("q 8 V", "8.00088 V", CLOCK)),
    ("test_the_clock_does_not_matter", against(8.005), {"exact": 1e-3}, ""),
    ("test_the_clock_does_not_matter", against(86_408.0), {"moves_with_time": ("q",)}, ""),
    ("test_the_clock_does_not_matter", against(8.0), {"moves_with_time": ("q",)}, ("q 86408 V", "8 V", CLOCK)),
    ("test_the_sampling_hardly_matters", against(8.39), {}, ""),  # within four times 0.1 V
    ("test_the_sampling_hardly_matters", against(8.41), {}, ("q 8 V", "8.41 V", SAMPLING)),
    ("test_the_sampling_hardly_matters", against(8.79), {"resampling": 0.1}, ""),
    ("test_the_sampling_hardly_matters", against(7.19), {"resampling": 0.1}, ("q 8 V", "7.19 V", SAMPLING)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "answer", "attributes", "expected"), SAME)
def test_the_same_data_in_another_form(rule, answer, attributes, expected):
    assert said(forms(answer, **attributes), rule) == expected


def test_what_the_other_forms_are():
    seen = {}
    for rule in ("test_units_do_not_matter", "test_the_clock_does_not_matter", "test_the_sampling_hardly_matters"):
        contract = forms(lambda given, rule=rule: seen.setdefault(rule, given) and of(volt(8.0)))
        assert said(contract, rule) == ""
    units, clock, sampling = seen.values()
    assert [units.columns[name].unit for name in ("time", "current")] == ["h", "A"]
    assert units.columns["time"].values[36] == pytest.approx(0.01)
    assert units.metadata == {"cell.area": "5e-05 m^2"}
    assert clock.columns["time"].values[:2].tolist() == [86_400.0, 86_401.0]
    assert sampling.columns["time"].values[:3].tolist() == [0.0, 2.0, 4.0]


ZERO = [(1e-13, ""), (2e-12, ("q 0 V", "2e-12 V", UNITS))]


@pytest.mark.parametrize(("other", "expected"), ZERO)
def test_two_zeros_differ_by_rounding_only(other, expected):
    contract = answering(lambda case, _: of(volt(0.0 if case is CASE else other)))
    assert said(contract, "test_units_do_not_matter") == expected


MANY = Case(outcomes=tuple(of(volt(float(k))) for k in range(7)))
"""Seven outcomes of earlier analyses."""
A_MAP = Case({"ion_counts": Column(np.ones((2, 3, 3)), "count", ("frame", "y", "x"))}, kind="ion_map")


@pytest.mark.parametrize(("rule", "case", "reason"), [
    ("test_units_do_not_matter", A_MAP, "none of its columns has another unit"),
    ("test_the_clock_does_not_matter", A_MAP, "it takes no time series"),
    ("test_the_sampling_hardly_matters", MANY, "it takes no time series"),
    ("test_the_order_does_not_matter", CASE, "it takes a file"),
    ("test_the_order_of_columns_does_not_matter", MANY, "it takes outcomes"),
    ("test_odd_columns_are_answered_or_refused", MANY, "it takes outcomes"),
    ("test_it_leaves_its_input_alone", MANY, "outcomes cannot be changed"),
    ("test_a_falling_clock_is_refused", MANY, "it needs no clock, or allows restarts"),
    ("test_missing_rows_do_not_mislead", A_MAP, "a map has no rows"),
    ("test_doubled_rows_make_nothing_better", A_MAP, "a map has no rows"),
    ("test_its_first_look_accepts_what_it_answers", CASE, "it declares no first look"),
    ("test_a_stated_uncertainty_counts", CASE, "it has no parameter ..._uncertainty in %"),
])  # fmt: skip
def test_what_cannot_be_judged_is_skipped_with_the_reason(rule, case, reason):
    assert said(answering(always(volt(8.0)), case), rule) == reason


def test_outcomes_are_also_asked_in_reverse():
    seen = []
    contract = answering(lambda case, _: seen.append(case.outcomes) or of(volt(8.0)), MANY)
    assert said(contract, "test_the_order_does_not_matter") == ""
    assert seen == [MANY.outcomes, MANY.outcomes[::-1]]


# -- rows that stand twice, or lack ----------------------------------------------------------------------

MERGE = "count what was measured, not rows: merge rows of equal time"
AROUND = "let the distance of the rows around the answer be part of its interval, or flag it"
TWICE = [
    (of(volt(8.0, 0.1)), ""),
    (of(volt(8.0, 0.0801)), ""),
    (of(volt(8.0, 0.0799)), ("an uncertainty of q of 0.1 or more with each row twice", "0.0799", MERGE)),
    (of(volt(8.0, 0.5)), ""),
    (of(p=volt(99.0)), ""),
    (of(volt(8.78, 0.1)), ""),  # half an interval is 0.196: three of them, and one until the other's end
    (of(volt(8.79, 0.1)),
     ("q [7.804, 8.196] V, or a wider interval, with each row twice", "[8.594, 8.986] V", AROUND)),
    (REFUSED, ""),
    (Outcome({"q": volt(20.0, 0.1)}, (Remark("odd", "it is", "warning"),)), ""),
]  # fmt: skip


OPEN = [
    (volt(low=7.0, censoring="right"), volt(low=6.0, censoring="right"), ""),
    (volt(low=7.0, censoring="right"), volt(8.0, 0.1), ""),
    (volt(low=7.0, censoring="right"), volt(5.0, 0.1),
     ("q [7, inf] V, or a wider interval, with each row twice", "[4.804, 5.196] V", AROUND)),
    (volt(high=7.0, censoring="left"), volt(6.0, 0.1), ""),
    (volt(high=7.0, censoring="left"), volt(9.0, 0.1),
     ("q [-inf, 7] V, or a wider interval, with each row twice", "[8.804, 9.196] V", AROUND)),
    (volt(low=7.0, censoring="right"), volt(high=6.0, censoring="left"),
     ("q [7, inf] V, or a wider interval, with each row twice", "[-inf, 6] V", AROUND)),
    (Measurand("V", n=3), volt(9.0, 0.1), ""),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), OPEN)
def test_an_answer_with_one_end_beside_another(before, after, expected):
    contract = answering(lambda given, _: of(before if given is CASE else after))
    assert said(contract, "test_doubled_rows_make_nothing_better") == expected


@pytest.mark.parametrize(("after", "expected"), TWICE)
def test_with_each_row_twice(after, expected):
    seen = []

    def answer(given):
        seen.append(given.columns["time"].values)
        return after

    assert said(forms(answer), "test_doubled_rows_make_nothing_better") == expected
    assert [values.tolist() for values in seen] == [np.repeat(np.arange(ROWS), 2).tolist()]


def test_with_each_outcome_twice_or_one_missing():
    seen = []
    contract = answering(lambda case, _: seen.append(case.outcomes) or of(volt(8.0)), MANY)
    assert said(contract, "test_doubled_rows_make_nothing_better") == ""
    assert said(contract, "test_missing_rows_do_not_mislead") == ""
    outcomes = MANY.outcomes
    without = [tuple(o for n, o in enumerate(outcomes) if n != k) for k in range(5)]
    assert seen == [outcomes, outcomes * 2, outcomes, *without]


def test_the_part_of_the_outcomes_that_is_missing_is_said():
    contract = answering(lambda case, _: of(volt(8.0 if len(case.outcomes) == 7 else 20.0, 0.1)), MANY)
    assert said(contract, "test_missing_rows_do_not_mislead") == (
        "q [7.804, 8.196] V, or a wider interval, with the rows from 0% on missing", "[19.8, 20.2] V", AROUND
    )  # fmt: skip


@pytest.mark.parametrize(("truth", "expected"), [
    ({}, ("p [7.804, 8.196] V, or a wider interval, with the rows from 44% on missing", "[19.8, 20.2] V", AROUND)),
    ({"q": 8.0}, ""),
])  # fmt: skip
def test_what_the_truth_does_not_name_may_hold_for_the_rows_that_are_there(truth, expected):
    case = dataclasses.replace(CASE, truth=truth)

    def answer(given, _):
        lacks = len(given.columns["time"].values) == 88 and 44.0 not in given.columns["time"].values
        return of(p=volt(20.0 if lacks else 8.0, 0.1), q=volt(8.0, 0.1))

    assert said(answering(answer, case), "test_missing_rows_do_not_mislead") == expected


def test_an_error_where_rows_are_missing_is_not_a_refusal():
    def answer(case, _):
        if case is not CASE:
            raise DataError("too few")
        return of(volt(8.0))

    contract = answering(answer)
    for rule, what in (("test_doubled_rows_make_nothing_better", "each row twice"),
                       ("test_missing_rows_do_not_mislead", "the rows from 5% on missing"),
                       ("test_the_order_of_columns_does_not_matter", "the columns in reverse order"),
                       ("test_odd_columns_are_answered_or_refused", "time empty in every third row")):  # fmt: skip
        assert said(contract, rule) == (
            f"an answer or a refusal with {what}", "DataError: too few [data]", "raise Refusal")  # fmt: skip


# -- odd columns -----------------------------------------------------------------------------------------

NAN = math.nan
SIX = Case(
    {"time": Column(np.arange(6.0), "s"), "cycle": Column(np.arange(6), "1"),
     "current": Column(np.array([4.0, -2.0, 1.0, 0.4, 0.0, 3.0]), "mA")}
)  # fmt: skip
ODD_TIMES = [[0, NAN, 2, 3, NAN, 5], [0] * 6, [0] * 6, [0, 1, 2, 0, 0, 0], [0, 5 / 6, 10 / 6, 20 / 6, 25 / 6, 5]]
ODD_CURRENTS = [[4, NAN, 1, 0.4, NAN, 3], [0] * 6, [4] * 6, [4, -2, 1, 0, 0, 0], [4, -2, 1, 0, 0, 3]]
"""An empty cell in three, no input, a stuck reading, a dead second half, and whole sixths of the range."""


def test_each_column_of_numbers_with_a_fraction_is_made_odd_in_five_ways():
    seen = []
    contract = answering(lambda case, _: seen.append(case.columns) or REFUSED, SIX)
    assert said(contract, "test_odd_columns_are_answered_or_refused") == ""
    times = [columns["time"].values.tolist() for columns in seen]
    currents = [columns["current"].values.tolist() for columns in seen]
    usual = [SIX.columns[name].values.tolist() for name in ("time", "current")]
    for made, wanted in ((times, [*ODD_TIMES, *[usual[0]] * 5]), (currents, [*[usual[1]] * 5, *ODD_CURRENTS])):
        np.testing.assert_allclose(made, wanted, atol=1e-12)
    assert all(columns["cycle"] is SIX.columns["cycle"] for columns in seen)


def test_a_map_and_a_column_without_a_range_are_made_odd_too():
    seen = []
    field = Case({"depth": Column(np.arange(8.0).reshape(2, 2, 2), "nm", ("frame", "y", "x")),
                  "voltage": Column(np.full(2, NAN), "V", ("frame",))}, kind="ion_map")  # fmt: skip
    contract = answering(lambda case, _: seen.append(case.columns) or REFUSED, field)
    assert said(contract, "test_odd_columns_are_answered_or_refused") == ""
    assert seen[3]["depth"].values.tolist() == [[[0, 1], [2, 3]], [[0, 0], [0, 0]]]
    assert [np.isnan(columns["voltage"].values).tolist() for columns in seen[5:]] == [
        [True, True], [False, False], [True, True], [True, False], [True, True]]  # fmt: skip


SENTENCES = [
    (of(volt(8.0)), ""),
    (Outcome(flags=(Remark("odd", "the information of 5 nano-inflections", "warning"),)), ""),
    (Outcome(flags=(Remark("odd", "the noise is inf%", "warning"),)), "the noise is inf%"),
    (Outcome(flags=(Remark("no-rest", "rests of nan s", "refusal"),)), "rests of nan s"),
    (Outcome(flags=(Remark("odd", "it is", "warning", hint="--param window=None"),)), "--param window=None"),
    (of(volt(8.0, note="within nan V")), "q: within nan V"),
]


@pytest.mark.parametrize(("after", "found"), SENTENCES)
def test_a_sentence_without_its_number_is_shown(after, found):
    place = "numbers in all sentences with time empty in every third row"
    expected = (place, found, "refuse before it is computed") if found else ""
    assert said(answering(lambda *_: after), "test_odd_columns_are_answered_or_refused") == expected


def test_a_numerical_warning_is_an_error_of_odd_columns():
    def answer(case, _):
        return of(volt(float(np.log(np.nanmin(case.columns["current"].values)))))

    with pytest.raises(RuntimeWarning, match="divide by zero"):
        answering(answer).test_odd_columns_are_answered_or_refused()


# -- an uncertainty that is stated -----------------------------------------------------------------------

SQUARES = "add the part in squares"
WIDER = [
    ({"q": volt(8.0, 1.0)}, {"q": volt(8.0, 2.0)}, True, ""),
    ({"q": volt(8.0, 1.0)}, {"q": volt(8.0, 1.0)}, True,
     ("a larger uncertainty with area_uncertainty=50%", "the same", SQUARES)),
    ({"q": volt(8.0, 1.0)}, {"q": volt(8.0, 1.0)}, False, ""),
    ({"q": volt(8.0, 1.0)}, {"q": volt(8.0, 1 + 0.9e-6)}, True,
     ("a larger uncertainty with area_uncertainty=50%", "the same", SQUARES)),
    ({"q": volt(8.0, 1.0)}, {"q": volt(8.0, 1 + 1.1e-6)}, True, ""),
    ({"q": volt(8.0, 1.0)}, {"q": volt(8.0, 1 - 0.9e-6)}, False, ""),
    ({"q": volt(8.0, 1.0)}, {"q": volt(8.0, 0.5)}, False,
     ("an uncertainty of q of at least 1 with area_uncertainty=50%", "0.5", SQUARES)),
    ({"p": volt(8.0, 1.0), "q": volt(8.0, 1.0)}, {"p": volt(8.0, 9.0), "q": volt(8.0, 0.5)}, True,
     ("an uncertainty of q of at least 1 with area_uncertainty=50%", "0.5", SQUARES)),
    ({"p": volt(8.0, 1.0), "q": volt(8.0, 1.0)}, {"p": volt(8.0, 9.0), "q": volt(8.0, 1.0)}, True, ""),
    ({"q": volt(8.0, 1.0)}, {}, True, ""),
    ({"q": volt(8.0)}, {"q": volt(8.0)}, True,
     ("a larger uncertainty with area_uncertainty=50%", "the same", SQUARES)),
    ({"q": volt(8.0)}, {"q": volt(low=7.0, high=9.0)}, True, ""),
    ({"q": volt(low=7.0)}, {"q": volt(low=6.0)}, True,
     ("a larger uncertainty with area_uncertainty=50%", "the same", SQUARES)),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "counts", "expected"), WIDER)
def test_an_answer_before_and_after_a_larger_uncertainty_of_the_area(before, after, counts, expected):
    if not expected:
        _require_wider("area_uncertainty", before, after, counts)
        return
    with pytest.raises(RuleViolation) as caught:
        _require_wider("area_uncertainty", before, after, counts)
    assert (caught.value.expected, caught.value.found, caught.value.advice) == expected


@pytest.mark.parametrize(("parameter", "metadata", "measurand", "counts"), [
    ("area_uncertainty", {"cell.area": "1 cm^2"}, Measurand("mA/cm^2", 1.0, 0.1), True),
    ("area_uncertainty", {"cell.area": "1 cm^2"}, Measurand("ohm*cm^2", 1.0, 0.1), True),
    ("area_uncertainty", {"cell.area": "1 cm^2"}, Measurand("mA*h/cm^2", 1.0, 0.1), True),
    ("area_uncertainty", {"cell.area": "1 cm^2"}, Measurand("mA/cm^2/h", 1.0, 0.1), True),
    ("area_uncertainty", {"cell.area": "1 cm^2"}, Measurand("V", 1.0, 0.1), False),
    ("area_uncertainty", {"cell.area": "1 cm^2"}, Measurand("mA/cm^2", 1.0), False),
    ("area_uncertainty", {"cell.area": "1 cm^2"}, Measurand("mA/cm^2", None, 0.1), False),
    ("area_uncertainty", {"cell.mass": "1 mg"}, Measurand("mA/cm^2", 1.0, 0.1), False),
    ("thickness_uncertainty", {"cell.thickness": "1 mm"}, Measurand("V", 1.0, 0.1), True),
    ("thickness_uncertainty", {"cell.area": "1 cm^2"}, Measurand("V", 1.0, 0.1), False),
])  # fmt: skip
def test_what_an_uncertainty_is_about_must_be_stated_and_needed(parameter, metadata, measurand, counts):
    contract = answering(always(), dataclasses.replace(CASE, metadata=metadata))
    assert contract._counts(parameter, {"q": measurand}) is counts


# -- refusals --------------------------------------------------------------------------------------------


def refusing(answer, monkeypatch, case=CASE, declared=GOOD):
    """Return a contract of an analysis that answers by a function, and what it was asked."""
    asked = []

    def analyze(analysis, what, params):
        asked.append(what)
        found = answer(what)
        if isinstance(found, EchubError):
            raise found
        return found

    monkeypatch.setattr("echub.testing.analysis.analyze", analyze)
    return answering(always(), case, analysis=declared), asked


DECLARE = "declare the need as required, with its unit"
RULES = {
    "test_nothing_is_refused": ["no data"],
    "test_columns_without_numbers_are_refused": ["time without a number", "current without a number"],
    "test_columns_without_units_are_refused": ["time without a unit", "current without a unit"],
    "test_a_falling_clock_is_refused": ["a clock that restarts"],
}


@pytest.mark.parametrize("rule", RULES)
def test_each_refusal_is_asked_for_and_what_came_instead_is_said(rule, monkeypatch):
    contract, asked = refusing(lambda _: REFUSED, monkeypatch)
    assert said(contract, rule) == ""
    assert len(asked) == len(RULES[rule])
    contract, _ = refusing(lambda _: of(volt(8.0)), monkeypatch)
    assert said(contract, rule) == (f"a refusal of {RULES[rule][0]}", "ok: q 8.0 V", DECLARE)
    contract, _ = refusing(lambda _: DataError("no rows"), monkeypatch)
    assert said(contract, rule) == (
        f"a refusal of {RULES[rule][0]}", "DataError: no rows [data]", "raise Refusal with a code")  # fmt: skip
    if len(RULES[rule]) > 1:
        answers = iter([REFUSED, of(volt(8.0))])
        contract, _ = refusing(lambda _: next(answers), monkeypatch)
        assert said(contract, rule)[0] == f"a refusal of {RULES[rule][1]}"


def test_what_is_to_be_refused(monkeypatch):
    contract, asked = refusing(lambda _: REFUSED, monkeypatch)
    for rule in RULES:
        said(contract, rule)
    nothing, no_time, no_current, time_bare, current_bare, falling = [record["timeseries"] for record in asked]
    assert (nothing.rows, len(nothing.columns)) == (0, 3)
    assert np.isnan(no_time["time"]).all()
    assert no_time["current"].tolist() == [2.0] * ROWS
    assert np.isnan(no_current["current"]).all()
    assert [time_bare.columns[n].unit for n in ("time", "current")] == [None, "mA"]
    assert [current_bare.columns[n].unit for n in ("time", "current")] == ["s", None]
    assert falling["time"].tolist() == [*range(50), *range(50)]


def test_no_outcomes_are_refused_too(monkeypatch):
    contract, asked = refusing(lambda _: REFUSED, monkeypatch, MANY)
    for rule in RULES:
        said(contract, rule)
    assert asked == [[]]


RESTARTS = dataclasses.replace(GOOD, needs=(Need("t", "time", "s", restarts=True),))
LENIENT = dataclasses.replace(GOOD, needs=(Need("t", "time", "s", optional=True),))
CODES = dataclasses.replace(GOOD, needs=(Need("t", "time"),))
NONE = dataclasses.replace(GOOD, needs=())


@pytest.mark.parametrize(("declared", "rule", "found"), [
    (RESTARTS, "test_a_falling_clock_is_refused", "it needs no clock, or allows restarts"),
    (NONE, "test_a_falling_clock_is_refused", "it needs no clock, or allows restarts"),
    (NONE, "test_nothing_is_refused", "it needs no columns"),
])  # fmt: skip
def test_what_a_declaration_leaves_out_is_not_asked(declared, rule, found, monkeypatch):
    contract, asked = refusing(lambda _: REFUSED, monkeypatch, declared=declared)
    assert said(contract, rule) == found
    assert asked == []


@pytest.mark.parametrize(("declared", "names"), [
    (GOOD, ["time", "current"]), (RESTARTS, ["time"]), (LENIENT, []), (CODES, []),
    (dataclasses.replace(GOOD, needs=(Need("x", any_of=("voltage", "current", "time"), unit="V"),)), ["current"]),
    (dataclasses.replace(GOOD, needs=(Need("x", "voltage", unit="V"),)), []),
])  # fmt: skip
def test_what_a_measurement_answers_of_the_needs(declared, names):
    assert answering(always(), analysis=declared)._needed == names


def test_without_required_needs_all_columns_of_floats_lack_numbers_at_once(monkeypatch):
    words = {"time": CASE.columns["time"], "voltage": Column(np.ones(ROWS), "V"),
             "cycle": Column(np.ones(ROWS, np.int64), "1")}  # fmt: skip
    contract, asked = refusing(lambda _: of(volt(8.0)), monkeypatch, Case(words), LENIENT)
    assert said(contract, "test_columns_without_numbers_are_refused") == (
        "a refusal of columns without a number", "ok: q 8.0 V", DECLARE)  # fmt: skip
    (data,) = (record["timeseries"] for record in asked)
    assert [bool(np.isnan(data[n]).all()) for n in ("time", "voltage", "cycle")] == [True, True, False]


def test_the_record_that_is_asked_is_the_one_that_is_compared():
    case = measured(0)
    contract = type("Real", (AnalysisContract,), {"analysis": GOOD, "generate": staticmethod(measured)})()
    assert said(contract, "test_it_leaves_its_input_alone") == ""
    assert math.isclose(contract._case.truth["charge"], case.truth["charge"])
