"""What a batch of cells is taken for, refused for and flagged for: both sides of each limit, values by hand."""

from __future__ import annotations

import numpy as np
import pytest

from echub.plugin import Condition, Interval, Measurand, Outcome, Refusal
from echub_ccd.method.goodness import Goodness, goodness
from echub_ccd.method.likelihood import SHAPES, CellIntervals, Fit
from echub_ccd.method.observation import _steps
from echub_ccd.outcome import weibull as w
from tests.messages.saying import Fake

A, INF = np.array, np.inf


def codes(flags):
    return [flag.code for flag in flags]


@pytest.mark.parametrize(
    ("measurand", "bounds"),
    [
        (Measurand("V", 3.0, interval=Interval(1.0, 5.0)), (3.0, 3.0)),
        (Measurand("V", interval=Interval(1.0, 5.0, "bracketing")), (1.0, 5.0)),
        (Measurand.more_than("V", 2.0), (2.0, INF)),
        (Measurand.less_than("V", 2.0), (0.0, 2.0)),
    ],
)
def test_a_cell_fails_above_the_first_and_not_above_the_second(measurand, bounds):
    assert w._bounds(measurand) == bounds
    assert w._finite(bounds) == tuple(one if one and np.isfinite(one) else None for one in bounds)


def test_a_bare_value_is_an_interval_of_a_ten_thousandth():
    used = [{"x": Measurand("V", 3.0)}, {"x": Measurand("V", interval=Interval(1.0, 5.0, "bracketing"))}]
    cells = w._cells(used, "x")
    assert cells.low == pytest.approx([3 * (1 - 5e-5), 1.0], rel=1e-9)
    assert cells.high == pytest.approx([3 * (1 + 5e-5), 5.0], rel=1e-9)


def test_the_table_of_cells_has_a_unit_where_any_was_used():
    used = [
        Outcome({"x": Measurand.more_than("V", 2.0)}, label="p"),
        Outcome({"x": Measurand("V", 3.0)}, label="q"),
    ]
    left = [("r", "has no x"), ("s", "refused: no-rests")]
    told = {name: (series.values, series.unit) for name, series in w._table(used, left, "x").items()}
    assert told == {
        "outcome": (("p", "q", "r", "s"), ""), "last_survived": ((2.0, 3.0, None, None), "V"),
        "first_failed": ((None, 3.0, None, None), "V"), "status": (("ok", "ok", "", ""), ""),
        "left_out": (("", "", "has no x", "refused: no-rests"), ""),
    }  # fmt: skip
    alone = w._table([], left[:1], "x")
    assert [(series.values, series.unit) for series in alone.values()] == [
        (("r",), ""), ((None,), ""), ((None,), ""), (("",), ""), (("has no x",), ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "shape"), [(4, 3.0), (5, 1.02 * SHAPES[0]), (5, 0.98 * SHAPES[1])])
def test_few_cells_and_a_shape_at_its_limits_are_not_tested(count, shape):
    cells = CellIntervals(np.arange(1.0, count + 1), np.arange(2.0, count + 2))
    assert goodness(cells, Fake(shape=shape, median=3.0), np.random.default_rng(1)) is None


def test_cells_of_which_none_is_bounded_have_steps_of_a_fifth():
    """One failed at its first level, 3; one survived 2. Their levels go on from there."""
    cells = CellIntervals(A([0.0, 2.0]), A([3.0, INF]))
    below, above = _steps(cells, A([[3.1, 2.1], [2.9, 1.9]]))
    assert below == pytest.approx(A([[3.0, 2.0], [3 / 1.2, 2 / 1.2]]))
    assert above == pytest.approx(A([[3.6, 2.4], [3.0, 2.0]]))
    # One that is bounded tells the step of the others: 4 / 2.
    some = CellIntervals(A([0.0, 2.0]), A([3.0, 4.0]))
    assert _steps(some, A([[3.1, 2.1]])) == (pytest.approx(A([[3.0, 2.0]])), pytest.approx(A([[6.0, 4.0]])))


@pytest.mark.parametrize(
    ("low", "high", "code"),
    [
        ([1, 2, 3], [INF, INF, INF], "none-failed"),
        ([0, 0, 0], [1, 2, 3], "all-failed-first"),
        ([1, 1, 1.9], [2, 2.5, 2], "no-spread"),
        ([1, 1, 2], [2, 2.5, 3], None),
        ([0, 1, 2], [1, INF, 3], None),
    ],
)
def test_cells_that_all_failed_alike_have_no_median(low, high, code):
    cells = CellIntervals(A(low, float), A(high, float))
    if code is None:
        w._require_spread(cells, "mA/cm^2")
        return
    with pytest.raises(Refusal) as refused:
        w._require_spread(cells, "mA/cm^2")
    assert refused.value.code == code
    said = {"none-failed": "above 1 mA/cm²", "no-spread": "between 1.9 and 2 mA/cm²"}.get(code, "")
    assert said in refused.value.remark.message


@pytest.mark.parametrize(
    ("fit", "two", "found"),
    [
        (0.05, 0.05, []),
        (0.049, 0.05, ["poor-fit"]),
        (0.05, 0.049, ["two-populations"]),
        (0.01, 0.01, ["two-populations", "poor-fit"]),
    ],
)
def test_one_good_batch_in_twenty_is_flagged_by_each_test(fit, two, found):
    assert codes(w._misfits(Goodness(fit, two))) == found
    table = w._tests(Goodness(fit, two))["tests"]
    assert table["p"].values == (fit, two)


def test_without_tests_nothing_is_said():
    assert (w._misfits(None), w._tests(None)) == ([], {})


@pytest.mark.parametrize(("part", "narrow"), [(0.991, True), (0.99, True), (0.989, False)])
def test_a_shape_at_its_limit_is_a_bound(part, narrow):
    flags = w._flags([], [], Fit(1.0, part * SHAPES[1], 0.0), Fake(allow_mixed=False))
    assert codes(flags) == (["narrow"] if narrow else [])
    assert codes(w._flags([], [], Fit(1.0, 2.0, 0.0), Fake(allow_mixed=True))) == ["mixed"]


@pytest.mark.parametrize(("part", "wide"), [(1.0, True), (1.01, True), (1.011, False)])
def test_a_shape_at_its_lower_limit_is_a_bound_too(part, wide):
    flags = w._flags([], [], Fit(1.0, part * SHAPES[0], 0.0), Fake(allow_mixed=False))
    assert codes(flags) == (["wide"] if wide else [])


def test_ten_outcomes_that_are_left_out_are_named():
    left = [(f"c{n}", "why") for n in range(11)]
    (flag,) = w._flags([], left, Fit(1.0, 2.0, 0.0), Fake(allow_mixed=False))
    assert (flag.message, flag.where) == ("11 outcomes were left out", "; ".join(f"c{n}: why" for n in range(10)))


@pytest.mark.parametrize(
    ("ends", "error"), [((1.0, 5.0), 4 / 2 / 1.6448536), ((None, 5.0), None), ((1.0, None), None)]
)
def test_the_uncertainty_of_a_median_is_that_of_its_interval(ends, error):
    """At 90 % its ends are 2 · 1.645 standard deviations apart, if both are known."""
    cells = CellIntervals(A([0.0, 1, 2, 1]), A([1.0, INF, 3, 2]))
    found = w._measurands(Fit(2.5, 3.0, 0.0), cells, "mA", Fake(level=90.0), ends)
    median = found["median"]
    assert median.uncertainty == (None if error is None else pytest.approx(error))
    assert (median.interval.low, median.interval.high, median.interval.level) == (*ends, 0.9)
    assert (median.n, median.note) == (4, "4 cells, 2 of them censored")
    assert found["scale"].value == pytest.approx(2.5 / np.log(2) ** (1 / 3))
    none = w._measurands(Fit(2.5, 3.0, 0.0), CellIntervals(A([1.0]), A([2.0])), "mA", Fake(level=90.0), ends)
    assert none["median"].note == "1 cell"


def test_averages_of_one_end_leave_out_what_is_open():
    cells = CellIntervals(A([0.0, 1, 2]), A([1.0, INF, 3]))
    assert w._readings(cells, Fit(2.5, 3.0, 0.0), "mA")["value"].values == (2.5, 1.5, 2.0)
    open_ended = CellIntervals(A([0.0]), A([INF]))
    assert w._readings(open_ended, Fit(2.5, 3.0, 0.0), "mA")["value"].values == (2.5, None, None)


def test_what_has_no_value_or_was_refused_is_left_out_with_its_reason_and_the_rest_sorted():
    def one(label, measurand=None, refused=()):
        return Fake(label=label, measurands={"x": measurand} if measurand else {}, refusals=refused,
                    items={"x": measurand})  # fmt: skip

    high, low = one("b", Measurand("mA", 3.0)), one("c", Measurand.less_than("mA", 2.0))
    same = one("a", Measurand("mA", 3.0))
    none = [one(*each) for each in (("g", Measurand("mA", 0.0)), ("h", Measurand("mA", -1.0)),
                                    ("i", Measurand.less_than("mA", 0.0)))]  # fmt: skip
    used, left = w._usable([high, one("d"), one("e", Measurand("mA")), same, low,
                            one("f", Measurand("mA", 1.0), (Fake(code="why"),)),
                            one("j", Measurand("V", 1.0)), *none], "x")  # fmt: skip
    assert [outcome.label for outcome in used] == ["c", "a", "b"]
    assert left == [("d", "has no x"), ("e", "has no x"), ("f", "refused: why"),
                    ("j", "x is in V, not in mA/cm² or mA"),
                    *((label, "x is not above 0") for label in "ghi")]  # fmt: skip
    assert w._bounds(Measurand("mA", interval=Interval(-1.0, 2.0, "bracketing"))) == (0.0, 2.0)


def test_conditions_that_all_share_are_kept():
    one, other = Condition(1.0, "V"), Condition(2.0, "V")
    used = [Fake(conditions={"a": one, "b": one, "c": one}), Fake(conditions={"a": one, "b": other})]
    assert w._shared_conditions(used) == {"a": one}


@pytest.mark.parametrize(
    ("held", "wanted", "found"),
    [
        (["critical_current", "critical_current_density"], "", "critical_current_density"),
        (["critical_current"], "", "critical_current"),
        (["x", "critical_current"], "x", "x"),
        (["x"], "", None),
        ([], "", None),
    ],
)
def test_the_measurand_is_the_one_asked_for_or_a_critical_current(held, wanted, found):
    data = [Fake(measurands={}), Fake(measurands=dict.fromkeys(held))]
    if found:
        assert w._measurand(data, Fake(measurand=wanted)) == found
        return
    with pytest.raises(Refusal, match=f"they hold {', '.join(held) or 'nothing'}"):
        w._measurand(data, Fake(measurand=wanted))


@pytest.mark.parametrize(("count", "code"), [(2, "too-few-cells"), (3, None)])
def test_three_cells_of_one_unit_are_needed(count, code):
    def used(*units):
        return [Fake(label=str(n), items={"x": Measurand(unit, 1.0)}, conditions={}, meta=lambda _: None,
                     measurands={}) for n, unit in enumerate(units)]  # fmt: skip

    asked = Fake(allow_mixed=True)
    if code:
        with pytest.raises(Refusal, match="2 cells can be used; at least 3") as refused:
            w._require_enough(used(*["mA"] * count), [("a", "has no x"), ("b", "has no x")])
        assert refused.value.remark.where == "a: has no x; b: has no x"
        return
    w._require_enough(used(*["mA"] * count), [])
    w._require_comparable(used(*["mA"] * count), "x", asked)
    with pytest.raises(Refusal, match="in mA and mA/cm²"):
        w._require_comparable(used("mA/cm^2", "mA", "mA"), "x", asked)
