"""Rest, current, levels, half cycles: found from the current, whatever noise and offset do."""

import numpy as np
import pytest

from echub.segments import (
    Threshold,
    agreement,
    half_cycles,
    pulse_threshold,
    rest_threshold,
    runs,
    stated_rest,
    states,
    steps,
)

NAN = np.nan


def staircase(levels, rows=50, rest=20):
    """Anodic and cathodic half cycles at each level, a rest after each: current and true labels."""
    parts = [part for level in levels for part in ([level] * rows, [0] * rest, [-level] * rows, [0] * rest)]
    return np.concatenate([np.array(part, dtype=float) for part in parts])


def test_the_state_of_rows_with_hysteresis():
    threshold = rest_threshold([0, 1]).__class__(on=0.5, off=0.2)
    given = [NAN, 0.3, 0.6, 0.3, 0.1, 0.3, -0.6, NAN, 0.0, -0.3]
    assert states(given, threshold).tolist() == [1, 1, 1, 1, 0, 0, -1, -1, 0, 0]


def test_a_smaller_current_of_the_other_sign_does_not_continue_a_pulse():
    threshold = pulse_threshold([0, 1, 0, 1, 0, 1])
    assert states([1, -0.5, -0.5, 0.5], threshold).tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("current", "found"),
    [
        ([0, 3, 1, 3, 0], [0, 1, 0, 1, 0]),  # at the lower threshold: rest
        ([0, 3, 1.5, 2, 0], [0, 1, 1, 1, 0]),  # between both, and at the upper one: as the row before
        ([0, 2, 1.5, 0], [0, 0, 0, 0]),
        ([0, -3, -2, -1, 0], [0, -1, -1, 0, 0]),
    ],
)
def test_rows_at_a_threshold(current, found):
    assert states(current, Threshold(2.0, 1.0)).tolist() == found


def test_an_exact_zero_is_rest_if_both_thresholds_are_zero():
    assert states([1, 0, 0, -1, 0], Threshold(0.0, 0.0)).tolist() == [1, 0, 0, -1, 0]


def test_no_current_is_rest():
    assert steps(np.zeros(5)).sign.tolist() == [0]
    assert len(half_cycles(steps(np.zeros(5)))) == 0
    assert len(steps([])) == 0
    assert rest_threshold([NAN, NAN]).on == 0


@pytest.mark.parametrize(("noise", "offset"), [(0, 0), (2e-3, 0), (0, 5e-3), (1e-3, -5e-3)])
def test_a_staircase_over_two_decades_is_cut_at_its_steps(noise, offset):
    levels = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
    true = staircase(levels)
    read = true + offset + noise * np.random.default_rng(1).standard_normal(len(true))
    found = steps(read, level=None)
    assert found.start.tolist() == runs(np.sign(true)).start.tolist()
    assert len(half_cycles(found)) == 14


def test_levels_cut_where_the_sign_does_not():
    current = np.repeat([0.1, 0.2, 0.4, -0.4, -0.1], 10)
    assert steps(current).start.tolist() == [0, 10, 20, 30, 40]
    assert steps(current, level=None).start.tolist() == [0, 30]
    found = half_cycles(steps(current))
    assert (found.start.tolist(), found.stop.tolist(), found.sign.tolist()) == ([0, 30], [30, 50], [1, -1])
    assert found.number_of_step().tolist() == [0, 0, 0, 1, 1]


def test_the_average_over_a_change_belongs_to_the_step_after_it():
    current = np.array([0.1, 0.1, 0.15, 0.2, 0.2, -0.07, -0.2, -0.2])
    assert steps(current).start.tolist() == [0, 2, 5]


def test_a_rest_inside_does_not_end_a_half_cycle_and_one_outside_belongs_to_none():
    current = np.array([0.0, 1, 1, 0, 1, 0, 0, -1, -1, 0])
    found = half_cycles(steps(current))
    assert (found.start.tolist(), found.stop.tolist()) == ([1, 7], [5, 9])
    assert found.number_of_step().tolist() == [-1, 0, 0, 0, -1, 1, -1]


def test_the_programme_cuts_as_well():
    assert steps(np.ones(6), programme=[0, 0, 1, 1, 1, 2]).start.tolist() == [0, 2, 5]


def test_pulses_on_an_offset_current():
    true = np.tile([0.0] * 9 + [1.0], 40)
    read = true + 0.04 + 0.01 * np.random.default_rng(2).standard_normal(400)
    threshold = pulse_threshold(read)
    assert threshold.level == pytest.approx(0.04, abs=0.005)
    assert np.array_equal(states(read, threshold), true.astype(np.int8))
    assert np.array_equal(states(-read, pulse_threshold(-read)), -true.astype(np.int8))
    assert pulse_threshold(np.full(5, 0.3)).on == 0
    for sign in (-1, 0, 1):
        for nothing in ([], [np.nan, np.nan]):
            found = pulse_threshold(nothing, sign)
            assert (found.on, found.off, found.how) == (0.0, 0.0, "the current has one level")
    assert pulse_threshold(1e-3 * np.random.default_rng(3).standard_normal(400)).on == 0


def test_pulses_of_one_sign_beside_long_plating_of_the_other():
    train = np.tile([0.02] * 9 + [1.0], 10)
    read = np.concatenate([train, np.full(900, -0.5), train])
    threshold = pulse_threshold(read, sign=1)
    assert threshold.level == pytest.approx(0.02)
    assert np.array_equal(states(read, threshold) > 0, read > 0.5)
    assert pulse_threshold(train, sign=-1).on == 0


def test_a_counter_that_agrees_and_one_that_counts_something_else():
    found = half_cycles(steps(staircase([1, 2])))
    ours = np.repeat([0, 1, 2, 3], 70)
    assert agreement(found, ours).holds
    assert agreement(found, np.roll(ours, 1) * 0 + np.repeat([0, 1, 2, 3], [71, 70, 70, 69])).holds
    other = agreement(found, np.zeros(280))
    assert not other.holds
    assert str(other) == "4 from the current, 1 by the counter, 1 begin together"


def test_a_current_must_rise_to_twice_what_ends_it():
    current = np.repeat([0.0, 1.0], 100)
    threshold = rest_threshold(current)
    assert threshold.on == pytest.approx(2 * threshold.off)
    between = 1.5 * threshold.off
    assert states([0.0, between, 1.0, between, 0.0], threshold).tolist() == [0, 0, 1, 1, 0]


def test_thresholds_say_what_they_rest_on():
    pulses = np.repeat([0.5, 5.5, 0.5, 5.5], 10)
    assert pulse_threshold(pulses).how == "rest at 0.5, pulses of 5"
    assert (pulse_threshold(pulses).on, pulse_threshold(pulses).off) == pytest.approx((3.0, 2.0))
    assert pulse_threshold(np.full(5, 0.3)).how == "the current has one level"
    # Two sides of one spread: medians at -1 and 1, median distances from them of 1.
    spread = np.repeat([-2.0, -1, 0, 0.001, 1, 2], [2, 2, 2, 2, 2, 2])
    assert pulse_threshold(spread).how == "no two levels: 2 apart, noise 1.5"
    assert rest_threshold([0.0, 0.0]).how == "there is no current"
    steady = rest_threshold([0.0] * 10 + [10.0] * 10)
    assert steady.how == "off below 0.01: noise 0, largest current 10"  # a thousandth of the largest
    assert (steady.on, steady.off) == pytest.approx((0.02, 0.01))


@pytest.mark.parametrize(
    ("current", "start"),
    [
        ([2, 2, 1, 1], [0]),  # half of the larger one: not more than the level
        ([1, 1, 2, 2], [0]),
        ([2, 2, 0.9, 0.9], [0, 2]),
        ([0.9, 0.9, 2, 2], [0, 2]),
        ([-2, -2, -0.9, -0.9], [0, 2]),
        ([2, 2, 0.05, 0.1, 0.02, 2], [0, 2, 5]),  # levels at rest are none
        ([0, 0, 0.8, 2, 2], [0, 2]),  # the row in which the current starts
        ([2, 2, 5, 11, 25, 25], [0, 2]),  # a ramp is one step
        ([2, 2, 5, 5, 11, 11], [0, 2, 4]),
    ],
)
def test_a_level_differs_from_the_row_before_by_more_than_a_part_of_the_larger(current, start):
    assert steps(current, threshold=Threshold(0.5, 0.2), level=0.5).start.tolist() == start


@pytest.mark.parametrize(
    ("counter", "shared"),
    [
        ([0, 3, 6], 3),
        ([0, 2, 7], 3),
        ([0, 4, 5], 3),
        ([0, 1, 6], 2),
        ([0, 5, 8], 2),
        ([0, 8], 1),
        ([0, 3, 4, 6], 3),
        ([0], 1),
    ],
)
def test_a_counter_may_change_a_row_earlier_or_later(counter, shared):
    """Half cycles start with rows 0, 3 and 6; the counter changes at the rows given."""
    found = half_cycles(steps([1.0, 1, 1, -1, -1, -1, 1, 1, 1]))
    counts = np.searchsorted(counter, np.arange(9), side="right")
    told = agreement(found, counts)
    assert (told.found, told.counted, told.shared) == (3, len(counter), shared)
    assert told.holds == (len(counter) == shared == 3)


def test_a_series_at_rest_agrees_with_no_counter():
    told = agreement(half_cycles(steps(np.zeros(4))), [1, 1, 2, 2])
    assert (told.found, told.counted, told.shared, told.holds) == (0, 2, 0, False)


@pytest.mark.parametrize(
    ("current", "off"),
    [
        ([0, -10] * 20, 0.5),  # one row like the other: 5 % of the largest, not five times the noise
        ([-10, -10.01] * 20, 5 * 1.4826 * 0.01 / np.sqrt(2) + 0.01001),
        ([np.nan, 0, 10, 10, 10, 10], 0.01),
    ],
)
def test_rest_is_five_times_the_noise_and_a_thousandth_but_never_a_twentieth(current, off):
    found = rest_threshold(current)
    assert (found.off, found.on, found.level) == pytest.approx((off, 2 * off, 0))


@pytest.mark.parametrize(
    ("sign", "rest", "height"), [(1, -0.04, 1.04), (-1, 0.04, 1.04), (1, -0.06, 0), (1, 0.3, 0.7)]
)
def test_an_offset_of_the_other_sign_is_a_rest_up_to_a_twentieth(sign, rest, height):
    threshold = pulse_threshold(np.tile([rest] * 4 + [float(sign)], 10), sign)
    assert (threshold.on, threshold.off) == pytest.approx((0.6 * height, 0.4 * height))
    assert threshold.level == pytest.approx(rest if height else 1.0)


def test_current_of_the_other_sign_alone_is_no_pulse():
    found = pulse_threshold([-1.0, -2.0, -1.0], sign=1)
    assert (found.on, found.off, found.level) == (0, 0, 0)
    assert pulse_threshold([]) == Threshold(0.0, 0.0, 0.0, "the current has one level")


@pytest.mark.parametrize("current", [[NAN, NAN], [0.7, 0.7], [NAN, -0.7]])
def test_rows_that_say_nothing_are_rest(current):
    assert states(current, Threshold(1.0, 0.5)).tolist() == [0, 0]


def test_a_level_at_rest_is_taken_off_before_both_limits():
    assert states([2.0, 3.1, 2.6, 2.4, 0.9, 1.4, 1.6], Threshold(1.0, 0.5, 2.0)).tolist() == [
        0,
        1,
        1,
        0,
        -1,
        -1,
        0,
    ]


def test_a_stated_rest_is_one_and_a_fifth_more_flows():
    """A row between both goes on as the one before, if that is of its own sign."""
    found = states([0.9, 1.3, 1.1, 1.0, 1.1, -1.1, -1.3, -1.1, -0.9], stated_rest(1.0))
    assert found.tolist() == [0, 1, 1, 0, 0, 0, -1, -1, 0]
