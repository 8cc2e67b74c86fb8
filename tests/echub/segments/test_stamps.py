"""Rows of one time: which are merged, which are left out, and what each way of merging gives."""

import numpy as np

from echub.segments import stamps


def test_times_that_stand_once_need_no_merging():
    assert stamps([0.0, 1.0, 2.0]) is None
    assert stamps([]) is None


def test_a_clock_of_full_seconds_averages_and_adds():
    u = np.array([1.0, 2.0, 3.0, 5.0])
    found = stamps([0, 1, 1, 2], [u])
    assert (found.merged, found.repeated, found.first.tolist()) == (1, 0, [0, 1, 3])
    assert found.mean(u).tolist() == [1.0, 2.5, 5.0]
    assert found.total(u).tolist() == [1.0, 5.0, 5.0]
    assert found.last(u).tolist() == [1.0, 3.0, 5.0]


def test_a_row_that_stands_twice_counts_once():
    u = np.array([1.0, 2.0, 2.0, np.nan, np.nan])
    found = stamps([0, 1, 1, 2, 2], [u, u + 1])
    assert (found.merged, found.repeated) == (2, 2)
    assert found.total(u).tolist()[:2] == [1.0, 2.0]


def test_rows_of_the_state_before_do_not_mix_with_those_after():
    current, step = np.array([0.0, 0.0, 4.0, 6.0]), np.array([1, 1, 2, 2])
    found = stamps([0.0, 5.0, 5.0, 5.0], [current, step])
    assert found.mean(current).tolist() == [0.0, 5.0]
    assert found.last(step).tolist() == [1, 2]


def test_texts_and_codes_name_the_state_of_the_last_row():
    """Of three rows of one time the first is of another state; the last repeats the one before it."""
    u, mode = np.array([9.0, 1.0, 3.0, 3.0]), np.array(["a", "a", "b", "b"])
    found = stamps([0.0, 1.0, 1.0, 1.0], [u, mode])
    assert found.distinct.tolist() == [True, True, True, False]
    assert found.counted.tolist() == [True, False, True, False]
    assert (found.merged, found.repeated) == (2, 1)
    assert found.mean(u).tolist() == [9.0, 3.0]
    assert found.total(u).tolist() == [9.0, 4.0]
    assert found.last(mode).tolist() == ["a", "b"]


def test_a_clock_that_is_coarser_than_the_rows_is_known_by_two_rows_of_one_state():
    """At 0, 2, 4 and 8: steps of 2. At changes of the sign or of a code alone any clock gives one time."""
    t, u = [0.0, 0, 2, 2, 4, 8], np.arange(6.0)
    assert stamps(t, [u]).step == 2
    assert stamps(t, [u], [0, 1, 1, -1, -1, -1]).step == 0
    assert stamps(t, [u, np.array([1, 2, 2, 3, 3, 3])]).step == 0
    assert stamps([0.0, 0, 2, 2, 4, 7], [u]).step == 0, "7 is not a whole number of steps: the clock is finer"
    assert stamps(t, [np.array([1.0, 1, 3, 3, 4, 5])]).step == 0, "the rows are there twice"


def test_a_stamp_of_a_coarse_clock_is_cut_where_the_current_turns():
    """Of four rows at 10 s three are of the charge: they fill 3/4 of the step of 10 s about it, 5 to 12.5 s.

    Their middle is 8.75 s, that of the fourth row 13.75 s. Whole stamps keep their time.
    """
    sign = np.array([1, 1, 1, 1, 1, -1, -1, -1])
    current, charge = 2.0 * sign, np.array([1.0, 2, 3, 4, 5, 4, 3, 2])
    found = stamps([0.0, 0, 10, 10, 10, 10, 20, 20], [current, charge], sign)
    assert found.step == 10
    assert found.time.tolist() == [0, 8.75, 13.75, 20]
    assert found.mean(current).tolist() == [2, 2, -2, -2]
    assert found.last(charge).tolist() == [2, 5, 4, 2]
    assert found.merged == 4


def test_rows_of_one_time_before_a_reversal_do_not_mix_with_those_after():
    """A row is written at the reversal: with any clock it has the time of the row before."""
    current = np.array([2.0, 2, -2, -2])
    found = stamps([0.0, 10, 10, 30], [current], [1, 1, -1, -1])
    assert (found.step, found.time.tolist()) == (0, [0, 10, 30])
    assert found.mean(current).tolist() == [2, -2, -2]


def test_equal_rows_at_different_times_are_not_repeated():
    found = stamps([0.0, 1.0, 2.0, 2.0], [np.array([5.0, 5.0, 5.0, 6.0])])
    assert found.repeated == 0
    assert stamps([0.0, 1.0, 0.0]) is None
    assert stamps([7.0]) is None
    assert stamps([7.0, 7.0]).merged == 1
