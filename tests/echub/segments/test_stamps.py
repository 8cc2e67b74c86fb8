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


def test_equal_rows_at_different_times_are_not_repeated():
    found = stamps([0.0, 1.0, 2.0, 2.0], [np.array([5.0, 5.0, 5.0, 6.0])])
    assert found.repeated == 0
    assert stamps([0.0, 1.0, 0.0]) is None
    assert stamps([7.0]) is None
    assert stamps([7.0, 7.0]).merged == 1
