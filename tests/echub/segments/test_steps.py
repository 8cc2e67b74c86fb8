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


def test_a_stated_rest_is_one_and_a_fifth_more_flows():
    """A row between both goes on as the one before, if that is of its own sign."""
    found = states([0.9, 1.3, 1.1, 1.0, 1.1, -1.1, -1.3, -1.1, -0.9], stated_rest(1.0))
    assert found.tolist() == [0, 1, 1, 0, 0, 0, -1, -1, 0]
