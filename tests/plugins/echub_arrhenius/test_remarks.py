"""Refusals and flags of activation energies and comparisons as a whole, and the names of what is fitted."""

from __future__ import annotations

from dataclasses import replace
from math import comb

import numpy as np
import pytest
from scipy.stats import t as student

from echub.plugin import Component, Condition, Flag, Interval, Measurand, Outcome
from echub_arrhenius import ArrheniusParams, CompareParams
from echub_arrhenius import data as chosen_values
from echub_arrhenius.data import CellValue, Chosen, choose
from echub_arrhenius.method_budget import Birge, Budget, BudgetPart, CellLines, Turn
from echub_arrhenius.method_exchange import LARGEST_HALF, Exchange, Exchangeable, _all_sums
from echub_arrhenius.outcome import arrhenius, comparison, flags
from tests.messages.saying import Fake
from tests.plugins.remarks import info, refusal, warning, whole


def value(kelvin, y=2.0, u=None, *, group="", cell="", unit="mA/cm^2", inverse=False, label="", parts=(), n=None):
    """Return one value; what names it is in its metadata."""
    told = {"cell.id": cell, "sample.group": group, "cell.temperature": kelvin - 273.15}
    metadata = {path: {"value": one} for path, one in told.items() if one != ""}
    known = Measurand(unit, y, u, n=n, components=tuple(parts))
    outcome = Outcome({"onset": known}, metadata=metadata, label=label or f"{kelvin:g}{cell}")
    return CellValue(kelvin, known, outcome, group, inverse)


def outcomes(*values):
    return [one.outcome for one in values]


WARM, HOT = value(300.0), value(350.0)
EXCLUDE = "--param exclude='LABEL: why'"


def taken(*values, **params):
    return lambda: choose(outcomes(*values), ArrheniusParams(measurand="onset", **params))


def asked(*values, **params):
    return lambda: arrhenius.run(outcomes(*values), ArrheniusParams(measurand="onset", **params))


def compared(*values, **params):
    return lambda: comparison.run(outcomes(*values), CompareParams(measurand="onset", **params))


def without_temperature():
    return choose([Outcome({"onset": Measurand("V", 1.0)}, label="cold")], ArrheniusParams())


def of_group(group, *kelvins):
    return [value(kelvin, 2.0 + k, group=group, cell=f"{group}{k}") for k, kelvin in enumerate(kelvins)]


REFUSED = {
    "an exclusion of nothing": (taken(WARM, HOT, exclude="x: a; 300: b; y: c"),
                                refusal("unknown-exclusion", "no outcome is called x, y", hint=EXCLUDE)),
    "no reason": (taken(WARM, exclude="300"),
                  refusal("no-reason", "'300' is left out without a reason", hint=EXCLUDE)),
    "no values": (taken(value(300.0, -1.0)),
                  refusal("no-values", "none of 1 outcome has a usable onset",
                          where="300: not above zero: it has no logarithm")),
    "another measurand": (
        lambda: choose(outcomes(WARM), ArrheniusParams(measurand="T1")),
        refusal("no-such-measurand", "no outcome has a T1: they hold onset", hint="--param measurand=onset")),
    "no temperature": (
        without_temperature,
        refusal("missing-temperature", "cell.temperature is not stated", where="cold",
                hint='--set cell.temperature="30 degC", or a column cell.temperature / degC in --meta')),
    "too cold": (
        taken(value(60.0)),
        refusal("celsius-as-kelvin", "the temperature is 60 K: 60 °C stated as kelvin?", where="60",
                hint="state cell.temperature / degC; --param trust_temperatures=true for a cryostat")),
    "two units": (
        taken(WARM, value(350.0, unit="mA")),
        refusal("mixed-unit", "the values are in mA and mA/cm²", hint='--set cell.area="…" where it is missing')),
    "two temperatures": (
        asked(WARM, HOT),
        refusal("too-few-temperatures", "2 temperatures: a line through them says nothing of its uncertainty; at "
                "least 3 are needed")),
    "one temperature": (
        asked(WARM),
        refusal("too-few-temperatures", "1 temperature: a line through them says nothing of its uncertainty; at "
                "least 3 are needed")),
    "groups": (
        asked(value(300.0, group="b"), value(350.0), value(320.0, group="a")),
        refusal("several-groups", "the outcomes belong to 3 groups by sample.group: (not stated), a, b",
                hint="--param group='b'")),
    "two cells": (
        asked(WARM, value(300.0, 1.0, cell="b"), HOT, value(400.0)),
        refusal("replicate-count", "2 cells at 26.85 °C: eq. 12 is for the best of three",
                hint="--param error_bars=generalised, or --param replicates=mean")),
    "no bars": (
        asked(WARM, HOT, value(400.0), weights="eq12"),
        refusal("no-weights", "some temperatures have no error bar to weigh by", hint="--param weights=none")),
    "none stated": (
        asked(value(300.0, u=0.1), HOT, value(400.0), weights="own"),
        refusal("no-weights", "some temperatures have no error bar to weigh by", hint="--param weights=none")),
    "one group": (
        compared(*of_group("a", 300.0, 350.0)),
        refusal("not-two-groups", "1 group by sample.group: a",
                hint="--param group_by=… parts the outcomes in two")),
    "another group": (
        compared(*of_group("b", 300.0), *of_group("a", 300.0), higher="c"),
        refusal("no-such-group", "no group is called 'c': a, b", hint="--param higher=a")),
    "no temperature of both": (
        compared(*of_group("b", 300.0), *of_group("a", 350.0)),
        refusal("no-shared-temperature", "the groups share no temperature")),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_says_what_is_there_and_what_helps(case):
    call, expected = REFUSED[case]
    assert whole(call) == expected


def test_two_temperatures_are_shown_all_the_same():
    with pytest.raises(Exception, match="2 temperatures") as caught:
        asked(WARM, HOT)()
    assert list(caught.value.tables["values"]["outcome"].values) == ["300", "350"]


MANY = refusal("too-many-relabelings", "more than 5,000,000 relabelings on one side",
               hint="--param temperatures='…' chooses some, and says so")  # fmt: skip


def test_more_relabelings_than_can_be_counted_are_refused():
    """Half of 26 cells can be chosen in 10.4 million ways, half of 24 in 2.7 million."""
    assert comb(24, 12) < LARGEST_HALF < comb(26, 13)
    many = Exchangeable(np.zeros(26), np.zeros(26), np.arange(26) < 13)
    assert whole(many.relabelled) == MANY
    assert whole(lambda: _all_sums([np.zeros(2001), np.zeros(2500)])) == MANY
    assert len(_all_sums([np.zeros(3), np.zeros(4)])) == 12


# -- flags -------------------------------------------------------------------------------------


def set_of(*counts, lack=None, dof=1, **params):
    cells = [[None] * count for count in counts]
    found = flags.set_flags(cells, Fake(dof=dof), lack, ArrheniusParams(**params))
    return [flag.as_dict() for flag in found]


BEST = info("best-of-replicates", "the best of the cells is unbiased in E_A only while the relative loss does not "
            "depend on temperature")  # fmt: skip
SETS = {
    "three": (set_of(1, 1, 1), [warning("few-temperatures", "3 temperatures leave 1 degree of freedom: the "
                                        "interval is wide")]),
    "three, all cells": (set_of(2, 2, 2, dof=4, replicates="all"),
                         [warning("few-temperatures", "3 temperatures leave 4 degrees of freedom: the interval is "
                                  "wide")]),
    "four": (set_of(1, 1, 1, 1), []),
    "several cells": (set_of(3, 3, 3, 3), [BEST]),
    "unequal": (set_of(3, 2, 5, 3), [BEST, warning("unequal-replicates", "2 to 5 cells per temperature: the best "
                                                   "of more is higher", hint="--param replicates=mean, or equal "
                                                   "numbers")]),
    "unequal, mean": (set_of(3, 2, 5, 3, replicates="mean"), []),
    "lack": (set_of(1, 1, 1, 1, lack=(7.123, 2, 5, 0.0123)),
             [warning("lack-of-fit", "the cells scatter less than the temperatures leave the line (F = 7.1, "
                      "p = 0.012)")]),
    "no lack": (set_of(1, 1, 1, 1, lack=(7.0, 2, 5, 0.05)), []),
    "mixed": (set_of(1, 1, 1, 1, allow_mixed=True),
              [warning("mixed", "values that are not comparable were allowed")]),
}  # fmt: skip


@pytest.mark.parametrize("case", SETS)
def test_what_the_numbers_of_temperatures_and_cells_do_is_flagged(case):
    found, expected = SETS[case]
    assert found == expected


def of_budget(lack=None, points=(WARM,), **parts):
    budget = Budget((BudgetPart("scatter", 1.0, 3.0),), 0.0, 0.0, **parts)
    return [flag.as_dict() for flag in flags.budget_flags(budget, lack, list(points))]


def spans(*kelvins, cell="a"):
    return [value(kelvin, cell=cell) for kelvin in kelvins]


OTHER = "--param exclude='LABEL: other flank' leaves one of them out"
TURNED = warning("slope-turns", "ln y passes a minimum near 26.85 °C: the slope changes its sign, so that one "
                 "line describes neither side", hint=OTHER)  # fmt: skip
BUDGETS = {
    "nothing": (of_budget(), []),
    "more": (of_budget(birge=Birge(2.345, 0.049)),
             [warning("scatter-exceeds-stated",
                      "the values scatter 2.3 times as much as they state (Birge ratio)")]),
    "as stated": (of_budget(birge=Birge(1.5, 0.05, 0.05)), []),
    "less": (of_budget(birge=Birge(0.1234, 0.99, 0.049)),
             [info("scatter-below-stated", "the values scatter 0.12 times as much as they state: part of that may "
                   "be common")]),
    "cells": (of_budget(cells=CellLines(3, 0.21234, 0.02, 0.049)),
              [warning("cells-differ", "3 cells have energies of their own, 0.212 eV in the mean")]),
    "alike cells": (of_budget(cells=CellLines(3, 0.2, 0.02, 0.05)), []),
    "turned": (of_budget(turn=Turn(300.0, "minimum"), curved=True), [TURNED]),
    "curved": (of_budget(curved=True), [warning("curved", "ln y against 1/T is curved: there is no single "
                                                "activation energy")]),
    "curved, replicates": (of_budget(lack=(1.0, 1, 1, 0.5), curved=True), []),
    "changed": (of_budget(points=[*spans(300, 310), *spans(350, 360, cell="b")]),
                [warning("cells-change", "no cell spans the series: how the cells differ is part of the slope")]),
    "one spans": (of_budget(points=[*spans(300, 360), *spans(350, cell="b")]), []),
    "none is repeated": (of_budget(points=[*spans(300), *spans(350, cell="b")]), []),
    "not named": (of_budget(points=spans(300, 310, 360, cell="")), []),
}  # fmt: skip


@pytest.mark.parametrize("case", BUDGETS)
def test_what_speaks_against_one_line_is_flagged(case):
    found, expected = BUDGETS[case]
    assert found == expected


def test_a_point_that_is_hardly_certain_is_named_unless_it_has_its_weight():
    """Two cells at 300 K, of which the best states 25 %; the limit is 20 %."""
    best, other = value(300.0, 2.0, 0.5, label="best"), value(300.0, 1.0, 0.01)
    fitted = Fake(points=[(other, best)], y=[2.0], weights=None)
    line = Fake(scatter=0.5, energy=-0.0312)
    said = warning("uncertain-point", "the value at 26.85 °C is certain to 25% only", where="best",
                   hint="--param weights=own")  # fmt: skip
    below = warning("negative-activation-energy", "the activation energy of ln_y is negative, -0.0312 eV")
    assert [flag.as_dict() for flag in flags.point_flags(fitted, line, "ln_y")] == [said, below]
    fitted.weights = np.array([1.0])
    assert [flag.as_dict() for flag in flags.point_flags(fitted, line, "ln_y")] == [below]
    assert flags.point_flags(fitted, Fake(scatter=0.5, energy=0.0), "ln_y") == []


def of_comparison(temperatures="", higher="y", least=0.01, cells=("1", "2"), strata=2, alike=True):
    """Return the flags of as many temperatures, each with these cells; two cells are alike, or none."""
    sides = np.array([1.0, 2.0]) if alike else np.array([1.0])
    parts = [Exchangeable(np.r_[sides, sides], np.r_[sides, sides], np.arange(2 * len(sides)) < len(sides))]
    points = [[Fake(cell=cell) for cell in cells]] * strata
    params = CompareParams(temperatures=temperatures, higher=higher)
    found = comparison._flags(params, points, Exchange(0.5, least, 10), parts)
    return [flag.as_dict() for flag in found]


COMPARED = {
    "nothing": (of_comparison(), []),
    "chosen": (of_comparison("30 °C"),
               [warning("subset-chosen", "only 2 temperatures were compared (30 °C), chosen by hand: if after "
                        "seeing the data, p is too small")]),
    "no direction": (of_comparison(higher=""),
                     [info("direction-from-data", "no direction was given beforehand: p is two-sided",
                           hint="--param higher=NAME")]),
    "few cells": (of_comparison(least=0.0512),
                  [warning("p-unreachable", "no arrangement of these cells gives a p below 0.0512",
                           hint="measure more cells of each group")]),
    "at 5 percent": (of_comparison(least=0.0499), []),
    "no names": (of_comparison(cells=("", "2", "")),
                 [warning("cells-not-named", "4 values name no cell: if one was measured at several temperatures, "
                          "p is too small", hint="state cell.id")]),
    "no names, one temperature": (of_comparison(cells=("", "2"), strata=1), []),
    "no cells alike": (of_comparison(alike=False),
                       [warning("wide-ratio", "the ratio has no interval: no two cells were measured alike")]),
}  # fmt: skip


@pytest.mark.parametrize("case", COMPARED)
def test_what_weakens_a_comparison_is_flagged(case):
    found, expected = COMPARED[case]
    assert found == expected


def test_a_ratio_that_changes_is_given_for_each_temperature():
    """Two cells of each group: 2 and 2.02 against 1 and 1.01 at 300 K, 8 and 8.08 at 350 K."""
    strata = [[value(kelvin, y * by, group=group, cell=f"{group}{kelvin}{by}")
               for group, y in (("y", high), ("x", 1.0)) for by in (1.0, 1.01)]
              for kelvin, high in ((300.0, 2.0), (350.0, 8.0))]  # fmt: skip
    sides = [(comparison._logs(points, "y"), comparison._logs(points, "x")) for points in strata]
    told = whole(lambda: comparison._changing(strata, sides, "y"))
    start, _, rest = told.pop("message").partition(" (p = ")
    assert start == "the ratio changes with temperature"
    assert rest.partition(")")[2] == ", 2 at 26.85 °C, 8 at 76.85 °C: their mean is that of these temperatures"
    assert told == {
        "code": "ratio-changes",
        "severity": "warning",
        "hint": "compare the activation energies by arrhenius, or one temperature: --param temperatures=30",
    }
    same = [(high, low + 1e-9) for high, low in [sides[0], sides[0]]]
    assert comparison._changing([strata[0], strata[0]], same, "y") == []


# -- values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "unit", "inverse", "fitted"), [
    ("ln_y", "mA/cm^2", False, "mA/cm^2"), ("ln_yT", "mA/cm^2", False, "K*mA/cm^2"), ("ln_y", "ohm", True, "S"),
    ("ln_y", "ohm*cm^2", True, "S/cm^2"), ("ln_yT", "ohm*cm", True, "K*S/cm"),
    ("ln_y", "kohm*cm", True, "1/(kohm*cm)"), ("ln_yT", "kohm*cm", True, "K*1/(kohm*cm)"),
])  # fmt: skip
def test_what_is_fitted_has_the_unit_of_the_value_or_of_its_inverse(form, unit, inverse, fitted):
    chosen = Chosen((value(300.0, unit=unit, inverse=inverse),), (), "onset", ())
    assert (chosen.unit, chosen.inverse, chosen.fitted_unit(form)) == (unit, inverse, fitted)
    assert chosen.points[0].y == (0.5 if inverse else 2.0)


def test_a_value_states_what_it_does_not_share():
    """0.5 of 2, of which 0.3 are shared: 0.4 are its own."""
    one = value(300.0, 2.0, 0.5, parts=[Component("area", 0.3, "B", "area"), Component("fit", 0.4)])
    assert one.relative == pytest.approx(0.2)
    assert (one.ends, value(300.0).ends) == ((1.5, 2.5), (None, None))
    assert value(300.0, 2.0, 0.2, parts=[Component("area", 0.3, "B", "area")]).relative == 0.0
    assert value(300.0).relative == 0.0
    assert [value(300.0, group=group, cell=cell).cell for group, cell in (("a", "1"), ("", "1"), ("a", ""))] == [
        "a/1", "/1", ""]  # fmt: skip


def test_a_value_ends_where_its_interval_does_and_few_replicates_are_few_unless_their_number_is_stated():
    stated = Measurand("V", 2.0, 0.5, Interval(1.2, 3.0, level=0.95))
    assert replace(value(300.0), measurand=stated).ends == (1.2, 3.0)
    scatter = [Component("replicates", 0.1)]
    few = [value(300.0, u=0.1, parts=scatter, n=n).is_of_few for n in (None, 9, 10)]
    assert few == [True, True, False]


def test_a_group_is_metadata_or_a_text_of_a_table_or_nothing():
    stated = Outcome({}, metadata={"sample.group": {"value": "a"}}, conditions={"Batch": Condition("b")})
    assert [chosen_values.member_of(stated, path) for path in ("sample.group", "Batch", "cell.id")] == [
        "a",
        "b",
        "",
    ]


def test_flags_of_what_was_left_out_and_of_doubted_temperatures_come_with_the_values():
    bad = Outcome({}, flags=(Flag("short", "m", "refusal"),), label="bad")
    found = choose([*outcomes(value(600.0), value(620.0)), bad], ArrheniusParams(measurand="onset"))
    assert [flag.as_dict() for flag in found.flags] == [
        warning("left-out", "1 outcome was left out", where="bad: refused: short"),
        warning("kelvin-as-celsius", "2 temperatures lie between 326.85 and 346.85 °C: kelvin stated as °C?",
                hint="state cell.temperature / K, or trust_temperatures=true"),
    ]  # fmt: skip


def test_an_energy_and_a_ratio_say_how_their_intervals_were_found():
    """The scatter has 3 degrees of freedom, the cells 1; alone these give the wider interval."""
    line = Fake(energy=0.2, intercept=5.0, se_energy=0.01, se_intercept=0.3, shared=0.4)
    parts = Budget((BudgetPart("scatter", 0.01, 3.0), BudgetPart("cells", 0.012, 1.0)), 0.003, 0.004)
    chosen = Chosen((value(300.0),), (), "onset", ())
    fitted = Fake(y=np.zeros(5), kelvin=np.array([300.0, 400.0]))
    params = ArrheniusParams(level=90.0, replicates="mean")
    made = arrhenius._measurands("ln_yT", line, parts, fitted, chosen, params)
    energy, factor = made["activation_energy_ln_yT"], made["ln_prefactor_ln_yT"]
    total = np.sqrt(0.012**2 + 0.003**2 + 0.004**2)
    assert (energy.unit, energy.value, energy.uncertainty) == ("eV", 0.2, pytest.approx(total))
    assert (energy.n, energy.quantity) == (5, "activation_energy")
    assert energy.note == "ln(onset T) against 1/T, mean of the cells"
    assert [(one.name, one.uncertainty, one.kind) for one in energy.components] == [
        ("cells", 0.012, "A"), ("correlated", 0.003, "B"), ("temperature", 0.004, "B")]  # fmt: skip
    half = student.ppf(0.95, 1) * 0.012
    assert (energy.interval.low, energy.interval.high) == pytest.approx((0.2 - half, 0.2 + half))
    assert (energy.interval.level, energy.interval.method) == (0.9, "t, 1 degree of freedom")
    lever = (1 / 300 + 1 / 400) / 2 / 8.617333262e-5
    tilt = lever * np.sqrt(total**2 - 0.01**2)
    assert (factor.unit, factor.value, factor.n) == ("1", 5.0, 5)
    assert factor.uncertainty == pytest.approx(np.sqrt(0.3**2 + 0.4**2 + tilt**2))
    assert factor.note == "ln(A / (K·mA/cm²))"
    alike = Exchangeable(np.log([2.0, 2.2, 1.0, 1.1]), np.log([2.0, 2.2, 1.0, 1.1]), np.array([1, 1, 0, 0], bool))
    ratio = comparison._ratio([alike], 1, "y over x")
    assert (ratio.interval.level, ratio.interval.method, ratio.note) == (0.95, "t of ln ratio", "y over x")
