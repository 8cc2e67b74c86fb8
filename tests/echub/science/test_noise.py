"""Robust noise: right for normal scatter, untouched by outliers, and never of what is not there."""

import numpy as np
import pytest
from scipy.stats import norm

from echub.science import (
    MAD_TO_SIGMA,
    MEDIAN_TO_MEAN,
    difference_noise,
    median_error,
    robust_centre,
    robust_sigma,
    robust_variance,
)

NORMAL = np.random.default_rng(1).normal(3.0, 0.02, 40_001)


def test_the_constants_are_those_of_the_normal_law():
    assert pytest.approx(1 / norm.ppf(0.75), abs=5e-5) == MAD_TO_SIGMA
    assert pytest.approx(np.sqrt(np.pi / 2), abs=5e-5) == MEDIAN_TO_MEAN


def test_sigma_is_that_of_normal_scatter():
    assert robust_sigma(NORMAL) == pytest.approx(0.02, rel=0.02)


def test_outliers_do_not_count_and_gaps_are_left_out():
    assert robust_sigma([1.0, 2.0, 3.0, np.nan, 1e9]) == pytest.approx(MAD_TO_SIGMA * 1.0)
    assert robust_sigma([7.0]) == 0.0
    assert robust_sigma([5.0, 5.0, 5.0, 9.0]) == 0.0


def test_nothing_has_no_noise_that_is_known():
    assert np.isnan(robust_sigma([]))
    assert np.isnan(median_error([np.nan]))


def test_noise_from_row_to_row_is_that_of_one_row_and_blind_to_a_slow_course():
    slow = np.linspace(0, 0.5, len(NORMAL))
    assert difference_noise(NORMAL + slow) == pytest.approx(0.02, rel=0.02)
    assert robust_sigma(NORMAL + slow) > 0.1
    assert difference_noise([4.0]) == 0.0


def test_the_error_of_a_median_is_its_scatter_over_many_samples():
    samples = np.random.default_rng(2).normal(0, 1, (2000, 101))
    scatter = np.median(samples, axis=1).std()
    assert np.mean([median_error(sample) for sample in samples]) == pytest.approx(scatter, rel=0.06)


def test_the_error_of_four_values_is_half_of_that_of_one():
    assert median_error([1.0, 2.0, 3.0, 4.0, np.inf]) == pytest.approx(MEDIAN_TO_MEAN * MAD_TO_SIGMA * 1.0 / 2)


def test_the_centre_is_the_median_beside_its_scatter():
    """Outliers move neither; what is not finite is left out; nothing has no centre."""
    centre, sigma = robust_centre([3.0, 1.0, 2.0, np.nan, 1000.0, 2.0])
    assert (centre, sigma) == (2.0, MAD_TO_SIGMA)  # deviations 0, 0, 1, 1, 998
    assert np.isnan(robust_centre([])).all()


def test_the_variance_by_the_median_of_squares_is_that_of_normal_values_whatever_some_do():
    half = np.random.default_rng(3).normal(0, 3, (2, 20_001))
    half[1, :100] = 1e6
    assert robust_variance(half, axis=1) == pytest.approx([9, 9], rel=0.03)
    assert robust_variance([[1.0, -2.0], [2.0, -5.0]]) == pytest.approx(4 * MAD_TO_SIGMA**2)  # of all four


def test_medians_of_even_and_odd_numbers_by_hand():
    assert robust_centre([4.0, 1.0]) == (2.5, MAD_TO_SIGMA * 1.5)
    assert robust_centre([9.0, 1.0, 4.0, 2.0]) == (3.0, MAD_TO_SIGMA * 1.5)  # deviations 1, 1, 2, 6
    assert difference_noise([0.0, 1.0, np.nan, 3.0, 3.0]) == pytest.approx(MAD_TO_SIGMA / np.sqrt(2))  # 1, 2, 0
    assert difference_noise([0.0, 2.0]) == pytest.approx(2 * MAD_TO_SIGMA / np.sqrt(2))
    assert difference_noise([]) == 0.0
