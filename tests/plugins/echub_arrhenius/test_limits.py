"""Each limit and each test of an activation energy: one row just inside, one just outside, by closed formulas."""

from __future__ import annotations

from itertools import combinations
from math import atan, exp, hypot, log, pi, sqrt

import numpy as np
import pytest
from scipy.linalg import null_space
from scipy.stats import chi2
from scipy.stats import f as fisher
from scipy.stats import t as student

import echub
from echub.plugin import Component, Condition, Flag, Measurand, Outcome, Refusal, UnknownOption
from echub.science import BOLTZMANN_EV
from echub_arrhenius import ArrheniusParams, method_exchange
from echub_arrhenius.data import CellValue, _kelvin_flags, by_temperature, choose
from echub_arrhenius.method import fit
from echub_arrhenius.method_budget import Budget, BudgetPart
from echub_arrhenius.method_exchange import classes, exchange
from echub_arrhenius.method_interaction import interaction_p
from echub_arrhenius.outcome import comparison
from echub_arrhenius.outcome.flags import _times
from tests.oracles.plain import line

K_EV, ZERO = 8.617333262e-5, 273.15
FIVE = np.array([-20.0, 5.0, 30.0, 55.0, 80.0])
SIX = np.array([-20.0, 0.0, 20.0, 40.0, 60.0, 80.0])
EXACT = {"temperature_offset": 0, "temperature_scale": 0}


def outcome(celsius, value, cell="", *, group="", u=None, name="onset", unit="mA/cm^2", n=None, parts=(), **more):
    """Return the outcome of one value; `more` goes to the outcome."""
    told = {"cell.temperature": (celsius, "degC"), "cell.id": (cell, None), "sample.group": (group, None)}
    metadata = {path: {"value": v, "unit": x, "source": "built"} for path, (v, x) in told.items()
                if v not in ("", None)}  # fmt: skip
    known = Measurand(unit, value, u, n=n, components=tuple(parts))
    return Outcome({name: known}, metadata=metadata, **{"label": f"{celsius:g}{cell}", **more})


def series(celsius, logs, **stated):
    """Return one value at each temperature, by its logarithm."""
    u = stated.pop("relative", 0.0)
    return [outcome(float(c), exp(y), u=u * exp(y) or None, **stated) for c, y in zip(celsius, logs, strict=True)]


def inverse(celsius):
    return 1 / (K_EV * (np.asarray(celsius) + ZERO))


def law(celsius, energy=0.2):
    return 3 - energy * (inverse(celsius) - 40.0)


def rest(celsius, degree=1):
    """Return a scatter that no line (or parabola) through these temperatures can follow, of length 1."""
    x = inverse(celsius) - inverse(celsius).mean()
    return null_space(np.vander(x, degree + 1).T)[:, 0]


def ask(outcomes, **params):
    return echub.analyze("arrhenius", list(outcomes), params=params)


def flagged(found):
    return {flag.code: flag.message for flag in found.flags}


def fitted(found):
    return dict(zip(found.tables["fit"]["quantity"].values, found.tables["fit"]["value"].values, strict=True))


# -- values that can be used -----------------------------------------------------------------


@pytest.mark.parametrize(("celsius", "doubted"), [
    ((213.0, 350.0, 500.0), (213, 500, 3)), ((212.9, 350.0), None), ((400.0, 500.1), None),
    ((300.0,), (300, 300, 1)),
    ((20.0, 60.0, 215.0, 225.0), (215, 225, 2)), ((20.0, 65.0, 215.0), None), ((20.0, 64.9, 215.0), (215, 215, 1)),
    ((20.0, 180.0, 340.0), (340, 340, 1)), ((20.0, 171.0, 501.0), None),
])  # fmt: skip
def test_temperatures_of_213_to_500_degrees_beyond_a_gap_of_150_may_be_kelvin(celsius, doubted):
    points = choose(series(celsius, [0.0] * len(celsius)), ArrheniusParams(trust_temperatures=True)).points
    flags = _kelvin_flags(points[::-1])
    said = [flag.message for flag in flags]
    if doubted is None:
        assert said == []
    else:
        low, high, count = doubted
        lie = "1 temperature lies" if count == 1 else f"{count} temperatures lie"
        assert said == [f"{lie} between {low} and {high} °C: kelvin stated as °C?"]


@pytest.mark.parametrize(("kelvin", "trusted", "refused"), [
    (149.9, False, True), (150.0, False, False), (150.1, False, False), (149.9, True, False), (-0.1, True, True),
    (0.0, True, True), (0.1, True, False),
])  # fmt: skip
def test_below_150_kelvin_a_temperature_is_in_disguise_unless_it_is_trusted(kelvin, trusted, refused):
    values = series([kelvin - ZERO, 0.0, 20.0, 40.0], law([0.0, 0.0, 20.0, 40.0]))
    found = ask(values, trust_temperatures=trusted)
    assert [flag.code for flag in found.refusals] == ["celsius-as-kelvin"] * refused
    if refused:
        assert f"{kelvin:g} K" in found.refusals[0].message
        assert found.refusals[0].where == values[0].label


@pytest.mark.parametrize(("celsius", "step", "sizes"), [
    ((30.0, 31.0), 1.0, [2]), ((30.0, 31.01), 1.0, [1, 1]), ((30.0, 30.6, 31.2), 1.0, [2, 1]),
    ((31.2, 30.0, 30.6), 1.5, [3]), ((30.0, 30.0, 40.0), 0.0, [2, 1]),
])  # fmt: skip
def test_temperatures_within_a_step_of_the_coldest_are_one(celsius, step, sizes):
    points = choose(series(celsius, 0.1 * np.arange(len(celsius))), ArrheniusParams()).points
    gathered = by_temperature(points, step)
    assert [len(points) for points in gathered] == sizes
    assert [p.kelvin - ZERO for points in gathered for p in points] == pytest.approx(sorted(celsius))


def test_what_is_left_out_is_listed_with_its_reason():
    values = series(FIVE, law(FIVE))
    odd = [
        outcome(1.0, 0.0, label="zero"), outcome(1.0, -2.0, label="negative"),
        outcome(1.0, 2.0, name="other", label="o"),
        outcome(1.0, 5.0, label="r", flags=(Flag("first", "m", "refusal"), Flag("second", "m", "refusal"))),
        Outcome({"onset": Measurand.more_than("mA/cm^2", 2.0, note="no")}, label="more"),
        Outcome({"onset": Measurand.less_than("mA/cm^2", 2.0)}, label="less"),
        Outcome({"onset": Measurand("mA/cm^2", None, note="the file ended")}, label="none"),
        Outcome({"onset": Measurand("mA/cm^2", None)}, label="no word"),
    ]  # fmt: skip
    reasons = {
        "80": "by hand: short and it leaked", "zero": "not above zero: it has no logarithm",
        "negative": "not above zero: it has no logarithm", "o": "has no onset", "r": "refused: first",
        "more": "right-censored", "less": "left-censored", "none": "the file ended", "no word": "has no value",
    }  # fmt: skip
    found = ask([*values, *odd], measurand="onset", exclude=" 80 : short and it leaked")
    table = found.tables["values"]
    used = [f"{c:g}" for c in FIVE[:-1]]
    assert list(table["outcome"].values) == [*used, *reasons]
    assert list(table["left_out"].values) == [""] * 4 + list(reasons.values())
    assert table["temperature"].values[:4] == pytest.approx(FIVE[:-1])
    assert table["temperature"].values[4:] == (None,) * 9
    (flag,) = [flag for flag in found.flags if flag.code == "left-out"]
    assert flag.message == "9 outcomes were left out"
    assert flag.where == "; ".join(f"{name}: {why}" for name, why in reasons.items())


def test_of_many_that_are_left_out_ten_are_named():
    found = ask([outcome(1.0, -1.0, label=f"n{k}") for k in range(11)], measurand="onset")
    (refusal,) = found.refusals
    assert (refusal.code, refusal.message) == ("no-values", "none of 11 outcomes has a usable onset")
    assert refusal.where.count("not above zero") == 10


@pytest.mark.parametrize(("names", "asked", "used"), [
    (("conductivity", "critical_current_density", "onset_current_density"), "", "onset_current_density"),
    (("conductivity", "critical_current_density", "zeta"), "", "critical_current_density"),
    (("conductivity", "zeta"), "", "conductivity"), (("conductivity", "zeta"), "zeta", "zeta"),
    (("zeta",), "", "zeta"),
])  # fmt: skip
def test_a_measurand_is_chosen_by_its_name_or_because_it_is_the_only_one(names, asked, used):
    values = [one.replace(measurands=dict.fromkeys(names, one["onset"])) for one in series(FIVE, law(FIVE))]
    assert choose(values, ArrheniusParams(measurand=asked)).name == used


@pytest.mark.parametrize(("names", "asked", "message", "hint"), [
    (("T", "b c"), "", "which value is meant is not clear: they hold T, b c", '--param measurand="b c"'),
    (("T", "n", "g"), "a", "no outcome has an a: they hold T, g, n", "--param measurand=g"),
    (("T", "n"), "a", "no outcome has an a: they hold T, n", "--param measurand=NAME"),
])  # fmt: skip
def test_a_measurand_that_is_not_there_is_refused_with_an_example(names, asked, message, hint):
    values = [one.replace(measurands=dict.fromkeys(names, one["onset"])) for one in series(FIVE, law(FIVE))]
    (refusal,) = ask(values, measurand=asked).refusals
    assert (refusal.code, refusal.message, refusal.hint) == ("no-such-measurand", message, hint)


def test_outcomes_without_any_value_say_so():
    (refusal,) = ask([Outcome({"a": Measurand("V", None)}, label="x")]).refusals
    assert refusal.message == "the outcomes contain no value: they hold a"
    (refusal,) = ask([Outcome({}, label="x")], measurand="a").refusals
    assert refusal.where == "x: has no a"


@pytest.mark.parametrize(
    ("text", "named"), [("80", "'80'"), ("80:", "'80:'"), (": why", "': why'"), (";5: a;80", "'80'")]
)
def test_an_exclusion_needs_a_label_and_a_reason(text, named):
    (refusal,) = ask(series(FIVE, law(FIVE)), exclude=text).refusals
    assert (refusal.code, refusal.message) == ("no-reason", f"{named} is left out without a reason")


def test_groups_are_named_and_one_is_asked_for():
    both = [*series(FIVE, law(FIVE), group="a"), *series(SIX, law(SIX), group="b"), outcome(7.0, 3.0)]
    (refusal,) = ask(both).refusals
    assert refusal.message == "the outcomes belong to 3 groups by sample.group: (not stated), a, b"
    assert refusal.hint == "--param group='b'"
    found = ask(both, group="b")
    assert found["activation_energy_ln_y"].n == 6
    assert found.label == "b"


def test_a_text_of_a_table_may_be_the_group():
    values = [
        one.replace(conditions={"Batch no": Condition("xy"[k % 2])}) for k, one in enumerate(series(SIX, law(SIX)))
    ]
    (refusal,) = ask(values).refusals
    assert (refusal.code, refusal.message) == ("mixed-batch-no", "the Batch no is not the same: x, y")
    assert refusal.hint == '--param group_by="Batch no" takes them as groups'
    assert ask(values, group_by="Batch no", group="y")["activation_energy_ln_y"].n == 3
    assert ask(values, allow_mixed=True)["activation_energy_ln_y"].n == 6
    some = [values[0], *(one.replace(conditions={}) for one in values[1:])]
    (refusal,) = ask(some).refusals  # one text beside none is not two groups
    assert (refusal.code, refusal.message) == ("mixed-Batch no", "the Batch no is not the same: not stated, x")


# -- cells at one temperature ----------------------------------------------------------------


def cells(celsius, *factors, **stated):
    return [one for factor in factors for one in series(celsius, law(celsius) + log(factor), **stated)]


def test_bars_of_two_cells():
    shown = ask(cells(FIVE, 1.0, 0.8), error_bars="generalised").diagnostics
    best = np.exp(law(FIVE))
    assert shown["upper"].array() == pytest.approx(0.2 * best)
    assert shown["lower"].array() == pytest.approx(0.1 * best)
    mean = ask(cells(FIVE, 1.0, 0.8), replicates="mean").diagnostics
    assert mean["y"].array() == pytest.approx(0.9 * best)
    assert mean["upper"].array() == pytest.approx(0.1 * best)  # 0.1 · √2 / √2
    (refusal,) = ask(cells(FIVE, 1.0, 0.8)).refusals
    assert refusal.message == "2 cells at -20 °C: eq. 12 is for the best of three"


@pytest.mark.parametrize(("count", "equal"), [(9, True), (10, False)])
@pytest.mark.parametrize("name", ["replicates", "something else"])
def test_the_scatter_of_fewer_than_ten_replicates_is_no_weight(count, equal, name):
    relative = np.array([0.01, 0.02, 0.03, 0.02, 0.5])
    values = [outcome(float(c), exp(y), u=u * exp(y), n=count, parts=[Component(name, u * exp(y))])
              for c, y, u in zip(FIVE, law(FIVE) + 0.4 * (FIVE > 60), relative, strict=True)]  # fmt: skip
    found = ask(values).sensitivity
    assert [one.parameter for one in found] == ([] if equal and name == "replicates" else ["weights"])


@pytest.mark.parametrize("replicates", ["max", "median", "mean", "all"])
def test_what_one_of_several_cells_states_is_no_weight(replicates):
    values = [one for u, factor in ((0.01, 1.0), (0.05, 0.9), (0.02, 0.95))
              for one in cells(FIVE, factor, relative=u)]  # fmt: skip
    values[0] = outcome(FIVE[0], values[0]["onset"].value, u=0.5 * values[0]["onset"].value)
    found = {one.parameter for one in ask(values, replicates=replicates).sensitivity}
    assert ("weights" in found) == (replicates in ("mean", "all"))


# -- tests of the line -----------------------------------------------------------------------


def test_three_temperatures_are_few_and_two_are_refused():
    assert "few-temperatures" in flagged(ask(series(FIVE[:3], law(FIVE[:3]))))
    assert "few-temperatures" not in flagged(ask(series(FIVE[:4], law(FIVE[:4]))))
    (refusal,) = ask(series(FIVE[:2], law(FIVE[:2]))).refusals
    assert refusal.message.startswith("2 temperatures: a line through them says nothing")
    assert "at least 3 are needed" in refusal.message


@pytest.mark.parametrize(("by", "exceeds", "short"), [
    (chi2.isf(0.05, 4) * 1.001, True, False), (chi2.isf(0.05, 4) * 0.999, False, False),
    (chi2.ppf(0.05, 4) * 1.001, False, False), (chi2.ppf(0.05, 4) * 0.999, False, True),
])  # fmt: skip
def test_the_birge_ratio_is_tested_at_5_percent_to_both_sides(by, exceeds, short):
    """The sum of squares is `by` times what each value states, of four degrees of freedom."""
    found = ask(series(SIX, law(SIX) + 0.05 * sqrt(by) * rest(SIX), relative=0.05), **EXACT, weights="none")
    codes = flagged(found)
    ratio = sqrt(by / 4)
    assert fitted(found)["birge_ratio"] == pytest.approx(ratio)
    assert fitted(found)["birge_p"] == pytest.approx(chi2.sf(by, 4))
    assert ("scatter-exceeds-stated" in codes, "scatter-below-stated" in codes) == (exceeds, short)
    away = inverse(SIX) - inverse(SIX).mean()
    stated, scatter = (0.05 * r / sqrt((away**2).sum()) for r in (1.0, ratio))
    pooled = stated * max(1.0, sqrt((8 + 4 * ratio**2) / 12))
    assert found["activation_energy_ln_y"].uncertainty == pytest.approx(scatter if exceeds else pooled)


@pytest.mark.parametrize(("celsius", "inside"), [(FIVE, True), (SIX, True), (FIVE[:4], False)])
@pytest.mark.parametrize(("by", "curved"), [(1.001, True), (0.999, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_parabola_is_tested_at_5_percent_with_two_degrees_of_freedom_or_more(celsius, inside, by, curved, sign):
    x = inverse(celsius) - inverse(celsius).mean()
    design = np.vander(x, 3)
    scatter = 0.02 * rest(celsius, 2)
    free = len(celsius) - 3
    error = sqrt((scatter**2).sum() / free * np.linalg.inv(design.T @ design)[0, 0])
    bent = sign * by * student.isf(0.025, free) * error
    found = flagged(ask(series(celsius, law(celsius) + scatter + bent * x**2)))
    assert ("curved" in found or "slope-turns" in found) == (curved and inside)


@pytest.mark.parametrize(("by", "kind"), [(4.01, "maximum"), (3.99, ""), (-4.01, "minimum"), (-3.99, "")])
@pytest.mark.parametrize("side", ["both", "first", "last"])
def test_a_turn_exceeds_both_ends_by_four_standard_deviations(by, kind, side):
    """Ends and middle state 3 and 4 %: their difference is known to 5 %."""
    step = 0.05 * by
    first, last = (step if side in ("both", one) else step / 2 for one in ("first", "last"))
    logs = np.array([0.0, first, 0.9 * step, first - last])
    logs = np.array([-first, 0.0, -0.1 * step, -last]) if side else logs
    relative = [0.03, 0.04, 0.1, 0.03]
    values = [outcome(float(c), exp(y), u=u * exp(y)) for c, y, u in zip(FIVE[:4], logs, relative, strict=True)]
    found = flagged(ask(values, weights="none")).get("slope-turns", "")
    said = f"ln y passes a {kind} near 5 °C: the slope changes its sign, so that one line describes neither side"
    assert found == (said if kind and side == "both" else "")


@pytest.mark.parametrize(("by", "turns"), [(4.01, True), (3.99, False)])
def test_a_turn_of_values_that_state_nothing_is_judged_by_their_scatter(by, turns):
    """Five even places of 1/T; what no parabola follows there is (1, -4, 6, -4, 1) / √70, with two of freedom."""
    ends = 1 / (FIVE[[0, -1]] + ZERO)
    scatter = 0.01 * np.array([1, -4, 6, -4, 1]) / sqrt(70)
    high = by * sqrt(2) * 0.01 / sqrt(2) - (scatter[2] - scatter[0])
    logs = high * (1 - np.linspace(-1, 1, 5) ** 2) + scatter
    found = flagged(ask(series(1 / np.linspace(*ends, 5) - ZERO, logs)))
    assert ("slope-turns" in found) == turns


@pytest.mark.parametrize(("by", "differ"), [(1.001, True), (0.999, False)])
def test_cells_have_energies_of_their_own_by_an_f_test_at_5_percent(by, differ):
    """Two cells at each temperature, with slopes of 0.2 ± d eV: all else is the same scatter about both."""
    x = inverse(FIVE) - inverse(FIVE).mean()
    scatter, spread = 0.02 * rest(FIVE), float((x**2).sum())
    # The sum of squares of both, over 2 · 3 degrees of freedom; that of unequal slopes is 2 · spread · d².
    d = sqrt(by * fisher.isf(0.05, 1, 6) * 2 * 0.02**2 / 6 / (2 * spread))
    values = [one for k, sign in enumerate((1, -1))
              for one in series(FIVE, law(FIVE, 0.2 + sign * d) + scatter, cell=f"c{k}")]  # fmt: skip
    found = ask(values, replicates="mean", **EXACT)
    table, energy = fitted(found), found["activation_energy_ln_y"]
    assert table["cells"] == 2
    assert table["equal_cells_p"] == pytest.approx(fisher.sf(by * fisher.isf(0.05, 1, 6), 1, 6))
    codes = flagged(found)
    assert ("cells-differ" in codes) == differ
    if differ:
        assert codes["cells-differ"] == "2 cells have energies of their own, 0.2 eV in the mean"
        assert table["u_cells_eV"] == pytest.approx(d)
        assert energy.interval.high - energy.value == pytest.approx(student.ppf(0.975, 1) * d)
    else:
        assert "u_cells_eV" not in table


def test_a_line_through_a_cell_needs_three_temperatures():
    """One cell was at three temperatures, another at two, a third at all: two have a line."""
    whole = series(FIVE, law(FIVE) + 0.01 * rest(FIVE), cell="a")
    more = [
        outcome(float(c), exp(law(c)), name) for name, some in (("b", FIVE[:3]), ("d", FIVE[3:])) for c in some
    ]
    assert fitted(ask([*whole, *more], replicates="mean"))["cells"] == 2


@pytest.mark.parametrize(("celsius", "changes"), [(62.0, False), (45.0, True), (-20.0, False)])
def test_cells_that_were_repeated_span_two_thirds_of_the_series(celsius, changes):
    """From -20 °C 62 °C is 0.78 of the range of 1/T to 100 °C, 45 °C 0.64; at one temperature none is repeated."""
    far = [-20.0, 10.0, 100.0]
    values = [outcome(c, exp(law(c)), f"own{c}") for c in far[1:]]
    values += [outcome(c, exp(law(c)), "same", label=f"same {k}") for k, c in enumerate((-20.0, celsius))]
    ends = 1 / (np.array([-20.0, celsius, 100.0]) + ZERO)
    share = (ends[0] - ends[1]) / (ends[0] - ends[2])
    assert (0 < share < 2 / 3) == changes
    found = flagged(ask(values, replicates="mean"))
    assert ("cells-change" in found) == changes


@pytest.mark.parametrize(("relative", "scatter", "uncertain"), [
    (0.201, 1.0, True), (0.199, 1.0, False), (0.0301, 0.01, True), (0.0299, 0.01, False), (0.0201, 0.0, True),
    (0.0199, 0.0, False),
])  # fmt: skip
def test_a_point_is_uncertain_from_20_percent_or_three_times_the_scatter_but_not_below_2_percent(
    relative, scatter, uncertain
):
    """The scatter about the line is √(sum of squares / 4)."""
    logs = law(SIX) + scatter * 2 * rest(SIX)
    found = ask(series(SIX, logs, relative=relative), weights="none")
    assert fitted(found)["scatter_ln_y"] == pytest.approx(scatter, abs=1e-9)
    said = [(flag.message, flag.where) for flag in found.flags if flag.code == "uncertain-point"]
    assert (
        said == [(f"the value at {c:g} °C is certain to {relative:.0%} only", f"{c:g}") for c in SIX] * uncertain
    )
    assert "uncertain-point" not in flagged(ask(series(SIX, logs, relative=relative), weights="own"))


@pytest.mark.parametrize("form", ["ln_y", "ln_yT"])
@pytest.mark.parametrize("shared", [(0.05,) * 5, (0.03, 0.03, 0.0, 0.0, 0.0)])
def test_what_values_share_moves_the_line_as_a_whole(form, shared):
    """A group moves all its values at once by their part; what a value states beside is its own."""
    scatter = 0.03 * rest(FIVE)
    values = []
    for c, y, part in zip(FIVE, np.exp(law(FIVE) + scatter), shared, strict=True):
        parts = [Component("own", 0.02 * y), Component("area", part * y, "B", "area")]
        values.append(outcome(float(c), y, u=hypot(0.02, part) * y, parts=parts))
    found = ask(values, form=form, weights="none", **EXACT)
    x, kelvin = inverse(FIVE), FIVE + ZERO
    y = law(FIVE) + scatter + (np.log(kelvin) if form == "ln_yT" else 0)
    at, slope, u_at, u_slope = line(-x, y)
    moved_at, moved, *_ = line(-x, y + np.array(shared))
    energy, prefactor = found[f"activation_energy_{form}"], found[f"ln_prefactor_{form}"]
    systematic = abs(moved - slope)
    parts = {part.name: part.uncertainty for part in energy.components}
    assert parts.get("correlated", 0.0) == pytest.approx(systematic, abs=1e-12)
    ratio = sqrt(0.03**2 / 3) / 0.02
    away = x - x.mean()
    stated = 0.02 / sqrt((away**2).sum()) * max(1.0, sqrt((8 + 3 * ratio**2) / 11))
    statistical = stated if form == "ln_y" else parts["stated and scatter"]
    assert energy.uncertainty == pytest.approx(hypot(statistical, systematic))
    tilt = x.mean() * sqrt(max(energy.uncertainty**2 - u_slope**2, 0))
    assert prefactor.uncertainty == pytest.approx(hypot(u_at, moved_at - at, tilt))


def test_an_interval_is_the_widest_of_a_part_alone_and_with_the_others():
    """Few degrees of freedom of a part are many of the sum: that must not narrow the interval."""
    parts = BudgetPart("a", 1.0, 1.0), BudgetPart("b", 2.0, 50.0)

    def wide(error, freedom, other):
        total = hypot(error, *other)
        return student.ppf(0.975, freedom * (total / error) ** 4) * total

    every = [wide(1, 1, ()), wide(1, 1, (0.5, 0.3)), wide(2, 50, ()), wide(2, 50, (0.5, 0.3))]
    budget = Budget(parts, 0.5, 0.3)
    assert budget.half_width(0.95) == pytest.approx(max(every))
    assert max(every) == every[0]
    assert budget.total == pytest.approx(hypot(2, 0.5, 0.3))
    assert Budget((BudgetPart("a", 0.0, 0.0),), 0.0, 0.0).half_width(0.95) == 0.0


def test_leave_one_out_of_weighted_values():
    relative = np.array([0.01, 0.02, 0.03, 0.02, 0.05])
    logs = law(FIVE) + np.array([0.05, -0.03, 0.0, 0.04, -0.02])
    values = [outcome(float(c), exp(y), u=u * exp(y)) for c, y, u in zip(FIVE, logs, relative, strict=True)]
    table = ask(values, weights="own").tables["leave_one_out"]
    kept = [np.arange(5) != k for k in range(5)]
    expected = [line(-inverse(FIVE[k]), logs[k], relative[k] ** -2)[1] for k in kept]
    assert table["without"].values == pytest.approx(FIVE)
    assert table["activation_energy_ln_y"].values == pytest.approx(expected)


# -- groups ----------------------------------------------------------------------------------


def compared(values, **params):
    return echub.analyze("compare-groups", list(values), params=params)


@pytest.mark.parametrize(("counts", "unreachable"), [((3, 3), True), ((4, 3), False)])
def test_a_least_p_of_5_percent_is_too_large(counts, unreachable):
    """One of 20 arrangements is 5 %, one of 35 is less."""
    values = [
        outcome(30.0, 1.0 + k + 10 * g, f"{g}{k}", group="xy"[g]) for g, n in enumerate(counts) for k in range(n)
    ]
    codes = flagged(compared(values, higher="y"))
    assert ("p-unreachable" in codes) == unreachable
    if unreachable:
        assert codes["p-unreachable"] == "no arrangement of these cells gives a p below 0.05"


@pytest.mark.parametrize(("temperatures", "said"), [((30.0,), False), ((30.0, 60.0), True)])
def test_values_that_name_no_cell_are_counted(temperatures, said):
    values = [outcome(c, 2.0 + k + g, "" if k else f"{g}", group="xy"[g], label=f"{c}{g}{k}")
              for c in temperatures for g in (0, 1) for k in range(3)]  # fmt: skip
    codes = flagged(compared(values, higher="y"))
    text = "8 values name no cell: if one was measured at several temperatures, p is too small"
    assert codes.get("cells-not-named") == (text if said else None)


def test_a_ratio_of_one_cell_each_has_no_interval():
    values = [outcome(c, v, f"{c}{g}", group=g) for c in (0.0, 30.0) for g, v in (("x", 2.0), ("y", 6.0))]
    found = compared(values, higher="y")
    assert "wide-ratio" in flagged(found)
    assert (found["ratio"].value, found["ratio"].uncertainty) == (pytest.approx(3.0), None)


def test_one_of_several_temperatures_is_compared():
    values = [outcome(c, v + k, f"{c}{g}{k}", group=g)
              for c in (0.0, 30.0, 60.0) for g, v in (("x", 2.0), ("y", 6.0)) for k in (0, 1)]  # fmt: skip
    found = compared(values, temperatures="0, 59.5 °C", higher="y")
    assert found.tables["temperatures"]["temperature"].values == (0.0, 60.0)
    said = (
        "only 2 temperatures were compared (0, 59.5 °C), chosen by hand: if after seeing the data, p is too small"
    )
    assert flagged(found)["subset-chosen"] == said
    assert "temperature-absent" not in flagged(found)
    assert compared(values, temperatures="31.5").refusals[0].message == (
        "the groups share 0, 30, 60 °C, and none of 31.5 °C is among them"
    )
    part = flagged(compared(values, temperatures="0, 45, 90", higher="y"))
    assert part["temperature-absent"] == "at 45, 90 °C the groups do not both have values: not compared"


def test_outcomes_that_state_no_group_are_called_so():
    values = [outcome(c, 2.0 + len(g), f"{c}{g}", group=g) for c in (0.0, 30.0) for g in ("", "y")]
    found = compared(values)
    assert found.label == "y against (not stated)"
    assert found.conditions["lower"].value == "(not stated)"
    assert found["ratio"].note == "y over (not stated)"
    assert "cells (not stated)" in found.tables["temperatures"]
    refusal = compared(values, higher="z").refusals[0]
    assert refusal.message == "no group is called 'z': (not stated), y"
    assert refusal.hint == "--param higher=y"
    alone = compared([value for value in values if not value.meta("sample.group")]).refusals[0]
    assert alone.message == "1 group by sample.group: (not stated)"


def test_one_temperature_one_pair_and_one_value_are_in_the_singular():
    """Of 30 °C one cell of each group is compared; the other temperature has a value that names no cell."""
    values = [outcome(c, 2.0 + g, "" if (c, g) == (60.0, 1) else f"{c}{g}", group="xy"[g])
              for c in (30.0, 60.0) for g in (0, 1)]  # fmt: skip
    assert flagged(compared(values, higher="y"))["cells-not-named"].startswith("1 value names no cell: ")
    found = compared(values, temperatures="30", higher="y")
    assert flagged(found)["subset-chosen"].startswith("only 1 temperature was compared (30 °C), chosen")
    assert "cells-not-named" not in flagged(found)
    assert found["p_sign"].note == "1 of 1 ordered pair; takes them as independent"
    assert found["p_permutation"].note == "one-sided; 2 relabelings of 2 cells at 1 temperature"


@pytest.mark.parametrize("text", ["warm", "30, ", "30 60", "nan", "30, inf"])
def test_temperatures_that_are_no_numbers_are_a_wrong_option(text):
    values = [outcome(c, 2.0 + g, f"{c}{g}", group="xy"[g]) for c in (30.0, 60.0) for g in (0, 1)]
    with pytest.raises(UnknownOption, match=r"temperatures are numbers in °C") as caught:
        compared(values, temperatures=text)
    assert (caught.value.expected, caught.value.found) == ("30, 60, 90", text)


def test_cells_that_lack_some_temperatures_are_exchanged_by_their_mean_distance():
    """Brute force: the distance of each cell from the temperatures' means, over all choices of three of five."""
    rng = np.random.default_rng(2)
    at = {(True, 0): (0, 1), (True, 1): (1, 2), (True, 2): (0,), (False, 0): (0, 1, 2), (False, 1): (2,)}
    rows = [(cell, s, rng.standard_normal(), up) for (up, cell), some in at.items() for s in some]
    cell, stratum, y, up = (np.array(column) for column in zip(*rows, strict=True))
    means = np.array([y[stratum == s].mean() for s in range(3)])
    distance = [np.mean([v - means[s] for c, s, v, u in rows if (u, c) == key]) for key in at]
    sums = [3 * (np.mean([distance[k] for k in chosen]) -
                 np.mean([distance[k] for k in range(5) if k not in chosen]))
            for chosen in combinations(range(5), 3)]  # fmt: skip
    (part,) = parts = classes(list(cell), list(stratum), y, list(up))
    assert part.observed == pytest.approx(sums[0])
    one, two = exchange(parts), exchange(parts, two_sided=True)
    assert one.p == np.mean(np.array(sums) >= sums[0] - 1e-9)
    assert two.p == np.mean(np.abs(sums) >= abs(sums[0]) - 1e-9)
    assert (one.least, one.relabelings) == (np.mean(np.array(sums) >= max(sums) - 1e-9), 10)


@pytest.mark.parametrize("fresh", [True, False])
def test_equal_ratios_are_tested_by_the_sums_of_squares_of_a_balanced_design(fresh):
    """Two groups of three cells at four temperatures; cells of their own take their means out of what is left."""
    rng = np.random.default_rng(5)
    y = rng.standard_normal((2, 3, 4))
    keys = [(g, k, t) for g in range(2) for k in range(3) for t in range(4)]
    of_both = y.mean(axis=1)
    crossed = of_both - of_both.mean(axis=1, keepdims=True) - of_both.mean(axis=0) + of_both.mean()
    left = y - of_both[:, None, :]
    free = 16
    if not fresh:
        left, free = left - left.mean(axis=2, keepdims=True), 12
    ratio = 3 * (crossed**2).sum() / 3 / ((left**2).sum() / free)
    cells_ = [(k, t) if fresh else k for g, k, t in keys]
    found = interaction_p(cells_, [t for *_, t in keys], y.ravel(), [g == 0 for g, *_ in keys])
    assert found == pytest.approx(fisher.sf(ratio, 3, free))


@pytest.mark.parametrize(("apart", "ratio", "p"), [
    (0.1, 2.5, 1 - 2 / pi * atan(1.5 / sqrt(3.5 * 2 * 0.1**2))), (0.0, 2.5, 0.0), (0.0, 1.0, 1.0),
    (None, 2.5, None),
])  # fmt: skip
def test_equal_ratios_are_tested_if_one_value_or_more_is_left(apart, ratio, p):
    """At one temperature two cells of the first group, apart about 1, against 0; at the other one of each.

    The contrast of the ratios has the variance of 1/2 + 1 + 1 + 1 values, what is left is 2 · apart², and F of
    1 and 1 degrees of freedom exceeds f with the chance 1 - 2/π · atan √f. Without scatter they are
    equal, or are not.
    """
    first = [1.0] if apart is None else [1 + apart, 1 - apart]
    y = [*first, 0.0, ratio + 0.5, 0.5]
    high, strata = [*[True] * len(first), False, True, False], [*[0] * len(first), 0, 1, 1]
    found = interaction_p(list(range(len(y))), strata, np.array(y), high)
    assert found == (None if p is None else pytest.approx(p))


def test_cells_that_agree_exactly_do_not_say_how_well_their_ratio_is_known():
    values = [
        outcome(c, v, f"{c}{g}{k}", group=g)
        for c in (0.0, 30.0)
        for g, v in (("x", 2.0), ("y", 6.0))
        for k in "ab"
    ]
    ratio = compared(values, higher="y")["ratio"]
    assert (ratio.value, ratio.uncertainty, ratio.interval) == (pytest.approx(3.0), None, None)


def test_equal_values_are_not_above_one_another():
    """Best against best: 6 and 6, 5 and 4; the least of the one group is not above the largest of the other."""
    values = [
        outcome(30.0, v, f"{g}{v}", group=g) for g, some in (("x", (6.0, 4.0)), ("y", (6.0, 5.0))) for v in some
    ]
    found = compared(values, higher="y")
    assert found["p_sign"].note == "1 of 2 ordered pairs; takes them as independent"
    touching = [
        outcome(30.0, v, f"{g}{v}", group=g) for g, some in (("x", (5.0, 4.0)), ("y", (6.0, 5.0))) for v in some
    ]
    assert compared(touching, higher="y").tables["temperatures"]["all_above_all"].values == (False,)


@pytest.mark.parametrize(("wanted", "found"), [("31", True), ("31.01", False)])
def test_a_temperature_is_chosen_within_the_step(wanted, found):
    values = [outcome(30.0, v, g, group=g) for g, v in (("x", 2.0), ("y", 6.0))]
    asked = compared(values, temperatures=wanted, temperature_step=1.0, higher="y")
    assert (asked.status != "refused") == found


@pytest.mark.parametrize(("largest", "refused"), [(19, True), (20, False)])
@pytest.mark.parametrize("strata", [(0, 0, 0, 0, 0, 0), (0, 1, 2, 0, 1, 2)])
def test_relabelings_are_counted_up_to_a_bound(largest, refused, strata, monkeypatch):
    """Three of six cells are chosen in 20 ways; at three temperatures 2 · 2 (of every other one) times 2."""
    bound = largest if len(set(strata)) == 1 else largest - 16
    monkeypatch.setattr(method_exchange, "LARGEST_HALF", bound)
    parts = classes(list(range(6)), strata, np.arange(6.0), [True] * 3 + [False] * 3)
    if not refused:
        assert exchange(parts).relabelings == (20 if len(set(strata)) == 1 else 8)
        return
    with pytest.raises(Refusal) as caught:
        exchange(parts)
    said = caught.value.remark
    assert (said.code, said.message, said.hint) == (
        "too-many-relabelings", f"more than {bound} relabelings on one side",
        "--param temperatures='…' chooses some, and says so",
    )  # fmt: skip


def test_the_p_of_equal_ratios_is_below_1_percent(monkeypatch):
    for p, flags in ((0.01, []), (0.0099, ["ratio-changes"]), (None, [])):
        monkeypatch.setattr(comparison, "interaction_p", lambda *_, p=p: p)
        values = [outcome(c, v, f"{c}{g}", group=g) for c in (0.0, 30.0) for g, v in (("x", 2.0), ("y", 6.0))]
        assert [code for code in flagged(compared(values, higher="y")) if code == "ratio-changes"] == flags


@pytest.mark.parametrize(("by", "changes"), [(1.01, True), (0.99, False)])
def test_a_ratio_changes_with_temperature_at_1_percent(by, changes):
    """Two cells of each group at two temperatures, apart by ±s about their mean; the ratio is 3 · exp(±d)."""
    s = 0.02
    # Sum of squares of the interaction: 8 · (d/2)² of one, of what is left: 8 · s² of four.
    d = by * 2 * sqrt(fisher.isf(0.01, 1, 4) * 8 * s**2 / 4 / 8)
    values = [
        outcome(c, exp(g * log(3) + (g - 0.5) * t * d + k * s), f"{g}{c}{k}", group="xy"[g])
        for t, c in ((-1, 0.0), (1, 60.0)) for g in (0, 1) for k in (-1, 1)
    ]  # fmt: skip
    said = flagged(compared(values, higher="y")).get("ratio-changes", "")
    assert bool(said) == changes
    if changes:
        assert f"{3 * exp(-d):.3g} at 0 °C, {3 * exp(d):.3g} at 60 °C" in said


def test_values_that_are_all_equal_have_no_energy_below_zero():
    """The slope of equal values is rounding, of either sign."""
    flags = flagged(ask(series((-30, 0, 30, 60, 90), [np.log(0.3)] * 5)))
    assert "negative-activation-energy" not in flags
    falling = series((-30, 0, 30, 60, 90), np.log(0.3) - 1e-6 * np.arange(5))
    assert "negative-activation-energy" in flagged(ask(falling))


def test_a_line_through_one_value_that_outweighs_all_others_is_still_a_line():
    """It passes that one, at 1/T = 1e-3 and ln y = 0; of 2e-3, 4e-3 and 3, 1 the slope is (1·3 + 3·1)/(1 + 9)."""
    kelvin, log_y = 1 / np.array([1e-3, 2e-3, 4e-3]), np.array([0.0, 3.0, 1.0])
    for heavy in (1e20, 1e80, 1e152):
        found = fit(kelvin, log_y, np.array([heavy, 1.0, 1.0]))
        assert found.energy == pytest.approx(-600 * BOLTZMANN_EV)
        assert found.intercept == pytest.approx(-0.6)
        # The others know the slope only: of √(n/heavy) each they leave √(1/10) of that per 1e-3, and the scatter.
        rest = sqrt(((3 - 0.6) ** 2 + (1 - 1.8) ** 2) / 10) / 1e-3
        assert found.se_energy == pytest.approx(rest * BOLTZMANN_EV)


def test_a_value_is_not_known_better_than_it_is_written():
    for stated, expected in ((1e-38, 2.0**-52), (2.0**-40, 2.0**-42), (0.0, 0.0)):
        assert CellValue(300.0, Measurand("V", 4.0, stated), Outcome(), "").relative == expected


@pytest.mark.parametrize(("celsius", "codes"), [(4999.0, []), (5001.0, ["impossible-metadata"])])
def test_nothing_is_solid_above_5000_degrees(celsius, codes):
    places = np.array([*SIX[:-1], celsius])
    outcome = ask(series(places, law(places)))
    assert [flag.code for flag in outcome.refusals] == codes


@pytest.mark.parametrize(
    ("ratio", "told"), [(999.94, "999.9"), (1000.0, "more than 1000"), (1e17, "more than 1000")]
)
def test_a_ratio_beyond_reason_is_told_without_its_digits(ratio, told):
    assert _times(ratio) == told
