"""Outcomes: exact JSON, statuses, no NaN."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echub.analysis.outcome import (
    Component,
    Condition,
    Interval,
    Measurand,
    Outcome,
    Sensitivity,
    Series,
)
from echub.errors import DataError, PluginError
from echub.remark import Flag

finite = st.floats(allow_nan=False, allow_infinity=False)


def test_a_stored_table_has_rows():
    made = json.loads(
        Outcome({}, tables={"t": {"a": Series((1.0, 2.0), "s"), "b": Series((3.0, 4.0), "V")}}).to_json()
    )
    made["tables"]["t"]["b"]["values"].append(5.0)
    with pytest.raises(DataError, match="different lengths") as refused:
        Outcome.from_json(json.dumps(made), "a.json")
    assert (refused.value.where, refused.value.found) == ("tables.t", "a: 2, b: 3")


def test_an_outcome_tells_each_refusal_and_a_page_has_no_empty_table_of_remarks():
    refused = Outcome(flags=(Flag("a", "no time", "refusal"), Flag("b", "no area", "refusal"), Flag("c", "x")))
    assert repr(refused) == "<Outcome of an analysis: refused; a: no time; b: no area>"
    plain = Outcome({"U": Measurand("V", 1.5)}, analysis="toy", label="run")
    assert repr(plain) == "<Outcome toy: ok; U = 1.5 V>"
    assert "what helps" not in plain._repr_html_()
    assert "what helps" in refused._repr_html_()


def test_an_uncertainty_is_not_negative():
    with pytest.raises(PluginError, match="negative"):
        Measurand("s", 1.0, -0.1)


@given(finite, finite.map(abs), st.lists(finite | st.just(math.nan), max_size=5))
def test_json_gives_an_equal_outcome(value, uncertainty, series):
    low, high = sorted((value, uncertainty))
    made = Outcome(
        {
            "j": Measurand("mA/cm^2", value, uncertainty, Interval(low, high, level=0.95), n=3,
                           components=(Component("area", uncertainty, "B", "area:A1"),)),
            "more": Measurand.more_than("mA", low),
        },
        (Flag("code", "message", "info"),),
        {"t": {"x": Series.of(np.array(series, float), "s"), "name": Series.of(["a"] * len(series))}},
        (Sensitivity("window", "15 s", "j", value, None),),
        {"trace": Series.of(series)},
        {"rate": Condition(value, "mA/cm^2/h")},
        {"cell.area": {"value": value, "unit": "cm^2", "source": "file"}},
        {"seed": 1},
        "toy",
        "file",
    )  # fmt: skip
    text = made.to_json()
    assert Outcome.from_json(text) == made
    assert "NaN" not in text
    json.loads(text, parse_constant=pytest.fail)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Measurand("V", math.nan),
        lambda: Measurand("V", 1.0, math.inf),
        lambda: Interval(math.nan, 1),
        lambda: Interval(2, 1),
        lambda: Component("a", math.nan),
        lambda: Sensitivity("a", "b", "c", math.inf),
        lambda: Condition(math.nan),
        lambda: Measurand("V", 1.0, interval=Interval(1, None), censoring="right"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(make):
    with pytest.raises(PluginError):
        make()


def test_the_status_follows_from_the_flags():
    info, warning, refusal = (Flag("c", "m", severity) for severity in ("info", "warning", "refusal"))
    assert Outcome().status == "ok"
    assert Outcome(flags=(info,)).status == "ok"
    assert Outcome(flags=(info, warning)).status == "flagged"
    assert Outcome(flags=(warning, refusal)).status == "refused"


def test_intervals_know_their_ends():
    assert Interval(1, 2).covers(2)
    assert not Interval(1, 2, includes_high=False).covers(2)
    assert Interval(1, None).covers(1e9)
    assert not Measurand.more_than("V", 1).interval.covers(1)
    assert Measurand.less_than("V", 1).interval.covers(0.5)


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(1, 2), "[1, 2]"),
        (Interval(1, 2, includes_low=False), "(1, 2]"),
        (Interval(1, 2, includes_high=False), "[1, 2)"),
        (Interval(1, 2, includes_low=False, includes_high=False), "(1, 2)"),
        (Interval(1, None), "≥ 1"),
        (Interval(1, None, includes_low=False), "> 1"),
        (Interval(None, 2), "≤ 2"),
        (Interval(None, 2, includes_high=False), "< 2"),
        (Interval(None, None), "[?, ?]"),
    ],
)
def test_an_interval_is_written_as_it_covers(interval, text):
    """Brackets belong to the interval, parentheses do not (ISO 80000-2)."""
    assert str(interval) == text
    for end, included in ((interval.low, interval.includes_low), (interval.high, interval.includes_high)):
        assert end is None or interval.covers(end) == included


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(1, 2, level=0.95), "95%"),
        (Interval(1, 2, level=0.999), "99.9%"),
        (Interval(1, 2, level=0.57), "57%"),  # 100 times this double is not 57
        (Interval(1, 2, "bracketing"), "bracketing"),
    ],
)
def test_an_interval_says_how_much_it_covers(interval, text):
    assert interval.coverage == text


def test_a_series_keeps_gaps_as_none():
    series = Series.of(np.array([1.5, np.nan]), "V")
    assert series.values == (1.5, None)
    assert np.isnan(series.array()[1])


def test_a_stored_series_equals_the_one_that_was_stored():
    made = Outcome(tables={"t": {"x": Series((1.5, math.nan, "text", -math.inf), "V")}})
    assert made.tables["t"]["x"].values == (1.5, None, "text", None)
    assert Outcome.from_json(made.to_json()) == made


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "other"}'])
def test_anything_else_is_no_outcome(text):
    with pytest.raises(DataError):
        Outcome.from_json(text)


def test_an_unknown_measurand_names_those_there_are():
    with pytest.raises(KeyError, match="onset"):
        Outcome({"onset": Measurand("V", 1.0)})["slope"]


def test_an_outcome_says_which_measurands_it_has():
    outcome = Outcome({"x": Measurand("V", 1.0)})
    assert "x" in outcome
    assert "y" not in outcome


@pytest.mark.parametrize(
    ("interval", "inside"),
    [
        (Interval(1, 2), (False, True, True, True, False)),
        (Interval(1, 2, includes_low=False, includes_high=False), (False, False, True, False, False)),
        (Interval(1, None), (False, True, True, True, True)),
        (Interval(None, 2), (True, True, True, True, False)),
        (Interval(None, None), (True,) * 5),
    ],
)
def test_an_interval_covers_what_lies_between_its_ends(interval, inside):
    assert tuple(interval.covers(value) for value in (0.9, 1, 1.5, 2, 2.1)) == inside


@pytest.mark.parametrize(
    ("measurand", "text"),
    [
        (Measurand("mA/cm^2", 0.351, 0.012), "0.351 ± 0.012 mA/cm²"),
        (Measurand("1", 0.5), "0.5"),
        (Measurand("s"), "– s"),
        (Measurand.more_than("s", 3.0), "> 3 s"),
        (Measurand("ohm", interval=Interval(1, 2, includes_low=False)), "(1, 2] Ω"),
        (Measurand("V", 1.5, interval=Interval(1, 2)), "1.5 V"),
    ],
)
def test_a_measurand_in_words(measurand, text):
    assert str(measurand) == text


def test_an_outcome_in_words_has_its_status_and_three_parts():
    made = {name: Measurand("V", value) for name, value in (("a", 1.0), ("b", 2.0), ("c", 3.0), ("d", 4.0))}
    assert repr(Outcome(made, analysis="toy")) == "<Outcome toy: ok; a = 1 V; b = 2 V; c = 3 V>"
    refused = Outcome({"a": made["a"]}, (Flag("c", "why", "refusal"), Flag("d", "more", "info")))
    assert repr(refused) == "<Outcome of an analysis: refused; a = 1 V; c: why>"
    assert [flag.code for flag in refused.refusals] == ["c"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, ""),
        ({"measurands": {"x": 1.0}}, "x: float, not Measurand"),
        ({"flags": (Flag("c", "m"), "text")}, "flag 1: str, not Flag"),
        ({"tables": {"t": {"c": [1.0]}}}, "table t, c: list, not Series"),
        ({"diagnostics": {"d": (1.0,)}}, "diagnostic d: tuple, not Series"),
        ({"conditions": {"k": 1.0}}, "k: float, not Condition"),
        ({"measurands": {"x": 1.0}, "conditions": {"k": 1.0}}, "x: float, not Measurand"),
    ],
)
def test_the_first_part_of_a_wrong_class_is_named(parts, said):
    assert Outcome(**parts).misplaced() == said.replace("Flag", Flag.__name__)


def test_only_a_censored_measurand_has_an_interval_and_no_value():
    for wrong in ({"value": 1.0, "interval": Interval(0, 1)}, {}, {"value": 1.0}):
        with pytest.raises(PluginError, match="censored"):
            Measurand("V", censoring="left", **wrong)
    assert Measurand("V", 1.0, 0.0).uncertainty == 0
    assert Interval(1, 1).covers(1)


def test_a_series_of_huge_integers_and_texts_is_kept():
    assert Series((10**400, 1)).values == (10**400, 1)
    assert Series(("a", None, math.inf)).values == ("a", None, None)
    assert Series((math.inf, -math.inf)).values == (None, None)
    assert len(Series((1.0, 2.0))) == 2


def test_a_text_that_is_no_outcome_says_who_writes_them():
    with pytest.raises(DataError) as refused:
        Outcome.from_json('{"format": "echub-outcome 1"}')
    assert (
        refused.value.hint == "`echub analyze` writes outcomes; one that was edited by hand is better made again"
    )


@pytest.mark.parametrize(
    ("outcome", "wrong"),
    [
        (Outcome({}, flags=Flag("a-b", "x")), "flags: Remark, not a tuple"),
        (Outcome([]), "measurands: list, not a dictionary"),
        (Outcome({}, tables={"t": [1]}), "table t: list, not a dictionary"),
        (Outcome({"a": Measurand("V", "5")}), "a: the str '5', not a number"),
        (Outcome({"a": Measurand("V", np.float32(5))}), ""),
    ],
)
def test_a_part_of_the_wrong_form_is_named(outcome, wrong):
    assert outcome.misplaced() == wrong


@pytest.mark.parametrize(("value", "low", "high", "is_outside"), [
    (2.0, 1.0, 3.0, False),
    (1.0, 1.0, 3.0, False),
    (3.0, 1.0, 3.0, False),
    (3.0 + 1e-12, 1.0, 3.0, False),  # as float64 rounds
    (3.001, 1.0, 3.0, True),
    (0.999, 1.0, 3.0, True),
    (1e9, 1.0, None, False),
    (0.0, 1.0, None, True),
    (-1e9, None, 3.0, False),
    (4.0, None, 3.0, True),
    (None, 1.0, 3.0, False),
])  # fmt: skip
def test_a_value_lies_in_its_interval_but_for_rounding(value, low, high, is_outside):
    assert Measurand("V", value, interval=Interval(low, high)).is_outside is is_outside
