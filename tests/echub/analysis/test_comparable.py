"""Outcomes are put together only where conditions and metadata are the same."""

import contextlib

import pytest

from echub.analysis.comparable import input_flags, require_comparable, require_distinct
from echub.analysis.outcome import Condition, Measurand, Outcome, Refusal
from echub.remark import Flag
from tests.messages.parts import said


def outcome(rate=1.0, criterion="a", **stated):
    conditions = {"ramp_rate": Condition(rate), "criterion": Condition(criterion)}
    metadata = {f"cell.{name}": {"value": value, "unit": None} for name, value in stated.items()}
    return Outcome(conditions=conditions, metadata=metadata)


def test_a_number_may_scatter_a_little():
    require_comparable([outcome(1.0), outcome(1.015)], ())
    require_comparable([], ("cell.electrolyte",))


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (outcome(1.03), "mixed-ramp-rate"),
        (outcome(criterion="b"), "mixed-criterion"),
        (Outcome(conditions={"criterion": Condition("a")}), "mixed-ramp-rate"),
        (outcome(electrolyte="NZSP"), "mixed-electrolyte"),
    ],
)
def test_what_differs_or_is_not_stated_is_refused(other, code):
    with pytest.raises(Refusal) as refused:
        require_comparable([outcome(), other], ("cell.electrolyte",))
    assert refused.value.code == code


def test_a_remark_that_all_inputs_carry_is_repeated_and_others_are_counted():
    table, own = Flag("table-text", "H holds '<1' in row 2"), Flag("slow-fall", "R falls slowly")
    both = [Outcome({}, (table,), label="a"), Outcome({}, (table, own), label="b")]
    assert input_flags([both[0], both[0].replace(label="c")]) == [table]
    first, second = input_flags(both)
    assert (first, second.code, second.where) == (table, "flagged-inputs", "b")
    assert "1 of 2" in second.message
    assert second.message.endswith("slow-fall")
    assert [flag.code for flag in input_flags(both[:1])] == ["flagged-inputs"]


@pytest.mark.parametrize(
    ("values", "within", "texts"),
    [
        ([50.0, 49.0], 0.02, None),  # two percent of the larger one
        ([50.0, 48.9], 0.02, "48.9, 50"),
        ([-50.0, -49.0], 0.02, None),
        ([-50.0, -48.9], 0.02, "-48.9, -50"),
        ([1, 1.5], 0.5, None),
        ([0.0, 0.0], 0.0, None),
        ([True, True], 0.02, None),
        ([True, 1.0], 0.02, "1, True"),
        (["a", "a"], 0.02, None),
        (["b", "a", "b"], 0.02, "a, b"),
        ([None, None], 0.02, None),
        ([2.0, None], 0.02, "2, not stated"),
        ([1.23456789, 3], 0.02, "1.235, 3"),
    ],
)
def test_a_condition_is_the_same_within_a_fraction_of_the_largest(values, within, texts):
    given = [Outcome(conditions={} if v is None else {"ramp_rate": Condition(v)}) for v in values]
    if texts is None:
        require_comparable(given, (), within=within)
        return
    assert said(lambda: require_comparable(given, (), within=within)) == {
        "message": f"the ramp rate is not the same: {texts}",
        "hint": "--param allow_mixed=true takes them all the same",
    }  # fmt: skip


def test_what_says_which_part_an_outcome_is_of_always_differs():
    require_comparable([Outcome(conditions={"spectrum": Condition(n, compared=False)}) for n in (0, 1)], ())


def made(label="a", value=1.0, selection=(), **source):
    inputs = {"inputs": [source]} if source else {}
    more = {"selection": [list(selection)]} if selection else {}
    return Outcome({"x": Measurand("V", value)}, label=label, provenance={**inputs, **more})


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (made("a", sha256="1"), made("a", sha256="1"), "a"),
        (made("a", sha256="1", name="x"), made("b", sha256="1", name="y"), "a and b"),  # a copy of the file
        (made("a"), made("a"), "a"),
        (made(""), made(""), "an outcome"),
        (made("a"), made("b"), None),
        (made("a", sha256="1"), made("a", sha256="2"), None),
        (made("a", sha256="1"), made("a", value=2.0, sha256="1"), None),
        (made("a", ["row < 3"], sha256="1"), made("a", sha256="1"), None),
        (made("a", sha256="1"), made("a", sha256="1").replace(conditions={"w": Condition(1)}), None),
    ],
)
def test_the_same_answer_to_the_same_source_counts_once(first, second, told):
    other = made("z", sha256="9")
    if told is None:
        require_distinct([first, other, second])
        return
    expected = {
        "message": f"{told}: one result was given twice, and would count twice", "where": second.label,
        "hint": "give each result once",
    }  # fmt: skip
    assert said(lambda: require_distinct([first, other, second])) == {k: v for k, v in expected.items() if v}


def of(*inputs):
    return Outcome({"x": Measurand("V", 1.0)}, label="a", provenance={"inputs": list(inputs)})


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (of({"sha256": "1"}, {"sha256": "2"}), of({"sha256": "1"}, {"sha256": "2"}), True),
        (of({"sha256": "1"}, {"sha256": "2"}), of({"sha256": "1"}, {"sha256": "3"}), False),
        (
            of({"inputs": [{"sha256": "1"}, {"sha256": "2"}]}),
            of({"inputs": [{"sha256": "1"}, {"sha256": "3"}]}),
            False,
        ),
        (
            of({"outcome": "x", "inputs": [{"sha256": "1", "name": "x"}]}),
            of({"outcome": "y", "inputs": [{"sha256": "1", "name": "y"}]}),
            True,
        ),
    ],
)
def test_every_source_behind_an_answer_counts(first, second, same):
    with pytest.raises(Refusal) if same else contextlib.nullcontext():
        require_distinct([first, second])


def test_of_many_flagged_inputs_ten_are_named_and_no_remark_but_a_warning_is_passed_on():
    own, also, info = Flag("slow-fall", "falls"), Flag("early-rise", "rises"), Flag("note", "n", "info")
    flagged = [Outcome({}, (own, info, *([also] * (n == 1))), label=f"o{n}") for n in range(11)]
    (flag,) = input_flags([*flagged, Outcome({}, (info,), label="calm")])
    assert flag == Flag(
        "flagged-inputs", "11 of 12 results in use are flagged: early-rise, slow-fall",
        where=", ".join(f"o{n}" for n in range(10)),
    )  # fmt: skip
    assert input_flags([Outcome({}, (info,)), Outcome()]) == []
    assert input_flags([]) == []
