"""Intervals of counts: exact at small numbers, close to the normal law at large ones."""

import numpy as np
import pytest
from scipy.stats import poisson

from echub.science import poisson_interval


def test_no_counts_leave_a_one_sided_tail():
    low, high = poisson_interval(0, 0.6827)
    assert low == 0
    assert high == pytest.approx(1.84, abs=0.005)


@pytest.mark.parametrize("n", [1, 3, 10, 1234])
def test_each_end_leaves_half_of_the_rest(n):
    low, high = poisson_interval(n)
    assert poisson.sf(n - 1, low) == pytest.approx(0.025)
    assert poisson.cdf(n, high) == pytest.approx(0.025)


def test_arrays_keep_their_shape_and_large_counts_are_nearly_normal():
    n = np.array([[4, 10_000], [0, 1_000_000]])
    low, high = poisson_interval(n)
    assert low.shape == high.shape == n.shape
    assert (high - low)[:, 1] == pytest.approx(2 * 1.959964 * np.sqrt(n[:, 1]), rel=3e-3)


@pytest.mark.parametrize("expected", [0.5, 3, 40])
def test_intervals_cover_at_least_as_often_as_they_say(expected):
    n = np.arange(0, 200)
    low, high = poisson_interval(n)
    inside = (low <= expected) & (expected <= high)
    assert poisson.pmf(n, expected)[inside].sum() >= 0.95
