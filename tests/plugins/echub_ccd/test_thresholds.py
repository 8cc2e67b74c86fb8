"""Each detector fires just outside its threshold and not just inside, and says nothing where it cannot know.

Four half cycles of alternating direction in one file, and four in another; values by hand.
"""

from __future__ import annotations

import numpy as np
import pytest

from echub_ccd.method import detectors as d
from echub_ccd.method.losses import stays_lower
from tests.plugins.echub_ccd.support import context, halves

A, NAN = np.array, np.nan


def fires(detector, table, given):
    return detector(table, given).tolist()


def same(found, expected):
    assert found == pytest.approx(expected, nan_ok=True)


def test_before_after_and_lowest_know_the_ends_of_files():
    table = halves(
        [5.0, 3.0, 4.0, 2.0], file=[0, 0, 1, 1], r_median=[5.0, 1.0, NAN, 2.0], r_start=[6.0, 3.0, 4.0, 9.0]
    )
    same(d.before(table, table.r_end), [NAN, 5.0, NAN, 4.0])
    same(d.after(table, table.r_end), [3.0, NAN, 2.0, NAN])
    same(d.lowest_so_far(table), [NAN, 5.0, 1.0, 1.0])


@pytest.mark.parametrize(("r", "fired"), [(94.9, 1.0), (95.0, 0.0), (95.1, 0.0)])
def test_below_bulk_is_five_percent_below_the_electrolyte(r, fired):
    same(fires(d.below_bulk, halves([r, 200.0]), context(100.0)), [fired, 0.0])
    same(fires(d.below_bulk, halves([r, 200.0]), context()), [NAN, NAN])


@pytest.mark.parametrize(("noise", "fired"), [(0.9, 1.0), (1.1, 0.0)])
def test_below_bulk_is_beyond_three_standard_deviations(noise, fired):
    """900 rows, of which a twentieth makes the end: the mean of 45 has noise / √45, and 3 of it is 3 / √45."""
    table = halves([95.0 - 3 / np.sqrt(45)], noise=[noise], rows=[900])
    same(fires(d.below_bulk, table, context(100.0)), [fired])


@pytest.mark.parametrize(("settled", "fired"), [(49.9, 1.0), (50.0, 1.0), (50.1, 0.0)])
@pytest.mark.parametrize("of", ["before", "own start"])
def test_half_drop_is_half_of_the_one_before_or_of_its_own_start(settled, fired, of):
    start = [100.0, settled] if of == "before" else [settled, 100.0]
    ends = [100.0, settled] if of == "before" else [settled, settled]
    table = halves(ends, r_start=start, r_median=ends, fall_before=[NAN, NAN])
    assert fires(d.half_drop, table, context())[1] == fired


@pytest.mark.parametrize(("u", "fired"), [(0.0049, 1.0), (0.0051, 0.0)])
def test_near_zero_is_five_millivolts(u, fired):
    """R of 20 at 1 mA makes 20 mV expected: a tenth of that is less than the floor."""
    same(fires(d.near_zero, halves([20.0, 20.0], u_end=[0.02, -u]), context()), [0.0, fired])


@pytest.mark.parametrize(("u", "fired"), [(0.099, 1.0), (0.101, 0.0)])
def test_near_zero_is_a_tenth_of_what_the_lowest_earlier_resistance_gives(u, fired):
    """The lowest before is 1000: at 1 mA 1 V is expected; R of its own half cycle does not count."""
    table = halves([1000.0, 3000.0, 90.0], u_end=[1.0, 3.0, u])
    same(fires(d.near_zero, table, context()), [0.0, 0.0, fired])


@pytest.mark.parametrize(("r", "known"), [(9.9, False), (10.1, True)])
def test_near_zero_says_nothing_where_hardly_more_than_its_floor_is_expected(r, known):
    found = fires(d.near_zero, halves([r], u_end=[0.001]), context())
    same(found, [1.0 if known else NAN])


@pytest.mark.parametrize(("r", "fired"), [(122.3, 1.0), (122.1, 0.0), (81.7, 1.0), (81.9, 0.0)])
def test_asymmetry_is_a_fifth_of_the_mean_of_both_directions(r, fired):
    """2 |a - b| / (a + b) of 100 and 122.2, or 81.8, is 0.2."""
    same(fires(d.asymmetry, halves([100.0, r]), context()), [NAN, fired])
    same(fires(d.asymmetry, halves([100.0, r], sign=[1, 1]), context()), [NAN, NAN])


@pytest.mark.parametrize(("r", "fired"), [(301.0, 1.0), (300.0, 0.0), (299.0, 0.0)])
def test_an_asymmetry_as_large_as_is_stated_is_none(r, fired):
    """Of 100 and 300 the difference is their mean."""
    same(fires(d.asymmetry, halves([100.0, r]), context(asymmetry=100.0)), [NAN, fired])


@pytest.mark.parametrize(
    ("start", "other", "lower"),
    [
        ([100, 100, 80, 80, 200, 200, 200, 200], {"file": [0] * 4 + [1] * 4}, [1, 1, 1, 1, 0, 0, 0, 1]),
        ([100, 100, 100, 100], {"sign": [1, 1, -1, -1]}, [1, 1, 1, 1]),
        ([100, 100, 100, 100], {}, [0, 0, 0, 1]),
        ([100, 100, 89, 91], {}, [1, 0, 0, 1]),
    ],
    ids=["two files", "no two of one direction", "nothing lost", "half of the depth in one direction"],
)
def test_a_loss_stays_if_those_of_its_direction_and_file_start_lower_by_half_of_it(start, other, lower):
    """A fifth is lost: those after it must start below 90 % of the half cycle two before, if it is comparable."""
    table = halves(start, **other)
    assert stays_lower(table, np.full(len(start), 0.2)).tolist() == [bool(one) for one in lower]


@pytest.mark.parametrize(("rise", "fired"), [(0.51, 1.0), (0.5, 0.0), (0.49, 0.0), (NAN, NAN), (-0.9, 0.0)])
def test_growth_is_half(rise, fired):
    same(fires(d.growth, halves([100.0], rise=[rise]), context()), [fired])


@pytest.mark.parametrize(("u", "fired"), [(4.996, 1.0), (0.999 * 5.0, 1.0), (4.994, 0.0)])
def test_a_stated_limit_is_reached_to_a_thousandth(u, fired):
    same(fires(d.limit, halves([1.0], u_largest=[u]), context(limit=5.0)), [fired])


@pytest.mark.parametrize(
    ("r", "flat", "fired"),
    [(2001.0, 1.0, 1.0), (2000.0, 1.0, 0.0), (1999.0, 1.0, 0.0), (2001.0, 0.99, 0.0), (2001.0, 0.995, 1.0)],
)
def test_an_open_circuit_is_twenty_times_the_lowest_resistance_and_flat(r, flat, fired):
    table = halves([100.0, r], u_end=[1.0, -10.0 * flat], u_largest=[1.0, 10.0])
    assert fires(d.limit, table, context())[1] == fired


@pytest.mark.parametrize(
    ("arcs", "fired"), [([40.0, 33.2], [0.0, 1.0]), ([40.0, 33.4], [0.0, 0.0]), ([30.0, 20.0], [0.0, 0.0])]
)
def test_arcs_vanish_below_a_third_of_the_electrolyte_that_an_earlier_one_exceeded(arcs, fired):
    same(fires(d.eis_vanish, halves([1.0, 1.0]), context(100.0, arcs)), fired)


@pytest.mark.parametrize(("arcs", "fired"), [([33.0, 32.9], [0.0, 1.0]), ([40.0, 33.0], [0.0, 0.0])])
def test_a_third_of_the_electrolyte_is_what_arcs_have(arcs, fired):
    same(fires(d.eis_vanish, halves([1.0, 1.0]), context(99.0, arcs)), fired)


@pytest.mark.parametrize(
    ("criterion", "fails"),
    [("r_drop_or_below_bulk", [1, 1, 0]), ("r_drop", [1, 0, 0]), ("below_bulk", [0, 1, 0]), ("limit", [0, 0, 1])],
)
def test_a_criterion_is_its_own_detector_and_the_default_either_of_two(criterion, fails):
    found = {"r_drop": A([1.0, 0, NAN]), "below_bulk": A([0.0, 1, NAN]), "limit": A([NAN, 0, 1.0])}
    assert d.decides(criterion, found).tolist() == [bool(one) for one in fails]
