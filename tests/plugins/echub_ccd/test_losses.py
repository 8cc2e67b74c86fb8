"""What R loses within a half cycle, and what the level takes off it: limits from both sides, values by hand."""

from __future__ import annotations

import numpy as np
import pytest

from echub_ccd.method import losses
from tests.plugins.echub_ccd.support import halves

HALF_AGAIN, FIFTH = np.log(1.5), np.log(1.2)


def risen(rises, **other):
    """Return half cycles that start at 100, and in which ln R rises by these."""
    return halves(100 * np.exp(rises), r_start=[100.0] * len(rises), **other)


@pytest.mark.parametrize(
    ("rises", "other", "ever", "lost"),
    [
        ([np.log(0.9)], {}, False, 0.1),
        ([np.log(0.01)], {}, False, 0.99),
        ([0.3], {}, False, 0.0),
        ([HALF_AGAIN, 0.0], {}, False, 0.0),
        ([HALF_AGAIN, FIFTH, 0.0], {}, False, 1 / 3),
        ([np.log(1.1), FIFTH, np.log(1.3), 0.0], {}, False, 1 / 6),
        ([0.0, HALF_AGAIN, 0.0, HALF_AGAIN, HALF_AGAIN, 0.0], {}, False, 1 / 3),
        ([HALF_AGAIN, 0.0, 0.0, HALF_AGAIN, HALF_AGAIN, 0.0], {}, False, 0.0),
        ([HALF_AGAIN, HALF_AGAIN, 0.0, 0.0, 0.0, 0.0], {}, False, 0.0),
        ([HALF_AGAIN, HALF_AGAIN, 0.0, 0.0, 0.0, 0.0], {}, True, 1 / 3),
        ([-0.2, -0.2, np.log(0.9)], {}, False, 0.1),
        ([FIFTH, FIFTH, 0.0], {"file": [0, 0, 1]}, False, 0.0),
        ([FIFTH, FIFTH, 0.0], {"slow": [1.0] * 3}, False, 1 - np.exp(0.05) / 1.2),
        ([FIFTH, FIFTH, np.nan], {}, False, 0.0),
        ([np.nan, FIFTH, FIFTH, 0.0], {}, False, 1 / 6),
    ],
)
def test_a_loss_is_what_r_falls_short_of_the_second_lowest_of_four_earlier_rises(rises, other, ever, lost):
    """Slow noise of 1 % makes the growth that is sure smaller by 5 %."""
    found = losses.lost_within(risen(rises, **other), ever=ever)
    assert found[-1] == pytest.approx(lost, abs=1e-12)


def test_growth_that_differs_from_cycle_to_cycle_is_an_uncertainty_of_a_loss():
    """ln R rises by ±0.1 in turns of a cycle: second differences of one direction are 0.4, √6 of the scatter."""
    rises = [0.1, 0.1, -0.1, -0.1] * 3
    scatter = 5 * 0.4 / 0.3186 / np.sqrt(6)
    assert losses.uncertain(risen(rises[:9])) == pytest.approx(scatter)
    assert losses.uncertain(risen(rises[:8])) == pytest.approx(0.0), "four changes tell no scatter"
    assert losses.uncertain(risen(rises[:9], slow=[2.0] * 9)) == pytest.approx(0.1 + scatter)
    assert losses.uncertain(risen([0.0] * 3, noise=[6.0] * 3, rows=[100, 720, 20])) == pytest.approx(
        [5 * 0.06 / np.sqrt(5), 5 * 0.06 / 6, 5 * 0.06 / np.sqrt(3)]
    )


def test_noise_of_a_resistance_that_is_zero_is_any():
    assert losses.uncertain(halves([0.0], slow=[1.0]))[0] == 5 * losses.UNKNOWN


@pytest.mark.parametrize(
    ("by", "slope", "span"),
    [
        ([0.125, 0.125, 0.125], -0.09 / 0.25, 0.25),
        ([0.1, 0.1, 0.1], -0.09 / 0.2, 0.2),
        ([0.3, 0.1, 0.1], -0.03 / 0.3, 0.3),
        ([0.05, 0.05, 0.05], -0.15 / 0.15, 0.15),
    ],
)
def test_a_slope_is_of_changes_of_level_by_a_fifth_or_of_all_there_are(by, slope, span):
    found = losses._slope(np.array([-0.03, -0.06, -0.06]), np.array(by))
    assert found == pytest.approx((slope, span))


def test_there_is_no_slope_without_changes():
    assert np.isnan(losses._slope(np.array([]), np.array([]))).all()


@pytest.mark.parametrize(
    ("slopes", "k", "bound"),
    [
        # The flatter one beside decides: half as steep again, 0.1, and 0.3 for each e-fold between their middles.
        ([-0.2, None, -0.4], 1, 1.5 * -0.2 - 0.1 - 0.3 * 0.2),
        ([-0.4, None, -0.2], 1, 1.5 * -0.2 - 0.1 - 0.3 * 0.2),
        ([-0.2, None], 1, 1.5 * -0.2 - 0.1 - 0.3 * 0.2),
        ([None, -0.2], 0, 1.1 * -0.2 - 0.1 - 0.15 * 0.2),
        ([-2.0, None, -2.0], 1, -1.05),
    ],
)
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_change_of_r_with_the_level_is_smooth_if_those_beside_it_are_as_steep(slopes, k, bound, noise):
    by = np.full(len(slopes), 0.2)
    for more, smooth in ((1e-9, True), (-1e-9, False)):
        fell = np.array([0.2 * (bound if slope is None else slope) for slope in slopes])
        fell[k] += more - noise
        assert losses._smooth(fell, by, np.full(len(by), noise))[k] == smooth


def test_a_change_as_steep_as_at_constant_u_is_smooth():
    """To 5 %; 0.2 of ln j each."""
    for fell, smooth in ((0.2 * -1.05, True), (0.2 * -1.051, False)):
        assert losses._smooth(np.array([-0.4, fell, -0.4]), np.full(3, 0.2), np.zeros(3))[1] == smooth


def test_a_single_change_of_level_has_none_beside_it():
    assert losses._smooth(np.array([0.0]), np.array([0.2]), np.array([0.0])).tolist() == [False]


LEVELS = np.repeat([1.0, 1.5, 2.25, 3.375], 2)


def by_level(power, **other):
    """Return half cycles of both directions at rising levels, whose R goes with a power of the level."""
    r = 100 * LEVELS**power
    return halves(r, level=LEVELS, **other)


def test_what_the_level_takes_off_is_a_smooth_fall():
    each = -0.2 * np.log(1.5)
    assert losses.bends(by_level(-0.2)) == pytest.approx([0, 0, *[each] * 6])
    assert losses.bends(by_level(0.2)) == pytest.approx(np.zeros(8)), "R that rises loses nothing"
    assert losses.bends(by_level(-0.2, file=[0] * 4 + [1] * 4)) == pytest.approx([0, 0, each, each] * 2)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("r", [0.0, -1.0, np.nan])
def test_a_half_cycle_without_a_resistance_is_compared_with_none(r):
    table = by_level(-0.2)
    table.r_start[0] = r
    each = -0.2 * np.log(1.5)
    assert losses.bends(table) == pytest.approx([0, 0, 0, *[each] * 5])


def test_what_falls_at_one_change_of_level_only_is_not_of_the_level():
    table = by_level(-0.2)
    table.r_start[6] *= 0.7
    assert losses.bends(table)[[2, 3, 4, 5, 6, 7]] == pytest.approx(
        [-0.2 * np.log(1.5)] * 4 + [0, -0.2 * np.log(1.5)]
    )


@pytest.mark.parametrize(("more", "counts"), [(0.0049, False), (0.0051, True)])
def test_levels_that_differ_by_half_a_percent_are_one(more, counts):
    """R falls by 0.1 % at each level; of a level that counts that is of the level, else drift."""
    level = np.repeat(np.exp(more * np.arange(4)), 2)
    r = 100 * np.exp(-0.001 * np.repeat(np.arange(4), 2))
    found = losses.bends(halves(r, level=level))
    assert found == pytest.approx([0, 0, *[-0.001 if counts else 0.0] * 6])


def test_what_was_lost_under_current_is_not_taken_off_by_the_level():
    """Each half cycle of one direction ends 1 % lower; of the 5 % to the next level 4 % are left (in ln R)."""
    start = 100 * np.exp(-0.05 * np.repeat(np.arange(4), 2))
    lost = np.where(np.arange(8) % 2, 0.0, 0.01)
    table = halves(start * np.exp(-lost), r_start=start, level=LEVELS)
    assert losses.bends(table) == pytest.approx([0, 0, *[-0.04] * 6])
