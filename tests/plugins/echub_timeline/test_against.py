"""`against` keeps the contract, and its table holds what was stated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.analysis.outcome import Condition, Interval, Measurand, Outcome
from echub.plugin import Flag
from echub.testing import AnalysisContract
from echub.testing.synth.case import Case

PRESSURES = (1.0, 2.0, 5.0, 10.0, 20.0)


def pressed(seed, group="", factor=1.0):
    """Return resistances that fall with the root of a pressure."""
    rng = np.random.default_rng(seed)
    outcomes = []
    for number, pressure in enumerate(PRESSURES):
        value = factor * 24.0 / np.sqrt(pressure) * (1 + 0.01 * rng.standard_normal())
        interval = Interval(0.98 * value, 1.02 * value)
        outcomes.append(
            Outcome(
                {"asr_interface": Measurand("ohm*cm^2", value, 0.01 * value, interval)},
                conditions={"pressure": Condition(pressure, "MPa")},
                metadata={"sample.group": {"value": group, "unit": None, "source": "drawn"}} if group else {},
                provenance={"inputs": [{"name": f"run{group}{number}", "sha256": f"{seed}{group}{number}"}]},
                label=f"{group}{pressure} MPa",
                analysis="eis-resistance",
            )
        )
    return Case({}, {}, outcomes=tuple(outcomes))


class TestAgainst(AnalysisContract):
    analysis = "against"
    generate = staticmethod(pressed)
    test_it_finds_the_truth = None  # it describes the values that it was given


def test_the_table_holds_what_was_stated_in_the_order_of_the_setting():
    outcomes = pressed(3).outcomes
    table = echub.analyze("against", list(outcomes[::-1])).tables["values"]
    assert table["pressure"].values == PRESSURES
    assert table["asr_interface"].values == tuple(o["asr_interface"].value for o in outcomes)
    assert table["low"].array() == pytest.approx([o["asr_interface"].interval.low for o in outcomes])
    assert table["of"].values == tuple(o.label for o in outcomes)
    assert table["pressure"].unit == "MPa"


def test_differences_are_within_a_series():
    both = [*pressed(3, "bare").outcomes, *pressed(4, "Sn", 100.0).outcomes]
    found = echub.analyze("against", both)
    assert found["values_placed"].value == 10
    # 24 and 24/√20 of one group: 2 (√20 - 1)/(√20 + 1); between groups it would be nearly 200 %.
    assert found["largest_difference"].value == pytest.approx(200 * (20**0.5 - 1) / (20**0.5 + 1), abs=3)


# -- each condition from both sides ------------------------------------------------------------


def one(label, x=1.0, y=2.0, u=None, *, unit="V", condition=True, **meta):
    """Return an outcome with a value of `a` at a condition or a statement `x`."""
    return Outcome(
        {"a": Measurand(unit, y, u)} if y is not None else {},
        conditions={"x": Condition(x, "s")} if condition else {},
        metadata={path: {"value": value, "unit": "kN"} for path, value in meta.items()},
        label=label,
    )


def refused(outcomes, **params):
    found = echub.analyze("against", outcomes, params=params)
    return found.refusals[0]


def test_the_abscissa_is_the_one_number_in_which_outcomes_differ():
    both = [one("p"), one("q", 2.0)]
    assert next(iter(echub.analyze("against", both).tables["values"])) == "x"
    same = refused([one("p"), one("q")])
    assert (same.code, same.hint) == ("which-setting", "--param x=cell.temperature")
    assert "differ in 0 numeric conditions: none" in same.message
    words = refused([one("p", "low"), one("q", "high")])
    assert "differ in 0 numeric conditions: none" in words.message
    switches = refused([one("p", True), one("q", False)])
    assert "differ in 0 numeric conditions: none" in switches.message
    two = [replace(o, conditions={**o.conditions, "z": Condition(k)}) for k, o in enumerate(both)]
    several = refused(two)
    assert (several.message, several.hint) == ("the outcomes differ in 2 numeric conditions: x, z", "--param x=x")
    assert next(iter(echub.analyze("against", two, params={"x": "z"}).tables["values"])) == "z"
    unknown = refused(both, x="w")
    assert (unknown.code, unknown.where, unknown.hint) == ("which-setting", "conditions x", "--param x=x")
    alike = refused([one("p"), one("q")], x="w")
    assert (alike.message, alike.where, alike.hint) == (
        "no outcome has a condition or a statement w", "conditions x", "--param x=cell.temperature",
    )  # fmt: skip


def test_a_statement_has_its_unit_and_a_condition_goes_before_it():
    loads = [one("p", condition=False, load=3.0), one("q", condition=False, load=4.0)]
    table = echub.analyze("against", loads, params={"x": "load"}).tables["values"]
    assert (table["load"].values, table["load"].unit) == ((3.0, 4.0), "kN")
    both = [replace(one(str(k), k), metadata={"x": {"value": 10 - k}}) for k in (1.0, 2.0)]
    table = echub.analyze("against", both, params={"x": "x"}).tables["values"]
    assert (table["x"].values, table["x"].unit) == ((1.0, 2.0), "s")
    bare = [replace(one(str(k), condition=False), metadata={"w": {"value": k, "unit": None}}) for k in (1.0, 2.0)]
    table = echub.analyze("against", bare, params={"x": "w"}).tables["values"]
    assert (table["w"].values, table["w"].unit) == ((1.0, 2.0), "")


def test_two_places_of_one_unit_are_needed():
    few = refused([one("p", 1.0), one("q", 2.0, None), one("r", 1.0, 3.0)], x="x")
    assert (few.code, few.message) == ("too-few-settings", "2 of 3 outcomes have an a, at 1 value of x")
    mixed = refused([one("p"), one("q", 2.0, unit="mA")])
    assert (mixed.code, mixed.message) == ("mixed-unit", "the values are in V and mA")
    levels = [replace(one(unit, k), conditions={"level": Condition(k, unit)})
              for k, unit in ((1.0, "mA/cm^2"), (2.0, "mA"), (3.0, ""))]  # fmt: skip
    mixed = refused(levels)
    assert (mixed.code, mixed.message) == ("mixed-unit", "level is in mA and mA/cm²")
    # One without a unit is taken as the others, and one that is left out says nothing.
    left = [levels[0], replace(levels[1], measurands={}), levels[2]]
    table = echub.analyze("against", left).tables["values"]
    assert (table["level"].values, table["level"].unit) == ((1.0, 3.0), "mA/cm^2")


def test_an_outcome_without_a_number_to_place_it_at_is_left_out():
    given = [one("p"), one("q", 2.0), one("r", "slow"), one("s", condition=False)]
    outcome = echub.analyze("against", given)
    assert outcome.tables["values"]["of"].values == ("p", "q")
    (flag,) = [f for f in outcome.flags if f.code == "left-out"]
    assert (flag.message, flag.where) == (
        "2 of 4 outcomes have no value, or no number to place it at", "r; s",
    )  # fmt: skip


def test_the_flags_of_an_outcome_count_that_is_called_as_one_that_is_left_out():
    doubted = replace(one("p"), flags=(Flag("noisy", "it is noisy"),))
    found = echub.analyze("against", [doubted, one("q", 2.0), one("p", 3.0, None)])
    assert [flag.code for flag in found.flags] == ["left-out", "flagged-inputs"]
    alone = echub.analyze("against", [one("p"), one("q", 2.0), replace(doubted, measurands={})])
    assert [flag.code for flag in alone.flags] == ["left-out"]


def test_ten_outcomes_without_a_value_are_named():
    lost = [one(f"n{k}", float(k), None) for k in range(11)]
    (flag,) = [f for f in echub.analyze("against", [one("p"), one("q", 2.0), *lost]).flags if f.code == "left-out"]
    assert flag.message.startswith("11 of 13 outcomes have no value")
    assert flag.where == "; ".join(f"n{k}" for k in range(10))


def test_the_measurand_is_the_first_with_a_value_unless_one_is_asked_for():
    named = [Outcome({"none": Measurand("V"), "b": Measurand("V", 5.0), "c": Measurand("V", k)}, label=str(k),
                     conditions={"x": Condition(k)}) for k in (1.0, 2.0)]  # fmt: skip
    assert "b" in echub.analyze("against", named).tables["values"]
    assert "c" in echub.analyze("against", named, params={"measurand": "c"}).tables["values"]
    wrong = refused(named, measurand="none")
    assert (wrong.code, wrong.hint) == ("no-such-measurand", "--param measurand=b")
    assert wrong.message == "the outcomes have no none: they hold b, c"
    nothing = refused([one("p", y=None), one("q", 2.0, None)])
    assert (nothing.message, nothing.hint) == (
        "the outcomes have no value: they hold nothing", "--param measurand=NAME",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "difference", "pull"),
    [
        ((1.0, 0.3), (3.0, 0.4), 100.0, 4.0),
        ((3.0, 0.3), (1.0, 0.4), 100.0, 4.0),
        ((-1.0, 0.3), (-3.0, 0.4), 100.0, 4.0),
        ((1.0, None), (3.0, 0.4), 100.0, None),
        ((1.0, 0.3), (3.0, None), 100.0, None),
        ((0.0, 0.3), (0.0, 0.4), None, 0.0),
        ((1.0, 0.0), (3.0, 0.4), 100.0, None),
        ((-2.0, 0.3), (2.0, 0.4), None, 8.0),
    ],
)
def test_values_differ_by_a_part_of_their_mean_and_in_standard_uncertainties(first, second, difference, pull):
    """1 and 3 differ by 2, of a mean of 2; √(0.3² + 0.4²) is 0.5."""
    found = echub.analyze("against", [one("p", 1.0, *first), one("q", 2.0, *second)]).measurands
    assert ("largest_difference" in found, "largest_difference_in_sigma" in found) == (
        difference is not None, pull is not None,
    )  # fmt: skip
    if difference is not None:
        assert found["largest_difference"].value == pytest.approx(difference)
    if pull is not None:
        assert found["largest_difference_in_sigma"].value == pytest.approx(pull)
