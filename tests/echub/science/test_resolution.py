"""The digit of a reading, and what it hides."""

import numpy as np
import pytest

from echub.science import digit, digit_error, noise_of_digits


@pytest.mark.parametrize("step", [1e-3, 3e-4, 0.5])
def test_a_coarse_reading_shows_its_digit(step):
    t = np.arange(3000)
    values = 20 * step * np.sin(t / 300) + 0.3 * step * np.random.default_rng(1).normal(size=len(t))
    assert digit(np.round(values / step) * step) == pytest.approx(step)


def test_a_decay_without_noise_shows_its_digit():
    decay = 30 * np.exp(-np.arange(2000) / 300)
    assert digit(np.round(decay / 0.5) * 0.5) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0],
        np.ones(50),
        np.random.default_rng(1).normal(size=2000),
        np.repeat([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 20),  # programmed levels, all one way
        np.tile([0.05, -0.05], 200),  # a square wave
    ],
    ids=["nothing", "one", "constant", "noise", "stairs", "square"],
)
def test_what_is_not_coarse_has_none(values):
    assert digit(values) == 0.0


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.3, 0.5, 1.0])
def test_the_error_of_a_mean_is_that_of_rounding(noise):
    """In 200 places of the true value in its digit; the rest of a mean of 400 rows is its noise."""
    rng = np.random.default_rng(3)
    held = 0
    for place in rng.uniform(0, 1, 200):
        values = np.round(place + noise * rng.normal(size=400))
        rest = 2.5 * max(noise, noise_of_digits(values, 1.0)) / 20
        held += abs(values.mean() - place) <= digit_error(values, 1.0) + rest
    assert held >= 180
    assert digit_error(np.zeros(10), 1.0) == 0.5
    assert digit_error([1.0, 2.0], 0.0) == 0.0


def test_noise_of_rows_that_are_mostly_equal():
    values = np.round(0.3 * np.random.default_rng(1).normal(size=5000))
    assert noise_of_digits(values, 1.0) == pytest.approx(np.std(values), rel=0.1)
    assert noise_of_digits([3.0], 1.0) == 0.0
